/** When a sample of files proves a `path_map`, so that it may be proposed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Candidate } from '../../../src/core/match/evidence.ts';
import { lookUpFile } from '../../../src/core/match/look-up.ts';
import type { PathMapping } from '../../../src/core/match/paths.ts';
import { judgeMapping } from '../../../src/core/match/sample/agreed-mapping.ts';
import type { LookedUp } from '../../../src/core/match/sample/file-sample.ts';
import type { PlexFile, Section } from '../../../src/core/model/plex-item.ts';

const HARBOURS: Section = {
  ...{ key: '1', title: 'Harbours', type: 'movie', uuid: undefined },
  ...{ folders: ['/media'], serverFolders: ['/media'] },
};

type Stored = { readonly path: string; readonly size?: number };

/** Looks the files of Stash up in a Plex that has `plexFiles`, one item each. */
async function sample(
  files: readonly Stored[],
  plexFiles: readonly PlexFile[],
  mappings: readonly PathMapping[] = [],
): Promise<LookedUp[]> {
  const items = plexFiles.map(
    (file, index): Candidate => ({
      ...{ ratingKey: String(index + 1), title: `Film ${index + 1}`, sectionKey: '1', sectionTitle: 'Harbours' },
      files: [file],
    }),
  );
  const looked: LookedUp[] = [];
  for (const file of files) {
    const look = await lookUpFile(
      file,
      { sections: [HARBOURS], mappings },
      {
        byName: (_section, name) => {
          const candidates = items.filter(({ files: held }) => held.some(({ path }) => path.endsWith(`/${name}`)));
          return Promise.resolve({ rule: 'file_name', candidates, requests: 1 });
        },
      },
    );
    looked.push({ file, look });
  }
  return looked;
}

function named(count: number, folder: string, from = 0): Stored[] {
  return Array.from({ length: count }, (_, index) => ({
    path: `${folder}/film ${from + index}.mp4`,
    size: 1_000 + from + index,
  }));
}

const LINE = { from: '/data', to: '/media' };

test('20 files that agree on one line prove it, whatever else there is that Plex does not have', async () => {
  const looked = await sample(named(25, '/data'), named(20, '/media'));
  const verdict = judgeMapping(looked, { mappings: [], extent: 'some' });
  assert.deepEqual(verdict, {
    ...{ kind: 'agreed', derived: [LINE], mappings: [LINE] },
    ...{ total: 25, agreeing: 20, missing: 5 },
  });
});

test('19 files are too few, unless they are all there are', async () => {
  const looked = await sample(named(19, '/data'), named(19, '/media'));
  const kinds = (['some', 'all'] as const).map((extent) => judgeMapping(looked, { mappings: [], extent }).kind);
  assert.deepEqual(kinds, ['unsure', 'agreed']);
  const missing = await sample(named(20, '/data'), named(19, '/media'));
  const verdict = judgeMapping(missing, { mappings: [], extent: 'all' });
  assert.deepEqual([verdict.kind, verdict.agreeing, verdict.missing], ['unsure', 19, 1]);
});

test('one file that the line would lead elsewhere contradicts it, and is named', async () => {
  const plex = [...named(24, '/media'), { path: '/media/moved/film 24.mp4', size: 1_024 }];
  const verdict = judgeMapping(await sample(named(25, '/data'), plex), { mappings: [], extent: 'all' });
  assert.equal(verdict.kind, 'unsure');
  assert.deepEqual(verdict.kind === 'unsure' && [verdict.derived, verdict.contradicting?.path], [
    [LINE],
    '/data/film 24.mp4',
  ]);
});

test('a file of another size at the path of the line contradicts it', async () => {
  const plex = [...named(24, '/media'), { path: '/media/film 24.mp4', size: 7 }];
  const verdict = judgeMapping(await sample(named(25, '/data'), plex), { mappings: [], extent: 'all' });
  assert.equal(verdict.kind === 'unsure' && verdict.contradicting?.path, '/data/film 24.mp4');
});

test('files that lie at their paths already need no line, and contradict none for the others', async () => {
  const same = named(10, '/media/shared', 100);
  const fits = judgeMapping(await sample(same, same), { mappings: [], extent: 'all' });
  assert.deepEqual([fits.kind, fits.agreeing], ['fits', 10]);
  const looked = await sample([...named(20, '/data'), ...same], [...named(20, '/media'), ...same]);
  const verdict = judgeMapping(looked, { mappings: [], extent: 'some' });
  assert.deepEqual([verdict.kind, verdict.agreeing], ['agreed', 30]);
});

test('of two lines each needs enough files, and both are proposed together', async () => {
  const pairs = (count: number) => ({
    stash: [...named(20, '/data'), ...named(count, '/more', 50)],
    plex: [...named(20, '/media'), ...named(count, '/other', 50)],
  });
  const [many, few] = [pairs(20), pairs(10)];
  const agreed = judgeMapping(await sample(many.stash, many.plex), { mappings: [], extent: 'some' });
  assert.deepEqual(agreed.kind === 'agreed' && agreed.derived.length, 2);
  const unsure = judgeMapping(await sample(few.stash, few.plex), { mappings: [], extent: 'some' });
  assert.equal(unsure.kind, 'unsure');
});

test('a line that is set and leads to the files is kept; a wrong one is replaced, and other lines stay', async () => {
  const right = await sample(named(20, '/data'), named(20, '/media'), [LINE]);
  assert.equal(judgeMapping(right, { mappings: [LINE], extent: 'all' }).kind, 'fits');
  const wrong = [
    { from: '/data', to: '/mnt' },
    { from: '/old', to: '/archive' },
  ];
  const verdict = judgeMapping(await sample(named(20, '/data'), named(20, '/media'), wrong), {
    ...{ mappings: wrong, extent: 'all' },
  });
  assert.deepEqual(verdict.kind === 'agreed' && verdict.mappings, [LINE, { from: '/old', to: '/archive' }]);
});

test('no file at all, or none that Plex has, proves nothing', async () => {
  assert.equal(judgeMapping([], { mappings: [], extent: 'all' }).kind, 'unknown');
  assert.equal(judgeMapping(await sample(named(5, '/data'), []), { mappings: [], extent: 'all' }).kind, 'unknown');
});
