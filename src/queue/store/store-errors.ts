import { lstatSync } from 'node:fs';
import type { StoreErrorKind } from '../../core/model/errors.ts';
import { StoreError } from '../../core/model/errors.ts';

/**
 * Runs `action` and turns errors of SQLite or the file system into one sentence with the way out. The only place that
 * knows SQLite's codes.
 * @throws {StoreError}
 */
export function inStore<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    throw toStoreError(thrown, file);
  }
}

/**
 * Like `inStore`, for a file outside the data directory that a person named: the way out is to name another.
 * @throws {StoreError}
 */
export function inNamedFile<T>(file: string, wayOut: string, action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    const error = toStoreError(thrown, file);
    // Already in words, or no matter of a file.
    if (error === thrown || !(error instanceof StoreError)) throw error;
    throw new StoreError(error.message, wayOut);
  }
}

/**
 * Runs `action`, which copies `source` elsewhere: of damage `source` is named, all else is left to the caller.
 * @throws {StoreError}
 */
export function copying<T>(source: string, action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    const error = toStoreError(thrown, source);
    throw error instanceof StoreError && error.kind === 'damaged' ? error : thrown;
  }
}

/** Like `inStore`, for rows that are read one after the other: an error on the way is translated too. */
export function* eachInStore<T>(file: string, rows: () => Iterable<T>): Generator<T> {
  try {
    yield* rows();
  } catch (thrown) {
    throw toStoreError(thrown, file);
  }
}

/** Wraps each of these functions in `inStore`. */
export function translated<T extends Record<string, (...args: never[]) => unknown>>(file: string, functions: T): T {
  const entries = Object.entries(functions).map(([name, call]) => [
    name,
    (...args: never[]) => inStore(file, () => call(...args)),
  ]);
  return Object.fromEntries(entries) as T;
}

function toStoreError(thrown: unknown, file: string): unknown {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : '';
  if (code === 'ENOENT' && !isLink(file)) return new StoreError(`${file} is not there, and cannot be made.`, GONE);
  const known = isDamage(thrown, code) ? DAMAGED : SENTENCES.find(([prefix]) => code.startsWith(prefix));
  if (thrown instanceof StoreError || known === undefined) return thrown;
  const [, what, hint] = known;
  return new StoreError(`${file} ${what} (${code || 'what it holds is no JSON'}).`, hint, kindOf(code, hint));
}

function kindOf(code: string, hint: string): StoreErrorKind {
  if (code.startsWith('SQLITE_BUSY')) return 'locked';
  return hint === RESTORE ? 'damaged' : 'unusable';
}

/** As for a directory that was removed or unmounted while plexsync ran, or one in /proc. */
const GONE = 'Bring it back, or choose another directory with --data-dir.';

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** Damage that leaves SQLite able to read the file: in the text of its schema, or in JSON that we have stored. */
function isDamage(thrown: unknown, code: string): boolean {
  if (thrown instanceof SyntaxError) return true;
  return code === 'SQLITE_ERROR' && /^no such (?:table|column|index)|^malformed /.test((thrown as Error).message);
}

/** The way out where a file is no sound database. */
export const RESTORE =
  'Nothing was changed. Restore the file from a backup, or move it away and enqueue the scenes again.';
const PERMISSIONS = 'Make the directory and its files writable for this user, or choose another with --data-dir.';
const SPACE = 'Free some space on that disk and run again; nothing is lost.';

const DAMAGED = ['', 'is damaged', RESTORE] as const;

/** What each result code of SQLite, or of the file system, means for the person; the first matching prefix counts. */
const SENTENCES: readonly (readonly [prefix: string, what: string, hint: string])[] = [
  ['SQLITE_NOTADB', 'is not a database', RESTORE],
  ['SQLITE_CORRUPT', 'is damaged', RESTORE],
  ['SQLITE_FULL', 'cannot grow: the disk is full', SPACE],
  // A full disk also appears as this error, when the shared-memory file cannot be created.
  ['SQLITE_IOERR_SHM', 'cannot be used: the disk is full or does not support shared memory', SPACE],
  ['SQLITE_READONLY', 'is read-only', PERMISSIONS],
  ['SQLITE_CANTOPEN', 'cannot be opened', PERMISSIONS],
  ['SQLITE_PERM', 'may not be opened', PERMISSIONS],
  ['SQLITE_BUSY', 'is locked by another program', 'Close the program that holds it, then run again.'],
  ['SQLITE_IOERR', 'cannot be read or written', 'Check the disk, then run again.'],
  ['ENOSPC', 'cannot be written: the disk is full', SPACE],
  ['EACCES', 'may not be accessed', PERMISSIONS],
  ['EPERM', 'may not be accessed', PERMISSIONS],
  ['EROFS', 'is on a read-only file system', PERMISSIONS],
  [
    'ENOENT',
    'leads nowhere: it is a link to something that is not there',
    'Mend the link, or choose another directory with --data-dir.',
  ],
  ['EISDIR', 'is a directory where a file should be', 'Move it away, or choose another directory with --data-dir.'],
  ['EEXIST', 'is a file where a directory should be', 'Choose another directory with --data-dir.'],
  ['ENOTDIR', 'cannot be reached: a part of its path is a file', 'Choose another directory with --data-dir.'],
  ['ENAMETOOLONG', 'cannot be used: a name in its path is too long', 'Choose another directory with --data-dir.'],
  ['ELOOP', 'is a link that leads back to itself', 'Mend the link, or choose another directory with --data-dir.'],
  ['EIO', 'cannot be read or written', 'Check the disk, then run again.'],
];
