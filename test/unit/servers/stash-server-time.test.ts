/** Time as Stash compares it: text, in the zone of the server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clockOf, cursorBefore, farCursor, isPast, isSettled, offsetOf } from '../../../src/stash/server-time.ts';

const NOON = Date.UTC(2024, 4, 1, 12, 0, 0);

/** A moment as a server at this offset writes it down. */
function spelled(at: number, offsetMinutes: number): string {
  const local = new Date(at + offsetMinutes * 60_000).toISOString().slice(0, 19);
  if (offsetMinutes === 0) return `${local}Z`;
  const size = Math.abs(offsetMinutes);
  const digits = (value: number): string => String(value).padStart(2, '0');
  return `${local}${offsetMinutes < 0 ? '-' : '+'}${digits(Math.floor(size / 60))}:${digits(size % 60)}`;
}

test('a cursor is the time of day of the server, without an offset', () => {
  assert.equal(cursorBefore({ at: NOON, offset: 'Z' }, 0), '2024-05-01T12:00:00');
  assert.equal(cursorBefore({ at: NOON, offset: '+11:00' }, 3_600_000), '2024-05-01T22:00:00');
  assert.equal(cursorBefore({ at: NOON, offset: '-03:30' }, 0), '2024-05-01T08:30:00');
});

test('the offset is that of the times, the westernmost of several, and unknown without any', () => {
  assert.equal(offsetOf(['2024-05-01T23:00:00+11:00', '2024-04-01T23:00:00+10:00']), '+10:00');
  assert.equal(offsetOf(['2024-05-01T12:00:00Z', '2024-05-01T12:00:00-02:30']), '-02:30');
  assert.equal(offsetOf(['2024-05-01T12:00:00.5+02:00']), '+02:00');
  assert.equal(offsetOf([]), undefined);
});

const offset = fc.integer({ min: -12 * 4, max: 14 * 4 }).map((quarters) => quarters * 15);
const second = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1_000);

test('whatever is written down from the named second on comes after the cursor, in every zone, known or not', () => {
  fc.assert(
    fc.property(second, offset, fc.nat(86_400), fc.nat(86_400), (at, minutes, back, later) => {
      const known = offsetOf([spelled(at, minutes)]);
      const edited = spelled(at - back * 1_000 + later * 1_000, minutes);
      assert.ok(edited > cursorBefore({ at, offset: known }, back * 1_000));
      assert.ok(edited > cursorBefore({ at, offset: undefined }, back * 1_000));
    }),
  );
});

test('where the zone is known, what was written down before the cursor stays behind it', () => {
  fc.assert(
    fc.property(second, offset, fc.integer({ min: 1, max: 86_400 }), (at, minutes, back) => {
      const edited = spelled(at - back * 1_000, minutes);
      assert.ok(edited < cursorBefore({ at, offset: offsetOf([edited]) }, 0));
    }),
  );
});

test('an unreadable time spoils no cursor, and its scene is new only once', () => {
  const clock = clockOf(Date.UTC(2024, 4, 1), ['2024-05-01T10:00:00+11:00', 'soon']);
  const last = { ...clockOf(Date.UTC(2024, 3, 30), ['2024-04-30T10:00:00Z']), farAt: Date.UTC(2024, 3, 30) };
  assert.match(farCursor(last, clock), /^2024-04-\d\dT/);
  assert.deepEqual([isSettled('soon', clock), isPast('soon', clock)], [true, false]);
});
