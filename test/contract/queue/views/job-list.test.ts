import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noteStash } from '../../../../src/queue/tables/jobs/awaits-stash.ts';
import type { JobFilter, QueuedJob } from '../../../../src/queue/views/job-list.ts';
import { countJobs, dropJobs, listStatements, readJobs } from '../../../../src/queue/views/job-list.ts';
import { readStats } from '../../../../src/queue/views/stats.ts';
import type { World } from '../../../helpers/queue-world.ts';
import { COMPLETE, claim, claimOne, edit, edits, failure, NOW, settle, setup } from '../../../helpers/queue-world.ts';

const jobs = (world: World, filter: JobFilter = {}, now = NOW): QueuedJob[] => [
  ...readJobs(world.stores(), filter, now),
];

/** One job in each state: scene 1 under way, 2 due, 3 to be retried, 4 not in Plex yet, 5 held. */
function oneOfEach(world: World): void {
  world.enqueue([edit(1), edit(3), edit(4)]);
  const drain = world.drain();
  const [, third, fourth] = claim(drain);
  assert.ok(third && fourth);
  const availableAt = NOW + 5_000;
  settle(drain, third, { kind: 'retry', availableAt, spends: 'failure', error: failure() });
  settle(drain, fourth, { kind: 'retry', availableAt, spends: 'miss', error: failure('plex_not_found', 'Nowhere') });
  world.enqueue([edit(2), { sceneId: 5, bare: true, data: {} }]);
}

test('the queue is listed with what each job waits for, in the words and numbers of the statistics', (t) => {
  const world = setup(t);
  oneOfEach(world);
  assert.deepEqual(
    jobs(world).map(({ sceneId, state }) => [sceneId, state]),
    [
      [1, 'in_progress'],
      [2, 'due'],
      [3, 'retry'],
      [4, 'not_found'],
      [5, 'held'],
    ],
  );
  const { waiting, inProgress } = readStats(world.stores(), NOW);
  assert.deepEqual([waiting, inProgress], [{ due: 1, retry: 1, not_found: 1, no_stash: 1, removals: 0, undone: 0 }, 1]);
  const third = jobs(world, { sceneIds: [3] })[0];
  assert.deepEqual(
    [third?.title, third?.path, third?.attempts, third?.failures, third?.misses, third?.lastError, third?.availableAt],
    ['Lighthouse 3', '/harbour/3.mp4', 1, 1, 0, 'PlexTemporaryError: Plex answered 500', NOW + 5_000],
  );
});

test('what is due comes in the order of its claim, also where it awaits Stash, and before what is due later', (t) => {
  const world = setup(t);
  world.enqueue([edit(1), edit(2), edit(3), { sceneId: 4, bare: true, data: {} }, edit(5), edit(6)]);
  noteStash(world.stores().queueDb, 'asked');
  const at = (sceneId: number, values: string) => world.sql(`UPDATE jobs SET ${values} WHERE scene_id = ${sceneId}`);
  at(1, `available_at = ${NOW + 9_000}`);
  at(2, 'priority = 1');
  at(3, `available_at = ${NOW - 1}`);
  at(4, `available_at = ${NOW - 2}`);
  at(5, `priority = 1, available_at = ${NOW + 5_000}`);
  at(6, 'removals = 1');
  const listed = (): number[] => jobs(world).map(({ sceneId }) => sceneId);
  assert.deepEqual(listed(), [4, 3, 2, 5, 1, 6]);
  noteStash(world.stores().queueDb, 'not_asked');
  assert.deepEqual(listed(), [3, 2, 5, 1, 4, 6]);
  const drain = world.drain({ stash: 'asked' });
  assert.deepEqual(
    Array.from({ length: 3 }, () => claimOne(drain).sceneId),
    [4, 3, 2],
  );
});

test('a long queue is listed along its index, without a heap of its rows', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const { queueDb } = world.stores();
  for (const sql of listStatements()) {
    const plan = queueDb.prepare<[object], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`);
    const details = plan.all({ now: NOW, ids: null, sceneIds: null, states: null }).map(({ detail }) => detail);
    assert.ok(!details.some((detail) => /TEMP B-TREE/.test(detail)), details.join('\n'));
  }
});

test('jobs are chosen by id, scene, state and number, and counted the same way', (t) => {
  const world = setup(t);
  oneOfEach(world);
  const scenes = (filter: JobFilter): number[] => {
    assert.equal(countJobs(world.stores(), filter, NOW), jobs(world, { ...filter, limit: undefined }).length);
    return jobs(world, filter).map(({ sceneId }) => sceneId);
  };
  assert.deepEqual(scenes({ sceneIds: [5, 2] }), [2, 5]);
  assert.deepEqual(scenes({ states: ['held', 'retry'] }), [3, 5]);
  assert.deepEqual(scenes({ limit: 2 }), [1, 2]);
  assert.deepEqual(scenes({ ids: [1, 99] }), [1]);
  assert.deepEqual(scenes({ ids: [] }), []);
  assert.deepEqual(scenes({ sceneIds: [1], states: ['due'] }), []);
});

test('a list that is left half way frees the connection', (t) => {
  const world = setup(t);
  world.enqueue(edits(5));
  for (const { sceneId } of readJobs(world.stores(), {}, NOW)) if (sceneId === 2) break;
  world.enqueue([edit(6)]);
  assert.equal(jobs(world).length, 6);
});

test('a known file stands for the path that an edit does not name', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  settle(drain, claimOne(drain), COMPLETE);
  world.enqueue([edit(1, { tagline: 'Calm' })]);
  assert.deepEqual([jobs(world)[0]?.path, jobs(world)[0]?.title], ['/harbour/1.mp4', undefined]);
});

test('dropped jobs are gone and counted, one under way stays', (t) => {
  const world = setup(t);
  oneOfEach(world);
  const listed = jobs(world);
  const dropped = dropJobs(world.stores(), listed);
  assert.deepEqual(
    dropped.map(({ job, how }) => [job.sceneId, how]),
    [
      [1, 'in_progress'],
      [2, 'dropped'],
      [3, 'dropped'],
      [4, 'dropped'],
      [5, 'dropped'],
    ],
  );
  assert.deepEqual([dropped[1]?.job.keys, dropped[4]?.job.isBare], [['title'], true]);
  assert.deepEqual(
    jobs(world).map(({ sceneId }) => sceneId),
    [1],
  );
  assert.equal(readStats(world.stores(), NOW).totals.dropped, 4);
  assert.deepEqual(
    dropJobs(world.stores(), listed.slice(1, 2)).map(({ how }) => how),
    ['gone'],
  );
});

test('a job that got a newer edit since it was listed is not dropped', (t) => {
  const world = setup(t);
  world.enqueue([edit(1), { sceneId: 2, bare: true, data: {} }]);
  const listed = jobs(world);
  world.enqueue([edit(1, { title: 'Newer' }), { sceneId: 2, bare: true, data: {} }]);
  assert.deepEqual(
    dropJobs(world.stores(), listed).map(({ how }) => how),
    ['changed', 'changed'],
  );
  assert.equal(jobs(world).length, 2);
});

test('a job is told apart whose run was killed, and the next try is of a job that is not due', async (t) => {
  const world = setup(t);
  world.enqueue(edits(4));
  const child = world.child({ do: 'hold', ifBusy: 'stand_down', limit: 1, now: NOW });
  await child.next();
  const abandoned = (): boolean[] => jobs(world).map(({ isAbandoned }) => isAbandoned);
  assert.deepEqual(abandoned(), [false, false, false, false]);
  await child.kill();
  assert.deepEqual(abandoned(), [true, false, false, false]);
  const drain = world.drain();
  const [, second] = claim(drain, { limit: 2 });
  assert.ok(second);
  settle(drain, second, { kind: 'retry', availableAt: NOW + 5_000, spends: 'failure', error: failure() });
  assert.deepEqual(abandoned(), [false, false, false, false]);
  assert.equal(readStats(world.stores(), NOW).nextAttemptAt, NOW + 5_000);
});
