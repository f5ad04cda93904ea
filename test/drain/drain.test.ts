/** The straight line of a drain: its batches, its bounds and its ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreError } from '../../src/core/model/errors.ts';
import { ALWAYS, addItems, DOWN, idsTo, lighthouse, lighthouses, setup } from '../helpers/drain-world.ts';

test('what is due is worked off in batches of a hundred, until nothing is', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, ...idsTo(101));
  enqueue(...lighthouses(101));
  let batches = 0;
  const count = (): void => {
    batches += 1;
  };
  const { tally, ends } = await run({}, { at: { settled: count } });
  assert.deepEqual([tally, ends, batches], [{ updated: 101 }, [], 2]);
});

test('a limit is how many jobs are claimed, and it is no failure to reach it', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, ...idsTo(3));
  enqueue(...lighthouses(3));
  assert.deepEqual((await run({ limit: 0 })).of('claimed'), []);
  const { tally, ends } = await run({ limit: 2 });
  assert.deepEqual([tally, ends], [{ updated: 2 }, ['limit']]);
});

test('jobs that wait their turn for an item count once against the limit', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: ['/harbour/1.mp4', '/harbour/2.mp4'] });
  addItems(plex, 3);
  enqueue(...lighthouses(3));
  const { tally } = await run({ limit: 3 });
  assert.deepEqual(tally, { updated: 2, buried: 1 });
});

test('after the time is up no batch is claimed', async (t) => {
  const { plex, world, clock, enqueue, run } = await setup(t);
  addItems(plex, ...idsTo(12));
  // So that something has matched before, and no sample comes first.
  enqueue(lighthouse(1, { title: 'Old' }));
  await run();
  enqueue(...lighthouses(12));
  let claimed = 0;
  let inTime = 0;
  const count = (): void => {
    claimed += 1;
  };
  const late = (): void => {
    clock.now += 1_000;
    inTime ||= claimed;
  };
  const deadlineAt = clock.now + 1_000;
  const { ends } = await run({ deadlineAt, batchSize: 2 }, { at: { claimed: count, verified: late } });
  assert.deepEqual([ends, claimed], [['time_up'], inTime]);
  assert.deepEqual(world.sql("SELECT * FROM jobs WHERE state = 'in_progress'"), []);
  assert.ok(world.sql('SELECT * FROM jobs').length >= 4);
});

test('a signal between two batches ends the run with what is settled, and releases the rest', async (t) => {
  const { plex, world, stop, enqueue, run } = await setup(t);
  addItems(plex, ...idsTo(12));
  // So that something has matched before, and no sample comes first.
  enqueue(lighthouse(1, { title: 'Old' }));
  await run();
  enqueue(...lighthouses(12));
  const halt = (): void => {
    stop.signal = 'SIGHUP';
  };
  const { tally, report } = await run({ batchSize: 2 }, { at: { settled: halt } });
  assert.deepEqual(report.ends, [{ kind: 'signal', signal: 'SIGHUP' }]);
  const left = world.sql('SELECT state, attempt FROM jobs');
  assert.ok(left.length >= 4 && left.every(({ state, attempt }) => state === 'pending' && attempt === 0));
  assert.equal((tally.updated ?? 0) + left.length, 12);
});

test('the letters of a refused token come back to life at the next accepted one', async (t) => {
  const { plex, world, clock, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1));
  plex.fail('edit', { kind: 'status', status: 401 });
  assert.deepEqual((await run()).tally, { buried: 1 });
  clock.now += 15 * 60_000;
  const { tally, of } = await run();
  assert.deepEqual([tally, of('revived')], [{ updated: 1 }, [{ kind: 'revived', count: 1 }]]);
  assert.deepEqual([world.letters(), (await run()).of('revived')], [[], []]);
});

test('a preview revives none of them', async (t) => {
  const { plex, world, clock, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1));
  plex.fail('edit', { kind: 'status', status: 401 });
  await run();
  clock.now += 15 * 60_000;
  assert.deepEqual((await run({ mode: 'preview' })).of('revived'), []);
  assert.equal(world.letters().length, 1);
});

test('leases are renewed every half minute as long as the drain runs, and no longer', async (t) => {
  const { plex, world, clock, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1));
  const timers = new Map<() => void, number>();
  const every = (ms: number, task: () => void) => {
    timers.set(task, ms);
    return () => void timers.delete(task);
  };
  const tick = (): void => {
    clock.now += 119_000;
    for (const task of timers.keys()) task();
  };
  // Longer than a lease, and each half minute somebody renews it.
  const { tally } = await run({}, { every, at: { claimed: tick, resolved: tick, intended: tick } });
  assert.deepEqual([tally, timers.size], [{ updated: 1 }, 0]);
  const seen: number[] = [];
  await run({}, { every: (ms) => () => void seen.push(ms) });
  assert.deepEqual([seen, world.sql('SELECT * FROM jobs')], [[30_000], []]);
});

test('a renewal that the store refuses is not the end, and a bug in it is not hidden', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1));
  let renewLeases: () => void = () => assert.fail('nothing renews');
  const every = (_ms: number, task: () => void) => {
    renewLeases = task;
    return () => undefined;
  };
  const throwing = (thrown: Error) => () => {
    throw thrown;
  };
  const renew = throwing(new StoreError('The disk is full', 'Make room.'));
  const { tally } = await run({}, { every, queue: { renew }, at: { claimed: () => renewLeases() } });
  assert.deepEqual(tally, { updated: 1 });
  enqueue(lighthouse(1));
  const bug = throwing(new TypeError('a bug'));
  await assert.rejects(run({}, { every, queue: { renew: bug }, at: { claimed: () => renewLeases() } }), /a bug/);
});

test('an outage is one of the ends, whatever else ended the run, and told once', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, ...idsTo(6));
  enqueue(...lighthouses(6));
  // So that the server is known, and is not asked for its name.
  await run({ limit: 0 });
  let contactedAt = 0;
  plex.fail(
    ({ route }) => route === 'edit' || (route === 'identity' && plex.count('edit') > contactedAt),
    DOWN,
    ALWAYS,
  );
  const limited = await run({ limit: 1 });
  assert.deepEqual([limited.ends, limited.tally], [['unreachable', 'limit'], { released: 1 }]);
  contactedAt = plex.count('edit');
  const ended = await run();
  assert.deepEqual([ended.ends, ended.tally], [['breaker_open'], { released: 6 }]);
});
