import type { HookEvent } from '../../core/model/hook-event.ts';
import type { SceneEdit } from '../../core/model/scene.ts';
import { stampEdit, stampsOfCall } from '../../core/model/scene-edit.ts';
import { NEVER_SYNCED, prepareMeta } from '../store/meta.ts';
import { QUEUE_SCHEMA } from '../store/migrations.ts';
import type { DataDir, Db } from '../store/open.ts';
import { openDatabase, prepareDataDir } from '../store/open.ts';
import { translated } from '../store/store-errors.ts';
import type { StashUse } from '../tables/jobs/awaits-stash.ts';
import { CLAIMED_AWAITING, noteStash } from '../tables/jobs/awaits-stash.ts';
import type { Enqueued, EnqueueOptions } from '../tables/jobs/jobs.ts';
import { prepareEnqueue, prepareInstant, prepareLateInstant } from '../tables/jobs/jobs.ts';
import { prepareScenes } from '../tables/scenes.ts';
import { prepareCount } from '../tables/totals.ts';
import { prepareUndone } from '../tables/undone.ts';

/** An event of a scene from Stash, and when it happened (epoch ms); without a time, now. */
export type SceneEvent = Extract<HookEvent, { readonly sceneId: number }> & { readonly at?: number | undefined };

/** What became of an event: a job, or a forgotten scene whose waiting edit, if any, was dropped. */
export type TakenEvent = ({ readonly kind: 'sync' } & Enqueued) | ForgottenScene;

/** A forgotten scene, and its waiting job, if any. */
export type ForgottenScene = {
  readonly kind: 'forget';
  readonly sceneId: number;
  readonly droppedJobId: number | undefined;
};

export type Intake = {
  /**
   * Puts the edits into the queue in order, as they come, in one transaction: all of them or none. The queue is locked
   * until the last one came.
   * @throws whatever `edits` throws on the way.
   */
  enqueue(edits: Iterable<SceneEdit>, options: EnqueueOptions): readonly Enqueued[];
  /**
   * Applies events from Stash in order, in one transaction: all of them or none. Notes that events came. Applying the
   * same events again has the same result.
   */
  take(events: readonly SceneEvent[], now: number): readonly TakenEvent[];
  /**
   * Drops the waiting jobs of scenes that are gone from Stash and forgets the scenes, in one transaction: all or none.
   */
  forget(sceneIds: readonly number[]): readonly ForgottenScene[];
  /** Forgets how many scenes were never synced, once all of them wait. */
  forgetNeverSynced(): void;
  /** How many of these jobs await a Stash that no run can ask. */
  awaitingStashCount(jobIds: readonly number[]): number;
  /** How many of these jobs have data and no path, of a scene whose file only Stash may know. */
  withoutFileCount(jobIds: readonly number[]): number;
  /** Records for readers whether the next run can ask Stash, as the settings stand. */
  noteStash(stash: StashUse): void;
  close(): void;
};

/** A job whose path nobody gave, and that takes none from what is known of its scene, or is about to be. */
const WITHOUT_FILE = `
  bare_at IS NULL AND data ->> 'path' IS NULL
  AND NOT EXISTS (SELECT 1 FROM scenes WHERE scene_id = job.scene_id)
  AND NOT EXISTS (SELECT 1 FROM pins WHERE scene_id = job.scene_id)
  AND NOT EXISTS (SELECT 1 FROM jobs WHERE scene_id = job.scene_id AND state = 'in_progress'
    AND (bare_at IS NOT NULL OR data ->> 'path' IS NOT NULL))`;

/** Counts, of given jobs, those that no run can write as they are. Prepared when it is asked for, which is seldom. */
export function prepareUnwritable(db: Db): Pick<Intake, 'awaitingStashCount' | 'withoutFileCount'> {
  const countOf = (condition: string) => {
    const sql = `SELECT count(*) FROM jobs AS job WHERE id IN (SELECT value FROM json_each(?)) AND ${condition}`;
    const count = db.prepare<[string], number>(sql).pluck();
    return (jobIds: readonly number[]): number => count.get(JSON.stringify(jobIds)) ?? 0;
  };
  return {
    awaitingStashCount: countOf(`held > ${CLAIMED_AWAITING}`),
    withoutFileCount: countOf(WITHOUT_FILE),
  };
}

/**
 * Opens the queue for enqueuing, and creates it if needed. Never opens `dlq.db`: a hook must not wait for it.
 * @throws {UsageError | StoreError}
 */
export function openIntake(dir: DataDir): Intake {
  prepareDataDir(dir, 'create');
  const db = openDatabase(dir, QUEUE_SCHEMA, { mode: 'create' });
  return translated(db.name, {
    ...intakeOf({ queueDb: db }),
    forgetNeverSynced: () => prepareMeta(db).remove(NEVER_SYNCED),
    ...prepareUnwritable(db),
    noteStash: (stash: StashUse) => {
      noteStash(db, stash);
    },
    close: () => {
      db.close();
    },
  });
}

/** Adds events to a queue that is already open. Prepares nothing until the first event comes. */
export function intakeOf({ queueDb }: { readonly queueDb: Db }): Pick<Intake, 'enqueue' | 'take' | 'forget'> {
  let enqueueAll: ReturnType<typeof prepareEnqueueAll> | undefined;
  return translated(queueDb.name, {
    enqueue: (edits: Iterable<SceneEdit>, options: EnqueueOptions) => {
      enqueueAll ??= prepareEnqueueAll(queueDb);
      return enqueueAll.immediate(edits, options);
    },
    take: (events: readonly SceneEvent[], now: number) => prepareTake(queueDb).immediate(events, now),
    forget: (sceneIds: readonly number[]) => {
      const forgetOne = prepareForget(queueDb);
      return queueDb.transaction(() => sceneIds.map(forgetOne)).immediate();
    },
  });
}

function prepareEnqueueAll(db: Db) {
  const instant = prepareInstant(db);
  const lateInstant = prepareLateInstant(db);
  const enqueueOne = prepareEnqueue(db);
  const undone = prepareUndone(db);
  return db.transaction((edits: Iterable<SceneEdit>, options: EnqueueOptions) => {
    const { saidAt, now } = options;
    const at = saidAt === undefined ? instant(now) : lateInstant({ at: saidAt, now });
    const stamped = stampsOfCall(at);
    // Nearly always there is none, and each look would cost as much as the edit.
    const ifUndone = undone.any() ? options.undone : undefined;
    const enqueued: Enqueued[] = [];
    for (const given of edits) {
      const { sceneId } = given;
      const { edit, outdatesEarlier } = stamped(given);
      if (ifUndone === 'pass_over' && undone.of(sceneId) !== undefined) continue;
      if (ifUndone === 'release') undone.release(sceneId);
      enqueued.push(enqueueOne({ sceneId, edit, outdates: outdatesEarlier ? at : undefined }, options));
    }
    return enqueued;
  });
}

/** Call the returned function inside a transaction. */
function prepareForget(db: Db) {
  const dropWaiting = db.prepare<[number], { id: number }>(
    `DELETE FROM jobs WHERE scene_id = ? AND state = 'pending' RETURNING id`,
  );
  // A job under way ends on its own, and must not bring the scene's record back.
  const markUnderWay = db.prepare<[number]>(
    `UPDATE jobs SET forgotten = 1 WHERE scene_id = ? AND state = 'in_progress'`,
  );
  const scenes = prepareScenes(db);
  const count = prepareCount(db);
  return (sceneId: number): ForgottenScene => {
    const droppedJobId = dropWaiting.get(sceneId)?.id;
    if (droppedJobId !== undefined) count('dropped');
    markUnderWay.run(sceneId);
    scenes.forget(sceneId);
    return { kind: 'forget', sceneId, droppedJobId };
  };
}

/** Prepared only once an event has come, so that an idle run and `enqueue` do not pay for it. */
function prepareTake(db: Db) {
  const instant = prepareLateInstant(db);
  const enqueueOne = prepareEnqueue(db);
  const forgetOne = prepareForget(db);
  const meta = prepareMeta(db);
  const takeOne = (event: SceneEvent, now: number): readonly TakenEvent[] => {
    const { kind, sceneId, at = now } = event;
    if (kind === 'forget') return [forgetOne(sceneId)];
    const edit = stampEdit({ bare: true, data: {} }, instant({ at, now }));
    return [{ kind, ...enqueueOne({ sceneId, edit }, { priority: 'hand', now, by: 'event' }) }];
  };
  return db.transaction((events: readonly SceneEvent[], now: number): readonly TakenEvent[] => {
    meta.set(LAST_EVENT, now);
    return events.flatMap((event) => takeOne(event, now));
  });
}

const LAST_EVENT = 'stash_event_at';

/** When the last event from Stash was taken in, epoch ms. */
export function lastEventAt({ queueDb }: { readonly queueDb: Db }): number | undefined {
  return translated(queueDb.name, { read: () => prepareMeta(queueDb).number(LAST_EVENT) }).read();
}
