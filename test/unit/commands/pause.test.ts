import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Leave } from '../../../src/commands/process/watch/pause.ts';
import { leaveUnder } from '../../../src/commands/process/watch/pause.ts';
import type { StopCode } from '../../../src/core/model/stop-code.ts';
import type { Stop } from '../../../src/queue/tables/stopped.ts';

const NOW = 1_800_000_000_000;
const QUARTER = 15 * 60_000;

const stopOf = (code: StopCode): Stop => {
  return { code, since: NOW, metAt: NOW, hint: 'Look.', basis: 'harbour', maxRemovals: 'unset' };
};

test('a watch without a stop may do all', () => {
  assert.equal(leaveUnder(undefined, { basis: 'harbour', now: NOW }), 'all');
});

test('each stop leaves a watch what it does not concern', () => {
  const leaves: Readonly<Record<StopCode, Leave>> = {
    unauthorized: 'nothing',
    forbidden: 'nothing',
    misconfigured: 'nothing',
    stash_unauthorized: 'without_stash',
    stash_misconfigured: 'without_stash',
    removals: 'all',
  };
  for (const [code, leave] of Object.entries(leaves))
    assert.equal(leaveUnder(stopOf(code as StopCode), { basis: 'harbour', now: NOW + 1 }), leave, code);
});

test('other settings end every stop', () => {
  for (const code of ['unauthorized', 'misconfigured', 'stash_misconfigured'] as const)
    assert.equal(leaveUnder(stopOf(code), { basis: 'quay', now: NOW }), 'all');
});

test('a refused credential is tried again every quarter of an hour, and when the clock was set back', () => {
  for (const code of ['unauthorized', 'stash_unauthorized'] as const) {
    assert.notEqual(leaveUnder(stopOf(code), { basis: 'harbour', now: NOW + QUARTER - 1 }), 'all');
    assert.equal(leaveUnder(stopOf(code), { basis: 'harbour', now: NOW + QUARTER }), 'all');
    assert.equal(leaveUnder(stopOf(code), { basis: 'harbour', now: NOW - 1 }), 'all');
  }
});

test('a wrong configuration is not tried again by itself', () => {
  assert.equal(leaveUnder(stopOf('misconfigured'), { basis: 'harbour', now: NOW + 100 * QUARTER }), 'nothing');
});
