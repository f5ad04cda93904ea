import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { titleQueries } from '../../../src/core/match/title-queries.ts';

/** The table of the Python plugin's searches, its faults put right and its underscores and dots spaced. */
const TABLE: readonly (readonly [path: string, ...queries: readonly string[]])[] = [
  ['Studio A/Beach Day - 2026-01-30 WEBDL-2160p.mp4', 'Beach Day - 2026-01-30', 'Beach Day', 'Studio A'],
  ['Studio A/Beach Day - 2026-01-30.mp4', 'Beach Day - 2026-01-30', 'Beach Day', 'Studio A'],
  ['Studio A/Beach Day 1080p.mkv', 'Beach Day', 'Studio A'],
  ['Studio A/Beach_Day_720p_x264.mp4', 'Beach Day', 'Studio A'],
  ['Studio A/Beach Day [1080p].mp4', 'Beach Day', 'Studio A'],
  [
    'Studio A/Studio.A.24.01.30.Jane.Doe.Beach.Day.XXX.1080p.MP4-GRP.mp4',
    'Studio A 24 01 30 Jane Doe Beach Day XXX',
    'Studio A',
  ],
  ['Studio A/Big Adventure.mp4', 'Big Adventure', 'Studio A'],
  ['Studio A/Midvale Nights.mp4', 'Midvale Nights', 'Studio A'],
  ['Studio A/4K Dreams - 2025-12-01.mp4', '4K Dreams - 2025-12-01', '4K Dreams', 'Studio A'],
  ['Studio A/2026-01-30 - Beach Day.mp4', '2026-01-30 - Beach Day', 'Studio A'],
  ['Studio A/Beach Day - 2026-01-30 - 2160p.mp4', 'Beach Day - 2026-01-30', 'Beach Day', 'Studio A'],
  ['Shared Tension - 2026-03-11/video.mp4', 'video', 'Shared Tension'],
  ['Studio A/Jane Doe - Beach Day - WEB-DL 1080p.mp4', 'Jane Doe - Beach Day', 'Studio A'],
  ['Studio A/Beach Day (2026).mp4', 'Beach Day (2026)', 'Studio A'],
  ['Studio A/scene.01.BluRay.HDR.mkv', 'scene 01', 'Studio A'],
  ['movies/1080p.mp4', 'movies'],
  ['Studio A/Beach Day - 2026-01-30 480p.mp4', 'Beach Day - 2026-01-30', 'Beach Day', 'Studio A'],
  ['HDR Tests/Clip - part 2_4k.mp4', 'Clip - part 2', 'HDR Tests'],
  ['Studio A/Scène d’été – 2026-01-30.mp4', 'Scène d’été – 2026-01-30', 'Scène d’été', 'Studio A'],
  ['C:\\media\\Studio\\Beach Day 1080p.mp4', 'Beach Day', 'Studio'],
];

for (const [path, ...queries] of TABLE)
  test(`${path} is searched as it was, where that was right`, () => {
    assert.deepEqual(titleQueries(path.includes('\\') ? path : `/data/${path}`), queries);
  });

/** The first query for a file of this name. */
const first = (name: string): string | undefined => titleQueries(`/quay/${name}.mp4`)[0];

test('a marker counts as a whole word, in any case, between whatever separates words', () => {
  for (const name of [
    'Fog 1080P',
    'Fog.webrip',
    'Fog_hdr_dv',
    'Fog-4K',
    'Fog (DVDRip)',
    'Fog [Web-Rip 720p] x',
    'Fog HDR10+',
  ])
    assert.equal(first(name), 'Fog', name);
  for (const name of ['Fogdv', 'DVault Fog', 'Fog 14K', 'Fog 4Kids', 'Fog 1080px', 'HDRescue'])
    assert.equal(first(name), name);
});

test('markers at the start do not empty a name, and those after the title still end it', () => {
  assert.equal(first('4K Fog 1080p'), '4K Fog');
  assert.equal(first('[4K] Fog 1080p'), '[4K] Fog');
  assert.equal(first('1080p WEB-DL Fog'), '1080p WEB-DL Fog');
  assert.equal(first('[1080p] 4K'), 'quay');
});

test('a bracket that the cut left open goes, with what else is in it, but never with the title', () => {
  assert.equal(first('Fog [long cut 1080p]'), 'Fog');
  assert.equal(first('Fog (2026) [1080p]'), 'Fog (2026)');
  assert.equal(first('(Fog 1080p)'), 'Fog');
});

test('dots are spaces where a name has no others, and punctuation where it has', () => {
  assert.equal(first('Old.Fog.Horn'), 'Old Fog Horn');
  assert.equal(first('Mr. Fog v1.5'), 'Mr. Fog v1.5');
  assert.equal(first('Old__Fog Horn'), 'Old Fog Horn');
});

test('a date goes with its separator or its brackets, and is not taken out of a longer number', () => {
  assert.deepEqual(titleQueries('/quay/Fog (2026-01-30).mp4'), ['Fog (2026-01-30)', 'Fog', 'quay']);
  assert.deepEqual(titleQueries('/quay/Fog_—_2026-01-30_720p.mp4'), ['Fog — 2026-01-30', 'Fog', 'quay']);
  assert.deepEqual(titleQueries('/quay/Fog 12026-01-30.mp4'), ['Fog 12026-01-30', 'quay']);
  assert.deepEqual(titleQueries('/2026-01-30/2026-01-30.mp4'), ['2026-01-30']);
});

test('a file at the top has no folder to search for, and a folder of the same name is searched for once', () => {
  assert.deepEqual(titleQueries('/Fog.mp4'), ['Fog']);
  assert.deepEqual(titleQueries('C:\\Fog.mp4'), ['Fog']);
  assert.deepEqual(titleQueries('/FOG/Fog.mp4'), ['Fog']);
  assert.deepEqual(titleQueries('\\\\nas\\Films\\Fog.mp4'), ['Fog', 'Films']);
});

test('nothing is searched for twice or without a word, and no more than three times', () => {
  const part = fc.constantFrom(
    '/',
    '\\',
    ' ',
    '.',
    '_',
    '-',
    '–',
    '[',
    ')',
    '1080p',
    'HDR',
    'Fog',
    'é',
    '2026-01-30',
    '.mp4',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 14 }), (parts) => {
      const queries = titleQueries(`/${parts.join('')}`);
      assert.ok(queries.length <= 3);
      assert.equal(new Set(queries.map((query) => query.toLowerCase())).size, queries.length);
      for (const query of queries) {
        assert.match(query, /[\p{L}\p{N}]/u);
        assert.equal(query, query.trim());
        assert.doesNotMatch(query, /[_/\\]| {2}/);
      }
    }),
  );
});

test('what follows the quality never changes the search', () => {
  const title = fc
    .array(fc.constantFrom('Big', 'Adventure', 'Midvale', 'Fog', '14', 'Hdrive'), { minLength: 1, maxLength: 4 })
    .map((words) => words.join(' '));
  const marker = fc.constantFrom('WEBDL', 'web-dl', 'HDTV', '480p', '2160P', '4K', 'DV');
  const lead = fc.constantFrom(' ', '_', ' - ', ' [', ' (', '.');
  fc.assert(
    fc.property(
      title,
      lead,
      marker,
      fc.constantFrom('', ' x264', '-GRP', '] 2', '.HDR'),
      (name, before, quality, rest) => {
        assert.deepEqual(titleQueries(`/quay/${name}${before}${quality}${rest}.mp4`), [name, 'quay']);
      },
    ),
  );
});
