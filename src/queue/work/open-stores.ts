import type { DataDir, Db } from '../store/open.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { openStoresToWrite, storesName } from '../store/stores.ts';
import { prepareDeadLetters } from '../tables/dead-letters.ts';
import { prepareJobRows } from '../tables/jobs.ts';
import { prepareCount } from '../tables/totals.ts';

/**
 * Opens `queue.db` and `dlq.db` to change them, and ends what a killed burial or `dlq retry` left half done.
 * The queue must exist; `dlq.db` is made by the first one who may need it.
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

/** Removes the letters whose jobs are in the queue again. Safe to repeat; the mark goes last. */
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
 * Removes jobs whose letter stands already: a drain was killed between the two commits of their burial. One that is
 * between them right now holds the queue's write lock, and its rows are gone once we have it.
 */
function finishBurials(queueDb: Db, dlqDb: Db): void {
  const underWay = queueDb.prepare<[], { id: number; job_key: string }>(
    `SELECT id, job_key FROM jobs WHERE state = 'in_progress'`,
  );
  if (underWay.all().length === 0) return;
  const letters = prepareDeadLetters(dlqDb);
  if (!underWay.all().some(({ job_key }) => letters.has(job_key))) return;
  const { remove } = prepareJobRows(queueDb);
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
