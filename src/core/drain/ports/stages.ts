/** A job on its way through the drain: what each step adds to it. */
import type { SceneFile } from '../../match/evidence.ts';
import type { Pin } from '../../match/pin.ts';
import type { SyncError } from '../../model/errors.ts';
import type { Job } from '../../model/job.ts';
import type { PlexItem } from '../../model/plex-item.ts';
import type { SceneData, SceneKey } from '../../model/scene.ts';
import type { SceneRecord, Written } from '../../model/scene-record.ts';
import type { EditPlan } from '../../write/edit-plan.ts';
import type { Unfinished } from './endings.ts';

/** A job with the scene as it is now, its file, and what we last wrote for it. */
export type Hydrated = {
  readonly job: Job;
  readonly scene: SceneData;
  /** The keys whose values Stash said; what is empty there may mean less than an empty value given by hand. */
  readonly fromStash: ReadonlySet<SceneKey>;
  /** When Stash says it changed last, in its own spelling; absent where Stash was not asked. */
  readonly stashUpdatedAt: string | undefined;
  readonly file: SceneFile;
  readonly record: SceneRecord | undefined;
};

/** A job with the item it is to be written to. `provenFile` is absent when the match is a guess. */
export type Resolved = Hydrated & {
  readonly ratingKey: string;
  readonly provenFile: string | undefined;
  readonly from: 'pin' | 'record' | 'index' | 'look_up';
};

/**
 * How a pin stands in this attempt. `lost_item`: its item is gone, or in no library that is looked in; `lost_file`: the
 * item is there without the pinned file; `followed`: the file was looked for, and this is where that led.
 */
type PinState = 'unchecked' | 'lost_item' | 'lost_file' | 'followed';

/** A job whose scene a person pinned to an item. */
export type Pinned = Resolved & { readonly from: 'pin'; readonly pin: Pin; readonly pinState: PinState };

/** Whether a job goes where a person said. */
export function isPinned(work: Hydrated): work is Pinned {
  return 'pin' in work;
}

/** A job with its full item. `inherited`: the record is that of the scene which had the item before. */
export type Read = Resolved & { readonly item: PlexItem; readonly recordFrom: 'own' | 'inherited' };

/** What the read of one item ended in. A `shared` error belongs to no job: it is counted once, the jobs go back. */
export type ItemRead =
  | { readonly kind: 'item'; readonly item: PlexItem }
  | { readonly kind: 'gone' }
  | { readonly kind: 'error'; readonly error: SyncError }
  | { readonly kind: 'shared'; readonly error: SyncError };

/** A job with the edits its item still needs. */
export type Planned = Read & {
  readonly plan: EditPlan;
  /** What counts as ours before the plan is carried out. */
  readonly written: Written;
  /** Once it was sent, where a part was not written; `plan` is then what was taken. */
  readonly unfinished?: Unfinished | undefined;
};
