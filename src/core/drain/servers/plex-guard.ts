import type { Breaker } from '../../failures/breaker.ts';
import { BREAKER_OPEN_MS, BREAKER_THRESHOLD, onFailure, onSuccess } from '../../failures/breaker.ts';
import { RETRY_RULES } from '../../failures/retry-policy.ts';
import { asSyncError, SyncError } from '../../model/errors.ts';
import type { Sentence } from '../../text/sentence.ts';
import { say } from '../../text/sentence.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainDeps } from '../ports/ports.ts';

/** Set where Plex was not asked, since it refused the same token shortly before: when, and when it is asked again. */
type KnownRefusal = { readonly refused?: { readonly at: number; readonly askedAgainAt: number } | undefined };

/** Why a drain sends Plex no more requests. */
export type Halt =
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  /** Plex refused the token. */
  | ({ readonly kind: 'unauthorized'; readonly message: Sentence } & KnownRefusal)
  /** The token is valid but may not edit. */
  | ({ readonly kind: 'forbidden'; readonly message: Sentence } & KnownRefusal)
  /** Plex is down; no request before `retryAt`. */
  | { readonly kind: 'breaker_open'; readonly retryAt: number; readonly message: Sentence }
  /** Plex answers, but its answers to one kind of request were of no use, whoever asked. */
  | { readonly kind: 'failing'; readonly message: Sentence }
  /** The configuration is wrong, and the jobs are not to blame. */
  | { readonly kind: 'misconfigured'; readonly message: Sentence; readonly hint: Sentence };

/** Knows whether Plex may be asked now, and tells an outage from one bad request. */
export type PlexGuard = {
  /** The first reason to stop, if any. */
  halted(): Halt | undefined;
  /** Every reason to stop, one of each kind, in order of appearance. */
  halts(): readonly Halt[];
  halt(halt: Halt): void;
  /** Remembers that Plex refuses the token, or its edits, and halts: the next runs do not ask in vain. */
  refused(kind: 'unauthorized' | 'forbidden', message: Sentence): void;
  /**
   * Whether `--max-time` has passed: then no job is claimed or looked up, and files already found are still written.
   */
  isTimeUp(): boolean;
  /**
   * Sends a request. A failure that looks like an outage is followed by one probe of `/identity`: silence confirms the
   * outage, an answer makes it a fault of this request, so that one poisoned item cannot circle for ever.
   * @throws {SyncError}
   */
  ask<T>(request: () => Promise<T>): Promise<T>;
  /**
   * Counts a failed request for the breaker, if the server caused it and not our own stopping. A refused token halts.
   */
  fault(error: SyncError): void;
  /** Notes that jobs were released because a shared request failed: the run did less than it could. */
  putOff(error: SyncError): void;
  /** Notes that Plex answered a request well: earlier faults no longer count as a row. */
  answered(): void;
  /** Notes that Plex took an edit: it answered, and the token may edit after all. */
  editTaken(): void;
  /** Whether this token was known before not to be allowed to edit. */
  isKnownToRefuse(): boolean;
  /** Notes that the one job allowed while half-open has ended. */
  trialEnded(): void;
  /** The last sign of an outage in this drain, for the summary. */
  outage(): SyncError | undefined;
  /** The number of jobs that may be claimed: 1 while the breaker is half-open, else `most`. */
  batchLimit(most: number): number;
};

export function createPlexGuard(
  deps: DrainDeps,
  { deadlineAt, tokenFingerprint }: Pick<DrainOptions, 'deadlineAt' | 'tokenFingerprint'>,
): PlexGuard {
  const { queue, plex, now, emit, stopRequested } = deps;
  const halts: Halt[] = [];
  let outage: SyncError | undefined;
  // What is noted in the queue is asked for again at each batch, and where this run has changed it: not at each success.
  let mayHaveFaults = true;
  let mayBeRefused = true;

  const halt = (reason: Halt): void => {
    if (!halts.some(({ kind }) => kind === reason.kind)) halts.push(reason);
  };
  const refused: PlexGuard['refused'] = (kind, message) => {
    mayBeRefused = true;
    queue.saveRefusal({ tokenFingerprint: tokenFingerprint(), at: now(), kind });
    halt({ kind, message });
  };
  const noteSignal = (): void => {
    const signal = stopRequested();
    if (signal !== undefined) halt({ kind: 'signal', signal });
  };
  // Each save is a write to disk: a success while the breaker is closed changes nothing.
  const save = (before: Breaker, after: Breaker): void => {
    const isSame =
      before.kind === after.kind &&
      (before.kind !== 'closed' || after.kind !== 'closed' || before.failures === after.failures);
    const isNew = after.kind === 'open' && before.kind !== 'open';
    if (!isSame) queue.saveBreaker('plex', isNew ? { ...after, of: tokenFingerprint() } : after);
  };

  const isKnownToRefuse = (): boolean => {
    const refusal = queue.refusal();
    return refusal?.kind === 'forbidden' && refusal.tokenFingerprint === tokenFingerprint();
  };
  const answered = (): void => {
    if (!mayHaveFaults) return;
    const before = queue.breaker('plex');
    if (before.kind !== 'closed') return;
    save(before, onSuccess(before));
    mayHaveFaults = false;
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
    refused,
    isTimeUp: () => deadlineAt !== undefined && now() >= deadlineAt,
    ask: async (request) => {
      try {
        return await request();
      } catch (thrown) {
        if (!(thrown instanceof SyncError) || thrown.code !== 'plex_unavailable') throw thrown;
        // A stop aborts requests on purpose: that is no sign of an outage.
        if (stopRequested() !== undefined) throw thrown;
        throw (await answersProbe(plex)) ? asRequestFault(thrown) : thrown;
      }
    },
    fault: (error) => {
      if (error.code === 'plex_unauthorized') refused('unauthorized', error.said);
      if (!RETRY_RULES[error.code].countsForBreaker) return;
      if (error.code === 'plex_unavailable' && stopRequested() !== undefined) return;
      if (error.code === 'plex_unavailable') outage = error;
      // Whoever answers at the address afterwards may be another server.
      queue.doubtServer();
      mayHaveFaults = true;
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
    answered,
    editTaken: () => {
      answered();
      // It was given the right, or the refusal was about one item.
      if (mayBeRefused && isKnownToRefuse()) queue.saveRefusal(undefined);
      mayBeRefused = false;
    },
    isKnownToRefuse,
    trialEnded: () => {
      const before = queue.breaker('plex');
      if (before.kind !== 'half_open') return;
      save(before, onSuccess(before));
      emit({ kind: 'breaker_closed' });
    },
    outage: () => outage,
    batchLimit: (most) => {
      // Another run may have noted faults meanwhile.
      mayHaveFaults = true;
      return queue.breaker('plex').kind === 'half_open' ? 1 : most;
    },
  };
}

/** Whether Plex answers its health check; any failure counts as silence, including a maintenance answer. */
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
  const { said, retryAfterMs, request } = error;
  return new SyncError('plex_error', say`${said}, though Plex is up`, { retryAfterMs, request });
}
