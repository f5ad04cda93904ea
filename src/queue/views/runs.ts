import { livenessOf } from '../store/owners.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import type { Pruned } from '../tables/journal/journal.ts';
import { prunedOf } from '../tables/journal/journal.ts';

/** A run as the data directory remembers it. Instants are epoch ms. */
export type RunRow = {
  readonly id: number;
  readonly owner: string;
  readonly pid: number;
  readonly command: string;
  /** NULL where an older plexsync made the row. */
  readonly started_by: string | null;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly exit_code: number | null;
  readonly done: number;
  readonly failed: number;
  readonly items: number;
  readonly fields: number;
  readonly undone_by: number | null;
};

/** `going`: it runs now; `killed`: it ended without a word. */
export type ListedRun = RunRow & { readonly end: 'ended' | 'going' | 'killed' };

/** The newest runs, newest first. */
export function readRunList(stores: Stores, limit: number): readonly ListedRun[] {
  return inStore(storesName(stores.path), () => {
    const rows = stores.queueDb.prepare<[number], RunRow>('SELECT * FROM runs ORDER BY id DESC LIMIT ?').all(limit);
    return rows.map((row) => toListed(stores, row));
  });
}

/** One run, with what was removed from the journal; `undefined` when there is none with this id. */
export function readRun(
  stores: Stores,
  id: number,
): { readonly run: ListedRun; readonly pruned: Pruned | undefined } | undefined {
  return inStore(storesName(stores.path), () => {
    const row = stores.queueDb.prepare<[number], RunRow>('SELECT * FROM runs WHERE id = ?').get(id);
    return row === undefined ? undefined : { run: toListed(stores, row), pruned: prunedOf(stores.queueDb) };
  });
}

function toListed({ path }: Stores, row: RunRow): ListedRun {
  if (row.ended_at === null) return { ...row, end: livenessOf(path, row.owner) === 'alive' ? 'going' : 'killed' };
  return { ...row, end: row.exit_code === null ? 'killed' : 'ended' };
}
