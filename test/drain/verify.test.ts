/** The written items are read again: lenient about spelling, strict about loss. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeenRequest } from '../../src/simulator/plex/server.ts';
import { ALWAYS, addItems, DOWN, idsTo, lighthouse, lighthouses, onRequest, setup } from '../helpers/drain-world.ts';

const FAILING = { kind: 'status', status: 500 } as const;
const REJECTED = { kind: 'status', status: 400 } as const;

/** A world in which so many lighthouses are to be written. */
async function setupDue(t: Parameters<typeof setup>[0], count: number, data: Parameters<typeof lighthouse>[1] = {}) {
  const created = await setup(t);
  addItems(created.plex, ...idsTo(count));
  created.enqueue(...lighthouses(count, data));
  return created;
}

/** Any read but the first, which comes before the write. */
function readsAgain(): (request: SeenRequest) => boolean {
  let reads = 0;
  return ({ route }) => {
    if (route === 'item') reads += 1;
    return route === 'item' && reads > 1;
  };
}

test('the written items of a batch are read again in one request', async (t) => {
  const { plex, run } = await setupDue(t, 3);
  const { of } = await run();
  assert.equal(plex.count('item'), 2);
  assert.deepEqual(
    of('written').map(({ title }) => title),
    ['Lighthouse 1', 'Lighthouse 2', 'Lighthouse 3'],
  );
});

test('a field that still has its old value is a failure', async (t) => {
  const { plex, run } = await setupDue(t, 1);
  plex.normaliseOnEdit(() => '1');
  const { tally, of } = await run();
  assert.deepEqual(tally, { retried: 1 });
  assert.equal(of('retrying')[0]?.message, 'Plex accepted the edit of "1" but did not keep: title');
});

test('a value that Plex stores in a form of its own is reported, remembered, and not written again', async (t) => {
  const { plex, enqueue, run } = await setupDue(t, 1);
  plex.normaliseOnEdit((_field, value) => value.toUpperCase());
  const { tally, of } = await run();
  assert.deepEqual(tally, { updated: 1 });
  assert.deepEqual(of('altered'), [
    { kind: 'altered', sceneId: 1, altered: { field: 'title', sent: 'Lighthouse 1', kept: 'LIGHTHOUSE 1' } },
  ]);
  enqueue(lighthouse(1));
  assert.deepEqual((await run()).tally, { unchanged: 1 });
});

test('an item that vanished after its write is waited for', async (t) => {
  const { plex, run } = await setupDue(t, 1);
  const { tally, of } = await run({}, { at: { written: () => plex.removeItem('101') } });
  assert.deepEqual([tally, of('retrying')[0]?.message], [{ waiting: 1 }, 'Plex item 101 vanished after the write']);
});

test('a failed re-read fails its own job; a failed shared one releases all', async (t) => {
  const single = await setupDue(t, 1);
  single.plex.fail(readsAgain(), FAILING);
  assert.deepEqual((await single.run()).tally, { retried: 1 });
  const silent = await setupDue(t, 2);
  const isAgain = readsAgain();
  silent.plex.fail((request) => isAgain(request) || request.route === 'identity', DOWN, ALWAYS);
  await silent.run({ limit: 0 }, { plex: { identity: () => Promise.resolve({ machineIdentifier: 'x' }) } });
  const { tally, ends } = await silent.run();
  assert.deepEqual([tally, ends], [{ released: 2 }, ['unreachable']]);
});

test('after a refusal nothing is read again: what was written goes back, and is found to be right', async (t) => {
  const { plex, world, clock, run } = await setupDue(t, 2);
  let writes = 0;
  plex.fail(
    ({ route }) => {
      if (route === 'edit') writes += 1;
      return route === 'edit' && writes === 2;
    },
    { kind: 'status', status: 401 },
  );
  assert.deepEqual((await run()).tally, { buried: 1, released: 1 });
  assert.equal(plex.count('item'), 1);
  world.sql(`DELETE FROM meta WHERE name = 'refused_token'`);
  clock.now += 60_000;
  plex.resetRequests();
  assert.deepEqual((await run()).tally, { unchanged: 1, updated: 1 });
});

test('a re-read that a stop aborts releases its jobs without an event', async (t) => {
  const { plex, stop, run } = await setupDue(t, 1);
  const { tally, of, ends } = await run(
    {},
    {
      at: {
        written: () =>
          onRequest(plex, { route: 'item', fault: DOWN }, () => {
            stop.signal = 'SIGTERM';
          }),
      },
    },
  );
  assert.deepEqual([tally, of('released'), ends], [{ released: 1 }, [], ['signal']]);
});

test('of a job that was written in part the letter has the rest, whether or not it can be read again', async (t) => {
  const faults = [undefined, FAILING, { kind: 'status', status: 429 }, { kind: 'status', status: 401 }] as const;
  for (const fault of faults) {
    const { plex, world, run } = await setupDue(t, 1, { tagline: 'Fog ahead', tags: ['fog'] });
    plex.fail(({ route, query }) => route === 'edit' && query.some(([key]) => key === 'tagline.value'), REJECTED, 2);
    if (fault !== undefined) plex.fail(readsAgain(), fault);
    assert.deepEqual((await run()).tally, { buried: 1 });
    const [letter] = world.letters();
    assert.deepEqual(Object.keys(JSON.parse(String(letter?.['job_data']))), ['scene_id', 'path', 'tagline']);
    const [scene] = world.sql('SELECT written, locked FROM scenes');
    assert.deepEqual(Object.keys(JSON.parse(String(scene?.['written'])).fields), ['title']);
    assert.deepEqual(JSON.parse(String(scene?.['locked'])), ['genre', 'title']);
  }
});

test('what a breaker keeps from being read again is taken as it was sent, where a part is left', async (t) => {
  const { plex, world, run } = await setupDue(t, 6, { tagline: 'Fog ahead' });
  plex.fail(
    ({ route, query }) =>
      route === 'edit' && query.some(([key, value]) => key === 'tagline.value' && value !== '') && isOf('101', query),
    REJECTED,
    2,
  );
  plex.fail(({ route, query }) => route === 'edit' && !isOf('101', query), FAILING, ALWAYS);
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ buried: 1, retried: 5 }, ['breaker_open']]);
  assert.equal(plex.count('item'), 1);
  const [scene] = world.sql('SELECT written FROM scenes WHERE scene_id = 1');
  assert.deepEqual(Object.keys(JSON.parse(String(scene?.['written'])).fields), ['title']);
});

function isOf(ratingKey: string, query: SeenRequest['query']): boolean {
  return query.some(([key, value]) => key === 'id' && value === ratingKey);
}
