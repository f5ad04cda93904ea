/** An undo against the simulated Plex: what it puts back, what it leaves, and what a kill at each step leaves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Checkpoint } from '../../src/core/drain/ports/ports.ts';
import type { SceneData } from '../../src/core/model/scene.ts';
import type { UndoCheckpoint } from '../../src/core/undo/undo-items.ts';
import { prepareUndone } from '../../src/queue/tables/undone.ts';
import { openDeadLetterActions } from '../../src/queue/work/dead-letter-actions.ts';
import {
  ALWAYS,
  addItems,
  DOWN,
  fileOf,
  idsTo,
  lighthouse,
  lighthouses,
  onRequest,
  otherServer,
  silence,
} from '../helpers/drain-world.ts';
import { COVER, setupPictures, upload } from '../helpers/picture-world.ts';
import type { UndoWorld } from '../helpers/undo-world.ts';
import { setupUndo, undoIn } from '../helpers/undo-world.ts';

const ITEM = {
  ...{ sectionKey: '1', ratingKey: '101', file: fileOf(1), size: 1_001 },
  ...{ title: 'one', summary: 'An old light.', genres: ['Sea', 'Fog'], locked: ['genre'] },
} as const;
const SCENE: SceneData = {
  ...{ title: 'Beacon', details: 'It blinks.', tags: ['Fog', 'Night'], performers: ['Ada Keel'] },
  ...{ studio: 'Pier', rating100: 80, date: '2020-05-01' },
};

const killed = (): void => {
  throw new Error('killed');
};

/** All of an item that a person sees, and its locks. */
function shown({ plex }: Pick<UndoWorld, 'plex'>, ratingKey = '101') {
  const item = plex.item(ratingKey);
  assert.ok(item !== undefined);
  // Plex keeps every upload; the path of a picture holds the time of its change.
  const { updatedAt: _at, posters: _posters, arts: _arts, thumb: _thumb, art: _art, ...rest } = item;
  const filled = Object.entries(rest).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(filled);
}

function recordOf({ world }: Pick<UndoWorld, 'world'>, sceneId = 1) {
  const [row] = world.sql(`SELECT written, intent, locked FROM scenes WHERE scene_id = ${sceneId}`);
  return row;
}

const NOTHING_OURS = { intent: null, locked: '[]' };

test('an undo restores every field, name, lock and what counted as ours', async (t) => {
  const world = await setupUndo(t);
  world.plex.addItem(ITEM);
  const before = shown(world);
  world.enqueue(lighthouse(1, SCENE));
  await world.run();
  assert.notDeepEqual(shown(world), before);
  const { items, runId } = await world.undo({ runId: 1 });
  assert.deepEqual(shown(world), before);
  assert.deepEqual(
    items.map(({ kind, sceneId }) => [kind, sceneId]),
    [['undone', 1]],
  );
  const { written, ...rest } = recordOf(world) ?? {};
  assert.deepEqual(rest, NOTHING_OURS);
  assert.deepEqual(JSON.parse(String(written)).fields, {});
  assert.deepEqual(world.world.sql('SELECT scene_id, run_id FROM undone'), [{ scene_id: 1, run_id: runId }]);
  assert.deepEqual(world.world.sql('SELECT undone_by FROM runs WHERE id = 1'), [{ undone_by: runId }]);
});

test('twice is once, and costs no write', async (t) => {
  const world = await setupUndo(t);
  world.plex.addItem(ITEM);
  world.enqueue(lighthouse(1, SCENE));
  await world.run();
  await world.undo({ sceneId: 1 });
  const after = shown(world);
  world.plex.resetRequests();
  for (const query of [{ sceneId: 1 }, { runId: 1 }, { since: 0 }] as const)
    assert.deepEqual((await world.undo(query)).items, []);
  assert.equal(world.plex.count('edit'), 0);
  assert.deepEqual(shown(world), after);
});

test('an undo of the undo gives back what was there, and the scene is no longer undone', async (t) => {
  const world = await setupUndo(t);
  world.plex.addItem(ITEM);
  world.enqueue(lighthouse(1, SCENE));
  await world.run();
  const [before, record] = [shown(world), recordOf(world)];
  const first = await world.undo({ runId: 1 });
  const second = await world.undo({ runId: first.runId });
  assert.deepEqual(namesSorted(shown(world)), namesSorted(before));
  assert.deepEqual(JSON.parse(String(recordOf(world)?.['written'])), JSON.parse(String(record?.['written'])));
  assert.deepEqual(world.world.sql('SELECT * FROM undone'), []);
  assert.deepEqual(world.world.sql('SELECT id, undone_by FROM runs ORDER BY id'), [
    { id: 1, undone_by: null },
    { id: first.runId, undone_by: second.runId },
    { id: second.runId, undone_by: null },
  ]);
  // The third undo is of the second: the scene is undone again, by the first.
  await world.undo({ runId: second.runId });
  assert.equal(world.world.sql('SELECT * FROM undone').length, 1);
  assert.deepEqual(world.world.sql('SELECT undone_by FROM runs WHERE id = 1'), [{ undone_by: first.runId }]);
  assert.deepEqual((await world.undo({ runId: 1 })).items, []);
});

/** Where Plex merges lists, names that return stand last. */
function namesSorted(item: object): unknown {
  return JSON.parse(JSON.stringify(item), (_key, value: unknown) =>
    Array.isArray(value) ? value.map((one) => JSON.stringify(one)).toSorted() : value,
  );
}

const STEPS: readonly Checkpoint[] = ['read', 'intended', 'written', 'verified', 'settled'];
const UNDO_STEPS: readonly UndoCheckpoint[] = ['undo_intended', 'undo_written', 'undo_settled'];

test('after a kill at any step of the drain and of the undo, the undo run again restores all', async (t) => {
  const steps = fc.constantFrom<Checkpoint | undefined>(undefined, ...STEPS);
  const undoSteps = fc.constantFrom<UndoCheckpoint | undefined>(undefined, ...UNDO_STEPS);
  await fc.assert(
    fc.asyncProperty(steps, undoSteps, fc.boolean(), async (ofDrain, ofUndo, hasTwo) => {
      const world = await setupUndo(t);
      world.plex.addItem(ITEM);
      const before = shown(world);
      if (hasTwo) {
        world.enqueue(lighthouse(1, { ...SCENE, tags: ['Sea'], title: 'Bell' }));
        await world.run();
      }
      world.enqueue(lighthouse(1, SCENE));
      const drained = world.run({}, ofDrain === undefined ? {} : { at: { [ofDrain]: killed } });
      await drained.catch(() => undefined);
      const query = { since: 0 } as const;
      const first = world.undo(query, ofUndo === undefined ? {} : { [ofUndo]: killed });
      await first.catch(() => undefined);
      await world.undo(query);
      assert.deepEqual(namesSorted(shown(world)), namesSorted(before));
      const row = recordOf(world);
      if (row !== undefined) {
        assert.equal(row['intent'], null);
        assert.deepEqual(JSON.parse(String(row['locked'])), []);
      }
    }),
    { numRuns: 20 },
  );
});

test('an undo that was killed after its write can be undone once it is finished', async (t) => {
  const world = await setupUndo(t);
  world.plex.addItem(ITEM);
  world.enqueue(lighthouse(1, SCENE));
  await world.run();
  const query = { since: 0 } as const;
  await world.undo(query, { undo_written: killed }).catch(() => undefined);
  await world.undo(query);
  assert.equal(world.plex.item('101')?.title, 'one');
  // Run 2 has written, and run 3 has only found it so.
  await world.undo({ runId: 2 });
  assert.equal(world.plex.item('101')?.title, 'Beacon');
});

test('what a person changed in between stays theirs, and is said', async (t) => {
  const world = await setupUndo(t);
  world.plex.addItem(ITEM);
  world.enqueue(lighthouse(1, SCENE));
  await world.run();
  world.plex.editByHand('101', { summary: 'Mine.' });
  const { items } = await world.undo({ runId: 1 });
  const [item] = items;
  assert.ok(item?.kind === 'undone');
  assert.deepEqual(item.plan.left, [{ field: 'summary', why: 'changed_since' }]);
  assert.equal(world.plex.item('101')?.summary, 'Mine.');
  assert.equal(world.plex.item('101')?.title, 'one');
});

test('an item that is gone, and another one under its key, are told and left', async (t) => {
  const world = await setupUndo(t);
  addItems(world.plex, 1, 2);
  world.enqueue(...lighthouses(2, { tags: ['Fog'] }));
  await world.run();
  for (const key of ['101', '102']) world.plex.removeItem(key);
  world.clock.now += 3_600_000;
  world.plex.addItem({ sectionKey: '1', ratingKey: '102', file: '/harbour/other.mp4', title: 'Another one' });
  const { items } = await world.undo({ runId: 1 });
  assert.deepEqual(
    items.map(({ kind, sceneId }) => [kind, sceneId]),
    [
      ['gone', 1],
      ['another_item', 2],
    ],
  );
  assert.equal(world.plex.item('102')?.title, 'Another one');
});

test('a server that does not answer ends the undo, and the next one finishes it', async (t) => {
  const world = await setupUndo(t);
  addItems(world.plex, ...idsTo(3));
  world.enqueue(...lighthouses(3, { tags: ['Fog'] }));
  await world.run();
  let back = (): void => undefined;
  onRequest(world.plex, { route: 'edit' }, () => {
    back = silence(world.plex);
  });
  const { by } = await world.undo({ runId: 1 });
  assert.equal(by, 'plex_unavailable');
  back();
  world.plex.fail('all', DOWN, 0);
  await world.undo({ runId: 1 });
  for (const key of ['101', '102', '103']) assert.deepEqual(world.plex.item(key)?.genres ?? [], []);
});

test('one item that Plex refuses fails alone', async (t) => {
  const world = await setupUndo(t);
  addItems(world.plex, ...idsTo(2));
  world.enqueue(...lighthouses(2, { tags: ['Fog'] }));
  await world.run();
  world.plex.fail(
    (request) => request.route === 'edit' && request.query.some(([name, value]) => name === 'id' && value === '101'),
    { kind: 'status', status: 400 },
    ALWAYS,
  );
  const { items, by } = await world.undo({ runId: 1 });
  assert.deepEqual(items.map(({ kind, sceneId }) => [kind, sceneId]).toSorted(), [
    ['failed', 1],
    ['undone', 2],
  ]);
  assert.equal(by, undefined);
});

test('a part that Plex refuses holds no other one back', async (t) => {
  const world = await setupUndo(t);
  world.plex.addItem(ITEM);
  world.enqueue(lighthouse(1, SCENE));
  await world.run();
  world.plex.fail(
    (request) => request.route === 'edit' && request.query.some(([name]) => name === 'title.value'),
    { kind: 'status', status: 400 },
    ALWAYS,
  );
  const { items } = await world.undo({ runId: 1 });
  assert.deepEqual(
    items.map(({ kind }) => kind),
    ['failed'],
  );
  assert.equal(world.plex.item('101')?.title, 'Beacon');
  assert.equal(world.plex.item('101')?.summary, 'An old light.');
});

test('what was read too long ago is read again: a person may have edited it since', async (t) => {
  const world = await setupUndo(t);
  addItems(world.plex, 1, 2);
  world.enqueue(...lighthouses(2, { details: 'It blinks.' }));
  await world.run();
  onRequest(world.plex, { route: 'edit' }, () => {
    world.clock.now += 60_000;
    world.plex.editByHand('102', { summary: 'Mine.' });
  });
  const { items } = await world.undo({ runId: 1 });
  assert.equal(items.length, 2);
  assert.equal(world.plex.item('102')?.summary, 'Mine.');
});

test('what was sent before an outage is settled, if Plex is there again', async (t) => {
  const world = await setupUndo(t);
  addItems(world.plex, ...idsTo(3));
  world.enqueue(...lighthouses(3, { tags: ['Fog'] }));
  await world.run();
  world.plex.fail(
    (request) => request.route === 'edit' && request.query.some(([name, value]) => name === 'id' && value === '102'),
    DOWN,
  );
  const { items, by } = await world.undo({ runId: 1 });
  assert.equal(by, 'plex_unavailable');
  assert.deepEqual(
    items.map(({ kind, sceneId }) => [kind, sceneId]),
    [['undone', 1]],
  );
  await world.undo({ runId: 1 });
  for (const key of ['101', '102', '103']) assert.deepEqual(world.plex.item(key)?.genres ?? [], []);
});

test('a signal ends the undo after the write in flight, and the next one finishes it', async (t) => {
  const world = await setupUndo(t);
  addItems(world.plex, ...idsTo(3));
  world.enqueue(...lighthouses(3, { tags: ['Fog'] }));
  await world.run();
  onRequest(world.plex, { route: 'edit' }, () => {
    world.stop.signal = 'SIGTERM';
  });
  const { items } = await world.undo({ runId: 1 });
  assert.deepEqual(
    items.filter(({ kind }) => kind === 'undone').map(({ sceneId }) => sceneId),
    [1],
  );
  world.stop.signal = undefined;
  await world.undo({ runId: 1 });
  for (const key of ['101', '102', '103']) assert.deepEqual(world.plex.item(key)?.genres ?? [], []);
});

test('the picture that was selected is selected again, and none where there was none', async (t) => {
  const drain = await setupPictures(t);
  const undoAll = undoIn(drain);
  const { plex } = drain;
  const before = shown(drain);
  await drain.drain();
  assert.equal(plex.item('101')?.selectedPoster, upload(COVER));
  await undoAll({ runId: 1 });
  assert.deepEqual(shown(drain), before);
});

test('what an undo that was stopped had not sent is no edit of its run', async (t) => {
  const world = await setupUndo(t);
  addItems(world.plex, 1);
  world.enqueue(lighthouse(1, { title: 'Beacon' }));
  await world.run();
  await assert.rejects(world.undo({ runId: 1 }, { undo_intended: killed }));
  await world.undo({ runId: 1 });
  assert.deepEqual(world.world.sql(`SELECT items, fields FROM runs WHERE command = 'undo' ORDER BY id`), [
    { items: 0, fields: 0 },
    { items: 1, fields: 1 },
  ]);
});

for (const isBack of [false, true])
  test(`an undo that was cut short on a server that is given up is none of the new one${isBack ? ', where all is back already' : ''}`, async (t) => {
    const world = await setupUndo(t);
    const { plex, run, world: stored } = world;
    addItems(plex, 1);
    world.enqueue(lighthouse(1, { title: 'Beacon' }));
    await run();
    await assert.rejects(world.undo({ runId: 1 }, { undo_written: killed }));
    const server = await otherServer(t, world, { machineIdentifier: 'garden' });
    addItems(server, 1);
    await run({ ifOtherServer: 'adopt' }, { server });
    world.enqueue(lighthouse(1, { title: 'Bell' }));
    await run({}, { server });
    if (isBack) server.editByHand('101', { title: '1' });
    const { runId } = await undoIn({ ...world, plex: server })({ sceneId: 1 });
    assert.equal(server.item('101')?.title, '1');
    assert.deepEqual(stored.sql('SELECT scene_id FROM undone'), [{ scene_id: 1 }]);
    assert.deepEqual(stored.sql(`SELECT run_id, state, undone_by FROM journal WHERE run_id <> ${runId} ORDER BY id`), [
      { run_id: 1, state: 'closed', undone_by: null },
      { run_id: 2, state: 'open', undone_by: null },
      { run_id: 4, state: 'closed', undone_by: runId },
    ]);
  });

/** Two scenes that were written, and an undo that was killed after one of them, before that could be noted. */
async function cutShort(world: UndoWorld) {
  const { plex, run, stop } = world;
  addItems(plex, 1, 2);
  world.enqueue(...lighthouses(2));
  await run();
  const titles = () => ['101', '102'].map((key) => plex.item(key)?.title);
  const written = titles();
  onRequest(plex, { route: 'edit' }, () => {
    stop.signal = 'SIGTERM';
  });
  await assert.rejects(world.undo({ runId: 1 }, { undo_written: killed }));
  stop.signal = undefined;
  return { titles, written };
}

test('an undo that was cut short on a server goes on once that is adopted again, and only what it did is taken back', async (t) => {
  const world = await setupUndo(t);
  const { run } = world;
  const { titles, written } = await cutShort(world);
  assert.deepEqual(titles(), ['1', written[1]]);
  const server = await otherServer(t, world, { machineIdentifier: 'garden' });
  await run({ ifOtherServer: 'adopt' }, { server });
  await run({ ifOtherServer: 'adopt' });
  const { runId, items } = await world.undo({ runId: 1 });
  assert.deepEqual(
    items.map(({ kind, ratingKey }) => [ratingKey, kind]),
    [
      ['101', 'already'],
      ['102', 'undone'],
    ],
  );
  assert.deepEqual(titles(), ['1', '2']);
  assert.deepEqual(world.world.sql('SELECT run_id, rating_key, state, undone_by FROM journal ORDER BY id'), [
    { run_id: 1, rating_key: '101', state: 'closed', undone_by: 2 },
    { run_id: 1, rating_key: '102', state: 'closed', undone_by: runId },
    { run_id: 2, rating_key: '101', state: 'closed', undone_by: null },
    { run_id: runId, rating_key: '102', state: 'closed', undone_by: null },
  ]);
  await world.undo({ runId: 2 });
  assert.deepEqual(titles(), [written[0], '2']);
});

test('of an undo that was cut short a run that writes its scenes again leaves what was really put back', async (t) => {
  const world = await setupUndo(t);
  const { plex, run, stop, enqueue } = world;
  for (const key of ['101', '102'])
    plex.addItem({ ...ITEM, ratingKey: key, file: fileOf(Number(key) - 100), summary: 'It blinks.' });
  const write = async () => {
    enqueue(...lighthouses(2, SCENE));
    await run();
  };
  await write();
  const written = ['101', '102'].map((key) => shown(world, key));
  onRequest(plex, { route: 'edit' }, () => {
    stop.signal = 'SIGTERM';
  });
  await assert.rejects(world.undo({ runId: 1 }, { undo_written: killed }));
  stop.signal = undefined;
  const { changes } = world.world.sql(`SELECT changes FROM journal WHERE run_id = 2 AND rating_key = '101'`)[0] ?? {};
  openDeadLetterActions(world.world.stores()).releaseUndone([1, 2], world.clock.now);
  await write();
  assert.deepEqual(
    ['101', '102'].map((key) => namesSorted(shown(world, key))),
    written.map(namesSorted),
  );
  const ofUndo = world.world.sql('SELECT rating_key, state, changes FROM journal WHERE run_id = 2');
  assert.deepEqual(ofUndo, [{ rating_key: '101', state: 'closed', changes }]);
  assert.deepEqual(world.world.sql('SELECT items FROM runs ORDER BY id'), [{ items: 2 }, { items: 1 }, { items: 1 }]);
});

test('edits of another server do not stand in the way of an undo', async (t) => {
  const world = await setupUndo(t);
  const { plex, run } = world;
  addItems(plex, 1);
  world.enqueue(lighthouse(1, { title: 'Beacon' }));
  await run();
  const server = await otherServer(t, world, { machineIdentifier: 'garden' });
  addItems(server, 1);
  await run({ ifOtherServer: 'adopt' }, { server });
  world.enqueue(lighthouse(1, { title: 'Bell' }));
  await run({}, { server });
  await run({ ifOtherServer: 'adopt' });
  await world.undo({ runId: 1 });
  assert.deepEqual([plex.item('101')?.title, server.item('101')?.title], ['1', 'Bell']);
});

test('what a killed run had not written is not undone, and its job goes on', async (t) => {
  const world = await setupUndo(t);
  const { plex, run, stop } = world;
  addItems(plex, 1, 2);
  world.enqueue(...lighthouses(2));
  onRequest(plex, { route: 'edit' }, () => {
    stop.signal = 'SIGTERM';
  });
  await assert.rejects(run({ concurrency: 1 }, { at: { written: killed } }), /killed/);
  stop.signal = undefined;
  const written = plex.item('101')?.title;
  assert.notEqual(written, '1');
  const { items } = await world.undo({ runId: 1 });
  assert.deepEqual(
    items.map(({ kind, ratingKey }) => [ratingKey, kind]),
    [
      ['102', 'already'],
      ['101', 'undone'],
    ],
  );
  assert.deepEqual(world.world.sql('SELECT scene_id FROM undone'), [{ scene_id: 1 }]);
  assert.deepEqual((await run()).tally, { updated: 1, undone: 1 });
  assert.deepEqual([plex.item('101')?.title, plex.item('102')?.title === '2'], ['1', false]);
});

test('taking back an undo that was cut short takes back what it did, and the journal says so', async (t) => {
  const world = await setupUndo(t);
  const { titles, written } = await cutShort(world);
  const { runId, items } = await world.undo({ runId: 2 });
  assert.deepEqual(titles(), written);
  assert.deepEqual(
    items.map((item) => [item.ratingKey, item.kind, 'held' in item ? item.held : []]),
    [
      ['102', 'already', []],
      ['101', 'undone', []],
    ],
  );
  assert.deepEqual(world.world.sql('SELECT run_id, rating_key, state, undone_by FROM journal WHERE run_id > 1'), [
    { run_id: 2, rating_key: '101', state: 'closed', undone_by: runId },
    { run_id: runId, rating_key: '101', state: 'closed', undone_by: null },
  ]);
  assert.deepEqual(world.world.sql('SELECT items FROM runs WHERE id = 2'), [{ items: 1 }]);
  assert.deepEqual(world.world.sql('SELECT scene_id FROM undone'), []);
  await world.undo({ runId });
  assert.deepEqual(titles(), ['1', written[1]]);
});

test('a scene that a person asks for while it is undone is written', async (t) => {
  const world = await setupUndo(t);
  addItems(world.plex, 1, 2);
  world.enqueue(...lighthouses(2));
  await world.run();
  const asked = (): void => void prepareUndone(world.world.stores().queueDb).remove(1);
  await world.undo({ runId: 1 }, { undo_written: asked });
  assert.deepEqual(world.world.sql('SELECT scene_id FROM undone'), [{ scene_id: 2 }]);
});

const HISTORIES: Readonly<Record<string, (world: UndoWorld) => Promise<unknown>>> = {
  'after its edit': () => Promise.resolve(),
  'after an undo that was taken back': async (world) => {
    await world.undo({ runId: 1 });
    await world.undo({ runId: 2 });
  },
  'after an undo that was cut short': async (world) =>
    await assert.rejects(world.undo({ runId: 1 }, { undo_intended: killed })),
};

for (const [when, bring] of Object.entries(HISTORIES))
  test(`an item that took the place of another one ${when} is left`, async (t) => {
    const world = await setupUndo(t);
    const { plex } = world;
    const at = { sectionKey: '1', ratingKey: '101', file: fileOf(1), title: 'one' } as const;
    plex.addItem({ ...at, addedAt: 1_000 });
    world.enqueue(lighthouse(1, { title: 'one', tags: ['Night'] }));
    await world.run();
    await bring(world);
    const before = world.world.sql('SELECT scene_id FROM undone');
    plex.removeItem('101');
    // Nothing could be put back of the one, and something of the other.
    for (const genres of when.endsWith('cut short') ? [['Night']] : [[], ['Night']]) {
      plex.addItem({ ...at, file: '/harbour/holiday.mp4', title: 'A holiday film', genres, addedAt: 5_000 });
      const { items } = await world.undo({ runId: 1 });
      assert.deepEqual(
        items.map(({ kind }) => kind),
        ['another_item'],
      );
      assert.deepEqual(plex.item('101')?.genres, genres);
      plex.removeItem('101');
    }
    assert.deepEqual(world.world.sql('SELECT scene_id FROM undone'), before);
  });

test('a scene of which only a part could be put back is held too', async (t) => {
  const world = await setupUndo(t);
  const { plex, run } = world;
  addItems(plex, 1);
  world.enqueue(lighthouse(1, { title: 'Beacon', details: 'It blinks.' }));
  await run();
  plex.editByHand('101', { title: 'Mine' });
  const { items } = await world.undo({ runId: 1 });
  assert.deepEqual(
    items.map((item) => [item.kind, 'held' in item ? item.held : []]),
    [['undone', [1]]],
  );
  assert.deepEqual([plex.item('101')?.title, plex.item('101')?.summary ?? ''], ['Mine', '']);
  assert.deepEqual(world.world.sql('SELECT scene_id FROM undone'), [{ scene_id: 1 }]);
});

test('what Stash had is known through an undo, the undo of that, and one more', async (t) => {
  const world = await setupUndo(t);
  const { plex, run, world: stored } = world;
  addItems(plex, 1);
  world.enqueue(lighthouse(1, { title: 'Beacon' }));
  await run();
  stored.sql(`UPDATE scenes SET stash_content = '1:then'`);
  const contents = () => stored.sql('SELECT content FROM undone').map(({ content }) => content);
  await world.undo({ runId: 1 });
  assert.deepEqual(contents(), ['1:then']);
  await world.undo({ runId: 2 });
  assert.deepEqual([contents(), stored.sql('SELECT stash_content FROM scenes')], [[], [{ stash_content: '1:then' }]]);
  await world.undo({ runId: 3 });
  assert.deepEqual([plex.item('101')?.title, contents()], ['1', ['1:then']]);
});

test('a lock that was set before another server was adopted goes with its edit', async (t) => {
  const world = await setupUndo(t);
  const { plex, run } = world;
  plex.addItem({ ...ITEM, title: 'one', locked: [] });
  world.enqueue(lighthouse(1, { title: 'Beacon', details: 'It blinks.' }));
  await run();
  const server = await otherServer(t, world, { machineIdentifier: 'garden' });
  await run({ ifOtherServer: 'adopt' }, { server });
  await run({ ifOtherServer: 'adopt' });
  world.enqueue(lighthouse(1, { title: 'Bell', details: 'It blinks.' }));
  await run();
  await world.undo({ since: 0 });
  const { title, summary, locked } = plex.item('101') ?? assert.fail('the item is gone');
  assert.deepEqual([title, summary, [...locked]], ['one', ITEM.summary, []]);
});
