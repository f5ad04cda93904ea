import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DLQ_SCHEMA, QUEUE_SCHEMA } from './migrations.ts';
import type { DataDir } from './open.ts';
import { openInMemory, openReadOnly, prepareDataDir } from './open.ts';
import type { Stores } from './stores.ts';

/**
 * Opens both databases for a preview, without changing a byte of them. Databases of an older schema are read in copies,
 * which are deleted when the stores are closed.
 * @throws {UsageError | StoreError}
 */
export function openPreviewStores(dir: DataDir): Stores {
  prepareDataDir(dir, 'existing');
  let folder: string | undefined;
  const scratch = (): string => {
    folder ??= mkdtempSync(join(tmpdir(), 'plexsync-preview-'));
    return folder;
  };
  const opened: { close(): void }[] = [];
  const close = (): void => {
    for (const db of opened.splice(0)) db.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const queueDb = openReadOnly(dir, QUEUE_SCHEMA, scratch);
    opened.push(queueDb);
    const dlqDb = existsSync(join(dir.path, DLQ_SCHEMA.fileName))
      ? openReadOnly(dir, DLQ_SCHEMA, scratch)
      : openInMemory(DLQ_SCHEMA);
    opened.push(dlqDb);
    return { queueDb, dlqDb, path: dir.path, close };
  } catch (thrown) {
    close();
    throw thrown;
  }
}
