import type { Rescued } from '../../core/drain/ports/queue.ts';
import { attemptLostWords } from '../../core/drain/ports/rescue-events.ts';
import { RETRY_RULES } from '../../core/failures/retry-policy.ts';
import { plainText } from '../../core/text/sentence.ts';
import { livenessOf } from '../store/owners.ts';
import type { Stores } from '../store/stores.ts';
import { prepareDeadLetters } from '../tables/dead-letters/dead-letters.ts';
import { toLetter } from '../tables/dead-letters/letter.ts';
import type { JobRow } from '../tables/jobs/jobs.ts';
import { BACK_TO_PENDING, prepareRemove, prepareSupersede } from '../tables/jobs/jobs.ts';
import { prepareCount } from '../tables/totals.ts';

/** Longer than any lease: one that ends later was taken by a clock that ran ahead. */
const LONGEST_LEASE_MS = 86_400_000;

/**
 * Prepares the rescue: jobs of dead drains, or with an expired lease, become pending again. A job that already has its
 * letter in dlq.db was buried by a drain killed between the two commits: its row is deleted, and so is the row of a
 * scene that was forgotten meanwhile. A crash is held against a job only when it ran alone. Call it inside an immediate
 * transaction.
 */
export function prepareRescue(
  { queueDb: db, dlqDb, path }: Stores,
  options: { readonly self: string; readonly maxLosses: number },
): (now: number) => Rescued {
  const owners = db.prepare<[object], { owner: string; expired: 0 | 1 }>(`
    SELECT lease_owner AS owner, max(lease_expires_at) <= @now OR max(lease_expires_at) > @latest AS expired FROM jobs
    WHERE state = 'in_progress' AND lease_owner <> @self GROUP BY lease_owner`);
  const leased = db.prepare<[string], JobRow>(`SELECT * FROM jobs WHERE state = 'in_progress' AND lease_owner = ?`);
  const takeBack = db.prepare<[object]>(`
    UPDATE jobs SET ${BACK_TO_PENDING},
      attempt = attempt - @given, rescues = rescues + 1, lone_losses = lone_losses + @lone,
      available_at = min(available_at, @now)
    WHERE id = @id`);
  const remove = prepareRemove(db);
  const letters = prepareDeadLetters(dlqDb);
  const supersede = prepareSupersede(db);
  const count = prepareCount(db);

  const bury = (row: JobRow, now: number): void => {
    const losses = row.lone_losses + 1;
    const end = {
      error_type: RETRY_RULES.attempt_lost.errorType,
      error_message: plainText(attemptLostWords(row.scene_id, losses)),
      stack_trace: null,
      retry_count: losses,
    };
    letters.insert(toLetter(row, end, now));
    remove(row.id);
    count('dead_lettered');
  };
  const rescueJob = (row: JobRow, now: number): 'ended' | 'taken_back' | 'buried' => {
    if (letters.has(row.job_key)) {
      remove(row.id);
      count('dead_lettered');
      return 'ended';
    }
    if (row.forgotten === 1) {
      remove(row.id);
      count('gone');
      return 'ended';
    }
    count('rescued');
    if (supersede(row)) return 'taken_back';
    if (row.lease_alone === 1 && row.lone_losses + 1 >= options.maxLosses) {
      bury(row, now);
      return 'buried';
    }
    takeBack.run({ now, id: row.id, given: row.lease_alone === 1 ? 0 : 1, lone: row.lease_alone });
    return 'taken_back';
  };

  return (now) => {
    const dead = owners
      .all({ now, latest: now + LONGEST_LEASE_MS, self: options.self })
      .filter(({ owner, expired }) => expired === 1 || livenessOf(path, owner) === 'dead');
    const rescued = dead.flatMap(({ owner }) => leased.all(owner)).map((row) => ({ row, how: rescueJob(row, now) }));
    const buried = rescued.filter(({ how }) => how === 'buried');
    return {
      takenBack: rescued.filter(({ how }) => how === 'taken_back').length,
      buried: buried.map(({ row }) => ({ jobId: row.id, sceneId: row.scene_id, losses: row.lone_losses + 1 })),
    };
  };
}
