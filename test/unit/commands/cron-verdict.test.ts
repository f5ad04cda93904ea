import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CronRun } from '../../../src/commands/process/cron/cron-verdict.ts';
import { cronVerdict, overAfter } from '../../../src/commands/process/cron/cron-verdict.ts';
import type { ExitCode } from '../../../src/exit.ts';
import { EXIT } from '../../../src/exit.ts';

const NOW = Date.UTC(2026, 4, 1, 12);
const HOUR_MS = 3_600_000;

const fault = (exitCode: ExitCode) => ({ exitCode, what: 'it' });

function verdict(given: Partial<Omit<CronRun, 'toldAt'>> & { readonly told?: Readonly<Record<string, number>> } = {}) {
  const { told = {}, ...run } = given;
  return cronVerdict({
    faults: [],
    newLetterTypes: [],
    complaints: [],
    outageSince: { plex: undefined, stash: undefined },
    now: NOW,
    toldAt: (key) => told[key],
    ...run,
  });
}

test('a run that went well, ran out of time, or will be retried is silent', () => {
  for (const exitCodes of [[], [EXIT.done], [EXIT.timeUp], [EXIT.jobsFailed], [EXIT.timeUp, EXIT.jobsFailed]])
    assert.deepEqual(verdict({ faults: exitCodes.map(fault) }), { exitCode: 0, fresh: [], standing: [] });
});

test('new dead letters are told, also where the time ran out', () => {
  const told = verdict({ faults: [EXIT.jobsFailed, EXIT.timeUp].map(fault), newLetterTypes: ['PlexNotFound'] });
  assert.equal(told.exitCode, 1);
  assert.deepEqual(told.fresh, ['letters PlexNotFound']);
});

test('an outage is reported once it has lasted an hour', () => {
  const faults = [fault(EXIT.unreachable)];
  assert.deepEqual(verdict({ faults, outageSince: { plex: undefined, stash: undefined } }).fresh, []);
  assert.deepEqual(verdict({ faults, outageSince: { plex: NOW - HOUR_MS + 1, stash: undefined } }).fresh, []);
  assert.deepEqual(verdict({ faults, outageSince: { plex: NOW - HOUR_MS, stash: undefined } }), {
    exitCode: 4,
    fresh: ['outage plex'],
    standing: ['outage plex'],
  });
});

test('the same complaint comes once a day, another one at once', () => {
  const refused = { faults: [fault(EXIT.refused)] };
  const silent = verdict({ ...refused, told: { 'exit 3 it': NOW - 24 * HOUR_MS + 1 } });
  assert.deepEqual(silent, { exitCode: 0, fresh: [], standing: ['exit 3 it'] });
  for (const told of [{ 'exit 3 it': NOW - 24 * HOUR_MS }, { 'outage plex': NOW }, { 'exit 3 it': NOW + HOUR_MS }])
    assert.deepEqual(verdict({ ...refused, told }).fresh, ['exit 3 it']);
});

test('of several complaints the new ones count, by the order of the exit codes', () => {
  const run = { faults: [EXIT.jobsFailed, EXIT.refused].map(fault), newLetterTypes: ['PlexAuthError'] };
  assert.equal(verdict(run).exitCode, 3);
  assert.deepEqual(verdict(run).fresh, ['exit 3 it', 'letters PlexAuthError']);
  const later = verdict({ ...run, told: { 'exit 3 it': NOW - 1 } });
  assert.equal(later.exitCode, 1);
  assert.deepEqual(later.fresh, ['letters PlexAuthError']);
});

test('another mistake of the same exit code is another complaint', () => {
  const told = { 'exit 2 no library': NOW - 1 };
  assert.deepEqual(verdict({ faults: [{ exitCode: EXIT.usage, what: 'no library' }], told }).fresh, []);
  const other = verdict({ faults: [{ exitCode: EXIT.usage, what: 'no address' }], told });
  assert.deepEqual([other.exitCode, other.fresh], [2, ['exit 2 no address']]);
});

test('an outage that a wrong clock dated in the future is ignored', () => {
  assert.deepEqual(
    verdict({ faults: [fault(EXIT.unreachable)], outageSince: { plex: NOW + 90 * HOUR_MS, stash: undefined } }).fresh,
    [],
  );
});

test('a run shows its own kind of fault to be over, and those of Plex only when Plex took the token', () => {
  assert.deepEqual(overAfter({ isConnected: false }), ['exit 2 ', 'exit 6 ', 'exit 70 ']);
  assert.deepEqual(overAfter({ isConnected: true }), ['exit 2 ', 'exit 6 ', 'exit 70 ', 'exit 3 ', 'outage']);
});
