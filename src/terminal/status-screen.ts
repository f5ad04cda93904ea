import type { Output } from './log/output.ts';
import type { Reader } from './reader.ts';
import { cutToWidth, displayWidth } from './width.ts';

/** A block of text on stdout that is redrawn in place. */
export type Screen = {
  /** Shows what `render` returns for the current reader; plain text, already sanitised. */
  draw(render: (reader: Reader) => string): void;
  /** Leaves the last block in place and the cursor below it. */
  close(): void;
};

/**
 * A live screen. At a terminal each block replaces the one before, and is redrawn on resize; on a pipe blocks follow
 * each other, separated by an empty line. `write` writes to stdout and ends the line. It hides no cursor and uses no
 * alternate screen, so that a killed process leaves a usable shell.
 */
export function createScreen(output: Pick<Output, 'readerOf' | 'result'>): Screen {
  let shown: readonly string[] | undefined;
  let last: ((reader: Reader) => string) | undefined;
  const draw = (): void => {
    if (last === undefined) return;
    const reader = output.readerOf('stdout');
    const text = last(reader);
    if (reader.kind === 'pipe') {
      output.result(shown === undefined ? text : `\n${text}`);
      shown = [];
      return;
    }
    const lines = fitting(text.split('\n'), reader.width);
    output.result(
      `${backOver(shown ?? [], reader.width)}${lines.map((line) => `${line}${CLEAR_LINE}`).join('\n')}${CLEAR_BELOW}`,
    );
    shown = lines;
  };
  process.stdout.on('resize', draw);
  return {
    draw: (render) => {
      last = render;
      draw();
    },
    close: () => {
      last = undefined;
      process.stdout.off('resize', draw);
    },
  };
}

const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/** As many lines as the terminal can show; lines that scrolled out could not be overwritten. */
function fitting(lines: readonly string[], width: number): readonly string[] {
  const rows = process.stdout.rows > 1 ? process.stdout.rows - 1 : USUAL_ROWS;
  const seen = lines.length > rows ? [...lines.slice(0, rows - 1), '…'] : lines;
  return seen.map((line) => cutToWidth(line, width));
}

const USUAL_ROWS = 23;

/** Moves to the start of the block above the cursor; a terminal that became narrower has wrapped its lines again. */
function backOver(lines: readonly string[], width: number): string {
  const rows = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / width)), 0);
  return rows === 0 ? '' : `\r\u001b[${rows}A`;
}
