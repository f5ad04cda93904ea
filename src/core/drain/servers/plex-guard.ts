import type { Breaker } from '../../failures/breaker.ts';
import { BREAKER_OPEN_MS, BREAKER_THRESHOLD, onFailure, onSuccess } from '../../failures/breaker.ts';
import { RETRY_RULES } from '../../failures/retry-policy.ts';
import { asSyncError, SyncError } from '../../model/errors.ts';
import type { Sentence } from '../../model/sentence.ts';
import { say } from '../../model/sentence.ts';
import type { DrainDeps } from '../ports/ports.ts';

/** Why a drain asks Plex nothing more. */
export type Halt =
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  /** Plex refused the token. */
  | { readonly kind: 'unauthorized'; readonly message: Sentence }
  /** The token is valid and may not edit. */
  | { readonly kind: 'forbidden'; readonly message: Sentence }
  /** Plex is down; no request before `retryAt`. */
  | { readonly kind: 'breaker_open'; readonly retryAt: number; readonly message: Sentence }
  /** What fails is not the jobs but how we are configured. */
  | { readonly kind: 'misconfigured'; readonly message: Sentence; readonly hint: Sentence };

/** The one place that knows whether Plex may be asked now, and that tells an outage from one bad request. */
export type PlexGuard = {
  /** The first reason to stop, once there is one. */
  halted(): Halt | undefined;
  /** Every reason that came up, one of each kind, the first one first. */
  halts(): readonly Halt[];
  halt(halt: Halt): void;
  /** Whether `--max-time` has passed: then no job is claimed or looked up, and what is found already is written. */
  isTimeUp(): boolean;
  /**
   * Sends a request. What looks like an outage is followed by one probe of `/identity`: silence confirms it, an answer
   * makes it a fault of this very request, so that one poisoned item cannot circle for ever.
   * @throws {SyncError}
   */
  ask<T>(request: () => Promise<T>): Promise<T>;
  /** Counts a failed request for the breaker, if it is the server's fault and not our own stopping. */
  fault(error: SyncError): void;
  /** Notes that jobs went back because a request that was nobody's failed: the run did not do all it could. */
  putOff(error: SyncError): void;
  /** Notes that Plex answered a request well: faults before it are no longer in a row. */
  answered(): void;
  /** The one job that may try while the breaker is half open has come to its end. */
  trialEnded(): void;
  /** The last sign of an outage in this drain, for the summary. */
  outage(): SyncError | undefined;
  /** While the breaker is half open one job alone may try. */
  batchLimit(most: number): number;
};

export function createPlexGuard(deps: DrainDeps, deadlineAt: number | undefined): PlexGuard {
  const { queue, plex, now, emit, stopRequested } = deps;
  const halts: Halt[] = [];
  let outage: SyncError | undefined;

  const halt = (reason: Halt): void => {
    if (!halts.some(({ kind }) => kind === reason.kind)) halts.push(reason);
  };
  const noteSignal = (): void => {
    const signal = stopRequested();
    if (signal !== undefined) halt({ kind: 'signal', signal });
  };
  // Each save is a write to disk: a success while all is well changes nothing.
  const save = (before: Breaker, after: Breaker): void => {
    const isSame =
      before.kind === after.kind &&
      (before.kind !== 'closed' || after.kind !== 'closed' || before.failures === after.failures);
    if (!isSame) queue.saveBreaker('plex', after);
  };

  return {
    halted: () => {
      noteSignal();
      return halts[0];
    },
    halts: () => {
      noteSignal();
      return halts;
    },
    halt,
    isTimeUp: () => deadlineAt !== undefined && now() >= deadlineAt,
    ask: async (request) => {
      try {
        return await request();
      } catch (thrown) {
        if (!(thrown instanceof SyncError) || thrown.code !== 'plex_unavailable') throw thrown;
        // A stop aborts requests on purpose: that is no sign of anything.
        if (stopRequested() !== undefined) throw thrown;
        throw (await answersProbe(plex)) ? asRequestFault(thrown) : thrown;
      }
    },
    fault: (error) => {
      if (!RETRY_RULES[error.code].countsForBreaker) return;
      if (error.code === 'plex_unavailable' && stopRequested() !== undefined) return;
      if (error.code === 'plex_unavailable') outage = error;
      const before = queue.breaker('plex');
      const after = onFailure(before, now());
      save(before, after);
      if (after.kind !== 'open') return;
      const message = error.said;
      if (before.kind !== 'open') emit({ kind: 'breaker_opened', failures: BREAKER_THRESHOLD, message });
      halt({ kind: 'breaker_open', retryAt: after.openedAt + BREAKER_OPEN_MS, message });
    },
    putOff: (error) => {
      if (stopRequested() === undefined && error.code !== 'plex_unauthorized') outage = error;
    },
    answered: () => {
      const before = queue.breaker('plex');
      if (before.kind === 'closed') save(before, onSuccess(before));
    },
    trialEnded: () => {
      const before = queue.breaker('plex');
      if (before.kind !== 'half_open') return;
      save(before, onSuccess(before));
      emit({ kind: 'breaker_closed' });
    },
    outage: () => outage,
    batchLimit: (most) => (queue.breaker('plex').kind === 'half_open' ? 1 : most),
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
  return new SyncError('plex_error', say`${error.said}, though Plex is up`, { retryAfterMs: error.retryAfterMs });
}
