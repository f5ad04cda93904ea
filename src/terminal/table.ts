import Table from 'cli-table3';
import { sanitize } from './sanitize.ts';

/** Rows for a person (a table as wide as its content) or for a pipe (tab-separated, without a head). */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  reader: 'person' | 'pipe',
): string {
  const cells = rows.map((row) => row.map((cell) => sanitize(String(cell))));
  if (reader === 'pipe') return cells.map((row) => row.map((cell) => cell.replaceAll('\t', ' ')).join('\t')).join('\n');
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true }, chars: BORDERLESS });
  table.push(...cells);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
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
  middle: '  ',
};
