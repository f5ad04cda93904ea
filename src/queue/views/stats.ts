import type { Breaker } from '../../core/failures/breaker.ts';
import type { LeftCount } from '../../core/model/left-as-edited.ts';
import { prepareMeta } from '../store/meta.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { OUTAGE, STASH_OUTAGE } from '../tables/alert-memory.ts';
import { prepareDeadLetters } from '../tables/dead-letters/dead-letters.ts';
import type { Paused } from '../tables/paused.ts';
import { pausedIn } from '../tables/paused.ts';
import type { Run } from '../tables/runs.ts';
import { readRuns } from '../tables/runs.ts';
import type { NeverSynced } from '../tables/server-state.ts';
import { prepareServerState } from '../tables/server-state.ts';
import type { Stop } from '../tables/stopped.ts';
import { stopIn } from '../tables/stopped.ts';
import type { Total } from '../tables/totals.ts';
import { readTotals, writtenCount } from '../tables/totals.ts';
import { prepareUndone } from '../tables/undone.ts';
import { readLeft } from './left.ts';
import type { RunStats } from './waiting.ts';
import { readWaiting } from './waiting.ts';

/** The state of a data directory at one instant. Instants are epoch ms. */
export type StoreStats = RunStats & {
  readonly inProgress: number;
  readonly oldestPendingAt: number | undefined;
  readonly breakers: { readonly plex: Breaker; readonly stash: Breaker };
  /** When the current outage of Plex began. */
  readonly outageSince: number | undefined;
  readonly stashOutageSince: number | undefined;
  /** What stops writing until somebody does something. */
  readonly stopped: Stop | undefined;
  readonly paused: Paused | undefined;
  readonly totals: Readonly<Record<Total, number>>;
  readonly scenes: { readonly done: number; readonly waiting: number; readonly dead: number };
  /** What the last sync of each scene left as edited in Plex. */
  readonly left: LeftCount;
  /** Scenes whose edits a person took back. */
  readonly undone: number;
  /** The scenes of Stash that were never synced, as last counted (at), less those that were written since. */
  readonly neverSynced: Pick<NeverSynced, 'count' | 'filed' | 'at'> | undefined;
  readonly lastRun: Run | undefined;
  readonly lastSuccessAt: number | undefined;
  readonly firstRunAt: number | undefined;
};

type Counts = { readonly in_progress: number; readonly oldest_pending_at: number | null };

/** Reads everything that `stats` and the summary of a run show. */
export function readStats(stores: Stores, now: number): StoreStats {
  const { queueDb: db, dlqDb } = stores;
  return inStore(storesName(stores.path), () => {
    const counts = db
      .prepare<[], Counts>(`
        SELECT (SELECT count(*) FROM jobs WHERE state = 'in_progress') AS in_progress,
          (SELECT min(enqueued_at) FROM jobs INDEXED BY jobs_oldest WHERE state = 'pending' AND undone = 0) AS oldest_pending_at`)
      .get();
    if (counts === undefined) throw new Error('a count without a row');
    const done = writtenCount(db);
    const waiting = readWaiting(db, now);
    const letters = prepareDeadLetters(dlqDb);
    const servers = prepareServerState(db);
    const runs = readRuns(db);
    const meta = prepareMeta(db);
    const stop = stopIn(db);
    return {
      ...waiting,
      inProgress: counts.in_progress,
      oldestPendingAt: counts.oldest_pending_at ?? undefined,
      deadLetters: letters.countByType(),
      breakers: { plex: servers.breaker('plex'), stash: servers.breaker('stash') },
      outageSince: meta.number(OUTAGE),
      stashOutageSince: meta.number(STASH_OUTAGE),
      // What waited may have been dropped since.
      stopped: stop?.code === 'removals' && waiting.waiting.removals === 0 ? undefined : stop,
      paused: pausedIn(db, now),
      totals: readTotals(db),
      // At most one job of a scene waits and one is under way.
      scenes: { done, waiting: waiting.pending, dead: letters.sceneCount() },
      left: readLeft(db),
      undone: prepareUndone(db).count(),
      neverSynced: lessWritten(servers.neverSynced(), done),
      lastRun: runs.last,
      lastSuccessAt: runs.lastSuccessAt,
      firstRunAt: runs.firstRunAt,
    };
  });
}

function lessWritten(counted: NeverSynced | undefined, writtenNow: number): StoreStats['neverSynced'] {
  if (counted === undefined) return undefined;
  const { count, filed, at, written } = counted;
  return { count: Math.max(0, count - Math.max(0, writtenNow - written)), filed, at };
}
