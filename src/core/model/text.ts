/** Longest text that is sent per kind of field, in code points (the Python plugin cut at the same lengths, and Plex shows no more). */
const LIMITS = { line: 255, summary: 10_000 } as const;

/** One line as Plex shall keep it: NFC, control characters and runs of white space as one space, trimmed, at most 255 long. */
export function cleanLine(value: string): string {
  return cutAtWord(
    value
      .toWellFormed()
      .normalize('NFC')
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim(),
    LIMITS.line,
  );
}

/** A summary as Plex shall keep it: like `cleanLine`, but line breaks stay and at most one empty line parts paragraphs. */
export function cleanSummary(value: string): string {
  const lines = value
    .toWellFormed()
    .normalize('NFC')
    .split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/u);
  const cleaned = lines.map((line) => line.replace(/[\p{Cc}\s]+/gu, ' ').trim());
  return cutAtWord(
    cleaned
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
    LIMITS.summary,
  );
}

/** The names of a list, cleaned, without empty ones and without repeats that differ only in case or spacing. */
export function cleanNames(names: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  for (const name of names) {
    const cleaned = cleanLine(name);
    if (cleaned !== '' && !byKey.has(foldName(cleaned))) byKey.set(foldName(cleaned), cleaned);
  }
  return [...byKey.values()];
}

/** The key under which two spellings of one name meet: trimmed, NFC, without case. */
export function foldName(name: string): string {
  return name.normalize('NFC').replace(/\s+/gu, ' ').trim().toLowerCase().normalize('NFC');
}

/** A cut in the middle of what is read as one sign (an emoji of several, a letter with its marks) is ended before it. */
function atWholeSign(value: string, cut: string): string {
  const sign = new Intl.Segmenter('en').segment(value).containing(cut.length);
  // Marks without end are one sign too: then some of them are better than nothing.
  return sign === undefined || sign.index === 0 ? cut : cut.slice(0, sign.index);
}

/** At most `limit` code points, ended at the last word boundary when that keeps at least four fifths. */
export function cutAtWord(value: string, limit: number): string {
  // UTF-16 units are never fewer than code points, so short text needs no counting.
  if (value.length <= limit) return value;
  const points = [...value];
  if (points.length <= limit) return value;
  const cut = points.slice(0, limit).join('');
  if (/\s/u.test(points[limit] ?? '')) return cut.trimEnd();
  const end = Math.max(cut.lastIndexOf(' '), cut.lastIndexOf('\n'));
  return (end >= cut.length * 0.8 ? cut.slice(0, end) : atWholeSign(value, cut)).trimEnd();
}

/** Whether two values differ only in what Plex is known to change: case, white space, single signs. */
export function isRespelling(sent: string, kept: string): boolean {
  return lettersOf(sent) !== '' && lettersOf(sent) === lettersOf(kept);
}

/** No text is cut to less than this; what is shorter and begins alike is another text. */
const SHORTEST_CUT = 64;

/** Whether a text is the beginning of a longer one, as a cut leaves it, in the spelling of Plex or as sent. */
export function isBeginning(whole: string, part: string): boolean {
  if (part.length < SHORTEST_CUT || part.length >= whole.length || isRespelling(whole, part)) return false;
  return whole.startsWith(part) || (lettersOf(part) !== '' && lettersOf(whole).startsWith(lettersOf(part)));
}

function lettersOf(value: string): string {
  return foldName(value).replace(/[^\p{L}\p{N}]+/gu, '');
}
