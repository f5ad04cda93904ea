/** What fails time after time, with no success, is not the jobs: the run stops and gives their attempts back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SceneEdit } from '../../src/core/model/scene.ts';
import type { DrainWorld } from '../helpers/drain-world.ts';
import { ALWAYS, addItems, bare, idsTo, lighthouse, lighthouses, setup } from '../helpers/drain-world.ts';

/** Scenes whose file has the name of one in Plex, and nothing by which it would be proven. */
function unproven({ plex }: DrainWorld, ids: readonly number[]): SceneEdit[] {
  for (const id of ids) plex.addItem({ sectionKey: '1', file: `/harbour/a/deep/${id}.mp4` });
  return ids.map((id) => lighthouse(id, { path: `/data/${id}.mp4` }));
}

/** As in a directory that has worked before: one scene was written. */
async function matchOne({ plex, enqueue, run }: DrainWorld): Promise<void> {
  addItems(plex, 900);
  enqueue(lighthouse(900));
  assert.deepEqual((await run()).tally, { updated: 1 });
  plex.resetRequests();
}

const REFUSED = { kind: 'status', status: 400 } as const;

/** What is left in the queue, the most attempts that a job has spent, and the dead letters. */
function standing(world: DrainWorld['world']): Record<string, unknown> {
  const [jobs] = world.sql('SELECT count(*) AS jobs, coalesce(max(attempt), 0) AS attempts FROM jobs');
  return { ...jobs, letters: world.letters().length };
}

const tenFrom = (first: number): number[] => idsTo(10).map((n) => first + n - 1);

test('ten jobs in a row without proof stop the run: nothing is buried, and the missing mapping is named', async (t) => {
  const created = await setup(t);
  created.enqueue(...unproven(created, tenFrom(1)));
  const { tally, ends, report } = await created.run();
  assert.deepEqual([tally, ends], [{ released: 10 }, ['misconfigured']]);
  assert.match(JSON.stringify(report.ends), /10 of 10 would have it with --path-map \/data=\/harbour\/a\/deep/);
  assert.deepEqual(created.world.sql('SELECT DISTINCT attempt FROM jobs'), [{ attempt: 0 }]);
  assert.deepEqual(created.world.letters(), []);
});

test('after a stop nothing more is claimed', async (t) => {
  const created = await setup(t);
  created.enqueue(...unproven(created, idsTo(101)));
  const { of } = await created.run();
  assert.equal(of('claimed').length, 100);
});

test('a job that was right already proves the configuration, whatever fails after it', async (t) => {
  const created = await setup(t);
  const { plex, enqueue, run } = created;
  addItems(plex, 1);
  enqueue(lighthouse(1));
  await run();
  enqueue(lighthouse(1), ...unproven(created, tenFrom(2)));
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ unchanged: 1, buried: 10 }, []]);
});

test('failures of several kinds in turn are not one of the configuration', async (t) => {
  const created = await setup(t);
  const [first, ...others] = unproven(created, tenFrom(1));
  assert.ok(first);
  created.enqueue(
    ...others,
    { sceneId: 50, bare: false, data: { title: 'Without a file' } },
    { ...first, sceneId: 60 },
  );
  assert.deepEqual((await created.run()).tally, { buried: 11 });
});

test('inline scenes without a path are told what to do', async (t) => {
  const { enqueue, run } = await setup(t);
  enqueue(...tenFrom(1).map((sceneId) => ({ sceneId, bare: false, data: { title: 'Without a file' } })));
  const { ends, report } = await run();
  assert.deepEqual(ends, ['misconfigured']);
  assert.match(JSON.stringify(report.ends), /enqueue them again with one/);
});

test('that scenes of Stash have no file is a fact of theirs', async (t) => {
  const { stash, enqueue, run } = await setup(t);
  const server = await stash();
  for (const id of tenFrom(1)) server.addScene({ id, title: 'Without a file' });
  enqueue(...tenFrom(1).map((id) => bare(id)));
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ buried: 10 }, []]);
});

test('a hundred files that are all missing stop a data directory that has never matched anything', async (t) => {
  const { enqueue, run } = await setup(t);
  enqueue(...lighthouses(100).map((edit) => ({ ...edit, data: { ...edit.data, path: `/data/${edit.sceneId}.mp4` } })));
  const { tally, ends, report } = await run();
  assert.deepEqual([tally, ends], [{ released: 100 }, ['misconfigured']]);
  assert.match(JSON.stringify(report.ends), /0 of 100 files were found .* --path-map \/data=\/harbour/);
});

test('one candidate among the missing shows that the libraries are the right ones', async (t) => {
  const created = await setup(t);
  created.enqueue(...unproven(created, [200]), ...lighthouses(100));
  const { tally, ends } = await created.run();
  assert.deepEqual([tally, ends], [{ waiting: 100, buried: 1 }, []]);
});

test('where something was ever matched, a hundred missing files are just missing', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 500);
  enqueue(lighthouse(500));
  await run();
  enqueue(...lighthouses(100));
  assert.deepEqual((await run()).tally, { waiting: 100 });
});

test('what is refused in the writing stops the run before it has failed them all', async (t) => {
  const created = await setup(t);
  const { plex, enqueue, run, world } = created;
  await matchOne(created);
  addItems(plex, ...idsTo(300));
  enqueue(...lighthouses(300));
  plex.fail('edit', REFUSED, ALWAYS);
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ released: 110 }, ['misconfigured']]);
  assert.equal(plex.count('edit'), 110, 'ten in order, and a sample');
  assert.deepEqual(standing(world), { jobs: 300, attempts: 0, letters: 0 });
});

test('after a stop for refused writes a run tries few of them, until one is taken', async (t) => {
  const created = await setup(t);
  const { plex, enqueue, run, world } = created;
  await matchOne(created);
  addItems(plex, ...idsTo(300));
  enqueue(...lighthouses(300));
  const accept = plex.fail('edit', REFUSED, ALWAYS);
  await run();
  plex.resetRequests();
  assert.deepEqual((await run()).ends, ['misconfigured']);
  assert.equal(plex.count('edit'), 20);
  assert.deepEqual(standing(world), { jobs: 300, attempts: 0, letters: 0 });
  accept();
  assert.deepEqual((await run()).tally, { updated: 300 });
  assert.deepEqual(world.sql("SELECT value FROM meta WHERE name = 'doubt'"), []);
});

test('of a write that was refused whole and goes back, nothing is noted as perhaps written', async (t) => {
  const { plex, enqueue, run, world } = await setup(t);
  addItems(plex, ...idsTo(12));
  enqueue(...lighthouses(12, { tagline: 'Fog ahead' }));
  plex.fail('edit', REFUSED, ALWAYS);
  assert.deepEqual((await run()).ends, ['misconfigured']);
  assert.deepEqual(world.sql('SELECT count(*) AS scenes, count(intent) AS unsure FROM scenes'), [
    { scenes: 12, unsure: 0 },
  ]);
});

test('a refused write is one failure, however many steps see it', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, ...idsTo(6));
  enqueue(...lighthouses(6));
  plex.fail('edit', { kind: 'status', status: 400 }, 6);
  assert.deepEqual((await run()).tally, { buried: 6 });
});

test('what Plex takes of a job shows that the configuration is right, whatever else of it is refused', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, ...idsTo(10));
  enqueue(...lighthouses(10, { tagline: 'Fog ahead' }));
  plex.fail(
    ({ route, query }) => route === 'edit' && query.some(([key]) => key === 'tagline.value'),
    { kind: 'status', status: 400 },
    20,
  );
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ buried: 10 }, []]);
  assert.equal(plex.item('110')?.title, 'Lighthouse 10');
});
