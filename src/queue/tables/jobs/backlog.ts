import type { Db } from '../../store/open.ts';
import { CLAIMED_AWAITING } from './awaits-stash.ts';
import { WAITING_BY_CLASS } from './waiting-jobs.ts';

/** The number of jobs that drains have ever brought to an end. */
const ENDED = `(SELECT coalesce(sum(value), 0) FROM totals WHERE name IN ('updated', 'unchanged', 'skipped', 'gone', 'dead_lettered'))`;

/**
 * Starts the next backlog here. Writes only a change, since an idle run does this each minute; the caller has made sure
 * that nothing is due.
 */
export function startBacklog(db: Db): void {
  db.prepare(`
    INSERT INTO meta (name, value) VALUES ('backlog_base', CAST(${ENDED} AS TEXT))
    ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`).run();
}

/**
 * How much of the current backlog is done. A backlog starts where nothing was due, and may take many runs: each can
 * tell the progress of all of them.
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
     UNION ALL SELECT 1 FROM ${WAITING_BY_CLASS} AND jobs.available_at <= ? WHERE class.held <= ${CLAIMED_AWAITING} LIMIT 1`,
  );
  return {
    /** Makes sure that there is a start: in a new directory, or one of an older plexsync, it is now. */
    begin: (): void => {
      begin.run();
    },
    /** Jobs that ended since the backlog started, in this run or an earlier one. */
    done: (): number => done.get()?.done ?? 0,
    /** Starts the next backlog here, unless something is still due or under way. */
    endIfDone: (now: number): void => {
      if (isDue.get(now) === undefined) startBacklog(db);
    },
  };
}
