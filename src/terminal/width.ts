/**
 * The number of columns a terminal may use for a text. Never less than it really uses: an overlong line wraps, a short
 * one only looks ragged. CJK and emoji count two, marks on a letter none.
 */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const sign of signsOf(text)) width += signWidth(sign);
  return width;
}

/** Cuts the text to at most `width` columns; a cut text ends with an ellipsis. */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return width < 1 ? '' : `${headOf(text, width - 1).trimEnd()}…`;
}

/** Cuts a path in its middle, so that the name of the file stays; a name that is too long loses its beginning. */
export function cutPathToWidth(path: string, width: number): string {
  if (displayWidth(path) <= width) return path;
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')));
  const room = width - displayWidth(name) - 1;
  if (room > 0) return `${headOf(path, room)}…${name}`;
  const signs = signsOf(name);
  while (signs.length > 0 && displayWidth(signs.join('')) > width - 1) signs.shift();
  return `…${signs.join('')}`;
}

/** Wraps the text into lines of at most `width` columns, between words; a word is broken only if it fits no line. */
export function wrapToWidth(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (displayWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (displayWidth(line) > width) {
      // A sign wider than the line gets a line of its own; otherwise this would never end.
      const head = headOf(line, width) || firstSignOf(line);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  lines.push(line);
  return lines;
}

/**
 * Wraps a line between words, keeping its indentation. A word that fits no line stays whole, so that a path or an address
 * can still be copied.
 */
export function wrapWords(line: string, width: number): readonly string[] {
  const [indent = ''] = /^ */.exec(line) ?? [];
  const lines: string[] = [];
  for (const word of line.slice(indent.length).split(' ')) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(`${indent}${word}`);
    else if (displayWidth(last) + 1 + displayWidth(word) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines;
}

/** Splits a text into visible signs: a letter with its marks, an emoji with all its parts. */
function signsOf(text: string): string[] {
  return Array.from(segments(text), ({ segment }) => segment);
}

function segments(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** The columns of one sign. Terminals disagree about joined emoji: the count assumes that each part is shown alone. */
function signWidth(sign: string): number {
  let width = 0;
  for (const point of sign) width += isMark(point) ? 0 : isWide(point) ? 2 : 1;
  return sign.includes('\ufe0f') ? Math.max(width, 2) : width;
}

function headOf(text: string, width: number): string {
  if (PLAIN.test(text)) return text.slice(0, width);
  let head = '';
  let used = 0;
  for (const sign of signsOf(text)) {
    used += signWidth(sign);
    if (used > width) break;
    head += sign;
  }
  return head;
}

function firstSignOf(text: string): string {
  return signsOf(text)[0] ?? text;
}

/** Made on first use: it costs as much as opening a database, and most lines are plain. */
let segmenter: Intl.Segmenter | undefined;
const PLAIN = /^[ -~]*$/;

// In functions, since Node takes a third of a millisecond to make one of these, and most texts need none.
const isMark = (point: string): boolean => /^[\p{Mn}\p{Me}\p{Cf}]$/u.test(point);
/** East Asian wide and fullwidth blocks (Unicode annex 11), as whole blocks, and everything drawn as a picture. */
const isWide = (point: string): boolean =>
  /^[\u1100-\u115f\u2329\u232a\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe10-\ufe1f\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f000}-\u{1faff}\u{20000}-\u{3ffff}]$|^(?=[\u2000-\u{10ffff}])\p{Extended_Pictographic}$/u.test(
    point,
  );
