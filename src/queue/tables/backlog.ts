import type { Db } from '../store/open.ts';
import { CLAIMED_AWAITING } from './awaits-stash.ts';

/** Jobs that a drain has brought to an end, ever. */
const ENDED = `(SELECT coalesce(sum(value), 0) FROM totals WHERE name IN ('updated', 'unchanged', 'skipped', 'gone', 'dead_lettered'))`;

/**
 * Lets the next backlog begin here. Writes only what is new: an idle run does this each minute, and must have made sure
 * that nothing is due.
 */
export function startBacklog(db: Db): void {
  db.prepare(`
    INSERT INTO meta (name, value) VALUES ('backlog_base', CAST(${ENDED} AS TEXT))
    ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`).run();
}

/**
 * How much of the present backlog is done. A backlog begins where nothing was due last, and may take many runs: each can
 * say how far all of them have come.
 */
export function prepareBacklog(db: Db) {
  const begin = db.prepare(
    `INSERT INTO meta (name, value) VALUES ('backlog_base', CAST(${ENDED} AS TEXT)) ON CONFLICT DO NOTHING`,
  );
  const done = db.prepare<[], { done: number }>(
    `SELECT max(0, ${ENDED} - CAST(value AS INTEGER)) AS done FROM meta WHERE name = 'backlog_base'`,
  );
  const isDue = db.prepare<[number], unknown>(
    `SELECT 1 FROM jobs WHERE state = 'in_progress'
     UNION ALL SELECT 1 FROM jobs WHERE state = 'pending' AND held <= ${CLAIMED_AWAITING} AND available_at <= ? LIMIT 1`,
  );
  return {
    /** Makes sure that there is a beginning: in a directory of an older plexsync, or a new one, it is now. */
    begin: (): void => {
      begin.run();
    },
    /** Jobs that came to their end since the backlog began, in this run or in one before. */
    done: (): number => done.get()?.done ?? 0,
    /** Lets the next backlog begin here, unless something is still due or under way. */
    endIfDone: (now: number): void => {
      if (isDue.get(now) === undefined) startBacklog(db);
    },
  };
}
