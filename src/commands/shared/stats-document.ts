import type { Breaker } from '../../core/failures/breaker.ts';
import type { BreakerDocument, StatsDocument } from '../../documents/stats.ts';
import type { StoreStats } from '../../queue/views/stats.ts';
import { utcTime } from '../../terminal/time.ts';

/** The document of `stats --json` and `process --stats-only`: keys are only ever added. */
export function statsDocument(
  stats: StoreStats,
  dataDir: { readonly path: string; readonly origin: string },
): StatsDocument {
  const { deadLetters, breakers, lastRun, stopped } = stats;
  return {
    pending: stats.pending,
    in_progress: stats.inProgress,
    completed: stats.totals.updated + stats.totals.unchanged,
    failed: stats.totals.dead_lettered,
    waiting: stats.waiting,
    dead_letters: { count: sum(deadLetters), by_error_type: deadLetters },
    breaker: { plex: breakerDocument(breakers.plex), stash: breakerDocument(breakers.stash) },
    outage_since: instant(earliest(stats.outageSince, stats.stashOutageSince)),
    stash_outage_since: instant(stats.stashOutageSince),
    stopped: stopped === undefined ? null : { code: stopped.code, since: utcTime(stopped.since), hint: stopped.hint },
    paused: pausedDocument(stats.paused),
    totals: stats.totals,
    scenes: stats.scenes,
    left: stats.left,
    undone: stats.undone,
    never_synced: neverSyncedDocument(stats),
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

function neverSyncedDocument({ neverSynced }: StoreStats): StatsDocument['never_synced'] {
  if (neverSynced === undefined) return null;
  const { count, filed, at } = neverSynced;
  return { count, of: filed, at: utcTime(at) };
}

/** Why writing rests, and until when. */
export function pausedDocument(paused: StoreStats['paused']): StatsDocument['paused'] {
  return paused === undefined ? null : { until: instant(paused.until), why: paused.why };
}

/** The sum of all counts. */
export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function earliest(...instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((at) => at !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function instant(at: number | undefined): string | null {
  return at === undefined ? null : utcTime(at);
}

function breakerDocument(breaker: Breaker): BreakerDocument {
  if (breaker.kind !== 'open') return { state: breaker.kind };
  return { state: 'open', opened_at: utcTime(breaker.openedAt) };
}
