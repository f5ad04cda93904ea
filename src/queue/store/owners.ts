import { closeSync, existsSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { makeDirectory } from '../../make-directory.ts';
import type { Db } from './open.ts';
import { inStore } from './store-errors.ts';
import { newUuid } from './uuid.ts';

/** A drain's proof of life: an exclusive lock on a small file of its own, which ends with the process in any case. */
export type Owner = {
  readonly id: string;
  /**
   * Ends the proof. The file stays while the drain holds leases, so that the next process sees at once that it is dead;
   * `sweepOwners` removes it.
   */
  close(): void;
};

/** `unknown` when the file is missing, or we may not lock it: then only the lease's expiry frees its jobs. */
export type Liveness = 'alive' | 'dead' | 'unknown';

const FOLDER = 'owners';
const SUFFIX = '.db';

/** Opens a new owner. Every process on the directory sees its lock at once, across containers (toolchain.md 2). */
export function openOwner(dataDir: string, queueDb: Db): Owner {
  const folder = join(dataDir, FOLDER);
  return inStore(folder, () => {
    makeDirectory(folder, 0o700);
    for (;;) {
      const id = newUuid(queueDb);
      const file = join(folder, id + SUFFIX);
      const db = lock(file, 'create');
      // A sweep may have removed the file before it was locked; then the lock proves nothing.
      if (db !== undefined && existsSync(file)) {
        return { id, close: () => void db.close() };
      }
      db?.close();
    }
  });
}

/** Whether the process that opened the owner still runs. */
export function livenessOf(dataDir: string, id: string): Liveness {
  const file = join(dataDir, FOLDER, id + SUFFIX);
  return inStore(file, () => {
    if (!existsSync(file)) return 'unknown';
    try {
      const db = lock(file, 'existing');
      db?.close();
      return db === undefined ? 'alive' : 'dead';
    } catch (thrown) {
      const { code = '' } = thrown as { code?: string };
      // Removed since we looked, by its own drain or by another one's sweep.
      if (code === 'SQLITE_CANTOPEN' || code.startsWith('SQLITE_READONLY')) return 'unknown';
      // Nobody can hold a lock on a file that is no database.
      if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) return 'dead';
      throw thrown;
    }
  });
}

/** Whether any process that has opened an owner still runs, whatever became of the queue. */
export function hasLivingOwner(dataDir: string): boolean {
  const folder = join(dataDir, FOLDER);
  return inStore(folder, () => {
    if (!existsSync(folder)) return false;
    const ids = readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
    return ids.some((name) => livenessOf(dataDir, name.slice(0, -SUFFIX.length)) === 'alive');
  });
}

/** Removes the files of dead owners that no longer hold a lease. */
export function sweepOwners(dataDir: string, keep: ReadonlySet<string>): void {
  const folder = join(dataDir, FOLDER);
  inStore(folder, () => {
    for (const name of readdirSync(folder)) {
      const id = name.slice(0, -SUFFIX.length);
      if (!name.endsWith(SUFFIX) || keep.has(id) || livenessOf(dataDir, id) !== 'dead') continue;
      rmSync(join(folder, name), { force: true });
    }
  });
}

/** The locked database, or `undefined` when another process holds the lock. */
function lock(file: string, mode: 'create' | 'existing'): Database.Database | undefined {
  if (mode === 'create') closeSync(openSync(file, 'wx', 0o600));
  const db = new Database(file, { timeout: 0, fileMustExist: true });
  try {
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (thrown) {
    db.close();
    if ((thrown as { code?: string }).code === 'SQLITE_BUSY') return undefined;
    throw thrown;
  }
}
