import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Breaker } from '../../../src/core/failures/breaker.ts';
import { BREAKER_OPEN_MS, BREAKER_THRESHOLD, CLOSED } from '../../../src/core/failures/breaker.ts';
import type { StashBreaker } from '../../../src/core/failures/stash-breaker.ts';
import { createStashBreaker } from '../../../src/core/failures/stash-breaker.ts';
import { SyncError } from '../../../src/core/model/errors.ts';
import { say } from '../../../src/core/text/sentence.ts';

const NOW = 1_700_000_000_000;
const AWAY = new SyncError('stash_unavailable', say`Stash does not answer`);

type World = {
  readonly breaker: StashBreaker;
  readonly clock: { now: number };
  readonly saved: readonly Breaker[];
  /** As many failures of a kind in a row as open a closed breaker. */
  fail(error: SyncError): readonly (number | undefined)[];
};

function setup(): World {
  const clock = { now: NOW };
  const saved: Breaker[] = [];
  const store = { breaker: () => saved.at(-1) ?? CLOSED, saveBreaker: (_: 'stash', next: Breaker) => saved.push(next) };
  const breaker = createStashBreaker(store, () => clock.now);
  const fail = (error: SyncError) => Array.from({ length: BREAKER_THRESHOLD }, () => breaker.failed(error));
  return { breaker, clock, saved, fail };
}

test('five outages of Stash in a row keep it from being asked for a minute, and say until when', () => {
  const { breaker, clock, fail } = setup();
  const until = NOW + BREAKER_OPEN_MS;
  assert.deepEqual(fail(AWAY), [undefined, undefined, undefined, undefined, until]);
  assert.equal(breaker.closedUntil(), until);
  clock.now = until;
  assert.equal(breaker.closedUntil(), undefined);
});

test('after the minute one request is the probe: its failure starts the wait anew, its answer ends it', () => {
  const { breaker, clock, fail } = setup();
  fail(AWAY);
  clock.now += BREAKER_OPEN_MS;
  assert.equal(breaker.closedUntil(), undefined);
  assert.equal(breaker.failed(AWAY), clock.now + BREAKER_OPEN_MS);
  clock.now += BREAKER_OPEN_MS;
  assert.equal(breaker.closedUntil(), undefined);
  breaker.answered();
  assert.equal(breaker.failed(AWAY), undefined, 'the count begins anew');
});

test('a Stash that is only busy, or finds a query wrong, is asked on', () => {
  for (const code of ['stash_busy', 'stash_malformed', 'stash_rejected'] as const) {
    const { breaker, fail } = setup();
    fail(new SyncError(code, say`not now`));
    assert.equal(breaker.closedUntil(), undefined, code);
  }
});

test('an answer ends a row of outages, and one after another answer is not noted', () => {
  const { breaker, saved } = setup();
  breaker.failed(AWAY);
  breaker.answered();
  assert.deepEqual(saved, [{ kind: 'closed', failures: 1 }, CLOSED]);
  breaker.answered();
  assert.equal(saved.length, 2);
});
