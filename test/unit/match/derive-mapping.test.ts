import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePathMappings } from '../../../src/core/match/mappings.ts';
import { mapPath } from '../../../src/core/match/paths.ts';
import type { PathPair } from '../../../src/core/match/sample/derive-mapping.ts';
import { deriveMappings } from '../../../src/core/match/sample/derive-mapping.ts';

function pair(stash: string, plex: string, size: PathPair['size'] = 'unknown'): PathPair {
  return { stash, plex, size };
}

/** The mappings as a person would type them, each with how many files it explains. */
function lines(pairs: readonly PathPair[]): string[] {
  return deriveMappings(pairs).map(({ mapping, explained }) => `${mapping.from}=${mapping.to} ${explained}`);
}

test('no pair proves nothing', () => {
  assert.deepEqual(lines([]), []);
});

test('a folder in common shows the mapping', () => {
  assert.deepEqual(lines([pair('/data/quay/a.mp4', '/media/quay/a.mp4')]), ['/data=/media 1']);
});

test('one file name alone shows no mapping, and with its size it does', () => {
  assert.deepEqual(lines([pair('/data/a.mp4', '/media/a.mp4')]), []);
  assert.deepEqual(lines([pair('/data/a.mp4', '/media/a.mp4', 'same')]), ['/data=/media 1']);
});

test('two file names that agree show the mapping, without a folder in common', () => {
  assert.deepEqual(lines([pair('/data/a.mp4', '/media/a.mp4'), pair('/data/b.mp4', '/media/b.mp4')]), [
    '/data=/media 2',
  ]);
});

test('of many files of one name the one that agrees with the rest counts', () => {
  const pairs = [
    pair('/data/pier/01.mp4', '/media/pier/01.mp4'),
    pair('/data/pier/01.mp4', '/old/pier/01.mp4'),
    pair('/data/mole/01.mp4', '/media/mole/01.mp4'),
    pair('/data/mole/01.mp4', '/media/pier/01.mp4'),
  ];
  assert.deepEqual(lines(pairs), ['/data=/media 2']);
});

test('two mounts give two mappings', () => {
  const pairs = ['a', 'b', 'c'].flatMap((name) => [
    pair(`/films/${name}.mp4`, `/mnt/one/${name}.mp4`),
    pair(`/gardens/${name}.mkv`, `/mnt/two/${name}.mkv`),
  ]);
  assert.deepEqual(lines(pairs), ['/films=/mnt/one 3', '/gardens=/mnt/two 3']);
});

test('files that do not agree show no mapping', () => {
  const pairs = ['a', 'b', 'c', 'd'].map((name) => pair(`/data/${name}/01.mp4`, `/media/of-${name}/01.mp4`));
  assert.deepEqual(lines(pairs), []);
});

test('a mapping that explains only some of the files is not proposed', () => {
  const odd = ['c', 'd', 'e'].map((name) => pair(`/data/${name}/${name}.mp4`, `/media/of-${name}/${name}.mp4`));
  assert.deepEqual(lines([pair('/data/x/a.mp4', '/media/x/a.mp4'), ...odd]), []);
});

test('the same path on both sides needs no mapping', () => {
  assert.deepEqual(lines([pair('/media/quay/a.mp4', '/media/quay/a.mp4')]), []);
});

test('a Windows drive and a share are mapped like any folder', () => {
  const pairs = [pair('D:\\films\\quay\\a.mp4', '//nas/video/quay/a.mp4')];
  assert.deepEqual(lines(pairs), ['D:/films=//nas/video 1']);
});

test('a folder is never proposed to lead to two places, since path_map refuses that', () => {
  const pairs = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) =>
    pair(`/data/quay/${name}.mp4`, `/one/quay/${name}.mp4`),
  );
  assert.deepEqual(lines([...pairs, pair('/data/mole/z.mp4', '/two/mole/z.mp4')]), ['/data=/one 8']);
});

const anyName = fc.constantFrom('quay', 'pier', 'mole', 'buoy', 'Lamp');
const anyRoot = fc.array(anyName, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
const anyTail = fc
  .tuple(fc.array(anyName, { maxLength: 2 }), fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'))
  .map(([folders, name]) => [...folders, `${name}.mp4`].join('/'));
const anyTails = fc.uniqueArray(anyTail, { minLength: 2, maxLength: 12 });

test('files that were all moved from one folder to another are led there again', () => {
  fc.assert(
    fc.property(anyRoot, anyRoot, anyTails, (from, to, tails) => {
      fc.pre(from !== to);
      const pairs = tails.map((tail) => pair(`${from}/${tail}`, `${to}/${tail}`));
      const mappings = deriveMappings(pairs).map(({ mapping }) => mapping);
      for (const { stash, plex } of pairs) assert.equal(mapPath(stash, mappings).path, plex);
    }),
  );
});

test('the order of the pairs never matters', () => {
  const anyPair = fc
    .tuple(anyRoot, anyRoot, anyTail, fc.constantFrom('same' as const, 'unknown' as const))
    .map(([from, to, tail, size]) => pair(`${from}/${tail}`, `${to}/${tail}`, size));
  const shuffled = fc
    .array(anyPair, { maxLength: 8 })
    .chain((pairs) => fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length })));
  fc.assert(fc.property(shuffled, ([pairs, mixed]) => assert.deepEqual(deriveMappings(mixed), deriveMappings(pairs))));
});

test('what is proposed is always a path_map that is taken', () => {
  const anyPair = fc
    .tuple(fc.constantFrom('', 'D:', '//nas'), anyRoot, anyRoot, anyTail)
    .map(([lead, from, to, tail]) => pair(`${lead}${from}/${tail}`, `${to}/${tail}`, 'same'));
  fc.assert(
    fc.property(fc.array(anyPair, { maxLength: 8 }), (pairs) => {
      const proposed = deriveMappings(pairs).map(({ mapping }) => mapping);
      assert.deepEqual(parsePathMappings(proposed), { kind: 'mappings', mappings: proposed });
    }),
  );
});

test('no more files are explained than there are', () => {
  fc.assert(
    fc.property(anyTails, fc.array(anyRoot, { minLength: 1, maxLength: 4 }), (tails, roots) => {
      const pairs = tails.flatMap((tail) => roots.map((root) => pair(`/stash/${tail}`, `${root}/${tail}`)));
      const total = deriveMappings(pairs).reduce((sum, { explained }) => sum + explained, 0);
      assert.ok(total <= tails.length);
    }),
  );
});

test('files of one name that agree on nothing are counted in one pass, however many there are', {
  timeout: 20_000,
}, () => {
  const pairs = Array.from({ length: 100 }, (_, file) =>
    Array.from({ length: 240 }, (_, namesake) =>
      pair(`/data/studio ${file}/set ${file}/01.mp4`, `/media/season ${namesake}/set ${file}/01.mp4`),
    ),
  ).flat();
  // Compared one with another these 24,000 pairs would take hours.
  assert.deepEqual(lines(pairs), []);
});

test('at most eight lines are proposed: nobody has more mounts', () => {
  const pairs = Array.from({ length: 9 }, (_, mount) =>
    pair(`/in/${mount}/pier.mp4`, `/out/${mount}a/pier.mp4`, 'same'),
  );
  assert.equal(deriveMappings(pairs).length, 8);
});
