import type { SyncError } from '../model/errors.ts';
import type { Job } from '../model/job.ts';
import { REQUEST_KINDS } from '../model/request-kind.ts';

/** A request that succeeded for a scene's job; `at` is epoch ms. */
export type Success = { readonly sceneId: number; readonly at: number };

/** The last success of one kind of request, and the last one of another scene: one of both is always another job's. */
export type Successes = readonly Success[];

/** The successes of a kind after one more. */
export function withSuccess(known: Successes, success: Success): Successes {
  const own = known.find(({ sceneId }) => sceneId === success.sceneId);
  const others = known.filter(({ sceneId }) => sceneId !== success.sceneId);
  const latest = own !== undefined && own.at > success.at ? own : success;
  return [latest, ...others].toSorted((a, b) => b.at - a.at).slice(0, 2);
}

/** This many uncharged failures of one kind in a row show that the server is at fault: the drain stops asking it. */
export const UNCHARGED_LIMIT = 5;
/** How long a job waits uncharged in all, before it becomes a dead letter. */
const MOST_WAITED_MS = 24 * 3_600_000;
/**
 * The most that the time between two failures counts as waited. A machine that slept over the weekend has not waited:
 * a day of waiting takes 24 tries at least.
 */
const MOST_BETWEEN_MS = 3_600_000;

/** What a failure that may pass costs its job. */
export type Charge =
  | { readonly kind: 'attempt' }
  /** The server is likelier at fault; `waitedMs` is how long the job has waited so by now. */
  | { readonly kind: 'nothing'; readonly waitedMs: number }
  /** It has waited uncharged for as long as a job may. */
  | { readonly kind: 'overdue' };

/**
 * Decides who pays for a failure that may pass. The job does if requests of the same kind succeed for other jobs: else
 * a server that answers nonsense would use up the attempts of every job.
 */
export function chargeFor(
  error: Pick<SyncError, 'request'>,
  job: Pick<Job, 'sceneId' | 'waited'>,
  { successes, now }: { readonly successes: Successes; readonly now: number },
): Charge {
  // A value that was not kept, or a bug of ours: no request failed.
  if (error.request === undefined) return { kind: 'attempt' };
  const waitedMs = waitedMsAt(job, now);
  if (REQUEST_KINDS[error.request] === 'shared') return { kind: 'nothing', waitedMs };
  const { failedAt, enqueuedAt } = job.waited;
  // An instant in the future comes from a clock that was wrong.
  const since = [failedAt, enqueuedAt - 1].find((at) => at !== undefined && at <= now) ?? 0;
  const isOthersFine = successes.some(({ sceneId, at }) => sceneId !== job.sceneId && at > since && at <= now);
  if (isOthersFine) return { kind: 'attempt' };
  return waitedMs >= MOST_WAITED_MS ? { kind: 'overdue' } : { kind: 'nothing', waitedMs };
}

/** Whether a job has failed as often as a job may, whoever paid for it: then what can be written of it is written. */
export function hasFailedOften({ spent, waited }: Pick<Job, 'spent' | 'waited'>, maxRetries: number): boolean {
  return spent.failures + waited.times >= maxRetries;
}

function waitedMsAt({ waited }: Pick<Job, 'waited'>, now: number): number {
  const sinceMs = now - (waited.failedAt ?? now);
  return waited.ms + Math.min(MOST_BETWEEN_MS, Math.max(0, sinceMs));
}
