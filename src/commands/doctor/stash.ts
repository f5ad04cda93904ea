import { SyncError } from '../../core/model/errors.ts';
import { stashAccess } from '../../settings/access.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { Context } from '../shared/context.ts';
import { connectToStash } from '../shared/stash/stash-connection.ts';
import type { Finding } from './finding.ts';
import { failure, failureOf, ok } from './finding.ts';

/** Whether Stash answers, its version, and whether it accepts our key. Empty without a Stash, which is optional. */
export async function checkStash(loaded: LoadedSettings, context: Context): Promise<readonly Finding[]> {
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
    ];
  } catch (thrown) {
    if (thrown instanceof SyncError && thrown.code === 'stash_unauthorized')
      return [ok('stash', `Stash answers ${at}`), failure('stash_key', thrown.message, KEY_FIX)];
    return [failureOf('stash', thrown, 'Check stash_url (it should look like http://stash:9999) and that Stash runs.')];
  }
}

const KEY_FIX = 'Set stash_api_key to the key that Stash shows under Settings › Security.';
