import { HIDDEN } from './table.ts';

/** A program with its arguments as it may be shown: an argument may be a token or the key of a webhook. */
export function shownCommand(value: unknown): readonly string[] {
  // A text may be a JSON array that cannot be read.
  const words = typeof value === 'string' ? value.trim().split(/\s+/) : Array.isArray(value) ? value : [HIDDEN];
  const [program = '', ...args] = words.map(String);
  return program.startsWith('[') ? [HIDDEN] : [program, ...args.map(() => HIDDEN)].filter((word) => word !== '');
}
