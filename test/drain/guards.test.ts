/** Guards of the drain that hold what nothing else would. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addItems, lighthouse, setup } from '../helpers/drain-world.ts';

test('a job whose lease was lost after its intent is not written', async (t) => {
  const { plex, world, enqueue, run } = await setup(t);
  addItems(plex, 1, 2);
  enqueue(lighthouse(1), lighthouse(2));
  const loseFirst = () => void world.sql(`UPDATE jobs SET lease_owner = 'another' WHERE scene_id = 1`);
  const { report, of } = await run({}, { at: { intended: loseFirst } });
  assert.equal(plex.item('101')?.title, '1');
  assert.equal(plex.item('102')?.title, 'Lighthouse 2');
  assert.equal(plex.count('edit'), 1);
  assert.deepEqual([report.tally.updated, report.tally.leaseLost], [1, 1]);
  assert.deepEqual(
    of('lease_lost').map(({ sceneId }) => sceneId),
    [1],
  );
});

test('a lease that ran out while the process slept is not written with', async (t) => {
  const { plex, clock, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1));
  const sleep = (): void => {
    clock.now += 121_000;
  };
  await run({}, { at: { intended: sleep } });
  assert.equal(plex.count('edit'), 0);
});

test('a record counts for its own item alone: what was written to another one takes nothing away', async (t) => {
  const { plex, clock, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1, { tags: ['fog', 'sea'] }));
  await run();
  // The item goes, and its file comes back as another one, on which a person put one of the names.
  plex.removeItem('101');
  plex.addItem({ sectionKey: '1', ratingKey: '201', file: '/harbour/1.mp4', genres: ['fog', 'sand'] });
  clock.now += 60_000;
  enqueue(lighthouse(1, { tags: ['sea'] }));
  const { of } = await run();
  assert.deepEqual(plex.item('201')?.genres, ['fog', 'sand', 'sea'], 'fog is the person’s there, and sea comes');
  assert.deepEqual(of('left_alone'), []);
});

test('halving of a failed read stops once the breaker has opened, and gives the rest back', async (t) => {
  const { plex, world, enqueue, run } = await setup(t);
  const ids = Array.from({ length: 64 }, (_, index) => index + 1);
  addItems(plex, ...ids);
  enqueue(...ids.map((id) => lighthouse(id)));
  await run();
  enqueue(...ids.map((id) => lighthouse(id, { title: 'Lantern Row' })));
  plex.resetRequests();
  plex.fail('item', { kind: 'status', status: 500 }, 1_000);
  const { report } = await run();
  // 64, 32, 16, 8, 4, 2, and then one by one until five faults in a row: asked to the end it would be 127.
  assert.ok(plex.count('item') <= 20, `${plex.count('item')} reads`);
  assert.ok(report.ends.some(({ kind }) => kind === 'breaker_open'));
  const [{ spent } = {}] = world.sql('SELECT count(*) AS spent FROM jobs WHERE failures > 0');
  assert.ok(Number(spent) <= 5, `${spent} jobs have spent an attempt`);
});
