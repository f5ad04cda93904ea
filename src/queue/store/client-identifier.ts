import { join } from 'node:path';
import Database from 'better-sqlite3';
import { QUEUE_SCHEMA } from './migrations.ts';

/**
 * The client identifier of a data directory, if it has one yet; for commands that must work without a directory, and on
 * any, so that whatever is wrong with it reads as none.
 */
export function readClientIdentifier(dataDir: string): string | undefined {
  let db: Database.Database | undefined;
  try {
    // Not read-only: such a connection leaves files of its user behind, which another one could not open.
    db = new Database(join(dataDir, QUEUE_SCHEMA.fileName), { fileMustExist: true });
    if (db.pragma('application_id', { simple: true }) !== QUEUE_SCHEMA.applicationId) return undefined;
    const select = db.prepare<[], { value: string }>(`SELECT value FROM meta WHERE name = 'client_identifier'`);
    return select.get()?.value;
  } catch {
    return undefined;
  } finally {
    db?.close();
  }
}
