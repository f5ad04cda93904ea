import type { SyncError } from '../../model/errors.ts';
import { asSyncError } from '../../model/errors.ts';
import type { Job } from '../../model/job.ts';
import { isEmptyPlan } from '../../write/edit-plan.ts';
import type { Delivery } from '../../write/parts.ts';
import { carriedOut, refusalOf } from '../../write/parts.ts';
import type { DrainContext, Ended, Step } from '../drain-context.ts';
import { failed, givenBack, recordOf, refused, split } from '../drain-context.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import type { Planned } from './plan.ts';
import { unchanged } from './plan.ts';
import { send } from './send.ts';

/**
 * Sends the plans, `concurrency` at a time, until the guard halts. A refusal of the token or of the right to edit is the
 * first job's to bear; the others go back.
 */
export async function write(batch: readonly Planned[], context: DrainContext): Promise<Step<Planned>> {
  const ends = await mapConcurrently(batch, context.options.concurrency, async (work): Promise<Planned | Ended> => {
    if (context.guard.halted() !== undefined) return givenBack(work.job);
    // A process that was asleep past its lease must not write what another has written anew meanwhile.
    if (!context.deps.queue.holds(work.job.lease, context.deps.now())) return givenBack(work.job);
    // Another write of this batch may have shown by now that the limit is what it was.
    const due = context.longRequests.withoutHopeless(work);
    if (isEmptyPlan(due.plan)) return unchanged(due);
    try {
      return afterSending(due, await send(due, context), context);
    } catch (thrown) {
      return afterFailedWrite(work.job, asSyncError(thrown), context);
    }
  });
  return split(ends, (end) => end);
}

/** What a delivery means for its job: however many requests it took, it is one success or one failure. */
function afterSending(work: Planned, delivery: Delivery, context: DrainContext): Planned | Ended {
  const refusal = refusalOf(delivery);
  const plan = carriedOut(work.plan, delivery, work.written);
  if (delivery.taken.length > 0) context.guard.answered();
  if (refusal !== undefined) context.guard.fault(refusal);
  watchEnd(refusal, context);
  if (!isEmptyPlan(plan)) return { ...work, plan, refusal };
  return refusal === undefined
    ? unchanged({ ...work, plan })
    : refused(work.job, refusal, recordOf(work, plan.written));
}

function afterFailedWrite(job: Job, error: SyncError, context: DrainContext): Ended {
  const { deps, guard } = context;
  const refusal = haltOf(error);
  // Another write in flight was refused first: one dead letter says it all.
  if (refusal !== undefined && guard.halts().some(({ kind }) => kind === refusal)) return givenBack(job);
  if (refusal !== undefined) guard.halt({ kind: refusal, message: error.message });
  if (refusal === 'unauthorized')
    deps.queue.saveRefusal({ tokenFingerprint: context.options.tokenFingerprint, at: deps.now() });
  // A write that a stop cut off is nobody's fault and safe to repeat.
  if (error.code === 'plex_unavailable' && deps.stopRequested() !== undefined) return givenBack(job);
  guard.fault(error);
  watchEnd(error, context);
  return { ...failed(job, error), noted: true };
}

/** Notes an end as it happens: a run that only fails must stop before it has failed them all. */
function watchEnd(error: SyncError | undefined, { guard, watch }: DrainContext): void {
  watch.note(error);
  const verdict = watch.verdict();
  if (verdict !== undefined) guard.halt(verdict);
}

function haltOf(error: SyncError): 'unauthorized' | 'forbidden' | undefined {
  if (error.code === 'plex_unauthorized') return 'unauthorized';
  return error.code === 'plex_forbidden' ? 'forbidden' : undefined;
}
