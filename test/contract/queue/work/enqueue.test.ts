import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import type { Settlement } from '../../../../src/core/model/job.ts';
import { readStats } from '../../../../src/queue/views/stats.ts';
import {
  BURY,
  COMPLETE,
  claim,
  claimOne,
  edit,
  edits,
  failure,
  NOW,
  RECORD,
  sceneIds,
  settle,
  setup,
} from '../../../helpers/queue-world.ts';

const dataOf = (row: Record<string, unknown>): unknown => JSON.parse(String(row['data']));

test('an edit of a scene without a job becomes a job that is due at once', (t) => {
  const world = setup(t);
  const [enqueued] = world.enqueue([edit(7, { path: '/harbour/7.mp4', title: 'Pier' })]);
  const job = world.onlyJob();
  assert.deepEqual(enqueued, { jobId: job['id'], sceneId: 7, how: 'added' });
  assert.deepEqual(
    [job['state'], job['attempt'], job['available_at'], job['priority'], job['held'], dataOf(job)],
    ['pending', 0, NOW, 0, 0, { path: '/harbour/7.mp4', title: 'Pier' }],
  );
  assert.match(String(job['job_key']), /^[0-9a-f-]{36}$/);
});

test('a newer edit is merged key by key: its values win, empty ones too, and what it does not name stays', (t) => {
  const world = setup(t);
  world.enqueue([edit(7, { path: '/harbour/7.mp4', title: 'Pier', details: 'Calm', tags: ['sea'], rating100: 80 })]);
  const [merged] = world.enqueue([edit(7, { title: 'Mole', details: null, tags: [] })]);
  const job = world.onlyJob();
  assert.deepEqual(merged, { jobId: job['id'], sceneId: 7, how: 'merged' });
  assert.deepEqual(dataOf(job), {
    path: '/harbour/7.mp4',
    title: 'Mole',
    details: null,
    tags: [],
    rating100: 80,
  });
});

test('two edits of one scene in one call are merged in their order', (t) => {
  const world = setup(t);
  const enqueued = world.enqueue([edit(7, { title: 'Pier', date: '2020' }), edit(8), edit(7, { title: 'Mole' })]);
  assert.deepEqual(
    enqueued.map(({ how }) => how),
    ['added', 'added', 'merged'],
  );
  assert.deepEqual(world.sql('SELECT data FROM jobs WHERE scene_id = 7').map(dataOf), [
    { title: 'Mole', date: '2020' },
  ]);
});

test('a bare edit lays only what Stash cannot supply over what Stash will say, and loses nothing until it has', (t) => {
  const world = setup(t);
  world.enqueue([edit(7, { path: '/harbour/7.mp4', title: 'Pier', tagline: 'By the sea' })]);
  world.enqueue([{ sceneId: 7, bare: true, data: {} }]);
  world.enqueue([edit(7, { details: 'Calm' })]);
  const job = claimOne(world.drain());
  assert.deepEqual(job.data, { path: '/harbour/7.mp4', title: 'Pier', tagline: 'By the sea', details: 'Calm' });
  assert.deepEqual([job.bare, job.overStash], ['open', { tagline: 'By the sea', details: 'Calm' }]);
});

test('a merge makes a job that waits for its retry due now, with its attempts anew', (t) => {
  const world = setup(t);
  world.enqueue([edit(7, { title: 'Pier' })]);
  const drain = world.drain();
  for (const spends of ['failure', 'miss'] as const) {
    const job = claimOne(drain, NOW + 1000);
    settle(drain, job, { kind: 'retry', availableAt: NOW + 1000, spends, error: failure() });
  }
  assert.deepEqual([world.onlyJob()['failures'], world.onlyJob()['misses'], world.onlyJob()['attempt']], [1, 1, 2]);
  world.sql(`UPDATE jobs SET available_at = ${NOW + 900_000}`);
  assert.deepEqual(claim(drain, { now: NOW + 2000 }), []);

  world.enqueue([edit(7, { details: 'Calm' })], { now: NOW + 2000 });
  const again = claimOne(drain, NOW + 2000);
  assert.deepEqual([again.spent, again.attempt], [{ failures: 0, misses: 0 }, 1]);
  assert.equal(world.onlyJob()['last_error'], null);
});

test('a merge lets a job that was released be claimed again in the same drain', (t) => {
  const world = setup(t);
  world.enqueue([edit(7)]);
  const drain = world.drain();
  settle(drain, claimOne(drain), { kind: 'give_back' });
  assert.deepEqual(claim(drain), []);
  world.enqueue([edit(7, { details: 'Calm' })]);
  assert.deepEqual(sceneIds(claim(drain)), [7]);
});

test('a merge by hand lifts a bulk job to the front, and a bulk merge leaves a hand job there', (t) => {
  const world = setup(t);
  world.enqueue([edit(1), edit(2)], { priority: 'bulk' });
  world.enqueue([edit(3)], { priority: 'hand' });
  world.enqueue([edit(2)], { priority: 'hand' });
  world.enqueue([edit(3)], { priority: 'bulk' });
  assert.deepEqual(world.sql('SELECT scene_id, priority FROM jobs ORDER BY scene_id'), [
    { scene_id: 1, priority: 1 },
    { scene_id: 2, priority: 0 },
    { scene_id: 3, priority: 0 },
  ]);
});

test('an edit of a scene under way becomes a second job, which is claimed only when the first is settled', (t) => {
  const world = setup(t);
  world.enqueue([edit(7, { title: 'Pier' })]);
  const drain = world.drain();
  const first = claimOne(drain);
  const [second] = world.enqueue([edit(7, { title: 'Mole' })]);
  assert.deepEqual([second?.how, second?.jobId === first.id], ['added', false]);
  assert.deepEqual(first.data, { title: 'Pier' });
  assert.deepEqual(claim(drain), []);
  assert.equal(settle(drain, first, COMPLETE), 'applied');
  assert.deepEqual(
    claim(drain).map(({ data }) => data),
    [{ title: 'Mole' }],
  );
});

test('20,000 edits go in by one call and one transaction', (t) => {
  const world = setup(t);
  const enqueued = world.enqueue(edits(20_000), { priority: 'bulk' });
  assert.equal(enqueued.length, 20_000);
  assert.deepEqual(
    world.sql('SELECT count(*) AS jobs, count(DISTINCT job_key) AS keys, min(priority) AS rank FROM jobs'),
    [{ jobs: 20_000, keys: 20_000, rank: 1 }],
  );
});

test('one edit that cannot be stored keeps the whole call out, merges included', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { title: 'Pier' })]);
  assert.throws(() => world.enqueue([edit(1, { title: 'Mole' }), edit(2), edit(-3), edit(4)]), /CHECK constraint/);
  assert.deepEqual([world.onlyJob()['scene_id'], dataOf(world.onlyJob())], [1, { title: 'Pier' }]);
});

test('a bulk enqueue that is killed half-way leaves nothing behind, and the queue accepts the next edit', async (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { title: 'Pier' })]);
  const child = world.child({ do: 'enqueue_and_die', count: 5_000, now: NOW });
  assert.equal(await child.ended, 'SIGKILL');
  assert.deepEqual([world.onlyJob()['scene_id'], dataOf(world.onlyJob())], [1, { title: 'Pier' }]);
  world.enqueue([edit(2)]);
  assert.deepEqual(world.sql('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
  assert.equal(world.sql('SELECT 1 FROM jobs').length, 2);
});

test('three processes that enqueue at once into a directory nobody has made yet lose nothing', async (t) => {
  const world = setup(t);
  const lists = [0, 1, 2].map((n) => Array.from({ length: 15 }, (_, k) => edit(100 * n + k + 1)));
  // Each of them edits scene 999, another key of it.
  const shared = [{ title: 'Pier' }, { details: 'Calm' }, { tagline: 'By the sea' }].map((data) => edit(999, data));
  const children = lists.map((list, n) =>
    world.child({ do: 'enqueue_each', edits: [...list, shared[n] ?? edit(1)], now: NOW }),
  );
  await Promise.all(children.map((child) => child.next()));
  for (const child of children) child.go();
  assert.deepEqual(await Promise.all(children.map((child) => child.next())), Array(3).fill({ done: true }));
  assert.equal(world.sql('SELECT 1 FROM jobs').length, 46);
  const [merged] = world.sql('SELECT data FROM jobs WHERE scene_id = 999');
  assert.deepEqual(dataOf(merged ?? {}), { title: 'Pier', details: 'Calm', tagline: 'By the sea' });
  assert.deepEqual(
    readdirSync(world.dir.path).filter((name) => name.includes('.new')),
    [],
  );
});

test('enqueue makes queue.db and nothing else: it never opens dlq.db', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  assert.deepEqual(readdirSync(world.dir.path), ['queue.db']);
});

test('ids of jobs are never used again, also after the newest job is gone', (t) => {
  const world = setup(t);
  const [first] = world.enqueue([edit(1)]);
  const drain = world.drain();
  settle(drain, claimOne(drain), COMPLETE);
  const [second] = world.enqueue([edit(1)]);
  settle(drain, claimOne(drain), BURY);
  const [third] = world.enqueue([edit(1)]);
  assert.ok(first && second && third);
  assert.ok(first.jobId < second.jobId && second.jobId < third.jobId);
});

test('1,000 edits that are enqueued and completed leave no jobs, one row per scene, and the same number of pages', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  const done = (sceneId: number): Settlement =>
    ({ ...COMPLETE, record: { ...RECORD, ratingKey: String(sceneId) } }) as Settlement;
  settle(drain, claimOne(drain), done(1));
  const cycle = (from: number): void => {
    for (let n = from; n < from + 500; n += 1) {
      world.enqueue([edit((n % 5) + 1, { title: `Garden ${n}` })], { now: NOW + n });
      const job = claimOne(drain, NOW + n);
      assert.equal(settle(drain, job, done(job.sceneId), NOW + n), 'applied');
    }
  };
  cycle(0);
  const pages = world.sql('PRAGMA page_count');
  cycle(500);
  assert.deepEqual(world.sql('PRAGMA page_count'), pages);
  const rows = (table: string): number => world.sql(`SELECT 1 FROM ${table}`).length;
  assert.deepEqual(['jobs', 'scenes', 'retried_letters'].map(rows), [0, 5, 0]);
  assert.equal(readStats(world.stores(), NOW).totals.updated, 1_001);
});

test('runs are forgotten together with what they changed, but for the last good one', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const dayMs = 86_400_000;
  for (let day = 0; day < 20; day += 1) {
    const now = NOW + day * dayMs;
    const journal = { keptMs: 7 * dayMs, mostBytes: 1 };
    world.drain({ now, journal }).end({ now, exitCode: day === 3 ? 0 : 4, done: 0, failed: 0 });
  }
  const days = world.sql('SELECT started_at AS at FROM runs ORDER BY id').map(({ at }) => (Number(at) - NOW) / dayMs);
  assert.deepEqual(days, [3, 12, 13, 14, 15, 16, 17, 18, 19]);
});
