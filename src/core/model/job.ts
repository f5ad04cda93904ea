import type { SyncError } from './errors.ts';
import type { ReassertField } from './reassert.ts';
import type { SceneData, SceneFileData } from './scene.ts';
import type { SceneRecord, SyncNotes } from './scene-record.ts';

/**
 * The right to settle one attempt of one job; without it a write-back changes nothing. `claim` numbers the job's
 * claims: unlike attempts they are never given back, so every lease is unique.
 */
export type Lease = { readonly jobId: number; readonly owner: string; readonly claim: number };

/** What a job has spent so far. */
export type Spent = { readonly failures: number; readonly misses: number };

/** How a job has waited for a server so far without spending anything (core/failures/charge.ts). Instants: epoch ms. */
export type Waited = {
  readonly enqueuedAt: number;
  /** When it last failed in a way that may pass. */
  readonly failedAt: number | undefined;
  /** How often it failed uncharged, and how long it has waited so. */
  readonly times: number;
  readonly ms: number;
};

/** What should become of a job whose attempt failed. */
export type FailureSettlement =
  /** Tried again at `availableAt`; `spends` names the budget that pays for it. */
  | {
      readonly kind: 'retry';
      readonly availableAt: number;
      readonly spends: 'failure' | 'miss';
      readonly error: SyncError;
    }
  /** Tried again at `availableAt` and nothing spent, since the server is likelier at fault. */
  | { readonly kind: 'wait'; readonly availableAt: number; readonly waitedMs: number; readonly error: SyncError }
  /** Released; no attempt is spent. */
  | { readonly kind: 'release'; readonly availableAt: number; readonly error: SyncError }
  /**
   * Ends without a write because Plex does not have the file and the person chose not to wait, or because a scene of
   * which only an event told has none; counted and reported.
   */
  | { readonly kind: 'skip'; readonly error: SyncError }
  /** Not tried again without a person. */
  | { readonly kind: 'dead'; readonly error: SyncError };

/** A job under a lease: one durable request to sync one scene. */
export type Job = {
  readonly id: number;
  readonly sceneId: number;
  readonly data: SceneData;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** Whether the job asks for Stash's current values, and whether Stash has supplied them. */
  readonly bare: 'no' | 'open' | 'filled';
  /** The part of `data` that overrides what Stash says, if Stash is asked. */
  readonly overStash: SceneData;
  /** Where the scene's file is, once it is known; it wakes a job that waits for Plex to find that file. */
  readonly knownPath?: string | undefined;
  /** The same where the scene has several files, the one at that path among them. */
  readonly knownFiles?: readonly SceneFileData[] | undefined;
  readonly spent: Spent;
  readonly waited: Waited;
  /** Set where all of the job but this is written. */
  readonly rest?: 'pictures' | undefined;
  /** The fields that a person takes back from Plex. */
  readonly reassert?: readonly ReassertField[] | undefined;
  /** Set where only events of Stash asked for it, and no person did. */
  readonly by?: 'event' | undefined;
  /** Set when a person allowed whatever it removes. */
  readonly removals?: 'allowed' | undefined;
  /** Set when it was claimed alone, since it may be what has killed earlier drains. */
  readonly alone?: true | undefined;
  readonly lease: Lease;
};

/**
 * All of a job but its pictures is written, and counts as done. What is left of it goes on as `rest` says, with tries of
 * its own.
 */
export type PicturesSettlement = {
  readonly kind: 'pictures';
  readonly change: 'updated' | 'unchanged';
  readonly record: SceneRecord;
  readonly notes?: SyncNotes | undefined;
  readonly rest: FailureSettlement | { readonly kind: 'give_back' };
};

/**
 * Why a job has nothing to write, and nothing was compared: only its file was given, or the settings leave out all else
 * that was.
 */
export type NothingToWrite = 'nothing_given' | 'all_left_out';

/** What a job that is done found: `unchanged` where Plex was right already. */
export type Change = 'updated' | 'unchanged' | NothingToWrite;

export function isNothingToWrite(change: Change): change is NothingToWrite {
  return change === 'nothing_given' || change === 'all_left_out';
}

/** What should become of a claimed job: decided in core, applied once by the queue. */
export type Settlement =
  /** Plex is right; `record` is what we now know to be ours. Closes the dead letters that the job covers. */
  | {
      readonly kind: 'complete';
      readonly change: Change;
      readonly record: SceneRecord;
      readonly notes?: SyncNotes | undefined;
    }
  | PicturesSettlement
  | FailureSettlement
  /** The scene is no longer in Stash: the job ends, and our record of the scene is removed. */
  | { readonly kind: 'gone' }
  /** Released untried (shutdown, a stopped drain): no attempt is spent, and this drain does not claim it again. */
  | { readonly kind: 'give_back' }
  /** It waits for permission, because it would remove so many values of ours; no attempt is spent. */
  | { readonly kind: 'removals'; readonly values: number }
  /** It waits until a person, or Stash, says something else of its undone scene; no attempt is spent. */
  | { readonly kind: 'undone'; readonly content: string | undefined }
  /** Released untried while a sample decides about the run: no attempt is spent, and this drain claims it again. */
  | { readonly kind: 'put_back' }
  /** Released so that this drain claims it again, once another job of the same item is settled. */
  | { readonly kind: 'defer' };

/** How the queue carried out a settlement. */
export type Settled =
  | 'applied'
  /** The lease had expired and another drain has the job. */
  | 'lease_lost'
  /** A newer edit of the scene waits: it took over what this attempt could not finish. */
  | 'superseded'
  /** The scene was forgotten since the claim: the job has ended, and nothing was recorded. */
  | 'gone';

/**
 * What a job waits for. `due`: a drain. `retry`: its next try after a failure. `not_found`: Plex, which does not have
 * its file yet. `pictures`: its next try, and all but its pictures is written. `held`: the job awaits Stash, which alone
 * can say what to write. `removals`: a person, since it would remove too much. `undone`: a person too, who took the scene's edits back. `in_progress`: nothing, a drain has
 * claimed it.
 */
export const JOB_STATES = [
  'due',
  'retry',
  'not_found',
  'pictures',
  'held',
  'removals',
  'undone',
  'in_progress',
] as const;
export type JobState = (typeof JOB_STATES)[number];
