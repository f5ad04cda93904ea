import type { PersonalKind } from '../core/text/sentence.ts';

/** A part of a text that must not be shown. `url` is shown as address and path, everything else as its kind. */
export type Span = { readonly start: number; readonly end: number; readonly kind: PersonalKind | 'url' };

/** Extensions that are kept, since they are not personal. */
export const KEPT_EXTENSION =
  /\.(?:mp4|m4v|mkv|webm|avi|mov|wmv|mpe?g|ts|flv|jpe?g|png|webp|json|ndjson|db|log|js|txt)$/i;

/** A document in no folder, such as `notes.md`. Host names with these endings are ignored unless they have more dots. */
const PLAIN_FILE = /^[\p{L}\p{N}_-]+\.(?:md|csv|tsv|ya?ml|toml|conf|ini|html?|xml|pem|crt|cmd|prom)$/iu;

/** A time by RFC 3339, as we write them. */
const TIME = /(?<![\w:-])\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)?(?![\w:])/g;

const MEDIA = 'mp4|m4v|mkv|webm|avi|mov|wmv|mpe?g|ts|flv|jpe?g|png|webp';
/** What ends a word in a line of ours; a path without spaces has none of these. */
const STOP = String.raw`\s'"<>|,;()\[\]=`;

type Pattern = {
  readonly kind: Span['kind'];
  readonly regex: RegExp;
  /** Whether a match that has the form is meant; always when absent. */
  readonly isMeant?: (text: string) => boolean;
};

/**
 * Each takes time linear in the length of its text: a run of signs is begun at its first sign alone, and what may come
 * before a match is looked for only where a match can begin.
 */
const PATTERNS: readonly Pattern[] = [
  { kind: 'url', regex: /[a-z][a-z0-9+.-]{0,31}:\/\/[^\s'"<>]*[^\s'"<>.,;:)\]]/gi },
  {
    kind: 'token',
    regex:
      /(?=[^\s"'&,;])(?<=(?:token|api[-_ ]?key|password|passwd|secret|authorization|cookie)["']?\s*[=:]\s*["']?)[^\s"'&,;]+/gi,
  },
  { kind: 'token', regex: /(?=[^\s"',;])(?<=\b(?:bearer|basic)\s+)[^\s"',;]+/gi },
  { kind: 'token', regex: /[A-Za-z0-9_+=~-]{16,}/g, isMeant: isTokenLike },
  { kind: 'user', regex: /(?<![^\s'"<>,;:()])[^\s'"<>,;:()]*@[^\s'"<>,;:()]+/g },
  {
    kind: 'path',
    regex: new RegExp(String.raw`(?<![^${STOP}])[^${STOP}]*[\\/](?:[^${STOP}]*[^${STOP}.:!?])?`, 'gu'),
    isMeant: (text) => !/^\d+\/\d+$/.test(text) && /[\p{L}\p{N}]/u.test(text),
  },
  {
    kind: 'path',
    regex: new RegExp(String.raw`(?<![^${STOP}\\/:])[^${STOP}\\/:]+\.(?:${MEDIA})(?![\p{L}\p{N}])`, 'giu'),
  },
  { kind: 'address', regex: /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)/g },
  { kind: 'address', regex: /\[?(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:%\w+)?\]?/gi, isMeant: isAddressLike },
  { kind: 'host', regex: /(?<![\w.-])(?=[\w.-]*[a-z])[\w-]+(?:\.[\w-]+)*(?=:\d{1,5}(?!\d))/gi },
  {
    kind: 'host',
    regex: /(?<![\p{L}\p{N}_.-])(?:[\p{L}\p{N}_-]+\.)+[\p{L}][\p{L}\p{N}-]+(?![\w-])/gu,
    isMeant: (text) => !KEPT_EXTENSION.test(text) && !PLAIN_FILE.test(text),
  },
];

const MEDIA_END = new RegExp(String.raw`\.(?:${MEDIA})(?![\p{L}\p{N}])`, 'giu');

/** Folders and names with spaces, known to be a path by how it begins and how it ends. */
function spacedPaths(text: string): readonly Span[] {
  const spans: Span[] = [];
  for (const { index, 0: run } of text.matchAll(/[^'"<>|\n]+/g)) {
    const starts = [...run.matchAll(/(?:\b[A-Za-z]:)?[\\/]/g)].map((start) => start.index);
    let next = 0;
    for (const end of run.matchAll(MEDIA_END)) {
      const start = starts[next];
      if (start === undefined || start >= end.index) continue;
      const pathEnd = end.index + end[0].length;
      spans.push({ start: index + start, end: index + pathEnd, kind: 'path' });
      while ((starts[next] ?? Number.POSITIVE_INFINITY) < pathEnd) next += 1;
    }
  }
  return spans;
}

/** Every part of a line that has the form of something personal, known or not. */
export function suspectSpans(text: string): readonly Span[] {
  const found = PATTERNS.flatMap(({ kind, regex, isMeant }) =>
    [...text.matchAll(regex)]
      .filter(([match]) => isMeant === undefined || isMeant(match))
      .map((match) => ({ start: match.index, end: match.index + match[0].length, kind })),
  );
  const times = [...text.matchAll(TIME)].map(({ index, 0: time }) => ({ start: index, end: index + time.length }));
  const isOfTime = ({ start, end }: Span): boolean => times.some((time) => time.start <= start && end <= time.end);
  const quoted = [...text.matchAll(/"[^"\n]+"|[“«‘`][^\n“«‘`]+?[”»’`](?![\p{L}\p{N}])/gu)].map(inside);
  const paths = spacedPaths(text).filter((span) => !isOfTime(span));
  return [...found.filter((span) => !isOfTime(span)), ...paths, ...quoted, ...quotedSpans(text)];
}

/**
 * The texts in single quotes. A quote opens after a space or a sign and closes before one; others are apostrophes. With
 * an unmatched quote, everything from the first to the last quote is masked.
 */
function quotedSpans(text: string): readonly Span[] {
  const lines = [...text.matchAll(/[^\n]+/g)];
  const spans = lines.flatMap(({ index, 0: line }) => quotedPairs(line, index));
  const [first] = spans;
  if (first === undefined) return [];
  const lastQuote = [...text.matchAll(/'(?![\p{L}\p{N}])/gu)].at(-1)?.index ?? first.end;
  const isLeftOver = spans.every(({ end }) => end < lastQuote);
  return isLeftOver ? [{ start: first.start, end: lastQuote, kind: 'text' }] : spans;
}

/** Each opening quote of a line with the next closing one; a pair ends before the next begins. */
function quotedPairs(line: string, at: number): readonly Span[] {
  const closing = [...line.matchAll(/(?<=\S)'(?![\p{L}\p{N}])/gu)].map(({ index }) => index);
  const pairs: Span[] = [];
  let next = 0;
  let free = 0;
  for (const { index: open } of line.matchAll(/(?<![\p{L}\p{N}])'(?=\S)/gu)) {
    if (open < free) continue;
    while ((closing[next] ?? Number.POSITIVE_INFINITY) <= open) next += 1;
    const close = closing[next];
    if (close === undefined) break;
    pairs.push({ start: at + open + 1, end: at + close, kind: 'text' });
    free = close + 1;
  }
  return pairs;
}

/** What a match holds between its two quotes. */
function inside({ index, 0: quoted }: RegExpExecArray): Span {
  return { start: index + 1, end: index + quoted.length - 1, kind: 'text' };
}

/** Long, and mixed letters and digits or without a break. */
function isTokenLike(text: string): boolean {
  return /\d/.test(text) ? /[a-z]/i.test(text) || text.length >= 20 : /[A-Za-z0-9]{24,}/.test(text);
}

/** An IPv6 or a hardware address, and no time of day. */
function isAddressLike(text: string): boolean {
  return /[0-9a-f]/i.test(text) && (text.includes('::') || text.split(':').length >= 6);
}
