import Table from 'cli-table3';
import type { Reader } from './reader.ts';
import { sanitize } from './sanitize.ts';
import { cutToWidth, displayWidth, signsOf, signWidth, wrapToWidth } from './width.ts';

export type Cell = string | number;

/**
 * Formats rows for a person or a pipe. A person's table is as wide as its content. If the terminal is narrower, texts
 * are cut to fit; if they would become too short, each row becomes a block. A pipe gets tab-separated rows without a
 * head, nothing cut.
 */
export function renderTable(head: readonly string[], rows: readonly (readonly Cell[])[], reader: Reader): string {
  const cells = rows.map((row) => row.map((cell) => sanitize(String(cell))));
  if (reader.kind === 'pipe') return tabSeparated(cells);
  const widths = fittingWidths(head, cells, reader.width);
  if (widths !== undefined) return drawn(head, cells, widths);
  return cells
    .map((row) =>
      blockOf(
        row.map((cell, index) => [head[index] ?? '', cell]),
        reader.width,
      ).join('\n'),
    )
    .join('\n\n');
}

/** Formats named values one below the other; for a person a long value wraps, for a pipe each is a row. */
export function renderFields(fields: readonly (readonly [name: string, value: Cell])[], reader: Reader): string {
  const rows = fields.map(([name, value]): [string, string] => [sanitize(name), sanitize(String(value))]);
  if (reader.kind === 'pipe') return tabSeparated(rows.map(([name, value]) => [name.trim(), value]));
  return blockOf(rows, reader.width).join('\n');
}

function tabSeparated(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.join('\t')).join('\n');
}

const GAP = '  ';
/** A shorter text can no longer be told from the next one. */
const LEAST_TEXT = 10;

/** The width of each column so that a row fits into `width`; `undefined` when it cannot fit. */
function fittingWidths(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): readonly number[] | undefined {
  const count = Math.max(head.length, ...rows.map((row) => row.length), 0);
  const columns = Array.from({ length: count }, (_, index) => {
    const column = rows.map((row) => row[index] ?? '');
    const title = displayWidth(head[index] ?? '');
    const natural = column.reduce((widest, cell) => Math.max(widest, displayWidth(cell)), title);
    return { natural, least: column.some(isText) ? Math.min(natural, Math.max(title, LEAST_TEXT)) : natural };
  });
  const room = width - GAP.length * (count - 1);
  const widthsUpTo = (cap: number): number[] =>
    columns.map(({ natural, least }) => Math.max(least, Math.min(natural, cap)));
  const isTooWide = (widths: readonly number[]): boolean => widths.reduce((sum, each) => sum + each, 0) > room;
  // The widest columns shrink first, down to a common width.
  for (let cap = Math.max(...columns.map(({ natural }) => natural), 0); cap >= 0; cap--) {
    const widths = widthsUpTo(Math.min(cap, room));
    if (!isTooWide(widths)) return widths;
  }
  return undefined;
}

/** Whether a cell may be cut: words and paths may; numbers, times, ids and names of errors mean nothing in part. */
function isText(cell: string): boolean {
  return /\p{L}/u.test(cell) && /[\s/\\]|.{30}/u.test(cell);
}

function drawn(head: readonly string[], rows: readonly (readonly string[])[], widths: readonly number[]): string {
  const signs = createStandIns();
  const fit = (row: readonly string[]): string[] =>
    widths.map((width, index) => signs.standIn(cutToWidth(row[index] ?? '', width)));
  const lines = head.length > 0 ? [fit(head), ...rows.map(fit)] : rows.map(fit);
  const drawings: string[] = [];
  for (let start = 0; start < lines.length; start += ROWS_AT_ONCE) {
    const table = new Table({
      colWidths: [...widths],
      style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
      chars: { ...BORDERLESS, middle: GAP },
    });
    table.push(...lines.slice(start, start + ROWS_AT_ONCE));
    drawings.push(table.toString());
  }
  return signs
    .restore(drawings.join('\n'))
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** cli-table3 compares every row with every other: 20,000 at once took half a minute. */
const ROWS_AT_ONCE = 100;

/**
 * cli-table3 measures text by older width tables than ours: non-Latin text is replaced by private-use code points, one
 * per column, and restored afterwards.
 */
function createStandIns(): { standIn(text: string): string; restore(text: string): string } {
  const places = new Map<string, string>();
  const signs: string[] = [];
  const placeOf = (sign: string): string => {
    let place = places.get(sign);
    if (place === undefined && signWidth(sign) > 0) {
      place = String.fromCodePoint(FIRST_PLACE + signs.length) + FILLER.repeat(signWidth(sign) - 1);
      signs.push(sign);
      places.set(sign, place);
    }
    return place ?? '';
  };
  return {
    standIn: (text) =>
      LATIN.test(text)
        ? text
        : signsOf(text)
            .map((sign) => (LATIN.test(sign) ? sign : placeOf(sign)))
            .join(''),
    restore: (text) =>
      text
        .replaceAll(FILLER, '')
        .replace(/[\u{f0001}-\u{10ffff}]/gu, (place) => signs[(place.codePointAt(0) ?? 0) - FIRST_PLACE] ?? ''),
  };
}

const LATIN = /^[ -~\u00c0-\u024f]*$/;
const FILLER = '\u{f0000}';
const FIRST_PLACE = 0xf0001;

/** Lines of `NAME  value`; a long value continues below, or starts below its name when there is little room. */
function blockOf(fields: readonly (readonly [name: string, value: string])[], width: number): readonly string[] {
  const longest = fields.reduce((widest, [name]) => Math.max(widest, displayWidth(name)), 0);
  const room = width - longest - GAP.length;
  if (room < LEAST_TEXT) {
    return fields.flatMap(([name, value]) => [
      cutToWidth(name, width),
      ...wrapToWidth(value, width - GAP.length).map((line) => `${GAP}${line}`),
    ]);
  }
  return fields.flatMap(([name, value]) =>
    wrapToWidth(value, room).map((line, index) => {
      const label = index === 0 ? name : '';
      return `${label}${' '.repeat(longest - displayWidth(label))}${GAP}${line}`.trimEnd();
    }),
  );
}

const BORDERLESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
};
