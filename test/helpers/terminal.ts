/** What a person sees: programs run at a terminal of a given size, and what then stands on it. */
import { spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';

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

/** After this long without a word a program that is waited for hangs. */
const PATIENCE_MS = 20_000;

/** A program at a terminal with somebody before it. */
export type Session = {
  /** Resolves once `text` stands there, after what was waited for last; fails when the program ends without it. */
  see(text: string): Promise<void>;
  /** Presses keys; `\r` is Enter, `\u0003` Ctrl-C. */
  type(keys: string): void;
  readonly ended: Promise<{ readonly code: number | null; readonly sent: string }>;
};

/** Starts `command`, a line of shell, at a terminal of this size, and does not wait for its end. */
export function startAtTerminal(
  command: string,
  { columns, rows, env }: Size & { readonly env: Readonly<Record<string, string>> },
): Session {
  const child = spawn('script', ['-qec', `stty cols ${columns} rows ${rows}; exec ${command}`, '/dev/null'], {
    env: { PATH: process.env['PATH'], TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let sent = '';
  let seen = 0;
  let isOver = false;
  const changed = new EventEmitter();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    sent += text;
    changed.emit('change');
  });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<{ code: number | null; sent: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      isOver = true;
      changed.emit('change');
      resolve({ code, sent });
    });
  });
  return {
    see: async (text) => {
      for (let at = sent.indexOf(text, seen); ; at = sent.indexOf(text, seen)) {
        if (at >= 0) {
          seen = at + text.length;
          return;
        }
        const missing = `"${text}" was never seen in\n${sent.slice(seen)}`;
        if (isOver) throw new Error(missing);
        const overdue = AbortSignal.timeout(PATIENCE_MS);
        await once(changed, 'change', { signal: overdue }).catch(() => {
          child.kill('SIGKILL');
          throw new Error(missing);
        });
      }
    },
    type: (keys) => void child.stdin.write(keys),
    ended,
  };
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
    } else if (command !== 'm') throw new Error(`The terminal of the test does not know ESC[${count}${command}`);
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
