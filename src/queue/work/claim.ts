import type { ClaimRequest } from '../../core/drain/ports/queue.ts';
import { evenly } from '../../core/match/evenly.ts';
import type { Job, Lease } from '../../core/model/job.ts';
import { overStash } from '../../core/model/scene-edit.ts';
import type { Db } from '../store/open.ts';
import type { StashUse } from '../tables/jobs/awaits-stash.ts';
import { mostAwaiting } from '../tables/jobs/awaits-stash.ts';
import type { JobRow } from '../tables/jobs/jobs.ts';
import { editOf, reassertOf } from '../tables/jobs/jobs.ts';
import { WAITING_BY_CLASS } from '../tables/jobs/waiting-jobs.ts';
import type { OnlyScenes } from './only-scenes.ts';
import { onlyCondition } from './only-scenes.ts';

/** A job rescued this often is claimed alone: if it kills the process again, no other job is affected. */
const SUSPECT_RESCUES = 2;

/**
 * SQL for the jobs a drain may claim: due, not awaiting a Stash that cannot be asked, not released in this drain, and
 * no other job of their scene under way. One arm per kind and priority, so that each is an index range, however many
 * jobs wait. For the CAST of the limit see store/statements.ts.
 */
function claimable([held, priority]: Arm, suspects: '<' | '>=', only: string): string {
  return `SELECT * FROM (
    SELECT id, priority, available_at FROM jobs AS due
    WHERE state = 'pending' AND held = ${held} AND ${held === 2 ? WITH_DATA : 'held'} <= @mostHeld AND priority = ${priority} AND available_at <= @now
      AND rescues ${suspects} ${SUSPECT_RESCUES} AND released_by IS NOT @owner
      AND (@bare IS NULL OR (bare_at IS NOT NULL) = @bare)${only}
      AND NOT EXISTS (SELECT 1 FROM jobs AS other WHERE other.scene_id = due.scene_id AND other.state = 'in_progress')
    ORDER BY available_at, id LIMIT CAST(@limit AS INTEGER))`;
}

/** SQL: whether a job that waits for permission would await Stash then. */
const WITH_DATA = `(bare_at IS NOT NULL AND data ->> 'path' IS NULL)`;

type Arm = readonly [held: 0 | 1 | 2, priority: 0 | 1];

const ARMS: readonly Arm[] = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

/** What waits for permission: no drain claims it, and a preview shows it on request. */
const WAITING_ARMS: readonly Arm[] = [
  [2, 0],
  [2, 1],
];

/** SQL for the ids of what a drain may claim, in claim order; `only` is a further condition. */
function nextIds(suspects: '<' | '>=', only: string, arms = ARMS): string {
  return `SELECT id FROM (${arms.map((arm) => claimable(arm, suspects, only)).join(' UNION ALL ')})
      ORDER BY priority, available_at, id LIMIT CAST(@limit AS INTEGER)`;
}

/** SQL for the ids of everything due, from the index alone: cheap enough to go over a whole backlog. */
function dueIds(only: string): string {
  return ARMS.map(
    ([held, priority]) => `SELECT id FROM jobs
    WHERE state = 'pending' AND held = ${held} AND held <= @mostHeld AND priority = ${priority} AND available_at <= @now${only}`,
  ).join(' UNION ALL ');
}

/** SQL for those of some due jobs that a drain may claim. */
const GIVEN_IDS = `SELECT id FROM jobs AS due
  WHERE id IN (SELECT value FROM json_each(@ids)) AND rescues < ${SUSPECT_RESCUES} AND released_by IS NOT @owner
    AND (@bare IS NULL OR (bare_at IS NOT NULL) = @bare)
    AND NOT EXISTS (SELECT 1 FROM jobs AS other WHERE other.scene_id = due.scene_id AND other.state = 'in_progress')`;

function claimStatement(ids: string): string {
  return `UPDATE jobs
    SET state = 'in_progress', attempt = attempt + 1, claims = claims + 1, released_by = NULL,
      lease_owner = @owner, lease_expires_at = @leaseExpiresAt, lease_alone = @alone
    WHERE id IN (${ids})
    RETURNING *`;
}

/**
 * Prepares a look at what a drain would claim, without claiming it; `stash` decides whether jobs that await Stash
 * count, and `removals` whether those that wait for permission do.
 */
export function prepareDue(
  db: Db,
  {
    stash,
    removals,
    only,
  }: { readonly stash: StashUse; readonly removals: 'counted' | 'allowed'; readonly only: OnlyScenes },
) {
  const arms = removals === 'allowed' ? [...ARMS, ...WAITING_ARMS] : ARMS;
  const values = {
    owner: NOBODY,
    mostHeld: mostAwaiting(stash),
    bare: null,
    limit: -1,
    only: JSON.stringify(only ?? []),
  };
  const statements = (['<', '>='] as const).map((suspects) =>
    db.prepare<[object], { id: number }>(nextIds(suspects, onlyCondition(only), arms)),
  );
  const rows = db.prepare<[string], JobRow>('SELECT * FROM jobs WHERE id IN (SELECT value FROM json_each(?))');
  return {
    /** The ids of everything due at `now`, in claim order. Of scenes that are named, whatever waits: a run makes it due. */
    ids: (now: number): readonly number[] => {
      const dueBy = only === undefined ? now : Number.MAX_SAFE_INTEGER;
      return statements.flatMap((statement) => statement.all({ ...values, now: dueBy }).map(({ id }) => id));
    },
    /** These jobs as a claim would return them, by id; the lease has no owner and settles nothing. */
    jobs: (ids: readonly number[]): readonly Job[] =>
      rows
        .all(JSON.stringify(ids))
        .toSorted((a, b) => a.id - b.id)
        .map((row) => ({ ...toJob(row, NOBODY), attempt: row.attempt + 1 })),
  };
}

/** The value of `@bare` for each choice of a claim; NULL is for both. */
const BARE = { any: null, needing_stash: 1, without_stash: 0 } as const;
type SampleRequest = {
  readonly now: number;
  readonly mostHeld: number;
  readonly limit: number;
  readonly spread: number;
  /** JSON. */
  readonly only: string;
};

/** Prepares the claim of jobs that lie evenly over all that is due. */
function prepareSample(db: Db, only: OnlyScenes) {
  const due = db.prepare<[object], number>(dueIds(onlyCondition(only))).pluck();
  const claimGiven = db.prepare<[object], JobRow>(claimStatement(GIVEN_IDS));
  return (request: SampleRequest): readonly JobRow[] => {
    const { now, mostHeld, limit, spread } = request;
    const ids = evenly(due.all({ now, mostHeld, only: request.only }), limit, spread);
    return ids.length === 0 ? [] : claimGiven.all({ ...request, ids: JSON.stringify(ids) });
  };
}

/** The owner in a lease that belongs to no drain. */
const NOBODY = '';

/** With this many look-ups, listing any library is worth it. */
const MOST_COUNTED = 2_000;

/**
 * Prepares the statements by which a drain claims jobs and keeps them; `stash` decides whether it claims jobs that
 * await Stash. The caller provides the transactions.
 */
export function prepareClaim(
  db: Db,
  { owner, stash, only: scenes }: { readonly owner: string; readonly stash: StashUse; readonly only?: OnlyScenes },
) {
  const mostHeld = mostAwaiting(stash);
  const only = JSON.stringify(scenes ?? []);
  const chosen = onlyCondition(scenes);
  const claimBatch = db.prepare<[object], JobRow>(claimStatement(nextIds('<', chosen)));
  const claimSuspect = db.prepare<[object], JobRow>(claimStatement(nextIds('>=', chosen)));
  let sample: ReturnType<typeof prepareSample> | undefined;
  // Few drains need one, so it is prepared on first use.
  const claimSample: ReturnType<typeof prepareSample> = (request) => {
    sample ??= prepareSample(db, scenes);
    return sample(request);
  };
  const due = `${WAITING_BY_CLASS} AND jobs.available_at <= @now
    WHERE class.held <= @mostHeld AND released_by IS NOT @owner${chosen}`;
  const countDue = db.prepare<[object], { count: number }>(`SELECT count(*) AS count FROM ${due}`);
  const anyDue = db.prepare<[object], unknown>(`SELECT 1 FROM ${due} LIMIT 1`);
  const countUnmatched = db.prepare<[object], { count: number }>(`
    SELECT count(*) AS count FROM (
      SELECT 1 FROM ${due}
        AND NOT EXISTS (SELECT 1 FROM scenes WHERE scenes.scene_id = jobs.scene_id AND scenes.file IS NOT NULL)
      LIMIT ${MOST_COUNTED})`);
  const awaiting = db.prepare<[object], unknown>(`SELECT 1 FROM ${due} AND bare_at IS NOT NULL LIMIT 1`);
  const renew = db.prepare<[object]>(
    `UPDATE jobs SET lease_expires_at = @leaseExpiresAt WHERE state = 'in_progress' AND lease_owner = @owner`,
  );
  const held = db.prepare<[object], unknown>(`
    SELECT 1 FROM jobs
    WHERE id = @jobId AND state = 'in_progress' AND lease_owner = @owner AND claims = @claim AND lease_expires_at > @now
      AND forgotten = 0`);
  return {
    claim: ({ now, limit, leaseMs, choice = 'any', spread, beside = 'none' }: ClaimRequest): readonly Job[] => {
      // Where none of them is wanted, the jobs that await Stash are not even looked through.
      const which = { bare: BARE[choice], mostHeld: choice === 'without_stash' ? 0 : mostHeld, only };
      const values = { now, owner, ...which, limit, leaseExpiresAt: now + leaseMs, alone: 0 };
      const sampled = spread === undefined ? [] : claimSample({ ...values, spread });
      const batch = sampled.length > 0 ? sampled : claimBatch.all(values);
      const rows =
        batch.length > 0 || beside === 'others'
          ? batch
          : claimSuspect.all({ ...values, limit: Math.min(limit, 1), alone: 1 });
      // RETURNING guarantees no order.
      return rows.toSorted((a, b) => a.id - b.id).map((row) => toJob(row, owner));
    },
    awaitsStash: (now: number): boolean => awaiting.get({ now, owner, mostHeld, only }) !== undefined,
    hasDue: (now: number): boolean => anyDue.get({ now, owner, mostHeld, only }) !== undefined,
    dueCount: (now: number): number => countDue.get({ now, owner, mostHeld, only })?.count ?? 0,
    unmatchedDueCount: (now: number): number => countUnmatched.get({ now, owner, mostHeld, only })?.count ?? 0,
    holds: ({ jobId, claim }: Lease, now: number): boolean => held.get({ jobId, owner, claim, now }) !== undefined,
    renew: (leaseExpiresAt: number): void => {
      renew.run({ owner, leaseExpiresAt });
    },
  };
}

/** Leaves out a path without a stamp: Stash knows better, and the record has it anyway. */
function editToFill(row: JobRow): Pick<Job, 'data' | 'bare' | 'overStash'> {
  const edit = editOf(row);
  const { path: _known, ...said } = edit.data;
  const data = edit.stamps.path === undefined ? said : edit.data;
  return { data, bare: edit.bareAt === undefined ? 'no' : 'open', overStash: overStash({ ...edit, data }) };
}

function toJob(row: JobRow, owner: string): Job {
  return {
    id: row.id,
    sceneId: row.scene_id,
    ...editToFill(row),
    spent: { failures: row.failures, misses: row.misses },
    waited: {
      enqueuedAt: row.enqueued_at,
      failedAt: row.failed_at ?? undefined,
      times: row.uncharged,
      ms: row.waited_ms,
    },
    attempt: row.attempt,
    ...(row.rest === null ? {} : { rest: row.rest }),
    ...(row.reassert === null ? {} : { reassert: reassertOf(row) }),
    ...(row.by_event === 1 ? { by: 'event' } : {}),
    ...(row.removals === 2 ? { removals: 'allowed' } : {}),
    ...(row.lease_alone === 1 ? { alone: true } : {}),
    lease: { jobId: row.id, owner, claim: row.claims },
  };
}
