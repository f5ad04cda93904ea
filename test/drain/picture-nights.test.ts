/** Pictures beside Kometa, which lays overlays on posters: nobody's work goes to and fro. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { PictureRules } from '../../src/core/model/picture.ts';
import type { KometaRules } from '../../src/simulator/kometa/kometa.ts';
import { createKometa } from '../../src/simulator/kometa/kometa.ts';
import { COVER, NO_REQUESTS, OTHER_COVER, setupPictures, upload } from '../helpers/picture-world.ts';

const DAY_MS = 86_400_000;

async function setupNights(t: TestContext, rules: KometaRules = {}) {
  const world = await setupPictures(t);
  const kometa = createKometa(
    { url: world.plex.url, token: world.plex.token, sectionKey: '1' },
    { overlay: '4K', ...rules },
  );
  /** Ours, then Kometa's; what each did to pictures. */
  const night = async (pictures: Partial<PictureRules> = {}) => {
    world.clock.now += DAY_MS;
    world.again();
    const { of } = await world.drain({ pictures });
    const ours = world.requests();
    const left = of('left_alone').map((event) => event.left.reason);
    const { overlaid, reverted } = await kometa.night();
    return { ours, left, overlaid, reverted };
  };
  const item = () => world.plex.item('101') ?? assert.fail();
  return { ...world, night, item };
}

for (const overlay of ['respect', 'release'] as const) {
  test(`an overlay on our poster stays, night after night, with overlay_label ${overlay}`, async (t) => {
    const { night, item } = await setupNights(t);
    const first = await night({ overlay });
    assert.deepEqual([first.ours.uploads, first.overlaid], [1, ['101']]);
    const shown = item().selectedPoster;
    assert.notEqual(shown, upload(COVER));
    // Plex shows another picture than before: its list tells whose.
    assert.deepEqual(await night({ overlay }), {
      ...{ ours: { ...NO_REQUESTS, lists: 1 }, left: [], overlaid: [], reverted: [] },
    });
    for (const _ of [3, 4])
      assert.deepEqual(await night({ overlay }), { ours: NO_REQUESTS, left: [], overlaid: [], reverted: [] });
    assert.equal(item().selectedPoster, shown);
  });
}

test('where the picture changes under the label, it is left and said once, and nothing is asked again', async (t) => {
  const { night, item, server, clock } = await setupNights(t);
  await night();
  clock.now += DAY_MS;
  server.setCover(1, OTHER_COVER);
  const shown = item().selectedPoster;
  const second = await night();
  assert.deepEqual([second.left, second.ours.uploads, second.overlaid], [['overlay'], 0, []]);
  for (const _ of [3, 4]) {
    const { ours, left } = await night();
    assert.deepEqual([ours, left], [NO_REQUESTS, []]);
  }
  assert.equal(item().selectedPoster, shown);
});

test('a label that may be removed gives way in the request that locks, and Kometa lays its overlay on ours', async (t) => {
  const { night, item, server, clock, plex } = await setupNights(t);
  await night({ overlay: 'release' });
  clock.now += DAY_MS;
  server.setCover(1, OTHER_COVER);
  clock.now += DAY_MS;
  const second = await night({ overlay: 'release' });
  assert.deepEqual(
    [second.ours, second.left, second.overlaid],
    [{ look: 1, lists: 1, uploads: 1, selects: 0, edits: 1 }, [], ['101']],
  );
  const edits = plex.requests.filter(({ route }) => route === 'edit').map(({ query }) => Object.fromEntries(query));
  assert.ok(edits.some((edit) => edit['label[].tag.tag-'] === 'Overlay' && edit['thumb.locked'] === '1'));
  const shown = item().selectedPoster;
  for (const _ of [3, 4]) {
    const { ours, left, overlaid } = await night({ overlay: 'release' });
    assert.deepEqual([ours.uploads, left, overlaid], [0, [], []]);
  }
  assert.equal(item().selectedPoster, shown);
});

test('an overlay that was there first keeps our poster away, and the other labels stay', async (t) => {
  const world = await setupPictures(t);
  const kometa = createKometa({ url: world.plex.url, token: world.plex.token, sectionKey: '1' }, { overlay: '4K' });
  await kometa.night();
  const { of } = await world.drain();
  assert.deepEqual(
    of('left_alone').map(({ left }) => left),
    [{ field: 'thumb', reason: 'overlay' }],
  );
  world.again();
  await world.drain({ pictures: { overlay: 'release' } });
  const { selectedPoster, labels } = world.plex.item('101') ?? assert.fail();
  assert.deepEqual([selectedPoster, labels], [upload(COVER), []]);
});

test('a label that was to be removed with a picture is removed after a kill in between', async (t) => {
  const world = await setupPictures(t);
  const kometa = createKometa({ url: world.plex.url, token: world.plex.token, sectionKey: '1' }, { overlay: '4K' });
  await kometa.night();
  const at = {
    picture_written: () => {
      throw new Error('killed');
    },
  };
  const release = { pictures: { overlay: 'release' } } as const;
  await assert.rejects(world.drain(release, { at }), /killed/);
  await world.drain(release);
  const { selectedPoster, labels } = world.plex.item('101') ?? assert.fail();
  assert.deepEqual([selectedPoster, labels], [upload(COVER), []]);
});
