import type { Sentence } from '../text/sentence.ts';
import { foreign, listed, plainText } from '../text/sentence.ts';
import type { RequestKind } from './request-kind.ts';

/**
 * Every known way in which a job, or a request made for jobs, fails. A new code does not compile until `RETRY_RULES`
 * (retry-policy.ts) has a rule for it.
 */
export type SyncErrorCode =
  /** Plex does not answer, and its `/identity` is silent too. */
  | 'plex_unavailable'
  /** Plex, or a proxy in front of it, asks us to wait (429). */
  | 'plex_busy'
  /** Plex is alive and answered 5xx, or dropped this one request. */
  | 'plex_error'
  /** A 2xx whose body does not look like Plex. */
  | 'plex_malformed'
  /** A field still had its old value after an accepted write. */
  | 'plex_unverified'
  /** 404 for a known item, or a complete look that found no item with the file. */
  | 'plex_not_found'
  /** 400 and every other 4xx without a code of its own. */
  | 'plex_rejected'
  /** 413, 414 or 431. When it ends a job, one part alone was too long and nothing in it can be shortened. */
  | 'plex_too_long'
  /** 403: the token is valid but may not edit. */
  | 'plex_forbidden'
  /** 401, and 498 for an expired token. */
  | 'plex_unauthorized'
  /** Stash does not answer, a proxy says that it is away, or it waits for its set-up. */
  | 'stash_unavailable'
  /** Stash, or a proxy in front of it, asks us to wait (429). */
  | 'stash_busy'
  /** Stash is alive and answered 5xx, or failed while it ran the query. */
  | 'stash_error'
  /** A 2xx whose body does not look like Stash, or a scene with impossible values. */
  | 'stash_malformed'
  /** 400, 422 and every other 4xx: this server does not accept the query, or the address is wrong. */
  | 'stash_rejected'
  /** 401, 403, or a redirect to the login page. */
  | 'stash_unauthorized'
  /** What is named as a scene's picture cannot be one in Plex: a page, a drawing, cut off, too large, from elsewhere. */
  | 'picture_unusable'
  /** Candidates, but no proof which one is the scene's file. */
  | 'low_confidence'
  /** Neither the job nor an earlier sync knows the scene's file. */
  | 'no_file_path'
  /** The process died `max_retries` times while this job ran alone. */
  | 'attempt_lost'
  /** An unforeseen exception: a bug of ours, kept with its stack. */
  | 'unexpected';

/** An item that may be the scene's, offered to a person. */
export type ItemChoice = {
  readonly ratingKey: string;
  readonly title: string;
  readonly library: string;
  readonly file: string;
};

/**
 * A known failure: a code from a closed union and a sentence for a person; never a secret or a library's error object.
 */
export class SyncError extends Error {
  readonly code: SyncErrorCode;
  /** The message, with what is personal in it still told apart. */
  readonly said: Sentence;
  /** How long the server asked us to wait, in ms; absent when it did not say. */
  readonly retryAfterMs: number | undefined;
  /** For `low_confidence`: the items that may be meant, likeliest first. */
  readonly choices: readonly ItemChoice[];
  /** For an edit that was written in part: the scene's keys that were not. Empty when nothing was written. */
  readonly refusedKeys: readonly string[];
  /** The request that failed; absent when none did. */
  readonly request: RequestKind | undefined;

  constructor(
    code: SyncErrorCode,
    said: Sentence,
    options: {
      retryAfterMs?: number | undefined;
      choices?: readonly ItemChoice[];
      refusedKeys?: readonly string[];
      request?: RequestKind | undefined;
    } = {},
  ) {
    super(plainText(said));
    this.name = 'SyncError';
    this.code = code;
    this.said = said;
    this.retryAfterMs = options.retryAfterMs;
    this.choices = options.choices ?? [];
    this.refusedKeys = options.refusedKeys ?? [];
    this.request = options.request;
  }
}

/** A person typed or configured something that cannot work: printed without a stack, with the way out. Exit code 2. */
export class UsageError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'UsageError';
    this.hint = hint;
  }
}

/**
 * `locked`: another program holds it at the moment; the store itself is sound. `half_done`: one of the two databases was
 * replaced, and the other was not. `damaged`: what is in a file is no sound database, and only another file in its place
 * helps.
 */
export type StoreErrorKind = 'unusable' | 'damaged' | 'locked' | 'half_done';

/**
 * The data store cannot be used (damaged, foreign, full, read-only, newer schema). Exit code 6.
 * A class of its own beside `SyncError`, because it belongs to no job and no retry can cure it.
 */
export class StoreError extends Error {
  readonly hint: string;
  readonly kind: StoreErrorKind;

  constructor(message: string, hint: string, kind: StoreErrorKind = 'unusable') {
    super(message);
    this.name = 'StoreError';
    this.hint = hint;
    this.kind = kind;
  }
}

/** Marks a switch as exhaustive: a new case that is not handled does not compile. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

/** What a thrown value says. A `SyncError` keeps its parts; the message of any other error counts as foreign text. */
export function saidBy(thrown: unknown): Sentence {
  if (thrown instanceof SyncError) return thrown.said;
  return listed([foreign(thrown instanceof Error ? thrown.message : String(thrown))]);
}

/** Converts any thrown value to a `SyncError`; an unforeseen one becomes `unexpected` and keeps its stack. */
export function asSyncError(error: unknown): SyncError {
  if (error instanceof SyncError) return error;
  const unexpected = new SyncError('unexpected', saidBy(error));
  if (error instanceof Error && error.stack !== undefined) unexpected.stack = error.stack;
  return unexpected;
}
