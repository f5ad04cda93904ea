import type { IntentNote } from '../../core/drain/ports/queue.ts';
import type { Change } from '../../core/model/job.ts';
import { isNothingToWrite } from '../../core/model/job.ts';
import type { PictureField, PictureRecord, PictureRecords } from '../../core/model/picture.ts';
import type { Intent, OtherFile, SceneRecord, SyncNotes, Written } from '../../core/model/scene-record.ts';
import type { Db } from '../store/open.ts';
import { preparePins } from './pins.ts';
import { prepareUndone } from './undone.ts';

/** A row of `scenes`. */
export type SceneRow = {
  readonly scene_id: number;
  readonly rating_key: string;
  readonly section_key: string;
  readonly scene_path: string;
  readonly file: string | null;
  readonly written: string;
  readonly intent: string | null;
  readonly stash_updated_at: string | null;
  readonly stash_content: string | null;
  readonly added_at: number | null;
  readonly locked: string | null;
  readonly written_at: number | null;
  readonly left_alone: string | null;
  readonly section_title: string | null;
  readonly others: string | null;
  readonly pictures: string | null;
};

/** The row of a scene. */
export function readSceneRow(db: Db, sceneId: number): SceneRow | undefined {
  return db.prepare<[number], SceneRow>(SELECT_SCENE).get(sceneId);
}

const SELECT_SCENE = 'SELECT * FROM scenes WHERE scene_id = ?';

/** The end of a sync; the note before a write has none. */
type End = { readonly now: number; readonly notes: SyncNotes | undefined; readonly change: Change };

type Synced = { readonly record: SceneRecord; readonly notes?: SyncNotes | undefined; readonly change: Change };

/** Part of an UPDATE for a scene whose item is no longer known: the path stays, for edits that name none. */
const FORGOTTEN = `rating_key = '', section_key = '', file = NULL, written = '{"fields":{},"lists":{}}', intent = NULL, written_at = NULL,
  left_alone = NULL, section_title = NULL, stash_updated_at = NULL, stash_content = NULL, added_at = NULL, locked = NULL,
  others = NULL, pictures = NULL`;

/** So many scenes tell about how large pictures are. */
const MOST_SAMPLED = 1_000;

/** The statements of `scenes`: what we last wrote per scene. Those that write leave the transaction to the caller. */
export function prepareScenes(db: Db) {
  const select = db.prepare<[number], SceneRow>(SELECT_SCENE);
  // CAST: see store/statements.ts.
  const byItem = db.prepare<[string], { scene_id: number }>(
    'SELECT scene_id FROM scenes WHERE rating_key = CAST(? AS TEXT) ORDER BY written_at DESC NULLS LAST LIMIT 1',
  );
  const any = db.prepare<[], unknown>(`SELECT 1 FROM scenes WHERE rating_key <> '' LIMIT 1`);
  // SQLite binds a JavaScript number as REAL; the row positions need integers.
  const known = db.prepare<[object], { scene_id: number }>(`
    SELECT scene_id FROM (
      SELECT scene_id, row_number() OVER (ORDER BY scene_id) AS place, count(*) OVER () AS count FROM scenes
      WHERE stash_updated_at IS NOT NULL AND scene_id NOT IN (SELECT value FROM json_each(@except)))
    WHERE place * CAST(@most AS INTEGER) / count > (place - 1) * CAST(@most AS INTEGER) / count`);
  const upsert = db.prepare<[object]>(`
    INSERT INTO scenes (scene_id, rating_key, section_key, scene_path, file, written, intent, written_at, left_alone,
      section_title, stash_updated_at, stash_content, added_at, locked, others, pictures)
    VALUES (@sceneId, @ratingKey, @sectionKey, @scenePath, @file, @written, @intent, @writtenAt, @left, @sectionTitle,
      @stashUpdatedAt, @contentHash, @addedAt, @locked, @others, @pictures)
    ON CONFLICT (scene_id) DO UPDATE SET rating_key = @ratingKey, section_key = @sectionKey, scene_path = @scenePath,
      file = @file, written = @written, intent = @intent, written_at = iif(@keepsLast, coalesce(written_at, @writtenAt), coalesce(@writtenAt, written_at)),
      left_alone = iif(@writtenAt IS NULL OR @keepsLast, left_alone, @left), others = iif(@writtenAt IS NULL, others, @others),
      section_title = coalesce(@sectionTitle, iif(section_key = @sectionKey, section_title, NULL)),
      stash_updated_at = coalesce(@stashUpdatedAt, iif(@startsAnew, NULL, stash_updated_at)),
      stash_content = coalesce(@contentHash, iif(@startsAnew, NULL, stash_content)), added_at = @addedAt, locked = @locked,
      pictures = coalesce(@pictures, iif(@startsAnew, NULL, pictures))`);
  const notePicture = db.prepare<[object]>(`
    UPDATE scenes SET pictures = json_set(coalesce(pictures, '{}'), '$.' || @field, json(@record)) WHERE scene_id = @sceneId`);
  const averageBytes = db.prepare<[], { bytes: number | null }>(`
    SELECT avg(coalesce(pictures ->> '$.thumb.bytes', pictures ->> '$.art.bytes')) AS bytes
    FROM (SELECT pictures FROM scenes ORDER BY scene_id DESC LIMIT ${MOST_SAMPLED})`);
  const disown = db.prepare<[string, number]>(`UPDATE scenes SET ${FORGOTTEN} WHERE rating_key = ? AND scene_id <> ?`);
  const forgetItems = db.prepare(`UPDATE scenes SET ${FORGOTTEN}`);
  const remove = db.prepare<[number]>('DELETE FROM scenes WHERE scene_id = ?');
  const remember = db.prepare<[object]>(
    'UPDATE scenes SET stash_content = coalesce(stash_content, @content) WHERE scene_id = @sceneId',
  );

  const pins = preparePins(db);
  const undone = prepareUndone(db);

  const record = (sceneId: number): SceneRecord | undefined => {
    const row = select.get(sceneId);
    return row === undefined ? undefined : toRecord(row);
  };
  const put = (
    sceneId: number,
    scene: SceneRecord & { readonly sectionTitle?: string | undefined },
    end: End | undefined,
  ): void => {
    upsert.run({
      sceneId,
      ratingKey: scene.ratingKey,
      sectionKey: scene.sectionKey,
      scenePath: scene.scenePath,
      file: scene.provenFile ?? null,
      written: JSON.stringify(scene.written),
      intent: scene.intent === undefined ? null : JSON.stringify(scene.intent),
      writtenAt: end?.now ?? null,
      left:
        end === undefined || end.notes === undefined || end.notes.left.length === 0
          ? null
          : JSON.stringify(end.notes.left),
      sectionTitle: end?.notes?.sectionTitle ?? scene.sectionTitle ?? null,
      stashUpdatedAt: end?.notes?.stashUpdatedAt ?? null,
      contentHash: end?.notes?.contentHash ?? null,
      startsAnew: Number(scene.startsAnew ?? false),
      // Nothing was compared: what the sync before said of this item still stands.
      keepsLast: Number(end !== undefined && isNothingToWrite(end.change) && scene.startsAnew !== true),
      addedAt: scene.addedAt ?? null,
      locked: scene.locked === undefined ? null : JSON.stringify(scene.locked),
      pictures: scene.pictures === undefined ? null : JSON.stringify(scene.pictures),
      others: end?.notes?.others === undefined ? null : JSON.stringify(end.notes.others),
    });
  };
  return {
    record,
    /** When the scene was last synced, epoch ms. */
    syncedAt: (sceneId: number): number | undefined => select.get(sceneId)?.written_at ?? undefined,
    sceneOf: (ratingKey: string): number | undefined => byItem.get(ratingKey)?.scene_id,
    hasAny: (): boolean => any.get() !== undefined,
    known: ({ most, except }: { readonly most: number; readonly except: readonly number[] }): readonly number[] =>
      known.all({ most, except: JSON.stringify(except) }).map(({ scene_id }) => scene_id),
    /**
     * Records a finished sync; where there was nothing to write, the time of the last one stays. The item now belongs to
     * this scene: what another scene recorded about it is no longer true.
     */
    complete: (sceneId: number, { record: scene, notes, change }: Synced, now: number): void => {
      put(sceneId, scene, { now, notes, change });
      disown.run(scene.ratingKey, sceneId);
    },
    /** Notes what is about to be written; the time of the last write stays as it was. */
    intend: ({ sceneId, ...scene }: Omit<IntentNote, 'lease' | 'values' | 'journal'>): void =>
      put(sceneId, scene, undefined),
    /** Notes what is about to become of one picture; the scene was noted before. */
    intendPicture: (sceneId: number, field: PictureField, record: PictureRecord): void => {
      notePicture.run({ sceneId, field, record: JSON.stringify(record) });
    },
    /** The average size of pictures, in bytes; `undefined` where none is known. */
    pictureBytes: (): number | undefined => averageBytes.get()?.bytes ?? undefined,
    /** Records what a failed write has left; the write is no longer unfinished. */
    land: (sceneId: number, scene: SceneRecord): void => put(sceneId, scene, undefined),
    /** What Stash had of a scene when Plex got what it has again: an undo that is taken back has forgotten it. */
    rememberContent: (known: { readonly sceneId: number; readonly content: string }): void => void remember.run(known),
    /** Forgets a scene that is gone from Stash: its file, what was written for it and its pin. */
    forget: (sceneId: number): void => {
      remove.run(sceneId);
      pins.remove(sceneId);
      undone.release(sceneId);
    },
    /** Forgets what was written and pinned everywhere: another server has other rating keys. */
    forgetAll: (): void => {
      forgetItems.run();
      pins.removeAll();
    },
  };
}

/** Converts a row to what we last wrote for its scene. */
export function toRecord(row: SceneRow): SceneRecord {
  return {
    ratingKey: row.rating_key,
    sectionKey: row.section_key,
    scenePath: row.scene_path,
    provenFile: row.file ?? undefined,
    written: JSON.parse(row.written) as Written,
    intent: row.intent === null ? undefined : (JSON.parse(row.intent) as Intent),
    ...(row.added_at === null ? {} : { addedAt: row.added_at }),
    ...(row.locked === null ? {} : { locked: JSON.parse(row.locked) as readonly string[] }),
    ...(row.stash_updated_at === null ? {} : { source: 'stash' }),
    ...(row.pictures === null ? {} : { pictures: JSON.parse(row.pictures) as PictureRecords }),
    ...(row.others === null ? {} : { others: JSON.parse(row.others) as readonly OtherFile[] }),
  };
}
