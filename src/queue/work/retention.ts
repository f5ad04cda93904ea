import type { Db } from '../store/open.ts';
import { translated } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';

/** Letters that were removed because their time was up. */
export type Expired = {
  readonly count: number;
  readonly byType: Readonly<Record<string, number>>;
  /** Each once, in order. */
  readonly sceneIds: readonly number[];
};

export type Retention = { readonly now: number; readonly retentionMs: number };

/** Whether a letter is past its time: one look into an index. */
export function hasExpired(dlqDb: Db, retention: Retention): boolean {
  const expired = dlqDb.prepare<[string], unknown>('SELECT 1 FROM dead_letters WHERE failed_at < ? LIMIT 1');
  return expired.get(oldestKept(retention)) !== undefined;
}

/**
 * Removes the letters that failed longer ago than they are kept; answers which, so that it can be said.
 * @throws {StoreError}
 */
export function purgeExpired({ queueDb, dlqDb, path }: Stores, retention: Retention): Expired {
  const purge = (): Expired => {
    // Nothing to do is the rule, and takes no lock.
    if (!hasExpired(dlqDb, retention) || isClockAdrift(queueDb, retention.now)) return NOTHING;
    const remove = dlqDb.prepare<[string], { scene_id: number; error_type: string }>(
      'DELETE FROM dead_letters WHERE failed_at < ? RETURNING scene_id, error_type',
    );
    const rows = dlqDb.transaction(() => remove.all(oldestKept(retention))).immediate();
    const types = Map.groupBy(rows, ({ error_type }) => error_type);
    const counts = [...types].map(([type, ofType]): [string, number] => [type, ofType.length]);
    return {
      count: rows.length,
      byType: Object.fromEntries(counts.toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))),
      sceneIds: [...new Set(rows.map(({ scene_id }) => scene_id))].toSorted((a, b) => a - b),
    };
  };
  return translated(storesName(path), { purge }).purge();
}

const NOTHING: Expired = { count: 0, byType: {}, sceneIds: [] };

/** Longer than any machine was switched off: a clock that jumped ahead must not empty the dead letters. */
const LONGEST_GAP_MS = 366 * 86_400_000;

/** Whether no run is known from anywhere near `now`, though there are runs; the one under way does not count. */
function isClockAdrift(queueDb: Db, now: number): boolean {
  const before = queueDb
    .prepare<[number], { at: number | null }>('SELECT max(started_at) AS at FROM runs WHERE started_at < ?')
    .get(now);
  return before?.at !== null && before?.at !== undefined && now - before.at > LONGEST_GAP_MS;
}

/** As `failed_at` has it: its texts are in the order of their instants. */
function oldestKept({ now, retentionMs }: Retention): string {
  return new Date(Math.max(0, now - retentionMs)).toISOString();
}
