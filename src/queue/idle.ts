import { translated } from './store-errors.ts';
import type { Stores } from './stores.ts';
import { storesName } from './stores.ts';
import { newUuid } from './uuid.ts';

/**
 * Records a run that found nothing to do: no job due, and none under way that might have to be rescued. Cheap, since
 * cron asks every minute: it needs no owner and prepares nothing of a drain.
 * @returns false when there may be something to do; nothing is recorded then.
 */
export function recordIdleRun(
  { queueDb: db, path }: Stores,
  run: { readonly pid: number; readonly now: number },
): boolean {
  // A job put off beyond any wait of ours, by a clock that was wrong, is for the drain to see.
  const busy = db.prepare<[object], unknown>(`
    SELECT 1 FROM jobs WHERE state = 'in_progress'
    UNION ALL
    SELECT 1 FROM jobs WHERE state = 'pending' AND held = 0 AND (available_at <= @now OR available_at > @now + 86400000)
    LIMIT 1`);
  const insert = db.prepare<[object]>(
    'INSERT INTO runs (owner, pid, started_at, ended_at, exit_code) VALUES (@owner, @pid, @now, @now, 0)',
  );
  const record = db.transaction((): boolean => {
    if (busy.get({ now: run.now }) !== undefined) return false;
    insert.run({ owner: newUuid(db), ...run });
    return true;
  });
  return translated(storesName(path), { record: () => record.immediate() }).record();
}
