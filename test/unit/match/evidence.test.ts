import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Candidate, MatchResult } from '../../../src/core/match/evidence.ts';
import { adviceOn, heldFile, matchScene } from '../../../src/core/match/evidence.ts';
import type { PathMapping } from '../../../src/core/match/paths.ts';
import { sharedFolders } from '../../../src/core/match/paths.ts';
import type { PlexFile } from '../../../src/core/model/plex-item.ts';
import { plainText } from '../../../src/core/text/sentence.ts';

function candidate(ratingKey: string, ...files: readonly (string | PlexFile)[]): Candidate {
  return {
    ratingKey,
    title: `Film ${ratingKey}`,
    sectionKey: '1',
    sectionTitle: 'Harbour films',
    files: files.map((file) => (typeof file === 'string' ? { path: file } : file)),
  };
}

/** The verdict in one line: `high 2 by size`, `low 1`, `none`. */
function verdict(result: MatchResult): string {
  if (result.kind === 'none') return 'none';
  const { ratingKey } = result.best.candidate;
  return result.kind === 'high' ? `high ${ratingKey} by ${result.rule}` : `low ${ratingKey}`;
}

const DATA_TO_MEDIA: readonly PathMapping[] = [{ from: '/data', to: '/media' }];
const judge = (path: string, candidates: readonly Candidate[], mappings: readonly PathMapping[] = []): string =>
  verdict(matchScene({ path }, candidates, mappings));
const judgeSized = (
  path: string,
  size: number,
  candidates: readonly Candidate[],
  mappings: readonly PathMapping[] = [],
) => verdict(matchScene({ path, size }, candidates, mappings));

test('no candidate is no match', () => {
  assert.equal(judge('/data/harbour.mp4', []), 'none');
});

test('a file of another name is no candidate', () => {
  assert.equal(judge('/data/quay/harbour.mp4', [candidate('1', '/data/quay/harbour 2.mp4')]), 'none');
});

test('the same full path is proof', () => {
  assert.equal(judge('/data/harbour.mp4', [candidate('1', '/data/harbour.mp4')]), 'high 1 by path');
});

test('the same full path after mapping is proof', () => {
  assert.equal(judge('/data/harbour.mp4', [candidate('1', '/media/harbour.mp4')], DATA_TO_MEDIA), 'high 1 by path');
});

test('of two files of one item that speak alike the same one stands for it, in whichever order they come', () => {
  const files = ['/media/one/quay/pier.mp4', '/media/two/quay/pier.mp4'];
  for (const order of [files, files.toReversed()]) {
    const match = matchScene({ path: '/data/quay/pier.mp4' }, [candidate('1', ...order)], []);
    assert.equal(match.kind === 'none' ? undefined : match.best.file, files[0]);
  }
});

test('items that hold the very same file are told by library, or not at all', () => {
  const [one, two] = [candidate('1', '/data/pier.mp4'), candidate('2', '/data/pier.mp4')];
  const advice = (...all: readonly Candidate[]): string | undefined => {
    const words = adviceOn(matchScene({ path: '/data/pier.mp4' }, all, []));
    return words && plainText(words);
  };
  assert.match(advice(one, { ...two, sectionKey: '2' }) ?? '', /plex_library/);
  assert.match(advice(one, two) ?? '', /merge/);
  assert.equal(advice(one), undefined);
  assert.equal(advice(), undefined);
  assert.equal(advice(candidate('1', '/a/pier.mp4'), candidate('2', '/b/pier.mp4')), undefined);
});

test('slashes, composition and case do not hide the same path', () => {
  assert.equal(judge('C:\\Quay\\cafe\u0301.mp4', [candidate('1', 'c:/quay/Café.mp4')]), 'high 1 by path');
});

test('below a drive of Windows a path in another case is the very path, whatever the size', () => {
  const grown = candidate('1', { path: 'D:/Quay/A.mp4', size: 11 });
  assert.equal(judgeSized('/data/a.mp4', 10, [grown], [{ from: '/data', to: 'd:\\quay' }]), 'high 1 by path');
  assert.equal(judgeSized('/quay/a.mp4', 10, [candidate('1', { path: '/Quay/A.mp4', size: 11 })]), 'none');
});

test('a path in the very same case wins over one that differs in case', () => {
  const both = [candidate('1', '/data/HARBOUR.mp4'), candidate('2', '/data/harbour.mp4')];
  assert.equal(judge('/data/harbour.mp4', both), 'high 2 by path');
});

test('the same path wins over the same size elsewhere', () => {
  const both = [candidate('1', { path: '/old/quay/harbour.mp4', size: 10 }), candidate('2', '/data/harbour.mp4')];
  assert.equal(judgeSized('/data/harbour.mp4', 10, both), 'high 2 by path');
});

test('the same path with another size is the file, grown since Plex looked', () => {
  assert.equal(
    judgeSized('/data/harbour.mp4', 10, [candidate('1', { path: '/data/harbour.mp4', size: 11 })]),
    'high 1 by path',
  );
});

test('any file of an item may be the one', () => {
  assert.equal(judge('/data/b.mp4', [candidate('1', '/data/a.mp4', '/data/b.mp4')]), 'high 1 by path');
});

test('two items with the same exact path prove nothing', () => {
  assert.equal(
    judge('/data/harbour.mp4', [candidate('2', '/data/harbour.mp4'), candidate('1', '/data/harbour.mp4')]),
    'low 1',
  );
});

test('the same name and the same size is proof when one candidate has it', () => {
  const both = [
    candidate('1', { path: '/mole/01.mp4', size: 10 }),
    candidate('2', { path: '/pier/01.mp4', size: 11 }),
    candidate('3', '/quay/01.mp4'),
  ];
  assert.equal(judgeSized('/data/01.mp4', 10, both), 'high 1 by size');
});

test('the same size proves a file even where a mapping expected another path', () => {
  const moved = candidate('1', { path: '/elsewhere/harbour.mp4', size: 10 });
  assert.equal(judgeSized('/data/harbour.mp4', 10, [moved], DATA_TO_MEDIA), 'high 1 by size');
});

test('two candidates of the same size and nothing else prove nothing', () => {
  const both = [candidate('1', { path: '/mole/01.mp4', size: 10 }), candidate('2', { path: '/pier/01.mp4', size: 10 })];
  assert.equal(judgeSized('/data/01.mp4', 10, both), 'low 1');
});

test('of two candidates of the same size the one with more folders in common is proven', () => {
  const both = [
    candidate('1', { path: '/a/mole/01.mp4', size: 10 }),
    candidate('2', { path: '/a/pier/01.mp4', size: 10 }),
  ];
  assert.equal(judgeSized('/data/pier/01.mp4', 10, both), 'high 2 by folders');
});

test('another size under another path is another file', () => {
  const other = candidate('1', { path: '/media/quay/harbour.mp4', size: 11 });
  assert.equal(judgeSized('/data/quay/harbour.mp4', 10, [other]), 'none');
});

test('a folder in common with the file name is proof for the only candidate', () => {
  assert.equal(judge('/data/quay/harbour.mp4', [candidate('1', '/media/quay/harbour.mp4')]), 'high 1 by folders');
});

test('the longest tail in common is proof', () => {
  const both = [candidate('1', '/media/2024/01.mp4'), candidate('2', '/media/quay/2024/01.mp4')];
  assert.equal(judge('/data/quay/2024/01.mp4', both), 'high 2 by folders');
});

test('two equally long tails prove nothing', () => {
  const both = [candidate('1', '/a/quay/01.mp4'), candidate('2', '/b/quay/01.mp4')];
  assert.equal(judge('/data/quay/01.mp4', both), 'low 1');
});

test('a tail in common is no proof where a mapping applies, since the exact path was expected', () => {
  assert.equal(judge('/data/quay/harbour.mp4', [candidate('1', '/mnt/quay/harbour.mp4')], DATA_TO_MEDIA), 'low 1');
});

test('a mapping that does not apply to the path takes nothing from a tail in common', () => {
  const mappings = [{ from: '/database', to: '/media' }];
  assert.equal(
    judge('/data/quay/harbour.mp4', [candidate('1', '/mnt/quay/harbour.mp4')], mappings),
    'high 1 by folders',
  );
});

test('the file name alone proves nothing, even for the only candidate', () => {
  assert.equal(judge('/data/quay/01.mp4', [candidate('1', '/data/mole/01.mp4')]), 'low 1');
});

test('a doubtful match suggests the mapping that would make it exact', () => {
  const doubtful = matchScene({ path: '/data/quay/a.mp4' }, [candidate('1', '/mnt/quay/a.mp4')], DATA_TO_MEDIA);
  assert.deepEqual(doubtful.kind === 'low' && doubtful.suggestion, { from: '/data', to: '/mnt' });
});

test('a doubtful match by name alone suggests no mapping', () => {
  const doubtful = matchScene({ path: '/data/quay/01.mp4' }, [candidate('1', '/data/mole/01.mp4')], []);
  assert.equal(doubtful.kind === 'low' && doubtful.suggestion, undefined);
});

test('every candidate left is shown, the strongest first', () => {
  const result = matchScene(
    { path: '/data/quay/01.mp4', size: 10 },
    [
      candidate('1', '/media/mole/01.mp4'),
      candidate('2', { path: '/media/quay/01.mp4', size: 11 }),
      candidate('3', '/media/quay/01.mp4'),
      candidate('4', { path: '/x/01.mp4', size: 10 }),
    ],
    [],
  );
  assert.ok(result.kind === 'high');
  assert.deepEqual(
    result.considered.map((evidence) => evidence.candidate.ratingKey),
    ['4', '3', '1'],
  );
});

test('the evidence for an item is that of its best file', () => {
  const result = matchScene({ path: '/data/quay/01.mp4' }, [candidate('1', '/x/01.mp4', '/media/quay/01.mp4')], []);
  assert.ok(result.kind === 'high');
  assert.equal(result.best.file, '/media/quay/01.mp4');
  assert.equal(result.best.sharedFolders, 1);
});

const proven = { scenePath: '/data/harbour.mp4', file: '/mnt/x/harbour.mp4' };
const unmapped = { proven, mappings: [] };

test('a match holds while the item has the file at the mapped path', () => {
  const files = [{ path: '/other.mp4' }, { path: '/media/harbour.mp4' }];
  const known = { proven: { ...proven, file: '/gone.mp4' }, mappings: DATA_TO_MEDIA };
  assert.equal(heldFile({ path: '/data/harbour.mp4' }, files, known), '/media/harbour.mp4');
});

test('a match holds while the item has the file that was proven for this path', () => {
  const file = { path: '/mnt/x/harbour.mp4', size: 10 };
  assert.equal(heldFile({ path: '/data/harbour.mp4', size: 10 }, [file], unmapped), file.path);
});

test('a match does not hold once the scene has moved to another path', () => {
  assert.equal(heldFile({ path: '/data/quay.mp4' }, [{ path: '/mnt/x/harbour.mp4' }], unmapped), undefined);
});

test('a match does not hold once the file is another by its size', () => {
  const file = { path: '/mnt/x/harbour.mp4', size: 11 };
  assert.equal(heldFile({ path: '/data/harbour.mp4', size: 10 }, [file], unmapped), undefined);
});

test('a match does not hold once the item has lost the file', () => {
  assert.equal(heldFile({ path: '/data/harbour.mp4' }, [{ path: '/mnt/x/quay.mp4' }], unmapped), undefined);
  assert.equal(heldFile({ path: '/data/harbour.mp4' }, [], unmapped), undefined);
});

test('another duration under another path is another file, unless the size is the same', () => {
  const scene = { path: '/data/quay/a.mp4', size: 10, durationMs: 600_000 };
  const at = (file: Partial<PlexFile>) =>
    verdict(matchScene(scene, [candidate('1', { path: '/media/quay/a.mp4', ...file })], []));
  assert.equal(at({ durationMs: 700_000 }), 'none');
  assert.equal(at({ durationMs: 700_000, size: 10 }), 'high 1 by size');
  assert.equal(at({ durationMs: 601_000 }), 'high 1 by folders');
  assert.equal(at({ durationMs: 600_000, size: 11 }), 'none');
});

test('at the very path another duration is shown and decides nothing', () => {
  const scene = { path: '/data/a.mp4', durationMs: 600_000 };
  const match = matchScene(scene, [candidate('1', { path: '/data/a.mp4', durationMs: 700_000 })], []);
  assert.equal(verdict(match), 'high 1 by path');
  assert.equal(match.kind === 'high' && match.best.duration, 'different');
});

test('the same duration proves nothing, and shows the likeliest among equals', () => {
  const scene = { path: '/data/quay/01.mp4', durationMs: 600_000 };
  const both = [candidate('1', '/x/01.mp4'), candidate('2', { path: '/y/01.mp4', durationMs: 600_000 })];
  assert.equal(verdict(matchScene(scene, both, [])), 'low 2');
  assert.equal(verdict(matchScene(scene, both.slice(1), [])), 'low 2');
});

test('an item with two files is judged by the one that shares more folders, whatever their durations are', () => {
  const two = candidate('1', { path: '/m/b/c/01.mp4', durationMs: 600_000 }, '/m/a/b/c/01.mp4');
  const scene = { path: '/data/a/b/c/01.mp4', durationMs: 600_000 };
  assert.equal(verdict(matchScene(scene, [two, candidate('2', '/n/b/c/01.mp4')], [])), 'high 1 by folders');
});

test('a proven file is let go when it has become another by its duration, but not where the size is the same', () => {
  const scene = { path: '/data/harbour.mp4', size: 10, durationMs: 600_000 };
  const held = (file: Partial<PlexFile>) => heldFile(scene, [{ path: '/mnt/x/harbour.mp4', ...file }], unmapped);
  assert.equal(held({ durationMs: 900_000 }), undefined);
  assert.equal(held({ durationMs: 900_000, size: 10 }), '/mnt/x/harbour.mp4');
  assert.equal(held({ durationMs: 600_000 }), '/mnt/x/harbour.mp4');
});

const anyFolders = fc.array(fc.constantFrom('data', 'media', 'quay', 'Quay', 'mole'), { maxLength: 3 });
const anyPath = fc
  .tuple(anyFolders, fc.constantFrom('01.mp4', '01.MP4', '02.mp4'))
  .map(([folders, name]) => `/${[...folders, name].join('/')}`);
const ROOTS = ['/', '/media', '/data', '/media/quay', '/data/Mole'];
const anySize = fc.constantFrom(undefined, 10, 11);
const anyDuration = fc.constantFrom(undefined, 600_000, 601_000, 700_000);
const anyFile: fc.Arbitrary<PlexFile> = fc.record({ path: anyPath, size: anySize, durationMs: anyDuration });
const anyScene = fc.record({ path: anyPath, size: anySize, durationMs: anyDuration });
const anyCandidates = fc.array(fc.array(anyFile, { minLength: 1, maxLength: 3 }), { maxLength: 6 }).chain((lists) =>
  fc
    .tuple(fc.subarray(ROOTS), fc.subarray(ROOTS))
    .map(([sectionFolders, others]) => ({ sectionFolders, serverFolders: [...sectionFolders, ...others] }))
    .map((folders) => lists.map((files, index) => ({ ...candidate(String(index + 1), ...files), ...folders }))),
);
const anyMappings = fc.constantFrom<readonly PathMapping[]>([], DATA_TO_MEDIA, [{ from: '/quay', to: '/mole' }]);

test('the order of the candidates never matters', () => {
  const shuffled = anyCandidates.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  );
  fc.assert(
    fc.property(anyScene, shuffled, anyMappings, (scene, [all, mixed], mappings) => {
      assert.deepEqual(matchScene(scene, mixed, mappings), matchScene(scene, all, mappings));
    }),
  );
});

test('an exact path that one item has always wins', () => {
  fc.assert(
    fc.property(anyScene, anyFile, anyCandidates, (scene, facts, others) => {
      const { path } = scene;
      const rest = others.filter(({ files }) => files.every((file) => file.path !== path));
      const exact = candidate('exact', { ...facts, path });
      assert.equal(verdict(matchScene(scene, [...rest, exact], [])), 'high exact by path');
    }),
  );
});

test('a longer tail in common never loses to a shorter one', () => {
  fc.assert(
    fc.property(anyPath, fc.array(anyPath, { minLength: 1 }), (path, files) => {
      const result = matchScene(
        { path: `/stash${path}` },
        files.map((file, index) => candidate(String(index), file)),
        [],
      );
      if (result.kind === 'none') return;
      for (const { file } of result.considered)
        assert.ok(sharedFolders(file, path) <= sharedFolders(result.best.file, path));
    }),
  );
});

test('of all candidates the one with the longest tail in common is the proven one, where nothing else is known', () => {
  fc.assert(
    fc.property(anyFolders, fc.array(anyPath, { minLength: 1, maxLength: 5 }), (folders, files) => {
      const path = ['/stash', ...folders, '01.mp4'].join('/');
      // Another root on both sides: then no path is exact, and tails alone decide.
      const candidates = files.map((file, index) => candidate(String(index), `/plex${file}`));
      const result = matchScene({ path }, candidates, []);
      if (result.kind === 'none') return;
      const tails = result.considered.map(({ sharedFolders: shared }) => shared);
      const most = Math.max(...tails);
      const isAlone = most > 0 && tails.filter((shared) => shared === most).length === 1;
      assert.equal(result.best.sharedFolders, most);
      assert.equal(result.kind, isAlone ? 'high' : 'low');
    }),
  );
});

test('two mounts of one folder match by their shared tail, without any mapping', () => {
  const wanted = candidate('1', '/media/videos/scene.mp4');
  const others = ['/media/clips/scene.mp4', '/backup/scene.mp4'].map((file, index) => candidate(`${index + 2}`, file));
  assert.equal(judge('/data/videos/scene.mp4', [wanted]), 'high 1 by folders');
  assert.equal(judge('/data/videos/scene.mp4', [...others, wanted]), 'high 1 by folders');
});

test('another studio’s file of the same name is never proven while ours is absent, whatever is known of it', () => {
  const studio = fc.constantFrom('East Quay', 'South Quay', 'Mole', 'Pier');
  const name = fc.constantFrom('01.mp4', 'Scene 1.MP4');
  // Known sizes of different files differ.
  const size = fc.constantFrom(undefined, 20, 30);
  const others = fc.array(fc.record({ studio, size, durationMs: anyDuration }), { minLength: 1, maxLength: 5 });
  const ours = fc.record({ size: fc.constantFrom(undefined, 10), durationMs: anyDuration });
  const mappings = fc.constantFrom<readonly PathMapping[]>(
    [],
    [{ from: '/data', to: '/media' }],
    [{ from: '/x', to: '/y' }],
  );
  fc.assert(
    fc.property(name, ours, others, mappings, (file, facts, foreign, map) => {
      const candidates = foreign.map((other, index) =>
        candidate(String(index), { ...other, path: `/media/${other.studio}/${file}` }),
      );
      const result = matchScene({ ...facts, path: `/data/North Quay/${file}` }, candidates, map);
      assert.notEqual(result.kind, 'high');
      // Every fact that spoke for a candidate or against it is told with it.
      if (result.kind === 'low')
        for (const { size: sizes, duration, sharedFolders: shared } of result.considered)
          assert.ok(sizes !== 'different' && duration !== 'different' && shared === 0);
    }),
  );
});

test('nothing is proven by a name alone, or for a file of another size', () => {
  fc.assert(
    fc.property(anyScene, anyCandidates, anyMappings, (scene, all, mappings) => {
      const result = matchScene(scene, all, mappings);
      if (result.kind !== 'high' || result.rule === 'path') return;
      const { size, duration, sharedFolders: shared } = result.best;
      assert.notEqual(size, 'different');
      assert.ok(size === 'same' || (shared > 0 && duration !== 'different'));
    }),
  );
});

test('a duration that is the same never makes a match, it only keeps one from being ruled out', () => {
  fc.assert(
    fc.property(anyScene, anyCandidates, anyMappings, (scene, all, mappings) => {
      const known = all.map((one) => ({ ...one, files: one.files.map((file) => ({ ...file, durationMs: 600_000 })) }));
      const unknown = all.map((one) => ({
        ...one,
        files: one.files.map((file) => ({ ...file, durationMs: undefined })),
      }));
      const [withIt, without] = [known, unknown].map((list) =>
        verdict(matchScene({ ...scene, durationMs: 600_000 }, list, mappings)),
      );
      assert.equal(withIt, without);
    }),
  );
});

test('a path that differs in case is another file when the sizes contradict', () => {
  assert.equal(
    matchScene({ path: '/data/a.mp4', size: 5 }, [candidate('1', { path: '/data/A.mp4', size: 7 })], []).kind,
    'none',
  );
});

test('a longer shared tail does not outvote sizes that agree elsewhere', () => {
  const candidates = [
    candidate('1', { path: '/x/r/01.mp4', size: 5 }),
    candidate('2', { path: '/y/01.mp4', size: 5 }),
    candidate('3', { path: '/m/q/r/01.mp4' }),
  ];
  assert.equal(matchScene({ path: '/d/q/r/01.mp4', size: 5 }, candidates, []).kind, 'low');
});

test('under a mapping that applies, the longer tail among equal sizes is proof', () => {
  const candidates = [candidate('1', { path: '/x/r/01.mp4', size: 5 }), candidate('2', { path: '/y/01.mp4', size: 5 })];
  const match = matchScene({ path: '/d/r/01.mp4', size: 5 }, candidates, [{ from: '/d', to: '/plex' }]);
  assert.equal(match.kind === 'high' && match.best.candidate.ratingKey, '1');
});

test('a shared tail proves nothing where the library has the file in another folder of its own', () => {
  const inLibrary =
    (...folders: readonly string[]) =>
    (path: string): Candidate => ({
      ...candidate('1', path),
      sectionFolders: folders,
    });
  const [inMedia, inTwo] = [inLibrary('/media'), inLibrary('/films', '/media/West')];
  const season = '/media/West/Season 1/01.mp4';
  assert.equal(judge('/data/East/Season 1/01.mp4', [inMedia(season)]), 'low 1');
  assert.equal(judge('/media/East/Season 1/01.mp4', [inMedia(season)]), 'low 1');
  assert.equal(judge('/data/West/Season 1/01.mp4', [inMedia(season)]), 'high 1 by folders');
  // As many folders are shared as the library has of its own, and it has several to begin with.
  assert.equal(judge('/data/East/Season 1/01.mp4', [inTwo(season)]), 'low 1');
  assert.equal(judge('/data/West/Season 1/01.mp4', [inTwo(season)]), 'high 1 by folders');
  assert.equal(judge('/data/films/01.mp4', [inMedia('/media/films/01.mp4')]), 'high 1 by folders');
  // The folders of the library do not tell of this file: as where none are known.
  assert.equal(judge('/data/Season 1/01.mp4', [inLibrary('/elsewhere')(season)]), 'high 1 by folders');
  // The size says more than a folder.
  const sized = { ...inMedia(season), files: [{ path: season, size: 7 }] };
  assert.equal(judgeSized('/data/East/Season 1/01.mp4', 7, [sized]), 'high 1 by size');
});
