import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseWay, laterMark, markOf, NO_MARK, notAhead } from '../../../src/core/match/file-index.ts';

const way = (lookUps: number, total: number | undefined, refreshable: 'refreshable' | 'unknown') =>
  chooseWay({ lookUps, total, refreshable: refreshable === 'refreshable' });

test('what is indexed is refreshed once more files are looked for than a refresh asks', () => {
  assert.equal(way(3, 100_000, 'refreshable'), 'live');
  assert.equal(way(4, 100_000, 'refreshable'), 'refresh');
  assert.equal(way(4, 100_000, 'unknown'), 'live');
});

test('a small library is listed anew rather than refreshed, for that asks less', () => {
  assert.equal(way(4, 1_000, 'refreshable'), 'list');
  assert.equal(way(4, 1_999, 'refreshable'), 'list');
  assert.equal(way(4, 2_000, 'refreshable'), 'refresh');
});

test('an unknown library is listed where that asks no more than the look-ups, and never for a few', () => {
  assert.equal(way(9, 1_000, 'unknown'), 'live');
  assert.equal(way(10, undefined, 'unknown'), 'list');
  assert.equal(way(10, 100_000, 'unknown'), 'live');
  assert.equal(way(101, 100_000, 'unknown'), 'list');
});

test('a mark takes the later of each date, and a row that tells none takes none away', () => {
  assert.deepEqual(markOf([], 9), NO_MARK);
  assert.deepEqual(laterMark({ addedAt: 5, updatedAt: 7 }, { addedAt: 6, updatedAt: 2 }), { addedAt: 6, updatedAt: 7 });
  assert.deepEqual(laterMark({ addedAt: 5, updatedAt: undefined }, { addedAt: undefined, updatedAt: 3 }), {
    addedAt: 5,
    updatedAt: 3,
  });
});

test('a mark is never ahead of the clock of the server, if that is known', () => {
  const rows = [
    { addedAt: 3, updatedAt: 4 },
    { addedAt: 900, updatedAt: 2 },
  ];
  assert.deepEqual(markOf(rows, 9), { addedAt: 9, updatedAt: 4 });
  assert.deepEqual(markOf(rows, undefined), { addedAt: 900, updatedAt: 4 });
  assert.deepEqual(notAhead({ addedAt: undefined, updatedAt: 900 }, 9), { addedAt: undefined, updatedAt: 9 });
});
