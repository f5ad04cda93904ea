import { RETRY_RULES } from '../../core/failures/retry-policy.ts';
import { translated } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { hasOldCopies } from '../store/upgrade-copies.ts';
import { OUTAGE, STASH_OUTAGE } from '../tables/alert-memory.ts';
import { hasLetterOfType } from '../tables/dead-letters/dead-letters.ts';
import type { StashUse } from '../tables/jobs/awaits-stash.ts';
import { mostAwaiting } from '../tables/jobs/awaits-stash.ts';
import { startBacklog } from '../tables/jobs/backlog.ts';
import { WAITING_BY_CLASS } from '../tables/jobs/waiting-jobs.ts';
import { longestWait, noteLook } from '../tables/runs.ts';
import { STOPPED } from '../tables/stopped.ts';
import { hasExpired } from './retention.ts';

export type IdleRun = {
  readonly now: number;
  /** How long dead letters are kept. */
  readonly retentionMs: number;
  readonly longestWaitMs: number;
  /** `away`: Stash is left alone for now, and jobs that need it do not count. */
  readonly stash: StashUse | 'away';
  /** The exit code of the run even if no job is due: a task from Stash may still wait. */
  readonly exitCode: number;
  /** Set where the process asks Stash beside the jobs: then it knows itself when an outage is over. */
  readonly polls?: 'stash' | undefined;
};

/**
 * Records a run that found nothing to do: no job due, none under way that may need a rescue, no letter that an accepted
 * token would revive, and none that has expired. Cheap, since cron asks every minute and a watch each second: it needs
 * no owner, prepares nothing for a drain, scans nothing, and writes at most once a minute.
 * @returns false when there may be something to do; then nothing is recorded.
 */
export function recordIdleRun(
  { queueDb: db, dlqDb, path }: Stores,
  { now, retentionMs, longestWaitMs, stash, exitCode, polls }: IdleRun,
): boolean {
  const counted = stash === 'away' ? 'AND bare_at IS NULL' : '';
  const mostHeld = stash === 'away' ? 0 : mostAwaiting(stash);
  // A job delayed beyond our longest wait, by a wrong clock, is left to the drain.
  const busy = db.prepare<[object], unknown>(`
    SELECT 1 FROM jobs WHERE state = 'in_progress'
    UNION ALL
    SELECT 1 FROM ${WAITING_BY_CLASS} AND jobs.available_at <= @now WHERE class.held <= @mostHeld ${counted}
    UNION ALL
    SELECT 1 FROM ${WAITING_BY_CLASS} AND jobs.available_at > @latest WHERE class.held <= @mostHeld ${counted}
    LIMIT 1`);
  const record = db.transaction((): boolean => {
    // A seek in each of these, however much is stored.
    if (
      busy.get({ mostHeld, now, latest: now + longestWait(db, longestWaitMs) }) !== undefined ||
      hasLetterOfType(dlqDb, RETRY_RULES.plex_unauthorized.errorType) ||
      hasExpired(dlqDb, { now, retentionMs }) ||
      hasOldCopies(path, now)
    )
      return false;
    // With no jobs left they no longer matter, and no run would find out that they ended.
    // What polls of Stash have met, the next poll finds to be over.
    const isPolled = polls === undefined ? 'false' : `(name = '${STOPPED}' AND value ->> 'code' LIKE 'stash%')`;
    const over = [OUTAGE, STOPPED, ...(polls === undefined ? [STASH_OUTAGE] : [])].map((name) => `'${name}'`);
    db.exec(`DELETE FROM meta WHERE name IN (${over.join()}) AND NOT ${isPolled} AND NOT EXISTS (SELECT 1 FROM jobs)`);
    noteLook(db, now, exitCode);
    startBacklog(db);
    return true;
  });
  return translated(storesName(path), { record: () => record.immediate() }).record();
}
