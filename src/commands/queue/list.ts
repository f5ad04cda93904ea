import type { JobState } from '../../core/model/job.ts';
import { ours, say } from '../../core/text/sentence.ts';
import type { JobDocument } from '../../documents/job.ts';
import { EXIT } from '../../exit.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import type { JobFilter, QueuedJob } from '../../queue/views/job-list.ts';
import { countJobs, readJobs } from '../../queue/views/job-list.ts';
import type { Reader, Style } from '../../terminal/reader.ts';
import { renderTable } from '../../terminal/table.ts';
import { relativeTime, utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { jobDocument } from '../shared/job-document.ts';
import { logWrapped } from '../shared/log-wrapped.ts';
import { toId, toLimit, toState } from '../shared/typed-values.ts';

export type ListOptions = {
  readonly scene: string | undefined;
  readonly state: string | undefined;
  readonly limit: string | undefined;
};

/** Lists the waiting jobs and what they wait for, next first. */
export function list({ scene, state, limit }: ListOptions, context: Context): number {
  const { dataDir, output, now } = context;
  const filter: JobFilter = {
    sceneIds: scene === undefined ? undefined : [toId(scene, 'scene', '--scene')],
    states: state === undefined ? undefined : [toState(state)],
    limit: toLimit(limit),
  };
  const stores = openStoresToRead(dataDir);
  try {
    const at = now();
    if (output.json) output.resultJsonArray(documentsOf(readJobs(stores, filter, at)));
    else if (output.readerOf('stdout').kind === 'person') showTable(stores, { filter, now: at }, output);
    else
      for (const page of inPages(readJobs(stores, filter, at)))
        output.result(jobTable(page, output.readerOf('stdout'), at));
    return EXIT.done;
  } finally {
    stores.close();
  }
}

/** A person reads no more at once; a pipe gets all. */
const TABLE_ROWS = 100;

function showTable(
  stores: Stores,
  { filter, now }: { readonly filter: JobFilter; readonly now: number },
  output: Context['output'],
): void {
  const all = countJobs(stores, filter, now);
  if (all === 0) {
    const areThere = countJobs(stores, {}, now) > 0;
    output.result(areThere ? 'No waiting job matches.' : 'Nothing waits.');
    return;
  }
  const limit = filter.limit ?? TABLE_ROWS;
  for (const page of inPages(readJobs(stores, { ...filter, limit }, now)))
    output.result(jobTable(page, output.readerOf('stdout'), now));
  if (all > limit) {
    const more = (all - limit).toLocaleString('en');
    logWrapped(output, say`… and ${ours(more)} more: --limit ${all} shows all, plexsync stats counts them.`);
  }
}

const PAGE_ROWS = 1_000;

function* inPages(jobs: Iterable<QueuedJob>): Generator<readonly QueuedJob[]> {
  let page: QueuedJob[] = [];
  for (const job of jobs) {
    page.push(job);
    if (page.length < PAGE_ROWS) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function jobTable(jobs: readonly QueuedJob[], reader: Reader, now: number): string {
  const time = (at: number): string => (reader.kind === 'person' ? relativeTime(at, now) : utcTime(at));
  const rows = jobs.map((job) => [
    job.jobId,
    job.sceneId,
    { text: job.state, style: STATE_STYLES[job.state] },
    WITHOUT_TIME.includes(job.state) ? '-' : time(job.availableAt),
    job.attempts,
    job.title ?? '-',
    job.path ?? '-',
    reasonOf(job),
  ]);
  return renderTable(
    [
      { name: 'JOB', rank: 2 },
      'SCENE',
      'STATE',
      'NEXT TRY',
      { name: 'ATTEMPTS', rank: 1 },
      'TITLE',
      { name: 'PATH', rank: 3 },
      'WHY',
    ],
    rows,
    reader,
  );
}

/** What waits for a person stands out. */
const STATE_STYLES: Readonly<Record<JobState, Style>> = {
  due: 'good',
  in_progress: 'good',
  retry: 'warning',
  not_found: 'dim',
  pictures: 'dim',
  held: 'warning',
  removals: 'bad',
  undone: 'dim',
};

/** What waits for something else than its time. */
const WITHOUT_TIME: readonly JobState[] = ['held', 'removals', 'undone', 'in_progress'];

function reasonOf({ sceneId, state, lastError, reassert }: QueuedJob): string {
  if (state === 'held') return 'only Stash can say what to write (no_stash)';
  if (state === 'undone') return `its scene is undone: plexsync queue release ${sceneId}`;
  if (lastError !== undefined || reassert.length === 0) return lastError ?? '-';
  return `takes back from Plex: ${reassert.join(', ')}`;
}

function* documentsOf(jobs: Iterable<QueuedJob>): Generator<JobDocument> {
  for (const job of jobs) yield jobDocument(job);
}
