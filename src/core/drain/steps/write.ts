import type { SyncError } from '../../model/errors.ts';
import { asSyncError } from '../../model/errors.ts';
import { isEmptyPlan } from '../../write/edit-plan.ts';
import type { Delivery } from '../../write/parts.ts';
import { carriedOut, failureOf, intentLeft } from '../../write/parts.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { Ended, Step, Unfinished } from '../ports/endings.ts';
import { endedInPart, failed, givenBack, recordOf, split } from '../ports/endings.ts';
import { mapConcurrently } from '../ports/map-concurrently.ts';
import type { DrainDeps, DrainQueue } from '../ports/ports.ts';
import type { Planned } from '../ports/stages.ts';
import type { LongRequests } from '../servers/long-requests.ts';
import type { PlexGuard } from '../servers/plex-guard.ts';
import type { SystemicWatch } from '../servers/systemic.ts';
import { unchanged } from './plan.ts';
import type { SendUses } from './send.ts';
import { send } from './send.ts';

type Uses = SendUses &
  Pick<DrainDeps, 'stopRequested'> & {
    readonly queue: Pick<DrainQueue, 'saveRefusal'>;
    readonly guard: Pick<PlexGuard, 'answered' | 'fault' | 'halt' | 'halts'>;
    readonly systemic: Pick<SystemicWatch, 'note' | 'verdict'>;
    readonly longRequests: Pick<LongRequests, 'leaveCutSummary'>;
    readonly options: Pick<DrainOptions, 'concurrency' | 'tokenFingerprint'>;
  };

/**
 * Sends the plans, `concurrency` at a time, until the guard halts. A refusal of the token or of the right to edit is the
 * first job's to bear; the others go back.
 */
export async function write(batch: readonly Planned[], context: Uses): Promise<Step<Planned>> {
  const ends = await mapConcurrently(batch, context.options.concurrency, async (work): Promise<Planned | Ended> => {
    // Another write of this batch may have shown by now that the limit is what it was.
    const due = context.longRequests.leaveCutSummary(work);
    return isEmptyPlan(due.plan) ? unchanged(due) : afterSending(due, await sendSafely(due, context), context);
  });
  return split(ends, (end) => end);
}

/** No job fails its batch, whatever goes wrong with it. */
async function sendSafely(work: Planned, context: Uses): Promise<Delivery> {
  try {
    return await send(work, context);
  } catch (thrown) {
    const end = { kind: 'failed', error: asSyncError(thrown), part: work.plan } as const;
    return { taken: [], keptCut: [], refusedParts: [], end };
  }
}

/** What a delivery means for its job: however many requests it took, it is one success or one failure. */
function afterSending(work: Planned, delivery: Delivery, context: Uses): Planned | Ended {
  const plan = carriedOut(work.plan, delivery, work.written);
  if (delivery.taken.length > 0) {
    context.guard.answered();
    // What Plex takes shows that the configuration is right, whatever else of the job it refuses.
    context.systemic.note(undefined);
  }
  const unfinished = unfinishedBy(delivery, work, context);
  if (!isEmptyPlan(plan)) return { ...work, plan, unfinished };
  if (unfinished === undefined) return unchanged({ ...work, plan });
  if (delivery.end.kind === 'all_sent') return endedInPart(work.job, unfinished, recordOf(work, plan.written));
  // Nothing was written: the note of what was about to be stays as it is.
  return unfinished.error === undefined ? givenBack(work.job) : { ...failed(work.job, unfinished.error), noted: true };
}

function unfinishedBy(delivery: Delivery, { plan }: Planned, context: Uses): Unfinished | undefined {
  const { end } = delivery;
  const error = failureOf(plan, delivery);
  if (error === undefined && end.kind === 'all_sent') {
    watchEnd(undefined, context);
    return undefined;
  }
  const cause = end.kind === 'failed' ? end.error : error;
  const isJobs = cause !== undefined && isJobsToBear(cause, context);
  return { error: isJobs ? error : undefined, intent: intentLeft(plan, delivery) };
}

/** Lets the run know of a failure; answers whether it is the job's to bear. */
function isJobsToBear(error: SyncError, context: Uses): boolean {
  const { now, queue, stopRequested, guard } = context;
  const refusal = haltOf(error);
  // Another write in flight was refused first: one dead letter says it all.
  if (refusal !== undefined && guard.halts().some(({ kind }) => kind === refusal)) return false;
  if (refusal !== undefined) guard.halt({ kind: refusal, message: error.said });
  if (refusal === 'unauthorized') queue.saveRefusal({ tokenFingerprint: context.options.tokenFingerprint, at: now() });
  // A write that a stop cut off is nobody's fault and safe to repeat.
  if (error.code === 'plex_unavailable' && stopRequested() !== undefined) return false;
  guard.fault(error);
  watchEnd(error, context);
  return true;
}

/** Notes an end as it happens: a run that only fails must stop before it has failed them all. */
function watchEnd(error: SyncError | undefined, { guard, systemic }: Uses): void {
  systemic.note(error);
  const verdict = systemic.verdict();
  if (verdict !== undefined) guard.halt(verdict);
}

function haltOf(error: SyncError): 'unauthorized' | 'forbidden' | undefined {
  if (error.code === 'plex_unauthorized') return 'unauthorized';
  return error.code === 'plex_forbidden' ? 'forbidden' : undefined;
}
