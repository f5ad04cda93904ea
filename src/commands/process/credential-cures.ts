import type { DrainEnd } from '../../core/drain/drain.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import { ours, say } from '../../core/text/sentence.ts';
import { localTime } from '../../terminal/time.ts';

type PlexRefusal = Extract<DrainEnd, { readonly kind: 'unauthorized' | 'forbidden' }>;

/** Why Plex does not take the token; where it was not asked, also when it refused and when it is asked again. */
export function refusalWords({ message, refused }: PlexRefusal): Sentence {
  if (refused === undefined) return message;
  const [at, again] = [localTime(refused.at), localTime(refused.askedAgainAt)];
  return say`${message} (refused at ${ours(at)}; asked again from ${ours(again)} on, or after plexsync resume)`;
}

/** What to do about a refused credential. */
export const CREDENTIAL_CURES = {
  unauthorized: 'Get a fresh token, set PLEX_TOKEN (or plex_token)',
  forbidden: "Use the token of the server's owner",
  stash_unauthorized: 'Set stash_api_key (STASH_API_KEY)',
} as const;
