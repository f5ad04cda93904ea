import { admission } from '../core/breaker.ts';
import type { StoreStats } from '../queue/stats.ts';
import { renderTable } from '../terminal/table.ts';
import { localTime, utcTime } from '../terminal/time.ts';

/** The document of `stats --json` and `process --stats-only`: keys are only ever added. */
export function statsDocument(stats: StoreStats, dataDir: { readonly path: string; readonly origin: string }): object {
  const { deadLetters, breaker, lastRun } = stats;
  return {
    pending: stats.pending,
    in_progress: stats.inProgress,
    completed: stats.totals.updated + stats.totals.unchanged,
    failed: stats.totals.dead_lettered,
    waiting: stats.waiting,
    dead_letters: { count: sum(deadLetters), by_error_type: deadLetters },
    breaker: {
      plex: breaker.kind === 'open' ? { state: 'open', opened_at: utcTime(breaker.openedAt) } : { state: breaker.kind },
    },
    totals: stats.totals,
    scenes: stats.scenes,
    oldest_pending_at: instant(stats.oldestPendingAt),
    last_run: lastRun
      ? {
          started_at: utcTime(lastRun.started_at),
          ended_at: instant(lastRun.ended_at ?? undefined),
          exit_code: lastRun.exit_code,
          done: lastRun.done,
          failed: lastRun.failed,
        }
      : null,
    last_success_at: instant(stats.lastSuccessAt),
    data_dir: dataDir.path,
  };
}

/** The same for a person, or as tab-separated lines for a pipe. */
export function statsTable(
  stats: StoreStats,
  options: {
    readonly dataDir: { readonly path: string; readonly origin: string };
    readonly now: number;
    readonly reader: 'person' | 'pipe';
  },
): string {
  const { waiting, lastRun } = stats;
  const { dataDir, now, reader } = options;
  const time = (at: number | undefined): string =>
    at === undefined ? '-' : reader === 'person' ? localTime(at) : utcTime(at);
  const rows: [string, string | number][] = [
    ['pending', stats.pending],
    ['  due', waiting.due],
    ['  retry later', waiting.retry],
    ['  not in Plex yet', waiting.not_found],
    ['  need Stash', waiting.no_stash],
    ['in progress', stats.inProgress],
    ['completed', stats.totals.updated + stats.totals.unchanged],
    ['dead letters', sum(stats.deadLetters)],
    ...Object.entries(stats.deadLetters).map(([type, count]): [string, number] => [`  ${type}`, count]),
    ['circuit breaker', breakerWords(stats, now, time)],
    ['oldest waiting since', time(stats.oldestPendingAt)],
    [
      'last run',
      lastRun ? `${time(lastRun.started_at)}, exit code ${lastRun.exit_code ?? '(running, or killed)'}` : '-',
    ],
    ['last success', time(stats.lastSuccessAt)],
    ['data dir', `${dataDir.path} (from ${dataDir.origin})`],
  ];
  return renderTable([], reader === 'person' ? rows : rows.map(([name, value]) => [name.trim(), value]), reader);
}

function breakerWords({ breaker }: StoreStats, now: number, time: (at: number) => string): string {
  if (breaker.kind !== 'open') return breaker.kind;
  const admitted = admission(breaker, now);
  return admitted.kind === 'wait' ? `open until ${time(admitted.retryAt)}` : 'open, the next run probes Plex';
}

/** How many letters there are in all. */
export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function instant(at: number | undefined): string | null {
  return at === undefined ? null : utcTime(at);
}
