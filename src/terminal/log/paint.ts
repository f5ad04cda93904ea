import { Chalk } from 'chalk';
import { isTerminal } from '../reader.ts';
import type { Level } from './log-format.ts';

/** Paints log lines that go to `fd` by their level, for a person at a terminal who wants colours; `undefined` for a pipe. */
export function createPaint(fd: number): ((level: Level, line: string) => string) | undefined {
  if (!isTerminal(fd)) return undefined;
  const chalk = new Chalk({ level: 1 });
  const styles: Readonly<Record<Level, (line: string) => string>> = {
    debug: chalk.dim,
    info: (line) => line,
    warning: chalk.yellow,
    error: chalk.red,
  };
  return (level, line) => styles[level](line);
}
