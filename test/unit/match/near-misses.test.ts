import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Candidate } from '../../../src/core/match/evidence.ts';
import { mayBeMeant, nearMisses, nearMissQueries, nearNameQueries } from '../../../src/core/match/near/near-misses.ts';

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
  const neighbours = [candidate('1', '/media/quay/tides.mp4'), candidate('2', '/media/quay/lantern rowing.mp4')];
  assert.deepEqual(kinds(neighbours), [
    'same_folder /media/quay/lantern rowing.mp4',
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

const nearNames = (wanted: string, name: string): string[] =>
  nearMisses({ path: `/media/${wanted}` }, `/media/${wanted}`, [candidate('1', `/other/${name}`)]).map(
    ({ kind }) => kind,
  );

test('names that differ by the private-use signs of SMB nearly agree, by either mapping', () => {
  for (const [wanted, name] of [
    ['Pier: One?.mp4', 'Pier\uF022 One\uF025.mp4'],
    ['Pier: One?.mp4', 'Pier\uF03A One\uF03F.mp4'],
    ['Pier\uF021 "A" <b>|.mkv', 'Pier* \uF020A\uF020 \uF023b\uF024\uF027.mkv'],
    ['Pier "A".mp4', 'Pier \uF022A\uF022.mp4'],
    ['Dock .mp4', 'Dock\uF028.mp4'],
    ['Pier\uF07C.mp4', 'Pier|.mkv'],
  ] as const)
    assert.deepEqual(nearNames(wanted, name), ['smb_signs'], `${wanted} ~ ${name}`);
  // U+F021 stands for * or !, and not for a colon: that is another name.
  assert.deepEqual(nearNames('Pier: One.mp4', 'Pier\uF021 One.mp4'), ['other_signs']);
  assert.deepEqual(nearNames('Pier: One.mp4', 'Mole\uF022 One.mp4'), []);
  assert.deepEqual(nearNames('Pier\uF022.mp4', 'Pier: One.mp4'), []);
  assert.deepEqual(nearNames('Pier: One.mp4', 'Pier\uF022.mp4'), []);
});

test('names that differ in other signs alone nearly agree, whatever program replaced them', () => {
  assert.deepEqual(nearNames('Pier: One?.mp4', 'Pier - One.mp4'), ['other_signs']);
  assert.deepEqual(nearNames('Lantern_Row.mp4', 'Lantern Row.mkv'), ['other_signs']);
  assert.deepEqual(nearNames('Fog：Two.mp4', 'Fog_Two.mp4'), ['other_signs']);
  // Nothing is left to compare.
  assert.deepEqual(nearNames('!!!.mp4', '---.mp4'), []);
});

test('one letter that is missing, added, swapped or another one is a near name, and a number is not', () => {
  for (const name of ['lantrn row.mp4', 'lanternn row.mp4', 'lanterm row.mp4', 'lantenr row.mp4', 'lantérn row.mp4'])
    assert.deepEqual(nearNames('lantern row.mp4', name), ['one_letter'], name);
  assert.deepEqual(nearNames('lantern row.mp4', 'lanerm row.mp4'), []);
  assert.deepEqual(nearNames('lantern row.mp4', 'lanterm row.mkv'), []);
  assert.deepEqual(nearNames('film 1.mp4', 'film 2.mp4'), []);
  assert.deepEqual(nearNames('film 1.mp4', 'film 11.mp4'), []);
  assert.deepEqual(nearNames('fog.mp4', 'dog.mp4'), []);
  const sized = nearMisses({ path: '/a/film 1.mp4', size: 10 }, '/a/film 1.mp4', [candidate('1', '/b/film 2.mp4', 10)]);
  assert.deepEqual(
    sized.map(({ kind, facts }) => [kind, facts.size]),
    [['one_letter', 'same']],
  );
});

test('of names that agree in one way the one of the same size comes first, then that of an unknown one', () => {
  const near = [
    candidate('1', '/x/lantern row.mkv', 11),
    candidate('2', '/x/lantern row.avi'),
    candidate('3', '/x/lantern row.mov', 10),
  ];
  assert.deepEqual(
    nearMisses({ path: FILE, size: 10 }, FILE, near).map((miss) => [miss.candidate.ratingKey, mayBeMeant(miss)]),
    [
      ['3', true],
      ['2', true],
      ['1', true],
    ],
  );
  assert.equal(nearMisses({ path: FILE }, FILE, [candidate('1', '/media/quay/tides.mp4')]).some(mayBeMeant), false);
});

test('a near name is among what one of the pieces finds, wherever the letter is', () => {
  assert.deepEqual(nearNameQueries('/x/Lantern Row.mp4'), ['Lanter', 'n Row']);
  assert.deepEqual(nearNameQueries('/x/Pier: One.mp4'), ['Pier:', 'One', 'Pier']);
  const letter = fc.constantFrom(...'abcdefgh');
  fc.assert(
    fc.property(fc.array(letter, { minLength: 5, maxLength: 12 }), fc.nat(11), letter, (name, place, other) => {
      const at = place % name.length;
      const changed = name.with(at, other).join('');
      assert.ok(nearNameQueries(`${name.join('')}.mp4`).some((piece) => changed.includes(piece)));
    }),
  );
});

test('a name with more or fewer words behind it is near where the duration is the same', () => {
  const scene = { path: '/a/lantern row.mp4', durationMs: 600_000 };
  const kindOf = (name: string, durationMs?: number) =>
    nearMisses(scene, scene.path, [{ ...candidate('1', ''), files: [{ path: `/b/${name}`, durationMs }] }]).map(
      ({ kind }) => kind,
    );
  assert.deepEqual(kindOf('lantern row [1080p].mkv', 600_500), ['longer_name']);
  assert.deepEqual(kindOf('lantern.mkv', 600_500), ['longer_name']);
  assert.deepEqual(kindOf('lantern row [1080p].mkv'), []);
  assert.deepEqual(kindOf('lantern row [1080p].mkv', 900_000), []);
  assert.deepEqual(kindOf('lantern rowing.mkv', 600_500), []);
  assert.deepEqual(kindOf('lan.mkv', 600_500), []);
});
