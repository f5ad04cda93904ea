import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CollectionState } from '../../../src/core/model/collection.ts';
import type { CollectionNeed } from '../../../src/core/write/section-collections.ts';
import { mustAsk, stateOf, wasLostWithAll, withheldBy } from '../../../src/core/write/section-collections.ts';

const NOW = 1_750_000_000_000;
const DAY_MS = 86_400_000;
const TODAY = { askedAt: NOW, now: NOW };
const need = (over: Partial<CollectionNeed> = {}): CollectionNeed => ({
  name: 'Skerry',
  how: 'new',
  wish: 'none',
  ...over,
});
const removed = need({ how: 'removed' });

const anyNeed: fc.Arbitrary<CollectionNeed> = fc.record({
  name: fc.constantFrom('Skerry', 'SKERRY ', 'Café'),
  how: fc.constantFrom('new', 'removed'),
  wish: fc.constantFrom('back', 'none'),
});
const anyState: fc.Arbitrary<CollectionState | undefined> = fc.option(
  fc.record({
    kind: fc.constantFrom('plain', 'smart', 'gone'),
    at: fc.option(fc.constant(NOW - 1), { nil: undefined }),
  }),
  { nil: undefined },
);
const anyList = fc.array(fc.record({ title: fc.constantFrom('Skerry', 'skerry', 'Pier'), smart: fc.boolean() }));

test('a name that was never decided about is asked for, one that was plain is written without a question', () => {
  const never = { askedAt: undefined, now: NOW };
  assert.equal(mustAsk(need(), undefined, never), true);
  assert.equal(mustAsk(need(), undefined, { askedAt: NOW - DAY_MS, now: NOW }), true);
  assert.equal(mustAsk(need(), undefined, { askedAt: NOW - 3_600_000, now: NOW }), false, 'asked today');
  assert.equal(mustAsk(removed, undefined, { askedAt: NOW - 3_600_000, now: NOW }), true);
  assert.equal(mustAsk(need(), { kind: 'plain' }, never), false);
  assert.equal(mustAsk(need(), { kind: 'plain', at: NOW - 400 * DAY_MS }, never), false);
});

test('what is gone, smart or missing on an item is asked for once in a day, and by each nightly run', () => {
  for (const kind of ['gone', 'smart'] as const) {
    assert.equal(mustAsk(need(), { kind, at: NOW - 3_600_000 }, TODAY), false);
    assert.equal(mustAsk(need(), { kind, at: NOW - DAY_MS + 60_000 }, TODAY), true);
    assert.equal(mustAsk(need(), { kind, at: NOW + DAY_MS }, TODAY), true, 'a clock that was set back');
  }
  assert.equal(mustAsk(removed, { kind: 'plain', at: NOW - 3_600_000 }, TODAY), false);
  assert.equal(mustAsk(removed, { kind: 'plain' }, TODAY), true, 'we wrote it since');
});

test('a name of ours that the section has no more is gone, until it is back or a person wants it back', () => {
  const empty = { listed: [], now: NOW };
  assert.deepEqual(stateOf(removed, undefined, empty), { kind: 'gone', at: NOW });
  assert.deepEqual(stateOf(need(), { kind: 'gone', at: 0 }, empty), { kind: 'gone', at: NOW });
  assert.deepEqual(stateOf(need(), undefined, empty), { kind: 'plain' }, 'a new studio is written');
  assert.deepEqual(stateOf({ ...removed, wish: 'back' }, { kind: 'gone', at: 0 }, empty), {
    kind: 'plain',
    goneAt: NOW,
  });
  const back = { listed: [{ title: 'skerry', smart: false }], now: NOW };
  assert.deepEqual(stateOf(need(), { kind: 'gone', at: 0 }, back), { kind: 'plain', at: NOW, goneAt: 0 });
});

test('nothing is ever written beside a smart collection, whatever is wanted', () => {
  fc.assert(
    fc.property(anyNeed, anyState, anyList, (one, known, listed) => {
      const state = stateOf(one, known, { listed, now: NOW });
      const hasSmart = listed.some(
        ({ title, smart }) => smart && title.toLowerCase() === one.name.trim().toLowerCase(),
      );
      assert.equal(state.kind === 'smart', hasSmart);
      assert.equal(withheldBy(one, state) === 'collection_smart', hasSmart);
      if (one.wish === 'back') assert.notEqual(withheldBy(one, state), 'collection_gone');
    }),
  );
});

test('where nothing is known nothing is withheld', () => {
  fc.assert(fc.property(anyNeed, (one) => assert.equal(withheldBy(one, undefined), undefined)));
});

test('only what was synced before the collection was seen to be gone was lost with it, once it is back', () => {
  const back: CollectionState = { kind: 'plain', at: NOW, goneAt: 500 };
  assert.deepEqual(
    [500, 501, undefined].map((at) => wasLostWithAll(removed, back, at)),
    [true, false, false],
  );
  assert.equal(wasLostWithAll(need(), back, 1), false);
  assert.equal(wasLostWithAll(removed, { kind: 'plain', at: NOW }, 1), false, 'it was never gone');
  assert.equal(wasLostWithAll(removed, { kind: 'gone', at: NOW }, 1), false, 'it is gone still');
  assert.equal(wasLostWithAll(removed, undefined, 1), false);
});

test('when a collection was last gone is not forgotten, whatever is listed later', () => {
  fc.assert(
    fc.property(anyNeed, anyList, (one, listed) => {
      const next = stateOf(one, { kind: 'plain', goneAt: 7 }, { listed, now: NOW });
      assert.ok(next.kind === 'gone' ? next.at === NOW : (next.goneAt ?? 0) >= 7);
    }),
  );
});
