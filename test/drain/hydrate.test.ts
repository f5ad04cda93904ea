/** Where the scene of a job comes from: the job, an earlier sync, and Stash as it is now. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentHashOf } from '../../src/core/model/stash-content.ts';
import { intakeOf } from '../../src/queue/work/intake.ts';
import { addItems, bare, DOWN, fileOf, lighthouse, setup } from '../helpers/drain-world.ts';
import { RULES } from '../unit/write/plex-model.ts';

/** An empty list clears what anybody put there. */
const CLEARING = { ...RULES, clearEmpty: 'always' } as const;

/** A world with the scenes 1 and 2 in Stash, and their items in Plex. */
async function setupStash(...args: Parameters<typeof setup>) {
  const created = await setup(...args);
  const stash = await created.stash();
  for (const id of [1, 2]) stash.addScene({ title: `Pier ${id}`, tags: ['fog'], files: [{ path: fileOf(id) }] });
  addItems(created.plex, 1, 2);
  return { ...created, stash };
}

test('bare jobs are filled in from Stash, all of a batch in one query', async (t) => {
  const { plex, stash, enqueue, run } = await setupStash(t);
  enqueue(bare(1), bare(2));
  assert.deepEqual((await run()).tally, { updated: 2 });
  assert.deepEqual([plex.item('101')?.title, plex.item('102')?.genres], ['Pier 1', ['fog']]);
  assert.equal(stash.count('PlexsyncScenes'), 1);
});

test('Stash is read again at each attempt, so that nothing old is written', async (t) => {
  const { plex, stash, clock, enqueue, run } = await setupStash(t);
  enqueue(bare(1));
  plex.fail('edit', { kind: 'status', status: 500 });
  assert.deepEqual((await run()).tally, { retried: 1 });
  stash.editScene(1, { title: 'Lantern Row' });
  clock.now += 60_000;
  await run();
  assert.equal(plex.item('101')?.title, 'Lantern Row');
});

test('keys given by hand after the request override Stash', async (t) => {
  const { plex, clock, enqueue, run } = await setupStash(t);
  enqueue(bare(1));
  clock.now += 1_000;
  enqueue({ sceneId: 1, bare: false, data: { title: 'By hand' } });
  await run();
  const { title, genres } = plex.item('101') ?? {};
  assert.deepEqual([title, genres], ['By hand', ['fog']]);
});

test('without a Stash what was given by hand is written, and the rest waits for a run that can ask', async (t) => {
  const { plex, world, enqueue, run } = await setup(t);
  addItems(plex, 1);
  // Of scene 3 the file alone is known.
  enqueue(bare(1, { path: fileOf(1), tagline: 'Fog ahead' }), bare(2), bare(3, { path: fileOf(3) }));
  assert.deepEqual((await run()).tally, { updated: 1, released: 1 });
  assert.deepEqual([plex.item('101')?.tagline, plex.count('listing')], ['Fog ahead', 1]);
  assert.deepEqual(
    world.sql('SELECT scene_id, bare_at IS NOT NULL AS asks FROM jobs ORDER BY scene_id'),
    [1, 2, 3].map((id) => ({ scene_id: id, asks: 1 })),
  );
});

test('an empty field given by hand clears whatever is there, one that is empty in Stash only what is ours', async (t) => {
  const { plex, enqueue, run } = await setupStash(t);
  plex.editByHand('101', { summary: 'A person’s' });
  plex.editByHand('102', { summary: 'A person’s' });
  enqueue(bare(1), lighthouse(2, { details: '' }));
  await run();
  assert.deepEqual([plex.item('101')?.summary, plex.item('102')?.summary], ['A person’s', undefined]);
});

test('a scene that Stash cannot give fails alone, and spends a try', async (t) => {
  const { stash, enqueue, run } = await setupStash(t);
  enqueue(bare(1), bare(2));
  stash.fail(({ query = '' }) => query.includes('s1:'), { kind: 'status', status: 500 }, 3);
  const { tally, of, ends } = await run();
  assert.deepEqual([tally, ends], [{ updated: 1, retried: 1 }, []]);
  assert.deepEqual(
    of('retrying').map(({ sceneId, reason }) => [sceneId, reason]),
    [[1, 'failure']],
  );
});

test('an outage of Stash holds up only the jobs that need it, and spends no attempt', async (t) => {
  const { plex, stash, world, enqueue, run } = await setupStash(t);
  enqueue(bare(1), lighthouse(2));
  stash.fail('graphql', DOWN, 2);
  const { tally, ends, of } = await run();
  assert.deepEqual([tally, ends], [{ released: 1, updated: 1 }, ['stash_unreachable']]);
  assert.equal(of('released').length, 1);
  assert.deepEqual([world.onlyJob()['attempt'], world.onlyJob()['failures']], [0, 0]);
  assert.equal(plex.item('102')?.title, 'Lighthouse 2');
});

test('a query that a stop aborts releases its jobs without an event', async (t) => {
  const { stash, stop, enqueue, run } = await setupStash(t);
  enqueue(bare(1));
  const cutOff = (): boolean => {
    stop.signal = 'SIGTERM';
    return true;
  };
  stash.fail(cutOff, DOWN);
  const { tally, ends, of } = await run();
  assert.deepEqual([tally, ends, of('released')], [{ released: 1 }, ['signal'], []]);
});

test('a scene that is gone ends its job, and what was written for it is forgotten', async (t) => {
  const { stash, world, enqueue, run } = await setupStash(t);
  enqueue(bare(1));
  await run();
  stash.removeScene(1);
  enqueue(bare(1));
  assert.deepEqual((await run()).tally, { gone: 1 });
  assert.deepEqual([world.sql('SELECT * FROM jobs'), world.sql('SELECT * FROM scenes')], [[], []]);
});

test('a scene gone from Stash is written with later hand-given keys if its file is known', async (t) => {
  const { plex, stash, clock, enqueue, run } = await setupStash(t);
  enqueue(bare(1));
  await run();
  stash.removeScene(1);
  stash.removeScene(2);
  stash.addScene({ title: 'Another' });
  enqueue(bare(1), bare(2));
  clock.now += 1_000;
  for (const sceneId of [1, 2]) enqueue({ sceneId, bare: false, data: { title: 'By hand' } });
  // Of scene 2 nobody ever knew the file.
  assert.deepEqual((await run()).tally, { updated: 1, gone: 1 });
  assert.deepEqual([plex.item('101')?.title, plex.item('102')?.title], ['By hand', '2']);
});

test('what Stash knows of its own file says nothing about another one that was named by hand', async (t) => {
  const { plex, stash, clock, enqueue, run } = await setupStash(t);
  stash.addScene({ title: 'Pier 3', files: [{ path: fileOf(3), size: 77, duration: 9 }] });
  plex.addItem({ sectionKey: '1', ratingKey: '103', file: '/harbour/other/4.mp4', size: 4 });
  enqueue(bare(3));
  clock.now += 1_000;
  enqueue({ sceneId: 3, bare: false, data: { path: '/data/other/4.mp4' } });
  assert.deepEqual((await run()).tally, { updated: 1 }, 'a size of 77 would speak against it');
});

test('the size that Stash knows of its file is evidence, also where the hand names that very file', async (t) => {
  const { plex, stash, clock, enqueue, run } = await setupStash(t);
  stash.addScene({ title: 'Pier 3', files: [{ path: '/data/3.mp4', size: 77 }] });
  plex.addItem({ sectionKey: '1', ratingKey: '103', file: '/harbour/3.mp4', size: 77 });
  enqueue(bare(3));
  clock.now += 1_000;
  enqueue({ sceneId: 3, bare: false, data: { path: '/data/3.mp4' } });
  assert.deepEqual((await run()).tally, { updated: 1 });
});

test('an unidentified scene is written, and its empty fields clear nothing', async (t) => {
  const { plex, stash, world, enqueue, run } = await setupStash(t);
  stash.addScene({ title: 'Pier 3', files: [{ path: fileOf(3) }] });
  addItems(plex, 3);
  plex.editByHand('103', { genres: ['sand'] });
  enqueue(bare(1), bare(3));
  const { of } = await run({ rules: CLEARING });
  assert.deepEqual(of('thin_scene'), [{ kind: 'thin_scene', sceneId: 3 }]);
  assert.deepEqual([plex.item('103')?.title, plex.item('103')?.genres], ['Pier 3', ['sand']]);
  const [row] = world.sql('SELECT stash_updated_at FROM scenes WHERE scene_id = 3');
  assert.equal(typeof row?.['stash_updated_at'], 'string', 'it was written as Stash has it');
});

test('the empty fields of a thin scene clear where that is wanted, and where it was emptied', async (t) => {
  const { plex, stash, enqueue, run } = await setupStash(t);
  stash.addScene({ title: 'Pier 3', files: [{ path: fileOf(3) }] });
  addItems(plex, 3);
  plex.editByHand('103', { genres: ['sand'] });
  enqueue(bare(1), bare(3));
  assert.deepEqual((await run({ thinScenes: 'clear', rules: CLEARING })).of('thin_scene'), []);
  assert.deepEqual(plex.item('103')?.genres, []);
  stash.editScene(1, { tags: [] });
  enqueue(bare(1));
  assert.deepEqual((await run({ rules: CLEARING })).of('thin_scene'), []);
  assert.deepEqual(plex.item('101')?.genres, []);
});

test('a scene that was written by hand and is thin in Stash is not as Stash has it, and keeps what it has', async (t) => {
  const { plex, stash, world, enqueue, run } = await setupStash(t);
  stash.editScene(2, { tags: [] });
  enqueue(lighthouse(2, { tags: ['sea'] }));
  await run();
  enqueue(bare(2));
  const { of } = await run();
  assert.equal(of('thin_scene').length, 1);
  assert.deepEqual(plex.item('102')?.genres, ['sea']);
  assert.deepEqual(world.sql('SELECT stash_updated_at, stash_content FROM scenes'), [
    { stash_updated_at: null, stash_content: null },
  ]);
});

test('each write remembers what Stash had, whatever the settings and the hand made of it', async (t) => {
  const { stash, world, clock, enqueue, run } = await setupStash(t);
  const hashOf = (id: number): unknown =>
    world.sql(`SELECT stash_content FROM scenes WHERE scene_id = ${id}`)[0]?.['stash_content'];
  enqueue(bare(1), bare(2));
  clock.now += 1_000;
  enqueue({ sceneId: 2, bare: false, data: { tags: ['sand'] } });
  const sync = { ...RULES.sync, tags: false };
  await run({ rules: { ...RULES, sync } });
  // A Stash that has nothing of a value says so.
  const nothing = { details: '', date: '', rating100: null, studio: null, performers: [] };
  assert.equal(hashOf(2), contentHashOf({ ...nothing, title: 'Pier 2', tags: ['fog'] }));
  const before = hashOf(1);
  stash.editScene(1, { tags: ['fog', 'sea'] });
  enqueue(bare(1));
  await run();
  assert.notEqual(hashOf(1), before);
});

test('a write by hand leaves what is remembered of Stash', async (t) => {
  const { world, enqueue, run } = await setupStash(t);
  enqueue(bare(1));
  await run();
  const before = world.sql('SELECT stash_content FROM scenes');
  enqueue(lighthouse(1, { tags: ['sand'] }));
  await run();
  assert.deepEqual(world.sql('SELECT stash_content FROM scenes'), before);
});

test('a scene without a file becomes a letter that says so, with no word of its thinness', async (t) => {
  const { stash, world, enqueue, run } = await setupStash(t);
  const id = stash.addScene({ title: 'Pier 3' });
  enqueue(bare(id));
  const { tally, of } = await run();
  assert.deepEqual([tally, of('thin_scene')], [{ buried: 1 }, []]);
  assert.deepEqual(
    world.letters().map(({ error_type }) => error_type),
    ['NoFilePath'],
  );
});

test('a scene without a file that only an event told of is passed over: no letter, no failure', async (t) => {
  const { stash, world, clock, enqueue, run } = await setupStash(t);
  const [one, two, three, four] = [3, 4, 5, 6].map((pier) => stash.addScene({ title: `Pier ${pier}` }));
  // A person asked for these too, before or after; and what is said by hand must not be lost.
  enqueue(bare(Number(two)));
  const intake = intakeOf(world.stores());
  const events = [one, two, three, four].map((sceneId) => ({ kind: 'sync', sceneId: Number(sceneId) }) as const);
  intake.take(events, clock.now);
  enqueue(bare(Number(three), { tagline: 'Calm' }));
  const { tally, of } = await run();
  assert.deepEqual(tally, { withoutFile: 2, buried: 2 });
  assert.deepEqual(
    of('without_file').map(({ sceneId }) => sceneId),
    [one, four],
  );
  assert.deepEqual(
    world.letters().map(({ scene_id }) => scene_id),
    [two, three],
  );
  assert.deepEqual(world.sql('SELECT * FROM jobs'), []);
});

test('an edit that names no file goes to the one of an earlier sync, unless Stash says that there is none', async (t) => {
  const { plex, stash, enqueue, run } = await setupStash(t);
  enqueue(lighthouse(1), lighthouse(2));
  await run();
  enqueue({ sceneId: 1, bare: false, data: { title: 'Lantern Row' } }, bare(3));
  stash.addScene({ title: 'Without a file' });
  assert.deepEqual((await run()).tally, { updated: 1, buried: 1 });
  assert.equal(plex.item('101')?.title, 'Lantern Row');
});

test('a path longer than any file system allows is a letter at once, without a request for it', async (t) => {
  const { plex, enqueue, run, world } = await setup(t);
  enqueue({ sceneId: 7, bare: false, data: { path: `/harbour/${'a'.repeat(100_000)}.mp4`, title: 'Pier' } });
  assert.deepEqual((await run()).tally, { buried: 1 });
  assert.equal(plex.count('listing') + plex.count('item'), 0);
  assert.match(String(world.letters()[0]?.['error_message']), /^The path of scene 7 has 100,?013 characters/);
});

test('the file that was not given by hand is asked of Stash, and nothing else of the scene', async (t) => {
  const { plex, stash, enqueue, run } = await setupStash(t);
  enqueue({ sceneId: 1, bare: false, data: { title: 'By hand' } }, lighthouse(2));
  assert.deepEqual((await run()).tally, { updated: 2 });
  const { title, genres } = plex.item('101') ?? {};
  assert.deepEqual([title, genres, stash.count('PlexsyncScenes')], ['By hand', [], 1]);
  enqueue({ sceneId: 1, bare: false, data: { title: 'By hand again' } });
  await run();
  assert.deepEqual([plex.item('101')?.title, stash.count('PlexsyncScenes')], ['By hand again', 1]);
});

test('a file that Stash does not know either makes a letter, and a Stash that is away does not', async (t) => {
  const { stash, clock, enqueue, run, plex } = await setupStash(t);
  enqueue({ sceneId: 9, bare: false, data: { title: 'By hand' } });
  assert.deepEqual((await run()).tally, { buried: 1 });
  enqueue({ sceneId: 1, bare: false, data: { title: 'By hand' } });
  stash.fail('graphql', DOWN);
  assert.deepEqual((await run()).tally, { released: 1 });
  clock.now += 600_000;
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.equal(plex.item('101')?.title, 'By hand');
});
