import type { Db } from './open.ts';

/** What is kept once per data directory, by name. Those functions that write leave the transaction to the caller. */
export function prepareMeta(db: Db) {
  const read = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE name = ?');
  const write = db.prepare<[string, string]>(
    'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const keep = db.prepare<[string, string]>('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const remove = db.prepare<[string]>('DELETE FROM meta WHERE name = ?');
  return {
    number: (name: string): number | undefined => {
      const row = read.get(name);
      return row === undefined ? undefined : Number(row.value);
    },
    set: (name: string, value: number): void => {
      write.run(name, String(value));
    },
    /** Sets what is not set yet. */
    keep: (name: string, value: number): void => {
      keep.run(name, String(value));
    },
    remove: (name: string): void => {
      remove.run(name);
    },
  };
}
