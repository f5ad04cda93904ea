import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { FILE_NAME } from './file-index.ts';
import { INDEX_VERSION } from './schema.ts';

/** The names of the libraries that the index of a data directory knows. Makes no index, and waits for nobody. */
export function indexedLibraries(directory: string): readonly string[] {
  const file = join(directory, FILE_NAME);
  // Opening a pipe would wait for ever for somebody to write into it.
  if (!statSync(file).isFile()) return [];
  // So that no file of SQLite's own is left behind, nor one put in order that was.
  const db = new Database(file, { readonly: existsSync(`${file}-wal`), fileMustExist: true, timeout: 0 });
  try {
    if (db.pragma('user_version', { simple: true }) !== INDEX_VERSION) return [];
    const rows = db.prepare<[], { title: string }>('SELECT title FROM sections WHERE title IS NOT NULL ORDER BY title');
    return rows.all().map(({ title }) => title);
  } finally {
    db.close();
  }
}
