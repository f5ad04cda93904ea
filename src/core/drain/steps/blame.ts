import type { SyncError } from '../../model/errors.ts';
import type { Job } from '../../model/job.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainDeps, DrainQueue } from '../ports/ports.ts';
import type { PlexGuard } from '../servers/plex-guard.ts';
import type { RequestWatch } from '../servers/request-watch.ts';

export type BlameUses = Pick<DrainDeps, 'stopRequested'> & {
  readonly queue: Pick<DrainQueue, 'refusal'>;
  readonly guard: Pick<PlexGuard, 'fault' | 'halts' | 'refused'>;
  readonly requests: Pick<RequestWatch, 'failed'>;
  readonly options: Pick<DrainOptions, 'tokenFingerprint'>;
};

/** Tells the run about a failed write; returns whether it counts against the job. */
export function isJobsToBear(error: SyncError, job: Job, context: BlameUses): boolean {
  const { stopRequested, guard, requests } = context;
  const refusal = haltOf(error);
  if (refusal !== undefined) {
    // Another write was refused first, in this run or an earlier one: one dead letter is enough.
    const isKnown = guard.halts().some(({ kind }) => kind === refusal) || isKnownToRefuse(context);
    guard.refused(refusal, error.said);
    if (isKnown) return false;
  }
  // A write that a stop cut off is no fault of its job, and safe to repeat.
  if (error.code === 'plex_unavailable' && stopRequested() !== undefined) return false;
  guard.fault(error);
  requests.failed(job, error);
  return true;
}

/** Whether this token was known before not to be allowed to edit. */
export function isKnownToRefuse({ queue, options }: Pick<BlameUses, 'queue' | 'options'>): boolean {
  const refusal = queue.refusal();
  return refusal?.kind === 'forbidden' && refusal.tokenFingerprint === options.tokenFingerprint();
}

function haltOf(error: SyncError): 'unauthorized' | 'forbidden' | undefined {
  if (error.code === 'plex_unauthorized') return 'unauthorized';
  return error.code === 'plex_forbidden' ? 'forbidden' : undefined;
}
