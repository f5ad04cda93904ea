import type { SceneData, SceneEdit } from '../core/scene.ts';
import { mergeEdits } from '../core/scene.ts';
import type { Db } from './open.ts';

/** Who goes first among jobs that are due: hand edits and hooks before bulk. */
export const PRIORITY = { hand: 0, bulk: 1 } as const;
export type Priority = keyof typeof PRIORITY;

/** A row of `jobs`, as far as merging and settling need it. */
export type JobRow = {
  readonly id: number;
  readonly job_key: string;
  readonly scene_id: number;
  readonly data: string;
  readonly bare: 0 | 1;
  readonly attempt: number;
  readonly failures: number;
  readonly misses: number;
  readonly rescues: number;
  readonly lone_losses: number;
  readonly lease_owner: string | null;
  readonly lease_alone: 0 | 1;
};

/** The scene data in a row: written by us, so read back without a second validation. */
export function dataOf(row: { readonly data: string }): SceneData {
  return JSON.parse(row.data) as SceneData;
}

/** What became of an edit: a job of its own, or laid over the one that waited. */
export type Enqueued = { readonly jobId: number; readonly sceneId: number; readonly how: 'added' | 'merged' };

export type EnqueueStatements = (
  edit: SceneEdit,
  options: { readonly priority: Priority; readonly now: number },
) => Enqueued;

/**
 * Prepares the statements that put one edit into the queue: merged key by key into the scene's waiting job, which is due
 * again at `now` with its attempts anew, or as a new job. Call it inside a transaction.
 */
export function prepareEnqueue(db: Db): EnqueueStatements {
  const waiting = prepareWaiting(db);
  const insert = db.prepare<[object], { id: number }>(`
    INSERT INTO jobs (scene_id, state, data, bare, priority, available_at, enqueued_at)
    VALUES (@sceneId, 'pending', @data, @bare, @priority, @now, @now) RETURNING id`);
  const merge = db.prepare<[object]>(`
    UPDATE jobs SET data = @data, bare = @bare, priority = min(priority, @priority), available_at = @now, enqueued_at = @now,
      attempt = 0, failures = 0, misses = 0, lone_losses = 0, last_error = NULL, released_by = NULL
    WHERE id = @id`);
  return (edit, { priority, now }) => {
    const { sceneId } = edit;
    const older = waiting.get(sceneId);
    const rank = PRIORITY[priority];
    if (older === undefined) {
      const values = {
        sceneId,
        data: JSON.stringify(edit.data),
        bare: Number(edit.bare),
        priority: rank,
        now,
      };
      const row = insert.get(values);
      if (row === undefined) throw new Error('INSERT … RETURNING returned no row');
      return { jobId: row.id, sceneId, how: 'added' };
    }
    const merged = mergeEdits({ bare: older.bare === 1, data: dataOf(older) }, edit);
    merge.run({ id: older.id, data: JSON.stringify(merged.data), bare: Number(merged.bare), priority: rank, now });
    return { jobId: older.id, sceneId, how: 'merged' };
  };
}

/** The scene's waiting job, if any. */
export function prepareWaiting(db: Db): { get(sceneId: number): JobRow | undefined } {
  return db.prepare<[number], JobRow>(`SELECT * FROM jobs WHERE scene_id = ? AND state = 'pending'`);
}

/**
 * Lays an older job's data under the scene's waiting one and removes the older row: the newer edit takes over what the
 * older could not finish. Call it inside a transaction.
 * @returns false when nothing newer waits, and nothing was changed.
 */
export function prepareSupersede(db: Db): (older: JobRow) => boolean {
  const waiting = prepareWaiting(db);
  const update = db.prepare<[object]>('UPDATE jobs SET data = @data, bare = @bare WHERE id = @id');
  const remove = db.prepare<[number]>('DELETE FROM jobs WHERE id = ?');
  return (older) => {
    const newer = waiting.get(older.scene_id);
    if (newer === undefined) return false;
    const merged = mergeEdits(
      { bare: older.bare === 1, data: dataOf(older) },
      { bare: newer.bare === 1, data: dataOf(newer) },
    );
    update.run({ id: newer.id, data: JSON.stringify(merged.data), bare: Number(merged.bare) });
    remove.run(older.id);
    return true;
  };
}
