/** A scene with several files: each may lead to its item, the primary one first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSceneStatus } from '../../src/queue/views/scene-status.ts';
import type { DrainWorld } from '../helpers/drain-world.ts';
import { ALWAYS, bare, fileOf, lighthouse, setup } from '../helpers/drain-world.ts';

const MINUTE_MS = 60_000;
const [FIRST, SECOND, THIRD] = ['/harbour/pier.mp4', '/harbour/pier 4k.mp4', '/harbour/pier cut.mp4'];

/** An edit of scene 1 with these files, the first one primary. */
function edit(...files: readonly string[]) {
  const [path = ''] = files;
  const all = files.map((file, index) => ({ path: file, size: 1_000 + index }));
  return lighthouse(1, { path, size: 1_000, ...(files.length > 1 ? { files: all } : {}) });
}

function addItem({ plex }: Pick<DrainWorld, 'plex'>, ratingKey: string, ...file: readonly string[]): void {
  plex.addItem({ sectionKey: '1', ratingKey, file, title: `Item ${ratingKey}` });
}

function otherItems({ world, clock }: DrainWorld) {
  return readSceneStatus(world.stores(), 1, clock.now)?.item?.others;
}

test('a scene is found by another of its files where Plex does not have the primary one', async (t) => {
  const created = await setup(t);
  const { plex, world, enqueue, run } = created;
  addItem(created, '901', SECOND);
  enqueue(edit(FIRST, SECOND));
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.equal(plex.item('901')?.title, 'Lighthouse 1');
  assert.deepEqual(world.sql('SELECT scene_path, file FROM scenes'), [{ scene_path: SECOND, file: SECOND }]);
});

test('each file has its own size: one of another size is not the scene’s', async (t) => {
  const created = await setup(t);
  const { plex, enqueue, run } = created;
  plex.addItem({ sectionKey: '1', ratingKey: '901', file: '/other/pier 4k.mp4', size: 1_000 });
  enqueue(edit(FIRST, SECOND));
  assert.deepEqual((await run()).tally, { waiting: 1 });
  plex.addItem({ sectionKey: '1', ratingKey: '902', file: '/other/deep/pier 4k.mp4', size: 1_001 });
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.equal(plex.item('902')?.title, 'Lighthouse 1');
});

test('where files prove different items the primary one’s is written, and the other is named', async (t) => {
  const created = await setup(t);
  const { plex, enqueue, run } = created;
  addItem(created, '901', FIRST);
  addItem(created, '902', SECOND);
  enqueue(edit(FIRST, SECOND, THIRD));
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.deepEqual([plex.item('901')?.title, plex.item('902')?.title], ['Lighthouse 1', 'Item 902']);
  assert.deepEqual(otherItems(created), [
    { path: SECOND, item: { ratingKey: '902', title: 'Item 902', library: 'Harbour Films' } },
    { path: THIRD },
  ]);
});

test('two others that prove different items prove nothing', async (t) => {
  const created = await setup(t);
  const { plex, world, enqueue, run } = created;
  addItem(created, '902', SECOND);
  addItem(created, '903', THIRD);
  enqueue(edit(FIRST, SECOND, THIRD));
  assert.deepEqual((await run()).tally, { buried: 1 });
  assert.deepEqual([plex.item('902')?.title, plex.item('903')?.title], ['Item 902', 'Item 903']);
  const [letter] = world.letters();
  assert.equal(letter?.['error_type'], 'LowConfidenceMatch');
  assert.match(
    String(letter?.['error_message']),
    /^2 candidates .* different items.*make the right file the primary one/,
  );
});

test('files that one item holds are in no other item', async (t) => {
  const created = await setup(t);
  const { enqueue, run } = created;
  addItem(created, '901', FIRST, SECOND);
  enqueue(edit(FIRST, SECOND));
  await run();
  assert.deepEqual(
    otherItems(created)?.map(({ item }) => item),
    [undefined],
  );
});

test('the item of the primary file is taken once Plex has it, though another file was written before', async (t) => {
  const created = await setup(t);
  const { plex, clock, enqueue, run } = created;
  addItem(created, '902', SECOND);
  enqueue(edit(FIRST, SECOND));
  await run();
  addItem(created, '901', FIRST);
  clock.now += MINUTE_MS;
  enqueue(edit(FIRST, SECOND));
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.equal(plex.item('901')?.title, 'Lighthouse 1');
  assert.deepEqual(
    otherItems(created)?.map(({ item }) => item?.ratingKey),
    ['902'],
  );
});

test('a known scene costs no look while its files stay the same', async (t) => {
  const created = await setup(t);
  const { plex, clock, enqueue, run } = created;
  addItem(created, '901', FIRST);
  addItem(created, '902', SECOND);
  enqueue(edit(FIRST, SECOND));
  await run();
  for (const [files, looks] of [
    [[FIRST, SECOND], 0],
    [[FIRST, SECOND, THIRD], 2],
    [[FIRST, THIRD, SECOND], 0],
    [[FIRST], 0],
  ] as const) {
    clock.now += MINUTE_MS;
    plex.resetRequests();
    enqueue(edit(...files));
    await run();
    assert.equal(plex.count('listing'), looks, files.join());
  }
  assert.deepEqual(otherItems(created), []);
});

test('a newer path replaces the files, and an older one does not', async (t) => {
  const created = await setup(t);
  const { plex, clock, enqueue, run } = created;
  addItem(created, '902', SECOND);
  enqueue(edit(FIRST, SECOND));
  clock.now += 1_000;
  enqueue(lighthouse(1, { path: FIRST }));
  assert.deepEqual((await run()).tally, { waiting: 1 });
  clock.now += 1_000;
  enqueue(edit(FIRST, SECOND));
  enqueue({ sceneId: 1, bare: false, data: { title: 'Pier at dusk' } });
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.equal(plex.item('902')?.title, 'Pier at dusk');
});

test('a job that waits is woken by any of its files, once', async (t) => {
  const created = await setup(t);
  const { plex, enqueue, run } = created;
  enqueue(edit(FIRST, SECOND));
  await run();
  plex.addItem({ sectionKey: '1', ratingKey: '900', file: '/other/pier.mp4', size: 5 });
  addItem(created, '902', SECOND);
  const { tally, of } = await run();
  assert.deepEqual([tally, of('woken').map(({ count }) => count)], [{ updated: 1 }, [1]]);
});

test('a scene that another was merged into in Stash has its file too: the item it leaves behind is named', async (t) => {
  const created = await setup(t);
  const { plex, clock, enqueue, run } = created;
  const stash = await created.stash();
  for (const id of [1, 2]) {
    stash.addScene({ title: `Pier ${id}`, files: [{ path: fileOf(id) }] });
    addItem(created, String(100 + id), fileOf(id));
  }
  enqueue(bare(1), bare(2));
  assert.deepEqual((await run()).tally, { updated: 2 });
  stash.mergeScenes([2], 1);
  clock.now += MINUTE_MS;
  enqueue(bare(1));
  assert.deepEqual((await run()).tally, { unchanged: 1 });
  assert.deepEqual(otherItems(created), [
    { path: fileOf(2), item: { ratingKey: '102', title: 'Pier 2', library: 'Harbour Films' } },
  ]);
  // Somebody merges the two in Plex as well: the scene that is left inherits what was written for the other one.
  plex.removeItem('101');
  clock.now += MINUTE_MS;
  enqueue(bare(1));
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.equal(plex.item('102')?.title, 'Pier 1');
});

test('a look for other files that fails costs the job nothing, and is made again', async (t) => {
  const created = await setup(t);
  const { plex, clock, enqueue, run } = created;
  addItem(created, '901', FIRST);
  addItem(created, '902', SECOND);
  let looks = 0;
  const mend = plex.fail(({ route }) => route === 'listing' && ++looks > 1, { kind: 'status', status: 500 }, ALWAYS);
  enqueue(edit(FIRST, SECOND));
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.deepEqual(otherItems(created), []);
  mend();
  clock.now += MINUTE_MS;
  enqueue(edit(FIRST, SECOND));
  await run();
  assert.deepEqual(
    otherItems(created)?.map(({ item }) => item?.ratingKey),
    ['902'],
  );
});
