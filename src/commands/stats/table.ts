import { admission } from '../../core/failures/breaker.ts';
import type { StoreStats } from '../../queue/views/stats.ts';
import type { Reader } from '../../terminal/reader.ts';
import type { Cell } from '../../terminal/table.ts';
import { renderFields } from '../../terminal/table.ts';
import { localTime, utcTime } from '../../terminal/time.ts';
import { lastRunFaultOf } from '../shared/last-run-fault.ts';
import { leftWords } from '../shared/left-words.ts';
import { pausedWords } from '../shared/paused.ts';
import { sum } from '../shared/stats-document.ts';

/** The statistics for a person, or as tab-separated lines for a pipe. */
export function statsTable(
  stats: StoreStats,
  options: {
    readonly dataDir: { readonly path: string; readonly origin: string };
    readonly now: number;
    readonly reader: Reader;
  },
): string {
  const { waiting, lastRun, stopped } = stats;
  const fault = stopped === undefined ? lastRunFaultOf(lastRun) : undefined;
  const { dataDir, now, reader } = options;
  const time = (at: number | undefined): string =>
    at === undefined ? '-' : reader.kind === 'person' ? localTime(at) : utcTime(at);
  const rows: [string, Cell][] = [
    ['pending', stats.pending],
    ['  due', waiting.due],
    ['  retry later', waiting.retry],
    ['  not in Plex yet', waiting.not_found],
    ['  need Stash', waiting.no_stash],
    ['  would remove too much', waiting.removals],
    ['in progress', stats.inProgress],
    ['completed', stats.totals.updated + stats.totals.unchanged],
    ['left as edited in Plex', leftWords(stats.left)],
    ...(stats.undone === 0 ? [] : [['undone scenes', stats.undone] as [string, number]]),
    ...neverSyncedRows(stats, time),
    ['dead letters', sum(stats.deadLetters) === 0 ? 0 : { text: String(sum(stats.deadLetters)), style: 'bad' }],
    ...Object.entries(stats.deadLetters).map(([type, count]): [string, number] => [`  ${type}`, count]),
    [
      'circuit breaker',
      { text: breakerWords(stats, now, time), style: stats.breakers.plex.kind === 'open' ? 'bad' : 'good' },
    ],
    ...(stats.outageSince === undefined ? [] : [['outage since', time(stats.outageSince)] as [string, string]]),
    ...(stats.stashOutageSince === undefined
      ? []
      : [['outage of Stash since', time(stats.stashOutageSince)] as [string, string]]),
    ...(stopped === undefined
      ? []
      : [
          ['stopped', { text: `${stopped.code}, since ${time(stopped.since)}: ${stopped.hint}`, style: 'bad' }] as [
            string,
            Cell,
          ],
        ]),
    ...(stats.paused === undefined ? [] : [['writing', pausedWords(stats.paused, time)] as [string, string]]),
    ['oldest waiting since', time(stats.oldestPendingAt)],
    [
      'last run',
      lastRun
        ? `${time(lastRun.started_at)}, exit code ${lastRun.exit_code ?? '- (running, or killed)'}${fault === undefined ? '' : `: it ${fault.words}`}`
        : '-',
    ],
    ['last success', time(stats.lastSuccessAt)],
    ['data dir', `${dataDir.path} (from ${dataDir.origin})`],
  ];
  return renderFields(rows, reader);
}

/** Stash is not asked for it: how old the count is belongs to it. */
function neverSyncedRows({ neverSynced }: StoreStats, time: (at: number) => string): [string, string][] {
  if (neverSynced === undefined || neverSynced.count === 0) return [];
  const { count, filed, at } = neverSynced;
  return [['never synced', `${count} of ${filed} scenes of Stash, as of ${time(at)}: plexsync reconcile`]];
}

function breakerWords({ breakers: { plex: breaker } }: StoreStats, now: number, time: (at: number) => string): string {
  if (breaker.kind !== 'open') return breaker.kind;
  const admitted = admission(breaker, now);
  return admitted.kind === 'wait' ? `open until ${time(admitted.retryAt)}` : 'open, the next run probes Plex';
}
