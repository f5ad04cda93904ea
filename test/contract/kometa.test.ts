import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { KometaNight, KometaRules } from '../../src/simulator/kometa/kometa.ts';
import { createKometa } from '../../src/simulator/kometa/kometa.ts';
import type { NewItem, PlexServerOptions } from '../../src/simulator/plex/server.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';
import { picture, sha1 } from '../helpers/pictures.ts';

const RULES: KometaRules = { overlay: 'ribbon' };
const QUIET: KometaNight = { overlaid: [], reverted: [], edited: [], deleted: [], made: [] };
const HARBOUR = picture('harbour');

async function setup(t: TestContext, rules: KometaRules, options: Partial<PlexServerOptions> = {}) {
  const clock = { ms: 1_700_000_000_000 };
  const plex = await startPlexServer({ sections: [{ key: '1', title: 'Scenes' }], now: () => clock.ms, ...options });
  t.after(plex.close);
  const kometa = createKometa({ url: plex.url, token: plex.token, sectionKey: '1' }, rules);
  const add = (name: string, more: Partial<NewItem> = {}): string =>
    plex.addItem({ sectionKey: '1', file: `/data/${name}.mp4`, ...more });
  const item = (key: string) => plex.item(key) ?? assert.fail();
  /** A night that follows a day: what it changed, and how many of its requests wrote. */
  const night = async (): Promise<KometaNight & { writes: number }> => {
    clock.ms += 86_400_000;
    plex.resetRequests();
    const changed = await kometa.night();
    return { ...changed, writes: plex.requests.filter(({ method }) => method !== 'GET').length };
  };
  return { plex, kometa, add, item, night };
}

test('a poster is overlaid by an unlocked upload and its item labelled; the next night changes nothing', async (t) => {
  const { plex, add, item, night } = await setup(t, RULES);
  const harbour = add('harbour');
  const garden = add('garden', { agentPosters: ['metadata://posters/garden'], labels: ['Theirs'] });
  const before = [item(harbour).selectedPoster, item(garden).selectedPoster];
  assert.deepEqual(await night(), { ...QUIET, overlaid: [harbour, garden], writes: 4 });
  for (const [index, key] of [harbour, garden].entries()) {
    assert.match(item(key).selectedPoster ?? '', /^upload:\/\/posters\//);
    assert.ok(item(key).posters.includes(before[index] ?? ''));
    assert.deepEqual(item(key).locked, ['label']);
  }
  assert.deepEqual(item(garden).labels, ['Theirs', 'Overlay']);
  assert.notEqual(item(harbour).selectedPoster, item(garden).selectedPoster);
  assert.equal(plex.count('poster-select'), 0);
  assert.deepEqual(await night(), { ...QUIET, writes: 0 });
});

test('an overlay leaves the lock of the poster as it was, also where an upload locks by itself', async (t) => {
  const { add, item, night } = await setup(t, RULES, { quirks: { uploads: 'locking' } });
  const open = add('open');
  const locked = add('locked', { locked: ['thumb'] });
  await night();
  assert.deepEqual([item(open).locked, item(locked).locked], [['label'], ['label', 'thumb']]);
});

test('the same library gives the same overlays', async (t) => {
  const runs = await Promise.all([setup(t, RULES), setup(t, RULES)]);
  const shown: (string | undefined)[] = [];
  for (const { add, item, night } of runs) {
    const key = add('harbour');
    await night();
    shown.push(item(key).selectedPoster);
  }
  assert.equal(shown[0], shown[1]);
});

test('an item without a poster is not overlaid', async (t) => {
  const { plex, add, night } = await setup(t, RULES);
  const key = add('harbour');
  await fetch(`${plex.url}/library/metadata/${key}/poster?X-Plex-Token=${plex.token}`, { method: 'DELETE' });
  assert.deepEqual(await night(), { ...QUIET, writes: 0 });
});

test('a poster put under the label is reverted, night after night', async (t) => {
  const { plex, add, item, night } = await setup(t, RULES);
  const key = add('harbour');
  await night();
  const overlaid = item(key).selectedPoster;
  plex.uploadByHand(key, 'posters', HARBOUR);
  assert.deepEqual(await night(), { ...QUIET, reverted: [key], writes: 1 });
  assert.equal(item(key).selectedPoster, overlaid);
  assert.deepEqual(await night(), { ...QUIET, writes: 0 });
});

test('a poster put under the label is never overlaid again where Kometa leaves it', async (t) => {
  const { plex, add, item, night } = await setup(t, { ...RULES, foreignPoster: 'left' });
  const key = add('harbour');
  await night();
  const theirs = plex.uploadByHand(key, 'posters', HARBOUR);
  assert.deepEqual(await night(), { ...QUIET, writes: 0 });
  assert.equal(item(key).selectedPoster, theirs);
});

test('without its label an item is overlaid anew: over the new poster, never over the old overlay', async (t) => {
  const { plex, add, item, night } = await setup(t, RULES);
  const key = add('harbour');
  await night();
  const first = item(key).selectedPoster;
  plex.editByHand(key, { labels: [] });
  assert.deepEqual(await night(), { ...QUIET, overlaid: [key], writes: 2 });
  assert.equal(item(key).selectedPoster, first);

  plex.uploadByHand(key, 'posters', HARBOUR);
  plex.editByHand(key, { labels: [] });
  assert.deepEqual(await night(), { ...QUIET, overlaid: [key], writes: 2 });
  assert.deepEqual(item(key).labels, ['Overlay']);
  assert.ok(![first, `upload://posters/${sha1(HARBOUR)}`].includes(item(key).selectedPoster));
});

test('another overlay is laid over the poster that Kometa kept', async (t) => {
  const { kometa, add, item, night } = await setup(t, RULES);
  const key = add('harbour');
  await night();
  const first = item(key).selectedPoster;
  kometa.setRules({ overlay: 'star' });
  assert.deepEqual(await night(), { ...QUIET, overlaid: [key], writes: 1 });
  kometa.setRules(RULES);
  assert.deepEqual(await night(), { ...QUIET, overlaid: [key], writes: 1 });
  assert.equal(item(key).selectedPoster, first);
});

test('an item that somebody else labelled is taken for overlaid', async (t) => {
  const { add, night } = await setup(t, RULES);
  add('harbour', { labels: ['Overlay'] });
  assert.deepEqual(await night(), { ...QUIET, writes: 0 });
});

test('collections that are small or not its own are deleted, and no smart one', async (t) => {
  const { plex, kometa, add, item, night } = await setup(t, { smallestCollection: 2 });
  const key = add('harbour', { collections: ['Boats', 'Piers'] });
  add('garden', { collections: ['Boats'] });
  plex.addSmartCollection('1', 'Nobody', 'Nobody');
  assert.deepEqual(await night(), { ...QUIET, deleted: ['Piers'], writes: 1 });
  assert.deepEqual(item(key).collections, ['Boats']);
  kometa.setRules({ onlyCollections: ['Gardens'] });
  assert.deepEqual(await night(), { ...QUIET, deleted: ['Boats'], writes: 1 });
  assert.deepEqual(
    plex.collections('1').map(({ title }) => title),
    ['Nobody'],
  );
});

test('each studio gets one smart collection, beside a plain one of its name', async (t) => {
  const { plex, add, night } = await setup(t, { studioCollections: 'smart' });
  const key = add('harbour', { studio: 'Harbour & Sons', collections: ['Harbour & Sons'] });
  add('garden');
  assert.deepEqual(await night(), { ...QUIET, made: ['Harbour & Sons'], writes: 1 });
  assert.deepEqual(
    plex.collections('1').map(({ title, smart, items }) => [title, smart, items]),
    [
      ['Harbour & Sons', false, [key]],
      ['Harbour & Sons', true, [key]],
    ],
  );
  assert.deepEqual(await night(), { ...QUIET, writes: 0 });
});

for (const { genres, locked } of [
  { genres: 'removed', locked: ['genre'] },
  { genres: 'reset', locked: [] },
] as const) {
  test(`genres are ${genres} once, and again when somebody adds one`, async (t) => {
    const { plex, add, item, night } = await setup(t, { genres });
    const key = add('harbour', { genres: ['Boats', 'Night'], locked: ['genre'] });
    assert.deepEqual(await night(), { ...QUIET, edited: [key], writes: 1 });
    assert.deepEqual([item(key).genres, item(key).locked], [[], locked]);
    assert.deepEqual(await night(), { ...QUIET, writes: 0 });
    plex.editByHand(key, { genres: ['Boats'] });
    assert.deepEqual((await night()).edited, [key]);
    assert.deepEqual([item(key).genres, item(key).locked], [[], locked]);
  });
}

test('addedAt becomes the release date, where there is one that Plex can hold', async (t) => {
  const { add, item, night } = await setup(t, { addedAt: 'release date' });
  const key = add('harbour', { originallyAvailableAt: '2020-05-01' });
  add('garden');
  add('old', { originallyAvailableAt: '1965-01-01' });
  assert.deepEqual(await night(), { ...QUIET, edited: [key], writes: 1 });
  assert.deepEqual([item(key).addedAt, item(key).locked], [Date.parse('2020-05-01') / 1000, ['addedAt']]);
  assert.deepEqual(await night(), { ...QUIET, writes: 0 });
});

test('more items and collections than fit a page are all seen', async (t) => {
  const { add, night } = await setup(t, { smallestCollection: 2, addedAt: 'release date' });
  for (let number = 1; number <= 130; number += 1) {
    add(`harbour ${number}`, { originallyAvailableAt: '2020-05-01', collections: [`Pier ${number}`] });
  }
  const { edited, deleted } = await night();
  assert.deepEqual([edited.length, deleted.length], [130, 130]);
});

test('a request that Plex refuses ends the night with an error', async (t) => {
  const { plex, add, night } = await setup(t, RULES);
  add('harbour');
  plex.fail('posters', { kind: 'status', status: 500 });
  await assert.rejects(night(), /Plex answered Kometa 500/);
});
