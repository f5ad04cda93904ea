import type { ListedItem } from '../core/match/listing.ts';

/** A sign at the beginning would be read as a part of the operator (plex-api.md 2.4). */
const OPERATOR = /^[=<>!]+/;

/** Shorter texts, in bytes, appear in nearly every path or title. */
const SHORTEST_HINT = 3;

/**
 * What to ask `file=` for, to find every item with this file name: the longest stable run, or the whole name where all
 * of it is stable. `undefined` when what is left would bring half the library, such as `.mp4` (plex-api.md 2.4).
 */
export function fileFilter(name: string): string | undefined {
  const runs = stableRuns(name);
  const [only = ''] = runs;
  if (only !== '' && name.replace(OPERATOR, '') === only) return only;
  return longest(runs, (run) => byteLength(name.endsWith(run) ? run.replace(/\.[^.]*$/, '') : run));
}

/** The longest stable run of a text, for hints; `undefined` when there is none worth asking for. */
export function stableRun(text: string): string | undefined {
  return longest(stableRuns(text), byteLength);
}

/**
 * The parts of a text that every server stores alike and that a filter takes literally: without a comma, which would
 * mean "or", without a leading operator sign (plex-api.md 2.2), and without letters that Unicode spells in two ways or
 * that a server may have failed to read.
 */
function stableRuns(text: string): readonly string[] {
  return lettersOf(text)
    .map((letter) => (letter.startsWith(',') || isUnstable(letter) ? '\0' : letter))
    .join('')
    .split('\0')
    .map((run) => run.replace(OPERATOR, ''))
    .filter((run) => run !== '');
}

/** A letter together with the marks on it: what composes lies within one. */
function lettersOf(text: string): readonly string[] {
  if (/^[\x20-\x7e]*$/.test(text)) return [...text];
  return Array.from(new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text), ({ segment }) => segment);
}

function isUnstable(letter: string): boolean {
  return (
    letter !== letter.normalize('NFC') ||
    letter !== letter.normalize('NFD') ||
    letter.includes('\uFFFD') ||
    !letter.isWellFormed()
  );
}

function longest(runs: readonly string[], lengthOf: (run: string) => number): string | undefined {
  const [best] = runs.toSorted((a, b) => lengthOf(b) - lengthOf(a));
  return best === undefined || lengthOf(best) < SHORTEST_HINT ? undefined : best;
}

/** In bytes, since a Chinese character tells more than a Latin letter. */
function byteLength(text: string): number {
  return Buffer.byteLength(text);
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
