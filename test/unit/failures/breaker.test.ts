import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Breaker } from '../../../src/core/failures/breaker.ts';
import {
  admission,
  BREAKER_OPEN_MS,
  BREAKER_THRESHOLD,
  CLOSED,
  onFailure,
  onProbe,
  onSuccess,
} from '../../../src/core/failures/breaker.ts';

const NOW = 1_700_000_000_000;
const OPEN: Breaker = { kind: 'open', openedAt: NOW };

function afterFailures(count: number): Breaker {
  return Array.from({ length: count }).reduce<Breaker>((breaker) => onFailure(breaker, NOW), CLOSED);
}

test('four server failures in a row leave the breaker closed', () => {
  assert.deepEqual(afterFailures(4), { kind: 'closed', failures: 4 });
  assert.deepEqual(admission(afterFailures(4), NOW), { kind: 'go' });
});

test('the fifth failure in a row opens the breaker', () => {
  assert.equal(BREAKER_THRESHOLD, 5);
  assert.deepEqual(afterFailures(5), OPEN);
});

test('a success in between resets the count', () => {
  const breaker = [1, 2, 3, 4].reduce<Breaker>((state) => onFailure(state, NOW), onSuccess(afterFailures(4)));
  assert.equal(breaker.kind, 'closed');
});

test('an open breaker keeps requests back for sixty seconds, and says until when', () => {
  assert.deepEqual(admission(OPEN, NOW), { kind: 'wait', retryAt: NOW + 60_000 });
  assert.deepEqual(admission(OPEN, NOW + 59_999), { kind: 'wait', retryAt: NOW + 60_000 });
});

test('after sixty seconds one probe may go', () => {
  assert.deepEqual(admission(OPEN, NOW + 60_000), { kind: 'probe' });
});

test('a clock that was set back does not keep the breaker open longer', () => {
  assert.deepEqual(admission(OPEN, NOW - 1), { kind: 'probe' });
});

test('further failures do not prolong an open breaker', () => {
  assert.deepEqual(onFailure(OPEN, NOW + 30_000), OPEN);
});

test('an answered probe lets one job try', () => {
  assert.deepEqual(onProbe('alive', NOW), { kind: 'half_open' });
});

test('a silent probe restarts the wait', () => {
  assert.deepEqual(onProbe('silent', NOW + 60_000), { kind: 'open', openedAt: NOW + 60_000 });
});

test('a failed trial opens the breaker again at once', () => {
  assert.deepEqual(onFailure({ kind: 'half_open' }, NOW + 61_000), { kind: 'open', openedAt: NOW + 61_000 });
});

test('a trial that a dead process left behind is probed again', () => {
  assert.deepEqual(admission({ kind: 'half_open' }, NOW), { kind: 'probe' });
});

test('a success ends a row of failures and closes a half-open breaker, but never an open one', () => {
  assert.deepEqual(onSuccess(afterFailures(4)), CLOSED);
  assert.deepEqual(onSuccess({ kind: 'half_open' }), CLOSED);
  assert.deepEqual(onSuccess(OPEN), OPEN);
});

test('a breaker is the same after a trip through JSON', () => {
  for (const breaker of [CLOSED, OPEN, afterFailures(3), onProbe('alive', NOW)])
    assert.deepEqual(JSON.parse(JSON.stringify(breaker)), breaker);
});

const anyEvent = fc.record({ kind: fc.constantFrom('failure', 'success', 'alive', 'silent'), at: fc.nat(10_000_000) });
type Happening = { kind: string; at: number };

function after(events: readonly Happening[]): Breaker {
  return events.reduce<Breaker>((breaker, { kind, at }) => {
    if (kind === 'failure') return onFailure(breaker, at);
    if (kind === 'success') return onSuccess(breaker);
    return onProbe(kind === 'alive' ? 'alive' : 'silent', at);
  }, CLOSED);
}

test('whatever happened before, five failures in a row never leave the breaker closed', () => {
  fc.assert(
    fc.property(fc.array(anyEvent), fc.array(fc.nat(10_000_000), { minLength: 5, maxLength: 9 }), (events, times) => {
      const breaker = after([...events, ...times.map((at) => ({ kind: 'failure', at }))]);
      assert.equal(breaker.kind, 'open');
    }),
  );
});

test('no breaker ever asks for a wait of more than sixty seconds', () => {
  fc.assert(
    fc.property(fc.array(anyEvent), fc.nat(10_000_000), (events, now) => {
      const admitted = admission(after(events), now);
      if (admitted.kind === 'wait') assert.ok(admitted.retryAt > now && admitted.retryAt - now <= BREAKER_OPEN_MS);
    }),
  );
});
