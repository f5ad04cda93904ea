import type { ErrorType } from '../../core/failures/retry-policy.ts';
import { RETRY_RULES } from '../../core/failures/retry-policy.ts';

/** What to do about dead letters of one type: their cause in one sentence, and the next command. */
export type Cure = { readonly advice: string; readonly command: string };

/** In a command, `LETTERS` stands for the options that select the letters. */
const CURES: Readonly<Record<ErrorType, Cure>> = {
  PlexNotFound: {
    advice:
      'No library has these files: if they were moved, or Plex sees the folder elsewhere, set path_map (match-test FILE shows how); if Plex has not scanned them, let it scan.',
    command: 'plexsync dlq retry LETTERS',
  },
  LowConfidenceMatch: {
    advice:
      'Plex has files of that name and none is proven to be the scene’s: match-test FILE shows which and why. Where only the folders differ, set path_map; else say which item it is with pin (dlq show has the line), enqueue the scene again with the size of its file ("size" in the JSON), or give the file a name of its own.',
    command: 'plexsync dlq list LETTERS',
  },
  NoFilePath: {
    advice:
      'Stash has no file of the scene, or no Stash was set to ask for one: see to it and try again, or enqueue the scene with --path and all that is to be written.',
    command: 'plexsync dlq retry LETTERS',
  },
  PlexAuthError: {
    advice: 'Plex refused the token: set a fresh one; these letters come back by themselves once it is accepted.',
    command: 'plexsync process',
  },
  PlexPermissionDenied: {
    advice: 'The token may not edit: use that of the server’s owner, then try again.',
    command: 'plexsync dlq retry LETTERS',
  },
  PlexTemporaryError: {
    advice: 'Plex answered with errors until the retries were spent: when it is well again, try again.',
    command: 'plexsync dlq retry LETTERS',
  },
  PlexServerDown: {
    advice: 'Plex could not be reached: when it answers again, try again.',
    command: 'plexsync dlq retry LETTERS',
  },
  StashServerDown: {
    advice: 'Stash could not be reached: when it answers again, try again.',
    command: 'plexsync dlq retry LETTERS',
  },
  StashTemporaryError: {
    advice: 'Stash answered with errors until the retries were spent: when it is well again, try again.',
    command: 'plexsync dlq retry LETTERS',
  },
  StashRequestRejected: {
    advice: 'Stash did not understand the question: check stash_url and the version of Stash, then try again.',
    command: 'plexsync dlq retry LETTERS',
  },
  StashAuthError: {
    advice: 'Stash refused the API key: set stash_api_key to the one in its Settings › Security, then try again.',
    command: 'plexsync dlq retry LETTERS',
  },
  PlexPermanentError: {
    advice: 'Plex refused the edit itself: read the message, correct the scene in Stash and enqueue it again.',
    command: 'plexsync dlq list LETTERS',
  },
  PlexRequestTooLong: {
    advice:
      'What the letter names is longer than Plex, or a proxy before it, takes in one request; the rest is written. Raise the proxy’s limit, lower max_performers or max_tags, or shorten the scene, then try again.',
    command: 'plexsync dlq retry LETTERS',
  },
  PictureUnusable: {
    advice:
      'The scene’s picture cannot be shown by Plex, and the message says why; its text is written. Give the scene another cover in Stash and enqueue it again, or give the picture with --poster.',
    command: 'plexsync dlq list LETTERS',
  },
  AttemptLost: {
    advice: 'The process died each time it worked on this scene alone: look for what killed it, then try one.',
    command: 'plexsync dlq list LETTERS',
  },
  UnexpectedError: {
    advice: 'This is a bug in plexsync: please report it with what dlq show prints.',
    command: 'plexsync dlq list LETTERS',
  },
};

/** Every value that `error_type` of a dead letter may have. */
export const ERROR_TYPES: readonly string[] = [
  ...new Set(Object.values(RETRY_RULES).map(({ errorType }) => errorType)),
];

/** What to do about letters of a type; `options` select them on a command line. */
export function cureFor(errorType: string, options: string): Cure {
  const cure: Cure = Object.hasOwn(CURES, errorType)
    ? CURES[errorType as ErrorType]
    : { advice: 'Another version of plexsync wrote these letters: read them.', command: 'plexsync dlq list LETTERS' };
  return { ...cure, command: cure.command.replace('LETTERS', () => options).trim() };
}
