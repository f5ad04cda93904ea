import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Bounds, Health } from '../../../src/commands/stats/stats-check.ts';
import {
  boundsOr,
  checkLine,
  DEFAULT_BOUNDS,
  neverTakenOf,
  violationsOf,
  wellLine,
} from '../../../src/commands/stats/stats-check.ts';

const HOUR = 3_600_000;
const NOW = 1_800_000_000_000;
const WELL: Health = {
  dead: 0,
  oldestPendingAt: undefined,
  outageSince: undefined,
  stashOutageSince: undefined,
  lastSuccessAt: NOW - HOUR,
  firstRunAt: NOW - 99 * HOUR,
  stopped: undefined,
  lastRun: { started_at: NOW - HOUR, exit_code: 0 },
};

test('a healthy directory violates nothing', () => {
  assert.deepEqual(violationsOf(WELL, DEFAULT_BOUNDS, NOW), []);
});

test('where every bound holds, one line says that nothing needs a person, or what does all the same', () => {
  const nothing = { dead: 0, noStash: 0, removals: 0, neverTaken: 0 };
  assert.equal(wellLine(nothing), 'ok: nothing needs you, and every bound holds');
  assert.equal(
    wellLine({ dead: 3, noStash: 1, removals: 2, neverTaken: 4 }),
    'ok: every bound holds; for you to look at: 3 dead letters (plexsync dlq resolve), ' +
      '1 job without a Stash to ask (plexsync queue list), 2 jobs that would remove too much (plexsync resume), ' +
      '4 jobs due, and no run has ended well yet (plexsync process)',
  );
  for (const key of ['dead', 'noStash', 'removals'])
    assert.match(wellLine({ ...nothing, [key]: 1 }), /for you to look at: 1 (dead letter|job) [^,]*$/);
});

test('every exceeded bound stands in the one line, with its number and the bound', () => {
  const health: Health = {
    ...WELL,
    dead: 3,
    oldestPendingAt: NOW - 5.5 * HOUR,
    outageSince: NOW - 2 * HOUR - 1_000,
    lastSuccessAt: NOW - 49 * HOUR,
  };
  const bounds: Bounds = { maxDead: 2, maxAgeMs: 2 * HOUR, maxOutageMs: HOUR, maxSilenceMs: 24 * HOUR };
  assert.equal(
    checkLine(violationsOf(health, bounds, NOW)),
    '3 dead letters (--max-dead 2); the oldest job has waited for 5h 30m (--max-age 2h); ' +
      'the server has been away for 2h (--max-outage 1h); no run has ended well for 2d 1h (--max-silence 1d)',
  );
  assert.match(checkLine(violationsOf({ ...WELL, dead: 1 }, { maxDead: 0 }, NOW)), /^1 dead letter \(--max-dead 0\)$/);
});

test('a bound that is just reached holds, one millisecond later it does not', () => {
  const health = { ...WELL, oldestPendingAt: NOW - 2 * HOUR };
  assert.deepEqual(violationsOf(health, { maxAgeMs: 2 * HOUR }, NOW), []);
  assert.deepEqual(violationsOf(health, { maxAgeMs: 2 * HOUR }, NOW + 1), [
    { bound: 'max_age', value: 2 * HOUR + 1, limit: 2 * HOUR },
  ]);
});

test('only given bounds are checked, and without any the defaults are', () => {
  assert.deepEqual(violationsOf({ ...WELL, dead: 9 }, boundsOr({ maxAgeMs: HOUR }), NOW), []);
  assert.equal(violationsOf({ ...WELL, dead: 9 }, boundsOr({}), NOW).length, 1);
});

test('where no run has ever ended well, silence is counted from the first run or the oldest job', () => {
  const never = { ...WELL, lastSuccessAt: undefined, firstRunAt: undefined };
  assert.deepEqual(violationsOf(never, { maxSilenceMs: HOUR }, NOW), []);
  assert.equal(violationsOf({ ...never, oldestPendingAt: NOW - 2 * HOUR }, { maxSilenceMs: HOUR }, NOW).length, 1);
  // An edit has made the job young again.
  const edited = { ...never, oldestPendingAt: NOW, firstRunAt: NOW - 2 * HOUR };
  assert.equal(violationsOf(edited, { maxSilenceMs: HOUR }, NOW).length, 1);
  assert.deepEqual(violationsOf({ ...edited, oldestPendingAt: undefined }, { maxSilenceMs: HOUR }, NOW), []);
});

test('what has been due for more than an hour is told where no run has ended well yet', () => {
  const never = { ...WELL, lastSuccessAt: undefined, firstRunAt: undefined, due: 3 };
  const after = (hours: number, health = never): number =>
    neverTakenOf({ ...health, oldestPendingAt: NOW - hours * HOUR }, NOW);
  assert.deepEqual([after(1), after(1.1), after(9, { ...never, due: 0 })], [0, 3, 0]);
  assert.equal(neverTakenOf({ ...WELL, due: 3, oldestPendingAt: NOW - 9 * HOUR }, NOW), 0, 'a run has ended well');
});

test('a clock that was set back violates nothing, and the line is one line', () => {
  const instant = fc.option(fc.integer({ min: NOW - 1e10, max: NOW + 1e10 }), { nil: undefined });
  const arbitrary = fc.record({
    stopped: fc.constant(undefined),
    lastRun: fc.constant(undefined),
    dead: fc.nat(1e6),
    oldestPendingAt: instant,
    outageSince: instant,
    stashOutageSince: instant,
    lastSuccessAt: instant,
    firstRunAt: instant,
  });
  fc.assert(
    fc.property(arbitrary, (health) => {
      const violations = violationsOf(health, DEFAULT_BOUNDS, NOW);
      for (const one of violations) assert.ok(one.bound !== 'stopped' && one.value > one.limit);
      assert.doesNotMatch(checkLine(violations), /\n|NaN|undefined|\(--\S+ \)/);
      const outages = [health.outageSince, health.stashOutageSince].map((at) => at ?? 0);
      if (outages.every((at) => at > NOW)) assert.ok(!violations.some(({ bound }) => bound === 'max_outage'));
    }),
  );
});

test('an outage of Stash counts as one of Plex does, and is told apart', () => {
  const health = { ...WELL, stashOutageSince: NOW - 2 * HOUR };
  assert.deepEqual(violationsOf(health, { maxOutageMs: HOUR }, NOW), [
    { bound: 'max_outage', value: 2 * HOUR, limit: HOUR, server: 'stash' },
  ]);
  assert.match(checkLine(violationsOf(health, { maxOutageMs: HOUR }, NOW)), /^Stash has been away for 2h/);
});

test('what stops writing fails the check at once, whatever the bounds', () => {
  const stopped = { code: 'removals', since: NOW, hint: 'Look at it.' } as const;
  assert.deepEqual(violationsOf({ ...WELL, stopped }, { maxDead: 9 }, NOW), [{ bound: 'stopped', ...stopped }]);
  assert.equal(checkLine(violationsOf({ ...WELL, stopped }, {}, NOW)), 'stopped (removals): Look at it.');
});

test('a last run that was refused the credentials fails the check at once', () => {
  const violations = violationsOf({ ...WELL, lastRun: { started_at: NOW - 5, exit_code: 3 } }, DEFAULT_BOUNDS, NOW);
  assert.deepEqual(
    violations.map(({ bound, ...rest }) => [bound, 'code' in rest && rest.code, 'since' in rest && rest.since]),
    [['stopped', 'refused', NOW - 5]],
  );
});
