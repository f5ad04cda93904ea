import { asSyncError, SyncError } from '../../model/errors.ts';
import type { Written } from '../../model/scene-record.ts';
import { writtenTo } from '../../model/scene-record.ts';
import { desiredStateOf } from '../../write/desired-state.ts';
import type { EditPlan } from '../../write/edit-plan.ts';
import { intentOf, isEmptyPlan, planEdits } from '../../write/edit-plan.ts';
import type { DrainContext, Ended, Step, Unfinished } from '../drain-context.ts';
import { failed, givenBack, notesOf, recordOf, split } from '../drain-context.ts';
import type { IntentNote } from '../ports.ts';
import type { Read } from './read.ts';

/** A job with the edits its item still needs. */
export type Planned = Read & {
  readonly plan: EditPlan;
  /** What counts as ours before the plan is carried out. */
  readonly written: Written;
  /** Once it was sent, where a part was not written; `plan` is then what was taken. */
  readonly unfinished?: Unfinished | undefined;
};

/** Scene × item × last written → the edits still needed; a job without any is done. */
export function plan(batch: readonly Read[], context: DrainContext): Step<Planned> {
  return split(batch, (work) => {
    const planned = planSafely(work, context);
    if (planned instanceof SyncError) return failed(work.job, planned);
    return isEmptyPlan(planned.plan) ? unchanged(planned) : planned;
  });
}

/** The end of a job whose item is right as it is. */
export function unchanged(work: Planned): Ended {
  return {
    job: work.job,
    outcome: { kind: 'unchanged', record: recordOf(work, work.plan.written), notes: notesOf(work, work.plan.written) },
  };
}

function planSafely(work: Read, { deps, options, longRequests }: DrainContext): Planned | SyncError {
  const { record, item, job } = work;
  try {
    const written = writtenTo(record, item, work.recordFrom);
    const edits = planEdits(desiredStateOf(work.scene, options.rules, work.fromStash), item, written, options.rules);
    for (const left of edits.left) deps.emit({ kind: 'left_alone', sceneId: job.sceneId, left });
    for (const { kind, dropped } of edits.capped)
      deps.emit({ kind: 'capped', sceneId: job.sceneId, list: kind, dropped });
    return longRequests.leaveCutSummary({ ...work, plan: edits, written });
  } catch (thrown) {
    return asSyncError(thrown);
  }
}

/** Notes, before the first PUT, what is about to be written and what stood there; a job whose lease was lost ends here. */
export function intend(batch: readonly Planned[], { deps }: DrainContext): Step<Planned> {
  if (batch.length === 0) return { going: [], ended: [] };
  const notes = batch.map((work): IntentNote => {
    const { sceneId, lease } = work.job;
    const { sectionTitle } = work.item;
    const record = recordOf(work, work.written);
    return { ...record, sceneId, lease, intent: intentOf(work.plan), sectionTitle };
  });
  const isHeld = deps.queue.intend(notes, deps.now());
  return split([...batch.entries()], ([index, work]) => (isHeld[index] === true ? work : givenBack(work.job)));
}
