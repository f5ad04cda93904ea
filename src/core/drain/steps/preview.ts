import type { Job, Settlement } from '../../model/job.ts';
import { say } from '../../text/sentence.ts';
import { removalWords } from '../../write/removals.ts';
import type { Ended } from '../ports/endings.ts';
import { notesOf, recordOf } from '../ports/endings.ts';
import type { WorkerEvent } from '../ports/events.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { Planned } from '../ports/stages.ts';

/** Reports what each plan would write, instead of writing it. */
export function preview(batch: readonly Planned[], { emit }: Pick<DrainDeps, 'emit'>): readonly Ended[] {
  return batch.map((work): Ended => {
    const { job, item, plan } = work;
    const { ratingKey, fields } = item;
    emit({
      kind: 'would_write',
      jobId: job.id,
      sceneId: job.sceneId,
      ratingKey,
      title: fields.title,
      plan,
    });
    return {
      job,
      outcome: { kind: 'updated', record: recordOf(work, plan.written), notes: notesOf(work, plan.written) },
    };
  });
}

/** What to report in a preview for a job that would write nothing; a job that would write was already reported. */
export function previewEvent(job: Job, settlement: Settlement): WorkerEvent | undefined {
  const about = { kind: 'would_not_write', jobId: job.id, sceneId: job.sceneId } as const;
  switch (settlement.kind) {
    case 'complete':
      return settlement.change === 'unchanged' ? { ...about, reason: 'unchanged', message: undefined } : undefined;
    case 'retry':
    case 'wait':
    case 'skip':
    case 'dead':
      return { ...about, reason: 'failure', message: settlement.error.said };
    case 'release':
      return { ...about, reason: 'released', message: settlement.error.said };
    case 'removals':
      return { ...about, reason: 'removals', message: removalWords(settlement.values) };
    case 'gone':
      return { ...about, reason: 'failure', message: say`Scene ${job.sceneId} is not in Stash` };
    case 'give_back':
    case 'put_back':
    case 'defer':
      return undefined;
  }
}
