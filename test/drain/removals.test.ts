/** The guard over removals: too many of them wait for permission, and everything else goes on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowRemovals } from '../../src/queue/tables/planned-values.ts';
import type { DrainWorld } from '../helpers/drain-world.ts';
import { ALWAYS, addItems, bare, idsTo, lighthouse, lighthouses, setup } from '../helpers/drain-world.ts';

const TAGS = Array.from({ length: 100 }, (_, index) => `tag ${index}`);
const DAY_MS = 86_400_000;

/** Lighthouses with a hundred tags each, written a day ago. */
async function written(world: DrainWorld, count = 10): Promise<void> {
  addItems(world.plex, ...idsTo(count));
  world.enqueue(...lighthouses(count, { tags: TAGS }));
  await world.run();
  world.clock.now += DAY_MS;
}

const waiting = ({ world }: DrainWorld): unknown =>
  world.sql('SELECT count(*) AS n FROM jobs WHERE held = 2')[0]?.['n'];

test('beyond 500 removals and a fifth of what is held, what removes waits, and what does not goes on', async (t) => {
  const world = await setup(t);
  const { plex, enqueue, run } = world;
  await written(world);
  addItems(plex, 11);
  enqueue(...lighthouses(10, { tags: [] }), lighthouse(11));
  const { tally, ends, report, of } = await run();
  assert.deepEqual([tally, ends], [{ updated: 6, removals: 5 }, ['removals']]);
  assert.deepEqual(report.ends, [{ kind: 'removals', jobs: 5 }]);
  assert.deepEqual(
    of('removal_held').map(({ values }) => values),
    [100, 100, 100, 100, 100],
  );
  assert.deepEqual([plex.item('101')?.genres.length, plex.item('110')?.genres.length], [0, 100]);
});

test('what waits costs no attempt and no request, and is not claimed again', async (t) => {
  const world = await setup(t);
  const { plex, clock, enqueue, run } = world;
  await written(world);
  enqueue(...lighthouses(10, { tags: [] }));
  await run();
  const before = plex.count('item');
  clock.now += 60_000;
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends, plex.count('item') - before], [{}, ['removals'], 0]);
  assert.deepEqual(world.world.sql('SELECT DISTINCT attempt, failures FROM jobs'), [{ attempt: 0, failures: 0 }]);
});

/** Twenty jobs that remove a name each, of which fifteen wait, until they are allowed. */
async function heldThenAllowed(world: Awaited<ReturnType<typeof setup>>): Promise<void> {
  await written(world, 20);
  world.enqueue(...lighthouses(20, { tags: [] }));
  await world.run();
  allowRemovals(world.world.stores().queueDb, world.clock.now);
}

test('permission lets what waits go on, once, and begins to count anew', async (t) => {
  const world = await setup(t);
  await heldThenAllowed(world);
  const { plex, enqueue, run } = world;
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends, plex.item('120')?.genres], [{ updated: 15 }, [], []]);
  enqueue(lighthouse(1, { studio: 'Beacon' }));
  await run();
  enqueue(lighthouse(1, { studio: '' }));
  assert.deepEqual((await run()).tally, { updated: 1 });
});

test('permission outlasts a run that could not finish', async (t) => {
  const world = await setup(t);
  await heldThenAllowed(world);
  const { plex, clock, run } = world;
  const mend = plex.fail((request) => request.route === 'edit', { kind: 'status', status: 500 }, ALWAYS);
  await run();
  mend();
  clock.now += 3_600_000;
  await run();
  assert.deepEqual([waiting(world), plex.item('120')?.genres], [0, []]);
});

test('a run that is allowed to removes whatever it would', async (t) => {
  const world = await setup(t);
  await written(world);
  world.enqueue(...lighthouses(10, { tags: [] }));
  assert.deepEqual((await world.run({ removals: { kind: 'allowed' } })).tally, { updated: 10 });
});

test('removals count over all runs of a day, and no longer', async (t) => {
  const world = await setup(t);
  const { clock, enqueue, run } = world;
  await written(world);
  enqueue(...lighthouses(5, { tags: [] }));
  assert.deepEqual((await run()).tally, { updated: 5 });
  clock.now += DAY_MS - 1;
  enqueue(lighthouse(6, { tags: [] }));
  assert.deepEqual((await run()).tally, { removals: 1 });
  world.world.sql('DELETE FROM jobs');
  clock.now += 1;
  enqueue(lighthouse(6, { tags: [] }));
  assert.deepEqual((await run()).tally, { updated: 1 });
});

test('what was planned and is right already counts as held', async (t) => {
  const world = await setup(t);
  const { plex, clock, enqueue, run } = world;
  addItems(plex, ...idsTo(40));
  enqueue(...lighthouses(40, { tags: TAGS }));
  await run();
  clock.now += DAY_MS;
  enqueue(
    ...idsTo(40)
      .slice(10)
      .map((id) => lighthouse(id, { tags: TAGS })),
  );
  await run();
  enqueue(...lighthouses(9, { tags: [] }));
  assert.deepEqual((await run()).tally, { removals: 2, updated: 7 });
});

test('an attempt that failed is not counted twice', async (t) => {
  const world = await setup(t);
  const { plex, clock, enqueue, run } = world;
  await written(world);
  plex.fail((request) => request.route === 'edit', { kind: 'status', status: 500 }, 3);
  enqueue(...lighthouses(3, { tags: [] }));
  await run();
  clock.now += 3_600_000;
  await run();
  assert.deepEqual(world.world.sql('SELECT sum(count) AS n FROM removals'), [{ n: 300 }]);
});

test('moves and renames wait for nobody', async (t) => {
  const world = await setup(t);
  const { enqueue, run } = world;
  await written(world);
  enqueue(...lighthouses(10, { tags: TAGS.map((tag) => `new ${tag}`) }));
  assert.deepEqual((await run()).tally, { updated: 10 });
});

test('a scene that takes over an item of a scene that is gone waits for nobody', async (t) => {
  const world = await setup(t);
  const { enqueue, run, plex } = world;
  await written(world);
  enqueue(...idsTo(10).map((id) => ({ ...lighthouse(id, { tags: [] }), sceneId: 100 + id })));
  assert.deepEqual((await run()).tally, { updated: 10 });
  assert.deepEqual(plex.item('110')?.genres, []);
});

test('a newer edit that takes nothing away need not wait for permission', async (t) => {
  const world = await setup(t);
  const { enqueue, run } = world;
  await written(world);
  enqueue(...lighthouses(10, { tags: [] }));
  await run();
  enqueue(lighthouse(10, { tags: TAGS }));
  assert.deepEqual((await run()).tally, { unchanged: 1 });
  assert.equal(waiting(world), 4);
});

test('a person’s own number counts alone, and off lets everything go', async (t) => {
  const world = await setup(t);
  await written(world);
  world.enqueue(...lighthouses(3, { tags: [] }));
  assert.deepEqual((await world.run({ removals: { kind: 'counted', most: 150 } })).tally, { removals: 2, updated: 1 });
  world.enqueue(...lighthouses(10, { tags: [] }));
  assert.deepEqual((await world.run({ removals: { kind: 'counted', most: 'off' } })).tally, {
    unchanged: 1,
    updated: 9,
  });
});

test('a Stash that lost its tags cannot take them from Plex', async (t) => {
  const world = await setup(t);
  const { plex, enqueue, run, clock } = world;
  const stash = await world.stash();
  addItems(plex, ...idsTo(10));
  const ids = idsTo(10).map((id) => stash.addScene({ title: `Pier ${id}`, tags: TAGS, files: [`/harbour/${id}.mp4`] }));
  enqueue(...ids.map((id) => bare(id)));
  await run();
  clock.now += DAY_MS;
  for (const id of ids) stash.editScene(id, { tags: [] });
  enqueue(...ids.map((id) => bare(id)));
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ updated: 5, removals: 5 }, ['removals']]);
});

test('a dry run says where it would stop, and changes nothing', async (t) => {
  const world = await setup(t);
  const { enqueue, run } = world;
  await written(world);
  enqueue(...lighthouses(10, { tags: [] }));
  const dry = await run({ mode: 'preview' });
  assert.deepEqual([dry.tally, dry.ends], [{ updated: 5, removals: 5 }, ['removals']]);
  assert.equal(dry.of('would_not_write').filter(({ reason }) => reason === 'removals').length, 5);
  assert.deepEqual([waiting(world), world.world.sql('SELECT * FROM removals')], [0, []]);
  const real = await run();
  assert.deepEqual([real.tally, real.ends], [dry.tally, dry.ends]);
});

test('while jobs wait, a single removal waits with them, also a day later', async (t) => {
  const world = await setup(t);
  const { clock, enqueue, run } = world;
  await written(world);
  enqueue(...lighthouses(10, { tags: [] }));
  await run();
  clock.now += DAY_MS;
  enqueue(lighthouse(10, { tags: TAGS.slice(1) }));
  assert.deepEqual((await run()).tally, { removals: 1 });
});

test('a plan that was let through is not counted against itself when its item is read again', async (t) => {
  const world = await setup(t);
  const { clock, enqueue, run } = world;
  await written(world);
  enqueue(lighthouse(1, { tags: [] }));
  const pass = (): void => {
    clock.now += 11_000;
  };
  const slow = { at: { intended: pass } };
  assert.deepEqual((await run({ removals: { kind: 'counted', most: 150 } }, slow)).tally, { updated: 1 });
  assert.deepEqual(world.world.sql('SELECT sum(count) AS n FROM removals'), [{ n: 100 }]);
});

test('what is right already counts as held beside what is not', async (t) => {
  const world = await setup(t);
  await written(world, 40);
  world.enqueue(
    ...lighthouses(9, { tags: [] }),
    ...idsTo(40)
      .slice(9)
      .map((id) => lighthouse(id, { tags: TAGS })),
  );
  assert.deepEqual((await world.run()).tally, { removals: 1, unchanged: 31, updated: 8 });
});

test('what a scene holds counts once, however often it is planned', async (t) => {
  const world = await setup(t);
  await written(world, 30);
  world.enqueue(...lighthouses(30, { tags: TAGS }));
  await world.run();
  world.enqueue(...lighthouses(30, { tags: [] }));
  assert.deepEqual((await world.run()).tally, { removals: 24, updated: 6 });
});

test('what was counted is kept for a day', async (t) => {
  const world = await setup(t);
  const { clock, enqueue, run } = world;
  await written(world);
  enqueue(...lighthouses(2, { tags: [] }));
  await run();
  clock.now += DAY_MS;
  enqueue(lighthouse(3, { tags: TAGS }));
  await run();
  const counted = world.world.sql('SELECT scene_id, (SELECT count(*) FROM removals) AS removals FROM planned_values');
  assert.deepEqual(counted, [{ scene_id: 3, removals: 0 }]);
});

test('what a clock that was ahead has counted does not count', async (t) => {
  const world = await setup(t);
  await written(world);
  world.world.sql(`INSERT INTO removals VALUES (99, 1, ${world.clock.now + DAY_MS}, 1000)`);
  world.enqueue(lighthouse(1, { tags: [] }));
  assert.deepEqual((await world.run()).tally, { updated: 1 });
});
