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
    assert.deepEqual(verdict({ exitCodes }), { kind: 'silent' });
});

test('new dead letters are told, also where the time ran out', () => {
  const told = verdict({ exitCodes: [EXIT.jobsFailed, EXIT.timeUp], newLetterTypes: ['PlexNotFound'] });
  assert.deepEqual(told, { kind: 'speak', exitCode: 1, complaints: ['letters PlexNotFound'] });
});

test('an outage is told once it has lasted an hour', () => {
  const exitCodes: readonly ExitCode[] = [EXIT.unreachable];
  assert.equal(verdict({ exitCodes, outageSince: undefined }).kind, 'silent');
  assert.equal(verdict({ exitCodes, outageSince: NOW - HOUR_MS + 1 }).kind, 'silent');
  assert.deepEqual(verdict({ exitCodes, outageSince: NOW - HOUR_MS }), {
    kind: 'speak',
    exitCode: 4,
    complaints: ['outage'],
  });
});

test('the same complaint comes once a day, another one at once', () => {
  const refused = { exitCodes: [EXIT.refused] } as const;
  assert.equal(verdict({ ...refused, told: { 'exit 3': NOW - 24 * HOUR_MS + 1 } }).kind, 'silent');
  assert.equal(verdict({ ...refused, told: { 'exit 3': NOW - 24 * HOUR_MS } }).kind, 'speak');
  assert.equal(verdict({ ...refused, told: { outage: NOW } }).kind, 'speak');
  assert.equal(verdict({ ...refused, told: { 'exit 3': NOW + HOUR_MS } }).kind, 'speak');
});

test('of several complaints the new ones count, by the order of the exit codes', () => {
  const run = { exitCodes: [EXIT.jobsFailed, EXIT.refused], newLetterTypes: ['PlexAuthError'] };
  assert.deepEqual(verdict(run), { kind: 'speak', exitCode: 3, complaints: ['exit 3', 'letters PlexAuthError'] });
  assert.deepEqual(verdict({ ...run, told: { 'exit 3': NOW - 1 } }), {
    kind: 'speak',
    exitCode: 1,
    complaints: ['letters PlexAuthError'],
  });
});
