import type { Sentence } from './sentence.ts';
import { asPath, listed, say } from './sentence.ts';

/** Quotes a word for pasting into a shell; control characters must already be removed. */
export function shellWord(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${quotable(word)}'`;
}

function quotable(text: string): string {
  return text.replaceAll("'", String.raw`'\''`);
}

/** Paths with `separator` between them, as one word for a shell; the quotes are ours, and no part of a path. */
export function shellPaths(paths: readonly string[], separator = '='): Sentence {
  const whole = paths.join(separator);
  const isBare = shellWord(whole) === whole;
  const parts = paths.map((path) => asPath(isBare ? path : quotable(path)));
  return isBare ? listed(parts, separator) : say`'${listed(parts, separator)}'`;
}
