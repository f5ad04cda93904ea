/** From a file's path to the item that has it: known from before, or looked up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrainWorld } from '../helpers/drain-world.ts';
import {
  ALWAYS,
  addItems,
  DOWN,
  lighthouse,
  lighthouses,
  onRequest,
  serveAnother,
  setup,
} from '../helpers/drain-world.ts';

const REFUSED = { kind: 'status', status: 401 } as const;

/** A world in which a file of that name is in two items, neither of which is proven to be it. */
async function setupDoubt(t: Parameters<typeof setup>[0]): Promise<DrainWorld> {
  const created = await setup(t);
  created.plex.addItem({ sectionKey: '1', ratingKey: '941', file: '/harbour/east/1.mp4' });
  created.plex.addItem({ sectionKey: '1', ratingKey: '942', file: '/harbour/west/1.mp4' });
  created.enqueue(lighthouse(1, { path: '/data/1.mp4' }));
  return created;
}

test('the item of an earlier sync is asked for no second time', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1));
  assert.deepEqual(
    (await run()).of('found').map(({ from }) => from),
    ['look_up'],
  );
  plex.resetRequests();
  enqueue(lighthouse(1, { title: 'Lantern Row' }));
  assert.deepEqual(
    (await run()).of('found').map(({ from }) => from),
    ['record'],
  );
  assert.equal(plex.count('listing'), 0);
});

test('a guess that relaxed matching took is no proof: it is looked up again', async (t) => {
  const { plex, enqueue, run } = await setupDoubt(t);
  const first = await run({ matching: 'relaxed' });
  assert.deepEqual([first.tally, first.of('low_confidence')[0]?.taken], [{ updated: 1 }, true]);
  enqueue(lighthouse(1, { path: '/data/1.mp4', title: 'Lantern Row' }));
  plex.resetRequests();
  await run({ matching: 'relaxed' });
  assert.equal(plex.count('listing'), 1);
});

test('without proof nothing is written: the letter names the candidates and how to pin one', async (t) => {
  const { plex, world, run } = await setupDoubt(t);
  const { tally, of } = await run();
  assert.deepEqual([tally, of('low_confidence')[0]?.taken], [{ buried: 1 }, false]);
  const [letter] = world.letters();
  assert.equal(letter?.['error_type'], 'LowConfidenceMatch');
  assert.match(String(letter?.['error_message']), /^2 candidates for 1\.mp4, .* plexsync pin 1 941/);
  assert.equal((JSON.parse(String(letter?.['choices'])) as unknown[]).length, 2);
  assert.equal(plex.count('edit'), 0);
});

test('a file that no library has is waited for', async (t) => {
  const { world, enqueue, run } = await setup(t);
  enqueue(lighthouse(1));
  const { tally, of } = await run();
  assert.deepEqual(tally, { waiting: 1 });
  assert.match(of('retrying')[0]?.message ?? '', /^No Plex item found for filename: 1\.mp4$/);
  assert.deepEqual([world.onlyJob()['misses'], world.onlyJob()['failures']], [1, 0]);
});

test('an error while looking keeps its own class, and is no miss', async (t) => {
  const created = await setup(t);
  const { plex, world, enqueue, run } = created;
  enqueue(lighthouse(1));
  serveAnother(created);
  plex.fail('listing', { kind: 'garbage' });
  assert.deepEqual((await run()).tally, { retried: 1 });
  assert.deepEqual([world.onlyJob()['misses'], world.onlyJob()['failures']], [0, 1]);
});

test('when the time is up nothing more is looked for, and what is found is written', async (t) => {
  const { plex, clock, enqueue, run } = await setup(t);
  addItems(plex, 1, 2);
  enqueue(...lighthouses(2));
  onRequest(plex, { route: 'listing' }, () => {
    clock.now += 1_000;
  });
  const { tally, ends } = await run({ deadlineAt: clock.now + 1_000 });
  assert.deepEqual([tally, ends], [{ updated: 1, released: 1 }, ['time_up']]);
  assert.equal(plex.count('listing'), 1);
});

test('a refused token at a look-up gives all jobs back, and no other look is tried', async (t) => {
  const { plex, world, enqueue, run } = await setup(t);
  addItems(plex, 1, 2);
  enqueue(...lighthouses(2));
  plex.fail('listing', REFUSED, ALWAYS);
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ released: 2 }, ['unauthorized']]);
  assert.equal(plex.count('listing'), 1);
  assert.deepEqual(world.letters(), []);
});

test('a look-up that a stop cut off is nobody’s failure', async (t) => {
  const { plex, world, stop, enqueue, run } = await setup(t);
  enqueue(...lighthouses(2));
  onRequest(plex, { route: 'listing', fault: DOWN }, () => {
    stop.signal = 'SIGTERM';
  });
  const { tally, ends, of } = await run();
  assert.deepEqual([tally, ends, of('released')], [{ released: 2 }, ['signal'], []]);
  assert.deepEqual(world.sql('SELECT DISTINCT attempt FROM jobs'), [{ attempt: 0 }]);
  assert.equal(plex.count('listing'), 1);
});

test('a look-up that proves a job hopeless is reported, though a stop came meanwhile', async (t) => {
  const { plex, stop, run } = await setupDoubt(t);
  onRequest(plex, { route: 'listing' }, () => {
    stop.signal = 'SIGTERM';
  });
  assert.deepEqual((await run()).tally, { buried: 1 });
});

test('five failing look-ups in a row open the breaker, and the other jobs go back untried', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  enqueue(...lighthouses(7));
  plex.fail('listing', { kind: 'status', status: 500 }, ALWAYS);
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ retried: 5, released: 2 }, ['breaker_open']]);
});

test('a signal is heard before each look-up, also where the index answers without a request', async (t) => {
  const { enqueue, run, stop } = await setup(t);
  enqueue(...lighthouses(3));
  let pauses = Number.NEGATIVE_INFINITY;
  const claimed = (): void => {
    pauses = 0;
  };
  const pause = (): Promise<void> => {
    pauses += 1;
    // The first one is before the scenes are read.
    if (pauses === 2) stop.signal = 'SIGTERM';
    return Promise.resolve();
  };
  const { tally, ends } = await run({}, { pause, at: { claimed } });
  assert.deepEqual([tally, ends], [{ released: 3 }, ['signal']]);
});

for (const notFound of ['wait', 'skip'] as const)
  test(`a library that answers 404 says of no file that it is missing, with ${notFound}`, async (t) => {
    const { plex, enqueue, run, world } = await setup(t);
    enqueue(...lighthouses(3));
    plex.fail('listing', { kind: 'status', status: 404 }, ALWAYS);
    await run({ notFound: { kind: notFound, maxWaitMs: 7_200_000 } });
    assert.deepEqual(world.sql('SELECT misses FROM jobs'), Array(3).fill({ misses: 0 }));
  });

test('an item that a look-up has named and that is gone when it is read is not skipped', async (t) => {
  const { plex, enqueue, run, world } = await setup(t);
  addItems(plex, 1);
  enqueue(...lighthouses(1));
  plex.fail('item', { kind: 'status', status: 404 }, ALWAYS);
  await run({ notFound: { kind: 'skip', maxWaitMs: 7_200_000 } });
  assert.equal(world.sql('SELECT 1 FROM jobs').length, 1);
});
