import type { DrainReport } from '../../core/drain/drain.ts';
import { EXIT, endExitCode } from '../../exit.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { openAlertMemory } from '../../queue/tables/alert-memory.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { Fault } from './cron/cron-verdict.ts';
import type { Summary } from './summary/summary-text.ts';

/** Since when a server is away from the address that it is asked for at. */
export function outagesOf(stores: Stores, { settings }: LoadedSettings): NonNullable<Summary['outageSince']> {
  const { outageSince } = openAlertMemory(stores);
  return (server) => outageSince(server, settings[`${server}_url`]);
}

/** Notes since when a server has not answered, for cron and monitors. */
export function noteServer(
  stores: Stores,
  run: { readonly report: DrainReport; readonly before: readonly Fault[]; readonly isConnected: boolean },
  { loaded, now }: { readonly loaded: LoadedSettings; readonly now: number },
): void {
  const notices = openAlertMemory(stores);
  const { plex_url, stash_url } = loaded.settings;
  const { ends } = run.report;
  const kinds = ends.map(({ kind }) => kind);
  // One that is remembered asked nobody.
  const isRefused = ends.some((end) => end.kind === 'unauthorized' && end.refused === undefined);
  const isStashSilent =
    kinds.some((kind) => kind === 'stash_unreachable' || kind === 'stash_breaker_open') ||
    run.before.some(({ exitCode }) => exitCode === EXIT.unreachable);
  // A refusal is an answer, too.
  if (isStashSilent) notices.noteOutage(now, stash_url, 'stash');
  else if (run.report.stash === 'answered' || kinds.includes('stash_unauthorized')) notices.clearOutage('stash');
  if (run.isConnected || isRefused) notices.clearOutage();
  if (kinds.some((kind) => endExitCode(kind, 0) === EXIT.unreachable && !kind.startsWith('stash_')))
    notices.noteOutage(now, plex_url);
}
