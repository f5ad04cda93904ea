import { prepareMeta } from '../store/meta.ts';
import type { Db } from '../store/open.ts';
import { translated } from '../store/store-errors.ts';

const NAME = 'claims_held';

/** Whether a run can ask Stash: only then it claims jobs that nothing else can fill in. */
export type StashUse = 'asked' | 'not_asked';

/** The highest value of `held` at which a run claims a job. */
export function mostAwaiting(stash: StashUse): 0 | 1 {
  return stash === 'asked' ? 1 : 0;
}

/**
 * SQL: the same for whoever only looks: a job is shown as due or as held by what the last run could do. Which jobs a
 * run claims is its own matter, since another may be configured otherwise.
 */
export const CLAIMED_AWAITING = `(SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM meta WHERE name = '${NAME}')`;

/** Notes what this run can do, for those who look. Writes only what is new. @throws {StoreError} */
export function noteStash(db: Db, stash: StashUse): void {
  const note = (): void => {
    const meta = prepareMeta(db);
    if ((meta.number(NAME) ?? 0) !== mostAwaiting(stash)) meta.set(NAME, mostAwaiting(stash));
  };
  translated(db.name, { note }).note();
}
