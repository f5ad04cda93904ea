import type { DrainQueue, Missing } from '../../core/drain/ports/ports.ts';
import { RETRY_RULES } from '../../core/failures/retry-policy.ts';
import { translated } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { CLAIMED_AWAITING } from '../tables/awaits-stash.ts';
import { letterPathsOf } from '../tables/dead-letters.ts';
import { preparePins } from '../tables/pins.ts';
import { prepareServerState } from '../tables/server-state.ts';
import { openDeadLetterActions } from './dead-letter-actions.ts';

/** The statements on those who wait for Plex to find their file. */
export function prepareMissing(stores: Stores) {
  const { queueDb: db } = stores;
  const pins = preparePins(db);
  const actions = openDeadLetterActions(stores);
  // A row for each file of a scene that has several.
  const jobs = db.prepare<[], Omit<Missing, 'kind'>>(`
    SELECT DISTINCT jobs.id, scene_id AS sceneId,
      coalesce(pins.file, files.value ->> 'path', data ->> 'path', scene_path) AS path
    FROM jobs INDEXED BY jobs_missing LEFT JOIN scenes USING (scene_id) LEFT JOIN pins USING (scene_id)
      LEFT JOIN json_each(coalesce(data -> 'files', '[]')) AS files
    WHERE state = 'pending' AND held <= ${CLAIMED_AWAITING} AND misses > 0
      AND coalesce(pins.file, data ->> 'path', scene_path) IS NOT NULL`);
  // The attempt that the wake leads to is given back in advance.
  const wakeJob = db.prepare<[object]>(
    `UPDATE jobs SET available_at = min(available_at, @now), misses = max(0, misses - 1) WHERE id = @id AND state = 'pending'`,
  );
  const wakeJobs = db.transaction((ids: readonly number[], now: number) => {
    for (const id of ids) wakeJob.run({ id, now });
  });
  return {
    all: (): readonly Missing[] => [
      ...jobs.all().map((row): Missing => ({ kind: 'job', ...row })),
      ...actions.list({ errorType: RETRY_RULES.plex_not_found.errorType }).flatMap((letter): Missing[] => {
        const { id, scene_id: sceneId } = letter;
        const pinned = pins.of(sceneId)?.file;
        const paths = pinned === undefined ? letterPathsOf(letter) : [pinned];
        return paths.map((path) => ({ kind: 'letter', id, sceneId, path }));
      }),
    ],
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
): Pick<DrainQueue, 'missing' | 'wake' | 'addedMark' | 'saveAddedMark' | 'binding'> {
  const { all, wake } = prepareMissing(stores);
  const { addedMark, saveAddedMark, binding } = prepareServerState(stores.queueDb);
  return translated(storesName(stores.path), { missing: all, wake, addedMark, saveAddedMark, binding });
}
