import type { Binding } from '../../core/model/plex-item.ts';
import type { SweptRecord } from '../../core/model/reconcile.ts';
import type { UndoneScene } from '../../core/model/undone.ts';
import { translated } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import type { SceneRow } from '../tables/scenes.ts';
import { prepareScenes, toRecord } from '../tables/scenes.ts';
import { prepareServerState } from '../tables/server-state.ts';
import type { Intake } from './intake.ts';
import { intakeOf } from './intake.ts';

/** The content of a scene that is in step, and by which time that was seen. */
export type ContentNote = {
  readonly sceneId: number;
  readonly updatedAt: string;
  /** What was remembered so far. */
  readonly before: string | undefined;
  readonly contentHash: string;
};

/** What reconcile compares Stash with, and where it applies its findings. */
export type ReconcileStore = Pick<Intake, 'enqueue' | 'forget'> & {
  /** Our records of these scenes, for those that we wrote. */
  records(sceneIds: readonly number[]): ReadonlyMap<number, SweptRecord>;
  /** Which of these scenes have a waiting job. */
  waiting(sceneIds: readonly number[]): ReadonlySet<number>;
  /** Which of these scenes have a job that is being worked on. */
  underWay(sceneIds: readonly number[]): ReadonlySet<number>;
  /** Which of these scenes have a dead letter. */
  lettered(sceneIds: readonly number[]): ReadonlySet<number>;
  /** Those of these scenes whose edits a person took back. */
  undone(sceneIds: readonly number[]): ReadonlyMap<number, UndoneScene>;
  /** The written scenes with an id above `after`, and up to `through` if given. */
  idsBetween(after: number, through: number | undefined): readonly number[];
  /** Remembers the content of scenes that are as they were written; a scene that was written since is left. */
  noteContents(notes: readonly ContentNote[]): void;
  /** Remembers how many scenes of Stash are still to be synced for the first time, for stats. */
  noteNeverSynced(counted: { readonly count: number; readonly filed: number; readonly at: number }): void;
  /** The average size of the pictures that are known, in bytes. */
  pictureBytes(): number | undefined;
  hasRecords(): boolean;
  /** The client identifier of this data directory, if it has one yet. */
  clientIdentifier(): string | undefined;
  /** The Plex server of the data directory; `undefined` before the first contact. */
  binding(): Binding | undefined;
  doubtServer(): void;
  close(): void;
};

/** Makes a reconcile store of open stores, which it closes; it changes nothing in `dlq.db`. */
export function openReconcileStore(stores: Stores): ReconcileStore {
  const { queueDb: db, dlqDb } = stores;
  const records = db.prepare<[string], SceneRow>(
    'SELECT * FROM scenes WHERE scene_id IN (SELECT value FROM json_each(?))',
  );
  const waiting = db.prepare<[string], { scene_id: number }>(
    `SELECT scene_id FROM jobs WHERE state = 'pending' AND scene_id IN (SELECT value FROM json_each(?))`,
  );
  const underWay = db.prepare<[string], { scene_id: number }>(`
    SELECT scene_id FROM jobs
    WHERE state = 'in_progress' AND forgotten = 0 AND scene_id IN (SELECT value FROM json_each(?))`);
  const lettered = dlqDb.prepare<[string], { scene_id: number }>(
    'SELECT DISTINCT scene_id FROM dead_letters WHERE scene_id IN (SELECT value FROM json_each(?))',
  );
  const undone = db.prepare<[string], { scene_id: number; content: string | null }>(
    'SELECT scene_id, content FROM undone WHERE scene_id IN (SELECT value FROM json_each(?))',
  );
  const between = db.prepare<[number, number], { scene_id: number }>(
    'SELECT scene_id FROM scenes WHERE scene_id > ? AND scene_id <= ? ORDER BY scene_id',
  );
  const any = db.prepare<[], unknown>('SELECT 1 FROM scenes LIMIT 1');
  const note = db.prepare<[object]>(`
    UPDATE scenes SET stash_content = @contentHash
    WHERE scene_id = @sceneId AND stash_updated_at = @updatedAt AND stash_content IS @before`);
  const noteAll = db.transaction((notes: readonly ContentNote[]) => {
    for (const { before = null, ...each } of notes) note.run({ before, ...each });
  });
  const { binding, doubtServer, knownClientIdentifier, saveNeverSynced } = prepareServerState(db);
  return translated(storesName(stores.path), {
    ...intakeOf({ queueDb: db }),
    records: (sceneIds: readonly number[]) =>
      new Map(records.all(JSON.stringify(sceneIds)).map((row) => [row.scene_id, toSwept(row)])),
    waiting: (sceneIds: readonly number[]) =>
      new Set(waiting.all(JSON.stringify(sceneIds)).map(({ scene_id }) => scene_id)),
    underWay: (sceneIds: readonly number[]) =>
      new Set(underWay.all(JSON.stringify(sceneIds)).map(({ scene_id }) => scene_id)),
    lettered: (sceneIds: readonly number[]) =>
      new Set(lettered.all(JSON.stringify(sceneIds)).map(({ scene_id }) => scene_id)),
    undone: (sceneIds: readonly number[]) =>
      new Map(
        undone
          .all(JSON.stringify(sceneIds))
          .map(({ scene_id, content }) => [scene_id, { content: content ?? undefined }]),
      ),
    idsBetween: (after: number, through: number | undefined) =>
      between.all(after, through ?? Number.MAX_SAFE_INTEGER).map(({ scene_id }) => scene_id),
    noteContents: (notes: readonly ContentNote[]) => noteAll.immediate(notes),
    noteNeverSynced: saveNeverSynced,
    pictureBytes: prepareScenes(db).pictureBytes,
    hasRecords: () => any.get() !== undefined,
    binding,
    doubtServer,
    clientIdentifier: knownClientIdentifier,
    close: stores.close,
  });
}

function toSwept(row: SceneRow): SweptRecord {
  return {
    ...toRecord(row),
    sceneId: row.scene_id,
    stashUpdatedAt: row.stash_updated_at ?? undefined,
    contentHash: row.stash_content ?? undefined,
  };
}
