import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Settlement } from '../../../../src/core/model/job.ts';
import type { SceneEvent } from '../../../../src/queue/work/intake.ts';
import { intakeOf, lastEventAt, openIntake } from '../../../../src/queue/work/intake.ts';
import {
  abandon,
  BURY,
  COMPLETE,
  claim,
  claimOne,
  edit,
  failure,
  NOW,
  RECORD,
  settle,
  setup,
} from '../../../helpers/queue-world.ts';

const sync = (sceneId: number): SceneEvent => ({ kind: 'sync', sceneId });
const forget = (sceneId: number): SceneEvent => ({ kind: 'forget', sceneId });

test('a changed scene becomes a bare job with the priority of hand edits, and is merged into one that waits', (t) => {
  const world = setup(t);
  world.enqueue([edit(2, { path: '/harbour/2.mp4', title: 'Pier' })], { priority: 'bulk' });
  const taken = intakeOf(world.stores()).take([sync(1), sync(2), sync(1)], NOW);
  assert.deepEqual(
    taken.map((one) => one.kind === 'sync' && [one.sceneId, one.how]),
    [
      [1, 'added'],
      [2, 'merged'],
      [1, 'merged'],
    ],
  );
  assert.deepEqual(world.sql('SELECT scene_id, priority, held, state FROM jobs ORDER BY scene_id'), [
    { scene_id: 1, priority: 0, held: 1, state: 'pending' },
    // It knows its file, and may be written without Stash.
    { scene_id: 2, priority: 0, held: 0, state: 'pending' },
  ]);
});

test('a scene that is gone loses its waiting job and what was known of it, and no other does', (t) => {
  const world = setup(t);
  world.enqueue([1, 2].map((id) => edit(id, { path: `/harbour/${id}.mp4`, title: 'Pier' })));
  const drain = world.drain();
  settle(drain, claimOne(drain), COMPLETE);
  settle(drain, claimOne(drain), COMPLETE);
  drain.end({ now: NOW, exitCode: 0, done: 2, failed: 0 });
  world.enqueue([1, 2].map((id) => edit(id, { title: 'Mole' })));
  const [waiting] = world.sql('SELECT id FROM jobs WHERE scene_id = 1');
  const taken = intakeOf(world.stores()).take([forget(1), forget(3)], NOW);
  assert.deepEqual(taken, [
    { kind: 'forget', sceneId: 1, droppedJobId: waiting?.['id'] },
    { kind: 'forget', sceneId: 3, droppedJobId: undefined },
  ]);
  assert.deepEqual(world.sql('SELECT scene_id FROM jobs'), [{ scene_id: 2 }]);
  assert.deepEqual(world.sql('SELECT scene_id FROM scenes'), [{ scene_id: 2 }]);
  assert.deepEqual(world.sql(`SELECT value FROM totals WHERE name = 'dropped'`), [{ value: 1 }]);
});

const UNDER_WAY_ENDS: readonly Settlement[] = [
  COMPLETE,
  BURY,
  { kind: 'retry', availableAt: NOW, spends: 'failure', error: failure() },
  { kind: 'give_back' },
];

for (const settlement of UNDER_WAY_ENDS) {
  test(`a job under way whose scene is gone ends without a trace: ${settlement.kind}`, (t) => {
    const world = setup(t);
    world.enqueue([edit(1, { path: '/harbour/1.mp4', title: 'Pier' })]);
    const drain = world.drain();
    settle(drain, claimOne(drain), COMPLETE);
    world.enqueue([edit(1, { title: 'Mole' })]);
    const job = claimOne(drain);
    intakeOf(world.stores()).take([forget(1)], NOW);
    assert.equal(world.onlyJob()['state'], 'in_progress');
    const note = { ...RECORD, sceneId: 1, lease: job.lease, intent: { fields: {}, lists: {} } };
    assert.deepEqual([drain.holds(job.lease, NOW), drain.intend([note], NOW)], [false, [false]]);
    assert.equal(settle(drain, job, settlement), 'gone');
    assert.deepEqual(
      [world.sql('SELECT * FROM jobs'), world.sql('SELECT * FROM scenes'), world.letters()],
      [[], [], []],
    );
    assert.deepEqual(world.sql(`SELECT value FROM totals WHERE name = 'gone'`), [{ value: 1 }]);
  });
}

test('a scene that comes back while its old job is under way keeps only later edits', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { path: '/harbour/1.mp4', title: 'Pier', tagline: 'Old' })]);
  const drain = world.drain();
  const job = claimOne(drain);
  intakeOf(world.stores()).take([forget(1)], NOW);
  world.enqueue([edit(1, { path: '/harbour/1.mp4', title: 'Mole' })]);
  assert.equal(settle(drain, job, BURY), 'gone');
  assert.deepEqual(claimOne(drain).data, { path: '/harbour/1.mp4', title: 'Mole' });
});

test('a killed run does not bring back a scene that was forgotten under its hands', (t) => {
  const world = setup(t);
  world.enqueue([1, 2].map((id) => edit(id)));
  const drain = world.drain();
  const [first] = claim(drain);
  assert.ok(first);
  intakeOf(world.stores()).take([forget(1)], NOW);
  abandon(world, drain, first.lease.owner);
  assert.deepEqual(world.drain().rescue(NOW), { takenBack: 1, buried: [] });
  assert.deepEqual(world.sql('SELECT scene_id, state FROM jobs'), [{ scene_id: 2, state: 'pending' }]);
});

test('events are taken in order, and once more with the same end', (t) => {
  const world = setup(t);
  const events = [sync(1), forget(1), sync(2), sync(3), forget(4), sync(3)];
  const state = (): unknown =>
    world.sql('SELECT scene_id, data, bare_at IS NOT NULL AS bare FROM jobs ORDER BY scene_id');
  openIntake(world.dir).close();
  const intake = intakeOf(world.stores());
  intake.take(events, NOW);
  const once = state();
  intake.take(events, NOW);
  assert.deepEqual(state(), once);
  assert.deepEqual(
    world.sql('SELECT scene_id FROM jobs ORDER BY scene_id').map((row) => row['scene_id']),
    [2, 3],
  );
});

test('an event that is taken in late lies below what was given by hand since, and above what was before', (t) => {
  const MINUTE_MS = 60_000;
  const world = setup(t);
  const path = '/harbour/1.mp4';
  world.enqueue([edit(1, { path, title: 'Pier', tagline: 'Fog' }), edit(2, { path, title: 'Mole' })], { now: NOW });
  const late = { now: NOW + 10 * MINUTE_MS };
  const intake = intakeOf(world.stores());
  intake.take(
    [
      { ...sync(1), at: NOW - MINUTE_MS },
      { ...sync(2), at: NOW + MINUTE_MS },
      { ...sync(3), at: NOW - MINUTE_MS },
    ],
    late.now,
  );
  world.enqueue([edit(3, { title: 'Weir' })], late);
  const laid = claim(world.drain({ stash: 'asked' }), late).map(({ sceneId, bare, overStash }) => [
    sceneId,
    bare,
    overStash.title,
  ]);
  assert.deepEqual(laid.toSorted(), [
    [1, 'open', 'Pier'],
    [2, 'open', undefined],
    [3, 'open', 'Weir'],
  ]);
});

test('where the clock was set back, an event counts as new, whatever time its file has', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { path: '/harbour/1.mp4', title: 'Pier' })], { now: NOW + 3_600_000 });
  intakeOf(world.stores()).take([{ ...sync(1), at: NOW - 1 }], NOW);
  const [job] = claim(world.drain({ stash: 'asked' }), { now: NOW + 3_600_001 });
  assert.deepEqual([job?.bare, job?.overStash.title], ['open', undefined]);
});

test('when something was taken in last is remembered, also where it meant nothing to do', (t) => {
  const world = setup(t);
  openIntake(world.dir).close();
  assert.equal(lastEventAt(world.stores()), undefined);
  intakeOf(world.stores()).take([], NOW);
  assert.equal(lastEventAt(world.stores()), NOW);
  world.close();
  const intake = openIntake(world.dir);
  intake.take([sync(1)], NOW + 5);
  intake.close();
  assert.equal(lastEventAt(world.stores()), NOW + 5);
});

const BULK = 'By bulk';
const HAND = 'By hand';
const ORDERS = [
  ['bulk', 'hand', 'hook'],
  ['bulk', 'hook', 'hand'],
  ['hand', 'bulk', 'hook'],
  ['hand', 'hook', 'bulk'],
  ['hook', 'bulk', 'hand'],
  ['hook', 'hand', 'bulk'],
] as const;

for (const order of ORDERS) {
  test(`whatever was said last wins, though an event is taken in a minute later: ${order.join(', ')}`, (t) => {
    const world = setup(t);
    const at = (source: (typeof order)[number]): number => NOW + order.indexOf(source) * 1_000;
    const titled = (sceneId: number, title: string) => edit(sceneId, { path: `/harbour/${sceneId}.mp4`, title });
    for (const source of order) {
      if (source === 'bulk')
        world.enqueue(
          Array.from({ length: 5_000 }, (_, index) => titled(index + 1, BULK)),
          { now: at('bulk') },
        );
      if (source === 'hand') world.enqueue([titled(4_990, HAND)], { now: at('hand') });
    }
    intakeOf(world.stores()).take([{ ...sync(4_990), at: at('hook') }], NOW + 60_000);
    const jobs = claim(world.drain({ stash: 'asked' }), { now: NOW + 60_000, limit: 5_000 });
    const said = jobs.find(({ sceneId }) => sceneId === 4_990)?.overStash.title;
    assert.equal(said, { bulk: BULK, hand: HAND, hook: undefined }[order.at(-1) ?? 'hook']);
  });
}

test('the pages of one call are said at one instant: an edit by hand between two of them stays over Stash', (t) => {
  const world = setup(t);
  const bare = (sceneId: number) => ({ sceneId, bare: true, data: {} });
  const intake = openIntake(world.dir);
  const page = (sceneIds: readonly number[], seconds: number) =>
    intake.enqueue(sceneIds.map(bare), { priority: 'bulk', now: NOW + seconds * 1_000, saidAt: NOW });
  page([1, 2], 0);
  for (const sceneId of [1, 3])
    intake.enqueue([edit(sceneId, { path: `/harbour/${sceneId}.mp4`, title: HAND })], {
      priority: 'hand',
      now: NOW + 3_000,
    });
  page([3, 4], 50);
  intake.close();
  const jobs = claim(world.drain({ stash: 'asked' }), { now: NOW + 60_000 });
  assert.deepEqual(
    jobs.map(({ sceneId, overStash }) => [sceneId, overStash.title]),
    [
      [1, HAND],
      [2, undefined],
      [3, HAND],
      [4, undefined],
    ],
  );
});
