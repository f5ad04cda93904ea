import { prepareDeadLetters } from './dead-letters.ts';
import { DLQ_SCHEMA, QUEUE_SCHEMA } from './migrations.ts';
import type { DataDir, Db } from './open.ts';
import { openDatabase, prepareDataDir } from './open.ts';
import { inStore } from './store-errors.ts';
import { prepareCount } from './totals.ts';

/** Both databases of a data directory, open. */
export type Stores = { readonly queueDb: Db; readonly dlqDb: Db; readonly path: string; close(): void };

/**
 * Opens `queue.db` and `dlq.db` and ends what a killed burial or `dlq retry` left half done.
 * The queue must exist; the letters are made with the first one who asks for them.
 * @throws {UsageError | StoreError}
 */
export function openStores(dir: DataDir): Stores {
  prepareDataDir(dir, 'existing');
  const queueDb = openDatabase(dir, QUEUE_SCHEMA, 'existing');
  let dlqDb: Db;
  try {
    dlqDb = openDatabase(dir, DLQ_SCHEMA, 'create');
  } catch (thrown) {
    queueDb.close();
    throw thrown;
  }
  inStore(storesName(dir.path), () => {
    finishBurials(queueDb, dlqDb);
    finishRetries(queueDb, dlqDb);
  });
  return {
    queueDb,
    dlqDb,
    path: dir.path,
    close: () => {
      queueDb.close();
      dlqDb.close();
    },
  };
}

/** What a message names where SQLite does not say which of the two files failed. */
export function storesName(path: string): string {
  return `A database in ${path}`;
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
  const letters = prepareDeadLetters(dlqDb);
  if (!underWay.all().some(({ job_key }) => letters.has(job_key))) return;
  const remove = queueDb.prepare<[number]>('DELETE FROM jobs WHERE id = ?');
  const count = prepareCount(queueDb);
  const finish = queueDb.transaction(() => {
    for (const { id, job_key } of underWay.all()) {
      if (!letters.has(job_key)) continue;
      remove.run(id);
      count('dead_lettered');
    }
  });
  finish.immediate();
}
