import type { EditPlan } from '../edits.ts';
import { intentOf, isEmptyPlan, planEdits } from '../edits.ts';
import { asSyncError, SyncError } from '../errors.ts';
import type { IntentNote } from '../ports.ts';
import type { Written } from '../scene-record.ts';
import { lockedByUs, writtenTo } from '../scene-record.ts';
import { wantedFrom } from '../wanted.ts';
import type { Course, Step } from './course.ts';
import { failed, givenBack, notesOf, recordOf, split } from './course.ts';
import type { Read } from './read.ts';

/** A job with the edits its item still needs. */
export type Planned = Read & {
  readonly plan: EditPlan;
  /** What counts as ours before the plan is carried out. */
  readonly written: Written;
};

/** Scene × item × last written → the edits still needed; a job without any is done. */
export function plan(batch: readonly Read[], course: Course): Step<Planned> {
  return split(batch, (work) => {
    const planned = planSafely(work, course);
    if (planned instanceof SyncError) return failed(work.job, planned);
    if (!isEmptyPlan(planned.plan)) return planned;
    const record = recordOf(planned, planned.plan.written, lockedByUs(work.record, work.item, []));
    return { job: work.job, outcome: { kind: 'unchanged', record, notes: notesOf(planned) } };
  });
}

function planSafely(work: Read, { deps, options }: Course): Planned | SyncError {
  const { record, item, job } = work;
  try {
    const written = writtenTo(record, item, work.recordFrom);
    const edits = planEdits(wantedFrom(work.scene, options.rules, work.fromStash), item, written, options.rules);
    for (const left of edits.left) deps.emit({ kind: 'left_alone', sceneId: job.sceneId, left });
    for (const { kind, dropped } of edits.capped)
      deps.emit({ kind: 'capped', sceneId: job.sceneId, list: kind, dropped });
    return { ...work, plan: edits, written };
  } catch (thrown) {
    return asSyncError(thrown);
  }
}

/** Notes, before the first PUT, what is about to be written and what stood there; a job whose lease was lost ends here. */
export function intend(batch: readonly Planned[], { deps }: Course): Step<Planned> {
  if (batch.length === 0) return { going: [], ended: [] };
  const notes = batch.map((work): IntentNote => {
    const { sceneId, lease } = work.job;
    const { sectionTitle } = work.item;
    const record = recordOf(work, work.written, lockedByUs(work.record, work.item, []));
    return { ...record, sceneId, lease, intent: intentOf(work.plan), sectionTitle };
  });
  const isHeld = deps.queue.intend(notes, deps.now());
  return split([...batch.entries()], ([index, work]) => (isHeld[index] === true ? work : givenBack(work.job)));
}
