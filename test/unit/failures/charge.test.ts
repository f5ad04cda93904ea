import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Success } from '../../../src/core/failures/charge.ts';
import { chargeFor, hasFailedOften, withSuccess } from '../../../src/core/failures/charge.ts';
import type { Waited } from '../../../src/core/model/job.ts';
import type { RequestKind } from '../../../src/core/model/request-kind.ts';

const NOW = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
const ENQUEUED = NOW - HOUR_MS;

type Given = { request?: RequestKind | undefined; waited?: Partial<Waited>; successes?: readonly Success[] };

function charge({ request, waited, successes = [] }: Given) {
  const fresh = { enqueuedAt: ENQUEUED, failedAt: undefined, times: 0, ms: 0 };
  return chargeFor({ request }, { sceneId: 7, waited: { ...fresh, ...waited } }, { successes, now: NOW });
}

const kindOf = (given: Given): string => charge({ request: 'plex PUT item', ...given }).kind;
const others = (at: number): Success[] => [{ sceneId: 8, at }];

test('a failure is charged where the same request succeeded for another job since the last failure', () => {
  assert.equal(kindOf({ successes: others(NOW - 1), waited: { failedAt: NOW - 2 } }), 'attempt');
  assert.equal(kindOf({ successes: others(NOW - 2), waited: { failedAt: NOW - 2 } }), 'nothing');
  assert.equal(kindOf({ successes: [] }), 'nothing');
});

test('for a first failure, successes since the job was enqueued count', () => {
  assert.equal(kindOf({ successes: others(ENQUEUED) }), 'attempt');
  assert.equal(kindOf({ successes: others(ENQUEUED - 1) }), 'nothing');
});

test('a success of the job itself proves nothing', () => {
  assert.equal(kindOf({ successes: [{ sceneId: 7, at: NOW }] }), 'nothing');
});

test('the failure of a shared request is never charged, and never overdue', () => {
  const waited = { ms: 48 * HOUR_MS };
  assert.equal(kindOf({ request: 'plex GET listing', successes: others(NOW), waited }), 'nothing');
});

test('where no request failed, the job pays', () => {
  assert.equal(charge({ request: undefined }).kind, 'attempt');
});

test('a job waits uncharged for 24 hours in all', () => {
  const waited = { ms: 23 * HOUR_MS, failedAt: NOW - 60_000 };
  assert.deepEqual(charge({ request: 'plex PUT item', waited }), { kind: 'nothing', waitedMs: 23 * HOUR_MS + 60_000 });
  assert.equal(kindOf({ waited: { ms: 24 * HOUR_MS - 60_000, failedAt: NOW - 60_000 } }), 'overdue');
});

test('a machine that slept for days between two failures has waited for an hour', () => {
  const asleep = charge({ request: 'plex PUT item', waited: { failedAt: NOW - 72 * HOUR_MS } });
  assert.deepEqual(asleep, { kind: 'nothing', waitedMs: HOUR_MS });
});

test('instants ahead of the clock count for nothing', () => {
  assert.equal(kindOf({ successes: others(NOW + 1) }), 'nothing');
  assert.equal(kindOf({ successes: others(NOW - 1), waited: { failedAt: NOW + HOUR_MS } }), 'attempt');
  const ahead = { enqueuedAt: NOW + HOUR_MS, failedAt: NOW + HOUR_MS };
  assert.equal(kindOf({ successes: others(NOW - 1), waited: ahead }), 'attempt');
  assert.deepEqual(charge({ request: 'plex PUT item', waited: ahead }), { kind: 'nothing', waitedMs: 0 });
});

test('failures count towards the last try whoever paid for them', () => {
  const hasFailed = (failures: number, times: number): boolean =>
    hasFailedOften(
      { spent: { failures, misses: 0 }, waited: { enqueuedAt: ENQUEUED, failedAt: NOW - 1, times, ms: 0 } },
      5,
    );
  assert.deepEqual([hasFailed(4, 0), hasFailed(5, 0), hasFailed(2, 2), hasFailed(2, 3)], [false, true, false, true]);
});

test('of any successes the latest is kept, and the latest of another scene', () => {
  const success = fc.record({ sceneId: fc.integer({ min: 1, max: 4 }), at: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(success), (all) => {
      const kept = all.reduce(withSuccess, [] as readonly Success[]);
      const latest = (those: readonly Success[]): number => Math.max(-1, ...those.map(({ at }) => at));
      for (const scene of [1, 2, 3, 4, 5]) {
        const ofOthers = ({ sceneId }: Success): boolean => sceneId !== scene;
        assert.equal(latest(kept.filter(ofOthers)), latest(all.filter(ofOthers)));
      }
      assert.ok(kept.length <= 2);
    }),
  );
});
