/** Scene, item and what was last written become the edits still needed, which are noted before the first of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addItems, lighthouse, lighthouses, setup } from '../helpers/drain-world.ts';
import { RULES } from '../unit/write/plex-model.ts';

const killed = (): void => {
  throw new Error('killed');
};

test('an item that is right already is not written', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1));
  await run();
  enqueue(lighthouse(1));
  const { tally, of } = await run();
  assert.deepEqual([tally, plex.count('edit')], [{ unchanged: 1 }, 1]);
  assert.deepEqual(
    of('completed').map(({ change }) => change),
    ['unchanged'],
  );
});

test('a batch with nothing to write notes nothing', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1, { title: '1' }));
  const { tally } = await run({}, { queue: { intend: () => assert.fail('a transaction for nothing') } });
  assert.deepEqual(tally, { unchanged: 1 });
});

test('what is about to be written is noted with what stood there, before the first request', async (t) => {
  const { plex, world, enqueue, run } = await setup(t);
  addItems(plex, 1);
  plex.editByHand('101', { genres: ['sand'] });
  enqueue(lighthouse(1, { tags: ['fog'] }));
  await assert.rejects(run({}, { at: { intended: killed } }), /killed/);
  assert.equal(plex.count('edit'), 0);
  assert.deepEqual(JSON.parse(String(world.sql('SELECT intent FROM scenes')[0]?.['intent'])), {
    fields: { title: { before: '1', value: 'Lighthouse 1' } },
    lists: { genre: { before: ['sand'], add: ['fog'], remove: [] } },
  });
});

test('a kill between write and settle neither orphans a name nor takes a person’s away', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1);
  plex.editByHand('101', { genres: ['sand'] });
  enqueue(lighthouse(1, { tags: ['fog'] }));
  await assert.rejects(run({}, { at: { written: killed } }), /killed/);
  enqueue(lighthouse(1, { tags: ['sea'] }));
  await run();
  assert.deepEqual(plex.item('101')?.genres, ['sand', 'sea']);
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

test('what is left to a person, and what is cut, is reported', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1));
  await run();
  plex.editByHand('101', { title: 'A person’s' });
  enqueue(lighthouse(1, { tags: ['fog', 'sea', 'sand'] }));
  const { of } = await run({ rules: { ...RULES, maxTags: 2 } });
  assert.deepEqual(of('left_alone'), [
    { kind: 'left_alone', sceneId: 1, left: { field: 'title', reason: 'edited_in_plex' } },
  ]);
  assert.deepEqual(of('capped'), [{ kind: 'capped', sceneId: 1, list: 'genre', dropped: 1 }]);
});

test('a job that cannot be planned fails alone', async (t) => {
  const { plex, world, enqueue, run } = await setup(t);
  addItems(plex, 1, 2);
  enqueue(...lighthouses(2));
  // As only a damaged row would have it.
  world.sql(`UPDATE jobs SET data = json_set(data, '$.title', 5) WHERE scene_id = 1`);
  const { tally, of } = await run();
  assert.deepEqual([tally, of('retrying')[0]?.sceneId], [{ updated: 1, retried: 1 }, 1]);
});

test('a job whose lease was lost before it was noted is not written', async (t) => {
  const { plex, world, enqueue, run } = await setup(t);
  addItems(plex, 1, 2);
  enqueue(...lighthouses(2));
  const loseFirst = () => void world.sql(`UPDATE jobs SET lease_owner = 'another' WHERE scene_id = 1`);
  const { tally } = await run({}, { at: { read: loseFirst } });
  assert.deepEqual([tally, plex.item('101')?.title], [{ updated: 1, leaseLost: 1 }, '1']);
  assert.deepEqual(world.sql('SELECT scene_id FROM scenes'), [{ scene_id: 2 }]);
});
