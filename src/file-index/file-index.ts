import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Candidate } from '../core/match/evidence.ts';
import type { FileIndex, IndexDraft, IndexedSection, IndexMark } from '../core/match/file-index.ts';
import type { ListedItem } from '../core/match/listing.ts';
import { placeOf } from '../core/match/listing.ts';
import type { Section } from '../core/model/plex-item.ts';
import { INDEX_SCHEMA, INDEX_VERSION } from './schema.ts';
import type { FileRow } from './statements.ts';
import { prepareStatements } from './statements.ts';

/** The file index of a data directory. It is opened when first used. */
export type OpenFileIndex = FileIndex & { close(): void };

export const FILE_NAME = 'index.db';
const BUSY_TIMEOUT_MS = 5_000;
/** A pipe in its place fails at once instead of waiting for a reader. */
const APPEND = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NONBLOCK;

/**
 * Opens the index in a data directory when it is first needed. It is disposable: a foreign, damaged or outdated file is
 * replaced by a new index, and if that fails, nothing counts as listed.
 * @param onTrouble called once with the reason why the index is not used
 */
export function openFileIndex(directory: string, onTrouble: (reason: string) => void): OpenFileIndex {
  return indexIn(join(directory, FILE_NAME), onTrouble);
}

/** An index in memory only: what a preview lists is discarded with it. */
export function openMemoryIndex(onTrouble: (reason: string) => void): OpenFileIndex {
  return indexIn(':memory:', onTrouble);
}

function indexIn(file: string, onTrouble: (reason: string) => void): OpenFileIndex {
  let opened: { readonly db: Database.Database; readonly sql: ReturnType<typeof prepareStatements> } | undefined;
  let isGivenUp = false;

  const open = (): NonNullable<typeof opened> => {
    if (opened === undefined) {
      const db = openDb(file);
      opened = { db, sql: prepareStatements(db) };
    }
    return opened;
  };
  const close = (): void => {
    opened?.db.close();
    opened = undefined;
  };
  /** Runs `act` on the index; on failure returns `otherwise`, and after damage the index is recreated. */
  const attempt = <T>(otherwise: T, act: (sql: ReturnType<typeof prepareStatements>) => T): T => {
    if (isGivenUp) return otherwise;
    try {
      return act(open().sql);
    } catch (thrown) {
      if (!(thrown instanceof Database.SqliteError) && (thrown as NodeJS.ErrnoException).code === undefined)
        throw thrown;
      isGivenUp = true;
      close();
      if (isDamage(thrown)) removeFiles(file);
      onTrouble((thrown as Error).message);
      return otherwise;
    }
  };

  return {
    indexed: (section) =>
      attempt(undefined, (sql): IndexedSection | undefined => {
        const row = sql.section(section);
        if (row?.generation == null) return undefined;
        return {
          items: sql.countItems(section, row.generation),
          mark: { addedAt: row.added_at ?? undefined, updatedAt: row.updated_at ?? undefined },
        };
      }),
    knownTotal: (section) => attempt(undefined, (sql) => sql.section(section)?.total ?? undefined),
    noteTotal: (section, total) => attempt(undefined, (sql) => sql.noteTotal(section, total)),
    byName: (section, key) => attempt(undefined, (sql) => toCandidates(section, sql.byName(section, key))),
    draft: (section) => openDraft(section, attempt),
    update: (section, items, mark) => attempt(undefined, (sql) => sql.update(section, items, mark)),
    forget: (ratingKey) => attempt(undefined, (sql) => sql.forget(ratingKey)),
    clear: () => attempt(undefined, (sql) => sql.clear()),
    close,
  };
}

type Attempt = <T>(otherwise: T, act: (sql: ReturnType<typeof prepareStatements>) => T) => T;

function openDraft(section: Section, attempt: Attempt): IndexDraft | undefined {
  const generation = attempt(undefined, (sql) => sql.nextGeneration(section));
  if (generation === undefined) return undefined;
  return {
    add: (items: readonly ListedItem[]) => attempt(undefined, (sql) => sql.insert(section, generation, items)),
    finish: (mark: IndexMark) => attempt(false, (sql) => sql.finish(section, generation, mark)),
    discard: () => attempt(undefined, (sql) => sql.discard(section, generation)),
  };
}

function openDb(file: string): Database.Database {
  try {
    return openCurrent(file);
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown;
    removeFiles(file);
    return openCurrent(file);
  }
}

function openCurrent(file: string): Database.Database {
  if (file !== ':memory:') closeSync(openSync(file, APPEND, 0o600));
  const db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.pragma('journal_mode = WAL');
    // A power cut may lose only the last listing.
    db.pragma('synchronous = NORMAL');
    if (db.pragma('user_version', { simple: true }) !== INDEX_VERSION) remake(db);
    return db;
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

/** Drops the tables of another version: a listing restores their content. */
function remake(db: Database.Database): void {
  const steps = db.transaction(() => {
    if (db.pragma('user_version', { simple: true }) === INDEX_VERSION) return;
    const tables = db.prepare<[], { name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all();
    for (const { name } of tables)
      if (!name.startsWith('sqlite_')) db.exec(`DROP TABLE "${name.replaceAll('"', '""')}"`);
    db.exec(INDEX_SCHEMA);
    db.pragma(`user_version = ${INDEX_VERSION}`);
  });
  steps.immediate();
}

function isDamage(thrown: unknown): boolean {
  return thrown instanceof Database.SqliteError && /^SQLITE_(?:CORRUPT|NOTADB)/.test(thrown.code);
}

function removeFiles(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true });
}

function toCandidates(section: Section, rows: readonly FileRow[]): readonly Candidate[] {
  const items = Map.groupBy(rows, ({ rating_key: ratingKey }) => ratingKey);
  return [...items].map(
    ([ratingKey, files]): Candidate => ({
      ratingKey,
      title: files[0]?.title ?? '',
      ...placeOf(section),
      files: files.map(({ path, size, duration_ms: durationMs }) => ({
        path,
        size: size ?? undefined,
        durationMs: durationMs ?? undefined,
      })),
    }),
  );
}
