import type { SyncError } from '../../model/errors.ts';
import type { Job } from '../../model/job.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { PlexGuard } from '../servers/plex-guard.ts';
import type { RequestWatch } from '../servers/request-watch.ts';

export type BlameUses = Pick<DrainDeps, 'stopRequested'> & {
  readonly guard: Pick<PlexGuard, 'fault' | 'halts' | 'refused' | 'isKnownToRefuse'>;
  readonly requests: Pick<RequestWatch, 'failed'>;
};

/** Tells the run about a failed write; returns whether it counts against the job. */
export function isJobsToBear(error: SyncError, job: Job, context: BlameUses): boolean {
  const { stopRequested, guard, requests } = context;
  const refusal = haltOf(error);
  if (refusal !== undefined) {
    // Another write was refused first, in this run or an earlier one: one dead letter is enough.
    const isKnown = guard.halts().some(({ kind }) => kind === refusal) || guard.isKnownToRefuse();
    guard.refused(refusal, error.said);
    if (isKnown) return false;
  }
  // A write that a stop cut off is no fault of its job, and safe to repeat.
  if (error.code === 'plex_unavailable' && stopRequested() !== undefined) return false;
  guard.fault(error);
  requests.failed(job, error);
  return true;
}

function haltOf(error: SyncError): 'unauthorized' | 'forbidden' | undefined {
  if (error.code === 'plex_unauthorized') return 'unauthorized';
  return error.code === 'plex_forbidden' ? 'forbidden' : undefined;
}
