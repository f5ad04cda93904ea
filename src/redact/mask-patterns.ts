import type { PersonalKind } from '../core/text/sentence.ts';

/** A part of a text that must not be shown. `url` is shown as address and path, everything else as its kind. */
export type Span = { readonly start: number; readonly end: number; readonly kind: PersonalKind | 'url' };

/** Extensions that are kept, since they say nothing about a person. */
export const KEPT_EXTENSION =
  /\.(?:mp4|m4v|mkv|webm|avi|mov|wmv|mpe?g|ts|flv|jpe?g|png|webp|json|ndjson|db|log|js|txt)$/i;

/** A document in no folder, such as `notes.md`. A host of these few endings has more than one dot, or is nobody's. */
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

const PATTERNS: readonly Pattern[] = [
  { kind: 'url', regex: /[a-z][a-z0-9+.-]*:\/\/[^\s'"<>]*[^\s'"<>.,;:)\]]/gi },
  {
    kind: 'token',
    regex: /(?<=(?:token|api[-_ ]?key|password|passwd|secret|authorization|cookie)["']?\s*[=:]\s*["']?)[^\s"'&,;]+/gi,
  },
  { kind: 'token', regex: /(?<=\b(?:bearer|basic)\s+)[^\s"',;]+/gi },
  { kind: 'token', regex: /[A-Za-z0-9_+=~-]{16,}/g, isMeant: isTokenLike },
  { kind: 'user', regex: /[^\s'"<>,;:()]*@[^\s'"<>,;:()]+/g },
  // Folders and names with spaces, known to be a path by how it begins and how it ends.
  {
    kind: 'path',
    regex: new RegExp(String.raw`(?:\b[A-Za-z]:)?[\\/][^'"<>|\n]*?\.(?:${MEDIA})(?![\p{L}\p{N}])`, 'giu'),
  },
  {
    kind: 'path',
    regex: new RegExp(String.raw`[^${STOP}]*[\\/](?:[^${STOP}]*[^${STOP}.:!?])?`, 'gu'),
    isMeant: (text) => !/^\d+\/\d+$/.test(text) && /[\p{L}\p{N}]/u.test(text),
  },
  { kind: 'path', regex: new RegExp(String.raw`[^${STOP}\\/:]+\.(?:${MEDIA})(?![\p{L}\p{N}])`, 'giu') },
  { kind: 'address', regex: /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)/g },
  { kind: 'address', regex: /\[?(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:%\w+)?\]?/gi, isMeant: isAddressLike },
  { kind: 'host', regex: /(?<![\w.-])(?=[\w.-]*[a-z])[\w-]+(?:\.[\w-]+)*(?=:\d{1,5}(?!\d))/gi },
  {
    kind: 'host',
    regex: /(?<![\w.-])(?:[\p{L}\p{N}_-]+\.)+[\p{L}][\p{L}\p{N}-]+(?![\w-])/gu,
    isMeant: (text) => !KEPT_EXTENSION.test(text) && !PLAIN_FILE.test(text),
  },
];

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
  return [...found.filter((span) => !isOfTime(span)), ...quoted, ...quotedSpans(text)];
}

/**
 * What stands in single quotes, which are apostrophes too: one opens after a sign or a space and closes before one.
 * Where a closing one is left over, nobody can tell which pairs were meant, and everything between the first and the
 * last goes.
 */
function quotedSpans(text: string): readonly Span[] {
  const pairs = [...text.matchAll(/(?<![\p{L}\p{N}])'(?=\S)[^\n]*?(?<=\S)'(?![\p{L}\p{N}])/gu)];
  const [first] = pairs;
  if (first === undefined) return [];
  const spans = pairs.map(inside);
  const lastQuote = Math.max(...[...text.matchAll(/'(?![\p{L}\p{N}])/gu)].map(({ index }) => index));
  const isLeftOver = spans.every(({ end }) => end < lastQuote);
  return isLeftOver ? [{ start: first.index + 1, end: lastQuote, kind: 'text' }] : spans;
}

/** What a match holds between its two quotes. */
function inside({ index, 0: quoted }: RegExpExecArray): Span {
  return { start: index + 1, end: index + quoted.length - 1, kind: 'text' };
}

/** Long, and no word of ours: letters and digits mixed, or too long without a break for any word. */
function isTokenLike(text: string): boolean {
  return /\d/.test(text) ? /[a-z]/i.test(text) || text.length >= 20 : /[A-Za-z0-9]{24,}/.test(text);
}

/** An IPv6 or a hardware address, and no time of day. */
function isAddressLike(text: string): boolean {
  return /[0-9a-f]/i.test(text) && (text.includes('::') || text.split(':').length >= 6);
}
