import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { prepareDeadLetters } from '../tables/dead-letters.ts';
import { prepareJobRows } from '../tables/jobs.ts';
import { prepareCount } from '../tables/totals.ts';
import { DLQ_SCHEMA, QUEUE_SCHEMA } from './migrations.ts';
import type { DataDir, Db } from './open.ts';
import { openDatabase, openInMemory, prepareDataDir } from './open.ts';
import { inStore } from './store-errors.ts';

/** Both databases of a data directory, open. */
export type Stores = { readonly queueDb: Db; readonly dlqDb: Db; readonly path: string; close(): void };

/**
 * Opens `queue.db` and `dlq.db` to change them, and ends what a killed burial or `dlq retry` left half done.
 * The queue must exist; `dlq.db` is made by the first one who may need it.
 * @throws {UsageError | StoreError}
 */
export function openStores(dir: DataDir): Stores {
  const stores = open(dir, () => openDatabase(dir, DLQ_SCHEMA, { mode: 'create' }));
  inStore(storesName(dir.path), () => {
    finishBurials(stores.queueDb, stores.dlqDb);
    finishRetries(stores.queueDb, stores.dlqDb);
  });
  return stores;
}

/**
 * Opens both databases to look at them. Where there are no letters yet, none are made.
 * @throws {UsageError | StoreError}
 */
export function openStoresToRead(dir: DataDir): Stores {
  return open(dir, () =>
    existsSync(join(dir.path, DLQ_SCHEMA.fileName))
      ? openDatabase(dir, DLQ_SCHEMA, { mode: 'existing' })
      : openInMemory(DLQ_SCHEMA),
  );
}

function open(dir: DataDir, openLetters: () => Db): Stores {
  prepareDataDir(dir, 'existing');
  const queueDb = openDatabase(dir, QUEUE_SCHEMA, { mode: 'existing', keep: [QUEUE_SCHEMA, DLQ_SCHEMA] });
  try {
    const dlqDb = openLetters();
    const close = (): void => {
      queueDb.close();
      dlqDb.close();
    };
    return { queueDb, dlqDb, path: dir.path, close };
  } catch (thrown) {
    queueDb.close();
    throw thrown;
  }
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
