import type { DrainReport } from '../../core/drain/drain.ts';
import type { WorkerEvent } from '../../core/drain/ports/events.ts';
import { createPreviewQueue } from '../../core/drain/preview-queue.ts';
import type { Job } from '../../core/model/job.ts';
import type { PreviewReads } from '../../queue/work/preview-queue.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { runDrain } from '../process/drain-run.ts';
import type { Context } from '../shared/context.ts';

/**
 * What the drain said of one job, and why it ended, if for a reason of its own. `undone`: whether its scene was undone,
 * and stays so; then `events` tell what would be written if it did not.
 */
export type Look = {
  readonly events: readonly WorkerEvent[];
  readonly report: DrainReport;
  readonly undone: 'stays' | 'edited_since' | 'no';
};

type Uses = { readonly reads: PreviewReads; readonly loaded: LoadedSettings };

/** Looks at one job as `process` would take it; where its scene stays undone, looks again as if it were released. */
export async function lookAt(job: Job, { reads, loaded }: Uses, context: Context): Promise<Look> {
  const look = await preview(job, { reads, loaded }, context);
  if (reads.undone(job.sceneId) === undefined) return { ...look, undone: 'no' };
  const stays = look.events.some((event) => event.kind === 'would_not_write' && event.reason === 'undone');
  if (!stays) return { ...look, undone: 'edited_since' };
  const released = await preview(job, { reads: { ...reads, undone: () => undefined }, loaded }, context);
  return { ...released, undone: 'stays' };
}

/**
 * Runs the drain as a preview over one job, whatever else waits and whenever this one is due: the very decisions of
 * `process`, and nothing is written anywhere.
 * @throws {UsageError} when Plex is not configured, or configured wrongly.
 */
async function preview(job: Job, { reads, loaded }: Uses, context: Context): Promise<Omit<Look, 'undone'>> {
  const events: WorkerEvent[] = [];
  const clientIdentifier = reads.clientIdentifier();
  const queue = {
    ...createPreviewQueue(onlyOf(job, reads)),
    clientIdentifier: () => clientIdentifier,
    stashDialect: reads.stashDialect,
    saveStashDialect: () => undefined,
  };
  const report = await runDrain(
    queue,
    {
      loaded,
      limit: undefined,
      maxTimeMs: undefined,
      adoptServer: false,
      removals: 'counted',
      mode: 'preview',
      startedAt: context.now(),
      emit: (event) => void events.push(event),
      checkpoint: () => undefined,
    },
    context,
  );
  return { events, report };
}

/** The queue as if it held this job alone: for one file no library is listed, however many others wait. */
function onlyOf(job: Job, reads: PreviewReads): PreviewReads {
  return {
    ...reads,
    dueIds: () => [job.id],
    dueJobs: (ids) => (ids.includes(job.id) ? [job] : []),
    unmatchedDueCount: () => 1,
  };
}
