import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DLQ_SCHEMA, QUEUE_SCHEMA } from './migrations.ts';
import type { DataDir, Db } from './open.ts';
import { openDatabase, openInMemory, prepareDataDir } from './open.ts';

/** Both databases of a data directory, open. */
export type Stores = { readonly queueDb: Db; readonly dlqDb: Db; readonly path: string; close(): void };

/**
 * Opens `queue.db` and `dlq.db` for writing. The queue must exist; `dlq.db` is created by the first command that may
 * need it.
 * @throws {UsageError | StoreError}
 */
export function openStoresToWrite(dir: DataDir): Stores {
  return open(dir, () => openDatabase(dir, DLQ_SCHEMA, { mode: 'create' }));
}

/**
 * Opens both databases for reading. A missing `dlq.db` is not created.
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

/** The name for messages when SQLite does not say which of the two files failed. */
export function storesName(path: string): string {
  return `A database in ${path}`;
}
