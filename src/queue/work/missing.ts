import type { DrainQueue, Missing } from '../../core/drain/ports/queue.ts';
import { RETRY_RULES } from '../../core/failures/retry-policy.ts';
import { translated } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { hasLetterOfType } from '../tables/dead-letters/dead-letters.ts';
import { letterPathsOf } from '../tables/dead-letters/letter.ts';
import { CLAIMED_AWAITING } from '../tables/jobs/awaits-stash.ts';
import { preparePins } from '../tables/pins.ts';
import { prepareServerState } from '../tables/server-state.ts';
import { openDeadLetterActions } from './dead-letter-actions.ts';

/** Who waits for its file has an index of its own: nothing else is read. */
const MISSING_JOBS = 'jobs INDEXED BY jobs_missing';
const IS_MISSING = `state = 'pending' AND misses > 0`;
const NOT_FOUND = RETRY_RULES.plex_not_found.errorType;

/** The statements on those who wait for Plex to find their file. */
export function prepareMissing(stores: Stores) {
  const { queueDb: db, dlqDb } = stores;
  const pins = preparePins(db);
  const actions = openDeadLetterActions(stores);
  const anyJob = db.prepare<[], unknown>(
    `SELECT 1 FROM ${MISSING_JOBS} WHERE ${IS_MISSING} AND held <= ${CLAIMED_AWAITING} LIMIT 1`,
  );
  const misses = db.prepare<[], { count: number }>(
    `SELECT coalesce(sum(value), 0) AS count FROM totals WHERE name IN ('not_found_waits', 'dead_lettered')`,
  );
  // A row for each file of a scene that has several.
  const jobs = db.prepare<[], Omit<Missing, 'kind'>>(`
    SELECT DISTINCT jobs.id, scene_id AS sceneId,
      coalesce(pins.file, files.value ->> 'path', data ->> 'path', scene_path) AS path
    FROM ${MISSING_JOBS} LEFT JOIN scenes USING (scene_id) LEFT JOIN pins USING (scene_id)
      LEFT JOIN json_each(coalesce(data -> 'files', '[]')) AS files
    WHERE ${IS_MISSING} AND held <= ${CLAIMED_AWAITING}
      AND coalesce(pins.file, data ->> 'path', scene_path) IS NOT NULL`);
  // The attempt that the wake leads to is given back in advance.
  const wakeJob = db.prepare<[object]>(
    `UPDATE jobs SET available_at = min(available_at, @now), misses = max(0, misses - 1) WHERE id = @id AND state = 'pending'`,
  );
  const wakeJobs = db.transaction((ids: readonly number[], now: number) => {
    for (const id of ids) wakeJob.run({ id, now });
  });
  const lettersOf = (errorType: string): Missing[] => {
    // The list looks at all letters, whatever their type.
    if (!hasLetterOfType(dlqDb, errorType)) return [];
    const pinned = new Map(pins.list().map(({ sceneId, file }) => [sceneId, file]));
    const found: Missing[] = [];
    for (const letter of actions.read({ errorType })) {
      const { id, scene_id: sceneId } = letter;
      const file = pinned.get(sceneId);
      const paths = file === undefined ? letterPathsOf(letter) : [file];
      for (const path of paths) found.push({ kind: 'letter', id, sceneId, path });
    }
    return found;
  };
  return {
    any: (): boolean => anyJob.get() !== undefined || hasLetterOfType(dlqDb, NOT_FOUND),
    all: (): readonly Missing[] => [
      ...jobs.all().map((row): Missing => ({ kind: 'job', ...row })),
      ...lettersOf(NOT_FOUND),
    ],
    // Each is counted in the transaction that settles it.
    count: (): number => misses.get()?.count ?? 0,
    wake: (missing: readonly Missing[], now: number): void => {
      const ids = (kind: Missing['kind']): number[] => [
        ...new Set(missing.filter((entry) => entry.kind === kind).map(({ id }) => id)),
      ];
      wakeJobs.immediate(ids('job'), now);
      const letterIds = ids('letter');
      if (letterIds.length > 0) actions.retry(actions.list({ ids: letterIds }), now);
    },
  };
}

/** What a run with nothing else to do needs to wake those who wait. @throws {StoreError} */
export function openIdleWake(
  stores: Stores,
): Pick<
  DrainQueue,
  'hasMissing' | 'missing' | 'missCount' | 'wake' | 'addedMark' | 'saveAddedMark' | 'binding' | 'bind' | 'doubtServer'
> {
  const { any, all, count, wake } = prepareMissing(stores);
  const { addedMark, saveAddedMark, binding, bind, doubtServer } = prepareServerState(stores.queueDb);
  return translated(storesName(stores.path), {
    hasMissing: any,
    missing: all,
    missCount: count,
    wake,
    addedMark,
    saveAddedMark,
    binding,
    bind,
    doubtServer,
  });
}
