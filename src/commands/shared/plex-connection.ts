import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { PlexClient, PlexClientOptions } from '../../plex/client.ts';
import { createPlexClient } from '../../plex/client.ts';
import { readClientIdentifier } from '../../queue/store/client-identifier.ts';
import { requirePlex } from '../../settings/access.ts';
import { homeFolder } from '../../settings/home-folder.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { Context } from './context.ts';

type Caller = Pick<Context, 'dataDir' | 'now' | 'version'>;

/**
 * A client for the configured Plex, for a command that reads without a data directory.
 * @throws {UsageError} when Plex is not configured.
 */
export function connectToPlex(loaded: LoadedSettings, context: Caller): PlexClient {
  return connectAs(readClientIdentifier(context.dataDir.path) ?? machineIdentifier(), loaded, context);
}

/** The same for a command that has the data directory open, and knows its client identifier. */
export function connectAs(
  clientIdentifier: string,
  loaded: LoadedSettings,
  { now, version, signal = new AbortController().signal }: PlexUser,
): PlexClient {
  return createPlexClient(plexOptions(loaded, { clientIdentifier, version, signal, now }));
}

/** `signal` aborts every request under way. */
type PlexUser = Pick<Context, 'now' | 'version'> & { readonly signal?: AbortSignal };

/** The client options from the settings and the caller. @throws {UsageError} when Plex is not configured. */
export function plexOptions(
  loaded: LoadedSettings,
  user: Pick<PlexClientOptions, 'clientIdentifier' | 'version' | 'signal' | 'now'>,
): PlexClientOptions {
  const { connect_timeout, read_timeout } = loaded.settings;
  return { ...requirePlex(loaded), ...user, connectTimeoutMs: connect_timeout, readTimeoutMs: read_timeout };
}

/**
 * Identifies this user on this machine, always the same, because Plex registers each new identifier as a device
 * (plex-api.md 1).
 */
export function machineIdentifier(): string {
  const digest = createHash('sha256')
    .update(`plexsync\n${hostname()}\n${homeFolder() ?? ''}`)
    .digest('hex');
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
