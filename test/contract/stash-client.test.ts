/** The Stash client against the simulated Stash: every version, every zone, every way to fail. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { SyncError, UsageError } from '../../src/core/model/errors.ts';
import type { StashLook } from '../../src/core/model/stash-scene.ts';
import type { StashServer, StashServerOptions } from '../../src/simulator/stash/server.ts';
import { startStashServer } from '../../src/simulator/stash/server.ts';
import type { StashClient, StashClientOptions } from '../../src/stash/client.ts';
import { createStashClient } from '../../src/stash/client.ts';
import { cursorBefore, FAR_OVERLAP_MS } from '../../src/stash/server-time.ts';

const VERSIONS = ['v0.24', 'v0.25', 'v0.26', 'v0.27', 'v0.28', 'v0.29', 'v0.30', 'v0.31'] as const;
const NOON = Date.UTC(2024, 4, 1, 12, 0, 0);
const HOUR_MS = 3_600_000;

/** A Stash whose clock stands until it is told to go on. */
type World = { readonly stash: StashServer; readonly clock: { at: number } };

async function setup(t: TestContext, options: StashServerOptions = {}): Promise<World> {
  const clock = { at: NOON };
  const stash = await startStashServer({ now: () => clock.at, ...options });
  t.after(() => stash.close());
  return { stash, clock };
}

function clientOf({ stash, clock }: World, options: Partial<StashClientOptions> = {}): StashClient {
  return createStashClient({
    baseUrl: stash.url,
    apiKey: stash.apiKey,
    trust: { certificates: 'verified', ca: undefined },
    connectTimeoutMs: 1_000,
    readTimeoutMs: 5_000,
    signal: new AbortController().signal,
    now: () => clock.at,
    ...options,
  });
}

function sceneOf(look: StashLook | undefined) {
  return look?.kind === 'found' ? look.scene : assert.fail(inspect(look));
}

const idsOf = (page: { readonly scenes: readonly { readonly sceneId: number }[] }): number[] =>
  page.scenes.map(({ sceneId }) => sceneId);

for (const version of VERSIONS) {
  test(`${version}: scenes are read in one query, and one that is gone takes no other along`, async (t) => {
    const world = await setup(t, { version });
    const { stash } = world;
    const whole = stash.addScene({
      title: 'The Old Harbour',
      details: 'Boats come and go.',
      date: '2024-05-01',
      rating100: 80,
      organized: true,
      studio: 'Quay Films',
      performers: ['Ada Mole'],
      tags: ['Boats'],
      files: [{ path: '/data/harbour.mp4', size: 1_024, duration: 60.5 }, '/data/copy.mp4'],
    });
    const bare = stash.addScene({ title: 'Lighthouse' });
    const gone = stash.addScene({ title: 'Fog' });
    stash.removeScene(gone);
    const client = clientOf(world);
    await client.version();
    stash.resetRequests();

    const looks = await client.scenes([whole, gone, bare, whole]);
    assert.equal(stash.count(), 1);
    assert.deepEqual([...looks.keys()], [whole, gone, bare]);
    assert.deepEqual(looks.get(gone), { kind: 'gone' });
    const scene = sceneOf(looks.get(whole));
    assert.deepEqual(scene, {
      sceneId: whole,
      updatedAt: '2024-05-01T12:00:00Z',
      data: {
        path: '/data/harbour.mp4',
        size: 1_024,
        duration: 60.5,
        files: [
          { path: '/data/harbour.mp4', size: 1_024, duration: 60.5 },
          { path: '/data/copy.mp4', size: 1_000_000, duration: 1_800 },
        ],
        updated_at: '2024-05-01T12:00:00Z',
        title: 'The Old Harbour',
        details: 'Boats come and go.',
        date: '2024-05-01',
        rating100: 80,
        studio: 'Quay Films',
        performers: ['Ada Mole'],
        tags: ['Boats'],
        poster_url: `${stash.url}/scene/${whole}/screenshot?t=${NOON / 1_000}`,
      },
    });
    const { data } = sceneOf(looks.get(bare));
    assert.equal(data.path, undefined);
    assert.deepEqual([data.studio, data.performers, data.tags, data.rating100], [null, [], [], null]);
  });

  test(`${version}: what changed is found by time, with renames where the server can tell`, async (t) => {
    const world = await setup(t, { version, zone: 'Asia/Tokyo' });
    const { stash, clock } = world;
    const untouched = { studio: 'Pier Films', performers: ['Bo Pier'], tags: ['Sand'], files: ['/data/sand.mp4'] };
    stash.addScene(untouched);
    const tagged = stash.addScene({ title: 'Boat', tags: ['Boats'] });
    const played = stash.addScene({ title: 'Sail', performers: ['Ada Mole'] });
    const made = stash.addScene({ title: 'Quay', studio: 'Quay Films' });
    const moved = stash.addScene({ files: ['/data/old.mp4'] });
    const edited = stash.addScene({ title: 'Fog' });
    clock.at += 24 * HOUR_MS;
    const client = clientOf(world);
    const cursor = cursorBefore(await client.serverTime(), FAR_OVERLAP_MS);
    assert.deepEqual(idsOf(await client.changedSince(cursor, 100, 0)), []);

    clock.at += 1_000;
    stash.renameTag('Boats', 'Ships');
    stash.renamePerformer('Ada Mole', 'Ada Dune');
    stash.renameStudio('Quay Films', 'Quay Pictures');
    stash.moveFile(moved, '/data/new.mp4');
    stash.editScene(edited, { title: 'Mist' });
    const minor = Number(version.slice(3));
    const related = minor >= 27 ? [tagged, played, made] : [];
    const files = minor >= 30 ? [moved] : [];
    const page = await client.changedSince(cursor, 100, 0);
    assert.deepEqual(idsOf(page), [...related, ...files, edited]);
    assert.equal(page.nextAfterId, undefined);
    for (const { stamp } of page.scenes) assert.equal(stamp, '2024-05-02T21:00:01+09:00');
    assert.deepEqual((await client.changedSince(cursor, 100, 0)).scenes, page.scenes);
  });
}

test('250 scenes take three queries, and one more only where the server is not known yet', async (t) => {
  const world = await setup(t);
  const { stash } = world;
  const ids = Array.from({ length: 250 }, (_, index) => stash.addScene({ title: `Boat ${index}` }));
  const client = clientOf(world);
  assert.equal((await client.scenes(ids)).size, 250);
  assert.equal(stash.count(), 4);

  stash.resetRequests();
  const later = clientOf(world, { known: JSON.parse(JSON.stringify(client.dialect())) });
  const looks = await later.scenes(ids);
  assert.ok([...looks.values()].every(({ kind }) => kind === 'found'));
  assert.equal(stash.count(), 3);
  assert.equal((await later.scenes([])).size, 0);
  assert.equal(stash.count(), 3);
});

test('a dialect of another version is learned again', async (t) => {
  const world = await setup(t, { version: 'v0.30' });
  const { stash, clock } = world;
  const tagged = stash.addScene({ title: 'Boat', tags: ['Boats'] });
  const client = clientOf(world);
  const newest = (await client.version()).relatedFilters;
  const since = cursorBefore({ at: clock.at + HOUR_MS, offset: 'Z' }, 0);
  clock.at += 2 * HOUR_MS;
  stash.renameTag('Boats', 'Ships');

  // An older server takes no word of the newer one's filters, and no job is to suffer for it.
  await stash.restart({ version: 'v0.26' });
  const older = clientOf(world, { known: client.dialect() });
  assert.deepEqual(idsOf(await older.changedSince(since, 100, 0)), []);
  assert.deepEqual(older.dialect()?.relatedFilters, []);

  // A newer one understands the older question; what it says of itself tells that there is more to ask for.
  await stash.restart({ version: 'v0.30' });
  const newer = clientOf(world, { known: older.dialect() });
  await newer.scenes([tagged]);
  assert.equal(newer.dialect(), undefined);
  assert.deepEqual(idsOf(await newer.changedSince(since, 100, 0)), [tagged]);
  assert.deepEqual(newer.dialect()?.relatedFilters, newest);
});

test('a walk by id sees every scene, with its files, page by page', async (t) => {
  const world = await setup(t);
  const { stash } = world;
  const ids = Array.from({ length: 7 }, (_, index) =>
    stash.addScene({ files: [`/data/${index}.mp4`, `/b/${index}.mp4`] }),
  );
  const client = clientOf(world);
  const seen: number[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page = await client.pageAfter(after, 3);
    assert.ok(page.scenes.length <= 3);
    for (const { paths } of page.scenes) assert.equal(paths.length, 2);
    seen.push(...idsOf(page));
    // An edit in mid-walk moves nothing.
    stash.editScene(ids[0] ?? 0, { title: 'Fog' });
    after = page.nextAfterId;
  }
  assert.deepEqual(seen, ids);
  assert.deepEqual(await client.pageAfter(ids.at(-1) ?? 0, 3), { scenes: [], nextAfterId: undefined, left: 0 });
});

test('changes of many scenes come page by page, none twice and none left out', async (t) => {
  const world = await setup(t);
  const { stash, clock } = world;
  const ids = Array.from({ length: 23 }, (_, index) =>
    stash.addScene({
      title: 'Boat',
      tags: [index % 3 === 0 ? 'Boats' : 'Sand'],
      performers: index % 4 === 0 ? ['Ada Mole'] : [],
    }),
  );
  clock.at += 24 * HOUR_MS;
  const client = clientOf(world);
  const cursor = cursorBefore(await client.serverTime(), 0);
  clock.at += 1_000;
  stash.renameTag('Boats', 'Ships');
  stash.renamePerformer('Ada Mole', 'Ada Dune');
  for (const id of ids.slice(17)) stash.editScene(id, { title: 'Mist' });
  const wanted = ids.filter((_, index) => index % 3 === 0 || index % 4 === 0 || index >= 17);
  const seen: number[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page = await client.changedSince(cursor, 2, after);
    assert.ok(page.scenes.length > 0 || page.nextAfterId === undefined);
    seen.push(...idsOf(page));
    after = page.nextAfterId;
  }
  assert.deepEqual(seen, wanted);
});

for (const zone of ['UTC', 'Australia/Sydney', 'America/St_Johns', 'Pacific/Honolulu']) {
  test(`in ${zone} only what is recent is listed as recent`, async (t) => {
    const world = await setup(t, { zone });
    const { stash, clock } = world;
    stash.addScene({ title: 'Fog' });
    clock.at += 25 * HOUR_MS;
    const recent = stash.addScene({ title: 'Mist' });
    clock.at += HOUR_MS;
    const client = clientOf(world);
    const time = await client.serverTime();
    assert.equal(time.at, clock.at);
    const updatedSince = cursorBefore(time, HOUR_MS);
    assert.deepEqual(idsOf(await client.pageAfter(0, 100, { updatedSince })), [recent]);
    assert.deepEqual(idsOf(await client.changedSince(updatedSince, 100, 0)), [recent]);
  });
}

test('an empty Stash has no spelling yet, and its first scene is not missed', async (t) => {
  const world = await setup(t, { zone: 'Pacific/Honolulu' });
  const client = clientOf(world);
  const time = await client.serverTime();
  assert.equal(time.offset, undefined);
  const first = world.stash.addScene({ title: 'Fog' });
  assert.deepEqual(idsOf(await client.changedSince(cursorBefore(time, 0), 100, 0)), [first]);
});

/** What a request throws, which never shows the key. */
async function failureOf(request: Promise<unknown>): Promise<SyncError | UsageError> {
  const thrown = await request.then(
    () => assert.fail('nothing was thrown'),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof SyncError || thrown instanceof UsageError, inspect(thrown));
  assert.doesNotMatch(inspect(thrown, { depth: 10, showHidden: true }), /simulated-key|another-key/);
  return thrown;
}

async function codeOf(request: Promise<unknown>): Promise<string> {
  const error = await failureOf(request);
  return error instanceof SyncError ? error.code : `usage: ${error.message}`;
}

test('a key that is missing, wrong or not wanted is reported as such', async (t) => {
  const locked = await setup(t, { apiKey: 'simulated-key' });
  const id = locked.stash.addScene({ title: 'Fog' });
  assert.equal((await clientOf(locked).scenes([id])).size, 1);
  const without = await failureOf(clientOf(locked, { apiKey: undefined }).scenes([id]));
  assert.match(without.message, /asks for an API key \(401\): set stash_api_key/);
  const wrong = await failureOf(clientOf(locked, { apiKey: 'another-key' }).scenes([id]));
  assert.match(wrong.message, /refused the API key \(401\)/);

  const open = await setup(t);
  const unwanted = await failureOf(clientOf(open, { apiKey: 'another-key' }).scenes([id]));
  assert.ok(unwanted instanceof SyncError && unwanted.code === 'stash_unauthorized');
  assert.match(unwanted.message, /where Stash has no password, stash_api_key must not be set/);
  await clientOf(open).scenes([id]);
  assert.equal(open.stash.requests.at(-1)?.headers['apikey'], undefined);
});

test('every failure has its code and its reason', async (t) => {
  const world = await setup(t, { apiKey: 'simulated-key' });
  const { stash } = world;
  const id = stash.addScene({ title: 'Fog' });
  const client = clientOf(world);
  await client.version();
  const look = () => client.scenes([id]);
  const fail = (fault: Parameters<StashServer['fail']>[1]) => stash.fail('PlexsyncScenes', fault);

  fail({ kind: 'redirect', location: '/login?returnURL=%2Fgraphql' });
  const login = await failureOf(look());
  assert.equal(login.message, `Stash asked for a login while reading scene ${id}: set stash_api_key`);
  fail({ kind: 'redirect', location: 'https://elsewhere.test/graphql?key=1' });
  assert.match((await failureOf(look())).message, /redirected to https:\/\/elsewhere\.test while/);
  fail({ kind: 'status', status: 403 });
  assert.equal(await codeOf(look()), 'stash_unauthorized');
  fail({ kind: 'status', status: 500 });
  assert.equal(await codeOf(look()), 'stash_error');
  for (const status of [502, 503, 504]) {
    fail({ kind: 'status', status });
    assert.equal(await codeOf(look()), 'stash_unavailable', String(status));
  }
  fail({ kind: 'status', status: 429, headers: { 'Retry-After': '90' } });
  const busy = await failureOf(look());
  assert.ok(busy instanceof SyncError && busy.code === 'stash_busy' && busy.retryAfterMs === 90_000);
  // Met on a kept connection, a drop is tried once more on a new one.
  for (let times = 0; times < 2; times += 1) fail({ kind: 'drop' });
  assert.match((await failureOf(look())).message, /did not answer while reading scene \d+: the connection was closed/);
  fail({ kind: 'garbage' });
  assert.equal(await codeOf(look()), 'stash_malformed');
  fail({ kind: 'errors', message: 'database is\u001b[2J locked' });
  const failed = await failureOf(look());
  assert.equal(failed.message, `Stash failed while reading scene ${id}: database is [2J locked`);
  assert.equal(sceneOf((await look()).get(id)).data.title, 'Fog');
});

test('a silent server is an outage, and a probe tells it from one that refuses us', async (t) => {
  const world = await setup(t, { apiKey: 'simulated-key' });
  const { stash } = world;
  const client = clientOf(world, { apiKey: undefined, connectTimeoutMs: 200, readTimeoutMs: 200 });
  await client.probe();
  assert.equal(await codeOf(client.scenes([1])), 'stash_unauthorized');
  stash.fail('healthz', { kind: 'hang' });
  assert.equal(await codeOf(client.probe()), 'stash_unavailable');
  stash.fail('graphql', { kind: 'drip' });
  assert.match((await failureOf(client.scenes([1]))).message, /no complete answer in time/);
  await stash.stop();
  assert.match((await failureOf(client.scenes([1]))).message, /connection refused/);
  assert.equal(await codeOf(client.probe()), 'stash_unavailable');
});

test('a Stash that waits for a person is not there yet', async (t) => {
  for (const [status, words] of [
    ['SETUP', /has not been set up/],
    ['NEEDS_MIGRATION', /waits for the migration/],
  ] as const) {
    const error = await failureOf(clientOf(await setup(t, { status })).scenes([1]));
    assert.ok(error instanceof SyncError && error.code === 'stash_unavailable');
    assert.match(error.message, words);
  }
});

test('an address that is no Stash, or a Stash too old to be read, is a mistake to correct', async (t) => {
  const world = await setup(t);
  const page = await failureOf(clientOf(world, { baseUrl: `${world.stash.url}/elsewhere` }).version());
  assert.ok(page instanceof UsageError);
  assert.match(page.message, /is not a Stash server: .*HTML page/);
  world.stash.fail('graphql', { kind: 'status', status: 404 });
  assert.match(await codeOf(clientOf(world).scenes([1])), /^usage: .* is not a Stash server: Stash answered 404/);
  const names = { names: [{ name: 'id' }, { name: 'updated_at' }, { name: 'path' }] };
  const body = JSON.stringify({ data: { version: { version: 'v0.16.1', hash: 'a1' }, scene: names, filter: names } });
  world.stash.fail('graphql', { kind: 'status', status: 200, contentType: 'application/json', body });
  assert.match(
    await codeOf(clientOf(world).version()),
    /^usage: Stash v0\.16\.1 cannot be read: its scenes have no files/,
  );
});

test('a scene that the server cannot read fails alone', async (t) => {
  const world = await setup(t);
  const ids = [world.stash.addScene({ title: 'Fog' }), world.stash.addScene({ title: 'Mist' })] as const;
  const client = clientOf(world);
  const { version, hash } = await client.version();
  const [broken, whole] = ids;
  const scene = { id: String(whole), updated_at: '2024-05-01T12:00:00Z', organized: false, title: 'Mist', files: [] };
  const answer = {
    data: { version: { version, hash }, [`s${broken}`]: null, [`s${whole}`]: scene },
    errors: [{ message: 'no such file', path: [`s${broken}`, 'files'] }],
  };
  const body = JSON.stringify(answer);
  world.stash.fail('PlexsyncScenes', { kind: 'status', status: 200, contentType: 'application/json', body });
  const looks = await client.scenes(ids);
  const look = looks.get(broken);
  assert.ok(look?.kind === 'failed' && look.error.code === 'stash_error');
  assert.equal(sceneOf(looks.get(whole)).data.title, 'Mist');
});

test('a proxy that knows no Stash is an outage where Stash was known, and a wrong address where it never was', async (t) => {
  const world = await setup(t);
  const known = clientOf(world);
  await known.version();
  world.stash.fail('graphql', { kind: 'status', status: 404, contentType: 'text/plain', body: 'no route' }, 4);
  const away = await failureOf(known.scenes([1]));
  assert.ok(away instanceof SyncError && away.code === 'stash_unavailable');
  assert.match(away.message, /does not answer as Stash did before: Stash answered 404/);
  assert.ok((await failureOf(clientOf(world).scenes([1]))) instanceof UsageError);
});

test('a query that the server does not take is no job’s fault, whichever status says so', async (t) => {
  const world = await setup(t);
  const client = clientOf(world);
  await client.version();
  const errors = [{ message: 'Cannot query field "x"', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }];
  const body = JSON.stringify({ errors, data: null });
  for (const status of [200, 400, 422]) {
    world.stash.fail('PlexsyncPage', { kind: 'status', status, contentType: 'application/json', body });
    const error = await failureOf(client.pageAfter(0, 10));
    assert.ok(error instanceof SyncError && error.code === 'stash_rejected');
    assert.match(error.message, /while listing the scenes: Cannot query field "x"$/);
  }
});

test('a build that somebody made at home has no version, and is read all the same', async (t) => {
  const world = await setup(t, { version: 'v0.31', versionText: '' });
  const id = world.stash.addScene({ title: 'Fog', date: '2024-05' });
  const client = clientOf(world);
  assert.equal((await client.version()).version, undefined);
  assert.equal(sceneOf((await client.scenes([id])).get(id)).data.date, '2024-05');
  assert.ok(client.dialect());
});

test('which scenes are there, and how many in all, is one query in every version', async (t) => {
  for (const version of VERSIONS) {
    const world = await setup(t, { version });
    const { stash } = world;
    const client = clientOf(world);
    assert.deepEqual(await client.presence([]), { total: 0, present: [] });
    for (const title of ['Pier', 'Mole', 'Weir']) stash.addScene({ title });
    stash.removeScene(2);
    stash.resetRequests();
    assert.deepEqual(await client.presence([1, 2, 3, 4]), { total: 2, present: [1, 3] }, version);
    assert.equal(stash.count(), 1);
  }
});
