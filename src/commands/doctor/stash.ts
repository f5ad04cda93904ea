import { SyncError } from '../../core/model/errors.ts';
import { openReconcileStore } from '../../queue/work/reconcile-store.ts';
import { stashAccess } from '../../settings/access.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { StashClient } from '../../stash/client.ts';
import type { Context } from '../shared/context.ts';
import { neverSyncedWords } from '../shared/never-synced-words.ts';
import { connectToStash } from '../shared/stash/stash-connection.ts';
import type { KnownScenes } from '../shared/stash/unsynced.ts';
import { findUnsynced } from '../shared/stash/unsynced.ts';
import type { Finding } from './finding.ts';
import { failure, failureOf, ok, skipped, warning } from './finding.ts';
import type { ExaminedStores } from './local.ts';

/**
 * Whether Stash answers, its version, whether it accepts our key, and what of it was never synced. Empty without a
 * Stash, which is optional.
 */
export async function checkStash(
  { loaded, stores }: { readonly loaded: LoadedSettings; readonly stores: ExaminedStores },
  context: Context,
): Promise<readonly Finding[]> {
  const at = `at ${loaded.settings.stash_url}`;
  try {
    const stash = connectToStash(loaded, context);
    if (stash === undefined) return [];
    const { version = 'of unknown version', relatedFilters } = await stash.version();
    const better =
      relatedFilters.length > 0
        ? undefined
        : 'From v0.27 on it could also tell of renamed tags, performers and studios.';
    const hasKey = stashAccess(loaded)?.apiKey !== undefined;
    return [
      ok('stash', `Stash ${version} answers ${at}`, better),
      ok('stash_key', hasKey ? 'Stash accepts the API key' : 'Stash asks for no API key'),
      await checkNeverSynced(stash, stores),
    ];
  } catch (thrown) {
    if (thrown instanceof SyncError && thrown.code === 'stash_unauthorized')
      return [ok('stash', `Stash answers ${at}`), failure('stash_key', thrown.message, KEY_FIX)];
    return [failureOf('stash', thrown, 'Check stash_url (it should look like http://stash:9999) and that Stash runs.')];
  }
}

/** Nothing was put into the queue yet. */
const NOTHING_KNOWN: KnownScenes = {
  records: () => new Map(),
  waiting: () => new Set(),
  underWay: () => new Set(),
  lettered: () => new Set(),
  undone: () => new Map(),
  idsBetween: () => [],
};

async function checkNeverSynced(stash: StashClient, { state, value: stores }: ExaminedStores): Promise<Finding> {
  const check = 'never_synced';
  if (state === 'unreadable') return skipped(check, 'no database tells what was synced');
  try {
    const { ids, filed, doubt } = await findUnsynced(
      stash,
      stores === undefined ? NOTHING_KNOWN : openReconcileStore(stores),
    );
    if (doubt !== undefined) return failureOf(check, doubt, 'Check stash_url.');
    const counted = { count: ids.length, filed };
    if (ids.length === 0)
      return ok(check, `${filed.toLocaleString('en')} scenes of Stash have a file, and none is left`);
    const command = stores === undefined ? 'plexsync enqueue --all' : 'plexsync reconcile';
    return warning(check, neverSyncedWords(counted), { fix: `To enqueue them: ${command}`, command });
  } catch (thrown) {
    return failureOf(check, thrown, 'Run plexsync doctor again when Stash answers.');
  }
}

const KEY_FIX = 'Set stash_api_key to the key that Stash shows under Settings › Security.';
