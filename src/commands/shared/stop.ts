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

/** Where there is nothing to settle: the first signal ends the work at once, and the second does not even wait for that. */
export function listenForEnd(): Stop {
  const abort = new AbortController();
  let requested: NodeJS.Signals | undefined;
  const close = onFirstSignal((signal) => {
    requested = signal;
    abort.abort();
  });
  return { requested: () => requested, aborted: abort.signal, close };
}

/** Calls `listener` at the first signal that asks for an end, and exits at the next, until the function it answers with is called. */
function onFirstSignal(listener: (signal: NodeJS.Signals) => void): () => void {
  let firstAt: number | undefined;
  const hear = (signal: NodeJS.Signals): void => {
    // `timeout` and some shells send a signal to the process and to its group: that is one wish, not two.
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
