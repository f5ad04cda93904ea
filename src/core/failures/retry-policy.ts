import type { SyncError, SyncErrorCode } from '../model/errors.ts';
import type { FailureSettlement, Job } from '../model/job.ts';
import type { Charge } from './charge.ts';

/** What a failure means for its job. */
export type FailureClass = 'unavailable' | 'transient' | 'not_found' | 'permanent' | 'auth';

/** The value of `error_type` in a dead letter; users query it. What to do about each: `CURES` (cures.ts). */
export type ErrorType =
  | 'PlexServerDown'
  | 'PlexTemporaryError'
  | 'UnexpectedError'
  | 'PlexNotFound'
  | 'PlexPermanentError'
  | 'PlexRequestTooLong'
  | 'PlexPermissionDenied'
  | 'LowConfidenceMatch'
  | 'NoFilePath'
  | 'AttemptLost'
  | 'PictureUnusable'
  | 'PlexAuthError'
  | 'StashServerDown'
  | 'StashTemporaryError'
  | 'StashRequestRejected'
  | 'StashAuthError';

export type RetryRule = {
  readonly class: FailureClass;
  readonly errorType: ErrorType;
  /** Only faults of the server count, each for its own breaker: one bad item must not look like an outage. */
  readonly countsForBreaker: boolean;
};

/** The whole retry policy. */
export const RETRY_RULES: Readonly<Record<SyncErrorCode, RetryRule>> = {
  plex_unavailable: { class: 'unavailable', errorType: 'PlexServerDown', countsForBreaker: true },
  plex_busy: { class: 'transient', errorType: 'PlexTemporaryError', countsForBreaker: false },
  plex_error: { class: 'transient', errorType: 'PlexTemporaryError', countsForBreaker: true },
  plex_malformed: { class: 'transient', errorType: 'PlexTemporaryError', countsForBreaker: false },
  plex_unverified: { class: 'transient', errorType: 'PlexTemporaryError', countsForBreaker: false },
  unexpected: { class: 'transient', errorType: 'UnexpectedError', countsForBreaker: false },
  plex_not_found: { class: 'not_found', errorType: 'PlexNotFound', countsForBreaker: false },
  plex_rejected: { class: 'permanent', errorType: 'PlexPermanentError', countsForBreaker: false },
  plex_too_long: { class: 'permanent', errorType: 'PlexRequestTooLong', countsForBreaker: false },
  plex_forbidden: { class: 'permanent', errorType: 'PlexPermissionDenied', countsForBreaker: false },
  low_confidence: { class: 'permanent', errorType: 'LowConfidenceMatch', countsForBreaker: false },
  no_file_path: { class: 'permanent', errorType: 'NoFilePath', countsForBreaker: false },
  picture_unusable: { class: 'permanent', errorType: 'PictureUnusable', countsForBreaker: false },
  attempt_lost: { class: 'permanent', errorType: 'AttemptLost', countsForBreaker: false },
  plex_unauthorized: { class: 'auth', errorType: 'PlexAuthError', countsForBreaker: false },
  stash_unavailable: { class: 'unavailable', errorType: 'StashServerDown', countsForBreaker: true },
  stash_busy: { class: 'transient', errorType: 'StashTemporaryError', countsForBreaker: false },
  stash_error: { class: 'transient', errorType: 'StashTemporaryError', countsForBreaker: true },
  stash_malformed: { class: 'transient', errorType: 'StashTemporaryError', countsForBreaker: false },
  // A query is built from ids alone: if Stash rejects it for one job, it rejects it for all, so it spends no attempt.
  stash_rejected: { class: 'unavailable', errorType: 'StashRequestRejected', countsForBreaker: false },
  stash_unauthorized: { class: 'auth', errorType: 'StashAuthError', countsForBreaker: false },
};

const TRANSIENT_BASE_MS = 5_000;
const TRANSIENT_CAP_MS = 80_000;
const TRANSIENT_JITTER = 0.1;

/** How often a file is looked for again after the first look that found nothing. */
export const NOT_FOUND_TRIES = 12;
const NOT_FOUND_BASE_MS = 30_000;

/**
 * The waits after each look that found nothing: twelve, from 30 s doubling up to a cap, chosen so that they add up to
 * about `maxWaitMs` (two hours: a cap of 15 min). Beyond 34 h doubling alone is too short, and all waits are stretched.
 */
export function notFoundWaitsMs(maxWaitMs: number): readonly number[] {
  const doubling = Array.from({ length: NOT_FOUND_TRIES }, (_, index) => NOT_FOUND_BASE_MS * 2 ** index);
  const total = (waits: readonly number[]): number => waits.reduce((sum, wait) => sum + wait, 0);
  const all = total(doubling);
  if (maxWaitMs >= all) return doubling.map((wait) => Math.round((wait * maxWaitMs) / all));
  for (const [index, next] of doubling.entries()) {
    const before = doubling.slice(0, index);
    const cap = (maxWaitMs - total(before)) / (NOT_FOUND_TRIES - index);
    if (cap > next) continue;
    const rounded = cap > NOT_FOUND_BASE_MS ? Math.ceil(cap / NOT_FOUND_BASE_MS) * NOT_FOUND_BASE_MS : Math.round(cap);
    return [...before, ...Array.from({ length: NOT_FOUND_TRIES - index }, () => rounded)];
  }
  return doubling;
}

/**
 * The longest wait we set ourselves (a Retry-After is cut at a day): a job due later than that was scheduled by a wrong
 * clock.
 */
export function longestWaitMs(notFoundMaxWaitMs: number): number {
  return Math.max(RETRY_AFTER_CAP_MS, ...notFoundWaitsMs(notFoundMaxWaitMs)) + 3_600_000;
}

/** The longest time for which a Retry-After can delay a job. */
const RETRY_AFTER_CAP_MS = 24 * 3_600_000;

/** Ms to wait after transient failure number `failure` (from 1): 5 s doubling to 80 s, ±10 %. `random` is in [0, 1). */
export function backoffMs(failure: number, random: number): number {
  const doubled = TRANSIENT_BASE_MS * 2 ** Math.min(failure - 1, 30);
  return Math.round(Math.min(TRANSIENT_CAP_MS, doubled) * (1 - TRANSIENT_JITTER + 2 * TRANSIENT_JITTER * random));
}

/** The limits and the time that decide about a failure. */
export type RetryLimits = {
  readonly maxRetries: number;
  /** How long a job waits for Plex to find its file; `skip`: it is not waited for where no item has it. */
  readonly notFound: { readonly kind: 'wait' | 'skip'; readonly maxWaitMs: number };
  /** Who pays for a failure that may pass. */
  readonly charge: Charge;
  readonly now: number;
  readonly random: number;
};

/**
 * Decides what becomes of a job whose attempt failed. `maxRetries` 5 means six attempts in all. A wait that the server
 * asked for is used without jitter, up to a day.
 */
export function settlementFor(
  error: SyncError,
  { spent, waited }: Pick<Job, 'spent' | 'waited'>,
  limits: RetryLimits,
): FailureSettlement {
  const { now, charge } = limits;
  const askedMs = askedWaitMs(error);
  switch (RETRY_RULES[error.code].class) {
    case 'unavailable':
      return release(error, now);
    case 'transient': {
      const failures = spent.failures + 1;
      // A Retry-After of zero, or in the past, gets the usual wait.
      const waitMs = Math.max(askedMs ?? 0, backoffMs(failures + waited.times, limits.random));
      if (charge.kind === 'nothing')
        return { kind: 'wait', availableAt: now + waitMs, waitedMs: charge.waitedMs, error };
      if (charge.kind === 'overdue' || failures > limits.maxRetries) return { kind: 'dead', error };
      return { kind: 'retry', availableAt: now + waitMs, spends: 'failure', error };
    }
    case 'not_found': {
      // Only a complete look that found nothing says so; an answer of 404 may be a fault.
      if (limits.notFound.kind === 'skip' && error.request === undefined) return { kind: 'skip', error };
      const waitMs = notFoundWaitsMs(limits.notFound.maxWaitMs)[spent.misses];
      if (waitMs === undefined) return { kind: 'dead', error };
      return { kind: 'retry', availableAt: now + waitMs, spends: 'miss', error };
    }
    case 'permanent':
    case 'auth':
      return { kind: 'dead', error };
  }
}

/** Releases a job without spending an attempt, due when the server asked for, or at once. */
export function release(error: SyncError, now: number): Extract<FailureSettlement, { kind: 'release' }> {
  return { kind: 'release', availableAt: now + (askedWaitMs(error) ?? 0), error };
}

function askedWaitMs(error: SyncError): number | undefined {
  return error.retryAfterMs === undefined ? undefined : Math.min(error.retryAfterMs, RETRY_AFTER_CAP_MS);
}
