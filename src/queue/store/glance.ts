import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { checkHeader } from './file-checks.ts';
import type { Schema } from './migrations.ts';
import type { Db } from './open.ts';
import { compileOnUse } from './statements.ts';

/**
 * Opens one of our databases for a quick look: it is neither made, migrated nor waited for.
 * @throws whatever keeps it from being read now: it is not there, another schema than ours, or locked
 */
export function openToGlance(directory: string, schema: Schema): Db {
  const file = join(directory, schema.fileName);
  checkHeader(file, schema);
  // SQLite's own files beside the database: one who may only read would leave them behind, and one who may write would
  // put a log that was left into the database.
  const db = new Database(file, { readonly: existsSync(`${file}-wal`), fileMustExist: true, timeout: 0 });
  if (db.pragma('user_version', { simple: true }) === schema.migrations.length) return compileOnUse(db);
  db.close();
  throw new Error(`${file} has another schema`);
}
