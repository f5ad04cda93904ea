/** The figures as tables: for the terminal, and between the markers of a page. */
import type { BenchRun, Change, Comparison } from './compare.ts';
import { placeOf } from './compare.ts';
import type { Figure, Unit } from './figures.ts';

export const BEGIN = '<!-- Made by the bench: begin -->';
export const END = '<!-- Made by the bench: end -->';
export const HEADINGS = ['what', 'unit', 'min', 'median', 'max', 'at most'] as const;

const DIGITS: Readonly<Record<Unit, number>> = { '×': 2, requests: 3, MiB: 0, s: 1 };

/** A value with as many digits as its unit is good for. */
export function shown(value: number, unit: Unit): string {
  return value.toLocaleString('en', {
    maximumFractionDigits: DIGITS[unit],
    minimumFractionDigits: unit === '×' ? 2 : 0,
  });
}

function cellsOf({ what, unit, min, median, max, atMost }: Figure): readonly string[] {
  const values = [min, median, max].map((value) => shown(value, unit));
  const isMissed = atMost !== undefined && median > atMost;
  return [what, unit, ...values, atMost === undefined ? '' : `${shown(atMost, unit)}${isMissed ? ' (missed)' : ''}`];
}

/** One line a figure, the words first. */
export function plainTable(figures: readonly Figure[]): string {
  const rows = figures.map(cellsOf);
  const width = Math.max(0, ...rows.map(([what = '']) => what.length));
  return rows
    .map(([what = '', ...cells]) => `${what.padEnd(width)}  ${cells.map((cell) => cell.padStart(8)).join('  ')}\n`)
    .join('');
}

export function markdownTable(figures: readonly Figure[]): string {
  const rows = [HEADINGS, ['---', '---', '--:', '--:', '--:', '---'], ...figures.map(cellsOf)];
  return rows.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** The page with the table of `run` between its markers; throws where a marker is missing. */
export function withTable(page: string, run: BenchRun): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page needs the lines ${BEGIN} and ${END}`);
  const table = `${placeOf(run)}.\n\n${markdownTable(run.figures)}`;
  return `${page.slice(0, begin + BEGIN.length)}\n${table}${page.slice(end)}`;
}

/** What a comparison says, a line each. */
export function comparisonText({ worse, better, alone, elsewhere }: Comparison): string {
  return [
    ...(elsewhere === undefined ? [] : [`The saved run was made elsewhere: ${elsewhere}.`]),
    ...worse.map((change) => `worse:  ${changeText(change)}`),
    ...better.map((change) => `better: ${changeText(change)}`),
    ...alone.map((what) => `in one run only: ${what}`),
    worse.length === 0 ? 'Nothing got worse by more than the noise.' : `Worse by more than the noise: ${worse.length}.`,
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function changeText({ before, now, noise }: Change): string {
  const { what, unit } = now;
  const [from, to, by] = [before.median, now.median, noise].map((value) => shown(value, unit));
  return `${what}: ${from} → ${to} ${unit} (noise ${by})`;
}
