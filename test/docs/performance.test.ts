/** The page of what it costs and the bench that writes its table: they agree in everything but the figures. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FIGURES } from '../../scripts/bench/figures.ts';
import { BEGIN, END, HEADINGS, shown } from '../../scripts/bench/table.ts';

const page = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');
const [headings, , ...rows] = page
  .slice(page.indexOf(BEGIN), page.indexOf(END))
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

test('the table has a row for each figure, with its unit and what is to be reached', () => {
  assert.deepEqual(headings, HEADINGS);
  assert.deepEqual(
    rows.map(([what, unit, , , , atMost]) => [what, unit, atMost?.replace(' (missed)', '')]),
    Object.values(FIGURES).map(({ what, unit, atMost }) => [
      what,
      unit,
      atMost === undefined ? '' : shown(atMost, unit),
    ]),
  );
});

test('each row has a minimum, a median and a maximum', () => {
  for (const [what, , ...cells] of rows) {
    const [min = Number.NaN, median = Number.NaN, max = Number.NaN] = cells
      .slice(0, 3)
      .map((cell) => Number(cell.replaceAll(',', '')));
    assert.ok(min <= median && median <= max, what);
  }
});
