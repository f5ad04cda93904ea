import { signalExitCode } from '../../exit.ts';

/** How a run learns that it should stop. */
export type Stop = {
  /** The first signal that came. */
  requested(): NodeJS.Signals | undefined;
  /** Aborts the requests still under way some time after the signal. */
  readonly aborted: AbortSignal;
  close(): void;
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A container is killed 10 s after the signal: writes in flight get most of that time. */
const GRACE_MS = 7_000;
const ONE_WISH_MS = 500;

/**
 * First signal: no new work, writes in flight get 7 s to end. Second: exit at once (only here is that right, because
 * everything under way is safe to repeat).
 */
export function listenForStop(): Stop {
  const abort = new AbortController();
  let requested: NodeJS.Signals | undefined;
  let timer: NodeJS.Timeout | undefined;
  const stopListening = onFirstSignal((signal) => {
    requested = signal;
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

/**
 * For commands with nothing to settle: the first signal ends the work at once, the second does not wait for that
 * either.
 */
export function listenForEnd(): Stop {
  const abort = new AbortController();
  let requested: NodeJS.Signals | undefined;
  const close = onFirstSignal((signal) => {
    requested = signal;
    abort.abort();
  });
  return { requested: () => requested, aborted: abort.signal, close };
}

/**
 * Calls `listener` at the first signal that asks for an end, and exits at the next one. The returned function stops
 * listening.
 */
function onFirstSignal(listener: (signal: NodeJS.Signals) => void): () => void {
  let firstAt: number | undefined;
  const hear = (signal: NodeJS.Signals): void => {
    // `timeout` and some shells signal both the process and its group: that counts as one signal.
    if (firstAt !== undefined && performance.now() - firstAt < ONE_WISH_MS) return;
    if (firstAt !== undefined) process.exit(signalExitCode(signal));
    firstAt = performance.now();
    listener(signal);
  };
  for (const signal of SIGNALS) process.on(signal, hear);
  return () => {
    for (const signal of SIGNALS) process.off(signal, hear);
  };
}
