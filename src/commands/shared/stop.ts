import { ours, say } from '../../core/text/sentence.ts';
import { signalExitCode } from '../../exit.ts';
import type { Output } from '../../terminal/log/output.ts';

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

type Teller = Pick<Output, 'log' | 'flush'>;

/**
 * First signal: no new work, writes in flight get 7 s to end. Second: exit at once (only here is that right, because
 * everything under way is safe to repeat). Both are answered at once, since whoever hears nothing takes to `kill -9`.
 */
export function listenForStop(teller: Teller): Stop {
  const abort = new AbortController();
  let requested: NodeJS.Signals | undefined;
  let timer: NodeJS.Timeout | undefined;
  const stopListening = onFirstSignal(teller, (signal) => {
    requested = signal;
    const again = signal === 'SIGINT' ? 'Ctrl-C' : 'signal';
    teller.log(
      'info',
      say`[PlexSync] Stopping: what is under way is ended first, ${GRACE_MS / 1_000} s at most. A second ${ours(again)} ends the run at once; nothing is lost either way.`,
    );
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
export function listenForEnd(teller?: Teller): Stop {
  const abort = new AbortController();
  let requested: NodeJS.Signals | undefined;
  const close = onFirstSignal(teller, (signal) => {
    requested = signal;
    abort.abort();
  });
  return { requested: () => requested, aborted: abort.signal, close };
}

/**
 * Calls `listener` at the first signal that asks for an end, and exits at the next one, with a word where there is a
 * `teller`. The returned function stops listening.
 */
function onFirstSignal(teller: Teller | undefined, listener: (signal: NodeJS.Signals) => void): () => void {
  let firstAt: number | undefined;
  const hear = (signal: NodeJS.Signals): void => {
    // `timeout` and some shells signal both the process and its group: that counts as one signal.
    if (firstAt !== undefined && performance.now() - firstAt < ONE_WISH_MS) return;
    if (firstAt !== undefined) {
      teller?.log('info', say`[PlexSync] Ended at once: nothing is lost, run again to go on.`);
      teller?.flush();
      process.exit(signalExitCode(signal));
    }
    firstAt = performance.now();
    listener(signal);
  };
  for (const signal of SIGNALS) process.on(signal, hear);
  return () => {
    for (const signal of SIGNALS) process.off(signal, hear);
  };
}
