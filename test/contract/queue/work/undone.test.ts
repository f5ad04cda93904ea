/** No job waits as undone but for a scene that is undone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareUndone } from '../../../../src/queue/tables/undone.ts';
import { readSceneStatus } from '../../../../src/queue/views/scene-status.ts';
import { readStats } from '../../../../src/queue/views/stats.ts';
import { intakeOf } from '../../../../src/queue/work/intake.ts';
import { releaseAndEnqueue } from '../../../../src/queue/work/release-undone.ts';
import type { World } from '../../../helpers/queue-world.ts';
import { claimOne, edit, NOW, settle, setup } from '../../../helpers/queue-world.ts';

const bare = (sceneId: number) => ({ sceneId, bare: true, data: {} });
const undone = (world: World) => prepareUndone(world.stores().queueDb);
const waiting = (world: World) => world.sql('SELECT scene_id, undone, available_at FROM jobs ORDER BY scene_id');

/** Scene 1 is undone, and a job of it waits for that. */
function setupUndone(t: Parameters<typeof setup>[0]): World {
  const world = setup(t);
  world.enqueue([edit(1)]);
  undone(world).put(1, { content: '1:then', runId: 7, undoneAt: NOW });
  const drain = world.drain();
  settle(drain, claimOne(drain), { kind: 'undone', content: undefined });
  assert.deepEqual(waiting(world), [{ scene_id: 1, undone: 1, available_at: NOW }]);
  return world;
}

const HARBOUR = { machineIdentifier: 'harbour', sectionUuids: [] };
const GARDEN = { machineIdentifier: 'garden', sectionUuids: [] };

test('what is undone on a server that is given up is undone again once that is adopted again', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  drain.bind(HARBOUR);
  undone(world).put(1, { content: '1:then', runId: 7, undoneAt: NOW });
  undone(world).put(2, { content: undefined, runId: 7, undoneAt: NOW });
  const harbour = [undone(world).of(1), undone(world).of(2)];
  drain.adopt(GARDEN);
  assert.deepEqual(undone(world).scenes(), []);
  undone(world).put(2, { content: '1:now', runId: 9, undoneAt: NOW + 1 });
  drain.adopt(HARBOUR);
  assert.deepEqual([undone(world).of(1), undone(world).of(2)], harbour);
  drain.adopt(GARDEN);
  assert.deepEqual([undone(world).scenes(), undone(world).of(2)?.runId], [[2], 9]);
  // Kept once, where it does not count.
  assert.deepEqual(world.sql('SELECT DISTINCT server FROM undone_elsewhere'), [{ server: 'harbour' }]);
});

test('who asks for a scene asks for it on each server, and a scene that is gone is undone on none', (t) => {
  const asks: readonly ((world: World) => void)[] = [
    (world) => releaseAndEnqueue(world.stores(), [1], NOW),
    (world) => intakeOf(world.stores()).enqueue([edit(1)], { priority: 'hand', now: NOW, undone: 'release' }),
    (world) => intakeOf(world.stores()).take([{ kind: 'forget', sceneId: 1 }], NOW),
  ];
  for (const ask of asks) {
    const world = setup(t);
    world.enqueue([edit(2)]);
    const drain = world.drain();
    drain.bind(HARBOUR);
    undone(world).put(1, { content: '1:then', runId: 7, undoneAt: NOW });
    drain.adopt(GARDEN);
    ask(world);
    drain.adopt(HARBOUR);
    assert.deepEqual(undone(world).scenes(), [], String(ask));
  }
});

test('a scene that is not undone any more lets its job go on, whatever ended it', (t) => {
  const ends: readonly ((world: World) => void)[] = [
    (world) => undone(world).remove(1),
    (world) => {
      world.sql('UPDATE runs SET ended_at = 1');
      const drain = world.drain();
      drain.bind(HARBOUR);
      drain.adopt(GARDEN);
    },
    (world) => releaseAndEnqueue(world.stores(), [1], NOW),
    (world) => world.enqueue([edit(1)]),
  ];
  for (const end of ends) {
    const world = setupUndone(t);
    end(world);
    assert.deepEqual(waiting(world), [{ scene_id: 1, undone: 0, available_at: NOW }]);
  }
});

test('a scene that is released while its job is looked at is not left waiting', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  undone(world).put(1, { content: '1:then', runId: 7, undoneAt: NOW });
  const drain = world.drain();
  const job = claimOne(drain);
  undone(world).remove(1);
  settle(drain, job, { kind: 'undone', content: undefined });
  assert.deepEqual(waiting(world), [{ scene_id: 1, undone: 0, available_at: NOW }]);
  assert.equal(claimOne(drain).attempt, 1);
});

test('a hash of another version gives way to the one that can be compared from now on', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  undone(world).put(1, { content: '0:then', runId: 7, undoneAt: NOW });
  const drain = world.drain();
  settle(drain, claimOne(drain), { kind: 'undone', content: '1:now' });
  assert.equal(undone(world).of(1)?.content, '1:now');
});

test('a release makes a waiting job due as it stands, and gives any other scene one that asks Stash', (t) => {
  const world = setupUndone(t);
  undone(world).put(2, { content: undefined, runId: 7, undoneAt: NOW });
  const data = () => world.sql('SELECT scene_id, data, bare_at IS NOT NULL AS bare FROM jobs ORDER BY scene_id');
  const [before] = data();
  world.sql(`UPDATE jobs SET available_at = ${NOW + 9_000}`);
  releaseAndEnqueue(world.stores(), [1, 2], NOW + 1);
  assert.deepEqual(data(), [before, { scene_id: 2, data: '{}', bare: 1 }]);
  assert.deepEqual(
    [waiting(world).map(({ available_at }) => available_at), undone(world).count()],
    [[NOW + 1, NOW + 1], 0],
  );
});

test('what asks for many scenes passes over the undone ones, a person’s word ends that, and an event has it judged anew', (t) => {
  const world = setupUndone(t);
  const intake = intakeOf(world.stores());
  const passed = intake.enqueue([bare(1), bare(2)], { priority: 'bulk', now: NOW, undone: 'pass_over' });
  assert.deepEqual([passed.map(({ sceneId }) => sceneId), waiting(world)[0]?.['undone']], [[2], 1]);
  intake.take([{ kind: 'sync', sceneId: 1 }], NOW);
  assert.deepEqual([waiting(world)[0]?.['undone'], undone(world).count()], [0, 1]);
  intake.enqueue([bare(1)], { priority: 'hand', now: NOW, undone: 'release' });
  assert.equal(undone(world).count(), 0);
});

test('the status of a scene tells that it is undone where nothing else is known of it', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  undone(world).put(5, { content: undefined, runId: 7, undoneAt: NOW });
  assert.equal(readSceneStatus(world.stores(), 5, NOW)?.undone?.runId, 7);
  assert.equal(readSceneStatus(world.stores(), 6, NOW), undefined);
});

test('a job that waits for a person’s word on its undone scene is no old job, and not due', (t) => {
  const world = setupUndone(t);
  const { waiting: counts, oldestPendingAt, nextAttemptAt } = readStats(world.stores(), NOW);
  assert.deepEqual([counts.undone, counts.due, oldestPendingAt, nextAttemptAt], [1, 0, undefined, undefined]);
});
