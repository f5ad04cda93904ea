/** What is told of a database file before it is used: whether it is ours, whole, and not of a later plexsync. */
import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { StoreError } from '../../core/model/errors.ts';
import type { Schema } from './migrations.ts';
import { RESTORE } from './store-errors.ts';

const HEADER_BYTES = 100;
const SQLITE_MAGIC = 'SQLite format 3\0';
const USER_VERSION_OFFSET = 60;
const APPLICATION_ID_OFFSET = 68;

/**
 * Refuses what is no database of ours. Read without SQLite, because opening a file in WAL mode already writes to it.
 * @throws {StoreError}
 */
export function checkHeader(file: string, schema: Schema): void {
  refuseNoFile(file);
  const header = readStart(file, HEADER_BYTES);
  const restore = 'Restore it from a backup, or move it away and enqueue the scenes again.';
  if (header.length === 0) throw new StoreError(`${file} is empty; it was left untouched.`, restore, 'damaged');
  if (!isDatabase(header))
    throw new StoreError(`${file} is not a database; it was left untouched.`, restore, 'damaged');
  if (applicationId(header) !== schema.applicationId) {
    throw new StoreError(
      `${file} belongs to another program; it was left untouched.`,
      'Choose another directory with --data-dir.',
    );
  }
  refuseNewer(file, schema, header.readUInt32BE(USER_VERSION_OFFSET));
}

/** Opening a pipe would wait for ever for somebody to write into it. */
function refuseNoFile(file: string): void {
  const stats = statSync(file);
  if (stats.isFile() || stats.isDirectory()) return;
  throw new StoreError(
    `${file} is not a file, but a pipe or a device; it was left untouched.`,
    'Move it away, or choose another directory with --data-dir.',
  );
}

/** Refuses a file whose schema is later than ours. @throws {StoreError} */
export function refuseNewer(file: string, schema: Schema, version: number): void {
  if (version <= schema.migrations.length) return;
  throw new StoreError(
    `${file} was written by a newer plexsync (schema ${version}, this one knows ${schema.migrations.length}); it was left untouched.`,
    'Update plexsync.',
  );
}

/**
 * `undefined` for a path that is no file, or that may not be read: the command that needs the file reports it on
 * opening.
 */
function readStartIfAllowed(file: string, bytes: number): Buffer | undefined {
  if (!existsSync(file) || !statSync(file).isFile()) return undefined;
  try {
    accessSync(file, constants.R_OK);
  } catch {
    return undefined;
  }
  return readStart(file, bytes);
}

function readStart(file: string, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  const handle = openSync(file, 'r');
  try {
    return buffer.subarray(0, readSync(handle, buffer, 0, bytes, 0));
  } finally {
    closeSync(handle);
  }
}

function isDatabase(start: Buffer): boolean {
  return start.length >= HEADER_BYTES && start.toString('latin1', 0, SQLITE_MAGIC.length) === SQLITE_MAGIC;
}

function applicationId(start: Buffer): number {
  return start.readUInt32BE(APPLICATION_ID_OFFSET);
}

/**
 * Whether the dead letters of the Python plugin are in a file. Recognised by its first page, where SQLite keeps the table definitions: opening it might already write to it.
 */
export function hasForeignLetters(file: string): boolean {
  const start = readStartIfAllowed(file, 65_536);
  if (start === undefined || !isDatabase(start) || applicationId(start) !== 0) return false;
  return start.includes('dead_letters');
}

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
  throw new StoreError(`${file} is cut off in the middle of a page: rows at its end are lost.`, RESTORE, 'damaged');
}

/**
 * Refuses a database that lacks one of its tables or indexes, as one that was salvaged by hand: a statement on it would
 * fail only when it is used, after Plex was written.
 * @throws {StoreError}
 */
export function refuseIncomplete(file: string, db: Database.Database, { parts }: Schema): void {
  const found = new Set(db.prepare<[], string>('SELECT name FROM sqlite_schema').pluck().all());
  const missing = parts.filter((name) => !found.has(name));
  if (missing.length > 0)
    throw new StoreError(`${file} is damaged: it lacks ${missing.join(', ')}.`, RESTORE, 'damaged');
}
