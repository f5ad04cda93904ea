import { statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { StoreError } from '../../core/model/errors.ts';

/**
 * Refuses a file that ends within a page: SQLite fills the rest of such a page with zeros, and rows vanish without an
 * error. Judged once the write-ahead log is copied back, which may complete a page that a power cut left unfinished. A
 * file that is short by whole pages is refused by SQLite itself.
 * @throws {StoreError}
 */
export function refuseCutFile(file: string, db: Database.Database): void {
  const pageSize = Number(db.pragma('page_size', { simple: true }));
  const isCut = (): boolean => statSync(file).size % pageSize !== 0;
  if (!isCut()) return;
  if (!db.readonly) {
    const [log] = db.pragma('wal_checkpoint(PASSIVE)') as { log: number; checkpointed: number }[];
    // Another process still reads from the log: what is to come may complete the file.
    if (log !== undefined && log.log > log.checkpointed) return;
  } else if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) return;
  if (!isCut()) return;
  throw new StoreError(
    `${file} is cut off in the middle of a page: rows at its end are lost.`,
    'Nothing was changed. Restore the file from a backup, or move it away and enqueue the scenes again.',
    'damaged',
  );
}
