import { isatty } from 'node:tty';
import { Chalk } from 'chalk';
import type { Level } from './output.ts';

/** Whether a person is reading this stream. */
export function isTerminal(stream: 'stdout' | 'stderr'): boolean {
  return isatty(stream === 'stdout' ? 1 : 2);
}

/** Paints log lines by their level, for a person at a terminal who wants colours; `undefined` for a pipe. */
export function createPaint(): ((level: Level, line: string) => string) | undefined {
  if (!isTerminal('stderr')) return undefined;
  const chalk = new Chalk({ level: 1 });
  const styles: Readonly<Record<Level, (line: string) => string>> = {
    debug: chalk.dim,
    info: (line) => line,
    warning: chalk.yellow,
    error: chalk.red,
  };
  return (level, line) => styles[level](line);
}
