import { livenessOf } from '../store/owners.ts';
import { livingHolder } from '../store/process-locks.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';

/** What may keep a watch from its next look for long. */
export type WatchWork = 'drain' | 'tasks';

/**
 * What a living watch is at, if anything. A drain renews its leases as long as it goes on, so one that hangs is none; a
 * run that a person or cron started is not the watch's.
 */
export function watchWork(stores: Stores, now: number): WatchWork | undefined {
  const { queueDb: db, path } = stores;
  return inStore(storesName(path), () => {
    // Few rows ever: a batch of each drain.
    const drains = db
      .prepare<[object], { owner: string }>(`
        SELECT DISTINCT lease_owner AS owner FROM jobs WHERE state = 'in_progress' AND lease_expires_at > @now
          AND lease_owner IN (SELECT owner FROM runs WHERE started_by = 'watch')`)
      .all({ now });
    if (drains.some(({ owner }) => livenessOf(path, owner) === 'alive')) return 'drain';
    const isAtTasks = [livingHolder(stores, 'watch'), livingHolder(stores, 'tasks')].every((pid) => pid !== undefined);
    return isAtTasks ? 'tasks' : undefined;
  });
}
