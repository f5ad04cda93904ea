import { stashAccess } from '../access.ts';
import type { LoadedSettings } from '../config.ts';
import type { StashClient } from '../stash/client.ts';
import { createStashClient } from '../stash/client.ts';
import type { Context } from './context.ts';

/**
 * Stash as the settings name it, for a command that looks and works without a data directory; `undefined` when they
 * name none.
 * @throws {UsageError} when the key cannot be read.
 */
export function connectToStash(loaded: LoadedSettings, { now }: Pick<Context, 'now'>): StashClient | undefined {
  const access = stashAccess(loaded);
  if (access === undefined) return undefined;
  return createStashClient({
    ...access,
    connectTimeoutMs: loaded.settings.connect_timeout,
    readTimeoutMs: loaded.settings.read_timeout,
    signal: new AbortController().signal,
    now,
  });
}
