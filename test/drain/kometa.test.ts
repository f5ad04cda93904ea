/** Kometa writes to the same items each night: nobody's work goes to and fro. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { SceneData } from '../../src/core/model/scene.ts';
import type { KometaNight, KometaRules } from '../../src/simulator/kometa/kometa.ts';
import { createKometa } from '../../src/simulator/kometa/kometa.ts';
import type { PlexServerOptions } from '../../src/simulator/plex/server.ts';
import { addItems, idsTo, lighthouses, setup } from '../helpers/drain-world.ts';
import { art, OTHER_COVER, setupPictures } from '../helpers/picture-world.ts';

const DAY_MS = 86_400_000;
const SCENES = 3;
const SCENE: SceneData = { details: 'It blinks.', date: '2020-05-01', studio: 'Skerry', tags: ['sea', 'night'] };

async function setupNights(t: TestContext, rules: KometaRules, options: Partial<PlexServerOptions> = {}) {
  const world = await setup(t, options);
  const { plex, clock, enqueue, run } = world;
  addItems(plex, ...idsTo(SCENES));
  const kometa = createKometa({ url: plex.url, token: plex.token, sectionKey: '1' }, rules);
  /** All scenes are compared with Plex, then Kometa has its turn; what each of the two wrote. */
  const night = async (data: SceneData = {}): Promise<{ ours: number; kometa: KometaNight }> => {
    clock.now += DAY_MS;
    plex.resetRequests();
    enqueue(...lighthouses(SCENES, { ...SCENE, ...data }));
    const { ends, tally } = await run();
    assert.deepEqual([ends, (tally.updated ?? 0) + (tally.unchanged ?? 0)], [[], SCENES]);
    const ours = plex.requests.filter(({ method }) => method !== 'GET').length;
    return { ours, kometa: await kometa.night() };
  };
  const shown = () => idsTo(SCENES).map((id) => plex.item(String(100 + id)) ?? assert.fail());
  return { ...world, kometa, night, shown };
}

const QUIET: KometaNight = { overlaid: [], reverted: [], edited: [], deleted: [], made: [] };

for (const genres of ['removed', 'reset'] as const) {
  for (const tagSemantics of ['merge', 'replace'] as const) {
    test(`genres that Kometa has ${genres} stay away, and dates it set are left, where tags ${tagSemantics}`, async (t) => {
      const { night, shown } = await setupNights(t, { genres, addedAt: 'release date' }, { tagSemantics });
      const first = await night();
      assert.deepEqual([first.ours, first.kometa.edited.length], [SCENES, SCENES]);
      const after = shown();
      assert.deepEqual(
        after.map((item) => [item.genres, item.addedAt]),
        idsTo(SCENES).map(() => [[], Date.parse('2020-05-01') / 1000]),
      );
      for (const _ of [2, 3]) assert.deepEqual(await night(), { ours: 0, kometa: QUIET });
      assert.deepEqual(shown(), after);
    });
  }
}

test('a tag that is new in Stash is written, and taken away once', async (t) => {
  const { night, shown } = await setupNights(t, { genres: 'removed' });
  await night();
  const second = await night({ tags: ['sea', 'night', 'fog'] });
  assert.deepEqual([second.ours, second.kometa.edited.length], [SCENES, SCENES]);
  assert.deepEqual(await night({ tags: ['sea', 'night', 'fog'] }), { ours: 0, kometa: QUIET });
  assert.deepEqual(
    shown().map((item) => item.genres),
    idsTo(SCENES).map(() => []),
  );
});

test('a collection that Kometa deletes is not made again, night after night', async (t) => {
  const { plex, night, shown } = await setupNights(t, { onlyCollections: [] });
  const first = await night();
  assert.deepEqual(first.kometa.deleted, ['Skerry']);
  for (const _ of [2, 3]) assert.deepEqual(await night(), { ours: 0, kometa: QUIET });
  assert.deepEqual(plex.collections('1'), []);
  assert.deepEqual(
    shown().map((item) => item.studio),
    idsTo(SCENES).map(() => 'Skerry'),
  );
});

/** All that Kometa does, at once. */
const EVERYTHING: KometaRules = {
  overlay: 'ribbon',
  genres: 'reset',
  addedAt: 'release date',
  smallestCollection: 2,
  studioCollections: 'smart',
};

for (const overlay of ['respect', 'release'] as const) {
  for (const uploads of ['unlocked', 'locking'] as const) {
    test(`with pictures, ${overlay} and ${uploads} uploads, all rests from the second night until a picture changes`, async (t) => {
      const { plex, server, clock, again, drain } = await setupPictures(t, { quirks: { uploads } });
      server.editWithoutHook(1, { studio: 'Skerry', tags: ['sea'], date: '2020-05-01' });
      const kometa = createKometa({ url: plex.url, token: plex.token, sectionKey: '1' }, EVERYTHING);
      const night = async (): Promise<{ ours: number; looks: number; kometa: KometaNight }> => {
        clock.now += DAY_MS;
        again();
        await drain({ pictures: { background: 'write', overlay } });
        const ours = plex.requests.filter(({ method }) => method !== 'GET').length;
        return { ours, looks: server.count('screenshot'), kometa: await kometa.night() };
      };
      const item = () => plex.item('101') ?? assert.fail();

      const first = await night();
      // Poster, background and all else.
      assert.deepEqual([first.ours, first.looks], [3, 1]);
      assert.deepEqual(first.kometa, {
        ...QUIET,
        overlaid: ['101'],
        edited: ['101'],
        deleted: ['Skerry'],
        made: ['Skerry'],
      });
      const rested = item();
      for (const _ of [2, 3]) assert.deepEqual(await night(), { ours: 0, looks: 0, kometa: QUIET });
      assert.deepEqual(item(), rested);

      server.setCover(1, OTHER_COVER);
      const changed = await night();
      // The background, and the lock that goes with it; where the label may go, the poster too.
      assert.deepEqual([changed.ours, changed.looks], [overlay === 'release' ? 3 : 2, 1]);
      assert.deepEqual(changed.kometa, { ...QUIET, overlaid: overlay === 'release' ? ['101'] : [] });
      assert.equal(item().selectedArt, art(OTHER_COVER));
      assert.equal(item().selectedPoster === rested.selectedPoster, overlay === 'respect');
      for (const _ of [5, 6]) assert.deepEqual(await night(), { ours: 0, looks: 0, kometa: QUIET });
    });
  }
}

test('an overlay is left alone by a run that writes no pictures', async (t) => {
  const { night, shown } = await setupNights(t, { overlay: 'ribbon' });
  const first = await night();
  assert.equal(first.kometa.overlaid.length, SCENES);
  const after = shown();
  for (const _ of [2, 3]) assert.deepEqual(await night(), { ours: 0, kometa: QUIET });
  assert.deepEqual(shown(), after);
});
