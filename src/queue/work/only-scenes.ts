import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';

/** The scenes that a run is for; `undefined`: all. */
export type OnlyScenes = readonly number[] | undefined;

/** SQL that leaves the jobs of other scenes alone; left out where a run is for all, so that it costs nothing there. */
export function onlyCondition(only: OnlyScenes): string {
  return only === undefined ? '' : ' AND scene_id IN (SELECT value FROM json_each(@only))';
}

/** Makes what waits of these scenes due at `now`: a person asks for it, and does not wait for the next try. */
export function makeScenesDue({ queueDb: db, path }: Stores, sceneIds: readonly number[], now: number): void {
  const make = db.prepare<[object]>(`
    UPDATE jobs SET available_at = @now
    WHERE state = 'pending' AND available_at > @now AND scene_id IN (SELECT value FROM json_each(@only))`);
  inStore(storesName(path), () => make.run({ now, only: JSON.stringify(sceneIds) }));
}
