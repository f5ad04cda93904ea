import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { PlexServerOptions } from '../../../src/simulator/plex/server.ts';
import type { Rig } from '../../helpers/rig.ts';
import { setup as setupRig } from '../../helpers/rig.ts';

/** An instant that no job enqueued by these tests is younger than. */
const LATER = Date.parse('2040-03-01T10:00:00Z');

/** A rig with `count` scenes in Plex under their own paths, all of them enqueued. */
async function setup(t: TestContext, count: number, options: Partial<PlexServerOptions> = {}) {
  const rig = await setupRig(t, options);
  const items = Array.from({ length: count }, (_, index) => {
    const file = `/media/harbour-${index + 1}.mp4`;
    return { sceneId: index + 1, file, ratingKey: rig.plex.addItem({ sectionKey: '1', file, title: 'untitled' }) };
  });
  if (count === 0) return { ...rig, items };
  await enqueueAll(
    rig,
    items.map(({ sceneId, file }) => ({ scene_id: sceneId, path: file, title: `Harbour ${sceneId}` })),
  );
  return { ...rig, items };
}

async function enqueueAll({ run }: Rig, scenes: readonly object[]): Promise<void> {
  const result = await run(['enqueue', '-'], { input: scenes.map((scene) => JSON.stringify(scene)).join('\n') });
  assert.equal(result.code, 0, result.stderr);
}

test('a refused token at the start leaves the queue untouched and exits 3', async (t) => {
  const { run, sql } = await setup(t, 3);
  const before = sql('SELECT * FROM jobs');
  const result = await run(['process'], { env: { PLEX_TOKEN: 'not-the-right-one' } });
  assert.equal(result.code, 3);
  assert.match(result.stderr, /\[PlexSync\] Authentication failed: Unauthorized/);
  assert.deepEqual(sql('SELECT * FROM jobs'), before);
});

test('a server that is down costs no attempt, opens the breaker after five failures, and a later run drains all', async (t) => {
  const { run, sql, plex } = await setup(t, 3);
  const lift = plex.fail('all', { kind: 'drop' }, Number.POSITIVE_INFINITY);
  for (let failure = 1; failure <= 5; failure += 1) {
    const result = await run(['process']);
    assert.equal(result.code, 4, result.stderr);
  }
  assert.deepEqual(
    sql('SELECT attempt, failures, state FROM jobs'),
    Array(3).fill({ attempt: 0, failures: 0, state: 'pending' }),
  );
  const stats = JSON.parse((await run(['stats', '--json'])).stdout);
  assert.equal(stats.breaker.plex.state, 'open');

  lift();
  plex.resetRequests();
  const tooEarly = await run(['process']);
  assert.equal(tooEarly.code, 4);
  assert.match(tooEarly.stderr, /Circuit breaker OPENED - pausing processing/);
  assert.equal(plex.count(), 0);

  const later = await run(['process'], { env: { PLEXSYNC_TEST_NOW: new Date(Date.now() + 61_000).toISOString() } });
  assert.equal(later.code, 0, later.stderr);
  assert.match(later.stderr, /Circuit breaker CLOSED after successful recovery/);
  assert.deepEqual(sql('SELECT * FROM jobs'), []);
});

test('a server that stops answering in mid-drain gets its jobs back unspent', async (t) => {
  const { run, sql, plex } = await setup(t, 10);
  plex.fail(({ route }) => route !== 'sections' && route !== 'listing', { kind: 'drop' }, Number.POSITIVE_INFINITY);
  const result = await run(['process']);
  assert.equal(result.code, 4, result.stderr);
  assert.deepEqual(sql('SELECT DISTINCT attempt, failures, misses, state FROM jobs'), [
    { attempt: 0, failures: 0, misses: 0, state: 'pending' },
  ]);
});

test('500 three times, then fine: done, three retries recorded', async (t) => {
  const { run, plex, makeDue, items } = await setup(t, 1);
  plex.fail('edit', { kind: 'status', status: 500 }, 3);
  for (let failure = 1; failure <= 3; failure += 1) {
    const result = await run(['process']);
    assert.equal(result.code, 1, result.stderr);
    assert.match(result.stderr, /Job 1 released, no attempt spent, retry in \d+\.\ds: Plex answered 500/);
    makeDue();
  }
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.item(items[0]?.ratingKey ?? '')?.title, 'Harbour 1');
  const stats = JSON.parse((await run(['stats', '--json'])).stdout);
  assert.equal(stats.totals.retries, 3);
  assert.equal(stats.completed, 1);
});

test('a job that keeps failing while others are written becomes a dead letter after six attempts', async (t) => {
  const { run, plex, makeDue, sql } = await setup(t, 1);
  plex.fail('edit', { kind: 'status', status: 429 }, Number.POSITIVE_INFINITY);
  for (let attempt = 1; attempt <= 6; attempt += 1) {
    const now = LATER + attempt * 60_000;
    sql(`INSERT OR REPLACE INTO successes VALUES ('plex PUT item', 2, ${now})`);
    const env = { PLEXSYNC_TEST_NOW: String(now) };
    const { code, stderr } = await run(['process'], { env });
    assert.equal(code, 1);
    if (attempt === 1) assert.match(stderr, /Job 1 failed \(attempt 1\/5\), retry in \d+\.\ds: Plex asked/);
    if (attempt < 6) makeDue();
  }
  assert.deepEqual(sql('SELECT error_type, retry_count FROM dead_letters', 'dlq.db'), [
    { error_type: 'PlexTemporaryError', retry_count: 5 },
  ]);
});

test('Retry-After of a 429 is kept to the second', async (t) => {
  const { run, plex, sql } = await setup(t, 1);
  plex.fail('edit', { kind: 'status', status: 429, headers: { 'Retry-After': '120' } });
  const now = LATER;
  await run(['process'], { env: { PLEXSYNC_TEST_NOW: String(now) } });
  const [job] = sql('SELECT available_at FROM jobs');
  const waitMs = Number(job?.['available_at']) - now;
  assert.ok(waitMs >= 120_000 && waitMs < 180_000, `waits ${waitMs} ms`);
});

test('a rejected edit is one dead letter; its retry lies under what is newer, and its success leaves no letter', async (t) => {
  const { run, plex, items, sql } = await setup(t, 1);
  plex.fail('edit', { kind: 'status', status: 400 });
  const rejected = await run(['process']);
  assert.equal(rejected.code, 1);
  assert.match(rejected.stderr, /Job 1 permanent failure, moving to DLQ: Plex answered 400/);
  const [letter] = JSON.parse((await run(['dlq', 'list', '--json'])).stdout);
  assert.equal(letter.error_type, 'PlexPermanentError');
  assert.deepEqual(letter.job_data, { scene_id: 1, path: '/media/harbour-1.mp4', title: 'Harbour 1' });

  await run(['enqueue', '1', '--title', 'Harbour, newer', '--tagline', 'quiet water']);
  const retried = await run(['dlq', 'retry', String(letter.id)]);
  assert.equal(retried.code, 0, retried.stderr);
  assert.deepEqual(
    sql('SELECT data FROM jobs').map(({ data }) => JSON.parse(String(data))),
    [{ path: '/media/harbour-1.mp4', title: 'Harbour, newer', tagline: 'quiet water' }],
  );
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.item(items[0]?.ratingKey ?? '')?.title, 'Harbour, newer');
  assert.equal((await run(['dlq', 'list'])).stdout, 'No dead letters.\n');
});

test('a later success of the scene closes its dead letter', async (t) => {
  const { run, plex } = await setup(t, 1);
  plex.fail('edit', { kind: 'status', status: 400 });
  await run(['process']);
  await run(['enqueue', '1', '--path', '/media/harbour-1.mp4', '--title', 'Harbour again']);
  assert.equal((await run(['process'])).code, 0);
  assert.equal((await run(['dlq', 'list'])).stdout, 'No dead letters.\n');
});

test('maintenance releases the jobs: nothing spent, exit 4', async (t) => {
  const { run, plex, sql } = await setup(t, 2);
  plex.fail('all', { kind: 'status', status: 503 }, Number.POSITIVE_INFINITY);
  const result = await run(['process']);
  assert.equal(result.code, 4);
  assert.match(result.stderr, /maintenance \(503\)/);
  assert.deepEqual(sql('SELECT DISTINCT attempt, failures FROM jobs'), [{ attempt: 0, failures: 0 }]);
});

test('maintenance that begins in mid-drain releases the jobs until its Retry-After', async (t) => {
  const { run, plex, sql } = await setup(t, 2);
  const now = LATER;
  const fault = { kind: 'status', status: 503, headers: { 'Retry-After': '600' } } as const;
  // The first contact is past: the server is bound, and its libraries still answer.
  plex.fail(({ route }) => route === 'listing', fault, Number.POSITIVE_INFINITY);
  plex.fail(({ route }) => route === 'identity' && plex.count('listing') > 0, fault, Number.POSITIVE_INFINITY);
  const result = await run(['process'], { env: { PLEXSYNC_TEST_NOW: String(now) } });
  assert.equal(result.code, 4, result.stderr);
  const jobs = sql('SELECT attempt, available_at FROM jobs');
  assert.deepEqual(
    jobs.map(({ attempt }) => attempt),
    [0, 0],
  );
  for (const { available_at } of jobs) assert.ok(Number(available_at) - now >= 600_000);
});

test('one item that only ever resets the connection is a failure of its own, not an outage', async (t) => {
  const { run, plex, sql } = await setup(t, 5);
  plex.fail(
    ({ route, query }) =>
      route === 'edit' && query.some(([key, value]) => key === 'title.value' && value === 'Harbour 3'),
    { kind: 'drop' },
    Number.POSITIVE_INFINITY,
  );
  const result = await run(['process']);
  assert.equal(result.code, 1, result.stderr);
  assert.deepEqual(sql('SELECT scene_id, failures FROM jobs'), [{ scene_id: 3, failures: 1 }]);
});

test('a 403 on every edit is one dead letter, the rest untouched, exit 3', async (t) => {
  const { run, plex, sql } = await setup(t, 8);
  plex.fail('edit', { kind: 'status', status: 403 }, Number.POSITIVE_INFINITY);
  const result = await run(['process']);
  assert.equal(result.code, 3, result.stderr);
  assert.deepEqual(sql('SELECT error_type FROM dead_letters', 'dlq.db'), [{ error_type: 'PlexPermissionDenied' }]);
  assert.deepEqual(sql('SELECT count(*) AS jobs, max(attempt) AS attempt FROM jobs'), [{ jobs: 7, attempt: 0 }]);
});

test('a token refused in mid-drain buries the job it hit and keeps the rest', async (t) => {
  const { run, plex, sql } = await setup(t, 8);
  plex.fail('edit', { kind: 'status', status: 401 }, Number.POSITIVE_INFINITY);
  const result = await run(['process']);
  assert.equal(result.code, 3, result.stderr);
  assert.match(result.stderr, /\[PlexSync\] Authentication failed: Unauthorized/);
  assert.deepEqual(sql('SELECT error_type FROM dead_letters', 'dlq.db'), [{ error_type: 'PlexAuthError' }]);
  assert.deepEqual(sql('SELECT count(*) AS jobs, max(attempt) AS attempt FROM jobs'), [{ jobs: 7, attempt: 0 }]);
});

test('a file that Plex has not scanned yet waits, fails nothing, and arrives once it is there', async (t) => {
  const { run, plex, sql, makeDue } = await setup(t, 0);
  await run(['enqueue', '7', '--path', '/media/new.mp4', '--title', 'New pier']);
  const first = await run(['process']);
  assert.equal(first.code, 0, first.stderr);
  assert.match(
    first.stderr,
    /Job 1 not in Plex yet \(attempt 1\/12\), retry in 30\.0s: No Plex item found for filename: new\.mp4/,
  );
  assert.match(first.stdout, /1 not in Plex yet/);
  assert.deepEqual(sql('SELECT misses, failures FROM jobs'), [{ misses: 1, failures: 0 }]);
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/new.mp4' });
  makeDue();
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.item(ratingKey)?.title, 'New pier');
});

test('an error while looking keeps its own class and is never "not found"', async (t) => {
  const { run, plex, sql } = await setup(t, 1);
  // Once for the file name, and once for the count that tells a refused filter from a fault of all listings.
  plex.fail('listing', { kind: 'status', status: 500 }, 2);
  assert.equal((await run(['process'])).code, 1);
  assert.deepEqual(sql('SELECT misses, failures FROM jobs'), [{ misses: 0, failures: 0 }]);
});

test('one poisoned item in a read of many fails alone', async (t) => {
  const { run, plex, sql, items } = await setup(t, 12);
  const poisoned = items[4]?.ratingKey ?? '';
  const hits = ({ route, path }: { route: string; path: string }): boolean =>
    route === 'item' && path.split('/').at(-1)?.split(',').includes(poisoned) === true;
  plex.fail(hits, { kind: 'status', status: 500 }, Number.POSITIVE_INFINITY);
  const result = await run(['process']);
  assert.equal(result.code, 1, result.stderr);
  assert.deepEqual(sql('SELECT scene_id, failures FROM jobs'), [{ scene_id: 5, failures: 1 }]);
  assert.equal(items.filter(({ ratingKey }) => plex.item(ratingKey)?.title !== 'untitled').length, 11);
});

test('a read of many items that is too long for a proxy is halved until it fits', async (t) => {
  const { run, plex, items } = await setup(t, 100);
  const isLong = ({ route, path }: { route: string; path: string }): boolean => route === 'item' && path.length > 200;
  plex.fail(isLong, { kind: 'status', status: 414 }, Number.POSITIVE_INFINITY);
  const result = await run(['process']);
  assert.equal(result.code, 0, result.stderr);
  for (const { ratingKey, sceneId } of items) assert.equal(plex.item(ratingKey)?.title, `Harbour ${sceneId}`);
});

test("another studio's season is never written while ours is not scanned, and its own file wins once it is", async (t) => {
  const { run, plex, sql } = await setup(t, 0);
  const west = plex.addItem({ sectionKey: '1', file: '/media/West/Season 1/77.mp4', title: 'West' });
  await run(['enqueue', '1', '--path', '/media/East/Season 1/77.mp4', '--title', 'East 77', '--tag', 'sea']);
  assert.equal((await run(['process'])).code, 1);
  assert.equal(plex.item(west)?.title, 'West');
  assert.equal(sql('SELECT error_type FROM dead_letters', 'dlq.db')[0]?.['error_type'], 'LowConfidenceMatch');

  const east = plex.addItem({ sectionKey: '1', file: '/media/East/Season 1/77.mp4' });
  await run(['dlq', 'retry', '1']);
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual([plex.item(east)?.title, plex.item(west)?.title], ['East 77', 'West']);
});

test('the scene whose very path an item has takes it over from one that came by resemblance', async (t) => {
  const { run, plex } = await setup(t, 0);
  const item = plex.addItem({ sectionKey: '1', file: '/media/late.mp4', size: 7 });
  const enqueue = async (scene: object) => await run(['enqueue', '-'], { input: JSON.stringify(scene) });
  await enqueue({ scene_id: 1, path: '/data/copy/late.mp4', title: 'A copy', size: 7 });
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.item(item)?.title, 'A copy');
  await enqueue({ scene_id: 2, path: '/media/late.mp4', title: 'The file itself' });
  const { code, stderr } = await run(['process']);
  assert.equal(code, 0, stderr);
  assert.equal(plex.item(item)?.title, 'The file itself');
});

test("another studio's file of the same name is never written: a dead letter with the candidate", async (t) => {
  const { run, plex, sql } = await setup(t, 0);
  const other = plex.addItem({ sectionKey: '1', file: '/media/StudioA/01.mp4', title: 'Studio A scene 1' });
  await run(['enqueue', '9', '--path', '/media/StudioB/01.mp4', '--title', 'Studio B scene 1']);
  const result = await run(['process']);
  assert.equal(result.code, 1);
  assert.match(result.stderr, /LOW confidence match for '01\.mp4': 1 candidate found/);
  assert.match(result.stderr, /Low confidence match skipped \(strict_matching=true\)/);
  assert.equal(plex.item(other)?.title, 'Studio A scene 1');
  assert.match(
    String(sql('SELECT error_message FROM dead_letters', 'dlq.db')[0]?.['error_message']),
    /Studio A scene 1/,
  );

  const relaxed = await run(['dlq', 'retry', '1']);
  assert.equal(relaxed.code, 0, relaxed.stderr);
  assert.equal((await run(['process', '--no-strict-matching'])).code, 0);
  assert.equal(plex.item(other)?.title, 'Studio B scene 1');
});

test('permanent failures of one kind, and no success in a sample, stop the run with every job back in the queue', async (t) => {
  const { run, plex, sql } = await setup(t, 130);
  plex.fail('edit', { kind: 'status', status: 400 }, Number.POSITIVE_INFINITY);
  const result = await run(['process']);
  assert.equal(result.code, 2, result.stderr);
  assert.match(result.stderr, /100 jobs in a row failed with PlexPermanentError/);
  assert.deepEqual(sql('SELECT count(*) AS jobs, max(attempt) AS attempt FROM jobs'), [{ jobs: 130, attempt: 0 }]);
  assert.deepEqual(sql('SELECT * FROM dead_letters', 'dlq.db'), []);
  assert.equal(plex.count('edit'), 100);
});

test('a hundred look-ups that all miss stop the run and say which mapping is probably missing', async (t) => {
  const rig = await setup(t, 0);
  const scenes = Array.from({ length: 120 }, (_, index) => ({
    scene_id: index + 1,
    path: `/data/pier/${index}.mp4`,
    title: 'x',
  }));
  await enqueueAll(rig, scenes);
  const result = await rig.run(['process']);
  assert.equal(result.code, 2, result.stderr);
  assert.match(result.stderr, /0 of 100 files were found in Plex/);
  assert.match(result.stderr, /--path-map \/data\/pier=\/media/);
  assert.deepEqual(rig.sql('SELECT count(*) AS jobs, max(misses) AS misses FROM jobs'), [{ jobs: 120, misses: 0 }]);
});

test('a token refused in mid-drain is not tried again at once; once accepted, its dead letter comes back by itself', async (t) => {
  const { run, plex, items } = await setup(t, 1);
  plex.fail('edit', { kind: 'status', status: 401 });
  assert.equal((await run(['process'])).code, 3);
  plex.resetRequests();
  assert.equal((await run(['process'])).code, 3);
  assert.equal(plex.count(), 0);
  const later = String(Date.now() + 16 * 60_000);
  const next = await run(['process'], { env: { PLEXSYNC_TEST_NOW: later } });
  assert.equal(next.code, 0, next.stderr);
  assert.match(next.stderr, /The token is accepted again: 1 job back from the DLQ/);
  assert.equal(plex.item(items[0]?.ratingKey ?? '')?.title, 'Harbour 1');
  assert.equal((await run(['dlq', 'list'])).stdout, 'No dead letters.\n');
});

test('a job that waits for its file is made due by the drain that sees the file added, with one request a library', async (t) => {
  const { run, plex, sql } = await setup(t, 0);
  await run(['enqueue', '1', '--path', '/media/first.mp4', '--title', 'First pier']);
  await run(['process']);
  const nextTry = sql('SELECT available_at FROM jobs')[0]?.['available_at'];
  assert.ok(Number(nextTry) > Date.now());

  const first = plex.addItem({ sectionKey: '1', file: '/media/first.mp4' });
  await run(['enqueue', '2', '--path', '/media/other.mp4', '--title', 'Another, due now']);
  const woken = await run(['process']);
  assert.equal(woken.code, 0, woken.stderr);
  assert.match(woken.stderr, /Plex has added files to 'Adult' that 1 job waited for/);
  assert.equal(plex.item(first)?.title, 'First pier');

  // From now on only what is newer than the highest addedAt is asked for.
  const second = plex.addItem({ sectionKey: '1', file: '/media/other.mp4' });
  await run(['enqueue', '3', '--path', '/media/third.mp4', '--title', 'Due']);
  plex.resetRequests();
  await run(['process']);
  assert.equal(plex.item(second)?.title, 'Another, due now');
  assert.equal(plex.requests.filter(({ query }) => query.some(([key]) => key === 'addedAt>>')).length, 1);
});

test('a PlexNotFound letter is revived when its file is added after all', async (t) => {
  const { run, plex, sql, makeDue } = await setup(t, 0);
  await run(['enqueue', '1', '--path', '/media/late.mp4', '--title', 'Late']);
  sql('UPDATE jobs SET misses = 12');
  const given = await run(['process']);
  assert.equal(given.code, 1);
  assert.match(given.stderr, /Job 1 exceeded max retries \(12\), moving to DLQ/);
  assert.deepEqual(sql('SELECT error_type, retry_count FROM dead_letters', 'dlq.db'), [
    { error_type: 'PlexNotFound', retry_count: 12 },
  ]);

  const late = plex.addItem({ sectionKey: '1', file: '/media/late.mp4' });
  await run(['enqueue', '2', '--path', '/media/other.mp4', '--title', 'Due']);
  await run(['process']);
  makeDue();
  await run(['process']);
  assert.equal(plex.item(late)?.title, 'Late');
  assert.equal(sql('SELECT * FROM dead_letters', 'dlq.db').length, 0);
});
