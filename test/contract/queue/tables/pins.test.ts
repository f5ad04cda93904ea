/** What a person said a scene is, as `queue.db` keeps it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pin } from '../../../../src/core/match/pin.ts';
import type { Settlement } from '../../../../src/core/model/job.ts';
import { QUEUE_SCHEMA } from '../../../../src/queue/store/migrations.ts';
import { openDatabase, prepareDataDir } from '../../../../src/queue/store/open.ts';
import type { PinnedScene } from '../../../../src/queue/tables/pins.ts';
import { listPins, pinScene, readPin, unpinScene } from '../../../../src/queue/tables/pins.ts';
import { prepareServerState } from '../../../../src/queue/tables/server-state.ts';
import { readSceneStatus } from '../../../../src/queue/views/scene-status.ts';
import { intakeOf } from '../../../../src/queue/work/intake.ts';
import type { World } from '../../../helpers/queue-world.ts';
import { claimOne, edit, failure, NOW, RECORD, settle, setup } from '../../../helpers/queue-world.ts';

const PIN: Pin = {
  sceneId: 1,
  ratingKey: '501',
  sectionKey: '1',
  title: 'Lighthouse',
  file: '/media/lighthouse.mp4',
  pinnedAt: NOW,
};
const BINDING = { machineIdentifier: 'abc', sectionUuids: [] };

const put = (world: World, more: Partial<Pin> = {}): PinnedScene =>
  pinScene(world.stores(), { pin: { ...PIN, ...more }, binding: BINDING });

/** A world whose scene 1 waits for Plex to find its file. */
function setupMissing(t: Parameters<typeof setup>[0]): World {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  const error = failure('plex_not_found', 'Nowhere');
  settle(drain, claimOne(drain), { kind: 'retry', availableAt: NOW + 30_000, spends: 'miss', error });
  return world;
}

test('a pin is kept, listed by scene, replaced with what it replaced, and taken away', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  assert.deepEqual(listPins(world.stores()), []);
  assert.deepEqual(put(world, { sceneId: 9 }), {
    replaced: undefined,
    woken: false,
    hasJob: false,
    writtenTo: undefined,
    sharedWith: [],
    letterIds: [],
  });
  assert.deepEqual([put(world).sharedWith, put(world).hasJob], [[9], true]);
  claimOne(world.drain());
  assert.equal(put(world).hasJob, false, 'the one under way may have another item yet');
  const next = { ratingKey: '502', title: 'Pier', pinnedAt: NOW + 1 };
  assert.deepEqual(put(world, next).replaced, PIN);
  world.close();
  assert.deepEqual(readPin(world.stores(), 1), { ...PIN, ...next });
  assert.deepEqual(
    listPins(world.stores()).map(({ sceneId, ratingKey }) => [sceneId, ratingKey]),
    [
      [1, '502'],
      [9, '501'],
    ],
  );
  assert.deepEqual(unpinScene(world.stores(), 1), { ...PIN, ...next });
  assert.equal(unpinScene(world.stores(), 1), undefined);
  assert.equal(readPin(world.stores(), 1), undefined);
});

test('a pin makes due what waited for its file, its try given back, and nothing else that waits', (t) => {
  const world = setupMissing(t);
  world.enqueue([edit(2)]);
  assert.equal(put(world, { sceneId: 2 }).woken, false);
  assert.equal(put(world, { pinnedAt: NOW + 5 }).woken, true);
  assert.deepEqual(world.sql('SELECT available_at, misses FROM jobs WHERE scene_id = 1'), [
    { available_at: NOW + 5, misses: 0 },
  ]);
  assert.equal(put(world, { pinnedAt: NOW + 6 }).woken, false);
});

test('a pin binds a directory that has no server, and never rebinds one that has', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  put(world);
  pinScene(world.stores(), { pin: PIN, binding: { ...BINDING, machineIdentifier: 'other', sectionUuids: [] } });
  assert.deepEqual(prepareServerState(world.stores().queueDb).binding(), BINDING);
});

test('a pin reports the other item that was written, and the letters that it answers', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  settle(drain, claimOne(drain), { kind: 'complete', change: 'updated', record: RECORD });
  assert.equal(put(world).writtenTo, undefined);
  assert.equal(put(world, { ratingKey: '777' }).writtenTo, '501');
  world.enqueue([edit(1)]);
  const choices = [{ ratingKey: '777', title: 'Pier', library: 'Harbours', file: '/media/1.mp4' }];
  const error = failure('low_confidence', 'Two of them');
  const low: Settlement = { kind: 'dead', error: Object.assign(error, { choices }) };
  settle(drain, claimOne(drain), low);
  assert.deepEqual(put(world).letterIds, [1]);
  assert.deepEqual(
    world.letters().map(({ choices: kept }) => JSON.parse(String(kept)) as unknown),
    [[{ rating_key: '777', title: 'Pier', library: 'Harbours', file: '/media/1.mp4' }]],
  );
  for (const code of ['plex_not_found', 'plex_rejected'] as const) {
    world.enqueue([edit(1, { title: code })]);
    settle(drain, claimOne(drain), { kind: 'dead', error: failure(code, 'No such file') });
  }
  assert.deepEqual(put(world).letterIds, [2, 1]);
});

test('a drain moves the pin it followed, and never one that a person has changed meanwhile', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  put(world);
  const drain = world.drain();
  assert.deepEqual([drain.pin(1), drain.pin(2), drain.pinnedTo('501')], [PIN, undefined, [1]]);
  const moved = { ...PIN, ratingKey: '600', title: 'Lighthouse again' };
  assert.equal(drain.movePin(PIN, moved), true);
  assert.deepEqual([drain.pin(1), drain.pinnedTo('501'), drain.pinnedTo('600')], [moved, [], [1]]);
  assert.equal(drain.movePin(PIN, { ...PIN, ratingKey: '700' }), false);
  unpinScene(world.stores(), 1);
  assert.equal(drain.movePin(moved, PIN), false);
  assert.equal(drain.pin(1), undefined);
});

test('a scene that is forgotten loses its pin, by a hook and by a drain; another server takes all', (t) => {
  const world = setup(t);
  world.enqueue([edit(1), edit(2), edit(3)]);
  for (const sceneId of [1, 2, 3]) put(world, { sceneId });
  intakeOf(world.stores()).take([{ kind: 'forget', sceneId: 1 }], NOW);
  const drain = world.drain();
  settle(drain, claimOne(drain), { kind: 'gone' });
  assert.deepEqual(
    listPins(world.stores()).map(({ sceneId }) => sceneId),
    [3],
  );
  drain.adopt({ machineIdentifier: 'another', sectionUuids: [] });
  assert.deepEqual(listPins(world.stores()), []);
});

test('a job that waits for a pinned file is woken by that file', (t) => {
  const world = setupMissing(t);
  put(world);
  const drain = world.drain();
  const job = claimOne(drain, NOW);
  const error = failure('plex_not_found', 'Nowhere');
  settle(drain, job, { kind: 'retry', availableAt: NOW + 30_000, spends: 'miss', error });
  assert.deepEqual(drain.missing(), [{ kind: 'job', id: job.id, sceneId: 1, path: PIN.file }]);
});

test('the status of a scene tells its pin, also where nothing else is known of it', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  put(world, { sceneId: 8 });
  assert.deepEqual(readSceneStatus(world.stores(), 8, NOW)?.pin, { ...PIN, sceneId: 8 });
  assert.equal(readSceneStatus(world.stores(), 1, NOW)?.pin, undefined);
});

test('a database from before the pins is brought up to date', (t) => {
  const world = setup(t);
  prepareDataDir(world.dir, 'create');
  const before = QUEUE_SCHEMA.migrations.findIndex((step) => step.includes('CREATE TABLE pins'));
  openDatabase(
    world.dir,
    { ...QUEUE_SCHEMA, parts: [], migrations: QUEUE_SCHEMA.migrations.slice(0, before) },
    { mode: 'create' },
  ).close();
  put(world);
  assert.deepEqual(listPins(world.stores()), [PIN]);
});
