import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SceneData } from '../../../../src/core/model/scene.ts';
import type { DeadLetter } from '../../../../src/queue/tables/dead-letters/letter.ts';
import { openDeadLetterActions } from '../../../../src/queue/work/dead-letter-actions.ts';
import type { World } from '../../../helpers/queue-world.ts';
import {
  BURY,
  COMPLETE,
  claim,
  claimOne,
  edit,
  edits,
  failure,
  NOW,
  settle,
  setup,
} from '../../../helpers/queue-world.ts';

/** Buries one job per edit, one after the other. */
function bury(world: World, ...list: readonly SceneData[]): void {
  world.enqueue([edit(1, list[0])]);
  const drain = world.drain();
  for (const data of list) {
    world.enqueue([edit(1, data)]);
    settle(drain, claimOne(drain), BURY);
  }
}

const said = (world: World): unknown[] => world.letters().map((letter) => JSON.parse(String(letter['job_data'])));
const waiting = (world: World): unknown[] =>
  world.sql("SELECT data FROM jobs WHERE state = 'pending'").map((row) => JSON.parse(String(row['data'])));

test('a completed job closes exactly the letters of its scene that it covers', (t) => {
  const world = setup(t);
  bury(world, { title: 'Pier' }, { title: 'Mole', details: 'Calm' });
  const drain = world.drain();
  world.enqueue([edit(2, { title: 'Garden' })]);
  settle(drain, claimOne(drain), BURY);
  world.enqueue([edit(1, { title: 'Quay', details: null })]);
  settle(drain, claimOne(drain), COMPLETE);
  assert.deepEqual(said(world), [{ scene_id: 2, title: 'Garden' }]);
});

test('a completed job shortens a letter with more keys, and a second one closes it', (t) => {
  const world = setup(t);
  bury(world, { title: 'Pier', details: 'Calm', tags: [] });
  const [before] = world.letters();
  const drain = world.drain();
  world.enqueue([edit(1, { title: 'Mole', rating100: 80 })]);
  settle(drain, claimOne(drain), COMPLETE);
  assert.deepEqual(said(world), [{ scene_id: 1, details: 'Calm', tags: [] }]);
  assert.deepEqual({ ...world.letters()[0], job_data: '', stamps: '' }, { ...before, job_data: '', stamps: '' });
  world.enqueue([edit(1, { details: 'Windy', tags: ['sea'] })]);
  settle(drain, claimOne(drain), COMPLETE);
  assert.deepEqual(world.letters(), []);
});

test('a letter that speaks for all that Stash has is not closed by an inline job', (t) => {
  const world = setup(t);
  bury(world, { title: 'Pier' });
  world.sql(`UPDATE dead_letters SET bare_at = ${NOW}`, 'dlq.db');
  const drain = world.drain();
  world.enqueue([edit(1, { title: 'Mole' })]);
  settle(drain, claimOne(drain), COMPLETE);
  assert.equal(world.letters().length, 1);
});

test('a job that fails, waits or is given back closes no letter', (t) => {
  const world = setup(t);
  bury(world, { title: 'Pier' });
  world.enqueue([edit(1, { title: 'Mole' })]);
  const drain = world.drain();
  settle(drain, claimOne(drain), { kind: 'retry', availableAt: NOW, spends: 'failure', error: failure() });
  settle(drain, claimOne(drain), { kind: 'defer' });
  settle(drain, claimOne(drain), { kind: 'dead', error: failure('low_confidence') });
  assert.deepEqual(said(world), [
    { scene_id: 1, title: 'Pier' },
    { scene_id: 1, title: 'Mole' },
  ]);
});

test('the same complaint again replaces the letter that it covers, and no other', (t) => {
  const world = setup(t);
  bury(world, { title: 'Pier', details: 'Calm' }, { title: 'Mole' });
  assert.equal(world.letters().length, 2, 'nobody has said the details since');
  bury(world, { title: 'Quay' });
  assert.deepEqual(said(world), [
    { scene_id: 1, title: 'Pier', details: 'Calm' },
    { scene_id: 1, title: 'Quay' },
  ]);
  world.enqueue([edit(1, { title: 'Weir' })]);
  const drain = world.drain();
  settle(drain, claimOne(drain), { kind: 'dead', error: failure('no_file_path', 'No file path') });
  assert.equal(world.letters().length, 3, 'another complaint is another letter');
});

test('a scene that Stash is asked for night after night has one letter of a kind, and what was given by hand stays', (t) => {
  const world = setup(t);
  bury(world, { title: 'By hand' });
  const drain = world.drain({ stash: 'asked' });
  for (const _ of [1, 2, 3]) {
    world.enqueue([{ sceneId: 1, bare: true, data: {} }]);
    settle(drain, claimOne(drain), BURY);
  }
  assert.deepEqual(said(world), [{ scene_id: 1, title: 'By hand' }, { scene_id: 1 }]);
});

test('a retried letter becomes a job by hand that is due now, with attempts anew and a key of its own', (t) => {
  const world = setup(t);
  bury(world, { path: '/harbour/1.mp4', title: 'Pier', tags: [] });
  const [letter] = world.letters();
  const actions = openDeadLetterActions(world.stores());
  assert.deepEqual(actions.retry(actions.list({}), NOW + 9), [{ letterId: letter?.['id'], sceneId: 1, how: 'queued' }]);
  assert.deepEqual([world.letters(), world.sql('SELECT 1 FROM retried_letters')], [[], []]);
  const row = world.onlyJob();
  assert.notEqual(row['job_key'], letter?.['job_key']);
  assert.deepEqual([row['priority'], row['available_at'], row['attempt'], row['failures']], [0, NOW + 9, 0, 0]);
  const job = claimOne(world.drain(), NOW + 9);
  assert.deepEqual(job.data, { path: '/harbour/1.mp4', title: 'Pier', tags: [] });
});

test('a retried letter lies under the newer edit that waits: old never overwrites new', (t) => {
  const world = setup(t);
  bury(world, { title: 'Pier', details: 'Calm', tags: ['sea'] });
  world.enqueue([edit(1, { title: 'Mole', tags: [] })], { now: NOW + 500 });
  const actions = openDeadLetterActions(world.stores());
  assert.deepEqual(
    actions.retry(actions.list({}), NOW + 100).map(({ how }) => how),
    ['merged'],
  );
  assert.deepEqual(waiting(world), [{ title: 'Mole', details: 'Calm', tags: [] }]);
  assert.deepEqual([world.letters(), world.onlyJob()['available_at']], [[], NOW + 100]);
});

test('a retried letter queues only what the newer edit under way does not say', (t) => {
  const world = setup(t);
  bury(world, { title: 'Pier', details: 'Calm' });
  world.enqueue([edit(1, { title: 'Mole' })]);
  const drain = world.drain();
  const running = claimOne(drain);
  const actions = openDeadLetterActions(world.stores());
  assert.deepEqual(
    actions.retry(actions.list({}), NOW).map(({ how }) => how),
    ['queued'],
  );
  assert.deepEqual(waiting(world), [{ details: 'Calm' }]);
  settle(drain, running, BURY);
  assert.deepEqual([claimOne(drain).data, world.letters()], [{ title: 'Mole', details: 'Calm' }, []]);
});

test('a retried letter that the newer edit under way covers stays until that one completes', (t) => {
  const world = setup(t);
  bury(world, { title: 'Pier' });
  world.enqueue([edit(1, { title: 'Mole', details: 'Calm' })]);
  const drain = world.drain();
  const running = claimOne(drain);
  const actions = openDeadLetterActions(world.stores());
  assert.deepEqual(
    actions.retry(actions.list({}), NOW).map(({ how }) => how),
    ['covered'],
  );
  assert.deepEqual([said(world), waiting(world)], [[{ scene_id: 1, title: 'Pier' }], []]);
  settle(drain, running, COMPLETE);
  assert.deepEqual(world.letters(), []);
});

for (const turn of ['newest first', 'oldest first'] as const) {
  test(`two letters of one scene, given ${turn}, become one job in which the newer one wins`, (t) => {
    const world = setup(t);
    bury(world, { title: 'Pier', details: 'Calm', date: '2020' }, { title: 'Mole', details: null });
    const actions = openDeadLetterActions(world.stores());
    const letters = actions.list({});
    const retried = actions.retry(turn === 'newest first' ? letters : letters.toReversed(), NOW);
    assert.deepEqual(retried.map(({ how }) => how).toSorted(), ['merged', 'queued']);
    assert.deepEqual([waiting(world), world.letters()], [[{ title: 'Mole', details: null, date: '2020' }], []]);
  });
}

test('a retried job that fails again becomes a letter of its own', (t) => {
  const world = setup(t);
  bury(world, { title: 'Pier' });
  const [first] = world.letters();
  const actions = openDeadLetterActions(world.stores());
  actions.retry(actions.list({}), NOW);
  const drain = world.drain();
  settle(drain, claimOne(drain), BURY);
  const [second, ...more] = world.letters();
  assert.ok(second && more.length === 0);
  assert.ok(Number(second['id']) > Number(first?.['id']));
  assert.notEqual(second['job_key'], first?.['job_key']);
});

test('a retry that was killed before the letters went is finished at the next opening, and done once', async (t) => {
  const world = setup(t);
  bury(world, { title: 'Pier' }, { details: 'Calm' });
  world.close();
  assert.equal(await world.child({ do: 'retry_and_die', now: NOW }).ended, 'SIGKILL');
  assert.deepEqual([waiting(world), world.letters().length], [[{ title: 'Pier', details: 'Calm' }], 2]);

  const actions = openDeadLetterActions(world.stores());
  assert.deepEqual([actions.list({}), world.sql('SELECT 1 FROM retried_letters')], [[], []]);
  assert.deepEqual(waiting(world), [{ title: 'Pier', details: 'Calm' }]);
});

test('a retry that was killed half way is finished even when the job has become a letter again since', async (t) => {
  const world = setup(t);
  bury(world, { title: 'Pier' });
  const beside = world.drain();
  assert.equal(await world.child({ do: 'retry_and_die', now: NOW }).ended, 'SIGKILL');
  settle(beside, claimOne(beside), { kind: 'dead', error: failure('low_confidence') });
  assert.equal(world.letters().length, 2);
  world.close();
  world.stores();
  assert.deepEqual(said(world), [{ scene_id: 1, title: 'Pier' }]);
});

test('letters are listed newest first, and by id, kind or scene', (t) => {
  const world = setup(t);
  world.enqueue(edits(3));
  const drain = world.drain();
  const codes = ['plex_rejected', 'low_confidence', 'plex_rejected'] as const;
  for (const [index, job] of claim(drain).entries()) {
    const error = failure(codes[index], `No ${index}`);
    settle(drain, job, { kind: 'dead', error }, NOW + index);
  }
  const actions = openDeadLetterActions(world.stores());
  const scenes = (filter: Parameters<typeof actions.list>[0]): number[] =>
    actions.list(filter).map((letter) => letter.scene_id);
  assert.deepEqual(scenes({}), [3, 2, 1]);
  assert.deepEqual(scenes({ errorType: 'plexpermanenterror' }), [3, 1]);
  assert.deepEqual(scenes({ sceneId: 2 }), [2]);
  assert.deepEqual(scenes({ ids: [1, 2] }), [2, 1]);
  assert.deepEqual(scenes({ ids: [1, 2], errorType: 'LowConfidenceMatch' }), [2]);
  assert.deepEqual(scenes({ ids: [] }), []);
});

test('letters are chosen by the folder of their file, up to its boundary, and by when they failed', (t) => {
  const world = setup(t);
  const paths = ['/data/old/a.mp4', '/data/old/x/b.mp4', '/data/older/c.mp4', undefined];
  world.enqueue(paths.map((path, index) => edit(index + 1, { title: 'T', ...(path === undefined ? {} : { path }) })));
  const drain = world.drain();
  for (const [index, job] of claim(drain).entries()) settle(drain, job, BURY, NOW + index * 1_000);
  const actions = openDeadLetterActions(world.stores());
  const scenes = (filter: Parameters<typeof actions.list>[0]): number[] =>
    actions.list(filter).map((letter) => letter.scene_id);
  assert.deepEqual(scenes({ pathPrefix: '/data/old' }), [2, 1]);
  assert.deepEqual(scenes({ pathPrefix: '\\data\\old\\' }), [2, 1]);
  assert.deepEqual(scenes({ pathPrefix: '/data/old/a.mp4' }), [1]);
  assert.deepEqual(scenes({ pathPrefix: '/' }), [3, 2, 1]);
  assert.deepEqual(scenes({ before: NOW + 1_000 }), [1]);
  assert.deepEqual(scenes({ since: NOW + 1_000 }), [4, 3, 2]);
  assert.deepEqual(scenes({ since: NOW + 1_000, before: NOW + 2_000, pathPrefix: '/data' }), [2]);
  assert.deepEqual(
    [...actions.read({ pathPrefix: '/data/old' })].map((letter) => letter.scene_id),
    [2, 1],
  );
});

test('a preview reports what a retry would do and changes nothing', (t) => {
  const world = setup(t);
  bury(world, { title: 'Pier', details: 'Calm' }, { title: 'Mole' });
  world.enqueue([edit(2)]);
  const drain = world.drain();
  settle(drain, claimOne(drain), BURY);
  world.enqueue([edit(2, { tags: [] })]);
  const actions = openDeadLetterActions(world.stores());
  const letters = actions.list({});
  const preview = actions.preview(letters);
  assert.deepEqual(
    preview.map(({ sceneId, how }) => [sceneId, how]),
    [
      [2, 'merged'],
      [1, 'queued'],
      [1, 'merged'],
    ],
  );
  assert.equal(world.letters().length, 3);
  assert.deepEqual(actions.retry(letters, NOW), preview);
});

test('purge deletes the given letters for good and counts what it deleted', (t) => {
  const world = setup(t);
  bury(world, { title: 'Pier' }, { details: 'Calm' });
  const actions = openDeadLetterActions(world.stores());
  const letters = actions.list({});
  assert.equal(actions.purge(letters.slice(0, 1)), 1);
  assert.deepEqual(said(world), [{ scene_id: 1, title: 'Pier' }]);
  assert.equal(actions.purge(letters), 1);
  assert.deepEqual([world.letters(), world.sql('SELECT 1 FROM jobs')], [[], []]);
});

test('retrying an older letter of a scene, then the newer one, ends with the newest values', (t) => {
  const world = setup(t);
  bury(world, { title: 'Old', tags: [] });
  bury(world, { title: 'New' });
  const actions = openDeadLetterActions(world.stores());
  const [newer, older] = actions.list({});
  assert.ok(newer && older);
  actions.retry([older], NOW);
  actions.retry([newer], NOW);
  assert.deepEqual(waiting(world)[0], { title: 'New', tags: [] });
});

test('a retried older letter that completes leaves the newer letter where it is', (t) => {
  const world = setup(t);
  bury(world, { title: 'Old' });
  const drain = world.drain();
  world.enqueue([edit(1, { title: 'New' })]);
  settle(drain, claimOne(drain), { kind: 'dead', error: failure('low_confidence') });
  const actions = openDeadLetterActions(world.stores());
  actions.retry([actions.list({})[1] as DeadLetter], NOW);
  settle(drain, claimOne(drain), COMPLETE);
  assert.deepEqual(said(world), [{ scene_id: 1, title: 'New' }]);
});

test('an old path in a letter never replaces a newer one', (t) => {
  const world = setup(t);
  bury(world, { path: '/harbour/old.mp4', title: 'Pier' });
  world.enqueue([edit(1, { path: '/harbour/new.mp4', details: 'Calm' })]);
  const drain = world.drain();
  const running = claimOne(drain);
  const actions = openDeadLetterActions(world.stores());
  actions.retry(actions.list({}), NOW);
  settle(drain, running, { kind: 'dead', error: failure() });
  assert.deepEqual(waiting(world)[0], { path: '/harbour/new.mp4', details: 'Calm', title: 'Pier' });
});

test('a letter that was retried or closed since it was listed is not put back a second time', (t) => {
  const world = setup(t);
  bury(world, { title: 'Pier' });
  const actions = openDeadLetterActions(world.stores());
  const listed = actions.list({});
  actions.retry(listed, NOW);
  const drain = world.drain();
  settle(drain, claimOne(drain), COMPLETE);
  assert.deepEqual(
    actions.retry(listed, NOW).map(({ how }) => how),
    ['gone'],
  );
  assert.deepEqual(world.sql('SELECT * FROM jobs'), []);
});

test('a merge behind a running job keeps the priority of the hand that asked', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { title: 'By hand' })]);
  const drain = world.drain();
  const running = claimOne(drain);
  world.enqueue([edit(1, { tags: [] })], { priority: 'bulk' });
  assert.equal(settle(drain, running, { kind: 'give_back' }), 'superseded');
  assert.equal(world.onlyJob()['priority'], 0);
});
