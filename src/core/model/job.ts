import type { SyncError } from './errors.ts';
import type { SceneData } from './scene.ts';
import type { SceneRecord, SyncNotes } from './scene-record.ts';

/**
 * The right to settle one attempt of one job. A write-back without it changes nothing. `claim` numbers the claims of the
 * job: unlike its attempts they are never given back, so that no two leases are alike.
 */
export type Lease = { readonly jobId: number; readonly owner: string; readonly claim: number };

/** What a job has spent so far. */
export type Spent = { readonly failures: number; readonly misses: number };

/** What should become of a job that failed. */
export type FailureSettlement =
  /** Tried again at `availableAt`; `spends` says which budget paid. */
  | {
      readonly kind: 'retry';
      readonly availableAt: number;
      readonly spends: 'failure' | 'miss';
      readonly error: SyncError;
    }
  /** Given back, nothing spent. */
  | { readonly kind: 'release'; readonly availableAt: number; readonly error: SyncError }
  /** Ends unwritten because Plex does not have the file, as the person wants it; counted and told. */
  | { readonly kind: 'skip'; readonly error: SyncError }
  /** Not tried again without a person. */
  | { readonly kind: 'dead'; readonly error: SyncError };

/** A job under a lease: one durable request to sync one scene. */
export type Job = {
  readonly id: number;
  readonly sceneId: number;
  readonly data: SceneData;
  /** Which try this is, from 1. */
  readonly attempt: number;
  /** Whether whatever Stash has was asked for, and whether Stash has said it. */
  readonly bare: 'no' | 'open' | 'filled';
  /** The part of `data` that lies over what Stash says, if it is asked. */
  readonly overStash: SceneData;
  /** Where the scene's file is, once it is known; a job that waits for Plex to find it is woken by it. */
  readonly knownPath?: string | undefined;
  readonly spent: Spent;
  readonly lease: Lease;
};

/** What should become of a claimed job: decided in core, applied once by the queue. */
export type Settlement =
  /** Plex is right; `record` is what we now know to be ours. Closes the dead letters the job covers. */
  | {
      readonly kind: 'complete';
      readonly change: 'updated' | 'unchanged';
      readonly record: SceneRecord;
      readonly notes?: SyncNotes | undefined;
    }
  | FailureSettlement
  /** The scene is no longer in Stash: the job ends, and what we knew of the scene goes. */
  | { readonly kind: 'gone' }
  /** Given back untried (shutdown, a stopped drain): nothing spent, not claimed again in this drain. */
  | { readonly kind: 'give_back' }
  /** Given back so that it is claimed again in this drain, once another job of the same item is settled. */
  | { readonly kind: 'defer' };

/** How the queue carried a settlement out. */
export type Settled =
  | 'applied'
  /** The lease had run out and the job is someone else's now. */
  | 'lease_lost'
  /** A newer edit of the scene waits: it took over what this attempt could not finish. */
  | 'superseded'
  /** The scene was forgotten since the claim: the job has ended, and nothing was written down. */
  | 'gone';

/**
 * What a job waits for. `due`: a drain. `retry`: its next try after a failure. `not_found`: Plex, which has not got its
 * file yet. `held`: Stash, which alone can say what to write. `in_progress` waits for nothing: a drain has it.
 */
export const JOB_STATES = ['due', 'retry', 'not_found', 'held', 'in_progress'] as const;
export type JobState = (typeof JOB_STATES)[number];
