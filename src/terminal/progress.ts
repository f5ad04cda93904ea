import ora from 'ora';
import type { LiveLine } from './log/output.ts';
import type { ProgressState } from './progress-text.ts';
import { progressText } from './progress-text.ts';
import { widthOf } from './reader.ts';

/** A line at the bottom of a terminal that shows progress. */
export type ProgressLine = LiveLine & {
  /** Shows how far the work is; the first call displays the line. */
  show(state: ProgressState): void;
  /** Removes the line, and leaves the terminal as it was. */
  clear(): void;
};

/** About ten redraws per second; a little less than 100 ms, so that a timer tick is never just too early. */
const REDRAW_MS = 95;
const TICK_MS = 100;
/** The spinner, the space after it, and the last column, where some terminals wrap. */
const AROUND_TEXT = 3;

/**
 * A progress line on stderr for a person at a terminal; a terminal that cannot move its cursor gets none. It hides no
 * cursor and captures no input, so that a killed process leaves a usable shell.
 */
export function createProgress({ now }: { now(): number }): ProgressLine {
  // A terminal that does not know its width reports 0 columns; then ora would clear lines for ever.
  const stream: NodeJS.WriteStream = Object.create(process.stderr, {
    columns: { get: () => widthOf(process.stderr) },
  });
  // Never started: ora's own timer would patch process.stdout.
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
      // Unreferenced: a line that was not cleared must not keep the process alive.
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
