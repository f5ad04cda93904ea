import { RETRY_RULES } from '../../failures/retry-policy.ts';
import type { SyncError } from '../../model/errors.ts';
import type { Job, Settlement } from '../../model/job.ts';
import { say } from '../../text/sentence.ts';
import { isEmptyPlan } from '../../write/edit-plan.ts';
import { removalWords } from '../../write/removals.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { Ended } from '../ports/endings.ts';
import { finished } from '../ports/endings.ts';
import type { PlannedItem, WorkerEvent } from '../ports/events.ts';
import { mapConcurrently } from '../ports/map-concurrently.ts';
import type { Planned } from '../ports/stages.ts';
import type { PictureCounts } from '../servers/picture-counts.ts';
import type { PictureReader } from '../servers/picture-reader.ts';
import type { PictureUses } from './picture-bench.ts';
import { withPictures } from './picture-plan.ts';
import { seeToPictures } from './pictures.ts';
import { unchanged } from './plan.ts';

type Uses = Omit<PictureUses, 'reader' | 'counts'> & {
  readonly counts: Pick<PictureCounts, 'left' | 'written'>;
  readonly reader: PictureReader | undefined;
  readonly options: Pick<DrainOptions, 'concurrency'>;
};

/** Reports what each plan would write, instead of writing it. Pictures are looked at, and left where they are. */
export async function preview(batch: readonly Planned[], context: Uses): Promise<readonly Ended[]> {
  const looked = await mapConcurrently(batch, context.options.concurrency, async (work) => await look(work, context));
  return looked.map((work): Ended => {
    const { job, plan, pictures } = work;
    if (isEmptyPlan(plan)) return unchanged(work);
    const failure = pictures?.failure;
    emitPlan();
    for (const _ of plan.pictures ?? []) context.counts.written();
    return finished(work, 'updated', { written: plan.written });

    function emitPlan(): void {
      const message = failure === undefined || failure.kind === 'given_back' ? undefined : failure.error.said;
      context.emit({ kind: 'would_write', jobId: job.id, sceneId: job.sceneId, ...plannedItem(work), message });
    }
  });
}

async function look(work: Planned, context: Uses): Promise<Planned> {
  const { reader, options } = context;
  if (work.needs.length === 0 || reader === undefined) return work;
  const done = { ...work, needs: [], pictures: await seeToPictures(work, { ...context, reader }) };
  return { ...done, plan: withPictures(work.plan, done, options.rules) };
}

function plannedItem({ item, plan }: Pick<Planned, 'item' | 'plan'>): PlannedItem {
  const { ratingKey, fields, sectionTitle } = item;
  return { ratingKey, title: fields.title, library: sectionTitle, plan };
}

/** What to report in a preview for a job that would write nothing; a job that would write was already reported. */
export function previewEvent(job: Job, settlement: Settlement, work: Ended['planned']): WorkerEvent | undefined {
  const planned = work && plannedItem(work);
  const about = { kind: 'would_not_write', jobId: job.id, sceneId: job.sceneId, planned } as const;
  switch (settlement.kind) {
    case 'complete':
      return settlement.change === 'updated' ? undefined : { ...about, reason: settlement.change, message: undefined };
    case 'pictures':
      // What would be written beside it was reported, and why the picture would not be.
      return settlement.change === 'unchanged' ? previewEvent(job, settlement.rest, work) : undefined;
    case 'retry':
    case 'wait':
    case 'skip':
    case 'dead':
      return { ...about, reason: 'failure', ...saidOf(settlement.error) };
    case 'release':
      return { ...about, reason: 'released', ...saidOf(settlement.error) };
    case 'removals':
      return { ...about, reason: 'removals', message: removalWords(settlement.values) };
    case 'undone':
      return { ...about, reason: 'undone', message: say`Scene ${job.sceneId} is undone, and stays as it is` };
    case 'gone':
      return { ...about, reason: 'failure', message: say`Scene ${job.sceneId} is not in Stash` };
    case 'give_back':
    case 'put_back':
    case 'defer':
      return undefined;
  }
}

function saidOf({ code, said }: SyncError) {
  return { message: said, errorType: RETRY_RULES[code].errorType };
}
