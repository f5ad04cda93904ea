import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Breaker } from '../../../../src/core/failures/breaker.ts';
import { CLOSED } from '../../../../src/core/failures/breaker.ts';
import { noteStash } from '../../../../src/queue/tables/jobs/awaits-stash.ts';
import { readStats } from '../../../../src/queue/views/stats.ts';
import {
  COMPLETE,
  claim,
  claimOne,
  edit,
  edits,
  NOW,
  ownerFiles,
  RECORD,
  sceneIds,
  settle,
  setup,
} from '../../../helpers/queue-world.ts';

const DAY_MS = 86_400_000;

test('a drain stands down while another process drains, says its pid and what is left, and leaves no trace', async (t) => {
  const world = setup(t);
  world.enqueue([...edits(5), { sceneId: 9, bare: true, data: {} }]);
  const child = world.child({ do: 'hold', ifBusy: 'stand_down', limit: 2, now: NOW });
  await child.next();
  const before = [ownerFiles(world), world.sql('SELECT * FROM runs')];
  assert.deepEqual(world.tryDrain({ ifBusy: 'stand_down' }), {
    standDown: { pid: child.pid, left: 5, waiting: 3, command: 'process' },
  });
  assert.deepEqual([ownerFiles(world), world.sql('SELECT * FROM runs')], before);
});

test('a drain that shares works beside the other, and the next one alone stands down before both', async (t) => {
  const world = setup(t);
  world.enqueue(edits(3));
  const child = world.child({ do: 'hold', ifBusy: 'stand_down', limit: 2, now: NOW });
  await child.next();
  const drain = world.drain({ ifBusy: 'share' });
  assert.deepEqual(sceneIds(claim(drain)), [3]);
  assert.ok('standDown' in world.tryDrain({ ifBusy: 'stand_down' }));
  await child.kill();
  assert.deepEqual(world.tryDrain({ ifBusy: 'stand_down' }), {
    standDown: { pid: process.pid, left: 3, waiting: 0, command: 'process' },
  });
});

test('a drain does not stand down before one that was killed, though its run was never ended', async (t) => {
  const world = setup(t);
  world.enqueue(edits(2));
  const child = world.child({ do: 'hold', ifBusy: 'stand_down', limit: 1, now: NOW });
  await child.next();
  await child.kill();
  assert.deepEqual(world.sql('SELECT pid, ended_at FROM runs'), [{ pid: child.pid, ended_at: null }]);
  assert.equal(claim(world.drain({ ifBusy: 'stand_down' })).length, 2);
});

test('a drain does not stand down before one that has ended', async (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const child = world.child({ do: 'hold', ifBusy: 'stand_down', limit: 0, now: NOW });
  await child.next();
  child.go();
  assert.equal(await child.ended, 0);
  assert.deepEqual(sceneIds(claim(world.drain({ ifBusy: 'stand_down' }))), [1]);
});

test('of three processes that start at once, one drains and the others stand down', async (t) => {
  const world = setup(t);
  world.enqueue(edits(10));
  world.stores();
  const children = [0, 1, 2].map(() => world.child({ do: 'hold', ifBusy: 'stand_down', limit: 10, now: NOW }));
  const heard = await Promise.all(children.map((child) => child.next()));
  const drains = heard.filter((said) => 'jobs' in said);
  assert.deepEqual(
    drains.map(({ jobs }) => (jobs as unknown[]).length),
    [10],
  );
  const pids = heard.flatMap((said) => ('standDown' in said ? [(said['standDown'] as { pid: number }).pid] : []));
  const [draining] = children.filter((_, index) => 'jobs' in (heard[index] ?? {}));
  assert.deepEqual(pids, [draining?.pid, draining?.pid]);
});

test('a run is a row: when it began and ended, its exit code and what it did', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain({ now: NOW + 1, pid: 4242 });
  assert.deepEqual(readStats(world.stores(), NOW).lastRun?.ended_at, null);
  settle(drain, claimOne(drain, NOW + 1), COMPLETE);
  drain.end({ now: NOW + 2, exitCode: 0, done: 1, failed: 0 });
  const failing = world.drain({ now: NOW + 3, pid: 4243 });
  failing.end({ now: NOW + 4, exitCode: 4, done: 2, failed: 3 });
  assert.deepEqual(
    world.sql('SELECT pid, started_at, ended_at, exit_code, done, failed FROM runs ORDER BY id').map(Object.values),
    [
      [4242, NOW + 1, NOW + 2, 0, 1, 0],
      [4243, NOW + 3, NOW + 4, 4, 2, 3],
    ],
  );
  const stats = readStats(world.stores(), NOW);
  assert.deepEqual([stats.lastRun?.exit_code, stats.lastSuccessAt], [4, NOW + 2]);
});

test('an owner file that stands for a killed process is swept by the next drain that ends', async (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const child = world.child({ do: 'hold', ifBusy: 'share', limit: 1, now: NOW });
  await child.next();
  await child.kill();
  assert.equal(ownerFiles(world).length, 1);
  const drain = world.drain();
  settle(drain, claimOne(drain), COMPLETE);
  drain.end({ now: NOW, exitCode: 0, done: 1, failed: 0 });
  assert.deepEqual(ownerFiles(world), []);
});

test('the breaker, the binding and the client identifier outlive the process', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const first = world.drain();
  assert.deepEqual([first.breaker('plex'), first.binding()], [CLOSED, undefined]);
  const open: Breaker = { kind: 'open', openedAt: NOW };
  const binding = { machineIdentifier: 'lighthouse-1', sectionUuids: [] };
  first.saveBreaker('plex', { kind: 'closed', failures: 4 });
  first.saveBreaker('plex', open);
  first.bind({ machineIdentifier: 'lighthouse-0', sectionUuids: [] });
  first.bind(binding);
  const identifier = first.clientIdentifier();
  assert.match(identifier, /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  world.close();

  const second = world.drain();
  assert.deepEqual([second.breaker('plex'), second.binding(), second.clientIdentifier()], [open, binding, identifier]);
  assert.deepEqual(readStats(world.stores(), NOW).breakers.plex, open);
});

test('adopting another server forgets the binding and what was written there, and keeps jobs and identifier', (t) => {
  const world = setup(t);
  world.enqueue(edits(2));
  const drain = world.drain();
  const identifier = drain.clientIdentifier();
  drain.bind({ machineIdentifier: 'lighthouse-1', sectionUuids: [] });
  settle(drain, claimOne(drain), COMPLETE);
  assert.ok(drain.hasRecords());
  drain.saveAddedMark('1', { at: 5 });
  drain.adopt({ machineIdentifier: 'another', sectionUuids: [] });
  assert.deepEqual(
    [drain.binding()?.machineIdentifier, drain.hasRecords(), drain.sceneOf(RECORD.ratingKey)],
    ['another', false, undefined],
  );
  assert.equal(drain.addedMark('1'), undefined);
  // Where the scene's file is stays known: an edit that names none must still find it.
  assert.deepEqual(drain.record(1), { ...RECORD, ratingKey: '', sectionKey: '' });
  assert.equal(drain.clientIdentifier(), identifier);
  assert.deepEqual(sceneIds(claim(drain)), [2]);
});

test('a directory that has lost its client identifier does not go to Plex without one', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  world.sql(`DELETE FROM meta WHERE name = 'client_identifier'`);
  assert.throws(() => drain.clientIdentifier(), /no client identifier/);
});

test('two directories have two client identifiers', (t) => {
  const identifiers = [setup(t), setup(t)].map((world) => {
    world.enqueue([edit(1)]);
    return world.drain().clientIdentifier();
  });
  assert.equal(new Set(identifiers).size, 2);
});

test('a run that was killed is ended by the next one, with no exit code, and one that lives is left alone', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  world.drain({ pid: 1 }).abandon();
  world.drain({ pid: 2 });
  world.drain({ pid: 3, now: NOW + 5 });
  assert.deepEqual(world.sql('SELECT pid, ended_at, exit_code FROM runs ORDER BY id'), [
    { pid: 1, ended_at: NOW, exit_code: null },
    { pid: 2, ended_at: null, exit_code: null },
    { pid: 3, ended_at: null, exit_code: null },
  ]);
});

test('what a run with a longer wait has put off is not brought forward by the next one, and what no run can have is', (t) => {
  const world = setup(t);
  world.enqueue(edits(2));
  const due = (): unknown[] => world.sql('SELECT available_at FROM jobs ORDER BY id').map((row) => row['available_at']);
  world.drain({ longestWaitMs: 30 * DAY_MS });
  const [soon, never] = [NOW + 20 * DAY_MS, NOW + 40 * DAY_MS];
  world.sql(`UPDATE jobs SET available_at = iif(scene_id = 1, ${soon}, ${never})`);
  world.drain();
  assert.deepEqual(due(), [soon, NOW]);
});

test('a run that asked Stash nothing keeps the stored dialect', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  drain.saveStashDialect(undefined);
  assert.equal(drain.stashDialect(), undefined);
  drain.saveStashDialect({ version: 'v0.27.2' });
  drain.saveStashDialect(undefined);
  assert.deepEqual(drain.stashDialect(), { version: 'v0.27.2' });
});

test('a job that only Stash can fill in is shown as due once a run can ask it, and as held once none can', (t) => {
  const world = setup(t);
  world.enqueue([{ sceneId: 1, bare: true, data: {} }]);
  const { queueDb } = world.stores();
  const shown = () => {
    const { due, no_stash: held } = readStats(world.stores(), NOW).waiting;
    return { due, held };
  };
  assert.deepEqual(shown(), { due: 0, held: 1 });
  noteStash(queueDb, 'asked');
  assert.deepEqual(shown(), { due: 1, held: 0 });
  noteStash(queueDb, 'not_asked');
  assert.deepEqual(shown(), { due: 0, held: 1 });
});

test('no server is adopted beside a run that began meanwhile', async (t) => {
  const world = setup(t);
  world.enqueue(edits(2));
  const drain = world.drain();
  drain.bind({ machineIdentifier: 'harbour', sectionUuids: [] });
  const child = world.child({ do: 'hold', ifBusy: 'share', limit: 1, now: NOW });
  await child.next();
  const adopt = (): void => drain.adopt({ machineIdentifier: 'garden', sectionUuids: [] });
  assert.throws(adopt, new RegExp(`pid ${child.pid} is at work, and no server is adopted beside it\\.`));
  assert.equal(drain.binding()?.machineIdentifier, 'harbour');
  await child.kill();
  adopt();
  assert.equal(drain.binding()?.machineIdentifier, 'garden');
});

test('of what is left only what is due and not begun waits for another run', async (t) => {
  const world = setup(t);
  world.enqueue(edits(4));
  world.sql(`UPDATE jobs SET available_at = ${NOW + DAY_MS} WHERE scene_id = 4`);
  const child = world.child({ do: 'hold', ifBusy: 'stand_down', limit: 2, now: NOW });
  await child.next();
  assert.deepEqual(world.tryDrain({ ifBusy: 'stand_down', now: NOW }), {
    standDown: { pid: child.pid, left: 4, waiting: 1, command: 'process' },
  });
});
