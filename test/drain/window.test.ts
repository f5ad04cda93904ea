/** Between the read of an item and its write a person may edit it in Plex: on a slow server, for a long time. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { PlexServerOptions, SeenRequest } from '../../src/simulator/plex/server.ts';
import type { DrainWorld } from '../helpers/drain-world.ts';
import { ALWAYS, addItems, idsTo, lighthouse, lighthouses, onRequest, setup } from '../helpers/drain-world.ts';

/** A Plex that takes this long for each edit, and replaces a list by the one it is sent. */
async function setupSlow(
  t: TestContext,
  count: number,
  options: { readonly perEditMs: number } & Partial<PlexServerOptions>,
) {
  const { perEditMs, ...rest } = options;
  const created = await setup(t, { tagSemantics: 'replace', ...rest });
  addItems(created.plex, ...idsTo(count));
  created.enqueue(...lighthouses(count, { tags: ['fog'] }));
  slow(created, perEditMs);
  return created;
}

/** Moves the clock on as each edit arrives, which the server then answers. */
function slow({ plex, clock }: DrainWorld, perEditMs: number): void {
  const pass = ({ route }: SeenRequest): boolean => {
    if (route === 'edit') clock.now += perEditMs;
    return false;
  };
  plex.fail(pass, { kind: 'drop' });
}

/** Does `act` as the edit of this number arrives, whatever becomes of it; to be set before any fault. */
function onEdit({ plex }: DrainWorld, number: number, act: () => void): void {
  let edits = 0;
  const pass = ({ route }: SeenRequest): boolean => {
    if (route === 'edit') edits += 1;
    if (route === 'edit' && edits === number) act();
    return false;
  };
  plex.fail(pass, { kind: 'drop' });
}

/** A person adds a tag to an item while the first edit is on its way. */
function tagDuringFirstEdit({ plex }: DrainWorld, ratingKey: string): void {
  onRequest(plex, { route: 'edit' }, () => plex.editByHand(ratingKey, { genres: ['sand'] }));
}

test('a tag that a person adds while a slow server holds up the batch is kept', async (t) => {
  const world = await setupSlow(t, 3, { perEditMs: 11_000 });
  tagDuringFirstEdit(world, '103');
  const { tally } = await world.run();
  assert.deepEqual([tally, world.plex.item('103')?.genres], [{ updated: 3 }, ['sand', 'fog']]);
});

test('the rest of the batch is read again in one request, once in ten seconds', async (t) => {
  const { plex, run } = await setupSlow(t, 12, { perEditMs: 1_000 });
  assert.deepEqual((await run()).tally, { updated: 12 });
  // The read of the batch, that of its last item after eleven seconds, and the verification.
  assert.deepEqual(
    [
      plex.count('item'),
      plex.requests.filter(({ route }) => route === 'item').map(({ path }) => path.split(',').length),
    ],
    [3, [12, 1, 12]],
  );
});

test('what was read ten seconds ago is still written', async (t) => {
  const { plex, run } = await setupSlow(t, 2, { perEditMs: 10_000 });
  assert.deepEqual([(await run()).tally, plex.count('item')], [{ updated: 2 }, 2]);
});

test('several writes in flight share one new read', async (t) => {
  const { plex, run } = await setupSlow(t, 6, { perEditMs: 6_000 });
  assert.deepEqual((await run({ concurrency: 2 })).tally, { updated: 6 });
  const sizes = plex.requests.filter(({ route }) => route === 'item').map(({ path }) => path.split(',').length);
  assert.deepEqual([sizes[0], sizes[1], sizes.at(-1)], [6, 4, 6]);
});

test('the note before the write is replaced by what is planned anew', async (t) => {
  const world = await setupSlow(t, 2, { perEditMs: 11_000 });
  tagDuringFirstEdit(world, '102');
  const noted: unknown[] = [];
  // The second edit is on its way: its note tells what a person has put there meanwhile.
  onEdit(world, 2, () => noted.push(world.world.sql('SELECT intent FROM scenes WHERE scene_id = 2')[0]?.['intent']));
  await world.run();
  const [intent] = noted.map((one) => JSON.parse(String(one)));
  assert.deepEqual(intent.lists.genre, { before: ['sand'], add: ['fog'], remove: [] });
});

test('a tag that a person added in the meantime stays the person’s, though we were about to add it', async (t) => {
  const world = await setupSlow(t, 2, { perEditMs: 11_000 });
  onRequest(world.plex, { route: 'edit' }, () => world.plex.editByHand('102', { genres: ['fog'] }));
  await world.run();
  world.enqueue(...lighthouses(2, { tags: ['sea'] }));
  await world.run();
  assert.deepEqual([world.plex.item('101')?.genres, world.plex.item('102')?.genres], [['sea'], ['fog', 'sea']]);
});

test('an item that a person has made right in the meantime is not written', async (t) => {
  const { plex, run, ...world } = await setupSlow(t, 2, { perEditMs: 11_000 });
  onRequest(plex, { route: 'edit' }, () => plex.editByHand('102', { title: 'Lighthouse 2', genres: ['fog'] }));
  assert.deepEqual([(await run()).tally, plex.count('edit')], [{ updated: 1, unchanged: 1 }, 1]);
  assert.deepEqual(world.world.sql('SELECT intent FROM scenes WHERE intent IS NOT NULL'), []);
});

test('an item that lost its file in the meantime is looked for anew, and the old one is not written', async (t) => {
  const world = await setupSlow(t, 2, { perEditMs: 11_000 });
  const { plex, run } = world;
  // As after a first sync: both items are known.
  await run();
  world.enqueue(...lighthouses(2, { tags: ['sea'] }));
  onRequest(plex, { route: 'edit' }, () => {
    plex.removeItem('102');
    plex.addItem({ sectionKey: '1', ratingKey: '202', file: '/harbour/2.mp4' });
  });
  assert.deepEqual((await run()).tally, { updated: 2 });
  assert.deepEqual(plex.item('202')?.genres, ['sea']);
});

test('a scene that takes over an item still does so after a new read: no name is held back', async (t) => {
  const world = await setupSlow(t, 2, { perEditMs: 11_000 });
  await world.run();
  world.plex.editByHand('102', { genres: [] });
  // Scene 2 was deleted and imported again as scene 12.
  world.enqueue(lighthouse(1, { tags: ['sea'] }), lighthouse(12, { path: '/harbour/2.mp4', tags: ['fog'] }));
  assert.deepEqual((await world.run()).tally, { updated: 2 });
  assert.deepEqual(world.plex.item('102')?.genres, ['fog']);
});

test('a new read that fails is no job’s fault: what was not sent goes back', async (t) => {
  const { plex, world, run } = await setupSlow(t, 3, { perEditMs: 11_000 });
  onRequest(plex, { route: 'edit' }, () => plex.fail('item', { kind: 'status', status: 401 }));
  const { tally, ends } = await run();
  assert.deepEqual(ends, ['unauthorized']);
  assert.equal(tally.released, 3);
  assert.deepEqual(world.letters(), []);
});

test('after a signal nothing is read again', async (t) => {
  const { plex, stop, run } = await setupSlow(t, 2, { perEditMs: 11_000 });
  onRequest(plex, { route: 'edit' }, () => {
    stop.signal = 'SIGTERM';
  });
  assert.deepEqual((await run()).tally, { updated: 1, released: 1 });
  assert.equal(plex.count('item'), 2);
});

test('what is left alone is reported once, however often its item is read', async (t) => {
  const world = await setupSlow(t, 2, { perEditMs: 11_000 });
  await world.run();
  world.plex.editByHand('102', { title: 'A person’s' });
  world.enqueue(...lighthouses(2, { title: 'Lantern', tags: ['sea'] }));
  const { of } = await world.run();
  assert.deepEqual(
    [of('left_alone').map(({ left }) => left.field), of('found').map(({ sceneId }) => sceneId)],
    [['title'], [1, 2]],
  );
});

/** Fails each edit that holds one of these keys among its parameters, after the time it takes. */
function refuse({ plex }: DrainWorld, key: string, status: number): void {
  plex.fail(
    ({ route, query }) => route === 'edit' && query.some(([name]) => name.startsWith(key)),
    { kind: 'status', status },
    ALWAYS,
  );
}

test('a tag that a person adds while an item is written in its parts is kept', async (t) => {
  const world = await setupSlow(t, 1, { perEditMs: 11_000 });
  world.enqueue(...lighthouses(1, { tagline: 'Fog ahead', tags: ['fog'] }));
  // The merged request was refused, and its first part is on its way.
  onEdit(world, 2, () => world.plex.editByHand('101', { genres: ['sand'] }));
  refuse(world, 'tagline', 400);
  assert.deepEqual((await world.run()).tally, { buried: 1 });
  const { title, genres, tagline } = world.plex.item('101') ?? {};
  assert.deepEqual([title, genres, tagline], ['Lighthouse 1', ['sand', 'fog'], undefined]);
  const [letter] = world.world.letters();
  assert.deepEqual(Object.keys(JSON.parse(String(letter?.['job_data']))), ['scene_id', 'path', 'tagline']);
});

test('what was taken before an item was read again is ours, and told with the rest', async (t) => {
  const world = await setupSlow(t, 1, { perEditMs: 11_000 });
  world.enqueue(...lighthouses(1, { tagline: 'Fog ahead', tags: ['fog'] }));
  // A kill in mid-way would leave what is noted then.
  const noted: unknown[] = [];
  onEdit(world, 3, () => noted.push(world.world.sql('SELECT written FROM scenes')[0]?.['written']));
  // Only together are they too much.
  world.plex.fail('edit', { kind: 'status', status: 400 });
  const { tally, of } = await world.run();
  assert.deepEqual(tally, { updated: 1 });
  assert.deepEqual(Object.keys(JSON.parse(String(noted[0])).fields), ['title']);
  const [written] = of('written');
  assert.deepEqual(
    written?.plan.fields.map(({ field }) => field),
    ['title', 'tagline'],
  );
  assert.deepEqual(
    written?.plan.lists.map(({ kind }) => kind),
    ['genre'],
  );
  const record = JSON.parse(String(world.world.sql('SELECT written FROM scenes')[0]?.['written']));
  assert.deepEqual(record, {
    fields: {
      title: { sent: 'Lighthouse 1', kept: 'Lighthouse 1' },
      tagline: { sent: 'Fog ahead', kept: 'Fog ahead' },
    },
    lists: { genre: { fog: 'fog' } },
  });
});

test('a summary that is cut step by step on a slow server comes to its end', async (t) => {
  const world = await setupSlow(t, 1, { perEditMs: 11_000, maxTargetBytes: 4_096 });
  world.enqueue(...lighthouses(1, { details: 'The keeper counts the boats. '.repeat(300) }));
  const { tally } = await world.run();
  assert.deepEqual(tally, { updated: 1 });
  assert.ok((world.plex.item('101')?.summary ?? '').length > 2_000);
  assert.ok(world.plex.count('edit') < 9, `${world.plex.count('edit')} edits`);
});

test('parts whose item cannot be read again go back, and what was taken is ours', async (t) => {
  const world = await setupSlow(t, 1, { perEditMs: 11_000 });
  world.enqueue(...lighthouses(1, { tagline: 'Fog ahead', tags: ['fog'] }));
  onEdit(world, 2, () => world.plex.fail('item', { kind: 'status', status: 500 }));
  world.plex.fail('edit', { kind: 'status', status: 400 });
  const { tally } = await world.run();
  assert.deepEqual([tally, world.plex.item('101')?.title], [{ released: 1 }, 'Lighthouse 1']);
  const { written } = world.world.sql('SELECT written FROM scenes')[0] ?? {};
  assert.deepEqual(Object.keys(JSON.parse(String(written)).fields), ['title']);
  assert.deepEqual(world.world.onlyJob()['failures'], 0);
});
