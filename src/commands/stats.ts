import { admission } from '../core/breaker.ts';
import type { StoreStats } from '../queue/stats.ts';
import { readStats } from '../queue/stats.ts';
import { openStoresToRead } from '../queue/stores.ts';
import type { Reader } from '../terminal/reader.ts';
import { readerOf } from '../terminal/reader.ts';
import { renderFields } from '../terminal/table.ts';
import { localTime, utcTime } from '../terminal/time.ts';
import type { Context } from './context.ts';
import { statsDocument, sum } from './stats-document.ts';

/** Shows the queue, the dead letters, the breaker and the last run; changes nothing. */
export function run({ dataDir, output, now }: Context): number {
  const stores = openStoresToRead(dataDir);
  try {
    const stats = readStats(stores, now());
    if (output.json) output.resultJson(statsDocument(stats, dataDir), 2);
    else output.result(statsTable(stats, { dataDir, now: now(), reader: readerOf('stdout') }));
    return 0;
  } finally {
    stores.close();
  }
}

/** The statistics for a person, or as tab-separated lines for a pipe. */
function statsTable(
  stats: StoreStats,
  options: {
    readonly dataDir: { readonly path: string; readonly origin: string };
    readonly now: number;
    readonly reader: Reader;
  },
): string {
  const { waiting, lastRun } = stats;
  const { dataDir, now, reader } = options;
  const time = (at: number | undefined): string =>
    at === undefined ? '-' : reader.kind === 'person' ? localTime(at) : utcTime(at);
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
      lastRun ? `${time(lastRun.started_at)}, exit code ${lastRun.exit_code ?? '- (running, or killed)'}` : '-',
    ],
    ['last success', time(stats.lastSuccessAt)],
    ['data dir', `${dataDir.path} (from ${dataDir.origin})`],
  ];
  return renderFields(rows, reader);
}

function breakerWords({ breakers: { plex: breaker } }: StoreStats, now: number, time: (at: number) => string): string {
  if (breaker.kind !== 'open') return breaker.kind;
  const admitted = admission(breaker, now);
  return admitted.kind === 'wait' ? `open until ${time(admitted.retryAt)}` : 'open, the next run probes Plex';
}
