import type { PlexPictures } from '../drain/ports/pictures.ts';
import type { DrainPlex } from '../drain/ports/ports.ts';
import type { JournalEntry } from '../model/journal.ts';
import type { SceneRecord } from '../model/scene-record.ts';
import type { LeftByUndo, UndoPlan } from './undo-types.ts';

/** What an undo is about to do to an item: noted before its first request. */
export type UndoNote = {
  readonly ratingKey: string;
  readonly sectionKey: string;
  /** The scene that the item belongs to. */
  readonly sceneId: number;
  readonly title: string;
  readonly plan: UndoPlan;
  /** The record while the undo is under way; absent where the item belongs to no scene any more. */
  readonly record: SceneRecord | undefined;
  /** The scenes that are undone by it. */
  readonly scenes: readonly number[];
  /** What counts as ours so far. */
  readonly written: SceneRecord['written'];
};

/** How the undo of an item ended well. */
export type UndoEnd = {
  readonly ratingKey: string;
  readonly sceneId: number;
  /** The scenes that are undone by it, or no longer. */
  readonly scenes: readonly number[];
  /** The entries that were taken back. */
  readonly taken: readonly JournalEntry[];
  readonly record: SceneRecord | undefined;
  /** Whether the scene is undone now; not so where an undo was taken back. */
  readonly standing: 'undone' | 'as_stash_says';
  /** The entries that were to be taken back, by their ids. */
  readonly chosen: readonly number[];
};

/** What an undo needs from the queue; `queue/` satisfies it by shape. Every instant is epoch ms. */
export type UndoQueue = {
  /** Everything that the journal has of an item of this server, newest first. */
  entriesOf(ratingKey: string): readonly JournalEntry[];
  sceneOf(ratingKey: string): number | undefined;
  record(sceneId: number): SceneRecord | undefined;
  /** Whether a run has the scene right now. */
  isUnderWay(sceneId: number): boolean;
  intend(notes: readonly UndoNote[], now: number): void;
  settle(ends: readonly UndoEnd[], now: number): void;
};

/** What an undo needs from Plex; `plex/` satisfies it by shape. */
export type UndoPlex = Pick<DrainPlex, 'items' | 'edit' | 'editLength'> & PlexPictures;

/** What became of one item. */
export type UndoneItem = {
  readonly ratingKey: string;
  readonly sceneId: number;
  readonly title: string;
} /** `held`: the scenes that no run writes any more, until a person or Stash says something else. */ & (
  | { readonly kind: 'undone'; readonly plan: UndoPlan; readonly held: readonly number[] }
  | { readonly kind: 'would_undo'; readonly plan: UndoPlan }
  /** There was nothing to put back any more. */
  | { readonly kind: 'already'; readonly left: readonly LeftByUndo[]; readonly held: readonly number[] }
  | { readonly kind: 'gone' | 'another_item' | 'under_way' }
  | { readonly kind: 'failed'; readonly message: string }
);
