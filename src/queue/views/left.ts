import type { LeftCount } from '../../core/model/left-as-edited.ts';
import { LEFT_FIELDS } from '../store/left-fields.ts';
import type { Db } from '../store/open.ts';

/** Counts what the last sync of each scene left as edited in Plex, by the index alone. */
export function readLeft(db: Db): LeftCount {
  const counts = db.prepare<[], LeftCount>(COUNT_LEFT).get();
  if (counts === undefined) throw new Error('a count without a row');
  return counts;
}

const COUNT_LEFT = `SELECT coalesce(sum(${LEFT_FIELDS}), 0) AS fields, count(*) AS scenes FROM scenes INDEXED BY scenes_left
  WHERE left_alone IS NOT NULL AND ${LEFT_FIELDS} > 0`;
