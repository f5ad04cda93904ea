/** What becomes of each job of a batch, and what is told of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SceneEdit } from '../../src/core/model/scene.ts';
import { ALWAYS, addItems, lighthouse, lighthouses, serveAnother, setBreaker, setup } from '../helpers/drain-world.ts';

const MINUTE_MS = 60_000;
const FAILING = { kind: 'status', status: 500 } as const;

/** A world whose breaker is open and due for its probe, and the edits that are due. */
async function setupTrial(t: Parameters<typeof setup>[0], ...edits: readonly SceneEdit[]) {
  const created = await setup(t);
  created.enqueue(...edits);
  setBreaker(created, { kind: 'open', openedAt: created.clock.now - MINUTE_MS });
  return created;
}

test('failures wait 5, 10, 20, 40 and 80 seconds, and the sixth is the last', async (t) => {
  const created = await setup(t);
  const { plex, world, clock, enqueue, run } = created;
  addItems(plex, 1);
  enqueue(lighthouse(1));
  const waits: number[] = [];
  for (let tries = 0; tries < 6; tries += 1) {
    plex.fail('edit', { kind: 'garbage' });
    plex.fail('item', FAILING, ALWAYS);
    world.sql(`DELETE FROM breakers`);
    serveAnother(created);
    const { of } = await run();
    waits.push(...of('retrying').map(({ waitMs }) => waitMs));
    clock.now += 80_000;
  }
  assert.deepEqual(waits, [5_000, 10_000, 20_000, 40_000, 80_000]);
  const [letter] = world.letters();
  assert.deepEqual([letter?.['error_type'], letter?.['retry_count']], ['PlexTemporaryError', 5]);
});

test('a wait that the server asked for is kept, without jitter', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1));
  plex.fail('edit', { kind: 'status', status: 429, headers: { 'Retry-After': '90' } });
  assert.deepEqual(
    (await run()).of('released').map(({ waitMs }) => waitMs),
    [90_000],
  );
});

test('with skip_not_found a missing file is skipped', async (t) => {
  const { world, enqueue, run } = await setup(t);
  enqueue(lighthouse(1));
  const { tally, of } = await run({ notFound: { kind: 'skip', maxWaitMs: 7_200_000 } });
  assert.deepEqual([tally, of('skipped').length, world.sql('SELECT * FROM jobs')], [{ skipped: 1 }, 1, []]);
});

test('a batch is settled in the order of its jobs, whichever step each of them ended in', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1, 3);
  enqueue(lighthouse(1), lighthouse(2), lighthouse(3, { title: '3' }));
  const { events } = await run();
  const ends = events.flatMap((event) =>
    event.kind === 'completed' || event.kind === 'retrying' ? [[event.sceneId, event.kind]] : [],
  );
  assert.deepEqual(ends, [
    [1, 'completed'],
    [2, 'retrying'],
    [3, 'completed'],
  ]);
});

test('an edit that came meanwhile takes over what its job could not finish', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1, { tagline: 'Fog ahead' }));
  plex.fail('edit', FAILING);
  const newer = (): void => enqueue(lighthouse(1, { title: 'Lantern Row' }));
  const { tally, of } = await run({ limit: 1 }, { at: { claimed: newer } });
  assert.deepEqual([tally, of('superseded').length], [{ superseded: 1 }, 1]);
  await run();
  assert.deepEqual([plex.item('101')?.title, plex.item('101')?.tagline], ['Lantern Row', 'Fog ahead']);
});

test('a scene that was forgotten meanwhile is not recorded', async (t) => {
  const { plex, world, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1));
  const forget = (): void => void world.sql('UPDATE jobs SET forgotten = 1');
  const { tally } = await run({}, { at: { claimed: forget } });
  assert.deepEqual([tally, plex.count('edit'), world.sql('SELECT * FROM scenes')], [{ gone: 1 }, 0, []]);
});

test('a job that Plex has answered for closes the breaker, though it failed by itself', async (t) => {
  const { run } = await setupTrial(t, lighthouse(1));
  const { tally, of } = await run();
  assert.deepEqual([tally, of('breaker_closed').length], [{ waiting: 1 }, 1]);
});

test('a job that never reached Plex decides nothing: the next one is the trial', async (t) => {
  const withoutFile = { sceneId: 1, bare: false, data: { title: 'Without a file' } };
  const { plex, run } = await setupTrial(t, withoutFile, ...lighthouses(3).slice(1));
  plex.fail('listing', FAILING, ALWAYS);
  const { tally, of, ends } = await run();
  assert.deepEqual([tally, ends], [{ buried: 1, retried: 1 }, ['breaker_open']]);
  assert.deepEqual([of('claimed').length, of('breaker_closed')], [2, []]);
});

test('a job released untried emits no event', async (t) => {
  const { plex, stop, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1));
  const halt = (): void => {
    stop.signal = 'SIGTERM';
  };
  const { events, tally } = await run({}, { at: { resolved: halt } });
  assert.deepEqual(tally, { released: 1 });
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['connected', 'claimed', 'searching'],
  );
});

test('a killed drain leaves its jobs to the next, which takes them back at once', async (t) => {
  const { plex, world, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1));
  const kill = (): void => {
    throw new Error('killed');
  };
  await assert.rejects(run({}, { at: { written: kill } }), /killed/);
  assert.equal(world.onlyJob()['state'], 'in_progress');
  plex.resetRequests();
  const { tally, of } = await run();
  assert.deepEqual([tally, of('rescued')], [{ unchanged: 1 }, [{ kind: 'rescued', count: 1 }]]);
  assert.equal(plex.count('edit'), 0, 'what has landed is not written again');
});
