import { RETRY_RULES } from '../core/retry.ts';
import { prepareDeadLetters, toLetter } from './dead-letters.ts';
import type { JobRow } from './jobs.ts';
import { prepareSupersede } from './jobs.ts';
import { livenessOf } from './owners.ts';
import type { Stores } from './stores.ts';
import { prepareCount } from './totals.ts';

/**
 * Prepares the rescue: jobs of drains that are dead, or whose lease ran out, become pending again. A job whose letter is
 * in dlq.db already was buried by a drain killed between the two commits: its row goes. A crash is held against a job
 * only when it ran alone. Call it inside an immediate transaction.
 * @returns a function that answers how many jobs were taken back.
 */
export function prepareRescue(
  { queueDb: db, dlqDb, path }: Stores,
  options: { readonly self: string; readonly maxLosses: number },
): (now: number) => number {
  const owners = db.prepare<[object], { owner: string; expired: 0 | 1 }>(`
    SELECT lease_owner AS owner, max(lease_expires_at) <= @now AS expired FROM jobs
    WHERE state = 'in_progress' AND lease_owner <> @self GROUP BY lease_owner`);
  const leased = db.prepare<[string], JobRow>(`SELECT * FROM jobs WHERE state = 'in_progress' AND lease_owner = ?`);
  const takeBack = db.prepare<[object]>(`
    UPDATE jobs SET state = 'pending', lease_owner = NULL, lease_expires_at = NULL, lease_alone = 0,
      attempt = attempt - @given, rescues = rescues + 1, lone_losses = lone_losses + @lone
    WHERE id = @id`);
  const remove = db.prepare<[number]>('DELETE FROM jobs WHERE id = ?');
  const letters = prepareDeadLetters(dlqDb);
  const supersede = prepareSupersede(db);
  const count = prepareCount(db);

  const rescueJob = (row: JobRow, now: number): void => {
    if (letters.has(row.job_key)) {
      remove.run(row.id);
      count('dead_lettered');
      return;
    }
    count('rescued');
    if (supersede(row)) return;
    if (row.lease_alone === 1 && row.lone_losses + 1 >= options.maxLosses) {
      const end = {
        error_type: RETRY_RULES.attempt_lost.errorType,
        error_message: `The process died ${row.lone_losses + 1} times while it worked on scene ${row.scene_id} alone`,
        stack_trace: null,
        retry_count: row.lone_losses + 1,
      };
      letters.insert(toLetter(row, end, now));
      remove.run(row.id);
      count('dead_lettered');
      return;
    }
    takeBack.run({ id: row.id, given: row.lease_alone === 1 ? 0 : 1, lone: row.lease_alone });
  };

  return (now) => {
    let rescued = 0;
    for (const { owner, expired } of owners.all({ now, self: options.self })) {
      if (expired === 0 && livenessOf(path, owner) !== 'dead') continue;
      for (const row of leased.all(owner)) {
        rescueJob(row, now);
        rescued += 1;
      }
    }
    return rescued;
  };
}
