import { UsageError } from '../../../core/model/errors.ts';
import { stashAccess } from '../../../settings/access.ts';
import type { LoadedSettings } from '../../../settings/load.ts';
import type { StashClient } from '../../../stash/client.ts';
import { createStashClient } from '../../../stash/client.ts';
import type { Context } from '../context.ts';

export type StashPlace = Pick<Context, 'now'> & {
  /** Aborts every request under way. */
  readonly signal?: AbortSignal | undefined;
  /** What an earlier run learned about the server, as stored. */
  readonly known?: unknown;
};

/**
 * A client for the configured Stash, for a command that reads without a data directory; `undefined` when none is
 * configured.
 * @throws {UsageError} when the key cannot be read.
 */
export function connectToStash(loaded: LoadedSettings, place: StashPlace): StashClient | undefined {
  const access = stashAccess(loaded);
  if (access === undefined) return undefined;
  return createStashClient({
    ...access,
    connectTimeoutMs: loaded.settings.connect_timeout,
    readTimeoutMs: loaded.settings.read_timeout,
    signal: place.signal ?? new AbortController().signal,
    known: place.known,
    now: place.now,
  });
}

/** @throws {UsageError} when no Stash is configured. */
export function requireStash(loaded: LoadedSettings, place: StashPlace): StashClient {
  const stash = connectToStash(loaded, place);
  if (stash !== undefined) return stash;
  throw new UsageError(
    'The address of Stash is not set.',
    'Give --stash-url, set STASH_URL, or write it into config.json: plexsync config set stash_url URL.',
  );
}
