import type { LeftCount } from '../../core/model/left-as-edited.ts';
import { isLeftAsEdited } from '../../core/model/left-as-edited.ts';
import type { ReassertField } from '../../core/model/reassert.ts';
import { PLEX_NAMES } from '../../core/model/reassert.ts';
import type { LeftAlone } from '../../core/model/scene-record.ts';
import { LEFT_FIELDS } from '../store/left-fields.ts';
import type { Db } from '../store/open.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';

/** Counts what the last sync of each scene left as edited in Plex, by the index alone. */
export function readLeft(db: Db): LeftCount {
  const counts = db.prepare<[], LeftCount>(COUNT_LEFT).get();
  if (counts === undefined) throw new Error('a count without a row');
  return counts;
}

const SCENES_LEFT = `scenes INDEXED BY scenes_left WHERE left_alone IS NOT NULL AND ${LEFT_FIELDS} > 0`;
const COUNT_LEFT = `SELECT coalesce(sum(${LEFT_FIELDS}), 0) AS fields, count(*) AS scenes FROM ${SCENES_LEFT}`;

const ANY_LEFT = 'scenes INDEXED BY scenes_left WHERE left_alone IS NOT NULL';

/** A collection that is gone from its whole library is no edit of a scene's item, and is taken back all the same. */
function isTakenBack(left: LeftAlone): boolean {
  return isLeftAsEdited(left) || left.reason === 'collection_gone';
}

/**
 * The scenes of which one of these fields was left as edited in Plex, or of which the collection is gone from its whole
 * library, in order of their ids.
 * @throws {StoreError}
 */
export function scenesLeft({ queueDb, path }: Stores, fields: readonly ReassertField[]): readonly number[] {
  return inStore(storesName(path), () => {
    const names = new Set<LeftAlone['field']>(fields.map((field) => PLEX_NAMES[field]));
    const rows = queueDb.prepare<[], { scene_id: number; left_alone: string }>(
      `SELECT scene_id, left_alone FROM ${names.has('collection') ? ANY_LEFT : SCENES_LEFT}`,
    );
    const ids = rows.all().flatMap(({ scene_id, left_alone }) => {
      const left = JSON.parse(left_alone) as readonly LeftAlone[];
      return left.some((one) => names.has(one.field) && isTakenBack(one)) ? [scene_id] : [];
    });
    return ids.toSorted((a, b) => a - b);
  });
}
