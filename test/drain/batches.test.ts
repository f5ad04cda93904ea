/** Batches that are in flight together: one is prepared, one written, one verified and settled. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Checkpoint } from '../../src/core/drain/ports/ports.ts';
import { StoreError } from '../../src/core/model/errors.ts';
import type { AtStep, DrainRun } from '../helpers/drain-world.ts';
import { addItems, idsTo, lighthouse, lighthouses, setBreaker, setup } from '../helpers/drain-world.ts';

/** In a directory that has matched before, so that no run begins with a sample; nothing waits. */
async function setupKnown(t: TestContext, count: number) {
  const world = await setup(t);
  addItems(world.plex, ...idsTo(count));
  world.enqueue(lighthouse(1, { title: 'Old' }));
  await world.run();
  world.plex.resetRequests();
  return world;
}

/** The claims and ends of a run in their order, such as `claimed 3`. */
function orderOf({ events }: DrainRun): readonly string[] {
  return events.flatMap((event) =>
    event.kind === 'claimed' || event.kind === 'completed' ? [`${event.kind} ${event.jobId - 1}`] : [],
  );
}

test('while a batch is written the next one is prepared, and all are settled in their order', async (t) => {
  const { enqueue, run } = await setupKnown(t, 8);
  enqueue(...lighthouses(8));
  const done = await run({ batchSize: 2 });
  assert.deepEqual(done.tally, { updated: 8 });
  const order = orderOf(done);
  assert.ok(order.indexOf('claimed 3') < order.indexOf('completed 1'), order.join(', '));
  assert.deepEqual(
    order.filter((one) => one.startsWith('completed')),
    idsTo(8).map((id) => `completed ${id}`),
  );
});

test('as long as no job was right, batches come one after the other', async (t) => {
  const { plex, enqueue, run } = await setupKnown(t, 6);
  enqueue(...lighthouses(6));
  plex.fail('edit', { kind: 'status', status: 500 }, 2);
  const done = await run({ batchSize: 2 });
  const order = orderOf(done);
  const retried = done.events.findIndex(({ kind }) => kind === 'retrying' || kind === 'released');
  const next = done.events.findIndex((event) => event.kind === 'claimed' && event.jobId === 4);
  assert.ok(retried >= 0 && retried < next, order.join(', '));
});

test('a preview goes through its batches one after the other, as it tells of them', async (t) => {
  const { enqueue, run } = await setupKnown(t, 4);
  enqueue(...lighthouses(4));
  const { events } = await run({ mode: 'preview', batchSize: 2 });
  const told = events.flatMap((event) =>
    event.kind === 'claimed' || event.kind === 'would_write' ? [`${event.kind} ${event.sceneId}`] : [],
  );
  const order = ['claimed 1', 'claimed 2', 'would_write 1', 'would_write 2', 'claimed 3', 'claimed 4', 'would_write 3'];
  assert.deepEqual(told.slice(0, 7), order);
});

test('an item is written for one scene at a time, whichever batch the other is in', async (t) => {
  const { plex, enqueue, run } = await setupKnown(t, 2);
  plex.addItem({ sectionKey: '1', ratingKey: '500', file: ['/harbour/3.mp4', '/harbour/5.mp4'] });
  plex.addItem({ sectionKey: '1', ratingKey: '400', file: '/harbour/4.mp4' });
  enqueue(...lighthouses(5));
  const { tally, of } = await run({ batchSize: 2 });
  // The other one comes again once the first is settled, and sees whose item it is.
  assert.deepEqual(tally, { updated: 4, buried: 1 });
  assert.deepEqual(
    of('buried').map(({ sceneId, errorType }) => [sceneId, errorType]),
    [[5, 'LowConfidenceMatch']],
  );
  assert.equal(plex.requests.filter(({ path }) => path.includes('500') && !path.includes(',')).length > 0, true);
});

test('a job that may kill the process runs with no other in flight', async (t) => {
  const { world, clock, enqueue, run } = await setupKnown(t, 7);
  enqueue(...lighthouses(6));
  world.sql('UPDATE jobs SET rescues = 2 WHERE scene_id = 1');
  // Due while the suspect runs.
  let isSuspect = false;
  const at: AtStep = {
    claimed: () => {
      isSuspect = world.sql("SELECT 1 AS alone FROM jobs WHERE state = 'in_progress' AND lease_alone = 1").length > 0;
      if (isSuspect) world.enqueue([lighthouse(7)], { now: clock.now });
    },
  };
  const done = await run({ batchSize: 2 }, { at });
  assert.ok(isSuspect || done.tally.updated === 7);
  const order = orderOf(done);
  const start = order.indexOf('claimed 1');
  assert.deepEqual(order.slice(start, start + 3), ['claimed 1', 'completed 1', 'claimed 7']);
  assert.deepEqual(order.slice(0, start).filter((one) => one.startsWith('completed')).length, 5);
});

test('the one job of a breaker that is half-open runs alone, also once it was written', async (t) => {
  const world = await setupKnown(t, 3);
  const { enqueue, run } = world;
  enqueue(...lighthouses(3));
  setBreaker(world, { kind: 'half_open' });
  const order = orderOf(await run({ batchSize: 2 }));
  assert.deepEqual(order.slice(0, 3), ['claimed 1', 'completed 1', 'claimed 2']);
});

test('a limit counts the jobs of all batches in flight', async (t) => {
  const { world, enqueue, run } = await setupKnown(t, 9);
  enqueue(...lighthouses(9));
  const { tally, ends, of } = await run({ batchSize: 2, limit: 5 });
  assert.deepEqual([tally, ends, of('claimed').length], [{ updated: 5 }, ['limit'], 5]);
  assert.equal(world.sql("SELECT * FROM jobs WHERE state = 'pending'").length, 4);
});

test('what was prepared before somebody paused writing is given back unwritten', async (t) => {
  const { plex, world, enqueue, run } = await setupKnown(t, 8);
  enqueue(...lighthouses(8));
  let isPaused = false;
  const pause = (): void => {
    isPaused = true;
  };
  // The second batch is claimed while the first is written, and nothing of it is sent.
  let claims = 0;
  const at: AtStep = {
    intended: () => {
      claims += 1;
      if (claims === 2) pause();
    },
  };
  const { ends, tally } = await run({ batchSize: 2 }, { at, paused: () => isPaused });
  assert.deepEqual([ends, tally], [['paused'], { updated: 2, released: 2 }]);
  assert.equal(plex.count('edit'), 2);
  assert.deepEqual(world.sql('SELECT DISTINCT state, attempt FROM jobs'), [{ state: 'pending', attempt: 0 }]);
});

test('when the store fails, what waits for a lane is not sent, and the run ends with nothing in flight', async (t) => {
  const { plex, enqueue, run } = await setupKnown(t, 12);
  enqueue(...lighthouses(12));
  const full = () => {
    throw new StoreError('The disk is full', 'Make room.');
  };
  await assert.rejects(run({ batchSize: 4 }, { queue: { settle: full } }), /The disk is full/);
  assert.ok(plex.count('edit') < 12);
  assert.deepEqual(
    plex.requests.filter(({ status }) => status === undefined),
    [],
  );
});

const STEPS: readonly Checkpoint[] = ['claimed', 'resolved', 'read', 'intended', 'written', 'verified', 'settled'];

for (const step of STEPS)
  for (const nth of [2, 3])
    test(`killed at "${step}" for the ${nth}. time, with several batches in flight, the next drain ends all rightly`, async (t) => {
      const { plex, world, clock, enqueue, run } = await setup(t);
      for (const id of idsTo(10))
        plex.addItem({
          ...{ sectionKey: '1', ratingKey: String(100 + id), file: `/harbour/${id}.mp4`, title: 'old' },
          genres: ['by hand'],
        });
      enqueue(...lighthouses(10, { tags: ['fog', 'gulls'] }));
      await run();
      enqueue(...lighthouses(10, { title: 'Second', tags: ['fog', 'tide'] }));
      let isDead = false;
      let seen = 0;
      const kill = (): void => {
        seen += 1;
        isDead ||= seen === nth;
        if (isDead) throw new Error('killed');
      };
      await assert.rejects(run({ batchSize: 2 }, { at: { [step]: kill }, isKilled: () => isDead }), /killed/);
      clock.now += 1_000;
      const { of } = await run({ batchSize: 2 });
      assert.deepEqual(of('left_alone'), []);
      assert.deepEqual([world.sql('SELECT * FROM jobs'), world.letters()], [[], []]);
      for (const id of idsTo(10)) {
        const item = plex.item(String(100 + id));
        assert.deepEqual([item?.title, item?.genres], ['Second', ['by hand', 'fog', 'tide']], String(id));
      }
      // What the killed drain wrote counts as ours: dropped in Stash, it goes.
      enqueue(...lighthouses(10, { title: 'Third', tags: ['fog'] }));
      await run();
      for (const id of idsTo(10)) assert.deepEqual(plex.item(String(100 + id))?.genres, ['by hand', 'fog']);
    });
