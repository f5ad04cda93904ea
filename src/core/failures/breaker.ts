/** Five server faults in a row open the breaker. */
export const BREAKER_THRESHOLD = 5;
/** How long an open breaker blocks every request before one probe may go. */
export const BREAKER_OPEN_MS = 60_000;

/**
 * Whether the server may be called. Plain data, so that it outlives the process.
 * Only `open` has a time, only `closed` and `half_open` allow requests.
 */
export type Breaker =
  /** Fewer than `BREAKER_THRESHOLD` faults in a row so far. */
  | { readonly kind: 'closed'; readonly failures: number }
  /** No request until `openedAt + BREAKER_OPEN_MS`; `of` stands for the address that did not answer, and the token. */
  | { readonly kind: 'open'; readonly openedAt: number; readonly of?: string | undefined }
  /** The probe was answered: one job may try, and its end decides. */
  | { readonly kind: 'half_open' };

export const CLOSED: Breaker = { kind: 'closed', failures: 0 };

/** What a drain may do now: `go`, `probe` first, or stay away until `retryAt`. */
export type Admission =
  | { readonly kind: 'go' }
  | { readonly kind: 'probe' }
  | { readonly kind: 'wait'; readonly retryAt: number };

export function admission(breaker: Breaker, now: number): Admission {
  if (breaker.kind === 'closed') return { kind: 'go' };
  // A half-open row at the start of a drain was left by a process that died during its trial: probe again.
  if (breaker.kind === 'half_open') return { kind: 'probe' };
  const retryAt = breaker.openedAt + BREAKER_OPEN_MS;
  // A clock that was set back must not keep the breaker open for longer than `BREAKER_OPEN_MS`.
  return now >= retryAt || now < breaker.openedAt ? { kind: 'probe' } : { kind: 'wait', retryAt };
}

/** The breaker after the server answered well. An open one stays open: only a probe and a trial job close it. */
export function onSuccess(breaker: Breaker): Breaker {
  return breaker.kind === 'open' ? breaker : CLOSED;
}

/** The breaker after one more server fault; a fault during the half-open trial opens it again at once. */
export function onFailure(breaker: Breaker, now: number): Breaker {
  if (breaker.kind === 'open') return breaker;
  if (breaker.kind === 'half_open') return { kind: 'open', openedAt: now };
  const failures = breaker.failures + 1;
  return failures >= BREAKER_THRESHOLD ? { kind: 'open', openedAt: now } : { kind: 'closed', failures };
}

/** The breaker after a probe: an answer lets one job try, silence starts the wait again. */
export function onProbe(alive: 'alive' | 'silent', now: number): Breaker {
  return alive === 'alive' ? { kind: 'half_open' } : { kind: 'open', openedAt: now };
}
