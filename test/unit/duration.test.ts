import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDurationMs } from '../../src/core/duration.ts';

test('a duration names its unit', () => {
  assert.equal(parseDurationMs('250ms', 's'), 250);
  assert.equal(parseDurationMs('90s', 'd'), 90_000);
  assert.equal(parseDurationMs('5m', 's'), 300_000);
  assert.equal(parseDurationMs('24h', 's'), 86_400_000);
  assert.equal(parseDurationMs('7d', 's'), 604_800_000);
});

test('a bare number is in the unit that is asked for', () => {
  assert.equal(parseDurationMs('30', 's'), 30_000);
  assert.equal(parseDurationMs(30, 'd'), 2_592_000_000);
});

test('a duration may have a fraction', () => {
  assert.equal(parseDurationMs('1.5m', 's'), 90_000);
  assert.equal(parseDurationMs(0.1, 's'), 100);
});

test('white space around a duration is no fault', () => {
  assert.equal(parseDurationMs(' 5m ', 's'), 300_000);
});

test('what is no duration is refused', () => {
  for (const value of [
    '',
    '-5s',
    '5 m',
    '5w',
    'soon',
    '1h30m',
    '5M',
    '.5s',
    'NaN',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
  ])
    assert.equal(parseDurationMs(value, 's'), undefined, String(value));
});

test('a whole number of any unit is that many units', () => {
  const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
  const anyUnit = fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[]));
  fc.assert(
    fc.property(fc.nat(100_000), anyUnit, (count, unit) => {
      assert.equal(parseDurationMs(`${count}${unit}`, 's'), count * units[unit]);
      assert.equal(parseDurationMs(count, unit), count * units[unit]);
    }),
  );
});
