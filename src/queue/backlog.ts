import { prepareMeta } from './meta.ts';
import type { Db } from './open.ts';
import { readTotals } from './totals.ts';

const BASE = 'backlog_base';

/**
 * How much of the present backlog is done. A backlog begins where nothing was due last, and may take many runs: each can
 * say how far all of them have come.
 */
export function prepareBacklog(db: Db) {
  const meta = prepareMeta(db);
  const isDue = db.prepare<[number], unknown>(
    `SELECT 1 FROM jobs WHERE state = 'in_progress'
     UNION ALL SELECT 1 FROM jobs WHERE state = 'pending' AND held = 0 AND available_at <= ? LIMIT 1`,
  );
  return {
    /** Makes sure that there is a beginning: in a directory of an older plexsync, or a new one, it is now. */
    begin: (): void => meta.keep(BASE, endedJobs(db)),
    /** Jobs that came to their end since the backlog began, in this run or in one before. */
    done: (): number => {
      const ended = endedJobs(db);
      return Math.max(0, ended - (meta.number(BASE) ?? ended));
    },
    /** Lets the next backlog begin here, unless something is still due or under way. */
    endIfDone: (now: number): void => {
      if (isDue.get(now) === undefined) meta.set(BASE, endedJobs(db));
    },
  };
}

/** Jobs that a drain has brought to an end, ever. */
function endedJobs(db: Db): number {
  const { updated, unchanged, skipped, dead_lettered } = readTotals(db);
  return updated + unchanged + skipped + dead_lettered;
}
