import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';

/**
 * The scenes that have a file at one of these paths, as Stash sees it: by what waits, or by the last sync. Goes over
 * both tables, so it is for a person's question.
 * @throws {StoreError}
 */
export function scenesOfPath({ queueDb: db, path }: Stores, paths: readonly string[]): readonly number[] {
  return inStore(storesName(path), () =>
    db
      .prepare<[object], { scene_id: number }>(
        `WITH asked(path) AS (SELECT value FROM json_each(@paths))
          SELECT scene_id FROM scenes WHERE scene_path IN asked
            OR EXISTS (SELECT 1 FROM json_each(scenes.others) WHERE value ->> 'path' IN asked)
          UNION
          SELECT scene_id FROM jobs WHERE data ->> 'path' IN asked
            OR EXISTS (SELECT 1 FROM json_each(jobs.data, '$.files') WHERE value ->> 'path' IN asked)
          ORDER BY scene_id`,
      )
      .all({ paths: JSON.stringify(paths) })
      .map(({ scene_id }) => scene_id),
  );
}

/**
 * The scenes whose item has this file, as Plex sees it: by the last sync, or by a pin.
 * @throws {StoreError}
 */
export function scenesOfPlexFile({ queueDb: db, path }: Stores, paths: readonly string[]): readonly number[] {
  return inStore(storesName(path), () =>
    db
      .prepare<[object], { scene_id: number }>(
        `WITH asked(path) AS (SELECT value FROM json_each(@paths))
          SELECT scene_id FROM scenes WHERE file IN asked
          UNION
          SELECT scene_id FROM pins WHERE file IN asked
          ORDER BY scene_id`,
      )
      .all({ paths: JSON.stringify(paths) })
      .map(({ scene_id }) => scene_id),
  );
}
