import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { readStats } from '../../../../src/queue/views/stats.ts';
import type { World } from '../../../helpers/queue-world.ts';
import {
  abandon,
  BURY,
  COMPLETE,
  claim,
  claimOne,
  edit,
  edits,
  LEASE_MS,
  MAX_LOSSES,
  NOW,
  ownerFiles,
  sceneIds,
  settle,
  setup,
} from '../../../helpers/queue-world.ts';

/** A drain claims a batch and dies; returns the scenes that it took along. */
function crash(world: World, now = NOW): number[] {
  const drain = world.drain();
  const jobs = claim(drain, { now });
  const [job] = jobs;
  assert.ok(job !== undefined, 'nothing to die over');
  abandon(world, drain, job.lease.owner);
  return sceneIds(jobs).toSorted();
}

test('the jobs of a killed process are taken back by the next claim, long before their leases run out', async (t) => {
  const world = setup(t);
  world.enqueue(edits(3));
  const child = world.child({ do: 'hold', ifBusy: 'stand_down', limit: 2, now: NOW });
  const { jobs } = await child.next();
  assert.equal((jobs as unknown[]).length, 2);
  await child.kill();
  const drain = world.drain();
  const claimed = claim(drain);
  assert.deepEqual(sceneIds(claimed).toSorted(), [1, 2, 3]);
  assert.deepEqual(
    claimed.map(({ attempt, spent }) => [attempt, spent]),
    Array(3).fill([1, { failures: 0, misses: 0 }]),
  );
  assert.equal(readStats(world.stores(), NOW).totals.rescued, 2);
});

test('the jobs of a living process are not taken back before their lease runs out, and then they are', async (t) => {
  const world = setup(t);
  world.enqueue(edits(2));
  const child = world.child({ do: 'hold', ifBusy: 'share', limit: 2, now: NOW });
  await child.next();
  const drain = world.drain();
  assert.deepEqual([drain.rescue(NOW + LEASE_MS - 1).takenBack, claim(drain, { now: NOW + LEASE_MS - 1 })], [0, []]);
  assert.deepEqual(sceneIds(claim(drain, { now: NOW + LEASE_MS })).toSorted(), [1, 2]);
});

test('a lease that its living drain renews is not taken back', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const [alive, other] = [world.drain(), world.drain()];
  const job = claimOne(alive);
  alive.renew(NOW + 2 * LEASE_MS);
  assert.deepEqual(claim(other, { now: NOW + 2 * LEASE_MS - 1 }), []);
  assert.equal(settle(alive, job, COMPLETE, NOW + 2 * LEASE_MS - 1), 'applied');
});

test('a drain never takes its own leases back, even when they ran out', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  const job = claimOne(drain);
  const later = NOW + 10 * LEASE_MS;
  assert.deepEqual([drain.rescue(later).takenBack, claim(drain, { now: later })], [0, []]);
  assert.equal(settle(drain, job, COMPLETE, later), 'applied');
});

test('the jobs of an owner whose file is missing are taken back only when their lease runs out', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const dead = world.drain();
  const { owner } = claimOne(dead).lease;
  abandon(world, dead, owner);
  rmSync(join(world.dir.path, 'owners', `${owner}.db`));
  const drain = world.drain();
  assert.deepEqual([drain.rescue(NOW + LEASE_MS - 1).takenBack, claim(drain, { now: NOW + LEASE_MS - 1 })], [0, []]);
  assert.deepEqual(sceneIds(claim(drain, { now: NOW + LEASE_MS })), [1]);
});

test('rescue answers how many it took back, and a second one finds nothing', (t) => {
  const world = setup(t);
  world.enqueue(edits(5));
  crash(world);
  const drain = world.drain();
  assert.deepEqual([drain.rescue(NOW).takenBack, drain.rescue(NOW).takenBack], [5, 0]);
  assert.deepEqual(world.sql('SELECT DISTINCT state, attempt, rescues, lone_losses FROM jobs'), [
    { state: 'pending', attempt: 0, rescues: 1, lone_losses: 0 },
  ]);
});

test('a newer edit that waits takes over the job of a dead drain, and drops no key', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { title: 'Pier', details: 'Calm' })]);
  crash(world);
  world.enqueue([edit(1, { title: 'Mole', date: '2020' })]);
  const drain = world.drain();
  assert.deepEqual(
    claim(drain).map(({ data }) => data),
    [{ title: 'Mole', details: 'Calm', date: '2020' }],
  );
  world.onlyJob();
});

test('a job that was rescued twice is claimed alone, after all that were not', (t) => {
  const world = setup(t);
  world.enqueue(edits(3));
  assert.deepEqual(
    [crash(world), crash(world)],
    [
      [1, 2, 3],
      [1, 2, 3],
    ],
  );
  world.enqueue([edit(4), edit(5)]);
  const drain = world.drain();
  assert.deepEqual(sceneIds(claim(drain)).toSorted(), [4, 5]);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => sceneIds(claim(drain))),
    [[1], [2], [3], []],
  );
});

test('repeated kills bury no job while a whole batch was running', (t) => {
  const world = setup(t);
  world.enqueue(edits(2));
  crash(world);
  crash(world);
  // From here on each is alone, and completes.
  const drain = world.drain();
  for (let n = 0; n < 2; n += 1) assert.equal(settle(drain, claimOne(drain), COMPLETE), 'applied');
  assert.deepEqual([world.sql('SELECT 1 FROM jobs'), world.letters()], [[], []]);
});

test(`a job lost alone ${MAX_LOSSES} times becomes the letter AttemptLost, and takes no other along`, (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { title: 'Pier', tags: [] }), edit(2)]);
  // Scene 1 kills each process; scene 2 completes as soon as it gets a chance.
  assert.deepEqual(
    [crash(world), crash(world)],
    [
      [1, 2],
      [1, 2],
    ],
  );
  const key = world.sql('SELECT job_key FROM jobs WHERE scene_id = 1')[0]?.['job_key'];
  for (let loss = 1; loss <= MAX_LOSSES; loss += 1) {
    assert.deepEqual([crash(world), world.letters()], [[1], []], `loss ${loss}`);
  }
  const drain = world.drain();
  assert.deepEqual(sceneIds(claim(drain)), [2]);
  assert.deepEqual(
    world
      .letters()
      .map((letter) => [
        letter['scene_id'],
        letter['job_key'],
        letter['error_type'],
        letter['job_data'],
        letter['retry_count'],
      ]),
    [[1, key, 'AttemptLost', '{"scene_id":1,"title":"Pier","tags":[]}', MAX_LOSSES]],
  );
  assert.deepEqual(world.onlyJob()['scene_id'], 2);
  assert.equal(readStats(world.stores(), NOW).totals.dead_lettered, 1);
});

test('a merge resets the losses of a job', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { title: 'Pier' })]);
  for (let n = 0; n < 2 + MAX_LOSSES - 1; n += 1) crash(world);
  world.drain().rescue(NOW).takenBack;
  assert.equal(world.onlyJob()['lone_losses'], MAX_LOSSES - 1);
  world.enqueue([edit(1, { title: 'Mole' })]);
  crash(world);
  world.drain().rescue(NOW).takenBack;
  assert.deepEqual([world.onlyJob()['lone_losses'], world.letters()], [1, []]);
});

test('a process killed between the commit of the letter and that of the queue leaves the job in one place', async (t) => {
  const world = setup(t);
  world.enqueue(edits(2));
  const child = world.child({ do: 'bury_and_die', now: NOW });
  assert.equal(await child.ended, 'SIGKILL');
  // Half done: the letter stands, and the row does too.
  assert.equal(world.letters().length, 1);
  assert.deepEqual(world.sql('SELECT scene_id, state FROM jobs ORDER BY scene_id'), [
    { scene_id: 1, state: 'in_progress' },
    { scene_id: 2, state: 'pending' },
  ]);

  const drain = world.drain({ ifBusy: 'stand_down' });
  assert.deepEqual(sceneIds(claim(drain)), [2]);
  assert.deepEqual(
    world.letters().map((letter) => [letter['scene_id'], letter['error_type']]),
    [[1, 'PlexPermanentError']],
  );
  assert.equal(world.onlyJob()['scene_id'], 2);
  assert.equal(readStats(world.stores(), NOW).totals.dead_lettered, 1);
});

test('a newer edit made after such a kill is neither swallowed by the letter nor merged into the row that goes', async (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { title: 'Pier', details: 'Calm' })]);
  await world.child({ do: 'bury_and_die', now: NOW }).ended;
  world.enqueue([edit(1, { title: 'Mole' })]);
  const drain = world.drain();
  const job = claimOne(drain);
  assert.deepEqual([job.data, world.letters().length], [{ title: 'Mole' }, 1]);
  settle(drain, job, COMPLETE);
  assert.deepEqual(
    world.letters().map((letter) => letter['job_data']),
    ['{"scene_id":1,"details":"Calm"}'],
  );
});

test('an old letter never swallows a job of a queue.db that was made anew, though their ids are the same', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { title: 'Pier' })]);
  const first = world.drain();
  settle(first, claimOne(first), BURY);
  first.end({ now: NOW, exitCode: 1, done: 0, failed: 1 });
  world.close();
  rmSync(join(world.dir.path, 'queue.db'));
  world.enqueue([edit(1, { title: 'Mole' })]);
  assert.deepEqual(crash(world), [1]);
  assert.equal(world.onlyJob()['id'], world.letters()[0]?.['job_id']);
  const drain = world.drain();
  assert.deepEqual(claimOne(drain).data, { title: 'Mole' });
});

test('a drain that ends sweeps the files of the dead, its own too, unless they hold a lease', async (t) => {
  const world = setup(t);
  world.enqueue(edits(2));
  const child = world.child({ do: 'hold', ifBusy: 'share', limit: 0, now: NOW });
  await child.next();
  await child.kill();
  const holder = world.child({ do: 'hold', ifBusy: 'share', limit: 1, now: NOW });
  await holder.next();
  const dead = world.drain();
  const { owner } = claimOne(dead).lease;
  abandon(world, dead, owner);
  assert.equal(ownerFiles(world).length, 2, 'the living and the dead one with a lease stay');

  const drain = world.drain();
  settle(drain, claimOne(drain), COMPLETE);
  drain.end({ now: NOW, exitCode: 0, done: 1, failed: 0 });
  assert.equal(ownerFiles(world).length, 1, 'the living one stays');
  assert.equal(existsSync(join(world.dir.path, 'owners', `${owner}.db`)), false);
  holder.go();
  assert.equal(await holder.ended, 0);
  assert.equal(
    ownerFiles(world).length,
    1,
    'the one that ended with its lease stays, so that its job is taken back at once',
  );
  assert.equal(world.drain().rescue(NOW).takenBack, 1);
});

/** A drain that buries the first of its jobs and is killed between the two commits. */
function dieBetweenCommits(world: World): void {
  const die = (): never => {
    throw new Error('killed');
  };
  const drain = world.drain({ onLetterCommitted: die });
  const [job] = claim(drain);
  assert.ok(job !== undefined);
  assert.throws(() => settle(drain, job, BURY), /killed/);
  abandon(world, drain, job.lease.owner);
  assert.equal(world.letters().length, 1);
}

for (const how of ['opened anew', 'open already'] as const)
  test(`after such a kill the rest of its batch is taken back, by a data directory ${how}, and the buried job alone goes`, (t) => {
    const world = setup(t);
    world.enqueue(edits(3));
    dieBetweenCommits(world);
    if (how === 'opened anew') world.close();
    world.stores();
    const [buried] = world.letters().map((letter) => letter['scene_id']);
    const left = [1, 2, 3].filter((id) => id !== buried);
    const drain = world.drain();
    assert.deepEqual(drain.rescue(NOW), { takenBack: 2, buried: [] });
    assert.deepEqual(sceneIds(claim(drain)).toSorted(), left);
    assert.equal(world.letters().length, 1);
    assert.equal(readStats(world.stores(), NOW).totals.dead_lettered, 1);
  });

test('a directory is opened at once while a drain is writing, though jobs are under way', (t) => {
  const world = setup(t);
  world.enqueue(edits(2));
  crash(world);
  world.close();
  const writer = new Database(join(world.dir.path, 'queue.db'));
  t.after(() => writer.close());
  writer.exec('BEGIN IMMEDIATE');
  world.stores();
  writer.exec('ROLLBACK');
});

test('a newer edit takes over a job that was lost alone too often: it leaves no letter', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { title: 'Pier', details: 'Calm' })]);
  for (let n = 0; n < 2 + MAX_LOSSES; n += 1) crash(world);
  world.enqueue([edit(1, { title: 'Mole' })]);
  const drain = world.drain();
  assert.deepEqual(drain.rescue(NOW), { takenBack: 1, buried: [] });
  assert.deepEqual(claimOne(drain).data, { title: 'Mole', details: 'Calm' });
  assert.deepEqual(world.letters(), []);
});

test('a job that a clock years ahead leased and lost is due at once when the clock is right again', (t) => {
  const world = setup(t);
  const ahead = NOW + 5 * 365 * 86_400_000;
  world.enqueue([edit(1)], { now: ahead });
  crash(world, ahead);
  // Without its file nothing proves that the owner is dead.
  for (const file of ownerFiles(world)) rmSync(join(world.dir.path, 'owners', file));
  const drain = world.drain();
  assert.deepEqual(sceneIds(claim(drain)), [1]);
});
