import { SyncError, UsageError } from '../../core/model/errors.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { Context } from './context.ts';
import { connectToPlex } from './plex-connection.ts';
import { connectToStash } from './stash/stash-connection.ts';

/** Asks whether a server answers at an address, whatever certificate it shows; no token and no key is sent. */
export type Probe = (url: string) => Promise<boolean>;

/** Whether it is Stash; one with a password says so by asking for its key. */
export function stashProbe(loaded: LoadedSettings, context: Context): Probe {
  const keyless = { stash_api_key: undefined, stash_api_key_file: undefined, stash_insecure: true };
  return async (url) => {
    const settings = { ...loaded.settings, ...keyless, stash_url: url };
    try {
      await connectToStash({ ...loaded, settings }, context)?.version();
      return true;
    } catch (thrown) {
      if (thrown instanceof SyncError) return thrown.code === 'stash_unauthorized';
      if (thrown instanceof UsageError) return false;
      throw thrown;
    }
  };
}

/** Whether it is Plex, which tells its identity without a token. */
export function plexProbe(loaded: LoadedSettings, context: Context): Probe {
  return async (url) => {
    const settings = { ...loaded.settings, plex_url: url, plex_insecure: true };
    try {
      await connectToPlex({ ...loaded, settings }, context).identity();
      return true;
    } catch (thrown) {
      if (thrown instanceof SyncError || thrown instanceof UsageError) return false;
      throw thrown;
    }
  };
}

/** Where a server was found that did not answer as it was asked: the same address by http or https, or untrusted. */
export type Found = { readonly kind: 'elsewhere'; readonly url: string } | { readonly kind: 'untrusted' } | undefined;

/**
 * Looks for the server behind an address that has failed: by https instead of http and the other way round, and without
 * a check of its certificate where that may be the reason.
 */
export async function lookAround(
  url: string,
  { failure, probe }: { readonly failure: UsageError | SyncError; readonly probe: Probe },
): Promise<Found> {
  const isSecure = /^https:/i.test(url);
  if (isSecure && failure instanceof UsageError && (await probe(url))) return { kind: 'untrusted' };
  const other = isSecure ? url.replace(/^https:/i, 'http:') : url.replace(/^http:/i, 'https:');
  return (await probe(other)) ? { kind: 'elsewhere', url: other } : undefined;
}
