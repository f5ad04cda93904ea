import type { Pin } from '../../core/match/pin.ts';
import type { LeftAlone, OtherFile, Written } from '../../core/model/scene-record.ts';
import { writtenKeys } from '../../core/model/scene-record.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { prepareDeadLetters } from '../tables/dead-letters/dead-letters.ts';
import type { DeadLetter } from '../tables/dead-letters/letter.ts';
import { letterPathOf } from '../tables/dead-letters/letter.ts';
import { preparePins } from '../tables/pins.ts';
import type { SceneRow } from '../tables/scenes.ts';
import { readSceneRow } from '../tables/scenes.ts';
import { prepareServerState } from '../tables/server-state.ts';
import type { Undone } from '../tables/undone.ts';
import { prepareUndone } from '../tables/undone.ts';
import type { QueuedJob } from './job-list.ts';
import { readJobs } from './job-list.ts';

/** The Plex item of a scene, as of the last sync. */
export type KnownItem = {
  readonly ratingKey: string;
  readonly sectionKey: string;
  /** Absent when an older plexsync wrote it last. */
  readonly sectionTitle: string | undefined;
  /** The server's own id, for links; absent when no server is known. */
  readonly machineIdentifier: string | undefined;
  /** The file as Plex sees it; absent when the match was a guess. */
  readonly file: string | undefined;
  /** When it was last known to be right, epoch ms; absent while a first write may be unfinished. */
  readonly syncedAt: number | undefined;
  readonly written: Written;
  /** Whether anything of it was ever written or compared, and not only its file found. */
  readonly isCompared: boolean;
  /** What the last sync did not write although it differed. */
  readonly left: readonly LeftAlone[];
  /** The scene's other files, as they were last looked for. */
  readonly others: readonly OtherFile[];
};

/** Everything the data directory knows about a scene. */
export type SceneStatus = {
  /** The job under way and the one that waits, if any. */
  readonly jobs: readonly QueuedJob[];
  /** Newest first. */
  readonly letters: readonly DeadLetter[];
  /** The file as Stash saw it at the last sync. */
  readonly scenePath: string | undefined;
  readonly item: KnownItem | undefined;
  /** The scene that owns the item at this scene's path now, if another one was written to it since. */
  readonly itemTakenBy: number | undefined;
  /** Set where a person took its edits back. */
  /** `progress`: whether the undo has an edit of the scene that was begun and is not known to have landed. */
  readonly undone?: (Undone & { readonly progress: 'finished' | 'begun' }) | undefined;
  /** The item a person pinned the scene to. */
  readonly pin: Pin | undefined;
};

/**
 * What is known about a scene; `undefined` when nothing is. Asks no server.
 * @throws {StoreError}
 */
export function readSceneStatus(stores: Stores, sceneId: number, now: number): SceneStatus | undefined {
  const { queueDb: db, dlqDb, path } = stores;
  return inStore(storesName(path), () => {
    const jobs = [...readJobs(stores, { sceneIds: [sceneId] }, now)];
    const letters = prepareDeadLetters(dlqDb).list({ sceneId });
    const row = readSceneRow(db, sceneId);
    const pin = preparePins(db).of(sceneId);
    const undone = prepareUndone(db).of(sceneId);
    const isKnown = jobs.length > 0 || letters.length > 0 || [row, pin, undone].some((part) => part !== undefined);
    if (!isKnown) return undefined;
    const machineIdentifier = prepareServerState(db).binding()?.machineIdentifier;
    // When a scene's item went to another scene, or was forgotten with its server, only the path is left.
    const item = row === undefined || row.rating_key === '' ? undefined : toItem(db, row, machineIdentifier);
    const itemTakenBy = row === undefined || item !== undefined ? undefined : takerOf(db, row.scene_path, sceneId);
    const known = { jobs, letters, scenePath: row?.scene_path, item, itemTakenBy, pin };
    if (undone === undefined) return known;
    return { ...known, undone: { ...undone, progress: hasBegun(db, sceneId, undone) ? 'begun' : 'finished' } };
  });
}

function hasBegun(db: Stores['queueDb'], sceneId: number, { runId }: Undone): boolean {
  const begun = db.prepare<[number, number], unknown>(
    `SELECT 1 FROM journal WHERE scene_id = ? AND run_id = ? AND job_id = 0 AND state = 'open' LIMIT 1`,
  );
  return begun.get(sceneId, runId) !== undefined;
}

function hasEdit(db: Stores['queueDb'], { scene_id, rating_key }: SceneRow): boolean {
  const edit = db.prepare<[number, string], unknown>(
    'SELECT 1 FROM journal WHERE scene_id = ? AND rating_key = ? LIMIT 1',
  );
  return edit.get(scene_id, rating_key) !== undefined;
}

/** When a scene was last known to be right in Plex, epoch ms; `undefined` where it never was. @throws {StoreError} */
export function lastSyncOf({ queueDb: db, path }: Stores, sceneId: number): number | undefined {
  return inStore(storesName(path), () => readSceneRow(db, sceneId)?.written_at ?? undefined);
}

/** The path of a scene's file, as Stash sees it, from the newest source: a job, the last sync, a dead letter. */
export function knownPathOf({ jobs, letters, scenePath }: SceneStatus): string | undefined {
  const waiting = jobs.find((job) => job.path !== undefined)?.path;
  return waiting ?? scenePath ?? letters.map(letterPathOf).find((path) => path !== undefined);
}

function takerOf(db: Stores['queueDb'], scenePath: string, sceneId: number): number | undefined {
  const statement = db.prepare<[string, number], { scene_id: number }>(
    `SELECT scene_id FROM scenes WHERE scene_path = ? AND scene_id <> ? AND rating_key <> ''
      ORDER BY written_at DESC NULLS LAST LIMIT 1`,
  );
  return statement.get(scenePath, sceneId)?.scene_id;
}

function toItem(db: Stores['queueDb'], row: SceneRow, machineIdentifier: string | undefined): KnownItem {
  const written = JSON.parse(row.written) as Written;
  const left = row.left_alone === null ? [] : (JSON.parse(row.left_alone) as readonly LeftAlone[]);
  return {
    ratingKey: row.rating_key,
    sectionKey: row.section_key,
    sectionTitle: row.section_title ?? undefined,
    machineIdentifier,
    file: row.file ?? undefined,
    syncedAt: row.written_at ?? undefined,
    written,
    // What was undone is no longer ours, and was written all the same.
    isCompared: writtenKeys(written).length + left.length > 0 || hasEdit(db, row),
    left,
    others: row.others === null ? [] : (JSON.parse(row.others) as readonly OtherFile[]),
  };
}
