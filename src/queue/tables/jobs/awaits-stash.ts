import { prepareMeta } from '../../store/meta.ts';
import type { Db } from '../../store/open.ts';
import { inStore } from '../../store/store-errors.ts';

const NAME = 'claims_held';

/** Whether a run can ask Stash: only then it claims jobs that await Stash. */
export type StashUse = 'asked' | 'not_asked';

/** The highest value of `held` at which a run claims a job. */
export function mostAwaiting(stash: StashUse): 0 | 1 {
  return stash === 'asked' ? 1 : 0;
}

/**
 * SQL: the same value for readers: whether a job is shown as due or as awaiting Stash depends on what the last run
 * could do, or on the settings where a command found them out since. A run decides for itself which jobs it claims, since
 * its configuration may differ.
 */
export const CLAIMED_AWAITING = `(SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM meta WHERE name = '${NAME}')`;

/** The same value, where it is asked for many times in one statement. */
export function claimedAwaiting(db: Db): number {
  return prepareMeta(db).number(NAME) ?? 0;
}

/** Records for readers whether a run can ask Stash. Writes only a change. @throws {StoreError} */
export function noteStash(db: Db, stash: StashUse): void {
  inStore(db.name, () => {
    const meta = prepareMeta(db);
    if ((meta.number(NAME) ?? 0) !== mostAwaiting(stash)) meta.set(NAME, mostAwaiting(stash));
  });
}
