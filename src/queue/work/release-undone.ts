import { stampEdit } from '../../core/model/scene-edit.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { prepareEnqueue, prepareInstant } from '../tables/jobs/jobs.ts';
import { prepareUndone } from '../tables/undone.ts';

/** Lets undone scenes be written again; a job of theirs that waits is due at `now`, as it stands. */
export function releaseUndone(stores: Stores, sceneIds: readonly number[], now: number): void {
  inStore(storesName(stores.path), () => {
    const { releaseOne } = prepareRelease(stores, now);
    stores.queueDb.transaction(() => sceneIds.forEach(releaseOne)).immediate();
  });
}

/** The same, and each of them that has no waiting job gets one that asks Stash: all of them or none. */
export function releaseAndEnqueue(stores: Stores, sceneIds: readonly number[], now: number): void {
  inStore(storesName(stores.path), () => {
    const { releaseOne } = prepareRelease(stores, now);
    const enqueueOne = prepareEnqueue(stores.queueDb);
    const instant = prepareInstant(stores.queueDb);
    const all = stores.queueDb.transaction(() => {
      const idle = sceneIds.filter((sceneId) => !releaseOne(sceneId));
      if (idle.length === 0) return;
      const edit = stampEdit({ bare: true, data: {} }, instant(now));
      for (const sceneId of idle) enqueueOne({ sceneId, edit }, { priority: 'hand', now });
    });
    all.immediate();
  });
}

function prepareRelease({ queueDb: db }: Stores, now: number) {
  const undone = prepareUndone(db);
  const makeDue = db.prepare<[object]>(
    `UPDATE jobs SET available_at = min(available_at, @now) WHERE scene_id = @sceneId AND state = 'pending'`,
  );
  return {
    /** Call it inside a transaction. @returns whether a job of the scene waits. */
    releaseOne: (sceneId: number): boolean => {
      undone.release(sceneId);
      return makeDue.run({ sceneId, now }).changes > 0;
    },
  };
}
