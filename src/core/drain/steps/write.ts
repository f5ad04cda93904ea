import { asSyncError } from '../../model/errors.ts';
import { SUMMARY_TOO_LONG } from '../../write/cut-summary.ts';
import { isEmptyPlan } from '../../write/edit-plan.ts';
import type { Delivery } from '../../write/parts.ts';
import { carriedOut, failureOf, intentLeft } from '../../write/parts.ts';
import type { Ended, Step, Unfinished } from '../ports/endings.ts';
import { endedInPart, failed, givenBack, landedRecord, split } from '../ports/endings.ts';
import type { BatchLanes } from '../ports/in-flight.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { Planned } from '../ports/stages.ts';
import type { PictureReader } from '../servers/picture-reader.ts';
import type { PlexGuard } from '../servers/plex-guard.ts';
import type { SystemicWatch } from '../servers/systemic.ts';
import { isJobsToBear } from './blame.ts';
import type { PictureUses } from './picture-bench.ts';
import { withPictures } from './picture-plan.ts';
import { seeToPictures } from './pictures.ts';
import { unchanged } from './plan.ts';
import { isOutdated, planAgain } from './read-again.ts';
import type { SendUses, Sent } from './send.ts';
import { send } from './send.ts';

type Uses = SendUses &
  Omit<PictureUses, 'reader'> & {
    readonly reader: PictureReader | undefined;
    readonly guard: Pick<PlexGuard, 'editTaken'>;
    readonly systemic: Pick<SystemicWatch, 'note' | 'awaitsSample'>;
    readonly lanes: BatchLanes;
    readonly paused?: DrainDeps['paused'];
  };

/** What became of a plan: one that was read too long ago is not sent. */
type Attempted = Planned | Ended | { readonly outdated: Planned };

/**
 * Sends the plans, as lanes become free, until the guard halts. When the token or the right to edit is refused, the
 * first job fails; the others are released. Where the server is slow, the rest is read and planned again on the way, so
 * that no edit of a person is overwritten that was made since.
 */
export async function write(batch: readonly Planned[], context: Uses): Promise<Step<Planned>> {
  const sent = await context.lanes.map(batch, (work) => writeOne(work, context));
  const outdated = sent.flatMap((one) => ('outdated' in one ? [one.outdated] : []));
  const { going, ended } = split(
    sent.filter((one): one is Planned | Ended => !('outdated' in one)),
    (one) => one,
  );
  if (outdated.length === 0) return { going, ended };
  const again = await planAgain(outdated, context);
  const rest = await write(again.going, context);
  return { going: [...going, ...rest.going], ended: [...ended, ...again.ended, ...rest.ended] };
}

async function writeOne(work: Planned, context: Uses): Promise<Attempted> {
  // Asked before each item: where the server is slow, a batch takes minutes.
  if (context.paused?.() === true) return givenBack(work.job);
  // A run where every job fails must not fail them all: a sample of the backlog comes first.
  if (context.systemic.awaitsSample()) return { job: work.job, outcome: { kind: 'put_back' } };
  if (isOutdated(work, context.now())) return { outdated: work };
  return await writeText(await afterPictures(work, context), context);
}

/** Pictures come first: Plex may set a lock of its own with them, which the text's request then sets as it shall be. */
async function afterPictures(work: Planned, context: Uses): Promise<Planned> {
  const { reader, options } = context;
  if (work.needs.length === 0 || reader === undefined) return work;
  const done = { ...work, needs: [], pictures: await seeToPictures(work, { ...context, reader }) };
  return { ...done, plan: withPictures(work.plan, done, options.rules) };
}

async function writeText(work: Planned, context: Uses): Promise<Attempted> {
  if (isEmptyPlan(work.plan)) return unchanged(work);
  // Pictures may have taken long.
  if (isOutdated(work, context.now())) return { outdated: work };
  // Another write of this batch may have shown meanwhile that the limit still holds.
  const due = context.longRequests.leaveCutSummary(work);
  if (due !== work) context.emit({ kind: 'left_alone', sceneId: work.job.sceneId, left: SUMMARY_TOO_LONG });
  return isEmptyPlan(due.plan) ? unchanged(due) : afterSending(await sendSafely(due, context), context);
}

/** Keeps the failure of one job from failing its batch. */
async function sendSafely(work: Planned, context: Uses): Promise<Sent> {
  try {
    return await send(work, context);
  } catch (thrown) {
    const end = { kind: 'failed', error: asSyncError(thrown), part: work.plan } as const;
    return { work, delivery: { taken: [], keptCut: [], refusedParts: [], end } };
  }
}

/** Turns a delivery into the job's end: however many requests it took, it is one success or one failure. */
function afterSending({ work, delivery }: Sent, context: Uses): Planned | Ended {
  const plan = carriedOut(work.plan, delivery, work.written);
  if (delivery.taken.length > 0) {
    context.guard.editTaken();
    context.requests.succeeded('plex PUT item', [work.job]);
    // An accepted edit shows that the configuration is right, even if Plex refuses the rest of the job.
    context.systemic.note(undefined);
  }
  const unfinished = unfinishedBy(delivery, work, context);
  if (!isEmptyPlan(plan)) return { ...work, plan, unfinished };
  if (unfinished === undefined) return unchanged({ ...work, plan });
  if (delivery.end.kind === 'all_sent')
    return endedInPart(work.job, unfinished, landedRecord({ ...work, plan }, plan.written));
  // Nothing was written: the intent stays as noted.
  return unfinished.error === undefined ? givenBack(work.job) : { ...failed(work.job, unfinished.error), noted: true };
}

function unfinishedBy(delivery: Delivery, { plan, job }: Planned, context: Uses): Unfinished | undefined {
  const { end } = delivery;
  const error = failureOf(plan, delivery);
  if (error === undefined && end.kind === 'all_sent') {
    context.systemic.note(undefined);
    return undefined;
  }
  const cause = end.kind === 'failed' ? end.error : error;
  const isJobs = cause !== undefined && isJobsToBear(cause, job, context);
  if (isJobs) context.systemic.note(cause);
  return { error: isJobs ? error : undefined, intent: intentLeft(plan, delivery) };
}
