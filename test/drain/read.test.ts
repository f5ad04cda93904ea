/** The full items are read in one request and held against the files they were chosen for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlexServer, SeenRequest } from '../../src/simulator/plex/server.ts';
import { ALWAYS, addItems, DOWN, idsTo, lighthouse, lighthouses, onRequest, setup } from '../helpers/drain-world.ts';

const FAILING = { kind: 'status', status: 500 } as const;
const REFUSED = { kind: 'status', status: 401 } as const;

/** A world in which so many lighthouses were written already, and are to be written anew. */
async function setupKnown(t: Parameters<typeof setup>[0], count: number) {
  const created = await setup(t);
  addItems(created.plex, ...idsTo(count));
  created.enqueue(...lighthouses(count));
  await created.run();
  created.enqueue(...idsTo(count).map((id) => lighthouse(id, { title: `Lantern ${id}` })));
  created.plex.resetRequests();
  return created;
}

/** Whether a read asks for this item, alone or among others. */
function asksFor(ratingKey: string): (request: SeenRequest) => boolean {
  return ({ route, path }) => route === 'item' && path.split('/').at(-1)?.split(',').includes(ratingKey) === true;
}

const isForMany = ({ route, path }: SeenRequest): boolean => route === 'item' && path.includes(',');

const titleOf = (plex: PlexServer, id: number): string | undefined => plex.item(String(100 + id))?.title;

test('a batch is read in one request', async (t) => {
  const { plex, run } = await setupKnown(t, 3);
  assert.deepEqual((await run()).tally, { updated: 3 });
  // The other one is that of the verification.
  assert.equal(plex.count('item'), 2);
});

test('a read that fails because of one item is halved until it is found, and only its job fails', async (t) => {
  for (const status of [400, 403, 414, 500]) {
    const { plex, run } = await setupKnown(t, 4);
    plex.fail(asksFor('103'), { kind: 'status', status }, 3);
    const { tally, ends } = await run();
    assert.deepEqual([tally, ends], [{ updated: 3, [status === 500 ? 'retried' : 'buried']: 1 }, []], String(status));
    assert.deepEqual([titleOf(plex, 3), titleOf(plex, 4)], ['Lighthouse 3', 'Lantern 4']);
  }
});

test('a server that answers 404 for all once one of them is gone loses no job', async (t) => {
  const { plex, run } = await setupKnown(t, 4);
  plex.setQuirks({ missingIds: 'not-found' });
  plex.removeItem('103');
  assert.deepEqual((await run()).tally, { updated: 3, waiting: 1 });
});

test('an outage during a shared read releases all jobs without spending an attempt', async (t) => {
  const { plex, world, run } = await setupKnown(t, 3);
  plex.fail(({ route }) => route === 'item' || route === 'identity', DOWN, ALWAYS);
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends, plex.count('item')], [{ released: 3 }, ['unreachable'], 1]);
  assert.deepEqual(world.sql('SELECT DISTINCT attempt, failures FROM jobs'), [{ attempt: 0, failures: 0 }]);
});

test('a 429 on a shared read releases the jobs, and the run reports it', async (t) => {
  const { plex, run } = await setupKnown(t, 3);
  plex.fail('item', { kind: 'status', status: 429, headers: { 'Retry-After': '90' } });
  const { tally, ends, of } = await run();
  assert.deepEqual([tally, ends, of('released').length], [{ released: 3 }, ['unreachable'], 3]);
  assert.equal(plex.count('item'), 1);
});

test('a refused token belongs to no job, of one item or of many', async (t) => {
  for (const count of [1, 3]) {
    const { plex, world, run } = await setupKnown(t, count);
    plex.fail('item', REFUSED);
    const { tally, ends, of } = await run();
    assert.deepEqual([tally, ends, of('released')], [{ released: count }, ['unauthorized'], []]);
    assert.deepEqual(world.letters(), []);
  }
});

test('a read that a stop aborts releases its jobs without an event', async (t) => {
  const { plex, stop, run } = await setupKnown(t, 2);
  onRequest(plex, { route: 'item', fault: DOWN }, () => {
    stop.signal = 'SIGTERM';
  });
  const { tally, ends, of } = await run();
  assert.deepEqual([tally, ends, of('released')], [{ released: 2 }, ['signal'], []]);
});

test('nothing is read once a signal came', async (t) => {
  const { plex, stop, run } = await setupKnown(t, 2);
  const halt = (): void => {
    stop.signal = 'SIGTERM';
  };
  assert.deepEqual((await run({}, { at: { resolved: halt } })).tally, { released: 2 });
  assert.equal(plex.count('item'), 0);
});

test('an item that holds another file by now, or is in no library that is looked in, is looked for anew', async (t) => {
  const sections = [
    { key: '1', title: 'Harbour Films', locations: ['/harbour'] },
    { key: '2', title: 'Garden Films', locations: ['/garden'] },
  ];
  const { plex, enqueue, run } = await setup(t, { sections });
  addItems(plex, 1);
  plex.addItem({ sectionKey: '2', ratingKey: '202', file: '/garden/2.mp4' });
  const edits = [lighthouse(1), lighthouse(2, { path: '/garden/2.mp4' })];
  enqueue(...edits);
  await run();
  plex.moveFile('101', '/harbour/other.mp4');
  plex.addItem({ sectionKey: '1', ratingKey: '301', file: '/harbour/1.mp4' });
  enqueue(...edits);
  // The second library is left out by now.
  const { tally, of } = await run({ libraries: ['Harbour Films'] });
  assert.deepEqual(tally, { updated: 1, waiting: 1 });
  assert.deepEqual(
    of('found').map(({ from }) => from),
    ['look_up'],
  );
  assert.equal(plex.item('301')?.title, 'Lighthouse 1');
});

test('the proof moves along with the file that holds now', async (t) => {
  const { plex, world, enqueue, run } = await setupKnown(t, 1);
  plex.moveFile('101', '/harbour/renamed.mp4');
  enqueue(lighthouse(1, { path: '/harbour/renamed.mp4' }));
  assert.deepEqual((await run()).tally, { unchanged: 1 });
  assert.deepEqual(world.sql('SELECT file FROM scenes'), [{ file: '/harbour/renamed.mp4' }]);
});

test('an item that vanishes between its look-up and its read is waited for', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1));
  const { tally, of } = await run({}, { at: { resolved: () => plex.removeItem('101') } });
  assert.deepEqual(tally, { waiting: 1 });
  assert.match(of('retrying')[0]?.message ?? '', /^Plex item 101 vanished or changed its file/);
});

test('a guess is taken as it is read: nothing proves its file', async (t) => {
  const { plex, world, enqueue, run } = await setup(t);
  plex.addItem({ sectionKey: '1', ratingKey: '901', file: '/harbour/east/1.mp4' });
  enqueue(lighthouse(1, { path: '/data/1.mp4' }));
  assert.deepEqual((await run({ matching: 'relaxed' })).tally, { updated: 1 });
  assert.deepEqual(world.sql('SELECT file FROM scenes'), [{ file: null }]);
});

test('of two jobs that lead to one item the second waits its turn, and belongs to neither at once', async (t) => {
  const { plex, world, enqueue, run } = await setup(t);
  plex.addItem({ sectionKey: '1', ratingKey: '901', file: ['/harbour/1.mp4', '/harbour/2.mp4'] });
  enqueue(...lighthouses(2));
  const { tally } = await run();
  assert.deepEqual([tally, plex.item('901')?.title], [{ updated: 1, buried: 1 }, 'Lighthouse 1']);
  const [letter] = world.letters();
  assert.match(String(letter?.['error_message']), /already belongs to scene 1: it holds the files of both\. Split it/);
});

test('one file for two scenes is one item for one of them, and the letter says what can be done', async (t) => {
  const { plex, world, enqueue, run } = await setup(t);
  plex.addItem({ sectionKey: '1', ratingKey: '901', file: '/harbour/a/1.mp4' });
  enqueue(lighthouse(1, { path: '/data/a/1.mp4' }));
  await run();
  enqueue(lighthouse(2, { path: '/more/a/1.mp4' }));
  assert.deepEqual((await run()).tally, { buried: 1 });
  assert.match(
    String(world.letters()[0]?.['error_message']),
    /See plexsync status 1; to have this scene written there/,
  );
});

test('relaxed matching writes over the other scene’s item', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  plex.addItem({ sectionKey: '1', ratingKey: '901', file: '/harbour/a/1.mp4' });
  enqueue(lighthouse(1, { path: '/data/a/1.mp4' }));
  await run();
  enqueue(lighthouse(2, { path: '/more/a/1.mp4' }));
  assert.deepEqual((await run({ matching: 'relaxed' })).tally, { updated: 1 });
  assert.equal(plex.item('901')?.title, 'Lighthouse 2');
});

test('who has the very path of an item inherits what another scene had written there', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  plex.addItem({ sectionKey: '1', ratingKey: '901', file: '/harbour/a/1.mp4', genres: ['sand'] });
  enqueue(lighthouse(1, { path: '/data/a/1.mp4', tags: ['fog'] }));
  await run();
  enqueue(lighthouse(2, { path: '/harbour/a/1.mp4', tags: ['sea'] }));
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.deepEqual(plex.item('901')?.genres, ['sand', 'sea'], 'fog was the other scene’s, sand a person’s');
});

test('a scene that was imported anew has another id and the same file: it inherits', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1, { tags: ['fog'] }));
  await run();
  enqueue({ ...lighthouse(1, { tags: ['sea'] }), sceneId: 2 });
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.deepEqual(plex.item('101')?.genres, ['sea']);
});

test('the scene of the file that took the place of another’s inherits', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1, { tags: ['fog'] }));
  await run();
  plex.moveFile('101', '/harbour/2.mp4');
  enqueue(lighthouse(2, { tags: ['sea'] }));
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.deepEqual(plex.item('101')?.genres, ['sea']);
});

test('a fault in a read of many that ends in halves counts once for each single item', async (t) => {
  const { plex, world, run } = await setupKnown(t, 4);
  plex.fail(isForMany, FAILING, 3);
  assert.deepEqual((await run()).tally, { updated: 4 });
  assert.deepEqual(world.sql('SELECT * FROM breakers'), []);
});

test('halving of a failed read stops once the breaker has opened, and gives the rest back', async (t) => {
  const { plex, world, run } = await setupKnown(t, 64);
  plex.fail('item', FAILING, ALWAYS);
  const { ends } = await run();
  // 64, 32, 16, 8, 4, 2, and then one by one until five faults in a row: asked to the end it would be 127.
  assert.ok(plex.count('item') <= 20, `${plex.count('item')} reads`);
  assert.deepEqual(ends, ['breaker_open']);
  const [{ spent } = {}] = world.sql('SELECT count(*) AS spent FROM jobs WHERE failures > 0');
  assert.ok(Number(spent) <= 5, `${spent} jobs have spent an attempt`);
});
