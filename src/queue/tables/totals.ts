import type { Db } from '../store/open.ts';

/** What is counted over the life of a data directory. */
const TOTALS = [
  'updated',
  'unchanged',
  'retries',
  'not_found_waits',
  'skipped',
  'gone',
  'dead_lettered',
  'released',
  'superseded',
  'rescued',
  'dropped',
] as const;
export type Total = (typeof TOTALS)[number];

/** Prepares the statement that adds to a total. */
export function prepareCount(db: Db): (name: Total, by?: number) => void {
  const add = db.prepare<[string, number]>(
    'INSERT INTO totals (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value',
  );
  return (name, by = 1) => {
    if (by > 0) add.run(name, by);
  };
}

/** Every total, zero when nothing was counted yet. */
export function readTotals(db: Db): Record<Total, number> {
  const rows = db.prepare<[], { name: string; value: number }>('SELECT name, value FROM totals').all();
  const known = new Map(rows.map(({ name, value }) => [name, value]));
  return Object.fromEntries(TOTALS.map((name) => [name, known.get(name) ?? 0])) as Record<Total, number>;
}

/** How many scenes were written: all but the few that are about to be, since SQLite counts a whole index by its pages. */
export function writtenCount(db: Db): number {
  const count = db.prepare<[], number>(`
    SELECT (SELECT count(*) FROM scenes)
      - (SELECT count(*) FROM scenes INDEXED BY scenes_unwritten WHERE written_at IS NULL)`);
  return count.pluck().get() ?? 0;
}
