/** What the bench says of its figures; what it measures is no matter of a test. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BenchRun } from '../../scripts/bench/compare.ts';
import { compareRuns, noiseOf } from '../../scripts/bench/compare.ts';
import type { Figure } from '../../scripts/bench/figures.ts';
import { FIGURES, figuresOf } from '../../scripts/bench/figures.ts';
import { BEGIN, comparisonText, END, plainTable, withTable } from '../../scripts/bench/table.ts';

const figure = (values: Partial<Figure>): Figure => ({
  id: 'pier',
  what: 'the pier ÷ the quay',
  unit: '×',
  min: 1.75,
  median: 2,
  max: 3,
  quartiles: [1.875, 2.125],
  rounds: 16,
  ...values,
});

const runOf = (...figures: readonly Figure[]): BenchRun => ({ size: 'full', node: 'v24.1.0', cores: 2, figures });

const verdict = (before: Partial<Figure>, now: Partial<Figure>): string => {
  const { worse, better } = compareRuns(runOf(figure(before)), runOf(figure(now)));
  return worse.length > 0 ? 'worse' : better.length > 0 ? 'better' : 'the same';
};

test('values of rounds become a minimum, a median and a maximum, in the order of the table', () => {
  const figures = figuresOf({ 'start-enqueue': [3, 1, 2], 'start-version': [4, 1, 2, 3] }, 'full');
  assert.deepEqual(
    figures.map(({ id, min, median, max, quartiles, rounds }) => [id, min, median, max, quartiles, rounds]),
    [
      ['start-version', 1, 2.5, 4, [1.75, 3.25], 4],
      ['start-enqueue', 1, 2, 3, [1.5, 2.5], 3],
    ],
  );
});

test('a quick run says how large its libraries are', () => {
  const what = (size: 'full' | 'quick') => figuresOf({ 'known-idle': [1] }, size)[0]?.what ?? '';
  assert.match(what('full'), /100,000 scenes/);
  assert.match(what('quick'), / 10,000 scenes/);
});

test('a difference within the noise of both runs is none', () => {
  // Both stray by 1.58 × 0.25 ÷ 4.
  assert.equal(noiseOf(figure({}), figure({})), 0.1975);
  assert.equal(verdict({}, { median: 2.19 }), 'the same');
  assert.equal(verdict({}, { median: 2.2 }), 'worse');
  assert.equal(verdict({}, { median: 1.8 }), 'better');
});

test('outliers say nothing of the noise, and more rounds say more', () => {
  assert.equal(noiseOf(figure({ max: 9 }), figure({ min: 0.1 })), noiseOf(figure({}), figure({})));
  assert.ok(noiseOf(figure({ rounds: 64 }), figure({ rounds: 64 })) < noiseOf(figure({}), figure({})));
});

test('even values that are all the same may be a twentieth apart, and a tenth after one round', () => {
  const even = { quartiles: [2, 2] } as const;
  assert.equal(verdict(even, { ...even, median: 2.08 }), 'the same');
  assert.equal(verdict(even, { ...even, median: 2.12 }), 'worse');
  const once = { ...even, rounds: 1 };
  assert.equal(verdict(once, { ...once, median: 2.15 }), 'the same');
  assert.equal(verdict(once, { ...once, median: 2.25 }), 'worse');
});

test('requests are counted: one more is worse', () => {
  const counted = { unit: 'requests', min: 1.021, median: 1.021, max: 1.021, rounds: 1 } as const;
  assert.equal(verdict(counted, counted), 'the same');
  assert.equal(verdict(counted, { ...counted, min: 1.022, median: 1.022, max: 1.022 }), 'worse');
  assert.equal(verdict({ ...counted, max: 1.03 }, { ...counted, median: 1.025 }), 'the same');
});

test('a comparison names what got worse, what got better, and what only one run has', () => {
  const before = runOf(figure({}), figure({ id: 'mole', what: 'the mole' }), figure({ id: 'dock', what: 'the dock' }));
  const now = runOf(
    figure({ median: 2.5 }),
    figure({ id: 'mole', what: 'the mole', median: 1.1 }),
    figure({ id: 'buoy', what: 'the buoy' }),
  );
  assert.equal(
    comparisonText(compareRuns(before, now)),
    `worse:  the pier ÷ the quay: 2.00 → 2.50 × (noise 0.20)
better: the mole: 2.00 → 1.10 × (noise 0.20)
in one run only: the dock
in one run only: the buoy
Worse by more than the noise: 1.
`,
  );
  assert.equal(comparisonText(compareRuns(before, before)), 'Nothing got worse by more than the noise.\n');
});

test('a comparison says that the earlier run was made with another Node or on another machine', () => {
  const before = { ...runOf(figure({})), cores: 16 };
  assert.equal(
    comparisonText(compareRuns(before, runOf(figure({})))),
    `The saved run was made elsewhere: Node v24.1.0, 16 cores.
Nothing got worse by more than the noise.
`,
  );
});

test('a table has the digits that its units are good for, and says where more was wanted', () => {
  const text = plainTable([
    figure({ atMost: 2.2 }),
    figure({ what: 'a request', unit: 'requests', min: 1.0214, median: 1.0214, max: 120, atMost: 1.02 }),
    figure({ what: 'memory', unit: 'MiB', min: 99.7, median: 100.2, max: 1_234 }),
  ]);
  assert.deepEqual(
    text
      .trimEnd()
      .split(/\n/)
      .map((line) => line.trimEnd().split(/ {2,}/)),
    [
      ['the pier ÷ the quay', '×', '1.75', '2.00', '3.00', '2.20'],
      ['a request', 'requests', '1.021', '1.021', '120', '1.02 (missed)'],
      ['memory', 'MiB', '100', '100', '1,234'],
    ],
  );
});

test('a table is written between the markers of a page, and the rest of it stays', () => {
  const page = `# Cost\n\n${BEGIN}\nold\n${END}\n\nMore.\n`;
  const written = withTable(page, runOf(figure({ atMost: 2.2 })));
  assert.equal(
    written,
    `# Cost

${BEGIN}
Node v24.1.0, 2 cores.

| what | unit | min | median | max | at most |
| --- | --- | --: | --: | --: | --- |
| the pier ÷ the quay | × | 1.75 | 2.00 | 3.00 | 2.20 |
${END}

More.
`,
  );
  assert.equal(withTable(written, runOf(figure({ atMost: 2.2 }))), written);
  assert.throws(() => withTable('# Cost\n', runOf()), /needs the lines/);
  assert.throws(() => withTable(`${END}\n${BEGIN}\n`, runOf()), /needs the lines/);
});

test('no two figures say the same', () => {
  const words = Object.values(FIGURES).map(({ what }) => what);
  assert.equal(new Set(words).size, words.length);
});
