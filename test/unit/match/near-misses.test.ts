import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Candidate } from '../../../src/core/match/evidence.ts';
import { nearMisses, nearMissQueries } from '../../../src/core/match/near-misses.ts';

function candidate(ratingKey: string, path: string, size?: number): Candidate {
  return {
    ratingKey,
    title: `Film ${ratingKey}`,
    sectionKey: '1',
    sectionTitle: 'Harbours',
    files: [{ path, size }],
  };
}

const FILE = '/media/quay/lantern row.mp4';
const kinds = (candidates: readonly Candidate[], size?: number): string[] =>
  nearMisses({ path: FILE, size }, FILE, candidates).map(({ kind, file }) => `${kind} ${file.path}`);

test('a file of the same name and another size is a near miss, and without a size it is a candidate', () => {
  const other = candidate('1', '/x/lantern row.mp4', 11);
  assert.deepEqual(kinds([other], 10), ['other_size /x/lantern row.mp4']);
  assert.deepEqual(kinds([other]), []);
});

test('a file of the same name and another duration is a near miss, unless its size is the same', () => {
  const other = { path: '/x/lantern row.mp4', size: 10, durationMs: 900_000 };
  const near = (size?: number) =>
    nearMisses({ path: FILE, size, durationMs: 600_000 }, FILE, [{ ...candidate('1', ''), files: [other] }]);
  assert.deepEqual(
    near().map(({ kind }) => kind),
    ['other_duration'],
  );
  assert.deepEqual(near(10), []);
  assert.deepEqual(
    near(11).map(({ kind }) => kind),
    ['other_size'],
  );
});

test('the file at the exact path is never a near miss, whatever its size', () => {
  assert.deepEqual(kinds([candidate('1', FILE, 11)], 10), []);
});

test('a file that was converted to another format is a near miss', () => {
  assert.deepEqual(kinds([candidate('1', '/media/quay/Lantern Row.mkv')]), [
    'other_ending /media/quay/Lantern Row.mkv',
  ]);
});

test('another file in the same folder is a near miss, the most alike first', () => {
  const neighbours = [candidate('1', '/media/quay/tides.mp4'), candidate('2', '/media/quay/lantern rows.mp4')];
  assert.deepEqual(kinds(neighbours), [
    'same_folder /media/quay/lantern rows.mp4',
    'same_folder /media/quay/tides.mp4',
  ]);
});

test('a file that shares neither name nor folder is not a near miss', () => {
  assert.deepEqual(kinds([candidate('1', '/media/mole/tides.mp4')]), []);
});

test('five are enough, and their order does not depend on the order of the items', () => {
  const many = Array.from({ length: 9 }, (_, index) => candidate(String(index), `/media/quay/film ${index}.mp4`));
  assert.equal(kinds(many).length, 5);
  fc.assert(
    fc.property(fc.shuffledSubarray(many, { minLength: many.length }), (mixed) => {
      assert.deepEqual(kinds(mixed), kinds(many));
    }),
  );
});

test('the name without its ending and the folder are looked for', () => {
  assert.deepEqual(nearMissQueries(FILE), ['lantern row', 'quay']);
  assert.deepEqual(nearMissQueries('/.hidden'), ['.hidden']);
});
