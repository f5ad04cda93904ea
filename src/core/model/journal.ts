import type { PictureField } from './picture.ts';
import type { ListKind, ScalarField, Tag } from './plex-item.ts';
import type { SceneRecord } from './scene-record.ts';

/**
 * What one edit changed of an item, and what stood there before. `locked`: whether the field was locked before;
 * `unlocked` is set where the edit took that lock off, as only an undo does.
 */
export type Change =
  | {
      readonly kind: 'field';
      readonly field: ScalarField;
      readonly before: string;
      /** As it was sent. */
      readonly after: string;
      /** As Plex keeps it; absent until the item was read again. */
      readonly kept?: string | undefined;
      readonly locked: boolean;
      readonly unlocked?: true | undefined;
    }
  | {
      readonly kind: 'list';
      readonly field: ListKind;
      /** The whole list, with roles and portraits. */
      readonly before: readonly Tag[];
      readonly add: readonly string[];
      readonly remove: readonly string[];
      /** Names that were added → Plex's spelling, where it differs. */
      readonly kept?: Readonly<Record<string, string>> | undefined;
      readonly locked: boolean;
      readonly unlocked?: true | undefined;
    }
  | {
      readonly kind: 'picture';
      readonly field: PictureField;
      /** The key of the picture that was selected; `null` where none was. */
      readonly before: string | null;
      /** The key of ours; `null` where an undo left none selected. */
      readonly after: string | null;
      readonly locked: boolean;
      readonly unlocked?: true | undefined;
    }
  | {
      /** The value is as it was: its lock changed, or what counts as ours of it. */
      readonly kind: 'lock';
      readonly field: ScalarField | ListKind | PictureField;
      readonly locked: boolean;
      readonly unlocked?: true | undefined;
    }
  | {
      readonly kind: 'labels';
      readonly field: 'label';
      readonly before: readonly string[];
      readonly add: readonly string[];
      readonly remove: readonly string[];
      readonly locked: boolean;
      readonly unlocked?: true | undefined;
    };

/** One edit of one item, as the journal holds it. */
export type JournalEntry = {
  readonly id: number;
  readonly runId: number;
  /** The job that it was made for; 0 where an undo made it. */
  readonly jobId: number;
  readonly sceneId: number;
  readonly ratingKey: string;
  readonly sectionKey: string;
  /** The item's title before the edit. */
  readonly title: string;
  readonly changes: readonly Change[];
  /** What counted as ours before the edit; absent where nothing did. */
  readonly record: SceneRecord | undefined;
  /** `open`: what is in `changes` may not have been written. */
  readonly state: 'open' | 'closed';
  /** The run that undid it. */
  readonly undoneBy: number | undefined;
  /** The run that had undone it, where that undo was taken back itself. */
  readonly undoneOnceBy?: number | undefined;
  /** Set where the server was given up since and is adopted again: the scene's record does not know of this edit. */
  readonly isForgotten?: true;
  /** Epoch ms. */
  readonly at: number;
};
