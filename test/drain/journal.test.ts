/** The journal: what a drain writes down of each edit, so that it can be taken back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StoreError } from '../../src/core/model/errors.ts';
import type { Change, JournalEntry } from '../../src/core/model/journal.ts';
import { prunedOf } from '../../src/queue/tables/journal/journal.ts';
import type { JournalQuery } from '../../src/queue/tables/journal/journal-entries.ts';
import { readJournal } from '../../src/queue/tables/journal/journal-entries.ts';
import { findChosen } from '../../src/queue/work/undo-work.ts';
import type { DrainWorld } from '../helpers/drain-world.ts';
import { lighthouse, otherServer, setup } from '../helpers/drain-world.ts';

const killed = (): void => {
  throw new Error('killed');
};

function entries({ world }: DrainWorld, query: JournalQuery = { sceneId: 1 }): readonly JournalEntry[] {
  return readJournal(world.stores().queueDb, query, { limit: 100 });
}

function runsOf({ world }: DrainWorld) {
  return world.sql('SELECT id, command, started_by, items, fields FROM runs ORDER BY id');
}

test('an edit is kept with what stood there, its locks and what counted as ours', async (t) => {
  const world = await setup(t);
  const { plex, enqueue, run, clock } = world;
  plex.addItem({ ...AT, title: 'one', genres: ['Sea'], locked: ['genre'] });
  enqueue(lighthouse(1, { title: 'Beacon', tags: ['Fog'] }));
  await run();
  const [entry, ...others] = entries(world);
  assert.deepEqual(others, []);
  assert.deepEqual(entry, {
    ...{ id: 1, runId: 1, jobId: 1, sceneId: 1, ratingKey: '101', sectionKey: '1', title: 'one' },
    changes: [
      { kind: 'field', field: 'title', before: 'one', after: 'Beacon', locked: false },
      { kind: 'list', field: 'genre', before: [{ tag: 'Sea' }], add: ['Fog'], remove: [], locked: true },
    ],
    ...{ record: undefined, state: 'closed', undoneBy: undefined, at: clock.now },
  });
  enqueue(lighthouse(1, { title: 'Bell' }));
  await run();
  const [newer] = entries(world);
  assert.deepEqual(newer?.record?.written.lists.genre, { Fog: 'Fog' });
  assert.deepEqual(
    newer?.changes.map(({ field, locked }) => [field, locked]),
    [['title', true]],
  );
  assert.deepEqual(runsOf(world), [
    { id: 1, command: 'process', started_by: 'script', items: 1, fields: 2 },
    { id: 2, command: 'process', started_by: 'script', items: 1, fields: 1 },
  ]);
});

test('a run that changes nothing leaves nothing in the journal', async (t) => {
  const world = await setup(t);
  world.plex.addItem(AT);
  for (const _ of [1, 2]) {
    world.enqueue(lighthouse(1, { title: 'Beacon' }));
    await world.run();
  }
  assert.equal(entries(world).length, 1);
});

test('Plex’s own form of a value is kept too', async (t) => {
  const world = await setup(t);
  world.plex.normaliseOnEdit((_field, value) => value.replaceAll('!', ''));
  world.plex.addItem(AT);
  world.enqueue(lighthouse(1, { title: 'Beacon!', tags: ['Fog!'] }));
  await world.run();
  assert.deepEqual(
    entries(world)[0]?.changes.map(({ kind, field, ...change }) => [field, 'kept' in change ? change.kept : undefined]),
    [
      ['title', 'Beacon'],
      ['genre', { 'Fog!': 'Fog' }],
    ],
  );
});

test('what was cut short before its request is no edit, and what was written before a kill is one of its own run', async (t) => {
  const world = await setup(t);
  const { plex, enqueue, run } = world;
  plex.addItem(AT);
  enqueue(lighthouse(1, { title: 'Beacon' }));
  await assert.rejects(run({}, { at: { intended: killed } }), /killed/);
  assert.deepEqual(
    entries(world).map(({ state }) => state),
    ['open'],
  );
  await assert.rejects(run({}, { at: { written: killed } }), /killed/);
  assert.deepEqual(
    entries(world).map(({ state, runId }) => [state, runId]),
    [['open', 2]],
  );
  await run();
  assert.deepEqual(
    entries(world).map(({ state, runId }) => [state, runId]),
    [['closed', 2]],
  );
  assert.deepEqual(
    runsOf(world).map(({ items, fields }) => [items, fields]),
    [
      [0, 0],
      [1, 1],
      [0, 0],
    ],
  );
});

test('a part that Plex refuses is not in the journal', async (t) => {
  const world = await setup(t);
  const { plex, enqueue, run } = world;
  plex.addItem(AT);
  plex.fail(({ query }) => query.some(([name]) => name.startsWith('genre')), { kind: 'status', status: 400 }, 9);
  enqueue(lighthouse(1, { title: 'Beacon', tags: ['Fog'] }));
  await run();
  const [entry] = entries(world);
  assert.deepEqual([entry?.state, entry?.changes.map(({ field }) => field)], ['closed', ['title']]);
});

test('going backwards through the journal leads to what Plex had, wherever a run was killed', async () => {
  const tags = fc.uniqueArray(fc.constantFrom('Fog', 'Sea', 'Quay', 'Mole'), { maxLength: 3 });
  const step = fc.record({
    title: fc.constantFrom('Beacon', 'Bell', 'Pier'),
    tags,
    details: fc.constantFrom('', 'Boats come and go.'),
    at: fc.constantFrom('claimed', 'read', 'intended', 'written', 'verified', 'settled', undefined),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const ends: (() => unknown)[] = [];
      const world = await setup({ after: (end: () => unknown) => void ends.push(end) } as Parameters<typeof setup>[0]);
      try {
        const { plex, enqueue, run } = world;
        plex.addItem({ ...AT, title: 'one', genres: ['Sea', 'Sand'] });
        const first = seen(plex.item('101'));
        for (const { at, ...data } of steps) {
          enqueue(lighthouse(1, data));
          await run({}, at === undefined ? {} : { at: { [at]: killed } }).catch(() => undefined);
        }
        await run();
        const now = entries(world).reduce(
          (item, entry) => entry.changes.reduceRight(takeBack, item),
          seen(plex.item('101')),
        );
        assert.deepEqual(now, first);
        assert.ok(entries(world).every(({ state }) => state === 'closed'));
      } finally {
        for (const end of ends.toReversed()) await end();
      }
    }),
    { numRuns: 25 },
  );
});

test('old edits leave the journal a few at a time, and it is said up to which run', async (t) => {
  const world = await setup(t);
  const { plex, enqueue, run, clock } = world;
  plex.addItem(AT);
  for (const title of ['Beacon', 'Bell', 'Pier']) {
    enqueue(lighthouse(1, { title }));
    await run();
    clock.now += 20 * 86_400_000;
  }
  enqueue(lighthouse(1, { title: 'Quay' }));
  await run();
  assert.deepEqual(
    entries(world).map(({ runId }) => runId),
    [4, 3],
  );
  assert.deepEqual(prunedOf(world.world.stores().queueDb)?.runId, 2);
});

test('beyond its size the journal loses its oldest edits', async (t) => {
  const world = await setup(t);
  const { plex, enqueue, run } = world;
  plex.addItem(AT);
  for (const title of ['Beacon', 'Bell', 'Pier']) {
    enqueue(lighthouse(1, { title }));
    await run();
  }
  const bytes = Number(world.world.sql(`SELECT value FROM meta WHERE name = 'journal_bytes'`)[0]?.['value']);
  const [{ total } = { total: 0 }] = world.world.sql(
    'SELECT sum(length(changes) + coalesce(length(record), 0)) AS total FROM journal',
  );
  assert.equal(bytes, total);
  world.world.drain({ journal: { keptMs: 1e12, mostBytes: bytes - 1 } });
  assert.deepEqual(
    entries(world).map(({ runId }) => runId),
    [3, 2],
  );
});

test('where the disk is full the journal takes nothing, and so nothing is written to Plex', async (t) => {
  const world = await setup(t);
  const { plex, enqueue, run } = world;
  plex.addItem(AT);
  enqueue(lighthouse(1, { details: 'Boats. '.repeat(1_000) }));
  const { queueDb } = world.world.stores();
  const full = (): void => void queueDb.pragma(`max_page_count = ${queueDb.pragma('page_count', { simple: true })}`);
  await assert.rejects(run({}, { at: { read: full } }), StoreError);
  assert.equal(plex.count('edit'), 0);
  queueDb.pragma('max_page_count = 1000000');
  assert.deepEqual([(await run()).tally, entries(world).length], [{ updated: 1 }, 1]);
});

const ADOPT = { ifOtherServer: 'adopt' } as const;

test('each edit is known to be of the server it was made on, whichever is bound', async (t) => {
  const world = await setup(t);
  const { plex, enqueue, run } = world;
  plex.addItem(AT);
  const garden = await otherServer(t, world, { machineIdentifier: 'garden' });
  garden.addItem(AT);
  const quay = await otherServer(t, world, { machineIdentifier: 'quay' });
  quay.addItem(AT);
  const found = () => {
    const { items, givenUp } = findChosen(world.world.stores().queueDb, { sceneId: 1 });
    return { ours: items.flatMap(({ entries: ids }) => [...ids]), givenUp };
  };
  enqueue(lighthouse(1, { title: 'Beacon' }));
  await run();
  await run(ADOPT, { server: garden });
  assert.deepEqual(found(), { ours: [], givenUp: [plex.machineIdentifier] });
  await run(ADOPT, { server: quay });
  assert.deepEqual(found(), { ours: [], givenUp: [plex.machineIdentifier] }, 'nothing was written to garden');
  enqueue(lighthouse(1, { title: 'Bell' }));
  await run({}, { server: quay });
  assert.deepEqual(found(), { ours: [2], givenUp: [plex.machineIdentifier] });
  await run(ADOPT);
  assert.deepEqual(found(), { ours: [1], givenUp: ['quay'] });
  await run(ADOPT, { server: garden });
  assert.deepEqual(found(), { ours: [], givenUp: [plex.machineIdentifier, 'quay'] });
  assert.equal(entries(world).length, 2, 'all of them are shown');
  // Where the newest entry is gone, an older one still is of its own server.
  world.world.sql('DELETE FROM journal WHERE id = 2');
  await run(ADOPT);
  await run(ADOPT, { server: quay });
  assert.deepEqual(found(), { ours: [], givenUp: [plex.machineIdentifier] });
});

test('an edit that was cut short on a server that is given up stays as it is', async (t) => {
  const world = await setup(t);
  const { plex, enqueue, run } = world;
  plex.addItem(AT);
  const garden = await otherServer(t, world, { machineIdentifier: 'garden' });
  garden.addItem(AT);
  enqueue(lighthouse(1, { title: 'Beacon' }));
  await assert.rejects(run({}, { at: { written: killed } }), /killed/);
  const [cutShort] = entries(world);
  assert.equal(cutShort?.state, 'open');
  await run(ADOPT, { server: garden });
  enqueue(lighthouse(1, { title: 'Bell' }));
  await run({}, { server: garden });
  assert.equal(garden.item('101')?.title, 'Bell');
  enqueue(lighthouse(1, { title: 'Mole' }));
  await assert.rejects(run({}, { server: garden, at: { written: killed } }), /killed/);
  const before = entries(world);
  assert.deepEqual(before.at(-1), cutShort);
  await run(ADOPT);
  enqueue(lighthouse(1, { title: 'Pier' }));
  await run();
  assert.deepEqual(entries(world).slice(-before.length), before, 'what was ours there is forgotten');
});

/** The item of the first lighthouse. */
const AT = { sectionKey: '1', ratingKey: '101', file: '/harbour/1.mp4' } as const;

type Seen = { readonly title: string; readonly summary: string; readonly genres: readonly string[] };

function seen(item: { title: string; summary?: string | undefined; genres: readonly string[] } | undefined): Seen {
  assert.ok(item !== undefined);
  return { title: item.title, summary: item.summary ?? '', genres: item.genres.toSorted() };
}

function takeBack(item: Seen, change: Change): Seen {
  if (change.kind === 'field') {
    const now = change.field === 'title' ? item.title : item.summary;
    assert.equal(now, change.kept ?? change.after);
    return { ...item, [change.field]: change.before };
  }
  assert.ok(change.kind === 'list');
  const without = item.genres.filter((name) => !change.add.includes(name));
  return { ...item, genres: [...without, ...change.remove].toSorted() };
}
