/** What an item lost with a whole collection comes back with it, and one job pays for no question of many. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { ReassertField } from '../../src/core/model/reassert.ts';
import type { SceneData } from '../../src/core/model/scene.ts';
import { createKometa } from '../../src/simulator/kometa/kometa.ts';
import type { DrainRun } from '../helpers/drain-world.ts';
import { ALWAYS, addItems, idsTo, lighthouse, setup } from '../helpers/drain-world.ts';
import { RULES } from '../unit/write/plex-model.ts';

const DAY_MS = 86_400_000;
const SKERRY: SceneData = { details: 'It blinks.', studio: 'Skerry' };

async function setupCollections(t: TestContext) {
  const drains = await setup(t);
  const { world, plex, clock, run } = drains;
  addItems(plex, ...idsTo(6));
  const kometa = createKometa({ url: plex.url, token: plex.token, sectionKey: '1' }, { onlyCollections: [] });
  return {
    ...drains,
    /** Syncs these scenes in one run, of whose requests alone the server keeps count. */
    sync: async (
      ids: readonly number[],
      { data = SKERRY, reassert = [] }: { data?: SceneData; reassert?: readonly ReassertField[] } = {},
    ): Promise<DrainRun> => {
      plex.resetRequests();
      clock.now += 60_000;
      const wish = reassert.length === 0 ? {} : { reassert };
      world.enqueue(
        ids.map((id) => lighthouse(id, data)),
        { now: clock.now, ...wish },
      );
      const ran = await run();
      assert.deepEqual([ran.ends, (ran.tally.updated ?? 0) + (ran.tally.unchanged ?? 0)], [[], ids.length]);
      return ran;
    },
    nextDay: (): void => {
      clock.now += DAY_MS;
    },
    deleteAll: async () => await kometa.night(),
    /** The collections of these items, and how many there are in all. */
    shown: (ids: readonly number[]) => ids.map((id) => plex.item(String(100 + id))?.collections.join()),
  };
}

const told = ({ of }: DrainRun): readonly string[] => of('collection_withheld').map(({ reason }) => reason);

test('once somebody makes the collection again, items get it back that nobody looked at while it was gone', async (t) => {
  const { plex, sync, deleteAll, nextDay, shown } = await setupCollections(t);
  await sync([1, 2, 3, 4]);
  await deleteAll();
  nextDay();
  // Of four, two are looked at while it is gone.
  assert.deepEqual(told(await sync([1, 2])), ['gone']);
  plex.editByHand('106', { collections: ['Skerry'] });
  nextDay();
  await sync([1, 2, 3, 4]);
  assert.deepEqual(shown([1, 2, 3, 4]), Array(4).fill('Skerry'));
  // From now on the choice about an item is one again.
  plex.editByHand('103', { collections: [] });
  for (const _ of [1, 2]) {
    nextDay();
    await sync([1, 2, 3, 4]);
    assert.deepEqual(shown([3, 4]), ['', 'Skerry']);
  }
});

test('a person takes a collection back from all its items by one, and who deletes it after that wins again', async (t) => {
  const { plex, sync, deleteAll, nextDay, shown } = await setupCollections(t);
  await sync([1, 2, 3]);
  await deleteAll();
  nextDay();
  await sync([1, 2]);
  nextDay();
  await sync([1], { reassert: ['collection'] });
  await sync([1, 2, 3, 4]);
  assert.deepEqual(shown([1, 2, 3, 4]), Array(4).fill('Skerry'));
  await deleteAll();
  const reasons: string[] = [];
  for (const _ of [1, 2, 3]) {
    nextDay();
    reasons.push(...told(await sync([1, 2, 3, 4])));
    assert.equal(plex.count('edit'), 0);
  }
  assert.deepEqual([reasons, plex.collections('1')], [['gone'], []]);
});

test('a collection that is taken back before anybody saw it gone comes back on every item', async (t) => {
  const { world, clock, enqueue, run, sync, deleteAll, nextDay, shown } = await setupCollections(t);
  await sync([1, 2, 3]);
  await deleteAll();
  nextDay();
  enqueue(lighthouse(2, SKERRY));
  world.enqueue([lighthouse(1, SKERRY)], { now: clock.now, reassert: ['collection'] });
  assert.deepEqual(told(await run()), []);
  assert.deepEqual(shown([1, 2]), ['Skerry', 'Skerry']);
  await sync([3]);
  assert.deepEqual(shown([3]), ['Skerry']);
});

test('a collection that a run makes again is given back in its later batches, and not told as gone', async (t) => {
  const { plex, enqueue, run, sync, deleteAll, nextDay, shown } = await setupCollections(t);
  const others = idsTo(100).map((id) => id + 10);
  addItems(plex, ...others);
  await sync([1, 2]);
  await deleteAll();
  nextDay();
  plex.resetRequests();
  enqueue(...others.map((id) => lighthouse(id, { studio: id < 12 ? 'Beacon' : 'Skerry' })));
  enqueue(lighthouse(1, SKERRY), lighthouse(3, SKERRY));
  const ran = await run();
  assert.deepEqual([told(ran), shown([1, 3]), plex.count('collections')], [[], ['Skerry', 'Skerry'], 1]);
});

test('a job that is alone asks once where nobody did, and else only where it writes nothing', async (t) => {
  const { plex, sync, deleteAll, nextDay, shown } = await setupCollections(t);
  await sync([1]);
  assert.equal(plex.count('collections'), 1);
  nextDay();
  // The libraries, the search, the item, the edit and a look at what it did.
  await sync([2], { data: { ...SKERRY, studio: 'Beacon' } });
  assert.deepEqual([plex.count(), shown([2])], [5, ['Beacon']]);
  await deleteAll();
  nextDay();
  await sync([1], { data: { ...SKERRY, details: 'It turns.' } });
  assert.deepEqual([plex.count(), plex.count('collections')], [4, 0]);
  const quiet = await sync([1], { data: { ...SKERRY, details: 'It turns.' } });
  assert.deepEqual([plex.count(), plex.count('collections'), told(quiet)], [3, 1, ['gone']]);
  // What a person takes back costs no more either.
  nextDay();
  await sync([1], { data: { ...SKERRY, details: 'It turns.' }, reassert: ['collection'] });
  assert.deepEqual([plex.count(), shown([1])], [4, ['Skerry']]);
});

test('a job that is alone gets back what was lost with all, by what is known and for no request more', async (t) => {
  const { plex, sync, deleteAll, nextDay, shown } = await setupCollections(t);
  await sync([1, 2, 3, 4]);
  await deleteAll();
  nextDay();
  await sync([1, 2]);
  plex.editByHand('106', { collections: ['Skerry'] });
  nextDay();
  await sync([1, 2]);
  assert.deepEqual(shown([1, 2]), ['Skerry', 'Skerry']);
  for (const id of [3, 4]) {
    nextDay();
    await sync([id]);
    assert.deepEqual([plex.count(), shown([id])], [4, ['Skerry']]);
  }
});

test('a job that is alone and writes nothing but its collection asks nobody either', async (t) => {
  const { plex, enqueue, run, sync, nextDay, shown } = await setupCollections(t);
  await sync([1, 2]);
  const data = { studio: 'Beacon' };
  enqueue(lighthouse(3, data));
  await run({ rules: { ...RULES, sync: { ...RULES.sync, collection: false } } });
  nextDay();
  await sync([3], { data });
  assert.deepEqual([plex.count(), shown([3])], [4, ['Beacon']]);
  plex.editByHand('101', { collections: [] });
  await sync([1], { reassert: ['collection'] });
  assert.deepEqual([plex.count(), shown([1])], [4, ['Skerry']]);
});

test('a new scene brings back nothing that is gone, also where nothing is known yet', async (t) => {
  const { world, plex, enqueue, run, sync, deleteAll } = await setupCollections(t);
  await sync([1, 2]);
  await sync([3], { data: { details: 'It blinks.' } });
  await deleteAll();
  // As in a data directory of an earlier plexsync.
  world.sql(`DELETE FROM meta WHERE name LIKE 'collections:%'`);
  enqueue(lighthouse(3, SKERRY), lighthouse(1, SKERRY));
  assert.deepEqual([told(await run()), plex.collections('1')], [['gone'], []]);
});

test('a smart collection is minded by a job that is alone, however long ago it was listed', async (t) => {
  const { plex, sync, nextDay, shown } = await setupCollections(t);
  plex.addSmartCollection('1', 'Skerry', 'Skerry');
  plex.addSmartCollection('1', 'Beacon', 'Beacon');
  await sync([1, 2]);
  for (const studio of ['Skerry', 'Beacon']) {
    nextDay();
    nextDay();
    await sync([3], { data: { studio } });
    assert.deepEqual([plex.count('collections'), shown([3])], [0, ['']]);
  }
});

test('where the collections cannot be listed, a job that is alone asks once, and one with others once a run', async (t) => {
  const { plex, sync, shown } = await setupCollections(t);
  plex.fail('collections', { kind: 'status', status: 404 }, ALWAYS);
  await sync([1]);
  assert.deepEqual([plex.count('collections'), shown([1])], [1, ['Skerry']]);
  await sync([2]);
  assert.deepEqual([plex.count('collections'), shown([2])], [0, ['Skerry']]);
  await sync([3, 4]);
  assert.deepEqual([plex.count('collections'), shown([3, 4])], [1, ['Skerry', 'Skerry']]);
});
