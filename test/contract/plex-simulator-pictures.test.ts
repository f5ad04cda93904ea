import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { NewItem, PlexServerOptions } from '../../src/simulator/plex/server.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';
import { picture, sha1 } from '../helpers/pictures.ts';

type Row = { key: string; ratingKey: string; thumb: string; selected: boolean; provider?: string };
type CollectionRow = { ratingKey: string; title: string; type: string; smart?: boolean; childCount: number };
type Listed<Entry> = { size: number; totalSize?: number; Metadata?: Entry[] };

const HARBOUR = picture('harbour');
const GARDEN = picture('garden', { type: 'png' });
const posterOf = (bytes: Buffer): string => `upload://posters/${sha1(bytes)}`;

async function setup(
  t: TestContext,
  { item, ...options }: Partial<PlexServerOptions> & { item?: Partial<NewItem> } = {},
) {
  const plex = await startPlexServer({
    sections: [{ key: '1', title: 'Scenes' }],
    now: () => 1_700_000_000_000,
    ...options,
  });
  t.after(plex.close);
  const key = plex.addItem({ sectionKey: '1', file: '/data/harbour.mp4', ...item });
  const request = (method: string, path: string, body?: Buffer): Promise<Response> =>
    fetch(plex.url + path, {
      method,
      headers: { Accept: 'application/json', 'X-Plex-Token': plex.token },
      ...(body ? { body: new Uint8Array(body) } : {}),
    });
  const status = async (...asked: Parameters<typeof request>): Promise<number> => (await request(...asked)).status;
  const listed = async <Entry>(path: string): Promise<Listed<Entry>> => {
    const answer = (await (await request('GET', path)).json()) as { MediaContainer: Listed<Entry> };
    return answer.MediaContainer;
  };
  const images = async (kind: 'posters' | 'arts'): Promise<Row[]> =>
    (await listed<Row>(`/library/metadata/${key}/${kind}`)).Metadata ?? [];
  const select = (path: string, name: string): Promise<number> =>
    status('PUT', `/library/metadata/${key}/${path}?url=${encodeURIComponent(name)}`);
  const current = () => plex.item(key) ?? assert.fail();
  return { plex, key, request, status, listed, images, select, item: current };
}

test('an upload is named by its SHA-1 and selected, and the path of the poster changes with it', async (t) => {
  const { key, status, images, item } = await setup(t);
  const before = item();
  assert.equal(await status('POST', `/library/metadata/${key}/posters`, HARBOUR), 200);
  assert.equal(item().selectedPoster, posterOf(HARBOUR));
  assert.notEqual(item().thumb, before.thumb);
  const file = `/library/metadata/${key}/file?url=${encodeURIComponent(posterOf(HARBOUR))}`;
  assert.deepEqual((await images('posters'))[1], {
    key: file,
    ratingKey: posterOf(HARBOUR),
    thumb: file,
    selected: true,
  });
});

test('the same bytes again select nothing, and a PUT by key does', async (t) => {
  const { key, request, status, select, item } = await setup(t);
  await status('POST', `/library/metadata/${key}/posters`, HARBOUR);
  await status('POST', `/library/metadata/${key}/posters`, GARDEN);
  const shown = item().thumb;
  assert.equal(await status('POST', `/library/metadata/${key}/posters`, HARBOUR), 200);
  assert.deepEqual([item().selectedPoster, item().thumb], [posterOf(GARDEN), shown]);
  assert.equal(await select('poster', posterOf(HARBOUR)), 200);
  assert.equal(item().selectedPoster, posterOf(HARBOUR));
  assert.notEqual(item().thumb, shown);
  assert.deepEqual(Buffer.from(await (await request('GET', item().thumb ?? '')).arrayBuffer()), HARBOUR);
});

test('art is kept apart from posters, and an image that is not held cannot be selected', async (t) => {
  const { key, status, select, images, item } = await setup(t);
  assert.deepEqual(await images('arts'), []);
  await status('POST', `/library/metadata/${key}/arts`, HARBOUR);
  assert.equal(item().selectedArt, `upload://art/${sha1(HARBOUR)}`);
  assert.match(item().art ?? '', /\/art\/\d+$/);
  assert.equal(item().posters.length, 1);
  assert.equal(await select('poster', posterOf(HARBOUR)), 404);
  assert.equal(await select('art', `upload://art/${sha1(HARBOUR)}`), 200);
});

test('images are listed as Photo elements for a client that takes XML', async (t) => {
  const { plex, key } = await setup(t, { item: { agentPosters: ['https://pictures.example/one.jpg'] } });
  const answer = await fetch(`${plex.url}/library/metadata/${key}/posters`, {
    headers: { Accept: '*/*', 'X-Plex-Token': plex.token },
  });
  const text = await answer.text();
  assert.match(text, /<Photo key="[^"]+" ratingKey="media:[^"]+" thumb="[^"]+" selected="0" provider="[^"]+"\/>/);
  assert.match(text, /<Photo key="https:\/\/pictures\.example\/one\.jpg" [^>]*selected="1"/);
});

test('an agent’s image has its own key, can be selected, and has bytes to fetch', async (t) => {
  const { plex, key, request, select, item } = await setup(t, { item: { agentPosters: ['metadata://posters/one'] } });
  assert.equal(item().selectedPoster, 'metadata://posters/one');
  const frame = item().posters[0] ?? '';
  assert.match(frame, /^media:\/\//);
  assert.equal(await select('poster', frame), 200);
  plex.offerPicture(key, 'posters', 'metadata://posters/two');
  assert.equal(item().selectedPoster, 'metadata://posters/two');
  assert.equal((await request('GET', item().thumb ?? '')).headers.get('content-type'), 'image/png');
});

test('an item shows its own images only', async (t) => {
  const { plex, key, status } = await setup(t);
  const other = plex.addItem({ sectionKey: '1', file: '/data/garden.mp4' });
  const theirs = encodeURIComponent(plex.uploadByHand(other, 'posters', GARDEN));
  assert.equal(await status('GET', `/library/metadata/${other}/file?url=${theirs}`), 200);
  assert.equal(await status('GET', `/library/metadata/${key}/file?url=${theirs}`), 404);
});

test('an agent’s new image is not shown where the poster is locked', async (t) => {
  const { plex, key, item } = await setup(t, { item: { locked: ['thumb'] } });
  const before = item().selectedPoster;
  plex.offerPicture(key, 'posters', 'metadata://posters/one');
  assert.equal(item().selectedPoster, before);
  assert.equal(item().posters.length, 2);
});

test('an image over the limit is a 500, and what is no image is a 400; neither is stored', async (t) => {
  const { plex, key, status, item } = await setup(t);
  const path = `/library/metadata/${key}/posters`;
  assert.equal(await status('POST', path, picture('large', { bytes: 10_480_000 })), 500);
  assert.equal(await status('POST', path, picture('large', { bytes: 10_479_999 })), 200);
  plex.setMaxImageBytes(1000);
  assert.equal(await status('POST', path, picture('large', { bytes: 1000 })), 500);
  assert.equal(await status('POST', path, Buffer.from('<!doctype html><title>Not a picture</title>')), 400);
  assert.equal(await status('POST', path), 400);
  assert.equal(item().posters.length, 2);
});

test('an upload leaves the field unlocked, except on servers that lock it', async (t) => {
  const { plex, key, status, item } = await setup(t);
  await status('POST', `/library/metadata/${key}/posters`, HARBOUR);
  assert.deepEqual(item().locked, []);
  plex.setQuirks({ uploads: 'locking' });
  await status('POST', `/library/metadata/${key}/posters`, HARBOUR);
  assert.deepEqual(item().locked, []);
  await status('POST', `/library/metadata/${key}/posters`, GARDEN);
  await status('POST', `/library/metadata/${key}/arts`, GARDEN);
  assert.deepEqual(item().locked, ['art', 'thumb']);
});

const REMOVALS = [
  { removals: 'by-path', poster: [], thumb: ['thumb'], art: ['art'] },
  { removals: 'unlocked', poster: [], thumb: [], art: [] },
  { removals: 'locking', poster: ['thumb'], thumb: ['thumb'], art: ['art'] },
] as const;
for (const { removals, ...locked } of REMOVALS) {
  for (const path of ['poster', 'thumb', 'art'] as const) {
    test(`removals ${removals}: DELETE of ${path} leaves none selected`, async (t) => {
      const { key, status, item } = await setup(t, {
        quirks: { removals },
        item: { agentArts: ['metadata://art/one'] },
      });
      assert.equal(item().selectedArt, 'metadata://art/one');
      assert.equal(await status('DELETE', `/library/metadata/${key}/${path}`), 200);
      const { selectedPoster, selectedArt, thumb, art } = item();
      assert.deepEqual(path === 'art' ? [selectedArt, art] : [selectedPoster, thumb], [undefined, undefined]);
      assert.deepEqual(item().locked, locked[path]);
    });
  }
}

test('a person’s picture is selected and locked, even one that the item has already', async (t) => {
  const { plex, key, status, item } = await setup(t);
  await status('POST', `/library/metadata/${key}/posters`, HARBOUR);
  const theirs = plex.uploadByHand(key, 'posters', GARDEN);
  assert.deepEqual([item().selectedPoster, item().locked], [theirs, ['thumb']]);
  plex.selectByHand(key, 'posters', posterOf(HARBOUR));
  assert.equal(plex.uploadByHand(key, 'posters', GARDEN), theirs);
  assert.deepEqual([item().selectedPoster, item().posters.length], [theirs, 3]);
  assert.deepEqual(plex.pictureBytes(theirs), GARDEN);
});

test('an upload can fail before it is applied, or after', async (t) => {
  const { plex, key, status, item } = await setup(t);
  const post = (bytes: Buffer) => status('POST', `/library/metadata/${key}/posters`, bytes);
  plex.fail(({ route, method }) => route === 'posters' && method === 'POST', { kind: 'status', status: 500 });
  assert.equal(await post(HARBOUR), 500);
  assert.equal(item().posters.length, 1);
  plex.fail('posters', { kind: 'drop-after' });
  await assert.rejects(post(HARBOUR));
  assert.equal(item().selectedPoster, posterOf(HARBOUR));
  assert.equal(plex.count('posters'), 2);
});

test('labels are a list of the item with a lock of its own', async (t) => {
  const { key, status, item, listed } = await setup(t, { item: { labels: ['Overlay', 'Theirs'] } });
  const edit = `/library/sections/1/all?type=1&id=${key}&label%5B%5D.tag.tag-=Overlay&label%5B0%5D.tag.tag=Mine`;
  assert.equal(await status('PUT', `${edit}&label.locked=1`), 200);
  assert.deepEqual(item().labels, ['Theirs', 'Mine']);
  const [row] =
    (await listed<{ Label: { tag: string }[]; Field: unknown[] }>(`/library/metadata/${key}`)).Metadata ?? [];
  assert.deepEqual(
    row?.Label.map(({ tag }) => tag),
    ['Theirs', 'Mine'],
  );
  assert.deepEqual(row?.Field, [{ locked: true, name: 'label' }]);
});

test('a section lists its collections, smart ones marked, page by page', async (t) => {
  const { plex, listed } = await setup(t, { item: { studio: 'Harbour Films', collections: ['Boats', 'Piers'] } });
  plex.addSmartCollection('1', 'Harbour Films', 'Harbour Films');
  plex.addSmartCollection('1', 'Empty', 'Nobody');
  const path = '/library/sections/1/collections';
  const all = (await listed<CollectionRow>(path)).Metadata ?? [];
  assert.deepEqual(
    all.map(({ title, smart, childCount, type }) => [title, smart, childCount, type]),
    [
      ['Boats', undefined, 1, 'collection'],
      ['Empty', true, 0, 'collection'],
      ['Harbour Films', true, 1, 'collection'],
      ['Piers', undefined, 1, 'collection'],
    ],
  );
  const page = await listed<CollectionRow>(`${path}?X-Plex-Container-Start=1&X-Plex-Container-Size=2`);
  assert.deepEqual([page.size, page.totalSize], [2, 4]);
  assert.deepEqual(page.Metadata, all.slice(1, 3));
  assert.deepEqual((await listed<CollectionRow>('/library/sections/1/all?type=18')).Metadata, all);
  const one = await listed<CollectionRow>(`/library/collections/${all[2]?.ratingKey}`);
  assert.deepEqual(one.Metadata, [all[2]]);
  const boats = await listed<{ title: string }>(`/library/collections/${all[0]?.ratingKey}/children`);
  assert.equal(boats.Metadata?.[0]?.title, 'harbour');
});

test('a plain collection is gone with its last item, and comes back under its old key', async (t) => {
  const { plex, key } = await setup(t, { item: { collections: ['Boats'] } });
  const [before] = plex.collections('1');
  plex.editByHand(key, { collections: [] });
  assert.deepEqual(plex.collections('1'), []);
  plex.editByHand(key, { collections: ['Boats'] });
  assert.deepEqual(plex.collections('1'), [before]);
});

test('a deleted collection is taken from its items, which keep its lock', async (t) => {
  const { plex, status, item } = await setup(t, { item: { collections: ['Boats', 'Piers'], locked: ['collection'] } });
  const boats = plex.collections('1')[0]?.ratingKey;
  assert.equal(await status('DELETE', `/library/collections/${boats}`), 200);
  assert.deepEqual([item().collections, item().locked], [['Piers'], ['collection']]);
  assert.equal(await status('DELETE', `/library/collections/${boats}`), 404);
});

test('a collection can be made of items, or of a filter', async (t) => {
  const { plex, key, status, item } = await setup(t, { item: { studio: 'Harbour Films' } });
  const post = (pairs: Record<string, string>): Promise<number> =>
    status('POST', `/library/collections?${new URLSearchParams({ type: '1', sectionId: '1', ...pairs })}`);
  const uri = `server://${plex.machineIdentifier}/com.plexapp.plugins.library/library`;
  assert.equal(await post({ title: 'Boats', smart: '0', uri: `${uri}/metadata/${key}` }), 200);
  const filter = `${uri}/sections/1/all?type=1&studio=Harbour%20Films`;
  assert.equal(await post({ title: 'Harbour', smart: '1', uri: filter }), 200);
  assert.deepEqual(item().collections, ['Boats']);
  assert.deepEqual(
    plex.collections('1').map(({ title, smart, items }) => [title, smart, items]),
    [
      ['Boats', false, [key]],
      ['Harbour', true, [key]],
    ],
  );
  assert.equal(await post({ title: 'Boats', smart: '0', uri: 'server://elsewhere/library/metadata/1' }), 400);
  assert.equal(await post({ title: 'Boats', smart: '0', uri: `${uri}/metadata/999` }), 400);
});
