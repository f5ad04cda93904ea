import type { ListedItem } from '../core/match/listing.ts';

/** Shorter texts appear in nearly every path. */
export const SHORTEST_HINT = 3;

/** Shorter parts of a name appear in too many others: `.mp4` would list the whole library (plex-api.md 2.4). */
const TELLING_LENGTH = 8;

/**
 * What to ask `file=` for, to find every item with this file name: the longest run without a comma (it would mean
 * "or"), without letters that Unicode spells in two ways, and without a leading operator sign (plex-api.md 2.2, 2.4).
 * If that run is too short, the longest one with such letters, in both spellings.
 */
export function fileFilters(name: string): readonly string[] {
  const plain = longestRun(
    name,
    (letter) => /\p{M}/u.test(letter) || letter.normalize('NFD') !== letter.normalize('NFC'),
  );
  if (plain.length >= TELLING_LENGTH) return [plain];
  const whole = longestRun(name, () => false);
  return [...new Set([whole.normalize('NFC'), whole.normalize('NFD')])];
}

/** The longest part of a text that can be used in a filter: without a comma, and without a leading operator sign. */
export function longestRun(name: string, isLeftOut: (letter: string) => boolean): string {
  const runs = [...name]
    .map((letter) => (letter === ',' || isLeftOut(letter) ? '\0' : letter))
    .join('')
    .split('\0')
    .map((run) => run.replace(/^[=<>!]+/, ''));
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '');
}

/**
 * An unknown filter is ignored and the whole library comes back (plex-api.md 2.2): then few rows contain the filter
 * text.
 */
export function isUnfiltered(rows: readonly Pick<ListedItem, 'files'>[], filter: string): boolean {
  const wanted = filter.normalize('NFC').toLowerCase();
  const withFiles = rows.filter(({ files }) => files.length > 0);
  const fitting = withFiles.filter(({ files }) =>
    files.some(({ path }) => path.normalize('NFC').toLowerCase().includes(wanted)),
  );
  return fitting.length * 2 < withFiles.length;
}
