import ora from 'ora';
import type { LiveLine } from './log/output.ts';
import type { ProgressState } from './progress-text.ts';
import { progressText } from './progress-text.ts';
import { widthOf } from './reader.ts';

/** A line at the foot of a terminal that tells how far the work is. */
export type ProgressLine = LiveLine & {
  /** Says how far the work is; the first call brings the line up. */
  show(state: ProgressState): void;
  /** Takes the line away, and leaves the terminal as it was. */
  clear(): void;
};

/** Ten a second are as many as an eye can use; a little less, lest every second tick of the timer come too early. */
const REDRAW_MS = 95;
const TICK_MS = 100;
/** The spinner, the blank behind it, and the last column, in which some terminals wrap. */
const AROUND_TEXT = 3;

/**
 * A progress line on stderr, for a person at a terminal; a terminal that cannot move its cursor stays without. Nothing
 * is hidden or captured, so that whatever kills the process leaves a usable shell.
 */
export function createProgress({ now }: { now(): number }): ProgressLine {
  // A terminal that does not know its width says 0 columns, at which ora would clear lines for ever.
  const stream: NodeJS.WriteStream = Object.create(process.stderr, {
    columns: { get: () => widthOf(process.stderr) },
  });
  // Never started: ora's own timer comes with a patched process.stdout.
  const line = ora({ stream, color: false, hideCursor: false, discardStdin: false, interval: TICK_MS });
  let state: ProgressState | undefined;
  let timer: NodeJS.Timeout | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;
  const draw = (): void => {
    const at = now();
    // A clock that is set back must not freeze the line.
    if (state === undefined || Math.abs(at - drawnAt) < REDRAW_MS) return;
    drawnAt = at;
    line.text = progressText(state, stream.columns - AROUND_TEXT);
    line.render();
  };
  return {
    show: (next) => {
      state = next;
      // Unreferenced: a line somebody forgot to clear must not keep the process alive.
      timer ??= setInterval(draw, TICK_MS).unref();
      draw();
    },
    around: (write) => {
      if (state !== undefined) line.clear();
      write();
      draw();
    },
    clear: () => {
      clearInterval(timer);
      timer = undefined;
      if (state !== undefined) line.clear();
      state = undefined;
      drawnAt = Number.NEGATIVE_INFINITY;
    },
  };
}
