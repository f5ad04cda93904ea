import type { PictureField } from '../../core/model/picture.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { prepareScenes } from '../tables/scenes.ts';

/** What is known of pictures in a data directory. */
export type PictureFigures = {
  /** How many scenes have a picture of ours, by kind. */
  readonly ours: Readonly<Record<PictureField, number>>;
  /** Their average size; `undefined` where none is known. */
  readonly averageBytes: number | undefined;
};

/** Counts the pictures that were written; it goes over all scenes, for commands that do so anyway. @throws {StoreError} */
export function readPictureFigures({ queueDb: db, path }: Stores): PictureFigures {
  return inStore(storesName(path), () => {
    const ours = db
      .prepare<[], Record<PictureField, number>>(`
        SELECT count(pictures ->> '$.thumb.ours') AS thumb, count(pictures ->> '$.art.ours') AS art
        FROM scenes WHERE pictures IS NOT NULL`)
      .get();
    return { ours: ours ?? { thumb: 0, art: 0 }, averageBytes: prepareScenes(db).pictureBytes() };
  });
}
