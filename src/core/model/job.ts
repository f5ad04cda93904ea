import type { FailureSettlement, Spent } from '../failures/retry-policy.ts';
import type { SceneData } from './scene.ts';
import type { SceneRecord, SyncNotes } from './scene-record.ts';

/**
 * The right to settle one attempt of one job. A write-back without it changes nothing. `claim` numbers the claims of the
 * job: unlike its attempts they are never given back, so that no two leases are alike.
 */
export type Lease = { readonly jobId: number; readonly owner: string; readonly claim: number };

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
