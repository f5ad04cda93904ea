/** How many scenes of Stash are looked at before a `path_map` is judged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleMappings } from '../../../src/commands/init/sample.ts';
import type { LivePlex } from '../../../src/core/match/live-finders.ts';
import type { Section } from '../../../src/core/model/plex-item.ts';

const HARBOURS: Section = {
  ...{ key: '1', title: 'Harbours', type: 'movie', uuid: undefined },
  ...{ folders: ['/media'], serverFolders: ['/media'] },
};

/** One scene: its file in Stash, and the same file in Plex, where they have it. */
type Film = { readonly stash?: string; readonly plex?: string };

/** Samples a Stash with these scenes, ids from 1 on, and counts what was asked. */
async function sample(films: readonly Film[]) {
  const asked = { pages: 0, scenes: 0 };
  const verdict = await sampleMappings(
    {
      stash: {
        serverTime: () => Promise.reject(new Error('no time is asked for')),
        pageAfter: (afterId, perPage) => {
          asked.pages += 1;
          const scenes = films.slice(afterId, afterId + perPage).map(({ stash }, index) => ({
            ...{ sceneId: afterId + index + 1, updatedAt: '' },
            paths: stash === undefined ? [] : [stash],
          }));
          const end = afterId + scenes.length;
          return Promise.resolve({
            ...{ scenes, left: films.length - afterId },
            nextAfterId: end < films.length ? end : undefined,
          });
        },
        scenes: (ids) => {
          asked.scenes += ids.length;
          return Promise.resolve(
            new Map(
              ids.map((sceneId) => [
                sceneId,
                {
                  ...{ kind: 'found' },
                  scene: { sceneId, updatedAt: '', data: { path: films[sceneId - 1]?.stash ?? '', size: sceneId } },
                } as const,
              ]),
            ),
          );
        },
      },
      plex: plexWith(films),
    },
    { sections: [HARBOURS], mappings: [], concurrency: 2 },
  );
  return { verdict, asked };
}

function plexWith(films: readonly Film[]): LivePlex {
  const unasked = () => Promise.reject(new Error('only names are asked for'));
  return {
    findByFileName: (_section, name) => {
      const candidates = films.flatMap(({ plex }, index) =>
        plex?.endsWith(`/${name}`)
          ? [
              {
                ...{ ratingKey: String(index), title: name, sectionKey: '1', sectionTitle: 'Harbours' },
                files: [{ path: plex, size: index + 1 }],
              },
            ]
          : [],
      );
      return Promise.resolve({ kind: 'found', candidates, requests: 1 });
    },
    findByTitle: unasked,
    listPage: unasked,
  };
}

function films(count: number, from: string, to?: string): Film[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `${from.slice(1).replaceAll('/', '-')} ${index}.mp4`;
    return { stash: `${from}/${name}`, ...(to === undefined ? {} : { plex: `${to}/${name}` }) };
  });
}

test('twenty files that agree are enough, however many there are', async () => {
  const { verdict, asked } = await sample(films(300, '/data', '/media'));
  assert.deepEqual([verdict.kind, verdict.total, asked.scenes], ['agreed', 20, 20]);
});

test('files at their paths are enough only when twenty of them were seen', async () => {
  // Of each twenty scenes Plex has some.
  const mixed = Array.from({ length: 100 }, (_, index): Film => {
    const path = `/media/film ${index}.mp4`;
    return index % 4 === 0 ? { stash: path, plex: path } : { stash: path };
  });
  const { verdict } = await sample(mixed);
  assert.deepEqual([verdict.kind, verdict.agreeing >= 20, verdict.total >= 80], ['fits', true, true]);
});

test('no more than a hundred files are looked for, spread over all scenes', async () => {
  const { verdict, asked } = await sample(films(1_000, '/data'));
  assert.deepEqual([verdict.kind, verdict.total, asked.scenes], ['unknown', 100, 100]);
});

test('a few files of another mount among more than a hundred are not all there are', async () => {
  const { verdict } = await sample([...films(180, '/data', '/media/a'), ...films(20, '/more', '/media/b')]);
  assert.equal(verdict.kind, 'unsure');
  const all = await sample([...films(40, '/data', '/media/a'), ...films(10, '/more', '/media/b')]);
  assert.equal(all.verdict.kind, 'agreed');
});

test('the first twenty are not taken for all there are', async () => {
  const [one = {}, two = {}] = films(2, '/more', '/media/b');
  const stray: Film = { stash: '/more/stray.mp4', plex: '/media/c/elsewhere/stray.mp4' };
  // Every other scene is looked at first: of these each agrees.
  const { verdict } = await sample([...films(36, '/data', '/media/a'), one, stray, two, stray]);
  assert.equal(verdict.kind, 'unsure');
});

test('of a large Stash five thousand scenes are listed, and what lies behind them is not taken for absent', async () => {
  const many = [...films(10, '/data', '/media'), ...Array.from({ length: 5_990 }, (): Film => ({}))];
  const { verdict, asked } = await sample(many);
  assert.deepEqual([verdict.kind, verdict.agreeing, asked.pages], ['unsure', 10, 5]);
  const small = await sample(many.slice(0, 4_000));
  assert.equal(small.verdict.kind, 'agreed');
});
