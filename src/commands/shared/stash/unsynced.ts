import { doubtOfFew } from '../../../core/drain/servers/stash-identity.ts';
import type { UsageError } from '../../../core/model/errors.ts';
import { isRecognised, judgeScene } from '../../../core/model/reconcile.ts';
import type { ReconcileStore } from '../../../queue/work/reconcile-store.ts';
import type { StashClient } from '../../../stash/client.ts';
import type { ListedScene } from '../../../stash/lists.ts';
import { startWalk } from './stash-scenes.ts';

/** The scenes of Stash that were never synced, and for which nothing waits. */
export type Unsynced = {
  readonly ids: readonly number[];
  /** Scenes of Stash that have a file. */
  readonly filed: number;
  /** Why this Stash is not believed, if so. */
  readonly doubt: UsageError | undefined;
};

/** What is known of scenes; nothing where nothing was ever put into the queue. */
export type KnownScenes = Pick<
  ReconcileStore,
  'records' | 'waiting' | 'underWay' | 'lettered' | 'undone' | 'idsBetween'
>;

/** Ids, times and paths alone are small. */
const PER_PAGE = 1_000;

/**
 * Walks through Stash and counts what reconcile would find never synced, by ids alone: a request for 1,000 scenes, and
 * nothing is asked of Plex. @throws {SyncError}
 */
export async function findUnsynced(stash: StashClient, known: KnownScenes): Promise<Unsynced> {
  const { pageAfter } = stash;
  const walk = await startWalk(stash, { kind: 'all' }, { pageAfter, perPage: PER_PAGE });
  const ids: number[] = [];
  let [filed, present] = [0, 0];
  for await (const scenes of walk.pages()) {
    filed += scenes.filter(({ paths }) => paths.length > 0).length;
    const judged = judgePage(scenes, known);
    ids.push(...judged.unsynced);
    present += judged.present;
  }
  const records = known.idsBetween(0, undefined).length;
  return { ids, filed, doubt: doubtOfFew({ known: records, present }) };
}

function judgePage(scenes: readonly ListedScene[], known: KnownScenes) {
  const ids = scenes.map(({ sceneId }) => sceneId);
  const [records, waiting, underWay, lettered, undone] = [
    known.records(ids),
    known.waiting(ids),
    known.underWay(ids),
    known.lettered(ids),
    known.undone(ids),
  ];
  const unsynced = scenes.filter((scene) => {
    const kind = judgeScene(scene, {
      record: records.get(scene.sceneId),
      undone: undone.get(scene.sceneId),
      job: waiting.has(scene.sceneId) ? 'waits' : underWay.has(scene.sceneId) ? 'under_way' : 'none',
      letter: lettered.has(scene.sceneId) ? 'open' : 'none',
      item: 'unknown',
      ifUnknown: 'in_step',
    });
    return kind === 'never_synced';
  });
  const present = scenes.filter((scene) => {
    const record = records.get(scene.sceneId);
    return record !== undefined && isRecognised(scene, record);
  });
  return { unsynced: unsynced.map(({ sceneId }) => sceneId), present: present.length };
}
