import type { Db } from './open.ts';

/** The count of scenes of Stash that were never synced (server-state.ts); what enqueues all of them removes it. */
export const NEVER_SYNCED = 'never_synced';

/** Values that exist once per data directory, by name. The functions that write leave the transaction to the caller. */
export function prepareMeta(db: Db) {
  const read = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE name = ?');
  const write = db.prepare<[string, string]>(
    `INSERT INTO meta (name, value) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`,
  );
  const keep = db.prepare<[string, string]>('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const remove = db.prepare<[string]>('DELETE FROM meta WHERE name = ?');
  const text = (name: string): string | undefined => read.get(name)?.value;
  return {
    text,
    number: (name: string): number | undefined => {
      const value = text(name);
      return value === undefined ? undefined : Number(value);
    },
    set: (name: string, value: number): void => {
      write.run(name, String(value));
    },
    /** A value stored by `setJson`; the caller knows its type. */
    json: <T>(name: string): T | undefined => {
      const value = text(name);
      return value === undefined ? undefined : (JSON.parse(value) as T);
    },
    setJson: (name: string, value: unknown): void => {
      write.run(name, JSON.stringify(value));
    },
    /** Sets a value unless it is already set. */
    keep: (name: string, value: number | string): void => {
      keep.run(name, String(value));
    },
    remove: (name: string): void => {
      remove.run(name);
    },
  };
}
