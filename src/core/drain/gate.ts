import type { Breaker } from '../breaker.ts';
import { BREAKER_OPEN_MS, BREAKER_THRESHOLD, onFailure, onSuccess } from '../breaker.ts';
import { asSyncError, SyncError } from '../errors.ts';
import type { DrainDeps } from '../ports.ts';
import { RETRY_RULES } from '../retry.ts';

/** Why a drain asks Plex nothing more: the first reason wins and stays. */
export type Halt =
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  /** Plex refused the token. */
  | { readonly kind: 'unauthorized'; readonly message: string }
  /** The token is valid and may not edit. */
  | { readonly kind: 'forbidden'; readonly message: string }
  /** `--max-time` has passed. */
  | { readonly kind: 'time_up' }
  /** Plex is down; no request before `retryAt`. */
  | { readonly kind: 'breaker_open'; readonly retryAt: number; readonly message: string }
  /** What fails is not the jobs but how we are configured. */
  | { readonly kind: 'misconfigured'; readonly message: string; readonly hint: string };

/** The one place that knows whether Plex may be asked now, and that tells an outage from one bad request. */
export type Gate = {
  halted(): Halt | undefined;
  halt(halt: Halt): void;
  /**
   * Sends a request. What looks like an outage is followed by one probe of `/identity`: silence confirms it, an answer
   * makes it a fault of this very request, so that one poisoned item cannot circle for ever.
   * @throws {SyncError}
   */
  ask<T>(request: () => Promise<T>): Promise<T>;
  /** Counts the end of a job, or of a request that belongs to none: `undefined` is a success. */
  count(error: SyncError | undefined): void;
  /** Notes that Plex answered one request well: faults before it are no longer in a row. */
  answered(): void;
  /** The last sign of an outage in this drain, for the summary. */
  outage(): SyncError | undefined;
  /** While the breaker is half open one job alone may try. */
  batchLimit(most: number): number;
};

export function createGate(deps: DrainDeps, deadlineAt: number | undefined): Gate {
  const { queue, plex, now, emit } = deps;
  let halt: Halt | undefined;
  let outage: SyncError | undefined;

  // Each save is a write to disk: a success while all is well changes nothing.
  const save = (before: Breaker, after: Breaker): void => {
    const isSame =
      before.kind === after.kind &&
      (before.kind !== 'closed' || after.kind !== 'closed' || before.failures === after.failures);
    if (!isSame) queue.saveBreaker(after);
  };

  const count = (error: SyncError | undefined): void => {
    const before = queue.breaker();
    const isFault = error !== undefined && RETRY_RULES[error.code].countsForBreaker;
    if (error?.code === 'plex_unavailable') outage = error;
    const after = isFault ? onFailure(before, now()) : onSuccess();
    save(before, after);
    if (before.kind !== 'closed' && after.kind === 'closed') emit({ kind: 'breaker_closed' });
    if (isFault && after.kind === 'open') {
      const message = error.message;
      if (before.kind !== 'open') emit({ kind: 'breaker_opened', failures: BREAKER_THRESHOLD, message });
      halt ??= { kind: 'breaker_open', retryAt: after.openedAt + BREAKER_OPEN_MS, message };
    }
  };

  return {
    halted: () => {
      const signal = deps.stopRequested();
      if (signal !== undefined) halt ??= { kind: 'signal', signal };
      if (deadlineAt !== undefined && now() >= deadlineAt) halt ??= { kind: 'time_up' };
      return halt;
    },
    halt: (reason) => {
      halt ??= reason;
    },
    ask: async (request) => {
      try {
        return await request();
      } catch (thrown) {
        if (!(thrown instanceof SyncError) || thrown.code !== 'plex_unavailable') throw thrown;
        // A stop aborts requests on purpose: that is no sign of anything.
        if (deps.stopRequested() !== undefined) throw thrown;
        throw (await answersProbe(plex)) ? asRequestFault(thrown) : thrown;
      }
    },
    count,
    answered: () => {
      const before = queue.breaker();
      if (before.kind === 'closed') save(before, onSuccess());
    },
    outage: () => outage,
    batchLimit: (most) => (queue.breaker().kind === 'half_open' ? 1 : most),
  };
}

/** Whether Plex answers its health check; any failure counts as silence, a maintenance answer among them. */
export async function answersProbe(plex: DrainDeps['plex']): Promise<boolean> {
  try {
    await plex.identity();
    return true;
  } catch (thrown) {
    if (asSyncError(thrown).code === 'unexpected') throw thrown;
    return false;
  }
}

function asRequestFault(error: SyncError): SyncError {
  return new SyncError('plex_error', `${error.message}, though Plex is up`, { retryAfterMs: error.retryAfterMs });
}
