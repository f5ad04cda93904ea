import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Settlement } from '../../../../src/core/model/job.ts';
import { DLQ_SCHEMA, QUEUE_SCHEMA } from '../../../../src/queue/store/migrations.ts';
import { openDatabase, prepareDataDir } from '../../../../src/queue/store/open.ts';
import { prepareServerState } from '../../../../src/queue/tables/server-state.ts';
import { readSceneStatus } from '../../../../src/queue/views/scene-status.ts';
import type { World } from '../../../helpers/queue-world.ts';
import { BURY, COMPLETE, claimOne, edit, failure, NOW, RECORD, settle, setup } from '../../../helpers/queue-world.ts';

const status = (world: World, sceneId = 1) => readSceneStatus(world.stores(), sceneId, NOW);

const SYNCED: Settlement = {
  kind: 'complete',
  change: 'updated',
  record: { ...RECORD, provenFile: '/media/1.mp4' },
  notes: {
    sectionTitle: 'Harbours',
    left: [{ field: 'summary', reason: 'edited_in_plex' }],
    stashUpdatedAt: undefined,
  },
};

test('a synced scene is told with its item, its library and what was left as it is', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  drain.bind({ machineIdentifier: 'abc', sectionUuids: [] });
  settle(drain, claimOne(drain), SYNCED, NOW + 5);
  assert.deepEqual(status(world), {
    jobs: [],
    letters: [],
    scenePath: '/harbour/1.mp4',
    itemTakenBy: undefined,
    pin: undefined,
    item: {
      ratingKey: '501',
      sectionKey: '1',
      sectionTitle: 'Harbours',
      machineIdentifier: 'abc',
      file: '/media/1.mp4',
      syncedAt: NOW + 5,
      written: { fields: {}, lists: {} },
      isCompared: true,
      left: [{ field: 'summary', reason: 'edited_in_plex' }],
      others: [],
    },
  });
});

test('what a sync left is kept while the next one only begins, and goes when it ends with nothing left', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  settle(drain, claimOne(drain), SYNCED);
  world.enqueue([edit(1)]);
  const job = claimOne(drain);
  const intent = { fields: { title: { before: 'a', value: 'b' } }, lists: {} };
  drain.intend([{ ...RECORD, sceneId: 1, lease: job.lease, intent }], NOW);
  assert.deepEqual([status(world)?.item?.left.length, status(world)?.item?.sectionTitle], [1, 'Harbours']);
  settle(drain, job, COMPLETE);
  assert.deepEqual(status(world)?.item?.left, []);
});

test('a write that was only begun tells the library, and none of another item is told for it', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  const { lease } = claimOne(drain);
  const note = { ...RECORD, sceneId: 1, lease, intent: { fields: {}, lists: {} } };
  const libraryAfter = (more: object): string | undefined => {
    drain.intend([{ ...note, ...more }], NOW);
    return status(world)?.item?.sectionTitle;
  };
  assert.equal(libraryAfter({ sectionTitle: 'Harbours' }), 'Harbours');
  assert.equal(libraryAfter({}), 'Harbours');
  assert.equal(libraryAfter({ sectionKey: '2', sectionTitle: 'Gardens' }), 'Gardens');
  assert.equal(libraryAfter({ sectionKey: '3' }), undefined);
});

test('a scene that waits, is under way and has a letter is told with all three', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  settle(drain, claimOne(drain), BURY);
  world.enqueue([edit(1)]);
  claimOne(drain);
  world.enqueue([edit(1), edit(2)]);
  const known = status(world);
  assert.deepEqual(
    known?.jobs.map(({ state }) => state),
    ['in_progress', 'due'],
  );
  assert.deepEqual(
    known?.letters.map(({ error_type }) => error_type),
    ['PlexPermanentError'],
  );
  assert.equal(known?.item, undefined);
  assert.equal(status(world, 99), undefined);
});

test('of a scene whose server was given up only the path is left', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  settle(drain, claimOne(drain), SYNCED);
  drain.adopt({ machineIdentifier: 'another', sectionUuids: [] });
  assert.deepEqual(status(world), {
    jobs: [],
    letters: [],
    scenePath: '/harbour/1.mp4',
    item: undefined,
    itemTakenBy: undefined,
    pin: undefined,
  });
  assert.deepEqual(world.sql('SELECT left_alone, section_title FROM scenes'), [
    { left_alone: null, section_title: null },
  ]);
});

test('databases of the first schema are brought up to date with all they hold', (t) => {
  const world = setup(t);
  prepareDataDir(world.dir, 'create');
  const old = [QUEUE_SCHEMA, DLQ_SCHEMA].map((schema) =>
    openDatabase(world.dir, { ...schema, parts: [], migrations: schema.migrations.slice(0, 1) }, { mode: 'create' }),
  );
  old[0]?.exec(`
    INSERT INTO jobs (scene_id, state, data, stamps, priority, available_at, enqueued_at)
    VALUES (1, 'pending', '{"title":"Pier"}', '{"title":5}', 0, 0, 0);
    INSERT INTO scenes (scene_id, rating_key, section_key, scene_path, written, written_at)
    VALUES (1, '501', '1', '/harbour/1.mp4', '{"fields":{},"lists":{}}', 7)`);
  old[1]?.exec(`
    INSERT INTO dead_letters (job_id, job_key, scene_id, job_data, stamps, error_type, error_message, retry_count, failed_at)
    VALUES (3, 'k', 1, '{"scene_id":1,"title":"Old"}', '{"title":1}', 'PlexNotFound', 'Nowhere', 12, '2025-01-01T00:00:00.000Z')`);
  for (const db of old) db.close();

  const known = status(world);
  assert.deepEqual([known?.jobs.length, known?.letters.length, known?.item?.syncedAt], [1, 1, 7]);
  assert.deepEqual([known?.item?.left, known?.item?.sectionTitle], [[], undefined]);
  const drain = world.drain();
  settle(drain, claimOne(drain), SYNCED);
  assert.equal(status(world)?.item?.sectionTitle, 'Harbours');
  assert.equal(prepareServerState(world.stores().queueDb).binding(), undefined);
});

test('a job that failed is told with its error and next try', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const drain = world.drain();
  const error = failure('plex_not_found', 'Nowhere');
  settle(drain, claimOne(drain), { kind: 'retry', availableAt: NOW + 30_000, spends: 'miss', error });
  const [job] = status(world)?.jobs ?? [];
  assert.deepEqual(
    [job?.state, job?.availableAt, job?.misses, job?.lastError],
    ['not_found', NOW + 30_000, 1, 'PlexNotFound: Nowhere'],
  );
});
