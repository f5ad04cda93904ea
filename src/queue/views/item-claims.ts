import type { OtherFile, SceneRecord } from '../../core/model/scene-record.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { preparePins } from '../tables/pins.ts';
import { prepareScenes } from '../tables/scenes.ts';

/** Whose an item is: the scenes that are pinned to it, and the one it was last written for. */
export type ItemClaims = {
  readonly pinned: readonly number[];
  readonly owner: (SceneRecord & { readonly sceneId: number; readonly others: readonly OtherFile[] }) | undefined;
};

/** Reads who has a claim on an item. @throws {StoreError} */
export function readItemClaims(stores: Stores, ratingKey: string): ItemClaims {
  const { queueDb: db, path } = stores;
  return inStore(storesName(path), () => {
    const scenes = prepareScenes(db);
    const sceneId = scenes.sceneOf(ratingKey);
    const record = sceneId === undefined ? undefined : scenes.record(sceneId);
    const owner =
      sceneId === undefined || record === undefined ? undefined : { ...record, sceneId, others: record.others ?? [] };
    return { pinned: preparePins(db).to(ratingKey), owner };
  });
}
