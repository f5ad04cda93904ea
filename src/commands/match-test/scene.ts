import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SceneFile } from '../../core/match/evidence.ts';
import type { Pin } from '../../core/match/pin.ts';
import { UsageError } from '../../core/model/errors.ts';
import { durationMsOf } from '../../core/model/file-facts.ts';
import type { SceneData } from '../../core/model/scene.ts';
import { QUEUE_SCHEMA } from '../../queue/store/migrations.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import { letterFileOf } from '../../queue/tables/dead-letters/letter.ts';
import type { KnownItem, SceneStatus } from '../../queue/views/scene-status.ts';
import { readSceneStatus } from '../../queue/views/scene-status.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { Context } from '../shared/context.ts';
import { connectToStash } from '../shared/stash/stash-connection.ts';

/** A scene that was selected by its id. */
export type AskedScene = {
  readonly sceneId: number;
  /** Which source knows its file. */
  readonly from: 'stash' | 'data_dir';
  /** The primary one first; none for a scene without a file. */
  readonly files: readonly SceneFile[];
  /** The item it was last written to, if any. */
  readonly item: KnownItem | undefined;
  /** The item a person pinned it to, if any. */
  readonly pin: Pin | undefined;
};

/**
 * A scene's file as Stash has it now; without a Stash, or if Stash has no such scene, as the data directory knows it.
 * @throws {UsageError} for an unknown scene. @throws {SyncError | StoreError}
 */
export async function readAskedScene(sceneId: number, loaded: LoadedSettings, context: Context): Promise<AskedScene> {
  const stashed = await lookInStash(sceneId, loaded, context);
  const status = lookInDataDir(sceneId, context);
  const { item, pin } = status ?? { item: undefined, pin: undefined };
  if (stashed !== undefined) return { sceneId, from: 'stash', files: filesIn(stashed), item, pin };
  if (status !== undefined) return { sceneId, from: 'data_dir', files: newestFiles(status), item, pin };
  const [where, hint] =
    loaded.settings.stash_url === undefined
      ? ['', `Set stash_url so that Stash can be asked, or give FILE without --scene.`]
      : [' in Stash, nor', 'Check the id, or give FILE without --scene.'];
  throw new UsageError(`Scene ${sceneId} is not known${where} in ${context.dataDir.path}.`, hint);
}

async function lookInStash(sceneId: number, loaded: LoadedSettings, context: Context): Promise<SceneData | undefined> {
  const look = (await connectToStash(loaded, context)?.scenes([sceneId]))?.get(sceneId);
  if (look?.kind === 'failed') throw look.error;
  return look?.kind === 'found' ? look.scene.data : undefined;
}

/** A match can be tested without a data directory, and this does not create one. */
function lookInDataDir(sceneId: number, { dataDir, now }: Context): SceneStatus | undefined {
  if (!existsSync(join(dataDir.path, QUEUE_SCHEMA.fileName))) return undefined;
  const stores = openStoresToRead(dataDir);
  try {
    return readSceneStatus(stores, sceneId, now());
  } finally {
    stores.close();
  }
}

/**
 * The path from the newest source (a job, the last sync, a dead letter), with the known facts about a file at that
 * path.
 */
function newestFiles({ jobs, letters, scenePath, item }: SceneStatus): readonly SceneFile[] {
  const told = [...jobs.flatMap(({ data }) => filesIn(data)), ...letters.map(letterFileOf)].filter(
    (file) => file !== undefined,
  );
  const job = jobs.find(({ path }) => path !== undefined);
  const path = job?.path ?? scenePath ?? told[0]?.path;
  if (path === undefined) return [];
  const first = told.find((file) => file.path === path) ?? { path };
  const others = job === undefined ? (item?.others ?? []) : filesIn(job.data);
  return [first, ...others.filter((other) => other.path !== path).map((other) => ({ ...other, path: other.path }))];
}

function filesIn({ path, size, duration, files = [] }: SceneData): readonly SceneFile[] {
  if (path === undefined) return [];
  const others = files.filter((file) => file.path !== path);
  return [{ path, size, duration }, ...others].map((file) => ({
    path: file.path,
    size: file.size,
    durationMs: durationMsOf(file.duration),
  }));
}
