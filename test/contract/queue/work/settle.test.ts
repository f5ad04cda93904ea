import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Settlement } from '../../../../src/core/model/job.ts';
import type { SceneRecord } from '../../../../src/core/model/scene-record.ts';
import { readStats } from '../../../../src/queue/views/stats.ts';
import {
  BURY,
  COMPLETE,
  claim,
  claimOne,
  edit,
  edits,
  failure,
  LEASE_MS,
  NOW,
  RECORD,
  sceneIds,
  settle,
  setup,
} from '../../../helpers/queue-world.ts';

const RETRY: Settlement = { kind: 'retry', availableAt: NOW + 5_000, spends: 'failure', error: failure() };
const MISS: Settlement = {
  kind: 'retry',
  availableAt: NOW + 30_000,
  spends: 'miss',
  error: failure('plex_not_found', 'No item has the file'),
};
const RELEASE: Settlement = {
  kind: 'release',
  availableAt: NOW + 60_000,
  error: failure('plex_unavailable', 'Silent'),
};
const SETTLEMENTS: readonly Settlement[] = [
  COMPLETE,
  RETRY,
  MISS,
  RELEASE,
  BURY,
  { kind: 'give_back' },
  { kind: 'defer' },
];
/** Every end of an attempt that leaves the scene's edit unwritten. */
const UNFINISHED = SETTLEMENTS.filter(({ kind }) => kind !== 'complete');
const nameOf = (settlement: Settlement): string =>
  settlement.kind === 'retry' ? `retry of a ${settlement.spends}` : settlement.kind;

test('complete removes the job, counts it and remembers what was written', (t) => {
  const world = setup(t);
  world.enqueue(edits(2));
  const drain = world.drain();
  const record: SceneRecord = {
    ratingKey: '77',
    sectionKey: '2',
    scenePath: '/harbour/1.mp4',
    provenFile: '/media/1.mp4',
    written: { fields: { title: { sent: 'Pier', kept: 'Pier' } }, lists: { genre: { sea: 'Sea' } } },
    intent: undefined,
  };
  const [first, second] = claim(drain);
  assert.ok(first && second);
  assert.equal(drain.hasRecords(), false);
  const settled = drain.settle(
    [
      { job: first, settlement: { kind: 'complete', change: 'updated', record } },
      { job: second, settlement: { kind: 'complete', change: 'unchanged', record: RECORD } },
    ],
    NOW,
  );
  assert.deepEqual(settled, ['applied', 'applied']);
  assert.deepEqual(world.sql('SELECT 1 FROM jobs'), []);
  assert.deepEqual(drain.record(1), record);
  assert.deepEqual([drain.sceneOf('77'), drain.sceneOf('78'), drain.hasRecords()], [1, undefined, true]);
  const { totals } = readStats(world.stores(), NOW);
  assert.deepEqual([totals.updated, totals.unchanged, totals.dead_lettered], [1, 1, 0]);
});

test('an intent stands in the record of its scene until a completed job replaces it', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  const job = claimOne(drain);
  const intent = { fields: { title: { before: 'Old pier', value: 'Pier' } }, lists: {} };
  const lost = { ...job.lease, claim: 99 };
  assert.deepEqual(drain.intend([{ ...RECORD, sceneId: 1, lease: lost, intent }], NOW), [false]);
  assert.equal(drain.record(1), undefined);
  assert.deepEqual(drain.intend([{ ...RECORD, sceneId: 1, lease: job.lease, intent }], NOW), [true]);
  assert.deepEqual(drain.record(1), { ...RECORD, intent });
  settle(drain, job, COMPLETE);
  assert.deepEqual(drain.record(1), RECORD);
});

test('a retry that spends a failure or a miss waits until its time and spends just that', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  assert.equal(settle(drain, claimOne(drain), RETRY), 'applied');
  assert.equal(world.onlyJob()['last_error'], 'PlexTemporaryError: Plex answered 500');
  assert.deepEqual(claim(drain, { now: NOW + 4_999 }), []);
  const second = claimOne(drain, NOW + 5_000);
  assert.deepEqual([second.spent, second.attempt], [{ failures: 1, misses: 0 }, 2]);
  assert.equal(settle(drain, second, MISS), 'applied');
  assert.deepEqual(claim(drain, { now: NOW + 29_999 }), []);
  const third = claimOne(drain, NOW + 30_000);
  assert.deepEqual([third.spent, third.attempt], [{ failures: 1, misses: 1 }, 3]);
});

test('a released job has its attempt back and is not claimed again in this drain, but in the next, when it is due', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const [one, other] = [world.drain(), world.drain()];
  assert.equal(settle(one, claimOne(one), RELEASE), 'applied');
  const row = world.onlyJob();
  assert.deepEqual([row['state'], row['attempt'], row['failures'], row['misses']], ['pending', 0, 0, 0]);
  const later = NOW + 60_000;
  assert.deepEqual([claim(one, { now: later }), one.dueCount(later)], [[], 0]);
  assert.deepEqual([claim(other, { now: later - 1 }), other.dueCount(later)], [[], 1]);
  const again = claimOne(other, later);
  assert.deepEqual([again.spent, again.attempt], [{ failures: 0, misses: 0 }, 1]);
});

test('a job that is given back is due as before, with its attempt, for any drain but this one', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)], { now: NOW - 50 });
  const [one, other] = [world.drain(), world.drain()];
  assert.equal(settle(one, claimOne(one), { kind: 'give_back' }), 'applied');
  assert.deepEqual([world.onlyJob()['attempt'], world.onlyJob()['available_at']], [0, NOW - 50]);
  assert.deepEqual(claim(one), []);
  assert.equal(claimOne(other).attempt, 1);
});

test('a deferred job is claimed again in this very drain, under another lease', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  assert.equal(settle(drain, claimOne(drain), { kind: 'defer' }), 'applied');
  assert.equal(claimOne(drain).attempt, 2);
});

test('a buried job leaves the queue for dlq.db, with all a person needs to know and to try again', (t) => {
  const world = setup(t);
  world.enqueue([edit(9, { path: '/harbour/9.mp4', title: 'Pier', tags: [], details: null })]);
  const drain = world.drain();
  settle(drain, claimOne(drain), { ...RETRY, availableAt: NOW });
  settle(drain, claimOne(drain), { ...MISS, availableAt: NOW });
  const job = claimOne(drain);
  const key = world.onlyJob()['job_key'];
  assert.equal(settle(drain, job, BURY, NOW + 7), 'applied');
  assert.deepEqual(world.sql('SELECT 1 FROM jobs'), []);
  assert.deepEqual(world.letters(), [
    {
      id: 1,
      job_id: job.id,
      job_key: key,
      scene_id: 9,
      job_data: '{"scene_id":9,"path":"/harbour/9.mp4","title":"Pier","tags":[],"details":null}',
      stamps: world.letters()[0]?.['stamps'],
      bare_at: null,
      choices: null,
      rest: null,
      reassert: null,
      error_type: 'PlexPermanentError',
      error_message: 'Plex answered 400',
      stack_trace: null,
      retry_count: 2,
      failed_at: new Date(NOW + 7).toISOString(),
    },
  ]);
  assert.equal(readStats(world.stores(), NOW).totals.dead_lettered, 1);
});

test('only an unforeseen failure leaves its stack in the letter', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  const error = failure('unexpected', 'a gull flew by');
  settle(drain, claimOne(drain), { kind: 'dead', error });
  assert.deepEqual(
    world.letters().map(({ error_type, stack_trace }) => [error_type, stack_trace]),
    [['UnexpectedError', error.stack]],
  );
});

test('the answers to a batch are in the order of its entries, and one transaction applies them', (t) => {
  const world = setup(t);
  world.enqueue(edits(4));
  const drain = world.drain();
  const jobs = claim(drain);
  world.enqueue([edit(2, { details: 'Calm' })]);
  world.sql("UPDATE jobs SET lease_owner = 'another' WHERE scene_id = 3 AND state = 'in_progress'");
  const settlements = [COMPLETE, RETRY, BURY, BURY];
  const entries = jobs.map((job, index) => ({ job, settlement: settlements[index] ?? COMPLETE }));
  assert.deepEqual(drain.settle(entries.toReversed(), NOW), ['applied', 'lease_lost', 'superseded', 'applied']);
  assert.deepEqual(world.sql('SELECT scene_id, state FROM jobs ORDER BY scene_id'), [
    { scene_id: 2, state: 'pending' },
    { scene_id: 3, state: 'in_progress' },
  ]);
});

test('a letter that cannot be written leaves the whole batch as it was, so that it can be settled again', (t) => {
  const world = setup(t);
  world.enqueue(edits(2));
  const drain = world.drain();
  const jobs = claim(drain);
  const entries = jobs.map((job, index) => ({ job, settlement: index === 0 ? COMPLETE : BURY }));
  world
    .stores()
    .dlqDb.exec("CREATE TEMP TRIGGER full BEFORE INSERT ON dead_letters BEGIN SELECT RAISE(ABORT, 'full'); END");
  const before = world.sql('SELECT * FROM jobs');
  assert.throws(() => drain.settle(entries, NOW), /full/);
  assert.deepEqual([world.sql('SELECT * FROM jobs'), world.letters()], [before, []]);
  world.stores().dlqDb.exec('DROP TRIGGER full');
  assert.deepEqual(drain.settle(entries, NOW), ['applied', 'applied']);
});

for (const settlement of SETTLEMENTS) {
  const name = nameOf(settlement);
  test(`${name} under a lost lease changes nothing and says so`, (t) => {
    const world = setup(t);
    world.enqueue([edit(1)]);
    const [late, other] = [world.drain(), world.drain()];
    const lost = claimOne(late);
    const now = NOW + LEASE_MS;
    const taken = claimOne(other, now);
    assert.equal(taken.id, lost.id);
    const before = world.sql('SELECT * FROM jobs');
    assert.equal(settle(late, lost, settlement, now), 'lease_lost');
    assert.deepEqual([world.sql('SELECT * FROM jobs'), world.letters(), late.record(1)], [before, [], undefined]);
    assert.equal(settle(other, taken, COMPLETE, now), 'applied');
    assert.equal(settle(late, lost, settlement, now), 'lease_lost');
    assert.deepEqual(world.letters(), []);
  });

  test(`${name} of an earlier attempt of the same drain changes nothing`, (t) => {
    const world = setup(t);
    world.enqueue([edit(1)]);
    const drain = world.drain();
    const first = claimOne(drain);
    settle(drain, first, { ...RETRY, availableAt: NOW });
    assert.equal(settle(drain, first, settlement), 'lease_lost');
    const second = claimOne(drain);
    const before = world.sql('SELECT * FROM jobs');
    assert.equal(settle(drain, first, settlement), 'lease_lost');
    assert.deepEqual([world.sql('SELECT * FROM jobs'), world.letters()], [before, []]);
    assert.equal(settle(drain, second, COMPLETE), 'applied');
  });
}

for (const settlement of UNFINISHED) {
  test(`a newer edit that waits takes over what ended in ${nameOf(settlement)}, and drops no key`, (t) => {
    const world = setup(t);
    world.enqueue([edit(1, { path: '/harbour/1.mp4', title: 'Pier', details: 'Calm', tags: ['sea'] })]);
    const drain = world.drain();
    const older = claimOne(drain);
    world.enqueue([edit(1, { title: 'Mole', tags: [], date: '2020' })], { now: NOW + 1 });
    const newer = world.sql("SELECT id, job_key FROM jobs WHERE state = 'pending'");
    assert.equal(settle(drain, older, settlement), 'superseded');
    assert.deepEqual(world.sql('SELECT id, job_key FROM jobs'), newer);
    assert.deepEqual(world.letters(), []);
    // Due when the newer edit is, with its own attempts, in this drain too: it is another job.
    const job = claimOne(drain, NOW + 1);
    assert.deepEqual([job.spent, job.attempt], [{ failures: 0, misses: 0 }, 1]);
    assert.deepEqual(job.data, {
      path: '/harbour/1.mp4',
      title: 'Mole',
      details: 'Calm',
      tags: [],
      date: '2020',
    });
    const { totals } = readStats(world.stores(), NOW);
    assert.deepEqual([totals.superseded, totals.retries, totals.released, totals.dead_lettered], [1, 0, 0, 0]);
  });
}

test('a newer edit that waits when its elder completes keeps only what it says itself', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { title: 'Pier', details: 'Calm' })]);
  const drain = world.drain();
  const older = claimOne(drain);
  world.enqueue([edit(1, { title: 'Mole' })]);
  assert.equal(settle(drain, older, COMPLETE), 'applied');
  assert.deepEqual(claimOne(drain).data, { title: 'Mole' });
});

test('a newer edit of a scene does not disturb the settling of others', (t) => {
  const world = setup(t);
  world.enqueue(edits(3));
  const drain = world.drain();
  const jobs = claim(drain);
  world.enqueue([edit(1, { details: 'Calm' })]);
  const answers = drain.settle(
    jobs.map((job) => ({ job, settlement: BURY })),
    NOW,
  );
  assert.deepEqual(answers, ['superseded', 'applied', 'applied']);
  assert.deepEqual(
    world.letters().map((letter) => letter['scene_id']),
    [2, 3],
  );
  assert.deepEqual(sceneIds(claim(drain)), [1]);
});

test('a lease that ran out does not hold again when the same drain gets the job once more', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const [slow, other] = [world.drain(), world.drain()];
  const old = claimOne(slow);
  const later = NOW + LEASE_MS + 1;
  // Taken back and given back: the attempt counts for nothing, and the next one has the same number.
  const [between] = claim(other, { now: later });
  assert.ok(between);
  settle(other, between, { kind: 'give_back' }, later);
  const [anew] = claim(slow, { now: later });
  assert.ok(anew);
  assert.equal(slow.holds(old.lease, later), false);
  assert.equal(settle(slow, old, COMPLETE, later), 'lease_lost');
  assert.equal(settle(slow, anew, COMPLETE, later), 'applied');
});

test('the scenes known from Stash are sampled from all over, without those that were asked for and those given by hand', (t) => {
  const world = setup(t);
  world.enqueue(edits(50));
  const drain = world.drain();
  for (const job of claim(drain)) {
    const record = { ...RECORD, ratingKey: `${job.sceneId}` };
    const stashUpdatedAt = job.sceneId === 50 ? undefined : '2024-05-01T12:00:00Z';
    const notes = { sectionTitle: 'Adult', left: [], stashUpdatedAt };
    settle(drain, job, { kind: 'complete', change: 'updated', record, notes });
  }
  const spread = drain.knownScenes({ most: 20, except: [] });
  assert.equal(spread.length, 20);
  assert.equal(spread.filter((id) => id <= 25).length, 10);
  assert.ok(!drain.knownScenes({ most: 100, except: [] }).includes(50));
  const except = Array.from({ length: 45 }, (_, index) => index + 1);
  assert.deepEqual(drain.knownScenes({ most: 20, except }), [46, 47, 48, 49]);
});

test('what was given by hand is done, and the request for what Stash has waits for a run that can ask', (t) => {
  const world = setup(t);
  world.enqueue([{ sceneId: 1, bare: true, data: {} }]);
  world.enqueue([edit(1, { path: '/harbour/1.mp4', title: 'Pier' })], { now: NOW + 1_000 });
  const drain = world.drain();
  const job = claimOne(drain, NOW + 1_000);
  assert.equal(job.bare, 'open');
  assert.equal(settle(drain, job, COMPLETE, NOW + 1_000), 'applied');
  const { state, data, bare_at: bareAt, attempt } = world.onlyJob();
  assert.deepEqual([state, data, typeof bareAt, attempt], ['pending', '{}', 'number', 0]);
  const asking = world.drain({ stash: 'asked' });
  assert.deepEqual(
    claim(asking, { now: NOW + 1_000 }).map(({ bare, overStash }) => [bare, overStash]),
    [['open', {}]],
  );
});

test('a job that waits for its file is woken by the path that is known of it, under any that is given later', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { title: 'Pier' })]);
  const drain = world.drain();
  settle(drain, { ...claimOne(drain), knownPath: '/harbour/1.mp4' }, MISS);
  const { id } = world.onlyJob();
  assert.deepEqual(drain.missing(), [{ kind: 'job', id, sceneId: 1, path: '/harbour/1.mp4' }]);
  world.enqueue([edit(1, { path: '/garden/1.mp4' })], { now: NOW });
  assert.deepEqual(claimOne(drain).data, { path: '/garden/1.mp4', title: 'Pier' });
});

test('a letter of a file that Plex did not have comes back into the queue when the file is seen', (t) => {
  const world = setup(t);
  world.enqueue(edits(2));
  const drain = world.drain();
  const [first, second] = claim(drain);
  assert.ok(first !== undefined && second !== undefined);
  settle(drain, first, { kind: 'dead', error: failure('plex_not_found', 'No item has the file') });
  settle(drain, second, BURY);
  const missing = drain.missing();
  assert.deepEqual(
    missing.map(({ kind, path }) => [kind, path]),
    [['letter', `/harbour/${first.sceneId}.mp4`]],
  );
  drain.wake(missing, NOW);
  assert.deepEqual(sceneIds(claim(drain)), [first.sceneId]);
  assert.deepEqual(
    world.letters().map((letter) => letter['scene_id']),
    [second.sceneId],
  );
});

test('of each kind of request the last successes of two scenes are remembered, of whichever drain', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const success = (sceneId: number, at: number) => new Map([['plex PUT item', [{ sceneId, at }]]] as const);
  world.drain().settle([], NOW, success(1, NOW));
  const other = world.drain();
  other.settle([], NOW, success(2, NOW + 1));
  other.settle([], NOW, success(3, NOW - 1));
  assert.deepEqual(other.successes('plex PUT item'), [
    { sceneId: 2, at: NOW + 1 },
    { sceneId: 1, at: NOW },
  ]);
  assert.deepEqual(other.successes('plex GET items'), []);
});
