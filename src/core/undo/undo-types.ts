import type { Change } from '../model/journal.ts';
import type { PictureField } from '../model/picture.ts';
import type { ListKind, PlexItem, ScalarField, Tag } from '../model/plex-item.ts';
import type { SceneRecord } from '../model/scene-record.ts';
import type { Part } from '../write/parts.ts';
import type { ChosenEntries } from './chosen-entries.ts';
import type { UndoneList } from './undo-list.ts';

/** What an undo puts back, by Plex's names. */
export type UndoField = ScalarField | ListKind | PictureField | 'label';

/**
 * What is not put back, and why. `changed_since`: it is not what we wrote any more. `later_run`: a later run has written
 * it, which is not undone. `never_empty`: it had no title before. `picture_gone`: Plex does not have the picture any
 * more that was shown before.
 */
export type LeftByUndo = {
  readonly field: UndoField;
  readonly why: 'changed_since' | 'later_run' | 'never_empty' | 'picture_gone';
  /** The later run. */
  readonly runId?: number | undefined;
};

/** The pictures of one kind that Plex lists for the item: their keys, and the one that is selected. */
export type PictureChoice = { readonly keys: readonly string[]; readonly selected: string | null };
export type PictureChoices = Readonly<Partial<Record<PictureField, PictureChoice>>>;

/** A picture to select; `null` leaves none selected. */
export type PictureSelection = { readonly field: PictureField; readonly key: string | null };

export type UndoFacts = ChosenEntries & {
  readonly item: PlexItem;
  /** What counts as ours of the item today; absent where it belongs to another item by now. */
  readonly record: SceneRecord | undefined;
  readonly pictures: PictureChoices;
};

/** A change that is taken back, and what counted as ours before it: of several of one field, the oldest. */
export type TakenBack = { readonly change: Change; readonly record: SceneRecord | undefined };

export type UndoPlan = {
  /** What is to be sent; empty where the item is already as it was. */
  readonly edit: Part;
  readonly selections: readonly PictureSelection[];
  readonly left: readonly LeftByUndo[];
  /** What is taken back, for the record. */
  readonly takenBack: readonly TakenBack[];
  /** The names of each list that are taken out and put back. */
  readonly lists: ReadonlyMap<ListKind, UndoneList>;
  /** Lists that a later run has edited too, which is not undone. */
  readonly contested: ReadonlySet<ListKind>;
  /** The locks that are as before again, by Plex's names. */
  readonly unlocked: readonly string[];
  /** The undo as edits of the journal, so that it can be undone. */
  readonly changes: readonly Change[];
};

/** Everything of the item while its edits are taken back one after the other, the newest first. */
export type Going = {
  readonly facts: UndoFacts;
  readonly fields: Map<ScalarField, string>;
  readonly tags: Map<ListKind, readonly Tag[]>;
  readonly undoneLists: Map<ListKind, UndoneList>;
  readonly contested: Set<ListKind>;
  labels: readonly string[];
  readonly selected: Map<PictureField, string | null>;
  readonly locks: Map<string, boolean>;
  readonly left: Map<UndoField, LeftByUndo>;
  readonly takenBack: Map<UndoField, TakenBack>;
  readonly lockable: (name: string) => boolean;
};
