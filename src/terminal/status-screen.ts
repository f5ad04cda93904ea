import type { Output } from './log/output.ts';
import type { Reader } from './reader.ts';
import { cutToWidth, displayWidth } from './width.ts';

/** A block of text on stdout that is drawn again and again. */
export type Screen = {
  /** Shows what `render` makes for the reader as it is now; plain text, sanitised before. */
  draw(render: (reader: Reader) => string): void;
  /** Leaves the last block where it is and the cursor below it. */
  close(): void;
};

/**
 * A live screen: at a terminal each block is drawn over the one before, and again when the terminal is resized; on a
 * pipe blocks follow each other, parted by an empty line. Nothing is hidden
 * and no other screen is switched to, so that whatever kills the process leaves a usable shell.
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

/** As many lines as the terminal can show; what scrolled out of it could not be drawn over. */
function fitting(lines: readonly string[], width: number): readonly string[] {
  const rows = process.stdout.rows > 1 ? process.stdout.rows - 1 : USUAL_ROWS;
  const seen = lines.length > rows ? [...lines.slice(0, rows - 1), '…'] : lines;
  return seen.map((line) => cutToWidth(line, width));
}

const USUAL_ROWS = 23;

/** Moves to the start of the block that stands above the cursor; a terminal made narrower has broken its lines anew. */
function backOver(lines: readonly string[], width: number): string {
  const rows = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / width)), 0);
  return rows === 0 ? '' : `\r\u001b[${rows}A`;
}
