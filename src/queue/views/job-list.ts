import type { JobState } from '../../core/model/job.ts';
import type { ReassertField } from '../../core/model/reassert.ts';
import type { SceneData } from '../../core/model/scene.ts';
import { contentKeys } from '../../core/model/scene.ts';
import type { Db } from '../store/open.ts';
import { livenessOf } from '../store/owners.ts';
import { eachInStore, inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { CLAIMED_AWAITING } from '../tables/jobs/awaits-stash.ts';
import { reassertOf } from '../tables/jobs/jobs.ts';
import { prepareCount } from '../tables/totals.ts';

/** A job of the queue, as a person sees it. Instants are epoch ms. */
export type QueuedJob = {
  readonly jobId: number;
  readonly sceneId: number;
  readonly state: JobState;
  /** Whether the run that took the job was killed: the next one takes it back. */
  readonly isAbandoned: boolean;
  readonly title: string | undefined;
  readonly path: string | undefined;
  readonly attempts: number;
  readonly failures: number;
  readonly misses: number;
  readonly lastError: string | undefined;
  readonly availableAt: number;
  readonly enqueuedAt: number;
  /** The scene as the job has it; absent keys leave Plex alone. */
  readonly data: SceneData;
  /** What the job would write: the keys of `data` that end up in Plex. */
  readonly keys: readonly string[];
  /** Whether it would also write whatever Stash has. */
  readonly isBare: boolean;
  /** The fields that it takes back from Plex. */
  readonly reassert: readonly ReassertField[];
  /** Identifies the edit; it changes when a newer edit is merged into the job. */
  readonly revision: string;
};

/** Which jobs: all given conditions must hold. An empty filter means all. */
export type JobFilter = {
  readonly ids?: readonly number[] | undefined;
  readonly sceneIds?: readonly number[] | undefined;
  readonly states?: readonly JobState[] | undefined;
  /** At most this many. */
  readonly limit?: number | undefined;
};

type Row = {
  readonly id: number;
  readonly scene_id: number;
  readonly shown_state: JobState;
  readonly data: string;
  readonly scene_path: string | null;
  readonly attempt: number;
  readonly failures: number;
  readonly misses: number;
  readonly last_error: string | null;
  readonly available_at: number;
  readonly enqueued_at: number;
  readonly bare_at: number | null;
  readonly stamps: string;
  readonly reassert: string | null;
  readonly lease_owner: string | null;
};

/** Uses the same states as the counts of `stats`, which count a job with only pictures left as due or to be retried. */
const SHOWN_STATE = `CASE WHEN state = 'in_progress' THEN 'in_progress' WHEN held = 2 THEN 'removals' WHEN held = 3 THEN 'undone'
  WHEN held > ${CLAIMED_AWAITING} THEN 'held' WHEN rest = 'pictures' THEN 'pictures' WHEN available_at <= @now THEN 'due' WHEN misses > 0 THEN 'not_found' ELSE 'retry' END`;

/** Whether a run claims the jobs with this value of `held`, which await Stash where it is 1. */
const IS_CLAIMED = `held <= ${CLAIMED_AWAITING}`;

/**
 * Jobs under way first, then what is due and what will be, both in the order of their claim, and at last what waits for
 * something else than its time. The arms of each part are merged along one index, however long the queue.
 */
const PARTS: readonly { readonly arms: readonly string[]; readonly order: string }[] = [
  { arms: [`state = 'in_progress'`], order: 'scene_id' },
  ...[0, 1].map((priority) => ({
    arms: [0, 1].map((held) => pending({ held, priority }, `available_at <= @now AND ${IS_CLAIMED}`)),
    order: 'available_at, id',
  })),
  {
    arms: [0, 1].flatMap((held) =>
      [0, 1].map((priority) => pending({ held, priority }, `available_at > @now AND ${IS_CLAIMED}`)),
    ),
    order: 'available_at, id',
  },
  ...[1, 2, 3].flatMap((held) =>
    [0, 1].map((priority) => ({
      arms: [pending({ held, priority }, held === 1 ? `NOT (${IS_CLAIMED})` : 'TRUE')],
      order: 'available_at, id',
    })),
  ),
];

function pending(arm: { readonly held: number; readonly priority: number }, condition: string): string {
  return `state = 'pending' AND held = ${arm.held} AND priority = ${arm.priority} AND ${condition}`;
}

function selectStatement({ arms, order }: (typeof PARTS)[number]): string {
  return `${arms.map(selectArm).join(' UNION ALL ')} ORDER BY ${order}`;
}

/** The statements of a list, in order. */
export function listStatements(): readonly string[] {
  return PARTS.map(selectStatement);
}

function selectArm(arm: string): string {
  return `SELECT jobs.id, scene_id, ${SHOWN_STATE} AS shown_state, data, scene_path,
    attempt + uncharged AS attempt, failures + uncharged AS failures, misses, last_error,
      available_at, enqueued_at, bare_at, stamps, reassert, lease_owner
    FROM jobs LEFT JOIN scenes USING (scene_id)
    WHERE (@ids IS NULL OR jobs.id IN (SELECT value FROM json_each(@ids)))
      AND (@sceneIds IS NULL OR scene_id IN (SELECT value FROM json_each(@sceneIds)))
      AND (@states IS NULL OR ${SHOWN_STATE} IN (SELECT value FROM json_each(@states)))
      AND ${arm}`;
}

/**
 * Reads the jobs of the queue one after the other, as they were at one instant, without keeping them in memory. The
 * connection can do nothing else until the last one is read or the loop is left.
 * @throws {StoreError}
 */
export function readJobs({ queueDb, path }: Stores, filter: JobFilter, now: number): Generator<QueuedJob> {
  return eachInStore(storesName(path), () => readEach({ queueDb, path }, filter, now));
}

function* readEach(
  { queueDb: db, path }: Pick<Stores, 'queueDb' | 'path'>,
  filter: JobFilter,
  now: number,
): Generator<QueuedJob> {
  const dead = new Map<string, boolean>();
  const isDead = (owner: string): boolean => {
    const known = dead.get(owner) ?? livenessOf(path, owner) === 'dead';
    dead.set(owner, known);
    return known;
  };
  const { ids, sceneIds, states } = filter;
  const values = { now, ids: jsonOrNull(ids), sceneIds: jsonOrNull(sceneIds), states: jsonOrNull(states) };
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  db.exec('BEGIN');
  try {
    for (const statement of listStatements()) {
      for (const row of db.prepare<[object], Row>(statement).iterate(values)) {
        if (left <= 0) return;
        left -= 1;
        yield toJob(row, isDead);
      }
    }
  } finally {
    db.exec('COMMIT');
  }
}

/** How many jobs match a filter, ignoring its limit. */
export function countJobs({ queueDb: db, path }: Stores, filter: JobFilter, now: number): number {
  return inStore(storesName(path), () => {
    const statement = db.prepare<[object], { count: number }>(`
      SELECT count(*) AS count FROM jobs
      WHERE (@ids IS NULL OR id IN (SELECT value FROM json_each(@ids)))
        AND (@sceneIds IS NULL OR scene_id IN (SELECT value FROM json_each(@sceneIds)))
        AND (@states IS NULL OR ${SHOWN_STATE} IN (SELECT value FROM json_each(@states)))`);
    const { ids, sceneIds, states } = filter;
    const values = { now, ids: jsonOrNull(ids), sceneIds: jsonOrNull(sceneIds), states: jsonOrNull(states) };
    return statement.get(values)?.count ?? 0;
  });
}

function jsonOrNull(values: readonly unknown[] | undefined): string | null {
  return values === undefined ? null : JSON.stringify(values);
}

function toJob(row: Row, isDead: (owner: string) => boolean): QueuedJob {
  const data = JSON.parse(row.data) as SceneData;
  return {
    jobId: row.id,
    sceneId: row.scene_id,
    state: row.shown_state,
    isAbandoned: row.lease_owner !== null && isDead(row.lease_owner),
    title: data.title,
    path: data.path ?? row.scene_path ?? undefined,
    attempts: row.attempt,
    failures: row.failures,
    misses: row.misses,
    lastError: row.last_error ?? undefined,
    availableAt: row.available_at,
    enqueuedAt: row.enqueued_at,
    data,
    keys: contentKeys(data),
    isBare: row.bare_at !== null,
    reassert: reassertOf(row) ?? [],
    revision: revisionOf(row.stamps, row.bare_at),
  };
}

/** No two edits of a scene share a stamp: equal stamps mean the same edit. */
function revisionOf(stamps: string, bareAt: number | null): string {
  return `${bareAt ?? ''}${stamps}`;
}

/**
 * What became of a job that was to be dropped. `changed`: a newer edit arrived since it was listed, which nobody asked
 * to drop; `gone`: it was finished meanwhile.
 */
export type Dropped = {
  readonly job: QueuedJob;
  readonly how: 'dropped' | 'in_progress' | 'changed' | 'gone';
};

/**
 * Removes waiting jobs for good, in one transaction, each only if it is still as listed; a job under way stays.
 * @throws {StoreError}
 */
export function dropJobs({ queueDb: db, path }: Stores, jobs: readonly QueuedJob[]): readonly Dropped[] {
  return inStore(storesName(path), () => {
    const dropOne = prepareDrop(db);
    const count = prepareCount(db);
    const dropAll = db.transaction(() => {
      const results = jobs.map((job): Dropped => ({ job, how: dropOne(job) }));
      count('dropped', results.filter(({ how }) => how === 'dropped').length);
      return results;
    });
    return dropAll.immediate();
  });
}

function prepareDrop(db: Db): (job: QueuedJob) => Dropped['how'] {
  const select = db.prepare<[number], { state: string; stamps: string; bare_at: number | null }>(
    'SELECT state, stamps, bare_at FROM jobs WHERE id = ?',
  );
  const remove = db.prepare<[number]>('DELETE FROM jobs WHERE id = ?');
  return ({ jobId, revision }) => {
    const row = select.get(jobId);
    if (row === undefined) return 'gone';
    if (row.state === 'in_progress') return 'in_progress';
    if (revisionOf(row.stamps, row.bare_at) !== revision) return 'changed';
    remove.run(jobId);
    return 'dropped';
  };
}
