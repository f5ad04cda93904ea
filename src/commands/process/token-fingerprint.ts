import { createHmac } from 'node:crypto';
import type { PlexAccess } from '../../settings/access.ts';

/** Stands on disk for a token at an address: it cannot be reversed, and differs between data directories. */
export function fingerprintOf({ baseUrl, token }: PlexAccess, clientIdentifier: string): string {
  return createHmac('sha256', clientIdentifier).update(`${baseUrl}\n${token}`).digest('hex');
}
