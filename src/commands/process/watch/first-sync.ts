import type { UsageError } from '../../../core/model/errors.ts';
import { saidBy } from '../../../core/model/errors.ts';
import { ours, say } from '../../../core/text/sentence.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import type { ReconcileStore } from '../../../queue/work/reconcile-store.ts';
import { openReconcileStore } from '../../../queue/work/reconcile-store.ts';
import type { LoadedSettings } from '../../../settings/load.ts';
import type { StashClient } from '../../../stash/client.ts';
import { neverSyncedWords } from '../../shared/never-synced-words.ts';
import { PER_PAGE } from '../../shared/stash/stash-scenes.ts';
import type { Unsynced } from '../../shared/stash/unsynced.ts';
import { findUnsynced } from '../../shared/stash/unsynced.ts';
import type { FirstSyncContext } from './first-sync-context.ts';
import { previewFirstSync } from './first-sync-preview.ts';

type Place = {
  readonly stash: StashClient;
  readonly stores: Stores;
  readonly loaded: LoadedSettings;
  /** `allowed`: also a Stash is believed that has less than half of what was written from it. */
  readonly removals: 'counted' | 'allowed';
};

/**
 * Sees once to the scenes that were never synced, as `first_sync` says: counts them, shows what would come, or puts
 * them into the queue. Each call tries until one has succeeded; that may throw a `SyncError`, or a `UsageError` where
 * they were to be enqueued and this Stash is not believed.
 */
export function createFirstSync(place: Place, context: FirstSyncContext): () => Promise<void> {
  const { stash, stores } = place;
  const store = openReconcileStore(stores);
  let isDone = false;
  let doubted: { readonly total: number; readonly error: UsageError } | undefined;
  return async () => {
    if (isDone) return;
    const { total } = await stash.presence([]);
    // A walk for each look would be too much to ask, as long as Stash is as it was.
    if (doubted?.total === total) throw doubted.error;
    // Where Stash has no more scenes than were written, nothing is left; one with other scenes is doubted elsewhere.
    const isLeft = total > store.idsBetween(0, undefined).length;
    const error = isLeft ? await seeTo(store, place, context) : undefined;
    doubted = error && { total, error };
    if (error !== undefined) throw error;
    isDone = true;
  };
}

/** @returns why this Stash is not believed, where that keeps scenes from being enqueued. */
async function seeTo(store: ReconcileStore, place: Place, context: FirstSyncContext): Promise<UsageError | undefined> {
  const { stash, loaded, removals } = place;
  const { output, now } = context;
  const mode = loaded.settings.first_sync;
  const found = await findUnsynced(stash, store);
  const doubt = removals === 'counted' ? found.doubt : undefined;
  if (doubt !== undefined) {
    if (mode === 'all') return doubt;
    output.log('warning', say`[PlexSync] ${saidBy(doubt)}`);
    return undefined;
  }
  const count = found.ids.length;
  const counted = { count, filed: found.filed, at: now() };
  store.noteNeverSynced(counted);
  if (count === 0) return undefined;
  const words = ours(neverSyncedWords(counted));
  if (mode === 'all') {
    const enqueued = enqueueAll(found, store, now);
    store.noteNeverSynced({ ...counted, count: 0 });
    output.log('info', say`[PlexSync Hook] ${words}: first_sync is all, ${enqueued} sync jobs enqueued`);
    return undefined;
  }
  output.log('info', say`[PlexSync] ${words}: plexsync reconcile`);
  if (mode === 'dry') await previewFirstSync(found.ids, { ...place, store }, context);
  return undefined;
}

function enqueueAll({ ids }: Unsynced, store: ReconcileStore, now: () => number): number {
  const saidAt = now();
  let enqueued = 0;
  for (let start = 0; start < ids.length; start += PER_PAGE) {
    const edits = ids.slice(start, start + PER_PAGE).map((sceneId) => ({ sceneId, bare: true, data: {} }));
    enqueued += store.enqueue(edits, { priority: 'bulk', now: now(), saidAt }).length;
  }
  return enqueued;
}
