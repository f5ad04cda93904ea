import type { SceneFile } from '../../match/evidence.ts';
import type { SyncError } from '../../model/errors.ts';
import type { Change, Job } from '../../model/job.ts';
import { isNothingToWrite } from '../../model/job.ts';
import type { PlexItem } from '../../model/plex-item.ts';
import type { Intent, OtherFile, SceneRecord, SyncNotes, Written } from '../../model/scene-record.ts';
import { isOfItem, lockedByUs, namesOfItem } from '../../model/scene-record.ts';
import { leftOf } from '../../write/cut-summary.ts';
import type { EditPlan } from '../../write/edit-plan.ts';
import type { PictureFailure, PicturesDone } from './pictures.ts';
import type { DrainDeps } from './ports.ts';

/** What a step returns for a batch: the jobs that go on, and those whose attempt has ended. */
export type Step<T> = { readonly going: readonly T[]; readonly ended: readonly Ended[] };

/** How an attempt ended, before it is decided what that means for the job. */
export type Outcome =
  | { readonly kind: Change; readonly record: SceneRecord; readonly notes: SyncNotes }
  /** All is written but a picture. */
  | {
      readonly kind: 'pictures';
      readonly change: 'updated' | 'unchanged';
      readonly record: SceneRecord;
      readonly notes: SyncNotes;
      readonly failure: PictureFailure;
    }
  /** `landed`: what counts as ours although the job failed, where Plex took a part of its edits. */
  | { readonly kind: 'failed'; readonly error: SyncError; readonly landed?: SceneRecord }
  /** A request that belonged to no single job failed: no attempt is spent. */
  | { readonly kind: 'shared_failure'; readonly error: SyncError }
  | { readonly kind: 'given_back'; readonly landed?: SceneRecord }
  /** It would remove so many values of ours, at a time when that needs permission; nothing was written. */
  | { readonly kind: 'removes'; readonly values: number }
  /** A person took its scene's edits back; `content` is the hash of what Stash has, if it was asked. */
  | { readonly kind: 'undone'; readonly content: string | undefined }
  /** The scene is no longer in Stash. */
  | { readonly kind: 'gone' }
  /** The scene has no file in Stash, and only an event told of it: nobody waits for it to be written. */
  | { readonly kind: 'without_file'; readonly error: SyncError }
  | { readonly kind: 'put_back' }
  | { readonly kind: 'defer' };

export type Ended = {
  readonly job: Job;
  readonly outcome: Outcome;
  /** Set when the systemic watch has already counted this end. */
  readonly noted?: true;
  /** What was planned, if the attempt came so far: a preview tells it also of what is right, or has to wait. */
  readonly planned?: { readonly item: PlexItem; readonly plan: EditPlan } | undefined;
};

/** Runs `step` over a batch and separates the jobs that go on from those that have ended. */
export function split<T, U extends object>(batch: readonly T[], step: (entry: T) => U | Ended): Step<U> {
  const going: U[] = [];
  const ended: Ended[] = [];
  for (const entry of batch) {
    const result = step(entry);
    if ('outcome' in result) ended.push(result);
    else going.push(result);
  }
  return { going, ended };
}

/** The end of a job that failed on its own. */
export function failed(job: Job, error: SyncError): Ended {
  return { job, outcome: { kind: 'failed', error } };
}

/** The end of a job whose edits were written only in part. */
export type Unfinished = {
  /** The error it failed with; absent when the job goes back because the run may no longer write. */
  readonly error: SyncError | undefined;
  /** What may have landed anyway. */
  readonly intent: Intent | undefined;
};

/**
 * Ends a job whose edits were written in part; that part counts as ours. The systemic watch has already counted the
 * error.
 */
export function endedInPart(job: Job, { error, intent }: Unfinished, record: SceneRecord): Ended {
  const landed = { ...record, intent };
  if (error === undefined) return { job, outcome: { kind: 'given_back', landed } };
  return { job, outcome: { kind: 'failed', error, landed }, noted: true };
}

/** Ends a job whose shared request failed. */
export function sharedFailure(job: Job, error: SyncError): Ended {
  return { job, outcome: { kind: 'shared_failure', error } };
}

/** Ends a job that was not tried. */
export function givenBack(job: Job): Ended {
  return { job, outcome: { kind: 'given_back' } };
}

/** The signs that a drain is stopping. */
export type StopSigns = Pick<DrainDeps, 'stopRequested'> & {
  readonly guard: { halts(): readonly { readonly kind: string }[] };
};

/** Whether requests fail because we are stopping or were refused, and the jobs are not to blame. */
export function isStopping({ stopRequested, guard }: StopSigns): boolean {
  return stopRequested() !== undefined || guard.halts().some(({ kind }) => kind === 'unauthorized');
}

type Finished = {
  readonly item: PlexItem;
  readonly plan: EditPlan;
  readonly others?: readonly OtherFile[] | undefined;
} & Pick<SyncNotes, 'stashUpdatedAt' | 'contentHash'>;

/** What a person may want to know about a finished sync; after it, `written` is ours. */
export function notesOf({ item, plan, others, ...said }: Finished, written: Written): SyncNotes {
  // A file that the scene's own item holds too is in no other one.
  const elsewhere = others?.map(({ path, item: holder }) =>
    holder === undefined || holder.ratingKey === item.ratingKey ? { path } : { path, item: holder },
  );
  const { stashUpdatedAt, contentHash } = said;
  const told = elsewhere === undefined ? {} : { others: elsewhere };
  const names = namesOfItem(item);
  return {
    sectionTitle: item.sectionTitle,
    left: leftOf(plan, item, written),
    names,
    stashUpdatedAt,
    contentHash,
    ...told,
  };
}

type Landed = {
  readonly item: PlexItem;
  readonly file: SceneFile;
  readonly provenFile: string | undefined;
  readonly record: SceneRecord | undefined;
  readonly recordFrom: 'own' | 'inherited';
};

type WithPictures = Landed & {
  readonly plan: Pick<EditPlan, 'locks'>;
  readonly pictures?: PicturesDone | undefined;
};

/** The end of a job whose text is right in Plex; a picture that is not is seen to later. */
export function finished(
  work: WithPictures & Finished & { readonly job: Job },
  change: Change,
  landed: { readonly written: Written; readonly edited?: readonly string[] },
): Ended {
  const record = landedRecord(work, landed.written, landed.edited);
  const done = { record, notes: notesOf(work, landed.written) };
  const failure = work.pictures?.failure;
  if (failure === undefined || isNothingToWrite(change)) return { job: work.job, outcome: { kind: change, ...done } };
  return { job: work.job, outcome: { kind: 'pictures', change, ...done, failure } };
}

/** What the data directory remembers of an item and of its pictures. */
export function landedRecord(work: WithPictures, written: Written, edited: readonly string[] = []): SceneRecord {
  const record = recordOf(work, written, edited);
  if (work.pictures === undefined) return record;
  const { records, intended, lock } = work.pictures;
  const unlocked = lock.filter((field) => !work.plan.locks?.some(({ name }) => name === field));
  const open = Object.fromEntries(unlocked.flatMap((field) => (intended[field] ? [[field, intended[field]]] : [])));
  return { ...record, pictures: { ...(record.startsAnew ? {} : work.record?.pictures), ...records, ...open } };
}

/** What the data directory remembers of an item after a write that locked `edited`. */
export function recordOf(work: Landed, written: Written, edited: readonly string[] = []): SceneRecord {
  const { item, file, provenFile } = work;
  const { ratingKey, sectionKey, addedAt } = item;
  const locked = lockedByUs(work.record, item, edited);
  const isKnown = work.recordFrom === 'own' && work.record !== undefined && isOfItem(work.record, item);
  return {
    ratingKey,
    sectionKey,
    scenePath: file.path,
    provenFile,
    written,
    intent: undefined,
    addedAt,
    locked,
    ...(isKnown ? {} : { startsAnew: true }),
  };
}
