import { createHash } from 'node:crypto';
import { homedir, hostname } from 'node:os';
import type { PlexClient, PlexClientOptions } from '../plex/client.ts';
import { createPlexClient } from '../plex/client.ts';
import { readClientIdentifier } from '../queue/client-identifier.ts';
import { requirePlex } from '../settings/access.ts';
import type { LoadedSettings } from '../settings/load.ts';
import type { Context } from './context.ts';

/**
 * Plex as the settings name it, for a command that looks and works without a data directory.
 * @throws {UsageError} when Plex is not configured.
 */
export function connectToPlex(loaded: LoadedSettings, { dataDir, now, version }: Context): PlexClient {
  return createPlexClient(
    plexOptions(loaded, {
      clientIdentifier: readClientIdentifier(dataDir.path) ?? machineIdentifier(),
      version,
      signal: new AbortController().signal,
      now,
    }),
  );
}

/** What the client of Plex is told by the settings, and by whoever uses it. @throws {UsageError} when Plex is not configured. */
export function plexOptions(
  loaded: LoadedSettings,
  user: Pick<PlexClientOptions, 'clientIdentifier' | 'version' | 'signal' | 'now'>,
): PlexClientOptions {
  const { connect_timeout, read_timeout } = loaded.settings;
  return { ...requirePlex(loaded), ...user, connectTimeoutMs: connect_timeout, readTimeoutMs: read_timeout };
}

/** The same for each run of one user on one machine, since Plex registers every unseen one as a device (plex-api.md 1). */
function machineIdentifier(): string {
  const digest = createHash('sha256').update(`plexsync\n${hostname()}\n${homedir()}`).digest('hex');
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
