import { prepareMeta } from '../store/meta.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import type { StashUse } from '../tables/jobs/awaits-stash.ts';
import { mostAwaiting } from '../tables/jobs/awaits-stash.ts';
import { prepareServerState } from '../tables/server-state.ts';

/** How often a run with nothing due asks what was added: once a minute, and the minutes of cron are not exact. */
const EACH_MS = 59_500;
const ASKED_AT = 'added_asked_at';

/**
 * Whether a run with nothing due may ask Plex what was added: a job waits for its file, nobody asked within a minute,
 * and Plex was up when it was last asked. Whoever gets the turn asks. Cheap where no job waits.
 * @throws {StoreError}
 */
export function takeWakeTurn(
  stores: Stores,
  { now, stash }: { readonly now: number; readonly stash: StashUse },
): boolean {
  const { queueDb: db } = stores;
  const take = (): boolean => {
    const waits = db.prepare<[number], unknown>(
      `SELECT 1 FROM jobs WHERE state = 'pending' AND misses > 0 AND held <= ? LIMIT 1`,
    );
    if (waits.get(mostAwaiting(stash)) === undefined) return false;
    if (prepareServerState(db).breaker('plex').kind !== 'closed') return false;
    const meta = prepareMeta(db);
    const askedAt = meta.number(ASKED_AT);
    if (askedAt !== undefined && askedAt <= now && now < askedAt + EACH_MS) return false;
    meta.set(ASKED_AT, now);
    return true;
  };
  return inStore(storesName(stores.path), () => db.transaction(take).immediate());
}
