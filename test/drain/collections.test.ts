/** Collections that a whole section has no more, or has as smart ones: told once, and no matter of single items. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { SceneData } from '../../src/core/model/scene.ts';
import { createKometa } from '../../src/simulator/kometa/kometa.ts';
import { ALWAYS, addItems, idsTo, lighthouse, lighthouses, setup } from '../helpers/drain-world.ts';
import { RULES } from '../unit/write/plex-model.ts';

const DAY_MS = 86_400_000;
const SCENE: SceneData = { studio: 'Skerry' };
const NO_COLLECTION = { ...RULES, sync: { ...RULES.sync, collection: false } };

async function setupSkerry(t: TestContext, count = 3) {
  const world = await setup(t);
  const { plex, clock, enqueue, run } = world;
  addItems(plex, ...idsTo(count));
  const kometa = createKometa({ url: plex.url, token: plex.token, sectionKey: '1' }, { onlyCollections: [] });
  const sync = async (data: SceneData = SCENE, options: Parameters<typeof run>[0] = {}) => {
    plex.resetRequests();
    enqueue(...lighthouses(count, data));
    return await run(options);
  };
  const nextDay = (): void => {
    clock.now += DAY_MS;
  };
  const collections = (): string[] => plex.collections('1').map(({ title }) => title);
  const left = () => world.world.sql('SELECT left_alone FROM scenes ORDER BY scene_id').map((row) => row['left_alone']);
  return { ...world, kometa, sync, nextDay, collections, left };
}

test('a collection that Kometa deletes each night is told once, left, and not made again', async (t) => {
  const { plex, kometa, sync, nextDay, collections, left } = await setupSkerry(t);
  const told: unknown[] = [];
  for (const night of [1, 2, 3]) {
    const { of, tally } = await sync();
    assert.deepEqual(tally, night === 1 ? { updated: 3 } : { unchanged: 3 });
    assert.deepEqual(of('left_alone'), []);
    assert.equal(plex.count('collections'), 1, 'asked once a night');
    told.push(...of('collection_withheld').map(({ section, name, reason }) => [night, section, name, reason]));
    assert.deepEqual((await kometa.night()).deleted, night === 1 ? ['Skerry'] : []);
    nextDay();
  }
  assert.deepEqual(told, [[2, 'Harbour Films', 'Skerry', 'gone']]);
  assert.deepEqual(collections(), []);
  assert.deepEqual(new Set(left()), new Set(['[{"field":"collection","reason":"collection_gone"}]']));
});

test('a new scene of the studio does not bring back what is gone', async (t) => {
  const { plex, kometa, sync, nextDay, enqueue, run, collections } = await setupSkerry(t);
  await sync();
  await kometa.night();
  nextDay();
  addItems(plex, 9);
  enqueue(lighthouse(9, SCENE), ...lighthouses(3, SCENE));
  const { of } = await run();
  assert.equal(of('collection_withheld').length, 1);
  assert.deepEqual([collections(), plex.item('109')?.studio], [[], 'Skerry']);
});

test('a collection that is back in the section is written again, wherever it was lost', async (t) => {
  const { plex, kometa, sync, nextDay } = await setupSkerry(t);
  await sync();
  await kometa.night();
  nextDay();
  await sync();
  plex.addItem({ sectionKey: '1', ratingKey: '500', file: '/harbour/other.mp4', collections: ['skerry'] });
  nextDay();
  const { tally } = await sync();
  assert.deepEqual([tally, plex.collections('1')[0]?.items.length], [{ updated: 3 }, 4]);
});

test('--reassert collection makes it again', async (t) => {
  const { world, plex, clock, kometa, sync, nextDay, run, collections } = await setupSkerry(t);
  await sync();
  await kometa.night();
  nextDay();
  await sync();
  world.enqueue(lighthouses(3, SCENE), { now: clock.now, reassert: ['collection'] });
  plex.resetRequests();
  await run();
  assert.deepEqual(collections(), ['Skerry']);
  assert.ok(idsTo(3).every((id) => plex.item(String(100 + id))?.collections.includes('Skerry')));
});

test('a person who takes one item out of a collection that is still there has decided about that item', async (t) => {
  const { plex, sync, nextDay, left } = await setupSkerry(t);
  await sync();
  plex.editByHand('101', { collections: [] });
  nextDay();
  const { of } = await sync();
  assert.deepEqual([plex.item('101')?.collections, plex.count('collections')], [[], 1]);
  assert.deepEqual(
    of('left_alone').map(({ sceneId, left: { reason } }) => [sceneId, reason]),
    [[1, 'removed_in_plex']],
  );
  assert.equal(left()[1], null);
});

test('a studio for which the section has a smart collection is not written beside it, and that is told once', async (t) => {
  const { plex, sync, nextDay, collections } = await setupSkerry(t);
  plex.addSmartCollection('1', 'Skerry', 'Skerry');
  const told: number[] = [];
  for (const _ of [1, 2, 3]) {
    const { of } = await sync();
    told.push(of('collection_withheld').filter(({ reason }) => reason === 'smart').length);
    assert.equal(plex.count('collections'), 1);
    nextDay();
  }
  assert.deepEqual([told, collections()], [[1, 0, 0], ['Skerry']]);
  assert.deepEqual(
    idsTo(3).map((id) => [plex.item(String(100 + id))?.collections, plex.item(String(100 + id))?.studio]),
    idsTo(3).map(() => [[], 'Skerry']),
  );
});

test('nobody is asked where no collection is missing, none is to be added, or none is written', async (t) => {
  const { plex, sync, enqueue, run } = await setupSkerry(t);
  await sync(SCENE, { rules: NO_COLLECTION });
  assert.equal(plex.count('collections'), 0);
  await sync({ details: 'Fog.' });
  assert.equal(plex.count('collections'), 0);
  await sync();
  assert.equal(plex.count('collections'), 1, 'a studio that was never met');
  await sync();
  assert.equal(plex.count('collections'), 0, 'all is there');
  addItems(plex, 9);
  plex.resetRequests();
  enqueue(lighthouse(9, SCENE));
  await run();
  assert.equal(plex.count('collections'), 0, 'a studio that is known');
  assert.deepEqual(plex.item('109')?.collections, ['Skerry']);
});

test('one request a section and run, however many studios and batches there are', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, ...idsTo(250));
  enqueue(...idsTo(250).map((id) => lighthouse(id, { studio: `Skerry ${id}` })));
  await run();
  assert.equal(plex.count('collections'), 1);
  assert.equal(plex.collections('1').length, 250);
});

test('where the collections cannot be read, or only in part, nothing is held back', async (t) => {
  for (const fault of [{ kind: 'status', status: 500 }, { kind: 'status', status: 404 }, { kind: 'drop' }] as const) {
    const { plex, sync, collections } = await setupSkerry(t);
    plex.fail('collections', fault, ALWAYS);
    const first = await sync();
    assert.deepEqual([first.tally, first.ends, collections()], [{ updated: 3 }, [], ['Skerry']]);
    assert.ok(plex.count('collections') <= 2, 'not asked again in the run');
  }
});

test('a preview asks as well, says what the run would, and remembers nothing', async (t) => {
  const { plex, world, sync, collections } = await setupSkerry(t);
  plex.addSmartCollection('1', 'Skerry', 'Skerry');
  const { of } = await sync(SCENE, { mode: 'preview' });
  assert.equal(of('collection_withheld').length, 1);
  assert.deepEqual(world.sql(`SELECT * FROM meta WHERE name LIKE 'collections:%'`), []);
  assert.deepEqual(collections(), ['Skerry']);
});

test('a smart collection made since the last question is found on the next day, and until then by its list', async (t) => {
  const { plex, enqueue, run, nextDay } = await setupSkerry(t, 3);
  plex.addSmartCollection('1', 'Reef', 'Reef');
  addItems(plex, 4);
  const sync = async (id: number, studio: string) => {
    plex.resetRequests();
    // One job alone would ask nobody.
    enqueue(lighthouse(id, { studio }), lighthouse(4, {}));
    await run();
    return [plex.count('collections'), plex.item(String(100 + id))?.collections];
  };
  assert.deepEqual(await sync(1, 'Skerry'), [1, ['Skerry']]);
  assert.deepEqual(await sync(2, 'reef'), [0, []], 'remembered from the one question of the day');
  nextDay();
  assert.deepEqual(await sync(3, 'Shoal'), [1, ['Shoal']]);
});
