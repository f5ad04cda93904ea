import type { ReassertField } from '../../../core/model/reassert.ts';
import { unionOf } from '../../../core/model/reassert.ts';
import { contentKeys } from '../../../core/model/scene.ts';
import type { StampedEdit } from '../../../core/model/scene-edit.ts';
import { mergeEdits, outdated } from '../../../core/model/scene-edit.ts';
import type { Db } from '../../store/open.ts';
import type { EditValues } from './job-merges.ts';
import { IS_NEW, prepareMerges } from './job-merges.ts';

/** The order among due jobs: hand edits and hooks before bulk. */
export const PRIORITY = { hand: 0, bulk: 1 } as const;
export type Priority = keyof typeof PRIORITY;

/** The columns that hold an edit, in a job or in a letter. */
export type EditColumns = { readonly data: string; readonly stamps: string; readonly bare_at: number | null };

/** A row of `jobs`, as far as merging and settling need it. */
export type JobRow = EditColumns & {
  readonly id: number;
  readonly job_key: string;
  readonly scene_id: number;
  readonly priority: number;
  readonly attempt: number;
  readonly claims: number;
  readonly failures: number;
  readonly enqueued_at: number;
  readonly failed_at: number | null;
  readonly uncharged: number;
  readonly waited_ms: number;
  readonly misses: number;
  readonly rescues: number;
  readonly lone_losses: number;
  readonly lease_owner: string | null;
  readonly lease_alone: 0 | 1;
  readonly forgotten: 0 | 1;
  /** 1: waits for permission, because it would remove too much; 2: it was given. */
  readonly removals: 0 | 1 | 2;
  /** 1: waits because its scene is undone. */
  readonly undone: 0 | 1;
  /** Set where all of the job but this is written. */
  readonly rest: 'pictures' | null;
  /** JSON: the fields that a person takes back from Plex. */
  readonly reassert: string | null;
  /** 1: only events of Stash asked for it. */
  readonly by_event: 0 | 1;
};

/** A waiting job, as far as merging into it needs it. */
export type WaitingRow = EditColumns & Pick<JobRow, 'id' | 'scene_id' | 'reassert'> & { readonly is_new: 0 | 1 };

/** The edit in a row: we wrote it, so it is read without a second validation. */
export function editOf({ data, stamps, bare_at }: EditColumns): StampedEdit {
  return {
    data: JSON.parse(data) as StampedEdit['data'],
    stamps: JSON.parse(stamps) as StampedEdit['stamps'],
    bareAt: bare_at ?? undefined,
  };
}

/** Converts an edit to its column values. */
export function toColumns({ data, stamps, bareAt }: StampedEdit): EditColumns {
  return { data: JSON.stringify(data), stamps: JSON.stringify(stamps), bare_at: bareAt ?? null };
}

/** The fields that a row takes back from Plex, if any. */
export function reassertOf({ reassert }: Pick<JobRow, 'reassert'>): readonly ReassertField[] | undefined {
  return reassert === null ? undefined : (JSON.parse(reassert) as readonly ReassertField[]);
}

function reassertColumn(fields: readonly ReassertField[] | undefined): string | null {
  return fields === undefined || fields.length === 0 ? null : JSON.stringify(fields);
}

/** Part of an UPDATE that makes a row pending again: the lease is removed, whatever else changes. */
export const BACK_TO_PENDING = `state = 'pending', lease_owner = NULL, lease_expires_at = NULL, lease_alone = 0`;

/** Statements on single rows that several parts of the queue need. Call them inside a transaction. */
export function prepareJobRows(db: Db) {
  const waiting = db.prepare<[number], WaitingRow>(
    `SELECT id, scene_id, data, stamps, bare_at, reassert, ${IS_NEW} AS is_new
     FROM jobs WHERE scene_id = ? AND state = 'pending'`,
  );
  // No RETURNING: SQLite would make a table for what it returns, which costs as much as the row.
  const insert = db.prepare<InsertValues>(`
    INSERT INTO jobs (data, stamps, bare_at, scene_id, state, priority, available_at, enqueued_at, rest, reassert, by_event)
    VALUES (?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?)`);
  const knownPath = db.prepare<[number], { scene_path: string }>('SELECT scene_path FROM scenes WHERE scene_id = ?');
  // When an earlier sync knows the file, an edit given by hand does not await Stash. The path gets no stamp: any path
  // that is said later wins over it.
  const withKnownPath = (sceneId: number, edit: StampedEdit): StampedEdit => {
    const isHeld = edit.bareAt !== undefined && edit.data.path === undefined && contentKeys(edit.data).length > 0;
    const path = isHeld ? knownPath.get(sceneId)?.scene_path : undefined;
    return path === undefined ? edit : { ...edit, data: { path, ...edit.data } };
  };
  let merges: ReturnType<typeof prepareMerges> | undefined;
  // A call of a hook seldom merges, so they are prepared on first use.
  const mergesOf = (): ReturnType<typeof prepareMerges> => {
    merges ??= prepareMerges(db);
    return merges;
  };
  const merged = (job: WaitingRow, edit: StampedEdit, options: MergeOptions): EditValues => {
    const { priority, rest = null, reassert, by, outdates } = options;
    const older = outdates === undefined ? editOf(job) : outdated(editOf(job), outdates);
    const { data, stamps, bare_at } = toColumns(withKnownPath(job.scene_id, mergeEdits(older, edit)));
    const fields = reassertColumn(unionOf(reassertOf(job), reassert));
    return [data, stamps, bare_at, priority, rest, fields, Number(by === 'event')];
  };
  return {
    /** The scene's waiting job, if any. */
    waiting: (sceneId: number): WaitingRow | undefined => waiting.get(sceneId),
    /** Inserts a new job, due at once. @returns its id. */
    insert: (sceneId: number, edit: StampedEdit, options: InsertOptions): number => {
      const { priority, now, rest = null, reassert, by } = options;
      const { data, stamps, bare_at } = toColumns(edit);
      const asked = [reassertColumn(reassert), Number(by === 'event')] as const;
      const values: InsertValues = [data, stamps, bare_at, sceneId, PRIORITY[priority], now, now, rest, ...asked];
      return Number(insert.run(...values).lastInsertRowid);
    },
    /**
     * Merges an edit into a waiting job, which becomes due no later than before and no later than `dueAt`. Only pictures
     * are left of both, or the job is a whole one again. What either takes back from Plex is taken back.
     */
    merge: (job: WaitingRow, edit: StampedEdit, options: MergeOptions & { readonly dueAt: number }): void => {
      mergesOf().plain.run(...merged(job, edit, options), options.dueAt, job.id);
    },
    /** The same, and the job is due at `now` with all its attempts, as a new one would be. */
    mergeAnew: (job: WaitingRow, edit: StampedEdit, options: MergeOptions & { readonly now: number }): void => {
      const { anew, ofNew } = mergesOf();
      (job.is_new === 1 ? ofNew : anew).run(...merged(job, edit, options), options.now, options.now, job.id);
    },
  };
}

type InsertOptions = Pick<EnqueueOptions, 'priority' | 'now' | 'reassert' | 'by'> & { readonly rest?: JobRow['rest'] };

type InsertValues = [
  ...edit: [data: string, stamps: string, bareAt: number | null],
  ...of: [sceneId: number, priority: number, now: number, now: number],
  ...rest: [rest: JobRow['rest'], reassert: string | null, byEvent: number],
];

type MergeOptions = Pick<EnqueueOptions, 'reassert' | 'by'> & {
  readonly priority: number;
  readonly rest?: JobRow['rest'];
  readonly outdates?: IncomingEdit['outdates'];
};

export type EnqueueOptions = {
  readonly priority: Priority;
  readonly now: number;
  /** What to do about scenes that a person undid: nothing unless given, since the drain decides then. */
  readonly undone?: 'release' | 'pass_over' | undefined;
  /** When it was said, if earlier than `now`: all pages of one call share one instant. */
  readonly saidAt?: number | undefined;
  /** The fields that a person takes back from Plex. */
  readonly reassert?: readonly ReassertField[] | undefined;
  /** Set where an event of Stash asks for it, and no person does. */
  readonly by?: 'event' | undefined;
};

/** One edit on its way into the queue. `outdates`: what was said at this instant gives way to what Stash says. */
export type IncomingEdit = {
  readonly sceneId: number;
  readonly edit: StampedEdit;
  readonly outdates?: number | undefined;
};

/** What became of an edit: a new job, or merged into the waiting one. */
export type Enqueued = { readonly jobId: number; readonly sceneId: number; readonly how: 'added' | 'merged' };

/**
 * Prepares the statements that put one edit into the queue: merged key by key into the scene's waiting job, which
 * becomes due at `now` with all its attempts, or as a new job. Call it inside a transaction.
 */
export function prepareEnqueue(db: Db): (incoming: IncomingEdit, options: EnqueueOptions) => Enqueued {
  const rows = prepareJobRows(db);
  return ({ sceneId, edit, outdates }, options) => {
    const older = rows.waiting(sceneId);
    if (older === undefined) return { jobId: rows.insert(sceneId, edit, options), sceneId, how: 'added' };
    rows.mergeAnew(older, edit, { ...options, priority: PRIORITY[options.priority], outdates });
    return { jobId: older.id, sceneId, how: 'merged' };
  };
}

/**
 * Prepares the instant of a call, one for all its edits: the clock's time, so that any later call has a later one. Calls
 * within one millisecond, or after the clock was set back, still get instants of their own; each leaves the value before
 * its own free (see `stampsOfCall`).
 */
export function prepareInstant(db: Db): (now: number) => number {
  const reserve = db
    .prepare<[number], number>(`
      INSERT INTO totals (name, value) VALUES ('last_stamp', ?)
      ON CONFLICT (name) DO UPDATE SET value = max(excluded.value, value + 2) RETURNING value`)
    .pluck();
  return (now) => {
    const at = reserve.get(now);
    if (at === undefined) throw new Error('INSERT … RETURNING returned no row');
    return at;
  };
}

/**
 * Prepares the instant of a call that was made at `at` and arrives `now`: its edits count as older than those made in
 * between. If instants run ahead of a clock that was set back, `at` cannot be compared, and the call counts as new.
 */
export function prepareLateInstant(db: Db) {
  const reserve = prepareInstant(db);
  const read = db.prepare<[], number>(`SELECT value FROM totals WHERE name = 'last_stamp'`).pluck();
  return ({ at, now }: { readonly at: number; readonly now: number }): number => {
    const last = read.get() ?? 0;
    return at <= last && last <= now ? at : reserve(at);
  };
}

/** Prepares the statement that removes a job. */
export function prepareRemove(db: Db): (id: number) => void {
  const remove = db.prepare<[number]>('DELETE FROM jobs WHERE id = ?');
  return (id) => void remove.run(id);
}

/**
 * Merges a job into the scene's waiting one and removes its row: the newer edit takes over what this one could not
 * finish. Call it inside a transaction.
 * @returns a function that returns false when no job waits; then it has changed nothing.
 */
export function prepareSupersede(db: Db): (row: JobRow) => boolean {
  const remove = prepareRemove(db);
  // Most runs supersede nothing.
  let rows: ReturnType<typeof prepareJobRows> | undefined;
  return (row) => {
    rows ??= prepareJobRows(db);
    const newer = rows.waiting(row.scene_id);
    if (newer === undefined) return false;
    remove(row.id);
    const { priority, rest } = row;
    const by = row.by_event === 1 ? ('event' as const) : undefined;
    rows.merge(newer, editOf(row), { priority, dueAt: Number.MAX_SAFE_INTEGER, rest, reassert: reassertOf(row), by });
    return true;
  };
}
