import { join } from 'node:path';
import Database from 'better-sqlite3';
import { QUEUE_SCHEMA } from './migrations.ts';

/**
 * The client identifier of a data directory, if it has one yet. For commands that must work with any directory, or
 * none: a directory that cannot be read counts as having none.
 */
export function readClientIdentifier(dataDir: string): string | undefined {
  let db: Database.Database | undefined;
  try {
    // Not read-only: such a connection leaves files owned by its user, which another user could not open.
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
