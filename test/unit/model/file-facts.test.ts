import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { areOtherFiles, compareFacts, durationMsOf } from '../../../src/core/model/file-facts.ts';

const durations = (a: number | undefined, b: number | undefined) =>
  compareFacts({ durationMs: a }, { durationMs: b }).duration;

test('durations are the same within two seconds or one percent, whichever is more', () => {
  assert.equal(durations(60_000, 62_000), 'same');
  assert.equal(durations(60_000, 62_001), 'different');
  assert.equal(durations(1_000_000, 990_000), 'same');
  assert.equal(durations(1_000_000, 989_999), 'different');
});

test('a file that nobody has analysed has no duration', () => {
  for (const none of [undefined, 0, -1, Number.NaN]) assert.equal(durations(60_000, none), 'unknown');
});

test('sizes are the same to the byte', () => {
  assert.equal(compareFacts({ size: 10 }, { size: 10 }).size, 'same');
  assert.equal(compareFacts({ size: 10 }, { size: 11 }).size, 'different');
  assert.equal(compareFacts({ size: 10 }, {}).size, 'unknown');
});

test('a size outranks a duration', () => {
  assert.ok(!areOtherFiles({ size: 'same', duration: 'different' }));
  assert.ok(areOtherFiles({ size: 'different', duration: 'same' }));
  assert.ok(areOtherFiles({ size: 'unknown', duration: 'different' }));
  assert.ok(!areOtherFiles({ size: 'unknown', duration: 'unknown' }));
});

test('seconds with a fraction are whole ms', () => {
  assert.equal(durationMsOf(2.5), 2_500);
  assert.equal(durationMsOf(1_800.0004), 1_800_000);
  assert.equal(durationMsOf(undefined), undefined);
});

test('what two files agree on does not depend on which is asked first', () => {
  const facts = fc.record({
    size: fc.option(fc.nat(3), { nil: undefined }),
    durationMs: fc.option(fc.nat(9_000), { nil: undefined }),
  });
  fc.assert(fc.property(facts, facts, (a, b) => assert.deepEqual(compareFacts(a, b), compareFacts(b, a))));
});

test('a size of 0 counts as unknown', () => {
  for (const [a, b] of [
    [0, 0],
    [0, 5],
    [5, 0],
  ])
    assert.equal(compareFacts({ size: a }, { size: b }).size, 'unknown');
});
