import { Chalk } from 'chalk';
import type { Paint, Style } from './reader.ts';

/** What each meaning looks like: basic colours alone, which are legible on light and dark. */
export function createPaint(): Paint {
  const chalk = new Chalk({ level: 1 });
  const styles: Readonly<Record<Style, (text: string) => string>> = {
    good: chalk.green,
    warning: chalk.yellow,
    bad: chalk.red,
    head: chalk.bold,
    dim: chalk.dim,
    added: chalk.green,
    removed: chalk.red,
  };
  return (style, text) => (text === '' ? '' : styles[style](text));
}
