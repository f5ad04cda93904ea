import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CronRun } from '../../src/commands/cron-verdict.ts';
import { cronVerdict } from '../../src/commands/cron-verdict.ts';
import type { ExitCode } from '../../src/exit.ts';
import { EXIT } from '../../src/exit.ts';

const NOW = Date.UTC(2026, 4, 1, 12);
const HOUR_MS = 3_600_000;

function verdict(given: Partial<Omit<CronRun, 'toldAt'>> & { readonly told?: Readonly<Record<string, number>> } = {}) {
  const { told = {}, ...run } = given;
  return cronVerdict({
    exitCodes: [],
    newLetterTypes: [],
    outageSince: undefined,
    now: NOW,
    toldAt: (key) => told[key],
    ...run,
  });
}

test('a run that went well, ran out of time, or will be retried is silent', () => {
  for (const exitCodes of [[], [EXIT.done], [EXIT.timeUp], [EXIT.jobsFailed], [EXIT.timeUp, EXIT.jobsFailed]])
    assert.deepEqual(verdict({ exitCodes }), { exitCode: 0, fresh: [], standing: [] });
});

test('new dead letters are told, also where the time ran out', () => {
  const told = verdict({ exitCodes: [EXIT.jobsFailed, EXIT.timeUp], newLetterTypes: ['PlexNotFound'] });
  assert.equal(told.exitCode, 1);
  assert.deepEqual(told.fresh, ['letters PlexNotFound']);
});

test('an outage is told once it has lasted an hour', () => {
  const exitCodes: readonly ExitCode[] = [EXIT.unreachable];
  assert.deepEqual(verdict({ exitCodes, outageSince: undefined }).fresh, []);
  assert.deepEqual(verdict({ exitCodes, outageSince: NOW - HOUR_MS + 1 }).fresh, []);
  assert.deepEqual(verdict({ exitCodes, outageSince: NOW - HOUR_MS }), {
    exitCode: 4,
    fresh: ['outage'],
    standing: ['outage'],
  });
});

test('the same complaint comes once a day, another one at once', () => {
  const refused = { exitCodes: [EXIT.refused] } as const;
  const silent = verdict({ ...refused, told: { 'exit 3': NOW - 24 * HOUR_MS + 1 } });
  assert.deepEqual(silent, { exitCode: 0, fresh: [], standing: ['exit 3'] });
  for (const told of [{ 'exit 3': NOW - 24 * HOUR_MS }, { outage: NOW }, { 'exit 3': NOW + HOUR_MS }])
    assert.deepEqual(verdict({ ...refused, told }).fresh, ['exit 3']);
});

test('of several complaints the new ones count, by the order of the exit codes', () => {
  const run = { exitCodes: [EXIT.jobsFailed, EXIT.refused], newLetterTypes: ['PlexAuthError'] };
  assert.equal(verdict(run).exitCode, 3);
  assert.deepEqual(verdict(run).fresh, ['exit 3', 'letters PlexAuthError']);
  const later = verdict({ ...run, told: { 'exit 3': NOW - 1 } });
  assert.equal(later.exitCode, 1);
  assert.deepEqual(later.fresh, ['letters PlexAuthError']);
});
