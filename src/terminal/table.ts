import Table from 'cli-table3';
import type { Paint, Reader, Style } from './reader.ts';
import { sanitize } from './sanitize.ts';
import { cutPathToWidth, cutToWidth, displayWidth, wrapToWidth } from './width.ts';

/** A cell, with the meaning that it has for those who see colours. */
export type Cell = string | number | { readonly text: string; readonly style: Style };

/** The head of a column; one with a rank goes where the terminal is narrow, the lowest first. */
export type Head = string | { readonly name: string; readonly rank: number };

/**
 * Formats rows for a person or a pipe. A person's table is as wide as its content. If the terminal is narrower, columns
 * with a rank go, then texts are cut to fit; if they would become too short, each row becomes a block. A pipe gets
 * tab-separated rows without a head, nothing cut.
 */
export function renderTable(heads: readonly Head[], rows: readonly (readonly Cell[])[], reader: Reader): string {
  const cells = rows.map((row) => row.map(toShown));
  if (reader.kind === 'pipe') return tabSeparated(cells, reader.paint);
  const all = heads.map((head) => (typeof head === 'string' ? { name: head, rank: undefined } : head));
  const fitted = reader.width < UPRIGHT_BELOW && all.length > FEW_COLUMNS ? undefined : fit(all, cells, reader.width);
  if (fitted !== undefined) return drawn(fitted, reader.paint);
  return cells
    .map((row) =>
      blockOf(
        row.map((cell, index) => [all[index]?.name ?? '', cell]),
        reader,
      ).join('\n'),
    )
    .join('\n\n');
}

/** Narrower, a table of more than a few columns is a heap of cut words. */
const UPRIGHT_BELOW = 50;
const FEW_COLUMNS = 3;

/** Formats named values one below the other; for a person a long value wraps, for a pipe each is a row. */
export function renderFields(fields: readonly (readonly [name: string, value: Cell])[], reader: Reader): string {
  const rows = fields.map(([name, value]): readonly [string, Shown] => [sanitize(name), toShown(value)]);
  if (reader.kind === 'pipe')
    return tabSeparated(
      rows.map(([name, value]) => [{ text: name.trim(), style: undefined }, value]),
      reader.paint,
    );
  return blockOf(rows, reader).join('\n');
}

/** A cell without control characters. */
type Shown = { readonly text: string; readonly style: Style | undefined };

function toShown(cell: Cell): Shown {
  if (typeof cell === 'object') return { text: sanitize(cell.text), style: cell.style };
  return { text: sanitize(String(cell)), style: undefined };
}

function painted({ text, style }: Shown, paint: Paint | undefined): string {
  return paint === undefined || style === undefined ? text : paint(style, text);
}

function tabSeparated(rows: readonly (readonly Shown[])[], paint: Paint | undefined): string {
  return rows.map((row) => row.map((cell) => painted(cell, paint)).join('\t')).join('\n');
}

const GAP = '  ';
/** A shorter text can no longer be told from the next one. */
const LEAST_TEXT = 10;

type Column = { readonly name: string; readonly rank: number | undefined };
type Fitted = {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly Shown[])[];
  readonly widths: readonly number[];
};

/** The columns that fit into `width`, and how wide each is; `undefined` when not even those without a rank fit. */
function fit(columns: readonly Column[], rows: readonly (readonly Shown[])[], width: number): Fitted | undefined {
  const texts = rows.map((row) => row.map(({ text }) => text));
  const widths = fittingWidths(
    columns.map(({ name }) => name),
    texts,
    width,
  );
  const weakest = columns.filter(({ rank }) => rank !== undefined).toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0))[0];
  const isTight = widths === undefined || isCutShort(texts, widths);
  if (widths !== undefined && !(isTight && weakest !== undefined))
    return { heads: columns.map(({ name }) => name), rows, widths };
  if (weakest === undefined) return undefined;
  const gone = columns.indexOf(weakest);
  return fit(
    columns.filter((_, index) => index !== gone),
    rows.map((row) => row.filter((_, index) => index !== gone)),
    width,
  );
}

/** Whether some text is cut to a few words, although another column could go. */
function isCutShort(rows: readonly (readonly string[])[], widths: readonly number[]): boolean {
  return widths.some(
    (width, index) =>
      width < READABLE_TEXT && rows.some((row) => isText(row[index] ?? '') && displayWidth(row[index] ?? '') > width),
  );
}

const READABLE_TEXT = 24;

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

function drawn({ heads, rows, widths }: Fitted, paint: Paint | undefined): string {
  const cut = (row: readonly Shown[]): readonly Shown[] =>
    widths.map((width, index) => {
      const { text, style } = row[index] ?? { text: '', style: undefined };
      return { text: isPath(text) ? cutPathToWidth(text, width) : cutToWidth(text, width), style };
    });
  const head = heads.map((text) => ({ text, style: 'head' as const }));
  const lines = (heads.length > 0 ? [head, ...rows] : rows).map(cut);
  const draw = lines.every((line) => line.every(({ text }) => LATIN.test(text))) ? drawTable : drawPlain;
  return draw(lines, widths, paint)
    .map((line) => line.trimEnd())
    .join('\n');
}

/** What cli-table3 measures as terminals do; other scripts it may count too narrow. */
const LATIN = /^[ -~\u00a1-\u024f…]*$/;

function drawTable(
  lines: readonly (readonly Shown[])[],
  widths: readonly number[],
  paint: Paint | undefined,
): string[] {
  const drawings: string[] = [];
  for (let start = 0; start < lines.length; start += PAGE_ROWS) {
    const table = new Table({
      colWidths: [...widths],
      style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
      chars: { ...BORDERLESS, middle: GAP },
    });
    table.push(...lines.slice(start, start + PAGE_ROWS).map((line) => line.map((cell) => painted(cell, paint))));
    drawings.push(...table.toString().split('\n'));
  }
  return drawings;
}

/** A long list is drawn page by page: cli-table3 holds every row against every other. */
const PAGE_ROWS = 100;

function drawPlain(
  lines: readonly (readonly Shown[])[],
  widths: readonly number[],
  paint: Paint | undefined,
): string[] {
  const padded = (cell: Shown, width: number): string =>
    `${painted(cell, paint)}${' '.repeat(Math.max(0, width - displayWidth(cell.text)))}`;
  return lines.map((line) => line.map((cell, index) => padded(cell, widths[index] ?? 0)).join(GAP));
}

function isPath(text: string): boolean {
  return /^(?:[/\\]|[A-Z]:[/\\]).*[/\\]/i.test(text);
}

/** Lines of `NAME  value`; a long value continues below, or starts below its name when there is little room. */
function blockOf(
  fields: readonly (readonly [name: string, value: Shown])[],
  { width, paint }: { readonly width: number; readonly paint?: Paint | undefined },
): readonly string[] {
  const longest = fields.reduce((widest, [name]) => Math.max(widest, displayWidth(name)), 0);
  const room = width - longest - GAP.length;
  if (room < LEAST_TEXT) {
    return fields.flatMap(([name, { text, style }]) => [
      cutToWidth(name, width),
      ...wrapToWidth(text, width - GAP.length).map((line) => `${GAP}${painted({ text: line, style }, paint)}`),
    ]);
  }
  return fields.flatMap(([name, { text, style }]) =>
    wrapToWidth(text, room).map((line, index) => {
      const label = index === 0 ? name : '';
      return `${label}${' '.repeat(longest - displayWidth(label))}${GAP}${painted({ text: line, style }, paint)}`.trimEnd();
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
