import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  COMPLETE,
  claim,
  claimOne,
  edit,
  edits,
  failure,
  LEASE_MS,
  NOW,
  sceneIds,
  settle,
  setup,
} from '../../../helpers/queue-world.ts';

/** The scenes of the queue in the order in which a drain gets them, one at a time. */
function order(drain: Parameters<typeof claim>[0], now = NOW): number[] {
  const scenes: number[] = [];
  for (;;) {
    const [job] = claim(drain, { now, limit: 1 });
    if (job === undefined) return scenes;
    scenes.push(job.sceneId);
  }
}

test('hand edits are claimed before bulk ones, and within each the one that is due the longest', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)], { priority: 'bulk', now: NOW - 500 });
  world.enqueue([edit(2)], { priority: 'bulk', now: NOW - 900 });
  world.enqueue([edit(3)], { priority: 'hand', now: NOW - 10 });
  world.enqueue([edit(4)], { priority: 'hand', now: NOW - 20 });
  world.enqueue([edit(5)], { priority: 'hand', now: NOW - 20 });
  assert.deepEqual(order(world.drain()), [4, 5, 3, 2, 1]);
});

test('a batch that is too small takes the hand edits first, then the oldest bulk', (t) => {
  const world = setup(t);
  world.enqueue([edit(1), edit(2)], { priority: 'bulk', now: NOW - 500 });
  world.enqueue([edit(3), edit(4)], { priority: 'hand' });
  assert.deepEqual(sceneIds(claim(world.drain(), { limit: 3 })).toSorted(), [1, 3, 4]);
});

test('a job is not claimed before it is due', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)], { now: NOW + 1 });
  const drain = world.drain();
  assert.deepEqual([drain.dueCount(NOW), claim(drain)], [0, []]);
  assert.equal(drain.dueCount(NOW + 1), 1);
  assert.deepEqual(sceneIds(claim(drain, { now: NOW + 1 })), [1]);
});

test('a bare job is never claimed, and never counted as due', (t) => {
  const world = setup(t);
  world.enqueue([
    { sceneId: 1, bare: true, data: {} },
    { sceneId: 2, bare: true, data: { tagline: 'By the sea' } },
    edit(3),
  ]);
  const drain = world.drain();
  assert.equal(drain.dueCount(NOW), 1);
  assert.deepEqual(order(drain, NOW + 1_000_000), [3]);
});

test('a claimed job carries its data, what it has spent and a lease with its attempt', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { title: 'Pier', tags: [] })]);
  const drain = world.drain();
  settle(drain, claimOne(drain), { kind: 'retry', availableAt: NOW, spends: 'miss', error: failure('plex_not_found') });
  const job = claimOne(drain);
  assert.deepEqual(
    [job.sceneId, job.data, job.spent, job.attempt],
    [1, { title: 'Pier', tags: [] }, { failures: 0, misses: 1 }, 2],
  );
  const row = world.onlyJob();
  assert.deepEqual(
    [row['state'], row['attempt'], row['lease_owner'], row['lease_expires_at']],
    ['in_progress', 2, job.lease.owner, NOW + LEASE_MS],
  );
});

test('what was claimed is not claimed again while its lease holds', (t) => {
  const world = setup(t);
  world.enqueue(edits(3));
  const [one, other] = [world.drain(), world.drain()];
  assert.equal(claim(one, { limit: 2 }).length, 2);
  assert.equal(claim(other).length, 1);
  assert.deepEqual([claim(one), claim(other)], [[], []]);
});

test('of one scene at most one job is under way, whichever drain asks', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { title: 'Pier' }), edit(2)]);
  const [one, other] = [world.drain(), world.drain()];
  const job = claimOne(one);
  world.enqueue([edit(1, { title: 'Mole' })]);
  assert.deepEqual(sceneIds(claim(other)), [2]);
  assert.deepEqual([claim(one), claim(other)], [[], []]);
  settle(one, job, COMPLETE);
  assert.deepEqual(sceneIds(claim(other)), [1]);
});

test('the file itself refuses a second job of a scene in one state, an unknown state, and half a lease', (t) => {
  const world = setup(t);
  world.enqueue(edits(3));
  claim(world.drain(), { limit: 1 });
  const waits = "state = 'pending'";
  assert.throws(() => world.sql(`UPDATE jobs SET scene_id = 2 WHERE ${waits} AND scene_id = 3`), /UNIQUE constraint/);
  const lease = "state = 'in_progress', lease_owner = 'x', lease_expires_at = 0";
  assert.throws(() => world.sql(`UPDATE jobs SET scene_id = 1, ${lease} WHERE scene_id = 2`), /UNIQUE constraint/);
  assert.throws(() => world.sql("UPDATE jobs SET state = 'done'"), /CHECK constraint/);
  assert.throws(() => world.sql(`UPDATE jobs SET state = 'in_progress' WHERE ${waits}`), /CHECK constraint/);
  assert.throws(() => world.sql(`UPDATE jobs SET lease_owner = 'x' WHERE ${waits}`), /CHECK constraint/);
});

test('renew prolongs every lease of the drain, and none of another', (t) => {
  const world = setup(t);
  world.enqueue(edits(3));
  const [one, other] = [world.drain(), world.drain()];
  claim(one, { limit: 2 });
  claim(other);
  one.renew(NOW + 999_000);
  const ends = world.sql('SELECT lease_expires_at AS at FROM jobs ORDER BY id').map(({ at }) => at);
  assert.deepEqual(ends, [NOW + 999_000, NOW + 999_000, NOW + LEASE_MS]);
});

test('two processes that claim at once share the jobs, and no job is claimed twice', async (t) => {
  const world = setup(t);
  world.enqueue(edits(400), { priority: 'bulk' });
  const children = [world.child({ do: 'claim_all', now: NOW }), world.child({ do: 'claim_all', now: NOW })];
  await Promise.all(children.map((child) => child.next()));
  for (const child of children) child.go();
  const ids = (await Promise.all(children.map((child) => child.next()))).flatMap((said) => said['ids'] as number[]);
  assert.equal(ids.length, 400);
  assert.equal(new Set(ids).size, 400);
  assert.deepEqual(world.sql("SELECT DISTINCT attempt FROM jobs WHERE state = 'in_progress'"), [{ attempt: 1 }]);
});

test('a sample lies evenly over all that is due, hand edits and bulk, whatever waits for later', (t) => {
  const world = setup(t);
  world.enqueue(
    edits(200).map((one) => ({ ...one, sceneId: one.sceneId + 1_000 })),
    { now: NOW + 60_000 },
  );
  world.enqueue(edits(300), { priority: 'bulk' });
  world.enqueue(edits(100).map((one) => ({ ...one, sceneId: one.sceneId + 500 })));
  const taken = sceneIds(claim(world.drain(), { limit: 8, spread: 0 }));
  assert.deepEqual(
    taken.toSorted((a, b) => a - b),
    [1, 51, 101, 151, 201, 251, 501, 551],
  );
});

test('two samples of one backlog need not hold the same jobs', (t) => {
  const world = setup(t);
  world.enqueue(edits(100));
  assert.deepEqual(sceneIds(claim(world.drain(), { limit: 4, spread: 0.5 })), [13, 38, 63, 88]);
});

test('a sample of a small backlog is all of it', (t) => {
  const world = setup(t);
  world.enqueue(edits(3));
  const drain = world.drain();
  assert.deepEqual(sceneIds(claim(drain, { spread: 0.9 })), [1, 2, 3]);
  assert.deepEqual(claim(drain, { spread: 0.9 }), []);
});

test('a sample takes no job that this drain released, whose scene is under way, or that is claimed alone', (t) => {
  const world = setup(t);
  world.enqueue(edits(4));
  const [one, other] = [world.drain(), world.drain()];
  settle(one, claimOne(one), { kind: 'give_back' });
  assert.deepEqual(sceneIds([claimOne(other)]), [1]);
  settle(other, claimOne(other), { kind: 'give_back' });
  world.enqueue([edit(1)]);
  world.sql('UPDATE jobs SET rescues = 2 WHERE scene_id = 3');
  assert.deepEqual(sceneIds(claim(other, { spread: 0 })), [4]);
  assert.deepEqual(sceneIds(claim(one, { spread: 0 })), [2]);
});

test('a sample that would be empty takes the next job instead', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  world.sql('UPDATE jobs SET rescues = 2');
  assert.deepEqual(sceneIds(claim(world.drain(), { spread: 0 })), [1]);
});
