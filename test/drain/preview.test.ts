/** A preview does everything but write: it changes nothing anywhere, and tells what the real run would do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrainWorld } from '../helpers/drain-world.ts';
import {
  ALWAYS,
  addItems,
  bare,
  DOWN,
  fileOf,
  idsTo,
  lighthouse,
  lighthouses,
  setup,
  silence,
} from '../helpers/drain-world.ts';

const PREVIEW = { mode: 'preview' } as const;
const TABLES = ['jobs', 'scenes', 'pins', 'breakers', 'meta', 'runs', 'totals'];

/** All that the data directory holds. */
function contents({ world }: Pick<DrainWorld, 'world'>): unknown {
  const rows = TABLES.map((table) => world.sql(`SELECT * FROM ${table}`));
  return [...rows, world.letters()];
}

test('what would be written is reported, and neither Plex nor the data directory is changed', async (t) => {
  const created = await setup(t);
  const { plex, enqueue, run } = created;
  addItems(plex, 1);
  enqueue(lighthouse(1), lighthouse(2));
  await run({ limit: 0 });
  const before = contents(created);
  const { of, tally } = await run(PREVIEW);
  const [{ plan, ...told } = { plan: undefined }] = of('would_write');
  assert.deepEqual(told, {
    kind: 'would_write',
    jobId: 1,
    sceneId: 1,
    ratingKey: '101',
    title: '1',
    library: 'Harbour Films',
    message: undefined,
  });
  assert.deepEqual(plan?.fields, [{ field: 'title', before: '1', value: 'Lighthouse 1' }]);
  assert.deepEqual(tally, { updated: 1, waiting: 1 });
  assert.deepEqual(contents(created), before);
  assert.equal(plex.count('edit'), 0);
});

test('a job that would write nothing says why', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1, 2, 3);
  plex.addItem({ sectionKey: '1', file: '/harbour/a/deep/5.mp4' });
  enqueue(...[lighthouse(1, { title: '1' }), lighthouse(4), lighthouse(5, { path: '/data/5.mp4' })], {
    sceneId: 6,
    bare: false,
    data: { title: 'Without a file' },
  });
  const { of } = await run(PREVIEW);
  assert.deepEqual(
    of('would_not_write').map(({ sceneId, reason }) => [sceneId, reason]),
    [
      [1, 'unchanged'],
      [4, 'failure'],
      [5, 'failure'],
      [6, 'failure'],
    ],
  );
  const skipping = await run({ ...PREVIEW, notFound: { kind: 'skip', maxWaitMs: 7_200_000 } });
  assert.deepEqual(skipping.tally, { unchanged: 1, skipped: 1, buried: 2 });
});

test('a job released for a shared request is reported as released', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1, 2);
  enqueue(...lighthouses(2));
  plex.fail('item', { kind: 'status', status: 429 });
  assert.deepEqual(
    (await run(PREVIEW)).of('would_not_write').map(({ reason }) => reason),
    ['released', 'released'],
  );
});

test('a scene that is gone from Stash is reported, and so is what follows for others', async (t) => {
  const { plex, stash, enqueue, run } = await setup(t);
  const server = await stash();
  for (const id of [1, 2]) server.addScene({ title: `Pier ${id}`, tags: ['fog'], files: [{ path: fileOf(id) }] });
  addItems(plex, 1, 2);
  enqueue(bare(1), bare(2));
  await run();
  server.removeScene(1);
  enqueue(bare(1), bare(2));
  const { of } = await run(PREVIEW);
  assert.deepEqual(
    of('would_not_write').map(({ sceneId, message }) => [sceneId, message]),
    [
      [1, 'Scene 1 is not in Stash'],
      [2, undefined],
    ],
  );
});

test('a signal gives the rest back without a word', async (t) => {
  const { plex, stop, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1));
  const halt = (): void => {
    stop.signal = 'SIGINT';
  };
  const { ends, of } = await run(PREVIEW, { at: { resolved: halt } });
  assert.deepEqual([ends, of('would_not_write'), of('would_write')], [['signal'], [], []]);
});

test('two scenes that meet on one item are told as the real run would do it', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  plex.addItem({ sectionKey: '1', ratingKey: '901', file: ['/harbour/1.mp4', '/harbour/2.mp4'] });
  enqueue(...lighthouses(2));
  const preview = await run(PREVIEW);
  assert.deepEqual(
    preview.of('would_write').map(({ sceneId }) => sceneId),
    [1],
  );
  assert.match(preview.of('would_not_write')[0]?.message ?? '', /already belongs to scene 1/);
  assert.deepEqual((await run()).tally, preview.tally);
});

test('a limit holds for a preview as well, and batches follow each other', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, ...idsTo(101));
  enqueue(...lighthouses(101));
  assert.deepEqual((await run(PREVIEW)).tally, { updated: 101 });
  const limited = await run({ ...PREVIEW, limit: 2 });
  assert.deepEqual([limited.tally, limited.ends], [{ updated: 2 }, ['limit']]);
});

test('an outage that a preview meets is not remembered', async (t) => {
  const created = await setup(t);
  const { plex, enqueue, run } = created;
  addItems(plex, ...idsTo(6));
  enqueue(...lighthouses(6));
  created.world.stores();
  const before = contents(created);
  const lift = silence(plex);
  for (let count = 0; count < 5; count += 1) assert.deepEqual((await run(PREVIEW)).ends, ['unreachable']);
  lift();
  plex.fail(({ route }) => route === 'item', DOWN, ALWAYS);
  await run(PREVIEW);
  assert.deepEqual(contents(created), before);
});
