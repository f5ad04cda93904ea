import type { SyncError } from '../model/errors.ts';
import type { Breaker } from './breaker.ts';
import { admission, BREAKER_OPEN_MS, onFailure, onProbe, onSuccess } from './breaker.ts';
import { RETRY_RULES } from './retry-policy.ts';

/** Where Stash's breaker is stored, so that it outlives a request and the process. */
export type StashBreakerStore = {
  breaker(server: 'stash'): Breaker;
  saveBreaker(server: 'stash', breaker: Breaker): void;
};

/** Says whether Stash may be asked now: one breaker for the drains and polls of a data directory. */
export type StashBreaker = {
  /** When Stash may be asked again; `undefined`: it may be asked now, and the caller does so. */
  closedUntil(): number | undefined;
  /**
   * Counts a failed request if the server is at fault; returns when Stash may be asked again, if the breaker is open
   * now.
   */
  failed(error: SyncError): number | undefined;
  /** Notes that Stash answered well. */
  answered(): void;
};

export function createStashBreaker(store: StashBreakerStore, now: () => number): StashBreaker {
  return {
    closedUntil: () => {
      const admitted = admission(store.breaker('stash'), now());
      // The request itself is the probe: it is cheap, changes nothing, and a failed batch is released whole.
      if (admitted.kind === 'probe') store.saveBreaker('stash', onProbe('alive', now()));
      return admitted.kind === 'wait' ? admitted.retryAt : undefined;
    },
    failed: (error) => {
      if (!RETRY_RULES[error.code].countsForBreaker) return undefined;
      const after = onFailure(store.breaker('stash'), now());
      store.saveBreaker('stash', after);
      return after.kind === 'open' ? after.openedAt + BREAKER_OPEN_MS : undefined;
    },
    answered: () => {
      const before = store.breaker('stash');
      if (before.kind !== 'closed' || before.failures > 0) store.saveBreaker('stash', onSuccess(before));
    },
  };
}
