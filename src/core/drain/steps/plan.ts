import { asSyncError, SyncError } from '../../model/errors.ts';
import type { NothingToWrite } from '../../model/job.ts';
import type { SceneKey } from '../../model/scene.ts';
import { contentKeys } from '../../model/scene.ts';
import type { LeftAlone } from '../../model/scene-record.ts';
import { namesOfItem, writtenTo } from '../../model/scene-record.ts';
import { awaitsDecision, leavesGiven, wantedFields } from '../../pictures/needs.ts';
import { cleanLine } from '../../text/text.ts';
import { SUMMARY_TOO_LONG } from '../../write/cut-summary.ts';
import { desiredStateOf, withholding, withoutCollection } from '../../write/desired-state.ts';
import { intentOf, isEmptyPlan, planEdits } from '../../write/edit-plan.ts';
import { changesOf } from '../../write/journal-changes.ts';
import { takingBack } from '../../write/take-back.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { Ended, Step } from '../ports/endings.ts';
import { failed, finished, givenBack, recordOf, split } from '../ports/endings.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { DrainQueue, IntentNote } from '../ports/queue.ts';
import type { Planned, Read } from '../ports/stages.ts';
import type { LongRequests } from '../servers/long-requests.ts';
import type { PictureCounts } from '../servers/picture-counts.ts';
import type { RemovalGuard } from '../servers/removal-guard.ts';
import { intendedPictures, needsOf, withPictures } from './picture-plan.ts';

/** What planning needs. */
export type PlanUses = Pick<DrainDeps, 'emit'> & {
  readonly counts: Pick<PictureCounts, 'awaits' | 'leavesGiven'>;
  readonly options: Pick<DrainOptions, 'rules'>;
  readonly longRequests: Pick<LongRequests, 'leaveCutSummary'>;
};

/** Scene × item × last written → the edits still needed; a job that needs none is done. */
export function plan(batch: readonly Read[], context: PlanUses): Step<Planned> {
  const step = split<Read, Planned>(batch, (work) => {
    const planned = planSafely(work, context);
    if (planned instanceof SyncError) return failed(work.job, planned);
    if (!isEmptyPlan(planned.plan) || planned.needs.length > 0) return planned;
    return ended(planned, nothingToWrite(work, context.options) ?? 'unchanged');
  });
  for (const { job, scene, record, fromStash } of batch) {
    if (awaitsDecision(scene, record?.pictures, context.options.rules)) context.counts.awaits(job.sceneId);
    if (leavesGiven(scene, fromStash, context.options.rules)) context.counts.leavesGiven(job.sceneId);
  }
  return step;
}

/** The end of a job whose item is already right. */
export function unchanged(work: Planned): Ended {
  return ended(work, 'unchanged');
}

function ended(work: Planned, change: 'unchanged' | NothingToWrite): Ended {
  return { ...finished(work, change, { written: work.plan.written }), planned: work };
}

/** Why a job has nothing that could be compared, if so; the rest of a job that was written has had it. */
function nothingToWrite({ scene, fromStash, job }: Read, { rules }: PlanUses['options']): NothingToWrite | undefined {
  if (job.rest !== undefined || cleanLine(scene.title ?? '') !== '') return undefined;
  if (wantedFields(scene, rules).length > 0) return undefined;
  const { fields, lists } = desiredStateOf(scene, rules, fromStash);
  if (Object.keys(fields).length + Object.keys(lists).length > 0) return undefined;
  const isGiven = contentKeys(scene).some((key) => !NEVER_CLEARED.includes(key) || Boolean(scene[key]));
  return isGiven ? 'all_left_out' : 'nothing_given';
}

/** An empty one of these says nothing. */
const NEVER_CLEARED: readonly SceneKey[] = ['title', 'poster_url', 'background_url'];

/** The edits that one item needs, or why they cannot be told. */
export function planSafely(work: Read, { emit, options, longRequests }: PlanUses): Planned | SyncError {
  const { record, item, job } = work;
  try {
    const ours = writtenTo(record, item, work.recordFrom);
    const written = work.lost === undefined ? ours : withoutCollection(ours, work.lost);
    const desired = withholding(desiredStateOf(work.scene, options.rules, work.fromStash), work.withheld);
    const wanted = takingBack(desired, job.reassert);
    const edits = planEdits(wanted, item, written, options.rules);
    const planned = {
      ...work,
      plan: withPictures(edits, work, options.rules),
      written,
      needs: needsOf(work, options.rules),
    };
    const due = longRequests.leaveCutSummary(planned);
    const left = due === planned ? edits.left : [...edits.left, SUMMARY_TOO_LONG];
    const told = work.told ?? [];
    const toTell = left.filter((one) => !isToldOnce(one) && !told.some((other) => isSameLeft(one, other)));
    for (const one of toTell) emit({ kind: 'left_alone', sceneId: job.sceneId, left: one });
    if (work.told === undefined)
      for (const { kind, dropped } of edits.capped) emit({ kind: 'capped', sceneId: job.sceneId, list: kind, dropped });
    return { ...due, told: [...told, ...left] };
  } catch (thrown) {
    return asSyncError(thrown);
  }
}

/** What is so in the whole section is told once, and not for each item. */
function isToldOnce({ reason }: LeftAlone): boolean {
  return reason === 'collection_gone' || reason === 'collection_smart';
}

function isSameLeft(one: LeftAlone, other: LeftAlone): boolean {
  return one.field === other.field && one.reason === other.reason;
}

/** What intending needs. */
export type IntendUses = Pick<DrainDeps, 'now'> & {
  readonly removals: Pick<RemovalGuard, 'hold' | 'valuesOf'>;
  readonly queue: Pick<DrainQueue, 'intend'>;
};

/**
 * Holds back the plans that would remove too much, and notes the others. All at once, whatever else is in flight: what
 * the removal guard lets through counts only when it is noted.
 */
export function intend(planned: Step<Planned>, context: IntendUses): Step<Planned> {
  const held = context.removals.hold(planned);
  const intended = noteIntents(held.going, context);
  return { going: intended.going, ended: [...held.ended, ...intended.ended] };
}

/**
 * Notes, before the first PUT, what is about to be written and the values it replaces; a job whose lease was lost ends
 * here.
 */
export function noteIntents(batch: readonly Planned[], { now, queue, removals }: IntendUses): Step<Planned> {
  if (batch.length === 0) return { going: [], ended: [] };
  const notes = batch.map((work): IntentNote => {
    const { sceneId, lease } = work.job;
    const { sectionTitle } = work.item;
    const record = { ...recordOf(work, work.written), ...intendedPictures(work) };
    const { item } = work;
    const journal = { title: item.fields.title, changes: changesOf(work.plan, item), names: namesOfItem(item) };
    const intent = intentOf(work.plan);
    return { ...record, sceneId, lease, intent, values: removals.valuesOf(work), sectionTitle, journal };
  });
  const isHeld = queue.intend(notes, now());
  return split([...batch.entries()], ([index, work]) => (isHeld[index] === true ? work : givenBack(work.job)));
}
