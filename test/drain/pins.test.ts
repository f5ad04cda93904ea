/** A scene goes where a person said; a pin whose item is gone, or has lost the file, follows the file. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { pinScene } from '../../src/queue/tables/pins.ts';
import type { DrainWorld } from '../helpers/drain-world.ts';
import { addItems, lighthouse, onRequest, setup } from '../helpers/drain-world.ts';

const SECTIONS = [
  { key: '1', title: 'Harbour Films', locations: ['/harbour'] },
  { key: '2', title: 'Garden Films', locations: ['/garden'] },
];
const PINNED = '/harbour/west/01.mp4';

type Pinning = { readonly sceneId?: number; readonly ratingKey?: string; readonly file?: string };

/** Pins a scene, as the command does. */
function pin({ world, clock }: DrainWorld, { sceneId = 1, ratingKey = '901', file = PINNED }: Pinning = {}): void {
  const now = { sceneId, ratingKey, sectionKey: '1', title: 'West pier', file, pinnedAt: clock.now };
  pinScene(world.stores(), { pin: now, binding: undefined });
}

function pins({ world }: DrainWorld) {
  return world.sql('SELECT scene_id, rating_key, file FROM pins ORDER BY scene_id');
}

/** A world with an item that a scene is pinned to, though nothing proves it. */
async function setupPinned(t: TestContext): Promise<DrainWorld> {
  const created = await setup(t, { sections: SECTIONS });
  created.plex.addItem({ sectionKey: '1', ratingKey: '901', file: PINNED, title: 'West pier' });
  created.enqueue(lighthouse(1, { path: '/data/one.mp4' }));
  pin(created);
  return created;
}

const moved = (ratingKey: string, file = PINNED) => [{ scene_id: 1, rating_key: ratingKey, file }];

test('a pinned scene is written to its item without a look-up, and that is no proof', async (t) => {
  const { plex, world, run } = await setupPinned(t);
  const { tally, of } = await run();
  assert.deepEqual([tally, plex.count('listing')], [{ updated: 1 }, 0]);
  assert.deepEqual(
    of('found').map(({ from }) => from),
    ['pin'],
  );
  assert.deepEqual(world.sql('SELECT file FROM scenes'), [{ file: null }]);
});

test('a pin follows its file to the item that has it now', async (t) => {
  const created = await setupPinned(t);
  const { plex, run } = created;
  plex.removeItem('901');
  plex.addItem({ sectionKey: '2', ratingKey: '902', file: PINNED });
  const { tally, of } = await run();
  assert.deepEqual([tally, pins(created)], [{ updated: 1 }, moved('902')]);
  assert.deepEqual(of('pin_moved'), [{ kind: 'pin_moved', sceneId: 1, from: '901', to: '902', file: PINNED }]);
  assert.equal(plex.item('902')?.title, 'Lighthouse 1');
});

test('an item that lies in no library that is looked in counts as gone', async (t) => {
  const created = await setupPinned(t);
  const { plex, run } = created;
  plex.removeItem('901');
  plex.addItem({ sectionKey: '2', ratingKey: '901', file: PINNED });
  const { tally, of } = await run({ libraries: ['Harbour Films'] });
  assert.deepEqual([tally, pins(created)], [{ waiting: 1 }, moved('901')]);
  assert.match(of('retrying')[0]?.message ?? '', /which is in none of the libraries .* plexsync unpin 1$/);
  assert.equal(plex.count('edit'), 0);
});

test('an item that has got another file stays the one that was meant, and is known by that file', async (t) => {
  const created = await setupPinned(t);
  const { plex, run } = created;
  plex.moveFile('901', '/harbour/west/renamed.mp4');
  const { tally, of } = await run();
  assert.deepEqual([tally, of('pin_moved').length], [{ updated: 1 }, 1]);
  assert.deepEqual(pins(created), moved('901', '/harbour/west/renamed.mp4'));
});

test('a pin leaves an item that has lost its file for the one that has it', async (t) => {
  const created = await setupPinned(t);
  const { plex, run } = created;
  plex.moveFile('901', '/harbour/west/renamed.mp4');
  plex.addItem({ sectionKey: '1', ratingKey: '902', file: PINNED });
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.deepEqual([pins(created), plex.item('901')?.title], [moved('902'), 'West pier']);
});

test('two items with the pinned file are never guessed between', async (t) => {
  const created = await setupPinned(t);
  const { plex, world, run } = created;
  plex.removeItem('901');
  for (const ratingKey of ['902', '903']) plex.addItem({ sectionKey: '1', ratingKey, file: PINNED });
  assert.deepEqual((await run()).tally, { buried: 1 });
  assert.match(
    String(world.letters()[0]?.['error_message']),
    /is now in 2 items\. .* pin 1 902, or plexsync pin 1 903$/,
  );
  assert.deepEqual(pins(created), moved('901'));
});

test('an item that vanishes once the pin has followed it is waited for', async (t) => {
  const { plex, run } = await setupPinned(t);
  plex.removeItem('901');
  plex.addItem({ sectionKey: '1', ratingKey: '902', file: PINNED });
  plex.fail(
    ({ route, path }) => {
      const isIt = route === 'item' && path.endsWith('/902') && plex.item('902') !== undefined;
      if (isIt) plex.removeItem('902');
      return false;
    },
    { kind: 'drop' },
  );
  const { tally, of } = await run();
  assert.deepEqual(tally, { waiting: 1 });
  assert.match(of('retrying')[0]?.message ?? '', /^Plex item 902 vanished/);
});

test('an item made anew under the key is a stranger’s: the pinned file is waited for', async (t) => {
  const created = await setupPinned(t);
  const { plex, clock, enqueue, run } = created;
  await run();
  plex.removeItem('901');
  clock.now += 60_000;
  plex.addItem({ sectionKey: '1', ratingKey: '901', file: '/harbour/stranger.mp4', title: 'Stranger' });
  enqueue(lighthouse(1, { path: '/data/one.mp4', title: 'Lantern Row' }));
  assert.deepEqual((await run()).tally, { waiting: 1 });
  assert.deepEqual([plex.item('901')?.title, pins(created)], ['Stranger', moved('901')]);
});

test('a pin that a person has changed meanwhile is not moved, nor is that told', async (t) => {
  const created = await setupPinned(t);
  const { plex, run } = created;
  plex.removeItem('901');
  plex.addItem({ sectionKey: '1', ratingKey: '902', file: PINNED });
  addItems(plex, 7);
  onRequest(plex, { route: 'listing' }, () => pin(created, { ratingKey: '107', file: '/harbour/7.mp4' }));
  const { of } = await run();
  assert.deepEqual(of('pin_moved'), []);
  assert.deepEqual(pins(created), moved('107', '/harbour/7.mp4'));
});

test('an item without a file of its own keeps the pin as it was', async (t) => {
  const created = await setupPinned(t);
  const { plex, run } = created;
  plex.removeItem('901');
  plex.addItem({ sectionKey: '1', ratingKey: '901', file: [], title: 'Without a file' });
  const { tally, of } = await run();
  assert.deepEqual([tally, of('pin_moved'), pins(created)], [{ updated: 1 }, [], moved('901')]);
});

test('an item that another scene is pinned to is written for no other, unless that is pinned there too', async (t) => {
  const created = await setup(t);
  const { plex, world, enqueue, run } = created;
  addItems(plex, 1, 2);
  enqueue(lighthouse(1));
  pin(created, { sceneId: 2, ratingKey: '101', file: '/harbour/1.mp4' });
  assert.deepEqual((await run()).tally, { buried: 1 });
  assert.match(String(world.letters()[0]?.['error_message']), /is pinned to scene 2\. .* plexsync pin 1 101$/);
  pin(created, { sceneId: 1, ratingKey: '101', file: '/harbour/1.mp4' });
  enqueue(lighthouse(1));
  assert.deepEqual((await run()).tally, { updated: 1 });
});

test('a scene that is pinned to another’s item inherits what was written there', async (t) => {
  const created = await setup(t);
  const { plex, enqueue, run } = created;
  addItems(plex, 1);
  enqueue(lighthouse(1, { tags: ['fog'] }));
  await run();
  pin(created, { sceneId: 2, ratingKey: '101', file: '/harbour/1.mp4' });
  enqueue(lighthouse(2, { tags: ['sea'] }));
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.deepEqual(plex.item('101')?.genres, ['sea']);
});
