import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { prepareDeadLetters } from '../tables/dead-letters/dead-letters.ts';
import { claimedAwaiting } from '../tables/jobs/awaits-stash.ts';
import { WAITING_BY_CLASS } from '../tables/jobs/waiting-jobs.ts';

/** How many jobs wait, by what they wait for. */
export type Waiting = {
  readonly due: number;
  readonly retry: number;
  /** Not in Plex yet. */
  readonly not_found: number;
  /** Jobs that await Stash. */
  readonly no_stash: number;
  /** Jobs that wait for permission, because they would remove too much. */
  readonly removals: number;
  /** Jobs whose scene a person undid. */
  readonly undone: number;
};

/** What waits at one instant. Instants are epoch ms. */
export type WaitingStats = {
  readonly waiting: Waiting;
  readonly pending: number;
  /** When the first of those is tried that are not due yet. */
  readonly nextAttemptAt: number | undefined;
};

type Counts = {
  readonly pending: number;
  readonly awaiting: number;
  readonly removals: number;
  readonly undone: number;
  readonly due: number;
  readonly missing: number;
  readonly missing_due: number;
  readonly missing_awaiting: number;
  readonly next_attempt_at: number | null;
};

/**
 * Counts what waits: the jobs and the missing ones from their indexes alone, everything else by seeks, so that an idle
 * run costs the same however much waits.
 */
export function readWaiting(db: Stores['queueDb'], now: number): WaitingStats {
  const counts = db
    .prepare<[object], Counts>(`
      SELECT
        (SELECT count(*) FROM jobs INDEXED BY jobs_one_pending WHERE state = 'pending') AS pending,
        (SELECT count(*) FROM jobs INDEXED BY jobs_due WHERE state = 'pending' AND held = 1 AND @most < 1) AS awaiting,
        (SELECT count(*) FROM jobs INDEXED BY jobs_due WHERE state = 'pending' AND held = 2) AS removals,
        (SELECT count(*) FROM jobs INDEXED BY jobs_due WHERE state = 'pending' AND held = 3) AS undone,
        (SELECT count(*) FROM ${WAITING_BY_CLASS} AND jobs.available_at <= @now WHERE class.held <= @most) AS due,
        (SELECT count(*) FROM jobs INDEXED BY jobs_missing 
          WHERE state = 'pending' AND misses > 0 AND held IN (0, 1)) AS missing,
        (SELECT count(*) FROM jobs INDEXED BY jobs_missing
          WHERE state = 'pending' AND misses > 0 AND held IN (0, 1) AND available_at <= @now) AS missing_due,
        (SELECT count(*) FROM jobs INDEXED BY jobs_missing
          WHERE state = 'pending' AND misses > 0 AND held = 1 AND @most < 1 AND available_at > @now) AS missing_awaiting,
        (SELECT min((SELECT min(available_at) FROM jobs INDEXED BY jobs_due
            WHERE state = 'pending' AND held = column1 AND priority = column2 AND available_at > @now))
          FROM (VALUES (0, 0), (0, 1), (1, 0), (1, 1)) WHERE column1 <= @most) AS next_attempt_at`)
    .get({ now, most: claimedAwaiting(db) });
  if (counts === undefined) throw new Error('a count without a row');
  const { pending, awaiting, removals, undone, due, missing } = counts;
  const notFound = missing - counts.missing_due - counts.missing_awaiting;
  return {
    waiting: {
      due,
      retry: pending - awaiting - removals - undone - due - notFound,
      not_found: notFound,
      no_stash: awaiting,
      removals,
      undone,
    },
    pending,
    nextAttemptAt: counts.next_attempt_at ?? undefined,
  };
}

/** What the summary of a run shows. */
export type RunStats = WaitingStats & { readonly deadLetters: Readonly<Record<string, number>> };

/** Reads what the summary of a run shows. @throws {StoreError} */
export function readRunStats({ queueDb, dlqDb, path }: Stores, now: number): RunStats {
  return inStore(storesName(path), () => ({
    ...readWaiting(queueDb, now),
    deadLetters: prepareDeadLetters(dlqDb).countByType(),
  }));
}
