import type { Stats } from 'node:fs';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { StoreError, UsageError } from '../../core/model/errors.ts';
import { predecessorError } from '../../core/model/predecessor.ts';
import { makeDirectory } from '../../make-directory.ts';
import { checkHeader, hasForeignLetters, refuseCutFile, refuseIncomplete, refuseNewer } from './file-checks.ts';
import type { Schema } from './migrations.ts';
import { DLQ_SCHEMA } from './migrations.ts';
import type { LazyDb } from './statements.ts';
import { compileOnUse } from './statements.ts';
import { inStore } from './store-errors.ts';
import { keepCopies } from './upgrade-copies.ts';

export type Db = LazyDb;

/** Where the data directory is, and which setting named it; every complaint about it names both. */
export type DataDir = { readonly path: string; readonly origin: string };

/** Whether the command may create the directory and its files, or only use existing ones. */
export type OpenMode = 'create' | 'existing';

/** How a database is opened, and which databases are copied before its migration: itself, unless others are named. */
export type OpenHow = { readonly mode: OpenMode; readonly keep?: readonly Schema[] };

const BUSY_TIMEOUT_MS = 5_000;
const OWNER_ONLY = 0o600;

/**
 * Makes sure that the data directory can be used. Creates it with mode 0700 if the command may; refuses a missing one
 * otherwise, and one of the Python plugin that plexsync replaces.
 * @throws {UsageError | StoreError}
 */
export function prepareDataDir(dir: DataDir, mode: OpenMode): void {
  inStore(dir.path, () => {
    const found = statsOf(dir.path);
    if (found !== undefined) {
      if (!found.isDirectory())
        throw new StoreError(
          `${dir.path} (from ${dir.origin}) is a file, not a directory.`,
          'Choose another with --data-dir.',
        );
      refusePredecessor(dir);
      return;
    }
    if (mode === 'existing') {
      throw new UsageError(
        `There is no data directory at ${dir.path} (from ${dir.origin}).`,
        'Begin with plexsync init, or point --data-dir at the directory that has the queue (under cron, HOME is often another).',
      );
    }
    makeDirectory(dir.path, 0o700);
  });
}

/** `undefined` for what is not there; what lies below a file cannot be there. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}

/** The Python plugin kept a pickled queue in `queue/data.db`, and its own `dead_letters` table in `dlq.db`. */
function refusePredecessor(dir: DataDir): void {
  if (!existsSync(join(dir.path, 'queue', 'data.db')) && !hasForeignLetters(join(dir.path, DLQ_SCHEMA.fileName)))
    return;
  throw predecessorError(dir);
}

/**
 * Opens one of our databases and migrates it to the current schema. A foreign, damaged, empty or newer file is refused
 * untouched.
 * @throws {UsageError | StoreError}
 */
export function openDatabase(dir: DataDir, schema: Schema, { mode, keep = [schema] }: OpenHow): Db {
  const file = join(dir.path, schema.fileName);
  return inStore(file, () => {
    if (!isPresent(file)) {
      if (mode === 'existing') throw noDatabase(dir, schema);
      createDatabase(dir, file, schema);
    }
    checkHeader(file, schema);
    const db = new Database(file, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      // Checked again through SQLite: a newer version may so far exist only in the write-ahead log.
      const version = db.pragma('user_version', { simple: true }) as number;
      refuseNewer(file, schema, version);
      refuseCutFile(file, db);
      configure(db);
      if (version < schema.migrations.length)
        keepCopies(
          dir.path,
          keep.map(({ fileName }) => fileName),
          { fileName: schema.fileName, version },
        );
      migrate(db, schema);
      refuseIncomplete(file, db, schema);
      return compileOnUse(db);
    } catch (thrown) {
      db.close();
      throw thrown;
    }
  });
}

/**
 * Opens one of our databases for reading only: even its write-ahead log stays as it is. A database of an older schema
 * is read in a copy, which is migrated in `scratch`.
 * @throws {UsageError | StoreError}
 */
export function openReadOnly(dir: DataDir, schema: Schema, scratch: () => string): Db {
  const file = join(dir.path, schema.fileName);
  return inStore(file, () => {
    if (!isPresent(file)) throw noDatabase(dir, schema);
    checkHeader(file, schema);
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      const version = db.pragma('user_version', { simple: true }) as number;
      refuseNewer(file, schema, version);
      refuseCutFile(file, db);
      if (version === schema.migrations.length) {
        refuseIncomplete(file, db, schema);
        return compileOnUse(db);
      }
      const copy = join(scratch(), schema.fileName);
      db.prepare('VACUUM INTO ?').run(copy);
      db.close();
      const migrated = new Database(copy);
      migrate(migrated, schema);
      return compileOnUse(migrated);
    } catch (thrown) {
      db.close();
      throw thrown;
    }
  });
}

/** A dangling link counts as present: creating through it would make a file somewhere else. */
function isPresent(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

function noDatabase(dir: DataDir, schema: Schema): UsageError {
  return new UsageError(
    `There is no ${schema.fileName} in ${dir.path} (from ${dir.origin}).`,
    'Begin with plexsync init, or point --data-dir at the directory that has the queue.',
  );
}

/**
 * Creates the whole schema in a separate folder, then links it into place: a process that is killed here, or races with
 * another one, leaves either no database or a complete one.
 */
function createDatabase(dir: DataDir, file: string, schema: Schema): void {
  const folder = mkdtempSync(`${file}.new-`);
  const draft = join(folder, schema.fileName);
  try {
    const db = new Database(draft);
    // Whoever comes first would have to change the mode, which fails while another one reads.
    configure(db);
    migrate(db, schema);
    db.close();
    // SQLite gives its log the rights of its database.
    chmodSync(draft, OWNER_ONLY);
    linkIntoPlace(draft, file);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  syncDirectory(dir.path);
}

/**
 * File systems without hard links (exFAT, some network shares) get an exclusive copy, which never replaces another
 * process's file.
 */
function linkIntoPlace(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch {
    copyFileSync(draft, file, constants.COPYFILE_EXCL);
  }
}

/** The new directory entry must survive a power cut. Windows has no directory handles and needs none. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** SQLite's own default; better-sqlite3 comes with 16 MB for each database, and the system keeps the pages as well. */
const CACHE_KIB = 2_000;

/** An empty database of ours that exists only in memory. */
export function openInMemory(schema: Schema): Db {
  const db = new Database(':memory:');
  migrate(db, schema);
  return compileOnUse(db);
}

function configure(db: Database.Database): void {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma(`cache_size = -${CACHE_KIB}`);
}

function migrate(db: Database.Database, schema: Schema): void {
  if (db.pragma('user_version', { simple: true }) === schema.migrations.length) return;
  const steps = db.transaction(() => {
    // Read again under the lock: another process may have migrated since.
    const version = db.pragma('user_version', { simple: true }) as number;
    for (const step of schema.migrations.slice(version)) db.exec(step);
    db.pragma(`application_id = ${schema.applicationId}`);
    db.pragma(`user_version = ${schema.migrations.length}`);
  });
  steps.immediate();
}
