import { isatty } from 'node:tty';
import type { ChalkInstance } from 'chalk';
import { Chalk } from 'chalk';
import type { Level } from './output.ts';

/** Whether a person is reading this stream. */
export function isTerminal(stream: 'stdout' | 'stderr'): boolean {
  return isatty(stream === 'stdout' ? 1 : 2);
}

/** Colours for a stream: none on a pipe, with `NO_COLOR`, or with `--no-color`. */
export function createChalk(
  stream: 'stdout' | 'stderr',
  options: { readonly color: boolean; readonly env: NodeJS.ProcessEnv },
): ChalkInstance {
  const wanted = options.color && !options.env['NO_COLOR'] && options.env['TERM'] !== 'dumb' && isTerminal(stream);
  return new Chalk({ level: wanted ? 1 : 0 });
}

/** Paints log lines by their level. */
export function createPaint(chalk: ChalkInstance): (level: Level, line: string) => string {
  const styles: Readonly<Record<Level, (line: string) => string>> = {
    debug: chalk.dim,
    info: (line) => line,
    warning: chalk.yellow,
    error: chalk.red,
  };
  return (level, line) => styles[level](line);
}
