/** Who waits for Plex to find a file is due once Plex has it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrainWorld } from '../helpers/drain-world.ts';
import { ALWAYS, addItems, lighthouse, onRequest, setup } from '../helpers/drain-world.ts';

const TWO_SECTIONS = [
  { key: '1', title: 'Harbour Films', locations: ['/harbour'] },
  { key: '2', title: 'Garden Films', locations: ['/garden'] },
];

/** A world in which scene 1 waits for its file, after one look. */
async function setupWaiting(...args: Parameters<typeof setup>): Promise<DrainWorld> {
  const created = await setup(...args);
  created.enqueue(lighthouse(1, { size: 1_001 }));
  assert.deepEqual((await created.run()).tally, { waiting: 1 });
  created.plex.resetRequests();
  return created;
}

/** The `addedAt>>` of each question for what is new; `undefined` for the newest items. */
function marksAsked({ plex }: DrainWorld): readonly (string | undefined)[] {
  const asked = plex.requests.filter(({ route, query }) => {
    const keys = query.map(([key]) => key);
    return route === 'listing' && !keys.includes('file') && !keys.includes('title');
  });
  return asked.map(({ query }) => query.find(([key]) => key === 'addedAt>>')?.[1]);
}

test('while nobody waits, no library is asked what is new', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1));
  await run();
  plex.resetRequests();
  await run();
  assert.deepEqual(
    plex.requests.map(({ route }) => route),
    ['sections'],
  );
});

test('a file that Plex has got wakes its job before its time, and the try that follows costs nothing', async (t) => {
  const { plex, world, run } = await setupWaiting(t);
  addItems(plex, 1);
  const woken = await run({}, { at: { claimed: () => assert.equal(world.onlyJob()['misses'], 0) } });
  assert.deepEqual(woken.of('woken'), [{ kind: 'woken', count: 1, section: 'Harbour Films' }]);
  assert.deepEqual(woken.tally, { updated: 1 });
  assert.equal(plex.item('101')?.title, 'Lighthouse 1');
});

test('only what is new since the last look is asked for, and one item wakes a job once', async (t) => {
  const created = await setupWaiting(t);
  const { plex, clock, run } = created;
  // Of another size: a file of that name, and not the scene's.
  plex.addItem({ sectionKey: '1', ratingKey: '900', file: '/elsewhere/1.mp4', size: 5 });
  const first = await run();
  assert.equal(first.of('woken').length, 1);
  clock.now += 1_000;
  const second = await run();
  assert.deepEqual([second.of('woken'), second.of('claimed')], [[], []]);
  const addedAt = Math.floor((clock.now - 1_000) / 1_000);
  assert.deepEqual(marksAsked(created), [undefined, String(addedAt - 1)]);
  addItems(plex, 1);
  assert.deepEqual((await run()).tally, { updated: 1 }, 'an item of a later second is news');
});

test('an item of the very second of the last look is news as well', async (t) => {
  const { plex, run } = await setupWaiting(t);
  addItems(plex, 7);
  assert.deepEqual((await run()).of('woken'), []);
  addItems(plex, 1);
  assert.equal((await run()).of('woken').length, 1);
});

/** A queue that does not tell who waits. */
const UNREAD = {
  queue: {
    missing: () => {
      throw new Error('who waits was read');
    },
  },
};

test('those who wait are read only where Plex shows what it did not show before', async (t) => {
  const { plex, clock, run } = await setupWaiting(t);
  await run({}, UNREAD);
  addItems(plex, 7);
  await run();
  clock.now += 1_000;
  assert.deepEqual((await run({}, UNREAD)).of('woken'), [], 'the item of the last look');
  addItems(plex, 8);
  await assert.rejects(run({}, UNREAD), /who waits was read/);
});

test('an item that got another file since the last look is looked at again', async (t) => {
  const { plex, run } = await setupWaiting(t);
  addItems(plex, 7);
  assert.deepEqual((await run()).of('woken'), []);
  plex.moveFile('107', '/harbour/1.mp4');
  assert.equal((await run()).of('woken').length, 1);
});

test('what a look remembers stays small, however much was added in one second', async (t) => {
  const { plex, world, run } = await setupWaiting(t);
  addItems(plex, 7);
  await run();
  addItems(plex, ...Array.from({ length: 1_000 }, (_, index) => 1_000 + index));
  await run();
  const [mark] = world.sql(`SELECT length(value) AS length FROM meta WHERE name = 'added_mark:1'`);
  assert.ok(Number(mark?.['length']) < 1_000, JSON.stringify(mark));
});

test('one who misses its file after the last look is told of the items of that look', async (t) => {
  const { plex, clock, enqueue, run } = await setupWaiting(t);
  // Of another size: a file of the name of scene 2, and not the scene's.
  plex.addItem({ sectionKey: '1', ratingKey: '900', file: '/elsewhere/2.mp4', size: 5 });
  assert.deepEqual((await run()).of('woken'), []);
  enqueue(lighthouse(2, { size: 1_002 }));
  assert.deepEqual((await run()).of('woken'), []);
  clock.now += 1_000;
  assert.equal((await run()).of('woken').length, 1);
});

/** Epoch seconds, decades ahead. */
const FAR_AHEAD = 4_000_000_000;

test('an item dated years ahead wakes a job once, and hides nothing that is added after it', async (t) => {
  const created = await setupWaiting(t);
  const { plex, clock, run } = created;
  // Of another size: a file of that name, and not the scene's.
  plex.addItem({ sectionKey: '1', ratingKey: '900', file: '/elsewhere/1.mp4', size: 5 });
  plex.editByHand('900', { addedAt: FAR_AHEAD });
  assert.equal((await run()).of('woken').length, 1);
  for (let looks = 0; looks < 3; looks += 1) {
    clock.now += 5_000;
    const { of } = await run();
    assert.deepEqual([of('woken'), of('claimed')], [[], []]);
  }
  const seconds = Math.floor(clock.now / 1_000);
  assert.deepEqual(
    marksAsked(created),
    [undefined, ...[15, 10, 5].map((ago) => String(seconds - ago - 1))],
    'the clock of the server is where the next look begins',
  );
  clock.now += 5_000;
  addItems(plex, 1);
  clock.now += 5_000;
  assert.deepEqual((await run()).tally, { updated: 1 });
});

test('an item dated years ahead does not revive a letter again and again', async (t) => {
  const { plex, world, clock, run } = await setupWaiting(t);
  plex.addItem({ sectionKey: '1', ratingKey: '900', file: '/elsewhere/1.mp4', size: 5 });
  plex.editByHand('900', { addedAt: FAR_AHEAD });
  for (let tries = 0; tries < 40; tries += 1) {
    clock.now += 900_000;
    await run();
  }
  assert.equal(world.letters().length, 1);
  assert.deepEqual(world.sql('SELECT id FROM jobs'), []);
});

test('an item wakes each scene that waits for its name, also one that began to wait later', async (t) => {
  const { plex, clock, enqueue, run } = await setupWaiting(t);
  plex.addItem({ sectionKey: '1', ratingKey: '900', file: '/elsewhere/1.mp4', size: 5 });
  plex.editByHand('900', { addedAt: FAR_AHEAD });
  await run();
  enqueue(lighthouse(2, { path: '/harbour/old/1.mp4', size: 7 }));
  await run();
  clock.now += 1_000;
  assert.deepEqual((await run()).of('woken'), [{ kind: 'woken', count: 1, section: 'Harbour Films' }]);
  clock.now += 1_000;
  assert.deepEqual((await run()).of('woken'), []);
});

test('a library that has got nothing keeps its mark', async (t) => {
  const created = await setupWaiting(t);
  const { world, run } = created;
  await run();
  assert.deepEqual(world.sql(`SELECT * FROM meta WHERE name LIKE 'added_mark:%'`), []);
  await run();
  assert.deepEqual(marksAsked(created), [undefined, undefined]);
});

test('a PlexNotFound letter is revived when its file is added', async (t) => {
  const { plex, world, clock, run } = await setupWaiting(t);
  for (let tries = 0; tries < 12; tries += 1) {
    clock.now += 900_000;
    await run();
  }
  assert.deepEqual(
    world.letters().map(({ error_type }) => error_type),
    ['PlexNotFound'],
  );
  addItems(plex, 1);
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.deepEqual(world.letters(), []);
});

test('a look for what is new that fails costs no job anything', async (t) => {
  const { plex, enqueue, run } = await setupWaiting(t, { sections: TWO_SECTIONS });
  addItems(plex, 2);
  enqueue(lighthouse(2));
  plex.fail('listing', { kind: 'status', status: 500 }, 2);
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ updated: 1 }, []]);
});

test('a token that is refused there ends the run before a job is claimed, and other libraries are spared', async (t) => {
  const { plex, enqueue, run } = await setupWaiting(t, { sections: TWO_SECTIONS });
  enqueue(lighthouse(2));
  plex.fail('listing', { kind: 'status', status: 401 }, ALWAYS);
  const { ends, of } = await run();
  assert.deepEqual([ends, of('claimed')], [['unauthorized'], []]);
  assert.equal(plex.count('listing'), 1);
});

test('a signal there is no outage, and the end', async (t) => {
  const { plex, stop, run } = await setupWaiting(t, { sections: TWO_SECTIONS });
  onRequest(plex, { route: 'listing' }, () => {
    stop.signal = 'SIGTERM';
  });
  assert.deepEqual((await run()).ends, ['signal']);
  assert.equal(plex.count('listing'), 1);
});

test('a bug there is not taken for an outage', async (t) => {
  const { run } = await setupWaiting(t);
  const addedSince = () => Promise.reject(new TypeError('a bug'));
  await assert.rejects(run({}, { plex: { addedSince } }), /a bug/);
});

test('a preview wakes nobody', async (t) => {
  const { plex, world, run } = await setupWaiting(t);
  addItems(plex, 1);
  const { events } = await run({ mode: 'preview' });
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['connected'],
  );
  assert.equal(world.onlyJob()['misses'], 1);
  assert.equal(plex.count('listing'), 0);
});
