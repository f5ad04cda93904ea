import { SyncError } from '../../core/model/errors.ts';

/** How to fix a failure of Plex: a refused token has its own advice; otherwise `fix`. */
export function plexFix(thrown: unknown, fix: string): string {
  return thrown instanceof SyncError && thrown.code === 'plex_unauthorized' ? TOKEN_FIX : fix;
}

const TOKEN_FIX =
  'Get a token of the server’s owner from Plex, and set plex_token; a proxy before Plex that wants a login of its own must let plexsync pass.';
