/** A job on its way through the drain, and what each step adds to it. */
import type { SceneFile } from '../../match/evidence.ts';
import type { Pin } from '../../match/pin.ts';
import type { WithheldReason } from '../../model/collection.ts';
import type { SyncError } from '../../model/errors.ts';
import type { Job } from '../../model/job.ts';
import type { PlexItem } from '../../model/plex-item.ts';
import type { SceneData, SceneKey } from '../../model/scene.ts';
import type { LeftAlone, OtherFile, SceneRecord, Written } from '../../model/scene-record.ts';
import type { PictureNeed } from '../../pictures/needs.ts';
import type { EditPlan } from '../../write/edit-plan.ts';
import type { Unfinished } from './endings.ts';
import type { PicturesDone } from './pictures.ts';

/** A job with the scene as it is now, its file, and what we last wrote for it. */
export type Hydrated = {
  readonly job: Job;
  readonly scene: SceneData;
  /** The keys whose values came from Stash; an empty value from Stash may clear less than one given by hand. */
  readonly fromStash: ReadonlySet<SceneKey>;
  /** The scene's `updated_at` in Stash's own spelling; absent when Stash was not asked. */
  readonly stashUpdatedAt: string | undefined;
  /** The hash of what Stash has of the scene; absent together with the time. */
  readonly contentHash: string | undefined;
  /** The scene's primary file; once it is resolved, the one by which. */
  readonly file: SceneFile;
  /** All its files, the primary one first. */
  readonly files: readonly SceneFile[];
  readonly record: SceneRecord | undefined;
};

/** A job with the item it is to be written to. `provenFile` is absent when the match is a guess. */
export type Resolved = Hydrated & {
  readonly ratingKey: string;
  readonly provenFile: string | undefined;
  readonly from: 'pin' | 'record' | 'index' | 'look_up';
  /** Its other files, once they were looked for. */
  readonly others?: readonly OtherFile[] | undefined;
};

/**
 * What is known about a pin in this attempt. `lost_item`: the item is gone, or in no library we look in; `lost_file`:
 * the item exists without the pinned file; `followed`: the file was looked for, and this is the item it led to.
 */
type PinState = 'unchecked' | 'lost_item' | 'lost_file' | 'followed';

/** A job whose scene a person pinned to an item. */
export type Pinned = Resolved & { readonly from: 'pin'; readonly pin: Pin; readonly pinState: PinState };

/** Whether the job is written to the item a person pinned. */
export function isPinned(work: Hydrated): work is Pinned {
  return 'pin' in work;
}

/** A job with its full item. `inherited`: the record belongs to the scene that had the item before. */
export type Read = Resolved & {
  readonly item: PlexItem;
  /** When Plex answered with the item, epoch ms. */
  readonly readAt: number;
  readonly recordFrom: 'own' | 'inherited';
  /** Why the scene's collection is not written, whatever the item has. */
  readonly withheld?: WithheldReason | undefined;
  /** The collection that its item lost with the whole of it, and gets back. */
  readonly lost?: string | undefined;
  /** Set when the item was read again before its write: what was told already as left alone. */
  readonly told?: readonly LeftAlone[] | undefined;
  /** Set once its pictures were seen to: that happens once an attempt. */
  readonly pictures?: PicturesDone | undefined;
};

/**
 * What reading one item resulted in. A `shared` error belongs to no job: it is counted once, and the jobs are released.
 */
export type ItemRead =
  | { readonly kind: 'item'; readonly item: PlexItem; readonly readAt: number }
  | { readonly kind: 'gone' }
  | { readonly kind: 'error'; readonly error: SyncError }
  | { readonly kind: 'shared'; readonly error: SyncError };

/** A job with the edits its item still needs. */
export type Planned = Read & {
  readonly plan: EditPlan;
  /** The pictures that have to be looked at before the plan is sent. */
  readonly needs: readonly PictureNeed[];
  /** What counts as ours before the plan is carried out. */
  readonly written: Written;
  /** Set after sending, when a part was not written; `plan` then holds the part that was. */
  readonly unfinished?: Unfinished | undefined;
};
