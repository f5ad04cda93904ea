/** Quiet hours are parts of the local day, over midnight too. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { quietUntil } from '../../../src/commands/shared/paused.ts';
import { parseQuietRange, quietMinutesLeft, quietRangeText } from '../../../src/core/model/quiet-hours.ts';

const at = (text: string): number =>
  parseQuietRange(`${text}-${text === '00:00' ? '00:01' : '00:00'}`)?.from ?? Number.NaN;

test('a range is read as it is written, and written as it is read', () => {
  assert.deepEqual(parseQuietRange('02:00-05:30'), { from: 120, to: 330 });
  assert.deepEqual(parseQuietRange(' 2:05 - 23:59 '), { from: 125, to: 1_439 });
  assert.equal(quietRangeText({ from: 125, to: 0 }), '02:05-00:00');
  for (const wrong of ['', '02:00', '02:00-02:00', '24:00-05:00', '02:60-05:00', '02:00-05:00-07:00', '2-5', 'a-b'])
    assert.equal(parseQuietRange(wrong), undefined, wrong);
});

test('its first minute is quiet, and its end is not', () => {
  const hours = [{ from: at('02:00'), to: at('05:00') }];
  for (const [time, left] of [
    ['01:59', undefined],
    ['02:00', 180],
    ['04:59', 1],
    ['05:00', undefined],
  ] as const)
    assert.equal(quietMinutesLeft(hours, at(time)), left, time);
});

test('over midnight it goes on, and parts that touch are one', () => {
  const night = [
    { from: at('22:00'), to: at('00:30') },
    { from: at('00:30'), to: at('06:00') },
  ];
  for (const [time, left] of [
    ['23:00', 420],
    ['00:00', 360],
    ['05:59', 1],
    ['12:00', undefined],
  ] as const)
    assert.equal(quietMinutesLeft(night, at(time)), left, time);
});

test('a whole day of parts ends, and what is left never exceeds two days', () => {
  const minute = fc.integer({ min: 0, max: 1_439 });
  const range = fc.record({ from: minute, to: minute }).filter(({ from, to }) => from !== to);
  fc.assert(
    fc.property(fc.array(range, { maxLength: 5 }), minute, (ranges, now) => {
      const left = quietMinutesLeft(ranges, now);
      if (left === undefined) return;
      assert.ok(left > 0 && left < 2_880);
      if (left < 1_440) assert.equal(quietMinutesLeft(ranges, (now + left) % 1_440), undefined);
    }),
  );
});

test('the end is an instant by the clock on the wall', () => {
  const now = new Date(2026, 4, 1, 3, 30, 20).getTime();
  assert.equal(quietUntil([{ from: 120, to: 300 }], now), new Date(2026, 4, 1, 5, 0, 0).getTime());
  assert.equal(
    quietUntil([{ from: 1_320, to: 60 }], new Date(2026, 4, 1, 23, 0, 0).getTime()),
    new Date(2026, 4, 2, 1, 0).getTime(),
  );
  assert.equal(quietUntil([{ from: 120, to: 300 }], new Date(2026, 4, 1, 5, 0, 0).getTime()), undefined);
  assert.equal(quietUntil([], now), undefined);
});
