import { UsageError } from '../../core/model/errors.ts';
import type { LostJobDocument, QueueDropDocument } from '../../documents/job.ts';
import { EXIT } from '../../exit.ts';
import { openPreviewStores } from '../../queue/store/preview-stores.ts';
import { serverWords } from '../../queue/tables/server-state.ts';
import type { Dropped, JobFilter, QueuedJob } from '../../queue/views/job-list.ts';
import { dropJobs, readJobs } from '../../queue/views/job-list.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import { confirm } from '../../terminal/confirm.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import { toIds, toState } from '../shared/typed-values.ts';
import { underWayWords } from '../shared/under-way.ts';

export type DropOptions = {
  readonly ids: readonly string[];
  readonly scenes: readonly string[];
  readonly state: string | undefined;
  readonly selectAll: 'all' | 'selected';
  readonly confirmed: 'yes' | 'ask';
  readonly effect: 'drop' | 'show_only';
};

/** Drops waiting jobs for good, saying which edits will not arrive; always asks. */
export async function drop(options: DropOptions, context: Context): Promise<number> {
  const filter = dropFilter(options);
  const isDryRun = options.effect === 'show_only';
  const stores = isDryRun ? openPreviewStores(context.dataDir) : openStores(context.dataDir);
  try {
    const jobs = [...readJobs(stores, filter, context.now())];
    refuseUnknown(filter, jobs);
    const doomed = jobs.filter(({ state }) => state !== 'in_progress');
    if (isDryRun) {
      report(asIfDropped(jobs), 'would_drop', context.output);
      return EXIT.done;
    }
    const question = `Drop ${countOf(doomed)} from the queue of ${context.dataDir.path}${serverWords(stores.queueDb)}? Their edits will not arrive.`;
    const answer =
      doomed.length > 0
        ? await confirm(question, { yes: options.confirmed === 'yes', streams: context.streams })
        : 'yes';
    if (answer !== 'yes') return declined(answer, context);
    report(dropJobs(stores, jobs), 'dropped', context.output);
    return EXIT.done;
  } finally {
    stores.close();
  }
}

function dropFilter({ ids, scenes, state, selectAll }: DropOptions): JobFilter {
  const hasFilter = scenes.length > 0 || state !== undefined;
  if (ids.length === 0 && !hasFilter && selectAll !== 'all') {
    throw new UsageError(
      'Which jobs to drop was not said.',
      'Give their ids (plexsync queue list shows them), --scene, --state or --all.',
    );
  }
  if (ids.length > 0 && (hasFilter || selectAll === 'all')) throw new UsageError('Give ids or filters, not both.');
  return {
    ids: ids.length > 0 ? toIds(ids, 'job') : undefined,
    sceneIds: scenes.length > 0 ? toIds(scenes, 'scene', '--scene') : undefined,
    states: state === undefined ? undefined : [toState(state)],
  };
}

function refuseUnknown({ ids = [], sceneIds = [], states }: JobFilter, jobs: readonly QueuedJob[]): void {
  const hint = 'Nothing was dropped. plexsync queue list shows what waits.';
  const found = new Set(jobs.map(({ jobId }) => jobId));
  const job = ids.find((id) => !found.has(id));
  if (job !== undefined) throw new UsageError(`There is no job ${job} in the queue.`, hint);
  const scenes = new Set(jobs.map(({ sceneId }) => sceneId));
  const scene = sceneIds.find((id) => !scenes.has(id));
  if (scene === undefined) return;
  const inState = states === undefined ? '' : ` in the state ${states.join(', ')}`;
  throw new UsageError(`No job of scene ${scene} is in the queue${inState}.`, hint);
}

function asIfDropped(jobs: readonly QueuedJob[]): readonly Dropped[] {
  return jobs.map((job) => ({ job, how: job.state === 'in_progress' ? 'in_progress' : 'dropped' }));
}

function report(results: readonly Dropped[], what: 'dropped' | 'would_drop', output: Context['output']): void {
  const of = (how: Dropped['how']): readonly QueuedJob[] =>
    results.filter((result) => result.how === how).map(({ job }) => job);
  const [dropped, running, changed] = [of('dropped'), of('in_progress'), of('changed')];
  if (output.json) {
    output.resultJson({
      ...(what === 'would_drop' ? { dry_run: true } : {}),
      dropped: dropped.map(dropDocument),
      in_progress: running.map(dropDocument),
      changed: changed.map(dropDocument),
    } satisfies QueueDropDocument);
    return;
  }
  const verb = what === 'dropped' ? 'dropped' : 'would be dropped';
  const stays = ({ jobId, sceneId }: QueuedJob, why: string): string =>
    `Job ${jobId} of scene ${sceneId} stays: ${why}.`;
  const lines = [
    ...dropped.map((job) => sanitize(`Job ${job.jobId} ${verb}: ${lossOf(job)}`)),
    ...running.map((job) => stays(job, underWayWords(job))),
    ...changed.map((job) => stays(job, 'a newer edit came in since you were asked')),
    `${countOf(dropped)} ${verb}.`,
  ];
  output.result(lines.join('\n'));
}

function lossOf({ sceneId, title, keys, isBare }: QueuedJob): string {
  const whatStashHas = isBare ? ['whatever Stash has'] : [];
  const parts = [...keys, ...whatStashHas];
  const name = title === undefined ? '' : ` "${title}"`;
  return `${parts.length === 0 ? 'nothing but the path' : parts.join(', ')} of scene ${sceneId}${name} will not arrive`;
}

function dropDocument({ jobId, sceneId, title, keys, isBare }: QueuedJob): LostJobDocument {
  return { job_id: jobId, scene_id: sceneId, title: title ?? null, keys, from_stash: isBare };
}

function countOf(jobs: readonly QueuedJob[]): string {
  return jobs.length === 1 ? '1 job' : `${jobs.length.toLocaleString('en')} jobs`;
}
