import type { Db } from '../store/open.ts';
import { translated } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';

/** Letters that were removed because they had expired. */
export type Expired = {
  readonly count: number;
  readonly byType: Readonly<Record<string, number>>;
  /** Each once, in order. */
  readonly sceneIds: readonly number[];
};

export type Retention = { readonly now: number; readonly retentionMs: number };

/** Whether a letter has expired: a single index look-up. */
export function hasExpired(dlqDb: Db, retention: Retention): boolean {
  const expired = dlqDb.prepare<[string], unknown>('SELECT 1 FROM dead_letters WHERE failed_at < ? LIMIT 1');
  return expired.get(oldestKept(retention)) !== undefined;
}

/**
 * Removes the letters that are older than the retention; returns which, so that they can be reported.
 * @throws {StoreError}
 */
export function purgeExpired({ queueDb, dlqDb, path }: Stores, retention: Retention): Expired {
  const purge = (): Expired => {
    // Usually there is nothing to do; then no lock is taken.
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

/** Longer than any machine stays switched off: a clock that jumped ahead must not empty the dead letters. */
const LONGEST_GAP_MS = 366 * 86_400_000;

/** Whether runs are known, but none near `now`; the current run does not count. */
function isClockAdrift(queueDb: Db, now: number): boolean {
  const before = queueDb
    .prepare<[number], { at: number | null }>('SELECT max(started_at) AS at FROM runs WHERE started_at < ?')
    .get(now);
  return before?.at !== null && before?.at !== undefined && now - before.at > LONGEST_GAP_MS;
}

/** In the form of `failed_at`, whose texts sort in the order of their instants. */
function oldestKept({ now, retentionMs }: Retention): string {
  return new Date(Math.max(0, now - retentionMs)).toISOString();
}
