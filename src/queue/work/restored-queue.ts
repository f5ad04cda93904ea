import { stampEdit } from '../../core/model/scene-edit.ts';
import type { Db } from '../store/open.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { prepareDeadLetters } from '../tables/dead-letters/dead-letters.ts';
import type { JobRow } from '../tables/jobs/jobs.ts';
import {
  BACK_TO_PENDING,
  prepareEnqueue,
  prepareInstant,
  prepareRemove,
  prepareSupersede,
} from '../tables/jobs/jobs.ts';

/** How many jobs and letters carried values of then, which Stash is asked for again. */
export type AskedAnew = {
  readonly jobs: number;
  readonly letters: number;
  /** The scenes that lost a tagline by it: Stash, which has none, cannot give it back. */
  readonly lostTaglines: readonly number[];
};

/**
 * Makes a queue out of a backup fit to be drained: what was being worked on waits again, with its attempt given back.
 * With a Stash to ask, all values that were given then are dropped, so that old never overwrites new: a job that keeps
 * some is written with them while Stash is away.
 */
export function settleRestored(
  stores: Stores,
  { stash, now }: { readonly stash: 'known' | 'unknown'; readonly now: number },
): AskedAnew {
  const { queueDb: db, dlqDb, path } = stores;
  return inStore(storesName(path), () => {
    db.transaction(() => freeLeases(stores)).immediate();
    if (stash === 'unknown') return { jobs: 0, letters: 0, lostTaglines: [] };
    const inJobs = db.transaction(() => askStashForJobs(db, now)).immediate();
    // A letter that is retried goes under what Stash says.
    const inLetters = dlqDb.transaction(() => askStashForLetters(dlqDb, inJobs.askedAt)).immediate();
    const lostTaglines = [...new Set([...inJobs.lostTaglines, ...inLetters.lostTaglines])].toSorted((a, b) => a - b);
    return { jobs: inJobs.count, letters: inLetters.count, lostTaglines };
  });
}

function freeLeases(stores: Stores): void {
  const { queueDb: db, dlqDb } = stores;
  const leased = db.prepare<[], JobRow>(`SELECT * FROM jobs WHERE state = 'in_progress'`);
  const giveBack = db.prepare<[number]>(
    `UPDATE jobs SET ${BACK_TO_PENDING}, attempt = max(0, attempt - 1) WHERE id = ?`,
  );
  const remove = prepareRemove(db);
  const supersede = prepareSupersede(db);
  const letters = prepareDeadLetters(dlqDb);
  for (const row of leased.all()) {
    if (row.forgotten === 1 || letters.has(row.job_key)) remove(row.id);
    else if (!supersede(row)) giveBack.run(row.id);
  }
}

type LeftToStash = { readonly count: number } & Pick<AskedAnew, 'lostTaglines'>;

type Given = { readonly id: number; readonly sceneId: number; readonly hasTagline: 0 | 1 };

function toLeft(given: readonly Given[]): LeftToStash {
  const lostTaglines = given.filter(({ hasTagline }) => hasTagline === 1).map(({ sceneId }) => sceneId);
  return { count: given.length, lostTaglines };
}

function askStashForJobs(db: Db, now: number): LeftToStash & { readonly askedAt: number } {
  const askedAt = prepareInstant(db)(now);
  const given = db
    .prepare<[], Given>(`
      SELECT id, scene_id AS sceneId, json_type(data, '$.tagline') IS NOT NULL AS hasTagline
      FROM jobs WHERE stamps <> '{}'`)
    .all();
  const empty = db.prepare<[number]>(`UPDATE jobs SET data = '{}', stamps = '{}' WHERE id = ?`);
  const enqueue = prepareEnqueue(db);
  const edit = stampEdit({ bare: true, data: {} }, askedAt);
  for (const { id, sceneId } of given) {
    empty.run(id);
    enqueue({ sceneId, edit }, { priority: 'bulk', now });
  }
  return { ...toLeft(given), askedAt };
}

/** Their paths stay to be seen: without a stamp, what Stash says goes before them. A damaged letter is left to a person. */
function askStashForLetters(db: Db, askedAt: number): LeftToStash {
  const given = db
    .prepare<[], Given>(`
      SELECT id, scene_id AS sceneId, json_type(job_data, '$.tagline') IS NOT NULL AS hasTagline
      FROM dead_letters
      WHERE stamps <> '{}' AND json_type(job_data) = 'object'`)
    .all();
  const empty = db.prepare<[number, number]>(`
    UPDATE dead_letters SET stamps = '{}', bare_at = ?,
      job_data = json_patch(json_object('scene_id', scene_id), json_object('path', job_data ->> 'path'))
    WHERE id = ?`);
  for (const { id } of given) empty.run(askedAt, id);
  return toLeft(given);
}
