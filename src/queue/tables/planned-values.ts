import type { DrainQueue } from '../../core/drain/ports/queue.ts';
import type { Lease } from '../../core/model/job.ts';
import type { PlannedValues } from '../../core/write/removals.ts';
import { REMOVALS_WINDOW_MS } from '../../core/write/removals.ts';
import type { Db } from '../store/open.ts';

/**
 * Prepares the statements for what the guard over removals counts. Those that write leave the transaction to the
 * caller. Reading skips what a clock that is ahead has left behind.
 */
export function preparePlannedValues(db: Db) {
  const read = db.prepare<[object], PlannedValues>(`
    SELECT
      (SELECT coalesce(sum(held), 0) FROM planned_values WHERE planned_at > @since AND planned_at <= @now
        AND scene_id NOT IN (SELECT value FROM json_each(@except))) AS held,
      (SELECT coalesce(sum(count), 0) FROM removals WHERE removed_at > @since AND removed_at <= @now) AS removed`);
  const hold = db.prepare<[object]>(`
    INSERT INTO planned_values (scene_id, planned_at, held) VALUES (@sceneId, @now, @held)
    ON CONFLICT (scene_id) DO UPDATE SET planned_at = @now, held = @held`);
  // A plan that is made again before it is sent is counted once.
  const remove = db.prepare<[object]>(`
    INSERT INTO removals (job_id, claim, removed_at, count) VALUES (@jobId, @claim, @now, @removed)
    ON CONFLICT (job_id, claim) DO UPDATE SET count = max(count, @removed)`);
  const forgetHeld = db.prepare<[object]>('DELETE FROM planned_values WHERE planned_at <= @since');
  const forgetRemoved = db.prepare<[object]>('DELETE FROM removals WHERE removed_at <= @since');
  const waiting = db.prepare<[], { count: number }>(WAITING);
  let isPruned = false;
  const noteHeld = (sceneId: number, held: number, now: number): void => {
    if (!isPruned) for (const forget of [forgetHeld, forgetRemoved]) forget.run({ since: now - REMOVALS_WINDOW_MS });
    isPruned = true;
    if (held > 0) hold.run({ sceneId, held, now });
  };
  return {
    read: ({ now, except }: Parameters<DrainQueue['plannedValues']>[0]): PlannedValues =>
      read.get({ now, since: now - REMOVALS_WINDOW_MS, except: JSON.stringify(except) }) ?? { held: 0, removed: 0 },
    /** Counts what an item shows of ours, once a scene. */
    noteHeld,
    /** Counts a plan that is about to be sent. */
    note: (sceneId: number, { jobId, claim }: Lease, planned: PlannedValues & { readonly now: number }): void => {
      const { held, removed, now } = planned;
      noteHeld(sceneId, held, now);
      if (removed > 0) remove.run({ jobId, claim, now, removed });
    },
    /** Forgets what was counted: another server has other items. */
    forgetAll: (): void => {
      db.exec('DELETE FROM planned_values; DELETE FROM removals');
    },
    /** How many jobs wait for permission. */
    waiting: (): number => waiting.get()?.count ?? 0,
  };
}

const WAITING = `SELECT count(*) AS count FROM jobs INDEXED BY jobs_due WHERE state = 'pending' AND held = 2`;

/** How many jobs wait for permission, because they would remove too much. */
export function removalsWaiting(db: Db): number {
  return db.prepare<[], { count: number }>(WAITING).get()?.count ?? 0;
}

/**
 * Allows the jobs that wait for permission, which are due at once, and begins to count anew. Call it inside a
 * transaction.
 * @returns how many jobs waited.
 */
export function allowRemovals(db: Db, now: number): number {
  db.exec('DELETE FROM removals');
  return endWait(db, { removals: 2, now });
}

/** Has the jobs that wait judged again, as under another `max_removals`. Call it inside a transaction. */
export function judgeRemovalsAgain(db: Db, now: number): number {
  return endWait(db, { removals: 0, now });
}

function endWait(db: Db, values: { readonly removals: 0 | 2; readonly now: number }): number {
  const end = db.prepare<[object]>(`
    UPDATE jobs SET removals = CAST(@removals AS INTEGER), available_at = min(available_at, @now)
    WHERE state = 'pending' AND held = 2`);
  return end.run(values).changes;
}
