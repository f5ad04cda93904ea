import { prepareDeadLetters } from './dead-letters.ts';
import { DLQ_SCHEMA, QUEUE_SCHEMA } from './migrations.ts';
import type { DataDir, Db } from './open.ts';
import { openDatabase, prepareDataDir } from './open.ts';

/** Both databases of a data directory, open. */
export type Stores = { readonly queueDb: Db; readonly dlqDb: Db; readonly path: string; close(): void };

/**
 * Opens `queue.db` and `dlq.db` and ends what a killed `dlq retry` left half done.
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
  finishRetries(queueDb, dlqDb);
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
