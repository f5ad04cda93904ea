import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { StoreError, UsageError } from '../../../core/model/errors.ts';
import { DLQ_SCHEMA, QUEUE_SCHEMA } from '../migrations.ts';
import type { Db } from '../open.ts';
import { compileOnUse } from '../statements.ts';
import { copying, inNamedFile, inStore } from '../store-errors.ts';
import type { Stores } from '../stores.ts';

/** What a backup says of itself. */
export type BackupFacts = {
  /** Epoch ms. */
  readonly takenAt: number;
  /** The plexsync that took it. */
  readonly version: string;
  readonly waiting: number;
  readonly deadLetters: number;
};

/** Written into the header, so that nobody takes a backup for a queue. */
const BACKUP_ID = 0x506c7842;
const BUSY_TIMEOUT_MS = 5_000;
const OWNER_ONLY = 0o600;
const NAME_ANOTHER = 'No backup was written. Name a file in a folder that is there, has room, and may be written to.';
const NAME_A_BACKUP = 'Nothing was restored. Name a file that plexsync backup wrote.';

/**
 * Writes both databases into one file, as they are at one instant. It is the queue, with the letters as a blob beside
 * it. Replaces an older backup, and nothing else; a link stays one.
 * @throws {UsageError | StoreError}
 */
export function writeBackup(
  { queueDb, dlqDb }: Stores,
  named: string,
  {
    takenAt,
    version,
    writers = 'at_work',
  }: Pick<BackupFacts, 'takenAt' | 'version'> & {
    /** `held_off`: the caller makes sure that nobody writes. */
    readonly writers?: 'at_work' | 'held_off';
  },
): BackupFacts {
  const file = inNamedFile(named, NAME_ANOTHER, () => behindLinks(named));
  if (existsSync(file) && statSync(file).isDirectory())
    throw new UsageError(
      `${named} is a folder, not a file.`,
      `Name a file in it, such as ${join(named, 'plexsync.backup')}.`,
    );
  if (existsSync(file) && !isBackup(file))
    throw new UsageError(
      `${file} exists, and is no backup of plexsync.`,
      'Name another file; this one is left as it is.',
    );
  return inNamedFile(file, NAME_ANOTHER, () => {
    const folder = mkdtempSync(join(dirname(file), '.plexsync-backup-'));
    const draft = join(folder, QUEUE_SCHEMA.fileName);
    const letters = join(folder, DLQ_SCHEMA.fileName);
    try {
      if (writers === 'at_work') copyUnderLock({ queueDb, dlqDb }, { draft, letters });
      else copyBoth(queueDb, dlqDb, { draft, letters });
      chmodSync(draft, OWNER_ONLY);
      const facts = seal(draft, { letters: readFileSync(letters), takenAt, version });
      syncFile(draft);
      renameSync(draft, file);
      return facts;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** Where a path leads through links, also if no file is there yet. */
function behindLinks(named: string): string {
  try {
    return realpathSync(named);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
    if (lstatSync(named, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return named;
    // From the true folder: a link's own `..` means the folder above that one.
    return behindLinks(resolve(realpathSync(dirname(named)), readlinkSync(named)));
  }
}

type Drafts = { readonly draft: string; readonly letters: string };

/** A job moves between the databases under the queue's write lock: while that is held, the two belong together. */
function copyUnderLock({ queueDb, dlqDb }: Pick<Stores, 'queueDb' | 'dlqDb'>, to: Drafts): void {
  const both = queueDb.transaction(() => {
    const reader = new Database(queueDb.name, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    try {
      copyBoth(compileOnUse(reader), dlqDb, to);
    } finally {
      reader.close();
    }
  });
  both.immediate();
}

function copyBoth(queueDb: Db, dlqDb: Db, to: Drafts): void {
  copy(queueDb, to.draft);
  copy(dlqDb, to.letters);
}

function copy(db: Db, to: string): void {
  copying(db.name, () => db.prepare('VACUUM INTO ?').run(to));
}

function seal(
  draft: string,
  { letters, takenAt, version }: { readonly letters: Buffer; readonly takenAt: number; readonly version: string },
): BackupFacts {
  const db = new Database(draft);
  try {
    db.exec('CREATE TABLE backup (taken_at INTEGER NOT NULL, version TEXT NOT NULL, letters BLOB NOT NULL) STRICT');
    db.prepare('INSERT INTO backup (taken_at, version, letters) VALUES (?, ?, ?)').run(takenAt, version, letters);
    db.pragma(`application_id = ${BACKUP_ID}`);
    return factsOf(db, letters);
  } finally {
    db.close();
  }
}

function factsOf(db: Database.Database, letters: Buffer): BackupFacts {
  const count = (of: Database.Database, sql: string): number => Number(of.prepare<[], number>(sql).pluck().get() ?? 0);
  const lettersDb = new Database(letters);
  try {
    const told = db.prepare<[], Pick<BackupFacts, 'takenAt' | 'version'>>(
      'SELECT taken_at AS takenAt, version FROM backup',
    );
    return {
      ...(told.get() ?? { takenAt: 0, version: '' }),
      waiting: count(db, 'SELECT count(*) FROM jobs'),
      deadLetters: count(lettersDb, 'SELECT count(*) FROM dead_letters'),
    };
  } finally {
    lettersDb.close();
  }
}

/** The rename must not be on the disk before the content. */
function syncFile(file: string): void {
  const handle = openSync(file, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function isBackup(file: string): boolean {
  try {
    return withBackup(file, () => true);
  } catch (thrown) {
    if (thrown instanceof StoreError || thrown instanceof UsageError) return false;
    throw thrown;
  }
}

/**
 * Reads what a backup says of itself, and proves that it is whole.
 * @throws {UsageError | StoreError} when it is no backup, damaged, or of a newer plexsync.
 */
export function readBackup(file: string): BackupFacts {
  return withBackup(file, (db) => {
    const letters = lettersIn(db);
    refuseDamaged(file, db);
    const lettersDb = new Database(letters);
    try {
      refuseDamaged(file, lettersDb);
      refuseNewer(file, versionOf(lettersDb) > DLQ_SCHEMA.migrations.length);
    } finally {
      lettersDb.close();
    }
    refuseNewer(file, versionOf(db) > QUEUE_SCHEMA.migrations.length);
    return factsOf(db, letters);
  });
}

/** Writes the two databases of a backup into `folder`, as they were. @throws {UsageError | StoreError} */
export function unpackBackup(file: string, folder: string): void {
  withBackup(file, (db) => {
    const letters = lettersIn(db);
    inStore(folder, () => unpack(db, letters, folder));
  });
}

function unpack(db: Database.Database, letters: Buffer, folder: string): void {
  writeFileSync(join(folder, DLQ_SCHEMA.fileName), letters, { mode: OWNER_ONLY });
  const path = join(folder, QUEUE_SCHEMA.fileName);
  db.prepare('VACUUM INTO ?').run(path);
  chmodSync(path, OWNER_ONLY);
  const queue = new Database(path);
  try {
    queue.exec('DROP TABLE backup');
    queue.pragma(`application_id = ${QUEUE_SCHEMA.applicationId}`);
  } finally {
    queue.close();
  }
}

function withBackup<T>(file: string, use: (db: Database.Database) => T): T {
  if (!existsSync(file)) throw new UsageError(`There is no file ${file}.`, NAME_A_BACKUP);
  const stats = statSync(file);
  if (stats.isDirectory()) throw new UsageError(`${file} is a folder, not a file.`, NAME_A_BACKUP);
  // To open a pipe would wait for ever for somebody to write into it.
  if (!stats.isFile()) throw new UsageError(`${file} is not a file, but a pipe or a device.`, NAME_A_BACKUP);
  return inNamedFile(file, NAME_A_BACKUP, () => {
    const db = new Database(file, { readonly: true, fileMustExist: true });
    try {
      if (db.pragma('application_id', { simple: true }) !== BACKUP_ID)
        throw new UsageError(`${file} is no backup of plexsync.`, NAME_A_BACKUP);
      return use(db);
    } finally {
      db.close();
    }
  });
}

function lettersIn(db: Database.Database): Buffer {
  const letters = db.prepare<[], Buffer>('SELECT letters FROM backup').pluck().get();
  return letters ?? Buffer.alloc(0);
}

function versionOf(db: Database.Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

function refuseDamaged(file: string, db: Database.Database): void {
  const verdict = String(db.pragma('quick_check(1)', { simple: true }));
  if (verdict === 'ok') return;
  throw new StoreError(`${file} is damaged (${verdict}); nothing was restored.`, 'Take an older backup.');
}

function refuseNewer(file: string, isNewer: boolean): void {
  if (isNewer) throw new StoreError(`${file} was taken by a newer plexsync; nothing was restored.`, 'Update plexsync.');
}
