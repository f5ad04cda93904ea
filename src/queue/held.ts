import { prepareMeta } from './meta.ts';
import type { Db } from './open.ts';

const NAME = 'claims_held';

/**
 * SQL: the highest value of `held` at which a job is not held back. A job that only Stash can fill in is claimed once a
 * run can ask Stash, and is shown as due from then on; the last run decides.
 */
export const CLAIMED_HELD = `(SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM meta WHERE name = '${NAME}')`;

/** Notes whether runs of this data directory can ask Stash. Writes only what is new. */
export function noteStash(db: Db, stash: 'asked' | 'not_asked'): void {
  const meta = prepareMeta(db);
  const claimed = stash === 'asked' ? 1 : 0;
  if ((meta.number(NAME) ?? 0) !== claimed) meta.set(NAME, claimed);
}

/** Whether the last run could ask Stash. */
export function isStashAsked(db: Db): boolean {
  return prepareMeta(db).number(NAME) === 1;
}
