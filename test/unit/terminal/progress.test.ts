import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { progressOf } from '../../../src/terminal/progress-rate.ts';
import type { ProgressState } from '../../../src/terminal/progress-text.ts';
import { progressText } from '../../../src/terminal/progress-text.ts';
import { shortDuration } from '../../../src/terminal/time.ts';
import { displayWidth } from '../../../src/terminal/width.ts';

const HALF: ProgressState = {
  done: 12_345,
  total: 27_903,
  perMinute: 182.4,
  etaMs: 5_118_000,
  current: 'Harbour Lights',
};

test('the total spans the runs: done before, done now and left', () => {
  const progress = progressOf({ doneBefore: 200, doneNow: 100, left: 700, startedAt: 1_000, now: 61_000 });
  assert.deepEqual(progress, { done: 300, total: 1_000, perMinute: 100, etaMs: 420_000 });
});

test('there is no rate before anything was done, nor on a clock that was set back', () => {
  const run = { doneBefore: 5, doneNow: 0, left: 5, startedAt: 1_000, now: 2_000 };
  assert.deepEqual(progressOf(run), { done: 5, total: 10, perMinute: undefined, etaMs: undefined });
  assert.equal(progressOf({ ...run, doneNow: 1, now: 500 }).etaMs, undefined);
});

test('rate and time left are finite and never negative', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), fc.nat(), fc.nat(), (doneBefore, doneNow, left, startedAt, now) => {
      const { perMinute = 0, etaMs = 0 } = progressOf({ doneBefore, doneNow, left, startedAt, now });
      for (const number of [perMinute, etaMs]) assert.ok(Number.isFinite(number) && number >= 0);
    }),
  );
});

test('a wide terminal shows count, percent, rate, time left and the scene', () => {
  assert.equal(progressText(HALF, 80), '12,345/27,903  44%  182/min  ETA 1h 25m  Harbour Lights');
});

test('a narrow one cuts the title, then does without it, the rate, the time left and the percent', () => {
  assert.equal(progressText(HALF, 50), '12,345/27,903  44%  182/min  ETA 1h 25m  Harbour…');
  assert.equal(progressText(HALF, 45), '12,345/27,903  44%  182/min  ETA 1h 25m');
  assert.equal(progressText(HALF, 37), '12,345/27,903  44%  ETA 1h 25m');
  assert.equal(progressText(HALF, 20), '12,345/27,903  44%');
  assert.equal(progressText(HALF, 10), '12,345/27…');
});

test('a fast run counts in seconds, a slow one in tenths', () => {
  assert.match(progressText({ ...HALF, perMinute: 72_000 }, 80), / 1,200\/s /);
  assert.match(progressText({ ...HALF, perMinute: 2.25 }, 80), / 2\.3\/min /);
});

test('100 % is said only when nothing is left, and then no time left', () => {
  assert.match(progressText({ ...HALF, done: 27_902 }, 80), / 99% /);
  assert.equal(progressText({ ...HALF, done: 27_903, current: undefined }, 80), '27,903/27,903  100%  182/min');
});

test('a line is never wider than asked for and holds no control character, whatever a title brings', () => {
  const count = fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined });
  const title = fc.option(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', maxLength: 90 })), {
    nil: undefined,
  });
  fc.assert(
    fc.property(
      fc.nat(),
      fc.nat(),
      count,
      count,
      title,
      fc.nat(120),
      (done, left, perMinute, etaMs, current, width) => {
        const text = progressText({ done, total: done + left, perMinute, etaMs, current }, width);
        assert.ok(displayWidth(text) <= width, text);
        assert.doesNotMatch(text, /\p{Cc}/u);
      },
    ),
  );
});

test('a length of time is told in its two largest units', () => {
  assert.deepEqual([400, 42_000, 307_000, 5_100_000, 273_600_000].map(shortDuration), [
    '0s',
    '42s',
    '5m 07s',
    '1h 25m',
    '3d 4h',
  ]);
});
