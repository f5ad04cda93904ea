/** What a person sees: programs run at a terminal of a given size, and what then stands on it. */
import { spawnSync } from 'node:child_process';

export type Size = { readonly columns: number; readonly rows: number };

/** All that `command`, a line of shell, writes to a terminal of this size. */
export function runAtTerminal(command: string, { columns, rows }: Size): string {
  const { stdout, error } = spawnSync(
    'script',
    ['-qec', `stty cols ${columns} rows ${rows}; ${command}`, '/dev/null'],
    {
      env: { PATH: process.env['PATH'], TERM: 'xterm' },
      encoding: 'utf8',
      timeout: 60_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  if (error !== undefined) throw error;
  return stdout;
}

/** The lines that stand on a terminal (and in its history) once it was sent `text`, without blanks at their ends. */
export function linesSeen(text: string, columns: number): readonly string[] {
  const lines: string[][] = [[]];
  let row = 0;
  let column = 0;
  const put = (sign: string): void => {
    if (column >= columns) {
      row += 1;
      column = 0;
    }
    while (lines.length <= row) lines.push([]);
    const line = lines[row] ?? [];
    while (line.length < column) line.push(' ');
    line[column] = sign;
    column += 1;
  };
  const obey = (count: number, command: string): void => {
    if (command === 'A') row = Math.max(0, row - Math.max(1, count));
    else if (command === 'G') column = Math.max(1, count) - 1;
    else if (command === 'K') lines[row]?.splice(column);
    else if (command === 'J') {
      lines[row]?.splice(column);
      lines.splice(row + 1);
    } else throw new Error(`The terminal of the test does not know ESC[${count}${command}`);
  };
  // Modes (`ESC[?…`) show nothing.
  for (const [token, isMode, count, command] of text.matchAll(TOKEN)) {
    if (isMode !== undefined) continue;
    if (command !== undefined) obey(Number(count), command);
    else if (token === '\r') column = 0;
    else if (token === '\n') row += 1;
    else put(token);
  }
  return lines.map((line) => line.join('').trimEnd());
}

const ESC = '\u001b';
/** An escape sequence, or one sign. */
const TOKEN = new RegExp(`${ESC}\\[(\\?)?(\\d*)([A-Za-z])|[^${ESC}]`, 'gu');
