/** Batches that are in flight together: one is prepared, one written, one verified and settled. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Checkpoint } from '../../src/core/drain/ports/ports.ts';
import { StoreError } from '../../src/core/model/errors.ts';
import type { SeenRequest } from '../../src/simulator/plex/server.ts';
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
  const { enqueue, run } = await setupKnown(t, 6);
  enqueue(lighthouse(1, { title: 'Old' }), ...lighthouses(6).slice(1));
  const { events } = await run({ mode: 'preview', batchSize: 2 });
  const told = events.flatMap((event) => {
    if (event.kind === 'claimed') return [`claimed ${event.sceneId}`];
    return event.kind === 'would_write' || event.kind === 'would_not_write' ? [`told ${event.sceneId}`] : [];
  });
  const batches = [told.slice(0, 4), told.slice(4, 8), told.slice(8)].map((batch) => batch.toSorted());
  assert.deepEqual(batches, [
    ['claimed 1', 'claimed 2', 'told 1', 'told 2'],
    ['claimed 3', 'claimed 4', 'told 3', 'told 4'],
    ['claimed 5', 'claimed 6', 'told 5', 'told 6'],
  ]);
});

for (const { concurrency, batchSize, least, most } of [
  { concurrency: 1, batchSize: 30, least: 14, most: 29 },
  { concurrency: 2, batchSize: 30, least: 4, most: 13 },
])
  test(`a batch of ${batchSize} in ${concurrency} lanes is written so far that it lasts while the next one is prepared`, async (t) => {
    const { plex, enqueue, run } = await setupKnown(t, 2 * batchSize);
    enqueue(...lighthouses(2 * batchSize));
    const sent: number[] = [];
    const at = { claimed: () => void sent.push(plex.count('edit')) };
    const { tally } = await run({ batchSize, concurrency }, { at });
    assert.equal(tally.updated, 2 * batchSize);
    const [first, second = 0] = sent;
    assert.equal(first, 0);
    assert.ok(second >= least && second <= most, sent.join(', '));
  });

test('before a batch is planned, and before it is noted, answers that came meanwhile are heard', async (t) => {
  const { enqueue, run } = await setupKnown(t, 1);
  enqueue(lighthouse(1));
  let heard = 0;
  const hear = (): void => {
    heard += 1;
    if (heard < 5) setImmediate(hear);
  };
  const heardWhenNoted: number[] = [];
  const at = { read: () => void setImmediate(hear), intended: () => void heardWhenNoted.push(heard) };
  const { tally } = await run({}, { at });
  assert.equal(tally.updated, 1);
  assert.deepEqual(heardWhenNoted, [2]);
});

test('where a batch takes long to verify, only so many jobs are under lease meanwhile', async (t) => {
  const { plex, enqueue, run } = await setupKnown(t, 24);
  enqueue(...lighthouses(24));
  let reads = 0;
  const isVerify = ({ route, path }: SeenRequest): boolean => {
    if (route === 'item' && path.includes('101')) reads += 1;
    return reads === 2;
  };
  plex.fail(isVerify, { kind: 'late', after: setTimeout(100) });
  const { events, tally } = await run({ batchSize: 2 });
  assert.equal(tally.updated, 24);
  let [leased, most] = [0, 0];
  for (const { kind } of events) {
    if (kind === 'claimed') leased += 1;
    if (kind === 'completed') leased -= 1;
    most = Math.max(most, leased);
  }
  assert.ok(most <= 8, String(most));
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

test('once somebody paused writing, no further item of a batch is written, and what was not begun is given back', async (t) => {
  const { plex, world, enqueue, run } = await setupKnown(t, 8);
  enqueue(...lighthouses(8));
  const { ends, tally } = await run({ concurrency: 1 }, { paused: () => plex.count('edit') >= 3 });
  assert.deepEqual([ends, tally], [['paused'], { updated: 3, released: 5 }]);
  assert.equal(plex.count('edit'), 3);
  assert.deepEqual(world.sql('SELECT DISTINCT state, attempt FROM jobs'), [{ state: 'pending', attempt: 0 }]);
});

test('when the store fails, what waits for a lane is not sent, and the run ends with nothing in flight', async (t) => {
  const { plex, enqueue, run } = await setupKnown(t, 120);
  enqueue(...lighthouses(120));
  const full = () => {
    throw new StoreError('The disk is full', 'Make room.');
  };
  await assert.rejects(run({ batchSize: 40 }, { queue: { settle: full } }), /The disk is full/);
  assert.ok(plex.count('edit') < 80, `${plex.count('edit')} edits`);
  assert.deepEqual(
    plex.requests.filter(({ status }) => status === undefined),
    [],
  );
});

test('what is in flight is settled before a bug in another batch ends the run', async (t) => {
  const { world, enqueue, run } = await setupKnown(t, 4);
  enqueue(...lighthouses(4));
  let batches = 0;
  const claimed = (): void => {
    batches += 1;
    if (batches === 2) throw new TypeError('a bug');
  };
  await assert.rejects(run({ batchSize: 2, concurrency: 2 }, { at: { claimed } }), /a bug/);
  assert.deepEqual(
    world.sql('SELECT scene_id FROM jobs ORDER BY scene_id').map((job) => job['scene_id']),
    [3, 4],
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

test('between two stretches of work the lanes go on', async (t) => {
  const { enqueue, run } = await setupKnown(t, 1);
  enqueue(...lighthouses(1));
  const order: string[] = [];
  const pause = async (): Promise<void> => {
    order.push('pause');
    await new Promise((resolve) => void setImmediate(resolve));
  };
  const steps = ['claimed', 'resolved', 'read', 'intended', 'written', 'verified', 'settled'] as const;
  const at = Object.fromEntries(steps.map((name) => [name, () => void order.push(name)]));
  await run({}, { at, pause });
  const between = (from: string, to: string): readonly string[] =>
    order.slice(order.indexOf(from), order.indexOf(to) + 1);
  // Nothing is looked up where the item is known.
  assert.deepEqual(between('claimed', 'intended'), [
    ...['claimed', 'pause', 'resolved', 'pause', 'read', 'pause', 'pause', 'intended'],
  ]);
  assert.deepEqual(between('verified', 'settled'), ['verified', 'pause', 'settled']);
  assert.equal(order[order.indexOf('claimed') - 1], 'pause', 'before a claim too');
});
