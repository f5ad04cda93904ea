import type { Breaker } from '../../core/failures/breaker.ts';
import { prepareMeta } from '../store/meta.ts';
import { translated } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { OUTAGE } from '../tables/alert-memory.ts';
import { CLAIMED_AWAITING } from '../tables/awaits-stash.ts';
import { prepareDeadLetters } from '../tables/dead-letters.ts';
import type { Run } from '../tables/runs.ts';
import { readRuns } from '../tables/runs.ts';
import { prepareServerState } from '../tables/server-state.ts';
import type { Total } from '../tables/totals.ts';
import { readTotals } from '../tables/totals.ts';

/** How many jobs wait, by what they wait for. */
export type Waiting = {
  readonly due: number;
  readonly retry: number;
  /** Not in Plex yet. */
  readonly not_found: number;
  /** Jobs that await Stash. */
  readonly no_stash: number;
};

/** The state of a data directory at one instant. Instants are epoch ms. */
export type StoreStats = {
  readonly waiting: Waiting;
  readonly pending: number;
  readonly inProgress: number;
  readonly nextAttemptAt: number | undefined;
  readonly oldestPendingAt: number | undefined;
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly breakers: { readonly plex: Breaker; readonly stash: Breaker };
  /** When the current outage began. */
  readonly outageSince: number | undefined;
  readonly totals: Readonly<Record<Total, number>>;
  readonly scenes: { readonly done: number; readonly waiting: number; readonly dead: number };
  readonly lastRun: Run | undefined;
  readonly lastSuccessAt: number | undefined;
};

type Counts = {
  readonly pending: number;
  readonly in_progress: number;
  readonly due: number;
  readonly retry: number;
  readonly not_found: number;
  readonly no_stash: number;
  readonly next_attempt_at: number | null;
  readonly oldest_pending_at: number | null;
};

/** Reads everything that `stats` and the summary of a run show. */
export function readStats(stores: Stores, now: number): StoreStats {
  const { queueDb: db, dlqDb } = stores;
  const read = (): StoreStats => {
    const counts = db
      .prepare<[object], Counts>(`
        SELECT count(*) FILTER (WHERE state = 'pending') AS pending,
          count(*) FILTER (WHERE state = 'in_progress') AS in_progress,
          count(*) FILTER (WHERE state = 'pending' AND held > ${CLAIMED_AWAITING}) AS no_stash,
          count(*) FILTER (WHERE state = 'pending' AND held <= ${CLAIMED_AWAITING} AND available_at <= @now) AS due,
          count(*) FILTER (WHERE state = 'pending' AND held <= ${CLAIMED_AWAITING} AND available_at > @now AND misses > 0) AS not_found,
          count(*) FILTER (WHERE state = 'pending' AND held <= ${CLAIMED_AWAITING} AND available_at > @now AND misses = 0) AS retry,
          min(available_at) FILTER (WHERE state = 'pending' AND held <= ${CLAIMED_AWAITING}) AS next_attempt_at,
          min(enqueued_at) FILTER (WHERE state = 'pending') AS oldest_pending_at
        FROM jobs`)
      .get({ now });
    if (counts === undefined) throw new Error('a count without a row');
    const done = db
      .prepare<[], { count: number }>('SELECT count(*) AS count FROM scenes WHERE written_at IS NOT NULL')
      .get();
    const letters = prepareDeadLetters(dlqDb);
    const servers = prepareServerState(db);
    const runs = readRuns(db);
    return {
      waiting: { due: counts.due, retry: counts.retry, not_found: counts.not_found, no_stash: counts.no_stash },
      pending: counts.pending,
      inProgress: counts.in_progress,
      nextAttemptAt: counts.next_attempt_at ?? undefined,
      oldestPendingAt: counts.oldest_pending_at ?? undefined,
      deadLetters: letters.countByType(),
      breakers: { plex: servers.breaker('plex'), stash: servers.breaker('stash') },
      outageSince: readOutage(db),
      totals: readTotals(db),
      // At most one job of a scene waits and one is under way.
      scenes: { done: done?.count ?? 0, waiting: counts.pending, dead: letters.sceneCount() },
      lastRun: runs.last,
      lastSuccessAt: runs.lastSuccessAt,
    };
  };
  return translated(storesName(stores.path), { read }).read();
}

/** Stored as epoch ms by the run that met the outage, and removed by the first run that gets an answer. */
function readOutage(db: Stores['queueDb']): number | undefined {
  return prepareMeta(db).number(OUTAGE);
}
