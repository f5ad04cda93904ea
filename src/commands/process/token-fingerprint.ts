import { createHmac } from 'node:crypto';
import type { PlexAccess } from '../../settings/access.ts';
import { stashAccess } from '../../settings/access.ts';
import type { LoadedSettings } from '../../settings/load.ts';

/** Stands on disk for a token at an address: it cannot be reversed, and differs between data directories. */
export function fingerprintOf(
  { baseUrl, token }: Pick<PlexAccess, 'baseUrl' | 'token'>,
  clientIdentifier: string,
): string {
  return createHmac('sha256', clientIdentifier).update(`${baseUrl}\n${token}`).digest('hex');
}

/** The same for Stash's address and key; `undefined` where no Stash is configured. @throws {UsageError} */
export function stashFingerprintOf(loaded: LoadedSettings, clientIdentifier: string): string | undefined {
  const access = stashAccess(loaded);
  return access && fingerprintOf({ baseUrl: access.baseUrl, token: access.apiKey ?? '' }, clientIdentifier);
}
