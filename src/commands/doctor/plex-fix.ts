import type { SyncErrorCode } from '../../core/model/errors.ts';
import { SyncError } from '../../core/model/errors.ts';

/** How to fix a failure of Plex: a token that is refused, or not allowed, has its own advice; otherwise `fix`. */
export function plexFix(thrown: unknown, fix: string): string {
  const isTokens = thrown instanceof SyncError && TOKENS_FAULT.has(thrown.code);
  return isTokens ? TOKEN_FIX : fix;
}

const TOKENS_FAULT: ReadonlySet<SyncErrorCode> = new Set(['plex_unauthorized', 'plex_forbidden']);

const TOKEN_FIX =
  'Get a token of the server’s owner from Plex, and set plex_token; a proxy before Plex that wants a login of its own must let plexsync pass.';
