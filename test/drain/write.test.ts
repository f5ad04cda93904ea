/** One request for each changed item, and whom a refusal is to be held against. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeenRequest } from '../../src/simulator/plex/server.ts';
import type { lighthouse } from '../helpers/drain-world.ts';
import { ALWAYS, addItems, DOWN, idsTo, lighthouses, onRequest, setup } from '../helpers/drain-world.ts';

const REFUSED = { kind: 'status', status: 401 } as const;
const FORBIDDEN = { kind: 'status', status: 403 } as const;
const REJECTED = { kind: 'status', status: 400 } as const;
const FAILING = { kind: 'status', status: 500 } as const;

/** Whether an edit has this key in it, alone or among others. */
function edits(key: string): (request: SeenRequest) => boolean {
  return ({ route, query }) => route === 'edit' && query.some(([name]) => name.startsWith(key));
}

/** A world in which so many lighthouses are to be written. */
async function setupDue(t: Parameters<typeof setup>[0], count: number, data: Parameters<typeof lighthouse>[1] = {}) {
  const created = await setup(t);
  addItems(created.plex, ...idsTo(count));
  created.enqueue(...lighthouses(count, data));
  return created;
}

test('all edits of an item go in one request, with their locks', async (t) => {
  const { plex, run } = await setupDue(t, 1, { tags: ['fog'], studio: 'Lantern Row' });
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.equal(plex.count('edit'), 1);
  assert.deepEqual(plex.item('101')?.locked, ['collection', 'genre', 'studio', 'title']);
});

test('a job whose lease was lost after its intent is not written', async (t) => {
  const { plex, world, run } = await setupDue(t, 2);
  const loseFirst = () => void world.sql(`UPDATE jobs SET lease_owner = 'another' WHERE scene_id = 1`);
  const { tally, of } = await run({}, { at: { intended: loseFirst } });
  assert.deepEqual([plex.item('101')?.title, plex.item('102')?.title], ['1', 'Lighthouse 2']);
  assert.deepEqual([tally, plex.count('edit')], [{ updated: 1, leaseLost: 1 }, 1]);
  assert.deepEqual(
    of('lease_lost').map(({ sceneId }) => sceneId),
    [1],
  );
});

test('a lease that ran out while the process slept is not written with', async (t) => {
  const { plex, clock, run } = await setupDue(t, 1);
  const sleep = (): void => {
    clock.now += 121_000;
  };
  await run({}, { at: { intended: sleep } });
  assert.equal(plex.count('edit'), 0);
});

test('a refused token buries one job and releases the others', async (t) => {
  const { plex, clock, world, run } = await setupDue(t, 3);
  plex.fail('edit', REFUSED, ALWAYS);
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends, plex.count('edit')], [{ buried: 1, released: 2 }, ['unauthorized'], 1]);
  assert.deepEqual(
    world.letters().map(({ error_type }) => error_type),
    ['PlexAuthError'],
  );
  plex.resetRequests();
  clock.now += 60_000;
  assert.deepEqual([(await run()).ends, plex.count()], [['unauthorized'], 0], 'it is not asked again at once');
});

test('of several writes in flight that are refused, one dead letter says it all', async (t) => {
  for (const [fault, end] of [
    [REFUSED, 'unauthorized'],
    [FORBIDDEN, 'forbidden'],
  ] as const) {
    const { plex, run } = await setupDue(t, 4);
    plex.fail('edit', fault, ALWAYS);
    const { tally, ends } = await run({ concurrency: 2 });
    assert.deepEqual([tally, ends, plex.count('edit')], [{ buried: 1, released: 3 }, [end], 2]);
  }
});

test('a token that may not edit costs one dead letter, however often it is tried, and is tried each quarter of an hour', async (t) => {
  const { plex, clock, world, run } = await setupDue(t, 3);
  const lift = plex.fail('edit', FORBIDDEN, ALWAYS);
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ buried: 1, released: 2 }, ['forbidden']]);
  plex.resetRequests();
  assert.deepEqual([(await run()).ends, plex.count()], [['forbidden'], 0], 'not at once');
  clock.now += 15 * 60_000;
  const again = await run();
  assert.deepEqual([again.tally, again.ends, world.letters().length], [{ released: 2 }, ['forbidden'], 1]);
  lift();
  clock.now += 15 * 60_000;
  assert.deepEqual((await run()).tally, { updated: 2 });
});

test('an edit that is accepted shows that the token may edit, and the next refusal is a job’s own again', async (t) => {
  const { plex, clock, enqueue, world, run } = await setupDue(t, 2);
  plex.fail('edit', FORBIDDEN);
  await run();
  clock.now += 15 * 60_000;
  await run();
  enqueue(
    ...lighthouses(2)
      .slice(1)
      .map((edit) => ({ ...edit, data: { ...edit.data, title: 'Anew' } })),
  );
  plex.fail('edit', FORBIDDEN);
  assert.deepEqual((await run()).tally, { buried: 1 });
  assert.equal(world.letters().length, 2);
});

test('the letter of a token that might not edit comes back with another token', async (t) => {
  const { plex, world, run } = await setupDue(t, 2);
  plex.fail('edit', FORBIDDEN);
  await run({ tokenFingerprint: () => 'a guest' });
  assert.equal(world.letters().length, 1);
  assert.deepEqual((await run({ tokenFingerprint: () => 'the owner' })).tally, { updated: 2 });
  assert.deepEqual(world.letters(), []);
});

for (const route of ['listing', 'item'] as const)
  test(`a token refused in mid-run, at the ${route}, is not tried again for a quarter of an hour`, async (t) => {
    const { plex, run } = await setupDue(t, 2);
    plex.fail(route, REFUSED, ALWAYS);
    const { tally, ends } = await run();
    assert.deepEqual([tally, ends], [{ released: 2 }, ['unauthorized']]);
    plex.resetRequests();
    assert.deepEqual([(await run()).ends, plex.count()], [['unauthorized'], 0]);
  });

test('a redirect of an edit is a proxy that stands before Plex: no job becomes a letter', async (t) => {
  const { plex, world, run } = await setupDue(t, 3);
  plex.fail('edit', { kind: 'redirect', location: 'https://login.test/?token=x' }, ALWAYS);
  await run();
  assert.deepEqual(world.letters(), []);
  assert.deepEqual(world.sql('SELECT failures FROM jobs'), Array(3).fill({ failures: 0 }));
});

test('a write that a stop aborts spends no attempt, and is repeated', async (t) => {
  const { plex, world, stop, run } = await setupDue(t, 2);
  onRequest(plex, { route: 'edit', fault: DOWN }, () => {
    stop.signal = 'SIGTERM';
  });
  const { tally, ends, of } = await run();
  assert.deepEqual([tally, ends, of('released')], [{ released: 2 }, ['signal'], []]);
  assert.deepEqual(world.sql('SELECT * FROM breakers'), []);
  stop.signal = undefined;
  assert.deepEqual((await run()).tally, { updated: 2 });
});

test('after a signal the writes in flight are finished, and no other is begun', async (t) => {
  const { plex, stop, run } = await setupDue(t, 3);
  onRequest(plex, { route: 'edit' }, () => {
    stop.signal = 'SIGTERM';
  });
  assert.deepEqual([(await run()).tally, plex.count('edit')], [{ updated: 1, released: 2 }, 1]);
});

test('a write that fails on a server that is up is the job’s own, and five in a row open the breaker', async (t) => {
  const { plex, run } = await setupDue(t, 7);
  plex.fail('edit', DOWN, ALWAYS);
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ retried: 5, released: 2 }, ['breaker_open']]);
});

test('a refused write is sent in its parts, so that one value does not keep the others back', async (t) => {
  const { plex, world, run } = await setupDue(t, 1, { tagline: 'Fog ahead', tags: ['fog'] });
  plex.fail(edits('tagline'), REJECTED, 2);
  assert.deepEqual((await run()).tally, { buried: 1 });
  const { title, genres, tagline } = plex.item('101') ?? {};
  assert.deepEqual([title, genres, tagline], ['Lighthouse 1', ['fog'], undefined]);
  const [letter] = world.letters();
  assert.match(String(letter?.['error_message']), /400 while writing the item: tagline; the rest is written$/);
  assert.deepEqual(JSON.parse(String(letter?.['job_data'])), {
    scene_id: 1,
    path: '/harbour/1.mp4',
    tagline: 'Fog ahead',
  });
});

for (const [status, maxRetries] of [
  [400, 5],
  [500, 0],
] as const)
  test(`a collection that Plex refuses with ${status} keeps neither title nor summary nor tags back`, async (t) => {
    // The other scene shows that Plex takes edits.
    const { plex, world, run } = await setupDue(t, 2, { details: 'Fog.', tags: ['fog'], studio: 'Quay Films' });
    const isRefused = (request: SeenRequest): boolean =>
      edits('collection')(request) && request.query.some(([name, value]) => name === 'id' && value === '101');
    plex.fail(isRefused, { kind: 'status', status }, ALWAYS);
    assert.deepEqual((await run({ maxRetries })).tally, { updated: 1, buried: 1 });
    const { title, summary, genres, studio, collections } = plex.item('101') ?? {};
    assert.deepEqual(
      [title, summary, genres, studio, collections],
      ['Lighthouse 1', 'Fog.', ['fog'], 'Quay Films', []],
    );
    const [letter] = world.letters();
    assert.match(
      String(letter?.['error_message']),
      new RegExp(`${status} while writing the item: collection; the rest is written$`),
    );
    const left = { scene_id: 1, path: '/harbour/1.mp4', studio: 'Quay Films' };
    assert.deepEqual(JSON.parse(String(letter?.['job_data'])), left);
  });

test('a write of which no part was taken has landed nowhere: nothing of it is taken for ours', async (t) => {
  const { plex, world, run } = await setupDue(t, 1);
  plex.fail('edit', REJECTED);
  assert.deepEqual((await run()).tally, { buried: 1 });
  assert.deepEqual(world.sql('SELECT intent FROM scenes'), [{ intent: null }]);
});

test('a write whose end is not known keeps the note of what was about to be', async (t) => {
  const { plex, world, run } = await setupDue(t, 1);
  plex.fail('edit', FAILING);
  assert.deepEqual((await run()).tally, { retried: 1 });
  assert.notEqual(world.sql('SELECT intent FROM scenes')[0]?.['intent'], null);
});

test('parts that a failing server did not take are tried again, and what was taken is ours at once', async (t) => {
  const { plex, world, clock, run } = await setupDue(t, 1, { tagline: 'Fog ahead', tags: ['fog'] });
  plex.fail(edits('tagline'), REJECTED);
  // The parts after it: the first is taken, then it fails.
  plex.fail(edits('tagline'), FAILING);
  assert.deepEqual((await run()).tally, { retried: 1 });
  const written = JSON.parse(String(world.sql('SELECT written FROM scenes')[0]?.['written']));
  assert.deepEqual(Object.keys(written.fields), ['title']);
  clock.now += 10_000;
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.equal(plex.item('101')?.tagline, 'Fog ahead');
});

test('parts that a stop kept back go back with the job, and what was taken is ours', async (t) => {
  const { plex, world, stop, run } = await setupDue(t, 1, { tagline: 'Fog ahead' });
  let parts = 0;
  plex.fail(
    (request) => {
      if (request.route !== 'edit') return false;
      parts += 1;
      if (parts === 2) stop.signal = 'SIGTERM';
      return parts === 1;
    },
    REJECTED,
    ALWAYS,
  );
  const { tally, of } = await run();
  assert.deepEqual([tally, of('released'), plex.item('101')?.title], [{ released: 1 }, [], 'Lighthouse 1']);
  const written = JSON.parse(String(world.sql('SELECT written FROM scenes')[0]?.['written']));
  assert.deepEqual(Object.keys(written.fields), ['title']);
});

test('a bug in the writing of one job fails no other', async (t) => {
  const { plex, run } = await setupDue(t, 2);
  const editLength = (): number => {
    throw new TypeError('a bug');
  };
  const { tally, of } = await run({}, { plex: { editLength } });
  assert.deepEqual([tally, plex.count('edit')], [{ retried: 2 }, 0]);
  assert.equal(of('retrying')[0]?.message, 'a bug');
});
