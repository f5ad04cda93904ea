/** A failure is charged to its job where others succeed; a server that serves nobody costs no attempt. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Halt } from '../../src/core/drain/servers/plex-guard.ts';
import { createRequestWatch } from '../../src/core/drain/servers/request-watch.ts';
import { SyncError } from '../../src/core/model/errors.ts';
import { say } from '../../src/core/text/sentence.ts';
import type { SeenRequest } from '../../src/simulator/plex/server.ts';
import { ALWAYS, addItems, bare, idsTo, lighthouse, lighthouses, setup } from '../helpers/drain-world.ts';

const FAILING = { kind: 'status', status: 500 } as const;
const BUSY = { kind: 'status', status: 429 } as const;
const HTML = { kind: 'status', status: 200, body: '<html>Welcome</html>', contentType: 'text/html' } as const;
const MINUTE_MS = 60_000;

async function setupDue(t: Parameters<typeof setup>[0], count: number) {
  const created = await setup(t);
  addItems(created.plex, ...idsTo(count));
  created.enqueue(...lighthouses(count));
  return created;
}

const writes =
  (sceneId: number) =>
  ({ route, query }: SeenRequest): boolean =>
    route === 'edit' && query.some(([key, value]) => key === 'id' && value === String(100 + sceneId));

test('an item whose writes fail while those of others succeed is dead after six attempts', async (t) => {
  const { plex, world, clock, enqueue, run } = await setupDue(t, 3);
  world.stores();
  plex.fail(writes(1), FAILING, ALWAYS);
  for (let tries = 1; tries <= 6; tries += 1) {
    assert.equal(world.letters().length, 0);
    // Each minute a person edits the other two.
    enqueue(...[2, 3].map((id) => lighthouse(id, { title: `Lantern ${tries}` })));
    await run();
    clock.now += 2 * MINUTE_MS;
  }
  assert.deepEqual([world.letters().length, world.sql('SELECT * FROM jobs')], [1, []]);
  assert.equal(plex.item('102')?.title, 'Lantern 6');
});

test('jobs whose writes all fail while reads are fine wait by the usual schedule, and nothing is spent', async (t) => {
  const { plex, world, clock, run } = await setupDue(t, 3);
  const lift = plex.fail('edit', FAILING, ALWAYS);
  const waits: number[] = [];
  for (let tries = 1; tries <= 8; tries += 1) {
    const { of, tally } = await run();
    assert.deepEqual(tally, { retried: 3 });
    waits.push(of('released')[0]?.waitMs ?? 0);
    clock.now += 2 * MINUTE_MS;
  }
  assert.deepEqual(waits, [5_000, 10_000, 20_000, 40_000, 80_000, 80_000, 80_000, 80_000]);
  assert.deepEqual(world.sql('SELECT DISTINCT attempt, failures, uncharged FROM jobs'), [
    { attempt: 0, failures: 0, uncharged: 8 },
  ]);
  lift();
  assert.deepEqual((await run()).tally, { updated: 3 });
});

test('a job alone that fails for ever becomes a letter after a day', async (t) => {
  const { plex, world, clock, run } = await setupDue(t, 1);
  world.stores();
  plex.fail('edit', FAILING, ALWAYS);
  const startedAt = clock.now;
  while (world.letters().length === 0 && clock.now < startedAt + 200_000_000) {
    world.sql('DELETE FROM breakers');
    await run();
    clock.now += 30 * MINUTE_MS;
  }
  assert.equal(clock.now - startedAt - 30 * MINUTE_MS, 24 * 60 * MINUTE_MS);
  assert.equal(world.letters()[0]?.['retry_count'], 48);
});

test('a newer edit begins the waiting anew', async (t) => {
  const { plex, world, enqueue, run } = await setupDue(t, 1);
  plex.fail('edit', FAILING);
  await run();
  enqueue(lighthouse(1, { title: 'Lantern' }));
  assert.deepEqual(world.sql('SELECT failed_at, uncharged, waited_ms FROM jobs'), [
    { failed_at: null, uncharged: 0, waited_ms: 0 },
  ]);
});

test('five uncharged failures of one kind in a row stop the drain, whatever other kinds do', async (t) => {
  for (const [route, fault] of [
    ['edit', BUSY],
    ['listing', HTML],
    ['item', HTML],
  ] as const) {
    const { plex, world, run } = await setupDue(t, 20);
    plex.fail(route, fault, ALWAYS);
    const { tally, ends } = await run();
    assert.deepEqual([tally, ends], [{ retried: 5, released: 15 }, ['failing']], route);
    assert.deepEqual(world.sql('SELECT DISTINCT failures FROM jobs'), [{ failures: 0 }]);
    assert.ok(plex.count(route) <= 15, `${plex.count(route)} requests`);
  }
});

test('failures between successes are not in a row', async (t) => {
  const { plex, run } = await setupDue(t, 12);
  plex.fail((request) => idsTo(12).some((id) => id % 2 === 1 && writes(id)(request)), BUSY, ALWAYS);
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ updated: 6, retried: 6 }, []]);
});

test('a success ends the row, also for jobs that were enqueued since', () => {
  const halts: string[] = [];
  const guard = { halted: () => undefined, halt: ({ kind }: Halt) => void halts.push(kind) };
  const watch = createRequestWatch({ queue: { successes: () => [] }, now: () => 100, guard });
  const job = (sceneId: number) => ({ sceneId, waited: { enqueuedAt: 200, failedAt: undefined, times: 0, ms: 0 } });
  const error = new SyncError('plex_busy', say`Plex asked for patience`, { request: 'plex GET listing' });
  for (let failures = 0; failures < 4; failures += 1) watch.failed(job(failures), error);
  watch.succeeded('plex GET listing', [job(9)]);
  for (let failures = 0; failures < 4; failures += 1) watch.failed(job(failures), error);
  assert.deepEqual(halts, []);
  watch.failed(job(5), error);
  assert.deepEqual(halts, ['failing']);
});

test('what succeeded in one run is known in the next', async (t) => {
  const { plex, world, clock, enqueue, run } = await setupDue(t, 2);
  plex.fail(writes(1), FAILING, ALWAYS);
  await run();
  assert.equal(world.onlyJob()['failures'], 1);
  clock.now += MINUTE_MS;
  // The other job's run, in which the failing one is not due.
  world.sql(`UPDATE jobs SET available_at = available_at + ${5 * MINUTE_MS}`);
  enqueue(lighthouse(2, { title: 'Lantern' }));
  await run();
  clock.now += 10 * MINUTE_MS;
  await run();
  assert.deepEqual([world.onlyJob()['failures'], world.onlyJob()['uncharged']], [2, 0]);
});

test('a job pays no attempt for a listing that fails', async (t) => {
  const { plex, world, run } = await setupDue(t, 2);
  plex.setQuirks({ fileFilter: 'error' });
  plex.fail(({ route, query }) => route === 'listing' && !query.some(([key]) => key === 'file'), HTML, ALWAYS);
  assert.deepEqual((await run()).tally, { retried: 2 });
  assert.deepEqual(world.sql('SELECT DISTINCT failures FROM jobs'), [{ failures: 0 }]);
});

test('a Stash that cannot read any scene costs no attempt', async (t) => {
  for (const count of [1, 3, 20]) {
    const { plex, world, clock, stash, enqueue, run } = await setup(t);
    const server = await stash();
    const ids = idsTo(count).map((id) =>
      server.addScene({ title: `Lighthouse ${id}`, files: [{ path: `/harbour/${id}.mp4` }] }),
    );
    addItems(plex, ...ids);
    enqueue(...ids.map((id) => bare(id)));
    const lift = server.fail('findScene', { kind: 'errors', message: 'database is locked' }, ALWAYS);
    for (let tries = 1; tries <= 10; tries += 1) {
      await run();
      clock.now += 2 * MINUTE_MS;
    }
    assert.deepEqual(world.sql('SELECT DISTINCT failures FROM jobs'), [{ failures: 0 }], String(count));
    lift();
    assert.deepEqual((await run()).tally, { updated: count });
  }
});

test('a question about Stash itself belongs to no scene: it is asked once, not for each half', async (t) => {
  const { plex, world, stash, enqueue, run } = await setup(t);
  const server = await stash();
  addItems(plex, ...idsTo(8));
  enqueue(...idsTo(8).map((id) => bare(id)));
  server.fail(({ operationName }) => operationName !== 'PlexsyncScenes', FAILING, ALWAYS);
  assert.deepEqual((await run()).tally, { released: 8 });
  assert.equal(server.count('graphql'), 1);
  assert.deepEqual(world.sql('SELECT DISTINCT uncharged FROM jobs'), [{ uncharged: 0 }]);
});

test('where Stash complains of each of many scenes, no scene is to blame', async (t) => {
  for (const count of [4, 5]) {
    const { world, stash, enqueue, run } = await setup(t);
    const server = await stash();
    enqueue(...idsTo(count).map((id) => bare(id)));
    const errors = idsTo(count).map((id) => ({ message: 'database is locked', path: [`s${id}`] }));
    const body = JSON.stringify({ data: Object.fromEntries(idsTo(count).map((id) => [`s${id}`, null])), errors });
    const locked = { kind: 'status', status: 200, body, contentType: 'application/json' } as const;
    server.fail('PlexsyncScenes', locked, ALWAYS);
    const { tally, ends } = await run();
    assert.deepEqual([tally, ends], count < 5 ? [{ retried: 4 }, []] : [{ released: 5 }, ['stash_unreachable']]);
    assert.deepEqual(world.sql('SELECT DISTINCT failures FROM jobs'), [{ failures: 0 }]);
  }
});
