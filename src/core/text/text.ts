/**
 * The longest text sent per kind of field, in code points (the Python plugin cut at the same lengths, and Plex shows no
 * more).
 */
const LIMITS = { line: 255, summary: 10_000 } as const;

/**
 * Cleans a line for Plex: NFC, control characters and runs of white space become one space, trimmed, at most 255 long.
 */
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

/**
 * Cleans a summary for Plex: like `cleanLine`, but keeps line breaks, and at most one empty line between paragraphs.
 */
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

/** Cleans the names of a list, without empty ones and without repeats that differ only in case or spacing. */
export function cleanNames(names: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  for (const name of names) {
    const cleaned = cleanLine(name);
    if (cleaned !== '' && !byKey.has(foldName(cleaned))) byKey.set(foldName(cleaned), cleaned);
  }
  return [...byKey.values()];
}

/** The key that all spellings of one name share: trimmed, NFC, without case. */
export function foldName(name: string): string {
  return name.normalize('NFC').replace(/\s+/gu, ' ').trim().toLowerCase().normalize('NFC');
}

/** Moves a cut to before the visible sign it falls into (an emoji of several code points, a letter with its marks). */
function atWholeSign(value: string, cut: string): string {
  const sign = new Intl.Segmenter('en').segment(value).containing(cut.length);
  // A letter may have any number of marks: if the cut would leave nothing, some of them stay.
  return sign === undefined || sign.index === 0 ? cut : cut.slice(0, sign.index);
}

/** At most `limit` code points, cut at the last word boundary if that keeps at least four fifths. */
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

/** Whether two values differ only in ways Plex is known to change: case, white space, single signs. */
export function isRespelling(sent: string, kept: string): boolean {
  return lettersOf(sent) !== '' && lettersOf(sent) === lettersOf(kept);
}

/** The shortest length to which a text is cut; a shorter text with the same beginning is a different one. */
const SHORTEST_CUT = 64;

/** Whether a text is the beginning of a longer one, as a cut leaves it, in Plex's spelling or as sent. */
export function isBeginning(whole: string, part: string): boolean {
  if (part.length < SHORTEST_CUT || part.length >= whole.length || isRespelling(whole, part)) return false;
  return whole.startsWith(part) || (lettersOf(part) !== '' && lettersOf(whole).startsWith(lettersOf(part)));
}

function lettersOf(value: string): string {
  return foldName(value).replace(/[^\p{L}\p{N}]+/gu, '');
}
