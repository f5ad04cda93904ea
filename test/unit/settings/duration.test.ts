import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clockText, parseDurationMs, parseRunningTimeMs } from '../../../src/settings/duration.ts';

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

test('text that is not a duration is refused', () => {
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

test('a running time is read as a player shows it, as seconds, or as any duration', () => {
  for (const [text, ms] of [
    ['1:02:03', 3_723_000],
    ['62:03', 3_723_000],
    ['2:03.5', 123_500],
    ['3723', 3_723_000],
    ['3723.25', 3_723_250],
    ['90s', 90_000],
    ['5m', 300_000],
  ] as const)
    assert.equal(parseRunningTimeMs(text), ms, text);
  for (const text of ['', '1:2:3', '1:60', '1:60:00', ':30', '1:02:03:04', '-5', 'long', '1h 2m'])
    assert.equal(parseRunningTimeMs(text), undefined, text);
});

test('a running time that is shown is read again, to the second', () => {
  assert.equal(clockText(3_723_000), '1:02:03');
  assert.equal(clockText(59_600), '1:00');
  fc.assert(
    fc.property(fc.nat(1_000_000_000), (ms) => {
      assert.equal(parseRunningTimeMs(clockText(ms)), Math.round(ms / 1_000) * 1_000);
    }),
  );
});
