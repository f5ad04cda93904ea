/** Where files are looked for: at Plex one by one, or in the index, whichever asks less of Plex and is to be trusted. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { FileIndex } from '../../src/core/match/file-index.ts';
import { openMemoryIndex } from '../../src/file-index/file-index.ts';
import type { PlexServer, PlexServerOptions, SeenRequest } from '../../src/simulator/plex/server.ts';
import type { DrainWorld } from '../helpers/drain-world.ts';
import {
  ALWAYS,
  addItems,
  idsTo,
  lighthouse,
  lighthouses,
  onRequest,
  setBreaker,
  setup,
} from '../helpers/drain-world.ts';

const SECTIONS = [
  { key: '1', title: 'Harbour Films', locations: ['/harbour'] },
  { key: '2', title: 'Garden Films', locations: ['/garden'] },
];
const MINUTE_MS = 60_000;

/** What a request to a listing is for: a file, what changed, the count, or a page of all; titles are left out. */
function purposeOf({ route, query, headers }: SeenRequest): string | undefined {
  const keys = query.map(([key]) => key);
  if (route !== 'listing' || keys.includes('title')) return undefined;
  const known = ['file', 'addedAt>>', 'updatedAt>>'].find((key) => keys.includes(key));
  return known ?? (headers['x-plex-container-size'] === '0' ? 'count' : 'page');
}

/** What the requests were for, in order. */
function asked({ requests }: PlexServer): readonly string[] {
  return requests.flatMap((request) => purposeOf(request) ?? []);
}

const REFRESH = ['addedAt>>', 'updatedAt>>', 'count'];

/** A world in which twelve lighthouses have been listed into an index that outlives its drains. */
async function setupIndexed(t: TestContext, options: Partial<PlexServerOptions> = {}) {
  const created = await setup(t, options);
  addItems(created.plex, ...idsTo(12));
  created.enqueue(...lighthouses(12));
  const files = openMemoryIndex(() => undefined);
  assert.deepEqual((await created.run({}, { files })).tally, { updated: 12 });
  created.plex.resetRequests();
  return { ...created, files: withTotal(files, 3_000) };
}

/** An index that believes a library to be that large: to list it again would cost more than to ask what changed. */
function withTotal(index: FileIndex, total: number): FileIndex {
  return { ...index, knownTotal: () => total };
}

/** Adds so many lighthouses after `first`, with their jobs. */
function addMore({ plex, enqueue }: Pick<DrainWorld, 'plex' | 'enqueue'>, first: number, count: number): void {
  const ids = idsTo(count).map((n) => first + n);
  addItems(plex, ...ids);
  enqueue(...ids.map((id) => lighthouse(id)));
}

test('few files are asked for one by one, many are listed once', async (t) => {
  const few = await setup(t);
  addMore(few, 0, 9);
  assert.deepEqual((await few.run()).tally, { updated: 9 });
  assert.deepEqual(asked(few.plex), Array(9).fill('file'));
  const many = await setup(t);
  addMore(many, 0, 10);
  const { of } = await many.run();
  assert.deepEqual(asked(many.plex), ['page']);
  assert.deepEqual(of('index_listed'), [{ kind: 'index_listed', section: 'Harbour Films', items: 10, requests: 1 }]);
  assert.deepEqual(new Set(of('found').map(({ from }) => from)), new Set(['index']));
});

test('each search is reported, and finds the item in Plex', async (t) => {
  const created = await setup(t);
  addMore(created, 0, 1);
  const { of } = await created.run();
  assert.deepEqual(of('searching'), [{ kind: 'searching', sceneId: 1, section: 'Harbour Films', file: '1.mp4' }]);
  assert.deepEqual(
    of('found').map(({ from }) => from),
    ['look_up'],
  );
});

test('looks that come in a later batch count with those before them', async (t) => {
  const created = await setup(t);
  addMore(created, 0, 2);
  let hasMore = false;
  const settled = (): void => {
    if (hasMore) return;
    hasMore = true;
    addMore(created, 20, 9);
  };
  assert.deepEqual((await created.run({}, { at: { settled } })).tally, { updated: 11 });
  assert.deepEqual(asked(created.plex), ['file', 'file', 'page']);
});

test('jobs that a limit keeps out of the run do not count', async (t) => {
  const created = await setup(t);
  addMore(created, 0, 12);
  await created.run({ limit: 5 });
  assert.deepEqual(asked(created.plex), Array(5).fill('file'));
});

test('the one job that tries while the breaker is half open has nothing listed for others', async (t) => {
  const created = await setup(t);
  const { plex, run } = created;
  addMore(created, 0, 12);
  setBreaker(created, { kind: 'half_open' });
  plex.fail('item', { kind: 'status', status: 500 }, ALWAYS);
  await run();
  assert.deepEqual(asked(plex), ['file']);
});

test('an index of an earlier run is brought up to date, and answers for what it has at its very path', async (t) => {
  const created = await setupIndexed(t);
  const { plex, files, clock, run } = created;
  clock.now += MINUTE_MS;
  addMore(created, 20, 4);
  const { tally, of } = await run({}, { files });
  assert.deepEqual([tally, asked(plex)], [{ updated: 4 }, REFRESH]);
  assert.deepEqual(of('index_refreshed'), [
    { kind: 'index_refreshed', section: 'Harbour Films', changed: 16, isRight: true },
  ]);
});

test('a refresh is not followed by a listing', async (t) => {
  const created = await setupIndexed(t);
  addMore(created, 20, 12);
  await created.run({}, { files: withTotal(created.files, 11_000) });
  assert.deepEqual(asked(created.plex), REFRESH);
});

test('how many items there are is known from a refresh, and from the first page of a listing', async (t) => {
  const created = await setupIndexed(t);
  const { plex, files, run } = created;
  const totals: number[] = [];
  const noteTotal = (_section: unknown, total: number): void => void totals.push(total);
  addMore(created, 20, 4);
  await run({}, { files: { ...files, noteTotal } });
  assert.deepEqual(totals, [16]);
  plex.setQuirks({ maxPageSize: 1 });
  addMore(created, 30, 12);
  await run({}, { files: { ...openMemoryIndex(() => undefined), noteTotal } });
  assert.deepEqual(totals, [16, 28], 'the listing was given up after its first page');
});

test('what is too far behind is listed anew where that pays, or else asked for one by one', async (t) => {
  const created = await setupIndexed(t);
  const { plex, files, run } = created;
  const changesSince = () => Promise.resolve(undefined);
  addMore(created, 20, 4);
  await run({}, { files, plex: { changesSince } });
  assert.deepEqual(asked(plex), Array(4).fill('file'));
  plex.resetRequests();
  addMore(created, 30, 12);
  await run({}, { files, plex: { changesSince } });
  assert.deepEqual(asked(plex), ['page']);
});

test('an index that lacks what Plex counts is not right: files are asked for', async (t) => {
  const created = await setupIndexed(t);
  const { plex, files, run } = created;
  addMore(created, 20, 4);
  files.forget('101');
  const { of } = await run({}, { files });
  assert.equal(of('index_refreshed')[0]?.isRight, true, 'the refresh has brought it back');
  files.forget('101');
  plex.resetRequests();
  addMore(created, 30, 4);
  const changesSince = () => Promise.resolve({ items: [], total: 20 });
  const second = await run({}, { files, plex: { changesSince } });
  assert.equal(second.of('index_refreshed')[0]?.isRight, false);
  assert.deepEqual(asked(plex), Array(4).fill('file'));
});

test('a miss in a refreshed index is confirmed at Plex on the first try, and believed on those between', async (t) => {
  const created = await setupIndexed(t);
  const { plex, files, clock, enqueue, run } = created;
  enqueue(...[41, 42, 43, 44].map((id) => lighthouse(id, { path: `/harbour/Lantern Row ${id}.mp4` })));
  const { tally, of } = await run({}, { files });
  assert.deepEqual([tally, of('title_search')], [{ waiting: 4 }, []]);
  assert.deepEqual(asked(plex), [...REFRESH, ...Array(4).fill('file')]);
  clock.now += MINUTE_MS;
  plex.resetRequests();
  await run({}, { files });
  assert.deepEqual(asked(plex).slice(1), REFRESH, 'the first is the wake’s');
});

for (const [where, total, sections] of [
  ['a library listed at each run', 12, SECTIONS.slice(0, 1)],
  ['a library refreshed at each run', 3_000, SECTIONS.slice(0, 1)],
  ['two libraries refreshed at each run', 3_000, SECTIONS],
  ['a library too large to be listed', 1_000_000, SECTIONS.slice(0, 1)],
] as const)
  test(`sixty files that Plex lacks cost little more than a request a try, in ${where}`, async (t) => {
    const created = await setupIndexed(t, { sections });
    const { plex, clock, enqueue, run } = created;
    const isKnown = total < 1_000_000;
    const files = withTotal(isKnown ? created.files : openMemoryIndex(() => undefined), total);
    const absent = idsTo(60).map((n) => lighthouse(100 + n, { path: `/harbour/Lantern Row ${n} 1080p.mp4` }));
    enqueue(...absent);
    for (let tries = 1; tries <= 13; tries += 1) {
      plex.resetRequests();
      const { tally } = await run({}, { files });
      assert.deepEqual(tally, tries === 13 ? { buried: 60 } : { waiting: 60 });
      assert.ok(plex.count() <= 1.1 * 60, `${plex.count()} requests at try ${tries}`);
      clock.now += 15 * MINUTE_MS;
    }
  });

test('misses are confirmed one by one only as long as a listing would take more requests', async (t) => {
  const created = await setupIndexed(t);
  const { plex, files, enqueue, run } = created;
  enqueue(...idsTo(8).map((n) => lighthouse(100 + n, { path: `/harbour/Lantern Row ${n}.mp4` })));
  const { tally, of } = await run({}, { files });
  assert.deepEqual(tally, { waiting: 8 });
  // Pages of 1,000 overlap by a row: 3,000 rows are 4.
  assert.deepEqual(asked(plex), [...REFRESH, ...Array(4).fill('file'), 'page']);
  assert.equal(of('index_listed').length, 1);
});

test('a listing for misses that fails leaves them to be confirmed one by one', async (t) => {
  const created = await setupIndexed(t);
  const { plex, files, enqueue, run } = created;
  enqueue(...idsTo(8).map((n) => lighthouse(100 + n, { path: `/harbour/Lantern Row ${n}.mp4` })));
  plex.fail((request) => purposeOf(request) === 'page', { kind: 'status', status: 500 }, ALWAYS);
  assert.deepEqual((await run({}, { files })).tally, { waiting: 8 });
  assert.deepEqual(asked(plex), [...REFRESH, ...Array(4).fill('file'), 'page', ...Array(4).fill('file')]);
});

test('a proof by anything but the path is confirmed at Plex: another item may be missing from the index', async (t) => {
  const created = await setupIndexed(t);
  const { plex, files, enqueue, run } = created;
  for (const id of [41, 42, 43, 44])
    plex.addItem({ sectionKey: '1', ratingKey: String(id), file: `/harbour/${id}.mp4`, size: id });
  enqueue(...[41, 42, 43, 44].map((id) => lighthouse(id, { path: `/data/${id}.mp4`, size: id })));
  assert.deepEqual((await run({}, { files })).tally, { updated: 4 });
  assert.deepEqual(asked(plex), [...REFRESH, ...Array(4).fill('file')]);
});

test('an index that was wrong about an item is corrected, and the job is looked for at Plex', async (t) => {
  const created = await setupIndexed(t);
  const { plex, files, world, clock, enqueue, run } = created;
  // What is older than the latest refresh, and moves, leaves no trace that the next one would see.
  clock.now += MINUTE_MS;
  addMore(created, 60, 4);
  await run({}, { files });
  // So that nothing but the index knows the items.
  world.sql('DELETE FROM scenes');
  plex.removeItem('101');
  plex.moveFile('102', '/harbour/elsewhere.mp4');
  plex.moveFile('103', '/harbour/2.mp4');
  enqueue(...lighthouses(4));
  const { tally, of } = await run({}, { files });
  assert.deepEqual(tally, { unchanged: 1, updated: 1, waiting: 2 });
  assert.deepEqual(
    of('found').map(({ from }) => from),
    ['index', 'look_up'],
  );
  assert.equal(plex.item('103')?.title, 'Lighthouse 2');
  plex.resetRequests();
  enqueue(lighthouse(70, { path: '/harbour/elsewhere.mp4' }), ...[71, 72, 73].map((id) => lighthouse(id)));
  const second = await run({}, { files });
  assert.equal(second.of('found')[0]?.from, 'index', 'what was read of it is known by now');
});

test('a server that does not know the filter is listed once, and believed no longer than a listing lasts', async (t) => {
  const created = await setup(t, { quirks: { fileFilter: 'ignored' } });
  const { plex, clock, enqueue, run } = created;
  addItems(plex, 4);
  clock.now += MINUTE_MS;
  addItems(plex, ...idsTo(3));
  enqueue(...lighthouses(3));
  const files = openMemoryIndex(() => undefined);
  const { tally, of } = await run({}, { files });
  assert.deepEqual([tally, asked(plex)], [{ updated: 3 }, ['file', 'page']]);
  assert.deepEqual(of('filter_unusable'), [{ kind: 'filter_unusable', section: 'Harbour Films', reason: 'ignored' }]);
  // What is older than the listing, and moves, leaves no trace that a refresh would see.
  plex.moveFile('104', '/harbour/9.mp4');
  plex.resetRequests();
  enqueue(lighthouse(9));
  assert.deepEqual((await run({}, { files })).tally, { updated: 1 });
  assert.deepEqual(asked(plex), ['file', ...REFRESH, 'page']);
});

test('a library that does not hold still proves no miss: the job is tried again', async (t) => {
  const created = await setup(t, { quirks: { fileFilter: 'ignored', maxPageSize: 3 } });
  const { plex, enqueue, run } = created;
  addItems(plex, ...idsTo(4));
  enqueue(lighthouse(1));
  const files = openMemoryIndex(() => undefined);
  await run({}, { files });
  enqueue(lighthouse(9));
  let added = 100;
  plex.fail(
    ({ route }) => {
      if (route === 'listing') addItems(plex, ++added);
      return false;
    },
    { kind: 'drop' },
  );
  assert.deepEqual((await run({}, { files })).tally, { retried: 1 });
});

/** Names that change when Unicode's spellings do, or hold what a server may have failed to read. */
const TWO_SPELLINGS = [
  '夜の\uFA10.mp4',
  '\u2126.mp4',
  '\u212A.mp4',
  'É t\u0065\u0301.mp4',
  'Hải đăng ở Đà Nẵng.mp4',
  'Ha\u0309i \u0111\u0103ng.mp4',
  '항구의 등대.mp4',
  '\u1112\u1161\u11bc\u1100\u116e.mp4',
  'ガーデンの灯台.mp4',
  'カ\u3099ーテ\u3099ン.mp4',
  'Harbour \uFFFD at dusk.mp4',
];

for (const fileCase of ['ascii', 'exact'] as const)
  test(`a name that Unicode can spell in another way is found at its very path, one by one (${fileCase})`, async (t) => {
    const { plex, enqueue, run } = await setup(t, { quirks: { fileCase } });
    addItems(plex, ...idsTo(20));
    for (const [index, name] of TWO_SPELLINGS.entries()) {
      const path = `/harbour/${name}`;
      const ratingKey = plex.addItem({ sectionKey: '1', file: path });
      enqueue(lighthouse(50 + index, { path }));
      assert.deepEqual((await run()).tally, { updated: 1 }, name);
      assert.equal(plex.item(ratingKey)?.title, `Lighthouse ${50 + index}`);
    }
  });

test('a name that Stash and Plex spell each in its own way is found, one by one', async (t) => {
  for (const [ours, theirs] of [
    ['NFC', 'NFD'],
    ['NFD', 'NFC'],
  ] as const) {
    const { plex, enqueue, run } = await setup(t, { quirks: { fileCase: 'exact' } });
    addItems(plex, ...idsTo(20));
    for (const [index, name] of TWO_SPELLINGS.entries()) {
      plex.addItem({ sectionKey: '1', file: `/harbour/${name.normalize(theirs)}` });
      enqueue(lighthouse(50 + index, { path: `/harbour/${name.normalize(ours)}` }));
      assert.deepEqual((await run()).tally, { updated: 1 }, name);
    }
  }
});

test('a name of which nothing can be asked for has its library listed, and others are asked for still', async (t) => {
  const { plex, clock, enqueue, run } = await setup(t);
  plex.addItem({ sectionKey: '1', ratingKey: '901', file: '/harbour/항구.mp4' });
  enqueue(lighthouse(9, { path: '/harbour/항구.mp4' }));
  let isLater = false;
  const settled = (): void => {
    if (isLater) return;
    isLater = true;
    clock.now += 2 * MINUTE_MS;
    enqueue(lighthouse(1));
  };
  const { tally, of } = await run({}, { at: { settled } });
  assert.deepEqual([tally, asked(plex)], [{ updated: 1, waiting: 1 }, ['page', 'file']]);
  assert.deepEqual(of('filter_unusable'), [{ kind: 'filter_unusable', section: 'Harbour Films', reason: 'name' }]);
});

test('an index of an earlier run proves no miss of a name that cannot be asked for', async (t) => {
  const created = await setupIndexed(t);
  const { plex, files, clock, run } = created;
  clock.now += MINUTE_MS;
  addMore(created, 60, 4);
  await run({}, { files });
  // What is older than the latest refresh, and moves, leaves no trace that the next one would see.
  plex.moveFile('101', '/harbour/항구.mp4');
  plex.resetRequests();
  created.enqueue(lighthouse(9, { path: '/harbour/항구.mp4' }));
  assert.deepEqual((await run({}, { files })).tally, { updated: 1 });
  assert.deepEqual(asked(plex), [...REFRESH, 'page']);
});

test('where there is no index to list into, a library is read through for each file', async (t) => {
  const created = await setup(t, { quirks: { fileFilter: 'error' } });
  const { plex, run } = created;
  addMore(created, 0, 2);
  const draft: FileIndex['draft'] = () => undefined;
  const { tally } = await run({}, { files: { ...openMemoryIndex(() => undefined), draft } });
  assert.deepEqual([tally, asked(plex)], [{ updated: 2 }, ['file', 'count', 'page', 'page']]);
});

test('an index that fails in the middle of a run is done without', async (t) => {
  const created = await setup(t);
  addMore(created, 0, 12);
  const files = { ...openMemoryIndex(() => undefined), byName: () => undefined };
  assert.deepEqual((await created.run({}, { files })).tally, { updated: 12 });
  assert.deepEqual(asked(created.plex), ['page', ...Array(12).fill('file')]);
});

test('an index that fails as it is about to be refreshed is done without', async (t) => {
  const created = await setupIndexed(t);
  const { files, plex, run } = created;
  addMore(created, 20, 4);
  let looks = 0;
  const indexed: FileIndex['indexed'] = (section) => {
    looks += 1;
    return looks <= 2 ? files.indexed(section) : undefined;
  };
  assert.deepEqual((await run({}, { files: { ...files, indexed } })).tally, { updated: 4 });
  assert.deepEqual(asked(plex), Array(4).fill('file'));
});

test('a listing that takes more pages than there are looks is given up after the first', async (t) => {
  const created = await setup(t, { quirks: { maxPageSize: 1 } });
  addMore(created, 0, 12);
  addItems(created.plex, 50, 51);
  const { tally, of } = await created.run();
  assert.deepEqual([tally, asked(created.plex).filter((what) => what === 'page')], [{ updated: 12 }, ['page']]);
  assert.deepEqual(of('listing_given_up'), [
    { kind: 'listing_given_up', section: 'Harbour Films', requests: 1, reason: 'too_long' },
  ]);
});

test('a listing that would take most of the time that is left is given up', async (t) => {
  const created = await setup(t, { quirks: { maxPageSize: 6 } });
  const { plex, clock, run } = created;
  addMore(created, 0, 12);
  onRequest(plex, { route: 'listing' }, () => {
    clock.now += 10_000;
  });
  const { of } = await run({ deadlineAt: clock.now + 40_000 });
  assert.equal(of('listing_given_up')[0]?.reason, 'too_long');
});

test('once the time is up, or a signal came, no other library is listed', async (t) => {
  for (const end of ['time', 'signal'] as const) {
    const created = await setup(t, { sections: SECTIONS });
    const { plex, clock, stop, run } = created;
    addMore(created, 0, 12);
    onRequest(plex, { route: 'listing' }, () => {
      if (end === 'time') clock.now += 1_000;
      else stop.signal = 'SIGTERM';
    });
    const { tally } = await run({ deadlineAt: clock.now + 1_000 });
    assert.deepEqual([tally, asked(plex)], [{ released: 12 }, ['page']]);
  }
});

test('a listing that fails costs no job anything, and a refused token there stops the run', async (t) => {
  const failing = await setup(t);
  addMore(failing, 0, 12);
  failing.plex.fail('listing', { kind: 'status', status: 500 });
  assert.deepEqual((await failing.run()).tally, { updated: 12 });
  const refused = await setup(t);
  addMore(refused, 0, 12);
  refused.plex.fail('listing', { kind: 'status', status: 401 });
  const { tally, ends } = await refused.run();
  assert.deepEqual([tally, ends, refused.plex.count('listing')], [{ released: 12 }, ['unauthorized'], 1]);
});

test('a bug there is not taken for an outage', async (t) => {
  const created = await setup(t);
  addMore(created, 0, 12);
  const listPage = () => Promise.reject(new TypeError('a bug'));
  await assert.rejects(created.run({}, { plex: { listPage } }), /a bug/);
});

test('a long drain trusts its own listing for two minutes', async (t) => {
  const created = await setup(t);
  const { plex, clock, enqueue, run } = created;
  addMore(created, 0, 12);
  let isLater = false;
  const settled = (): void => {
    if (isLater) return;
    isLater = true;
    clock.now += 2 * MINUTE_MS;
    enqueue(lighthouse(40));
  };
  assert.deepEqual((await run({}, { at: { settled } })).tally, { updated: 12, waiting: 1 });
  assert.deepEqual(asked(plex), ['page', 'file']);
});

test('titles are the last resort, told where they are asked for, and not asked again on the tries between', async (t) => {
  const { plex, clock, enqueue, run } = await setup(t);
  plex.addItem({ sectionKey: '1', ratingKey: '901', file: '/harbour/other.mp4', title: 'Lantern Row' });
  // A title of one letter is not asked for.
  enqueue(lighthouse(1, { path: '/data/Lantern Row.mp4' }), lighthouse(2, { path: '/x/2.mp4' }));
  const { of } = await run();
  assert.deepEqual(
    of('title_search').map(({ title }) => title),
    ['Lantern Row', 'data'],
  );
  assert.deepEqual(
    of('title_matches').map(({ count }) => count),
    [1, 0],
  );
  clock.now += MINUTE_MS;
  assert.deepEqual((await run()).of('title_search'), []);
});
