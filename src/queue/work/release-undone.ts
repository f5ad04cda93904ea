import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { prepareUndone } from '../tables/undone.ts';

/**
 * Lets undone scenes be written again; a job of theirs that waits is due at `now`, as it stands.
 * @returns the scenes that have no such job
 */
export function releaseUndone(
  { queueDb: db, path }: Stores,
  sceneIds: readonly number[],
  now: number,
): readonly number[] {
  return inStore(storesName(path), () => {
    const undone = prepareUndone(db);
    const free = db.prepare<[object]>(`
      UPDATE jobs SET undone = 0, available_at = min(available_at, @now) WHERE scene_id = @sceneId AND state = 'pending'`);
    const all = db.transaction(() =>
      sceneIds.filter((sceneId) => {
        undone.remove(sceneId);
        return free.run({ sceneId, now }).changes === 0;
      }),
    );
    return all.immediate();
  });
}
