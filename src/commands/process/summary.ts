import type { DrainEnd, DrainReport } from '../../core/drain/drain.ts';
import type { Tally } from '../../core/drain/ports/tally.ts';
import { unreachable } from '../../core/model/errors.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import { listed, ours, say } from '../../core/text/sentence.ts';
import type { RunSummaryDocument } from '../../documents/run-summary.ts';
import { EXIT, endExitCode, signalExitCode, strongest } from '../../exit.ts';
import type { RunStats } from '../../queue/views/waiting.ts';
import type { LogLine } from '../../terminal/log/event-lines.ts';
import type { Output } from '../../terminal/log/output.ts';
import { localTime, utcTime } from '../../terminal/time.ts';
import { sum } from '../shared/stats-document.ts';
import { CREDENTIAL_CURES } from './credential-cures.ts';
import type { Fault } from './cron/cron-verdict.ts';
import type { DrainSetup } from './drain-run.ts';
import { REMOVALS_HINT, removalsWords } from './removals.ts';

/** What a summary shows besides the report. */
export type Summary = {
  readonly mode: DrainSetup['mode'];
  readonly exitCode: number;
  readonly stats: RunStats;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly skippedScenes: readonly number[];
  /** Since when a server does not answer, for the runs that keep count. */
  readonly outageSince?: ((server: 'plex' | 'stash') => number | undefined) | undefined;
  /** Ends that the reader knows of. */
  readonly known?: readonly string[] | undefined;
  /** What a preview did not look at; absent for a run. */
  readonly left?: LeftByPreview | undefined;
};

/**
 * What a preview does not look at: events in the spool (a number, or that it is unreadable), and jobs under a lease.
 */
export type LeftByPreview = { readonly spooled: number | 'unreadable'; readonly leased: number };

/** The faults of a run, and its exit code, which is that of a signal if one came. */
export function faultsOf(
  { ends, tally }: DrainReport,
  stats: RunStats,
  before: readonly Fault[],
): { readonly exitCode: number; readonly faults: readonly Fault[] } {
  const failed: readonly Fault[] =
    countedAs(tally, 'failed') > 0 ? [{ exitCode: EXIT.jobsFailed, what: 'jobs failed' }] : [];
  const faults = [
    ...before,
    ...failed,
    ...ends.map((end) => ({ exitCode: endExitCode(end.kind, stats.waiting.due), what: end.kind })),
  ];
  const signal = ends.find((end) => end.kind === 'signal');
  const exitCodes = faults.map(({ exitCode }) => exitCode);
  return { faults, exitCode: signal === undefined ? strongest(exitCodes) : signalExitCode(signal.signal) };
}

/** Why a run ended, or did less than it could, if that needs explaining, and what to do next. */
function explainEnd(end: DrainEnd, stats: RunStats): readonly LogLine[] {
  const waiting = say`${stats.waiting.due} ${stats.waiting.due === 1 ? 'job' : 'jobs'} waiting`;
  switch (end.kind) {
    case 'unauthorized':
      return [
        ['error', say`[PlexSync] Authentication failed: Unauthorized`],
        [
          'error',
          say`[PlexSync] ${end.message}. ${ours(CREDENTIAL_CURES.unauthorized)}, then run again; ${waiting}, nothing lost.`,
        ],
      ];
    case 'forbidden':
      return [
        [
          'error',
          say`[PlexSync] ${end.message}. ${ours(CREDENTIAL_CURES.forbidden)}, then run again; ${waiting}, nothing lost.`,
        ],
      ];
    case 'unreachable':
      return [
        [
          'error',
          say`[PlexSync] Plex server is down — pausing, ${waiting}: ${end.message}. Nothing is lost; run again later.`,
        ],
      ];
    case 'failing':
      return [
        [
          'error',
          say`[PlexSync] Plex answers, but not as it should — pausing, ${waiting}: ${end.message}. Nothing is lost; run again later.`,
        ],
      ];
    case 'breaker_open':
      return [
        ['error', say`[PlexSync] Circuit breaker OPENED - pausing processing`],
        [
          'error',
          say`[PlexSync] ${end.message}. Plex is asked again after ${ours(localTime(end.retryAt))}; ${waiting}, nothing lost.`,
        ],
      ];
    case 'stash_unauthorized':
      return [
        [
          'error',
          say`[PlexSync] ${end.message}. ${ours(CREDENTIAL_CURES.stash_unauthorized)}, then run again; ${waiting}, nothing lost.`,
        ],
      ];
    case 'stash_unreachable':
      return [
        [
          'error',
          say`[PlexSync] Stash is down — the jobs that need it wait, ${waiting}: ${end.message}. Nothing is lost; run again later.`,
        ],
      ];
    case 'stash_breaker_open':
      return [
        [
          'error',
          say`[PlexSync] ${end.message}. Stash is asked again after ${ours(localTime(end.retryAt))}; ${waiting}, nothing lost.`,
        ],
      ];
    case 'misconfigured':
    case 'stash_misconfigured':
      return [
        ['error', say`[PlexSync] ${end.message}`],
        ['error', say`[PlexSync] ${end.hint}`],
      ];
    case 'removals':
      return [
        ['error', say`[PlexSync] ${removalsWords(end.jobs)}`],
        ['error', say`[PlexSync] ${REMOVALS_HINT}`],
      ];
    case 'time_up':
      return stats.waiting.due > 0
        ? [['warning', say`[PlexSync] Timeout waiting for queue (${stats.waiting.due} items remaining)`]]
        : [];
    case 'signal':
      return [['warning', say`[PlexSync] Stopped by ${end.signal}: writes in flight were settled, ${waiting}`]];
    case 'limit':
      return [];
    default:
      return unreachable(end);
  }
}

/** The words for each ending of a job in the closing text of a run, in order. */
const ENDING_WORDS: Readonly<Record<keyof Tally, string>> = {
  updated: 'updated',
  unchanged: 'already right',
  waiting: 'not in Plex yet',
  skipped: 'skipped, not in Plex',
  gone: 'no longer in Stash',
  retried: 'to be retried',
  buried: 'moved to the DLQ',
  removals: 'held back, since they would remove too much',
  released: 'released',
  superseded: 'continued in a newer edit',
  leaseLost: 'taken over by another run',
};

/** Whether each ending counts as processed or as failed. */
const COUNTS_AS: Readonly<Record<keyof Tally, 'processed' | 'failed' | 'neither'>> = {
  updated: 'processed',
  unchanged: 'processed',
  waiting: 'processed',
  skipped: 'processed',
  gone: 'processed',
  retried: 'failed',
  buried: 'failed',
  removals: 'neither',
  released: 'neither',
  superseded: 'neither',
  leaseLost: 'neither',
};

function countedAs(tally: Readonly<Tally>, what: 'processed' | 'failed'): number {
  const endings = Object.entries(COUNTS_AS).filter(([, counts]) => counts === what);
  return endings.reduce((sum, [ending]) => sum + tally[ending as keyof Tally], 0);
}

/** The closing text of a run: counts first, then what waits and why. */
function summaryText({ tally }: DrainReport, summary: Summary): string {
  if (summary.mode === 'preview') return previewSummary(tally, summary);
  const { stats, startedAt, endedAt, skippedScenes } = summary;
  const failed = countedAs(tally, 'failed');
  const processed = countedAs(tally, 'processed') + failed;
  const took = ((endedAt - startedAt) / 1_000).toFixed(1);
  const lines = [`Queue processing complete. Processed: ${processed}, Failed: ${failed} (${took}s)`];
  const counted = countsText(
    Object.entries(ENDING_WORDS).map(([ending, words]) => [tally[ending as keyof Tally], words]),
  );
  if (counted !== '') lines.push(`  ${counted}`);
  if (skippedScenes.length > 0) lines.push(`Skipped scenes: ${shortList(skippedScenes)}`);
  lines.push(...waitingLines(stats));
  return lines.join('\n');
}

/** The closing line of a dry run. */
function previewSummary(
  { updated, unchanged, waiting, skipped, gone, retried, buried, removals, released }: DrainReport['tally'],
  { left, stats }: Summary,
): string {
  const parts: readonly Count[] = [
    [updated, 'would be written'],
    [unchanged, 'already right'],
    [waiting + skipped, 'not in Plex yet'],
    [gone, 'no longer in Stash'],
    [retried + buried, 'would fail'],
    [removals, 'would wait, since they remove too much'],
    [released, 'not looked at'],
  ];
  const { due } = stats.waiting;
  const untold = due === 0 ? 'nothing is due' : `${due} due, not looked at`;
  return `Dry run, nothing was written: ${countsText(parts) || untold}${spooledText(left?.spooled)}${leasedText(left?.leased)}`;
}

/** A lease may belong to a dead run, whose job the next run rescues. */
function leasedText(leased = 0): string {
  if (leased === 0) return '';
  const jobs =
    leased === 1 ? '1 job that another run has claimed was' : `${leased} jobs that another run has claimed were`;
  return `\n${jobs} not looked at`;
}

/** Only a run that writes takes events in, so a preview may show too little. */
function spooledText(spooled: LeftByPreview['spooled'] = 0): string {
  if (spooled === 'unreadable') return '\nThe events in the spool cannot be read: plexsync doctor says more';
  if (spooled === 0) return '';
  const left = spooled === 1 ? '1 event in the spool was' : `${spooled} events in the spool were`;
  return `\n${left} not looked at, which a run without --dry-run takes in`;
}

type Count = readonly [count: number, text: string];

/** The counts that are not zero: `2 updated, 1 already right`. */
function countsText(parts: readonly Count[]): string {
  return parts
    .filter(([count]) => count > 0)
    .map(([count, text]) => `${count} ${text}`)
    .join(', ');
}

const MOST_LISTED = 100;

function shortList(sceneIds: readonly number[]): string {
  const more = sceneIds.length > MOST_LISTED ? ` and ${sceneIds.length - MOST_LISTED} more` : '';
  return `${sceneIds.slice(0, MOST_LISTED).join(', ')}${more}`;
}

function waitingLines({ waiting, nextAttemptAt }: RunStats): string[] {
  const lines: string[] = [];
  const later = waiting.retry + waiting.not_found;
  if (waiting.due > 0) lines.push(`Still due: ${waiting.due}`);
  if (later > 0 && nextAttemptAt !== undefined) {
    lines.push(
      `Waiting: ${waiting.retry} to be retried, ${waiting.not_found} not in Plex yet; next try ${localTime(nextAttemptAt)}`,
    );
  }
  if (waiting.no_stash > 0) {
    lines.push(
      `Held (no_stash): ${waiting.no_stash} without data, which only Stash can supply; enqueue them with --path and --title to sync without it`,
    );
  }
  if (waiting.removals > 0)
    lines.push(`Held (removals): ${waiting.removals} that would remove too much; plexsync queue list --state removals`);
  return lines;
}

/** Reports how a run went, on both streams. */
export function reportRun(report: DrainReport, summary: Summary, output: Output): void {
  const { known = [] } = summary;
  for (const end of report.ends.filter(({ kind }) => !known.includes(kind))) tellEnd(end, summary, output);
  if (output.json) {
    output.resultJson(summaryDocument(report, summary));
    return;
  }
  for (const [level, line] of explainLetters(summary)) output.log(level, line);
  output.result(summaryText(report, summary));
}

/** Reports why a run ended, or did less than it could; an end that somebody has to fix is an error. */
function tellEnd(end: DrainEnd, summary: Summary, output: Output): void {
  const { stats } = summary;
  const exitCode = endExitCode(end.kind, stats.waiting.due);
  const lines = [...explainEnd(end, stats), ...(exitCode === EXIT.unreachable ? lastingWords(end, summary) : [])];
  if (exitCode === EXIT.done || exitCode === EXIT.timeUp) {
    for (const [level, line] of lines) output.log(level, line);
    return;
  }
  const [message = say`${end.kind}`, ...rest] = lines.map(([, line]) => withoutPrefix(line));
  const hint = rest.length === 0 ? undefined : listed(rest, ' ');
  output.error({ code: end.kind, exitCode, message, hint }, lines);
}

/** Since when a server is away, if an earlier run has found out. */
function lastingWords({ kind }: DrainEnd, { startedAt, outageSince }: Summary): readonly LogLine[] {
  const since = outageSince?.(kind.startsWith('stash_') ? 'stash' : 'plex');
  if (since === undefined || since >= startedAt) return [];
  return [['error', say`[PlexSync] It has been like this since ${ours(localTime(since))}.`]];
}

/** A line of ours as a sentence for a program, which knows whose it is. */
function withoutPrefix({ pieces }: Sentence): Sentence {
  const [first = '', ...rest] = pieces;
  const start = typeof first === 'string' ? ours(first.replace(/^\[PlexSync\] /, '')).pieces : [first];
  return { pieces: [...start, ...rest] };
}

/** The reminder that some jobs need a person. */
function explainLetters({ stats }: Summary): readonly LogLine[] {
  const count = sum(stats.deadLetters);
  if (count === 0) return [];
  const types = Object.entries(stats.deadLetters).map(([type, number]) => say`${number} ${ours(type)}`);
  const jobs = count === 1 ? 'job' : 'jobs';
  return [
    [
      'warning',
      say`[PlexSync] DLQ contains ${count} failed ${jobs} requiring review: ${listed(types)}. See: plexsync dlq list`,
    ],
  ];
}

/** The last NDJSON event of `process --json`; keys are only ever added. */
function summaryDocument(
  { ends, tally }: DrainReport,
  { mode, exitCode, stats, startedAt, endedAt, skippedScenes, left }: Summary,
): RunSummaryDocument {
  return {
    event: 'summary',
    dry_run: mode === 'preview',
    exit_code: exitCode,
    ends: ends.map(({ kind }) => kind),
    updated: tally.updated,
    unchanged: tally.unchanged,
    waiting: tally.waiting,
    skipped: tally.skipped,
    gone: tally.gone,
    skipped_scenes: skippedScenes,
    retried: tally.retried,
    dead_lettered: tally.buried,
    removals: tally.removals,
    released: tally.released,
    pending: stats.pending,
    ...(left === undefined
      ? {}
      : { events_not_looked_at: left.spooled === 'unreadable' ? null : left.spooled, jobs_not_looked_at: left.leased }),
    started_at: utcTime(startedAt),
    ended_at: utcTime(endedAt),
  };
}

/** The closing event of a run that could not do its work; the error document on stderr says why. */
export function failureDocument(exitCode: number): RunSummaryDocument {
  return { event: 'summary', exit_code: exitCode, ends: ['error'] };
}
