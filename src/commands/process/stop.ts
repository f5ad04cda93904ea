import { signalExitCode } from '../../exit.ts';

/** How a run learns that it shall stop. */
export type Stop = {
  /** The first signal that came. */
  requested(): NodeJS.Signals | undefined;
  /** Aborts the requests that are still under way some time after the signal. */
  readonly aborted: AbortSignal;
  close(): void;
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What a container is given before it is killed is 10 s: the writes in flight get most of it. */
const GRACE_MS = 7_000;
const ONE_WISH_MS = 500;

/**
 * First signal: no new work, writes in flight get 7 s to end. Second: exit at once, the one place where that is right;
 * what was under way is safe to repeat.
 */
export function listenForStop(): Stop {
  const abort = new AbortController();
  let requested: NodeJS.Signals | undefined;
  let requestedAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const stopListening = onSignals((signal) => {
    // `timeout` and some shells send a signal to the process and to its group: that is one wish, not two.
    if (requestedAt !== undefined && performance.now() - requestedAt < ONE_WISH_MS) return;
    if (requested !== undefined) process.exit(signalExitCode(signal));
    requested = signal;
    requestedAt = performance.now();
    timer = setTimeout(() => abort.abort(), GRACE_MS);
  });
  return {
    requested: () => requested,
    aborted: abort.signal,
    close: () => {
      clearTimeout(timer);
      stopListening();
    },
  };
}

/** Where there is nothing to settle: the first signal ends the work at once. */
export function listenForEnd(): Stop {
  const abort = new AbortController();
  let requested: NodeJS.Signals | undefined;
  const close = onSignals((signal) => {
    requested ??= signal;
    abort.abort();
  });
  return { requested: () => requested, aborted: abort.signal, close };
}

/** Calls `listener` at each signal that asks for an end, until the function it answers with is called. */
function onSignals(listener: (signal: NodeJS.Signals) => void): () => void {
  for (const signal of SIGNALS) process.on(signal, listener);
  return () => {
    for (const signal of SIGNALS) process.off(signal, listener);
  };
}
