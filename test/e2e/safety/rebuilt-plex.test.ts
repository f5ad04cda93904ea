/** Plex was made anew: its rating keys mean other items than those that were written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NewItem } from '../../../src/simulator/plex/server.ts';
import { setup } from '../../helpers/rig.ts';

const DAY = 86_400;

/** A clock of the server that a test moves on. */
function serverClock() {
  let seconds = 1_790_000_000;
  return { now: () => seconds * 1000, later: (by: number) => (seconds += by) };
}

const scene = (id: number, more: object = {}) => ({
  scene_id: id,
  path: `/media/harbour/${id}.mp4`,
  title: `Lighthouse ${id}`,
  details: `The lamp of pier ${id}.`,
  studio: `Quay ${id}`,
  performers: [`Keeper ${id}`],
  tags: ['fog', `sea ${id}`],
  ...more,
});

async function harbour(t: Parameters<typeof setup>[0], count: number) {
  const clock = serverClock();
  const rig = await setup(t, { now: clock.now });
  const { plex, run } = rig;
  const add = (key: number, id: number, more: Partial<NewItem> = {}) =>
    plex.addItem({ sectionKey: '1', ratingKey: String(key), file: `/media/harbour/${id}.mp4`, ...more });
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  for (const id of ids) add(100 + id, id);
  const sync = async (scenes: readonly object[], ...flags: string[]) => {
    await run(['enqueue', '-'], { input: JSON.stringify(scenes) });
    const result = await run(['process', ...flags]);
    assert.equal(result.code, 0, result.stderr);
    return result;
  };
  const shown = (key: number) => {
    const { title, summary, genres, roles, collections } = plex.item(String(key)) ?? assert.fail(`no item ${key}`);
    return { title, summary, genres, actors: roles.map(({ tag }) => tag), collections };
  };
  const rightOf = (id: number) => ({
    title: `Lighthouse ${id}`,
    summary: `The lamp of pier ${id}.`,
    genres: ['fog', `sea ${id}`],
    actors: [`Keeper ${id}`],
    collections: [`Quay ${id}`],
  });
  const remake = (key: number, id: number, more: Partial<NewItem> = {}) => {
    plex.removeItem(String(key));
    add(key, id, more);
  };
  return { ...rig, clock, add, ids, sync, shown, rightOf, remake };
}

test('an item made anew under its key gets its tags, performers and collection again', async (t) => {
  const { sync, shown, rightOf, remake, clock } = await harbour(t, 1);
  await sync([scene(1)]);
  clock.later(DAY);
  remake(101, 1);
  const { stderr } = await sync([scene(1)]);
  assert.deepEqual(shown(101), rightOf(1));
  assert.doesNotMatch(stderr, /removed in Plex|edited in Plex/);
});

test('two keys that changed places are each written for the scene whose file they have', async (t) => {
  const { plex, sync, shown, rightOf, add, clock } = await harbour(t, 2);
  await sync([scene(1), scene(2)]);
  clock.later(DAY);
  for (const key of ['101', '102']) plex.removeItem(key);
  add(101, 2);
  add(102, 1);
  await sync([scene(1), scene(2)]);
  assert.deepEqual([shown(101), shown(102)], [rightOf(2), rightOf(1)]);
  // Also for one scene at a time, where the other's record still names the item.
  for (const key of ['101', '102']) plex.removeItem(key);
  clock.later(DAY);
  add(101, 1);
  add(102, 2);
  await sync([scene(1)]);
  await sync([scene(2)]);
  assert.deepEqual([shown(101), shown(102)], [rightOf(1), rightOf(2)]);
});

test('one item made anew among a hundred is written again, and it alone', async (t) => {
  const { plex, sync, shown, rightOf, remake, ids, clock } = await harbour(t, 100);
  await sync(ids.map((id) => scene(id)));
  plex.editByHand('107', { genres: ['fog'], summary: 'By hand' });
  clock.later(DAY);
  remake(150, 50);
  plex.resetRequests();
  await sync(ids.map((id) => scene(id)));
  assert.deepEqual(shown(150), rightOf(50));
  assert.equal(plex.count('edit'), 1);
  assert.deepEqual([shown(107).genres, shown(107).summary], [['fog'], 'By hand']);
});

test('an item whose title is its file name, and one without dates, are told by their locks', async (t) => {
  const { plex, sync, shown, rightOf, remake, clock, sql } = await harbour(t, 2);
  const named = scene(1, { title: '1' });
  await sync([named, scene(2)]);
  sql('UPDATE scenes SET added_at = NULL, locked = NULL WHERE scene_id = 2');
  plex.editByHand('102', { genres: ['fog'] });
  await sync([named, scene(2)]);
  assert.deepEqual(shown(102).genres, ['fog'], 'a record without a date: the same item, and the person’s work');
  clock.later(DAY);
  remake(101, 1);
  sql('UPDATE scenes SET added_at = NULL, locked = NULL WHERE scene_id = 2');
  remake(102, 2);
  await sync([named, scene(2)]);
  assert.deepEqual([shown(101), shown(102)], [{ ...rightOf(1), title: '1' }, rightOf(2)]);
});

for (const days of [400, -400]) {
  test(`with addedAt edited by ${days} days, a title and a tag changed in Plex stay the person's`, async (t) => {
    const { plex, sync, shown, rightOf } = await harbour(t, 1);
    await sync([scene(1)]);
    const addedAt = (plex.item('101')?.addedAt ?? 0) + days * DAY;
    plex.editByHand('101', { addedAt, title: 'My own title', genres: ['fog', 'mine'] });
    plex.resetRequests();
    for (const _ of [1, 2]) await sync([scene(1)]);
    assert.deepEqual(shown(101), { ...rightOf(1), title: 'My own title', genres: ['fog', 'mine'] });
    assert.equal(plex.count('edit'), 0);
  });
}

test('written without locks, an item made anew is filled again and one whose date was edited keeps what was removed', async (t) => {
  const { plex, sync, shown, rightOf, remake, clock } = await harbour(t, 2);
  await sync([scene(1), scene(2)], '--no-lock-fields');
  clock.later(DAY);
  remake(101, 1);
  plex.editByHand('102', { addedAt: 1_600_000_000, genres: ['fog'] });
  plex.setLocks('102', []);
  await sync([scene(1), scene(2)], '--no-lock-fields');
  assert.deepEqual([shown(101), shown(102)], [rightOf(1), { ...rightOf(2), genres: ['fog'] }]);
});

test('a scene that inherits an item takes away what was written there, and its own names are not held back', async (t) => {
  const { plex, sync, shown } = await harbour(t, 1);
  await sync([scene(1)]);
  plex.editByHand('101', { genres: ['fog'], title: 'My own title', summary: 'By hand' });
  // The same file under a new id: the scene was deleted in Stash and imported anew.
  await sync([scene(9, { path: '/media/harbour/1.mp4', performers: ['Keeper 9'], tags: ['sea 1'] })]);
  assert.deepEqual([shown(101).genres, shown(101).actors], [['sea 1'], ['Keeper 9']]);
  assert.deepEqual([shown(101).title, shown(101).summary], ['My own title', 'By hand']);
});

for (const step of ['written', 'verified']) {
  test(`a first write that was killed when it was ${step} is known by its locks, though the date was edited since`, async (t) => {
    const { plex, run, spawn, sync, shown } = await harbour(t, 1);
    await run(['enqueue', '-'], { input: JSON.stringify([scene(1)]) });
    assert.equal((await spawn(['process'], { env: { PLEXSYNC_TEST_KILL_AT: step } })).signal, 'SIGKILL');
    await sync([]);
    const addedAt = (plex.item('101')?.addedAt ?? 0) + 400 * DAY;
    plex.editByHand('101', { addedAt, title: 'My own title', genres: [], roles: [], collections: [], summary: '' });
    await sync([scene(1)]);
    assert.deepEqual([shown(101).title, shown(101).genres, shown(101).summary], ['My own title', [], undefined]);
  });
}

for (const addedAt of [undefined, 0, -5, 253_402_300_799]) {
  test(`an item with the date ${addedAt} is written once, and again when it was made anew`, async (t) => {
    const { plex, sync, shown, rightOf, remake, clock } = await harbour(t, 0);
    plex.addItem({ sectionKey: '1', ratingKey: '101', file: '/media/harbour/1.mp4', addedAt });
    await sync([scene(1)]);
    plex.resetRequests();
    await sync([scene(1)]);
    assert.equal(plex.count('edit'), 0);
    clock.later(DAY);
    remake(101, 1, addedAt === 253_402_300_799 ? {} : { addedAt });
    await sync([scene(1)]);
    assert.deepEqual(shown(101), rightOf(1));
  });
}

for (const container of [{}, { machineIdentifier: '' }, { machineIdentifier: 7 }]) {
  test(`a server that calls itself ${JSON.stringify(container)} is not written to, and the run says so`, async (t) => {
    const { plex, run, sql } = await harbour(t, 1);
    const body = JSON.stringify({ MediaContainer: container });
    plex.fail('identity', { kind: 'status', status: 200, contentType: 'application/json', body }, 10);
    await run(['enqueue', '-'], { input: JSON.stringify([scene(1)]) });
    const { code, stderr } = await run(['process']);
    assert.equal(code, 4);
    assert.match(stderr, /Plex sent a damaged answer while asking for its identity/);
    assert.doesNotMatch(stderr, /^ {4}at /m);
    assert.equal(plex.count('edit'), 0);
    assert.equal(sql('SELECT attempt FROM jobs')[0]?.['attempt'], 0);
  });
}
