/** By its hash reconcile sees whether Stash still says of a scene what it said at the last write. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SceneData } from '../../../src/core/model/scene.ts';
import { contentHashOf, isSameVersion } from '../../../src/core/model/stash-content.ts';

const SCENE: SceneData = {
  path: '/harbour/1.mp4',
  size: 1_000,
  title: 'Harbour Lights',
  details: 'Boats come and go.',
  date: '2024-05',
  rating100: 80,
  studio: 'Quay Films',
  performers: ['Ada Mole', 'Bo Weir'],
  tags: ['fog', 'sea'],
};
const HASH = contentHashOf(SCENE);

test('every value that may be written to Plex tells in the hash', () => {
  const others: SceneData[] = [
    { title: 'Harbour Light' },
    { details: 'Boats come.' },
    { date: '2024-05-01' },
    { rating100: 81 },
    { studio: 'Pier Films' },
    { performers: ['Ada Mole'] },
    { tags: ['fog'] },
    { tags: ['fog', 'seas'] },
    { tags: [] },
    { details: null },
    { rating100: null },
  ];
  const hashes = others.map((other) => contentHashOf({ ...SCENE, ...other }));
  assert.equal(new Set([HASH, ...hashes]).size, others.length + 1);
});

test('what is not written does not: the file, the picture’s address and the time', () => {
  const other = {
    path: '/b.mp4',
    size: 2,
    duration: 9,
    updated_at: 'x',
    poster_url: 'http://stash/scene/1/screenshot?t=2',
  };
  assert.equal(contentHashOf({ ...SCENE, ...other }), HASH);
});

test('neither the order of names nor what cleaning takes away makes a difference', () => {
  const same: SceneData[] = [
    { tags: ['sea', 'fog'], performers: ['Bo Weir', 'Ada Mole'] },
    { title: ' Harbour  Lights ', tags: ['fog', 'sea', 'Fog'] },
    { details: 'Boats come and go.\n' },
  ];
  for (const one of same) assert.equal(contentHashOf({ ...SCENE, ...one }), HASH);
  assert.equal(contentHashOf({ rating100: 0 }), contentHashOf({ rating100: null }));
});

test('a version opens the hash, and two versions are never compared', () => {
  assert.match(HASH, /^1:[0-9a-f]{32}$/);
  assert.ok(isSameVersion(HASH, contentHashOf({})));
  assert.ok(!isSameVersion(HASH, HASH.replace(/^1/, '0')));
  assert.ok(!isSameVersion(HASH, undefined));
});

test('different texts have different hashes', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ maxLength: 12, unit: 'binary-ascii' }), { maxLength: 200 }), (titles) => {
      const cleaned = new Set(titles.map((title) => title.replace(/[\p{Cc}\s]+/gu, ' ').trim()));
      assert.equal(new Set(titles.map((title) => contentHashOf({ title }))).size, cleaned.size);
    }),
  );
});
