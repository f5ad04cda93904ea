import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Candidate } from '../../../src/core/match/evidence.ts';
import type { LibraryFolders } from '../../../src/core/match/library-roots.ts';
import { lookUpFile } from '../../../src/core/match/look-up.ts';
import type { PathMapping } from '../../../src/core/match/paths.ts';
import type { LookedUp, SampledFile } from '../../../src/core/match/sample/file-sample.ts';
import { groupSample, judgeSample } from '../../../src/core/match/sample/file-sample.ts';
import type { PlexFile, Section } from '../../../src/core/model/plex-item.ts';

function section(key: string, title: string, folder: string): Section {
  return { key, title, type: 'movie', uuid: undefined, folders: [folder], serverFolders: [folder] };
}

const HARBOURS = section('1', 'Harbours', '/media/harbours');
const GARDENS = section('2', 'Gardens', '/media/gardens');

function sampled(path: string, more: Partial<SampledFile> = {}): SampledFile {
  return { path, from: 'waiting', sectionKey: undefined, ...more };
}

function groups(
  files: readonly SampledFile[],
  mappings: readonly PathMapping[] = [],
  most = 20,
): Record<string, string[]> {
  const found = groupSample(files, { sections: [HARBOURS, GARDENS], mappings }, most);
  return Object.fromEntries(found.map((group) => [group.section?.title ?? '-', group.files.map(({ path }) => path)]));
}

test('a file belongs to the library it was written to, else to the one whose folder holds its mapped path', () => {
  const files = [
    sampled('/data/gardens/a.mp4'),
    sampled('/elsewhere/b.mp4', { from: 'written', sectionKey: '1' }),
    sampled('/elsewhere/c.mp4'),
  ];
  assert.deepEqual(groups(files, [{ from: '/data', to: '/media' }]), {
    Harbours: ['/elsewhere/b.mp4'],
    Gardens: ['/data/gardens/a.mp4'],
    '-': ['/elsewhere/c.mp4'],
  });
});

test('what was written to a library that is not looked in is left out', () => {
  assert.deepEqual(groups([sampled('/media/gardens/a.mp4', { from: 'written', sectionKey: '9' })]), {});
});

test('of each library only so many are taken, spread over all there are', () => {
  const files = ['a', 'b', 'c', 'd'].map((name) => sampled(`/media/harbours/${name}.mp4`));
  assert.deepEqual(groups(files, [], 2), { Harbours: ['/media/harbours/a.mp4', '/media/harbours/c.mp4'] });
});

type SampleLookUp = (
  paths: readonly { path: string; size?: number }[],
  plexFiles: readonly PlexFile[],
  mappings: readonly PathMapping[],
) => Promise<LookedUp[]>;

/** Looks files up in a Plex that has these files, one item each, in a library of these folders. */
function lookUpAmong(folders: LibraryFolders): SampleLookUp {
  return async (paths, plexFiles, mappings) => {
    const items = plexFiles.map(
      (file, index): Candidate => ({
        ratingKey: String(index + 1),
        title: `Film ${index + 1}`,
        sectionKey: '1',
        sectionTitle: 'Harbours',
        ...folders,
        files: [file],
      }),
    );
    const place = { sections: [HARBOURS], mappings };
    return await Promise.all(
      paths.map(async (file) => ({
        file,
        look: await lookUpFile(file, place, {
          byName: (_section, name) => {
            const candidates = items.filter(({ files }) => files.some(({ path }) => path.endsWith(`/${name}`)));
            return Promise.resolve({ rule: 'file_name', candidates, requests: 1 });
          },
        }),
      })),
    );
  };
}

const lookUp = lookUpAmong({});

const names = Array.from({ length: 20 }, (_, index) => `film ${index}.mp4`);

test('files that are at their paths need no mapping', async () => {
  const looked = await lookUp(
    names.map((name) => ({ path: `/media/${name}` })),
    names.map((name) => ({ path: `/media/${name}` })),
    [],
  );
  const verdict = judgeSample(looked, []);
  assert.deepEqual([verdict.total, verdict.found, verdict.exact, verdict.proposal], [20, 20, 20, undefined]);
});

test('the mapping that would find nearly all is proposed, with how many', async () => {
  const looked = await lookUp(
    names.map((name) => ({ path: `/data/${name}` })),
    names.slice(2).map((name) => ({ path: `/media/${name}` })),
    [],
  );
  const { found, missing, proposal } = judgeSample(looked, []);
  assert.deepEqual([found, missing?.path], [0, '/data/film 0.mp4']);
  assert.deepEqual(proposal, { mappings: [{ from: '/data', to: '/media' }], found: 18, exact: 18 });
});

test('a mapping that leads to the wrong place is corrected', async () => {
  const wrong = [{ from: '/data', to: '/mnt' }];
  const looked = await lookUp(
    names.map((name) => ({ path: `/data/quay/${name}` })),
    names.map((name) => ({ path: `/media/quay/${name}` })),
    wrong,
  );
  const { found, proposal } = judgeSample(looked, wrong);
  assert.equal(found, 0);
  assert.deepEqual(proposal, { mappings: [{ from: '/data', to: '/media' }], found: 20, exact: 20 });
});

test('a line for a few files that would lead the others of their folder astray is left out', async () => {
  const moved = ['pier 1.mp4', 'pier 2.mp4'];
  const looked = await lookUp(
    [...names, ...moved].map((name) => ({ path: `/data/harbours/${name}` })),
    [...names.map((name) => ({ path: `/media/${name}` })), ...moved.map((name) => ({ path: `/media/moved/${name}` }))],
    [],
  );
  const { proposal } = judgeSample(looked, []);
  assert.deepEqual(proposal, { mappings: [{ from: '/data/harbours', to: '/media' }], found: 20, exact: 20 });
});

test('files of another size say nothing about a mapping', async () => {
  const looked = await lookUp(
    names.map((name) => ({ path: `/data/quay/${name}`, size: 10 })),
    names.map((name) => ({ path: `/media/quay/${name}`, size: 11 })),
    [],
  );
  assert.deepEqual([judgeSample(looked, []).found, judgeSample(looked, []).proposal], [0, undefined]);
});

test('what is proposed never finds fewer files than are found now', async () => {
  const folder = fc.constantFrom('/data', '/media', '/media/quay', '/mnt');
  const file = fc.tuple(folder, fc.constantFrom('a', 'b', 'c', 'd')).map(([root, name]) => `${root}/${name}.mp4`);
  const mapping = fc.record({ from: folder, to: folder });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(file, { minLength: 1 }),
      fc.uniqueArray(file),
      fc.array(mapping, { maxLength: 2 }),
      async (paths, plexPaths, mappings) => {
        const looked = await lookUp(
          paths.map((path) => ({ path })),
          plexPaths.map((path) => ({ path })),
          mappings,
        );
        const { found, exact, proposal } = judgeSample(looked, mappings);
        if (proposal === undefined) return;
        assert.ok(proposal.found >= found && proposal.exact > exact);
      },
    ),
  );
});

test('matched files that agree on a mapping speak for it, whatever the others are', async () => {
  const looked = await lookUp(
    [{ path: '/data/Quay/01.mp4' }, { path: '/data/Other/01.mp4' }, { path: '/data/Other/02.mp4' }],
    [{ path: '/media/Quay/01.mp4' }, { path: '/media/Mole/02.mp4' }],
    [],
  );
  const { found, missing, proposal } = judgeSample(looked, []);
  assert.deepEqual([found, missing?.path], [1, '/data/Other/01.mp4']);
  assert.deepEqual(proposal, { mappings: [{ from: '/data', to: '/media' }], found: 1, exact: 1 });
});

test('matched files that do not agree propose nothing', async () => {
  const looked = await lookUp(
    [
      { path: '/data/Quay/01.mp4' },
      { path: '/films/Pier/02.mp4' },
      { path: '/data/Other/03.mp4' },
      { path: '/x/03.mp4' },
    ],
    [{ path: '/media/Quay/01.mp4' }, { path: '/mnt/Pier/02.mp4' }, { path: '/media/Mole/03.mp4' }],
    [],
  );
  assert.equal(judgeSample(looked, []).proposal, undefined);
});

const twoRoots = lookUpAmong({
  sectionFolders: ['/media/studio-a'],
  serverFolders: ['/media/studio-a', '/media/studio-b'],
});

test('files of another library folder agree on no mapping, with folders below it and without', async () => {
  for (const below of ['', '2024/']) {
    const looked = await twoRoots(
      names.map((name) => ({ path: `/data/studio-b/${below}${name}` })),
      names.map((name) => ({ path: `/media/studio-a/${below}${name}` })),
      [],
    );
    const { found, proposal } = judgeSample(looked, []);
    assert.deepEqual([found, proposal], [0, undefined]);
  }
});

test('one file that is there too by its size does not speak for all others of its folder', async () => {
  const looked = await twoRoots(
    names.map((name) => ({ path: `/data/studio-b/2024/${name}`, size: 7 })),
    names.map((name, index) => ({
      path: `/media/studio-a/2024/${name}`,
      ...(index === 0 ? { size: 7 } : { durationMs: 60_000 }),
    })),
    [],
  );
  const { found, proposal } = judgeSample(looked, []);
  assert.deepEqual([found, proposal], [1, undefined]);
});

test('sizes that agree speak for a mapping from one library folder to another', async () => {
  const looked = await twoRoots(
    names.map((name) => ({ path: `/data/studio-b/2024/${name}`, size: 7 })),
    names.map((name, index) => ({ path: `/media/studio-a/2024/${name}`, ...(index === 0 ? {} : { size: 7 }) })),
    [],
  );
  const { found, proposal } = judgeSample(looked, []);
  const mapping = { from: '/data/studio-b', to: '/media/studio-a' };
  assert.deepEqual([found, proposal], [19, { mappings: [mapping], found: 20, exact: 20 }]);
});

test('of a large sample the likeliest namesakes are compared, and the mapping is still found', async () => {
  let compared = 0;
  const looks = await Promise.all(
    Array.from({ length: 100 }, async (_, film) => {
      const path = `/data/film ${film}/01.mp4`;
      const place = {
        sectionKey: '1',
        sectionTitle: 'Harbours',
        sectionFolders: ['/media'],
        serverFolders: ['/media'],
      };
      const candidates = Array.from(
        { length: 240 },
        (_, namesake): Candidate => ({
          ...{ ratingKey: String(namesake), title: 'Pier', ...place },
          get files() {
            compared += 1;
            return [{ path: `/media/film ${namesake}/01.mp4`, size: undefined }];
          },
        }),
      );
      const file = { path };
      const look = await lookUpFile(
        file,
        { sections: [HARBOURS], mappings: [] },
        { byName: async () => ({ rule: 'index', candidates, requests: 0 }) },
      );
      return { file, look };
    }),
  );
  compared = 0;
  const { proposal } = judgeSample(looks, []);
  assert.deepEqual(proposal?.mappings, [{ from: '/data', to: '/media' }]);
  assert.ok(compared <= 1_500, `${compared} items were compared`);
});
