import type { DataDir, Db } from '../store/open.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { openStoresToWrite, storesName } from '../store/stores.ts';
import { prepareDeadLetters } from '../tables/dead-letters/dead-letters.ts';
import { prepareRemove } from '../tables/jobs/jobs.ts';
import { prepareCount } from '../tables/totals.ts';

/**
 * Opens `queue.db` and `dlq.db` for writing, and finishes a burial or `dlq retry` that was killed half-way. The queue
 * must exist; `dlq.db` is created by the first command that may need it.
 * @throws {UsageError | StoreError}
 */
export function openStores(dir: DataDir): Stores {
  const stores = openStoresToWrite(dir);
  inStore(storesName(dir.path), () => {
    finishBurials(stores.queueDb, stores.dlqDb);
    finishRetries(stores.queueDb, stores.dlqDb);
  });
  return stores;
}

/** Removes the letters whose jobs are back in the queue. Safe to repeat; the mark is removed last. */
export function finishRetries(queueDb: Db, dlqDb: Db): void {
  const marks = queueDb.prepare<[], { job_key: string }>('SELECT job_key FROM retried_letters').all();
  if (marks.length === 0) return;
  const letters = prepareDeadLetters(dlqDb);
  dlqDb.transaction(() => {
    for (const { job_key } of marks) letters.remove(job_key);
  })();
  const unmark = queueDb.prepare<[string]>('DELETE FROM retried_letters WHERE job_key = ?');
  queueDb.transaction(() => {
    for (const { job_key } of marks) unmark.run(job_key);
  })();
}

/**
 * Removes jobs that already have a letter: a drain was killed between the two commits of their burial. A drain that is
 * between them right now holds the queue's write lock, so once we have the lock its rows are gone.
 */
function finishBurials(queueDb: Db, dlqDb: Db): void {
  const underWay = queueDb.prepare<[], { id: number; job_key: string }>(
    `SELECT id, job_key FROM jobs WHERE state = 'in_progress'`,
  );
  if (underWay.all().length === 0) return;
  const letters = prepareDeadLetters(dlqDb);
  if (!underWay.all().some(({ job_key }) => letters.has(job_key))) return;
  const remove = prepareRemove(queueDb);
  const count = prepareCount(queueDb);
  const finish = queueDb.transaction(() => {
    for (const { id, job_key } of underWay.all()) {
      if (!letters.has(job_key)) continue;
      remove(id);
      count('dead_lettered');
    }
  });
  finish.immediate();
}
