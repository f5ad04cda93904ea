import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Breaker } from '../../core/failures/breaker.ts';
import { UsageError } from '../../core/model/errors.ts';
import type { StoreStats } from '../../queue/views/stats.ts';
import { replaceFile } from '../../replace-file.ts';
import { whyNotWritten } from '../../settings/file-errors.ts';
import { sum } from '../shared/stats-document.ts';
import type { Metric } from './metrics-text.ts';
import { metricsText } from './metrics-text.ts';

/**
 * Writes the statistics for Prometheus' textfile collector. The file is written beside its place and renamed, so that
 * nobody reads half of it, and is readable by all, since the collector runs as another user.
 * @throws {UsageError} when the file cannot be written, or holds something else.
 */
export function writeMetrics(file: string, metrics: readonly Metric[]): void {
  if (file === '') throw new UsageError('--metrics-file is empty.', 'Give the path of the file to write.');
  try {
    refuseForeign(file);
    replaceFile(file, metricsText(metrics), { mode: 0o644 });
  } catch (thrown) {
    throw thrown instanceof UsageError ? thrown : notWritten(file, thrown);
  }
}

/** What every file of ours begins with, whatever version wrote it. */
const BEGINNING = '# HELP plexsync_';

/** @throws {UsageError} for a file that holds something else: a slip of the name would cost it. */
function refuseForeign(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return;
  const fd = openSync(file, 'r');
  try {
    const start = Buffer.alloc(BEGINNING.length);
    const length = readSync(fd, start);
    if (length === 0 || start.toString() === BEGINNING) return;
  } finally {
    closeSync(fd);
  }
  throw new UsageError(
    `${file} is there, and no metrics of plexsync.`,
    'Name another file; this one is left as it is.',
  );
}

function notWritten(file: string, thrown: unknown): UsageError {
  return new UsageError(
    `The metrics file ${file} cannot be written: ${whyNotWritten(thrown)}.`,
    'Give a file in a folder that this user may write to.',
  );
}

const TOTAL_HELP: Readonly<Record<keyof StoreStats['totals'], string>> = {
  updated: 'Jobs that ended with a change in Plex.',
  unchanged: 'Jobs that found Plex right already.',
  retries: 'Attempts that failed and were put off.',
  not_found_waits: 'Looks that did not find the file in Plex yet.',
  gone: 'Jobs of scenes that are no longer in Stash.',
  skipped: 'Jobs of files that Plex does not have, skipped as asked, and of scenes that have no file in Stash.',
  dead_lettered: 'Jobs that became dead letters.',
  released: 'Jobs given back untried.',
  dropped: 'Jobs dropped by a person.',
  superseded: 'Jobs taken over by a newer edit.',
  rescued: 'Jobs taken back from runs that did not end properly.',
};

/** Converts the statistics to metrics; a statistic without a value has no sample. */
export function statsMetrics(
  stats: StoreStats,
  { now, version }: { readonly now: number; readonly version: string },
): readonly Metric[] {
  const { breakers } = stats;
  return [
    gauge('plexsync_build_info', 'The version that wrote this file.', [{ labels: { version }, value: 1 }]),
    instant('plexsync_stats_timestamp_seconds', 'When this file was written.', now),
    gauge('plexsync_jobs_waiting', 'Jobs that wait, by what they wait for.', labelled('reason', stats.waiting)),
    gauge('plexsync_jobs_in_progress', 'Jobs under way.', [{ value: stats.inProgress }]),
    gauge('plexsync_dead_letters', 'Dead letters.', [{ value: sum(stats.deadLetters) }]),
    gauge(
      'plexsync_dead_letters_by_error_type',
      'Dead letters, by their type of error.',
      labelled('error_type', stats.deadLetters),
    ),
    gauge('plexsync_scenes', 'Scenes, by how far they are.', labelled('state', stats.scenes)),
    ...Object.entries(TOTAL_HELP).map(
      ([name, help]): Metric => ({
        name: `plexsync_${name}_total`,
        type: 'counter',
        help,
        samples: [{ value: stats.totals[name as keyof StoreStats['totals']] }],
      }),
    ),
    gauge('plexsync_breaker_state', '1 for the state in which the circuit breaker of a server is.', [
      ...breakerSamples('plex', breakers.plex),
      ...breakerSamples('stash', breakers.stash),
    ]),
    instant(
      'plexsync_oldest_pending_timestamp_seconds',
      'When the oldest waiting job was enqueued.',
      stats.oldestPendingAt,
    ),
    instant(
      'plexsync_outage_start_timestamp_seconds',
      'When the outage that lasts until now began.',
      stats.outageSince,
    ),
    instant(
      'plexsync_stash_outage_start_timestamp_seconds',
      'When the outage of Stash that lasts until now began.',
      stats.stashOutageSince,
    ),
    gauge(
      'plexsync_stopped',
      '1 for what stops writing until somebody does something about it.',
      stats.stopped === undefined ? [] : [{ labels: { code: stats.stopped.code }, value: 1 }],
    ),
    gauge(
      'plexsync_paused',
      '1 while nothing is written because a person paused it or the hours are quiet.',
      stats.paused === undefined ? [] : [{ labels: { why: stats.paused.why }, value: 1 }],
    ),
    ...lastRunMetrics(stats),
  ];
}

function lastRunMetrics({ lastRun, lastSuccessAt }: StoreStats): readonly Metric[] {
  const jobs = lastRun === undefined ? {} : { done: lastRun.done, failed: lastRun.failed };
  const exitCode = lastRun?.exit_code ?? undefined;
  return [
    instant('plexsync_last_run_start_timestamp_seconds', 'When the last run began.', lastRun?.started_at),
    instant('plexsync_last_run_end_timestamp_seconds', 'When the last run ended.', lastRun?.ended_at ?? undefined),
    gauge(
      'plexsync_last_run_exit_code',
      'The exit code of the last run.',
      exitCode === undefined ? [] : [{ value: exitCode }],
    ),
    gauge('plexsync_last_run_jobs', 'Jobs of the last run, by how they ended.', labelled('result', jobs)),
    instant('plexsync_last_success_timestamp_seconds', 'When the last run without a failure ended.', lastSuccessAt),
  ];
}

function gauge(name: string, help: string, samples: Metric['samples']): Metric {
  return { name, type: 'gauge', help, samples };
}

function instant(name: string, help: string, at: number | undefined): Metric {
  return gauge(name, help, at === undefined ? [] : [{ value: at / 1_000 }]);
}

function labelled(label: string, counts: Readonly<Record<string, number>>): Metric['samples'] {
  return Object.entries(counts).map(([key, value]) => ({ labels: { [label]: key }, value }));
}

function breakerSamples(server: string, breaker: Breaker): Metric['samples'] {
  return (['closed', 'half_open', 'open'] as const).map((state) => ({
    labels: { server, state },
    value: state === breaker.kind ? 1 : 0,
  }));
}
