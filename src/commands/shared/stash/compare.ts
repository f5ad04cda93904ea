import { isKnownOtherwise } from '../../../core/model/reconcile.ts';
import type { SceneEdit } from '../../../core/model/scene.ts';
import { contentHashOf } from '../../../core/model/stash-content.ts';
import { staysUndone } from '../../../core/model/undone.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import type { ReconcileStore } from '../../../queue/work/reconcile-store.ts';
import { openReconcileStore } from '../../../queue/work/reconcile-store.ts';
import type { StashClient } from '../../../stash/client.ts';
import type { ListedScene } from '../../../stash/lists.ts';
import type { Context } from '../context.ts';
import { keepHeapSmall } from '../heap-size.ts';
import { contentsOrTimes } from './contents.ts';
import { startWalk } from './stash-scenes.ts';

/**
 * Walks through Stash and enqueues the scenes whose content is known to have changed since they were written. What was
 * never written, or only by hand, is left: nobody asked for that.
 * @returns how many were enqueued.
 * @throws {SyncError | UsageError}
 */
export async function enqueueChanged(stash: StashClient, stores: Stores, context: Context): Promise<number> {
  const { now } = context;
  const store = openReconcileStore(stores);
  keepHeapSmall();
  const walk = await startWalk(stash, { kind: 'all' }, contentsOrTimes(stash, context));
  const saidAt = now();
  let count = 0;
  for await (const scenes of walk.pages()) {
    const changed = changedOf(scenes, store);
    count += changed.length;
    const edits = changed.map((sceneId): SceneEdit => ({ sceneId, bare: true, data: {} }));
    if (edits.length > 0) store.enqueue(edits, { priority: 'bulk', now: now(), saidAt });
  }
  return count;
}

function changedOf(scenes: readonly ListedScene[], store: ReconcileStore): readonly number[] {
  const ids = scenes.map(({ sceneId }) => sceneId);
  const [records, waiting, undone] = [store.records(ids), store.waiting(ids), store.undone(ids)];
  return scenes.flatMap(({ data, ...listing }) => {
    const { sceneId } = listing;
    const record = records.get(sceneId);
    if (data === undefined || record === undefined) return [];
    const contentHash = contentHashOf(data);
    const takenBack = undone.get(sceneId);
    if (takenBack !== undefined) return staysUndone(takenBack, contentHash) ? [] : [sceneId];
    if (waiting.has(sceneId)) return [];
    return isKnownOtherwise({ ...listing, contentHash }, record) ? [sceneId] : [];
  });
}
