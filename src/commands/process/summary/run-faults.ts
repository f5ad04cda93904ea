import type { DrainReport } from '../../../core/drain/drain.ts';
import type { Tally } from '../../../core/drain/ports/tally.ts';
import { EXIT, endExitCode, signalExitCode, strongest } from '../../../exit.ts';
import type { RunStats } from '../../../queue/views/waiting.ts';
import type { Fault } from '../cron/cron-verdict.ts';

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

/** Whether each ending counts as processed or as failed. */
const COUNTS_AS: Readonly<Record<keyof Tally, 'processed' | 'failed' | 'neither'>> = {
  updated: 'processed',
  unchanged: 'processed',
  nothing: 'processed',
  waiting: 'processed',
  skipped: 'processed',
  withoutFile: 'processed',
  gone: 'processed',
  retried: 'failed',
  buried: 'failed',
  removals: 'neither',
  undone: 'neither',
  released: 'neither',
  superseded: 'neither',
  leaseLost: 'neither',
  pictures: 'neither',
  restDone: 'processed',
};

/** How many jobs of a run count as processed, or as failed. */
export function countedAs(tally: Readonly<Tally>, what: 'processed' | 'failed'): number {
  const endings = Object.entries(COUNTS_AS).filter(([, counts]) => counts === what);
  return endings.reduce((sum, [ending]) => sum + tally[ending as keyof Tally], 0);
}
