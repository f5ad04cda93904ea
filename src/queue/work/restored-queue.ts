import { stampEdit } from '../../core/model/scene-edit.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { prepareDeadLetters } from '../tables/dead-letters.ts';
import type { JobRow } from '../tables/jobs.ts';
import { BACK_TO_PENDING, prepareEnqueue, prepareInstant, prepareRemove, prepareSupersede } from '../tables/jobs.ts';

/** How many jobs and letters carried values of then, which Stash is asked for again. */
export type AskedAnew = { readonly jobs: number; readonly letters: number };

/**
 * Makes a queue out of a backup fit to be drained: what was being worked on waits again, with its attempt given back.
 * With a Stash to ask, values that were given then are dropped where Stash has them, so that old never overwrites new.
 */
export function settleRestored(
  stores: Stores,
  { stash, now }: { readonly stash: 'known' | 'unknown'; readonly now: number },
): AskedAnew {
  const { queueDb: db, dlqDb, path } = stores;
  return inStore(storesName(path), () => {
    db.transaction(() => freeLeases(stores)).immediate();
    if (stash === 'unknown') return { jobs: 0, letters: 0 };
    const jobs = db.transaction(() => askStashForJobs(stores, now)).immediate();
    // A letter that is retried goes under what Stash says.
    const letters = dlqDb
      .prepare<[object]>(`
        UPDATE dead_letters SET bare_at = @now
        WHERE stamps <> '{}' AND (bare_at IS NULL OR EXISTS (SELECT 1 FROM json_each(stamps) WHERE value > bare_at))`)
      .run({ now }).changes;
    return { jobs, letters };
  });
}

function freeLeases(stores: Stores): void {
  const { queueDb: db, dlqDb } = stores;
  const leased = db.prepare<[], JobRow>(`SELECT * FROM jobs WHERE state = 'in_progress'`);
  const giveBack = db.prepare<[number]>(
    `UPDATE jobs SET ${BACK_TO_PENDING}, attempt = max(0, attempt - 1) WHERE id = ?`,
  );
  const remove = prepareRemove(db);
  const supersede = prepareSupersede(db);
  const letters = prepareDeadLetters(dlqDb);
  for (const row of leased.all()) {
    if (row.forgotten === 1 || letters.has(row.job_key)) remove(row.id);
    else if (!supersede(row)) giveBack.run(row.id);
  }
}

/** @returns how many of the jobs had values of their own. */
function askStashForJobs({ queueDb: db }: Stores, now: number): number {
  const inline = db.prepare<[], { sceneId: number }>(`
    SELECT scene_id AS sceneId FROM jobs
    WHERE data <> '{}' AND (bare_at IS NULL OR EXISTS (SELECT 1 FROM json_each(stamps) WHERE value > bare_at))`);
  const scenes = inline.all();
  const edit = stampEdit({ bare: true, data: {} }, prepareInstant(db)(now));
  const enqueue = prepareEnqueue(db);
  for (const { sceneId } of scenes) enqueue({ sceneId, edit }, { priority: 'bulk', now });
  return scenes.length;
}
