import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backoffMs, notFoundWaitsMs, RETRY_RULES, settlementFor } from '../../../src/core/failures/retry-policy.ts';
import type { SyncErrorCode } from '../../../src/core/model/errors.ts';
import { SyncError } from '../../../src/core/model/errors.ts';
import type { FailureSettlement } from '../../../src/core/model/job.ts';
import { say } from '../../../src/core/text/sentence.ts';

const NOT_FOUND = { kind: 'wait', maxWaitMs: 7_200_000 } as const;
const NOW = 1_700_000_000_000;
const DAY_MS = 86_400_000;
const CODES = Object.keys(RETRY_RULES) as SyncErrorCode[];
const codesOf = (...classes: string[]): SyncErrorCode[] =>
  CODES.filter((code) => classes.includes(RETRY_RULES[code].class));

const ATTEMPT = { kind: 'attempt' } as const;
const FRESH = { enqueuedAt: NOW, failedAt: undefined, times: 0, ms: 0 };

type Case = {
  failures?: number;
  misses?: number;
  retryAfterMs?: number;
  maxRetries?: number;
  now?: number;
  random?: number;
};

function settle(code: SyncErrorCode, given: Case = {}): FailureSettlement {
  const { failures = 0, misses = 0, retryAfterMs, maxRetries = 5, now = NOW, random = 0.5 } = given;
  const error = new SyncError(code, say`The harbour is closed`, { retryAfterMs });
  return settlementFor(
    error,
    { spent: { failures, misses }, waited: FRESH },
    { charge: ATTEMPT, maxRetries, notFound: NOT_FOUND, now, random },
  );
}

function waitMs(settlement: FailureSettlement): number | undefined {
  return 'availableAt' in settlement ? settlement.availableAt - NOW : undefined;
}

test('transient failures wait 5, 10, 20, 40 and 80 seconds, and never longer', () => {
  const waits = [1, 2, 3, 4, 5, 6, 20].map((failure) => backoffMs(failure, 0.5));
  assert.deepEqual(waits, [5_000, 10_000, 20_000, 40_000, 80_000, 80_000, 80_000]);
});

test('jitter moves a wait by a tenth in either direction', () => {
  assert.equal(backoffMs(1, 0), 4_500);
  assert.equal(backoffMs(5, 0), 72_000);
  assert.ok(Math.abs(backoffMs(1, 0.999_999_9) - 5_500) <= 1);
  assert.ok(Math.abs(backoffMs(5, 0.999_999_9) - 88_000) <= 1);
});

test('every wait is a whole, finite number of ms within a tenth of its step', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (failure, random) => {
        const wait = backoffMs(failure, random);
        const step = Math.min(80_000, 5_000 * 2 ** Math.min(failure - 1, 10));
        assert.ok(Number.isInteger(wait));
        assert.ok(wait >= step * 0.9 && wait <= step * 1.1, `${wait} for ${step}`);
      },
    ),
  );
});

test('max_retries 5 means six attempts', () => {
  const kinds = [0, 1, 2, 3, 4, 5].map((failures) => settle('plex_error', { failures }).kind);
  assert.deepEqual(kinds, ['retry', 'retry', 'retry', 'retry', 'retry', 'dead']);
});

test('a transient failure spends a failure, never a miss', () => {
  const settlement = settle('plex_error', { failures: 2 });
  assert.equal(settlement.kind === 'retry' && settlement.spends, 'failure');
  assert.equal(waitMs(settlement), 20_000);
});

test('an item that is not found is looked for twelve times more, over about two hours, then buried', () => {
  const waits = Array.from({ length: 13 }, (_, misses) => waitMs(settle('plex_not_found', { misses })));
  const minutes15 = Array.from({ length: 7 }, () => 900_000);
  assert.deepEqual(waits, [30_000, 60_000, 120_000, 240_000, 480_000, ...minutes15, undefined]);
  assert.equal(settle('plex_not_found', { misses: 12 }).kind, 'dead');
  assert.equal(
    notFoundWaitsMs(7_200_000).reduce((sum, wait) => sum + wait, 0),
    7_230_000,
  );
});

test('a miss spends a miss, and ordinary failures do not shorten the looking', () => {
  const settlement = settle('plex_not_found', { failures: 5, misses: 0 });
  assert.equal(settlement.kind === 'retry' && settlement.spends, 'miss');
});

test('misses do not bring a failing job closer to the dead letters', () => {
  assert.equal(settle('plex_error', { failures: 4, misses: 12 }).kind, 'retry');
});

test('a wait the server named is kept to the ms, without jitter', () => {
  for (const random of [0, 0.5, 0.99])
    assert.equal(waitMs(settle('plex_busy', { retryAfterMs: 120_000, random })), 120_000);
});

test('a server cannot park a job for longer than a day', () => {
  assert.equal(waitMs(settle('plex_busy', { retryAfterMs: 30 * DAY_MS })), DAY_MS);
  assert.equal(waitMs(settle('plex_unavailable', { retryAfterMs: 30 * DAY_MS })), DAY_MS);
});

test('a named wait does not buy a further attempt', () => {
  assert.equal(settle('plex_busy', { failures: 5, retryAfterMs: 1_000 }).kind, 'dead');
});

test('an outage gives the job back at once, however often it failed before', () => {
  const settlement = settle('plex_unavailable', { failures: 99, misses: 99 });
  assert.equal(settlement.kind, 'release');
  assert.equal(waitMs(settlement), 0);
});

test('a server in maintenance gets the job back no sooner than it asked', () => {
  const settlement = settle('plex_unavailable', { retryAfterMs: 60_000 });
  assert.equal(settlement.kind, 'release');
  assert.equal(waitMs(settlement), 60_000);
});

test('what no retry can cure is buried at the first failure', () => {
  const codes = codesOf('permanent', 'auth');
  assert.deepEqual(codes.toSorted(), [
    'attempt_lost',
    'low_confidence',
    'no_file_path',
    'picture_unusable',
    'plex_forbidden',
    'plex_rejected',
    'plex_too_long',
    'plex_unauthorized',
    'stash_unauthorized',
  ]);
  for (const code of codes) assert.equal(settle(code).kind, 'dead', code);
});

test('an unforeseen error is retried', () => {
  assert.equal(settle('unexpected').kind, 'retry');
});

test('every settlement carries its error', () => {
  for (const code of CODES) assert.equal(settle(code).error.code, code);
});

test('only a silent server and its 5xx count for the breaker', () => {
  assert.deepEqual(CODES.filter((code) => RETRY_RULES[code].countsForBreaker).toSorted(), [
    'plex_error',
    'plex_unavailable',
    'stash_error',
    'stash_unavailable',
  ]);
});

test('dead letters carry the names that users query', () => {
  assert.equal(RETRY_RULES.plex_not_found.errorType, 'PlexNotFound');
  assert.equal(RETRY_RULES.low_confidence.errorType, 'LowConfidenceMatch');
  assert.equal(RETRY_RULES.attempt_lost.errorType, 'AttemptLost');
  assert.equal(RETRY_RULES.plex_rejected.errorType, 'PlexPermanentError');
});

const anyCase = fc.record({
  code: fc.constantFrom(...CODES),
  failures: fc.nat(40),
  misses: fc.nat(40),
  retryAfterMs: fc.option(fc.nat(400 * DAY_MS), { nil: undefined }),
  maxRetries: fc.integer({ min: 1, max: 20 }),
  now: fc.nat(4_000_000_000_000),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

const settleCase = (given: {
  code: SyncErrorCode;
  failures: number;
  misses: number;
  retryAfterMs: number | undefined;
  maxRetries: number;
  now: number;
  random: number;
}): FailureSettlement =>
  settlementFor(
    new SyncError(given.code, say`m`, { retryAfterMs: given.retryAfterMs }),
    { spent: given, waited: FRESH },
    {
      ...given,
      charge: ATTEMPT,
      notFound: NOT_FOUND,
    },
  );

test('no job is ever due in the past, at no time at all, or more than a day away', () => {
  fc.assert(
    fc.property(anyCase, (given) => {
      const settlement = settleCase(given);
      if (!('availableAt' in settlement)) return;
      assert.ok(Number.isFinite(settlement.availableAt));
      assert.ok(settlement.availableAt >= given.now);
      assert.ok(settlement.availableAt <= given.now + DAY_MS);
    }),
  );
});

test('at its limit a job is always buried, and below it never', () => {
  fc.assert(
    fc.property(anyCase, (given) => {
      const isDead = settleCase(given).kind === 'dead';
      const limit: Record<string, boolean> = {
        transient: given.failures >= given.maxRetries,
        not_found: given.misses >= 12,
        unavailable: false,
        permanent: true,
        auth: true,
      };
      assert.equal(isDead, limit[RETRY_RULES[given.code].class]);
    }),
  );
});

test('the twelve looks stretch over whatever wait was asked for, never faster than the ones before', () => {
  fc.assert(
    fc.property(fc.integer({ min: 60_000, max: 30 * DAY_MS }), (maxWaitMs) => {
      const waits = notFoundWaitsMs(maxWaitMs);
      assert.equal(waits.length, 12);
      const total = waits.reduce((sum, wait) => sum + wait, 0);
      assert.ok(total >= maxWaitMs - 12 && total <= maxWaitMs + 12 * 30_000, `${total} for ${maxWaitMs}`);
      assert.deepEqual(
        waits,
        waits.toSorted((a, b) => a - b),
      );
    }),
  );
});

test('with skipping, only a file that is not found is skipped', () => {
  const limits = {
    charge: ATTEMPT,
    maxRetries: 5,
    notFound: { kind: 'skip', maxWaitMs: 7_200_000 },
    now: NOW,
    random: 0.5,
  } as const;
  const kindOf = (code: SyncErrorCode) =>
    settlementFor(new SyncError(code, say`m`), { spent: { failures: 0, misses: 0 }, waited: FRESH }, limits).kind;
  for (const code of CODES) assert.equal(kindOf(code) === 'skip', code === 'plex_not_found', code);
});
