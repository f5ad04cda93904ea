/** Edits that are longer than a proxy before Plex takes: each part has its own end, and nothing is cut for good. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Rig } from '../../helpers/rig.ts';
import { setup as setupRig } from '../../helpers/rig.ts';

const NOW = Date.parse('2040-03-01T10:00:00Z');
const HOUR_MS = 3_600_000;
const FILE = '/media/gulls.mp4';
const PROSE = 'The keeper rows out at dawn and counts the boats that came home. ';
const prose = (length: number): string =>
  PROSE.repeat(Math.ceil(length / PROSE.length))
    .slice(0, length - 1)
    .concat('.');
const crew = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${'Marguerite '.repeat(10)}of Pier ${index + 1}`);

/** A proxy that takes `maxTargetBytes`, and a clock that starts anew for each process, some seconds later each time. */
async function setupProxy(t: TestContext, maxTargetBytes: number, basePath = '') {
  const rig = await setupRig(t, { maxTargetBytes, basePath });
  let calls = 0;
  const run = async (args: readonly string[], { hours = 0, input = '' } = {}) => {
    calls += 1;
    const now = NOW + hours * HOUR_MS + calls * 5_000;
    return await rig.run(args, { input, env: { PLEXSYNC_TEST_NOW: String(now) } });
  };
  const syncAll = async (scenes: readonly object[], hours = 0) => {
    assert.equal((await run(['enqueue', '-'], { hours, input: JSON.stringify(scenes) })).code, 0);
    rig.plex.resetRequests();
    return await run(['process'], { hours });
  };
  /** An edit of another scene was taken just now: so a failure is the job's own to pay for. */
  const serveAnother = () => {
    const at = NOW + (calls + 1) * 5_000 - 1;
    rig.sql(`INSERT OR REPLACE INTO successes (kind, scene_id, at) VALUES ('plex PUT item', 9999, ${at})`);
  };
  return { ...rig, run, syncAll, serveAnother };
}

/** The same with one scene and its item. */
async function setup(t: TestContext, maxTargetBytes: number, basePath = '') {
  const rig = await setupProxy(t, maxTargetBytes, basePath);
  const ratingKey = rig.plex.addItem({ sectionKey: '1', file: FILE, title: 'untitled' });
  const sync = async (scene: object, hours = 0) => await rig.syncAll([{ scene_id: 1, path: FILE, ...scene }], hours);
  const enqueue = async (scene: object) =>
    await rig.run(['enqueue', '-'], { input: JSON.stringify([{ scene_id: 1, path: FILE, ...scene }]) });
  const written = () => JSON.parse(String(rig.sql('SELECT written FROM scenes WHERE scene_id = 1')[0]?.['written']));
  const letters = () =>
    rig
      .sql('SELECT error_type, error_message, job_data FROM dead_letters ORDER BY id', 'dlq.db')
      .map(({ error_type, error_message, job_data }) => ({
        type: error_type,
        message: String(error_message),
        data: JSON.parse(String(job_data)),
      }));
  return { ...rig, sync, enqueue, written, letters, ratingKey, item: () => rig.plex.item(ratingKey) };
}

test('a summary that fits by itself arrives whole beside performers that do not, and the letter names those', async (t) => {
  const { sync, run, plex, written, letters, item } = await setup(t, 4_000);
  const details = prose(2_289);
  const first = await sync({ title: 'Gulls', details, performers: crew(50) });
  assert.equal(first.code, 1, first.stderr);
  assert.deepEqual([item()?.title, item()?.summary, item()?.roles], ['Gulls', details, []]);
  assert.doesNotMatch(first.stderr, /cut to/);
  assert.match(
    first.stderr,
    /moving to DLQ: .*performers \(\d+ bytes\).*limit of the proxy.*max_performers; the rest is written/,
  );
  const [letter] = letters();
  assert.equal(letter?.type, 'PlexRequestTooLong');
  assert.deepEqual(letter?.data, { scene_id: 1, path: FILE, performers: crew(50) });
  assert.deepEqual(written(), {
    fields: { title: { sent: 'Gulls', kept: 'Gulls' }, summary: { sent: details, kept: details } },
    lists: {},
  });
  assert.match((await run(['dlq', 'summary'])).stdout, /max_performers/);

  const second = await sync({ title: 'Gulls', details, performers: crew(20) });
  assert.equal(second.code, 0, second.stderr);
  assert.equal(plex.count('edit'), 1);
  assert.deepEqual([item()?.summary, item()?.roles.length], [details, 20]);
  assert.deepEqual(letters(), []);
});

test('a lower max_performers and a retry write what a letter kept', async (t) => {
  const { sync, run, item } = await setup(t, 4_000);
  await sync({ title: 'Gulls', performers: crew(50) });
  assert.equal((await run(['dlq', 'retry', '1'])).code, 0);
  const { code, stderr } = await run(['process', '--max-performers', '20']);
  assert.equal(code, 0, stderr);
  assert.equal(item()?.roles.length, 20);
});

test('what a failed job wrote is ours at once: what a person takes out of Plex afterwards stays out', async (t) => {
  const { sync, plex, ratingKey, item } = await setup(t, 4_000);
  const scene = { title: 'Gulls', details: prose(500), tags: ['sea', 'fog'] };
  assert.equal((await sync({ ...scene, performers: crew(50) })).code, 1);
  plex.editByHand(ratingKey, { genres: ['fog'], summary: 'Mine.' });
  assert.equal((await sync({ ...scene, performers: crew(2) })).code, 0);
  assert.deepEqual([item()?.genres, item()?.summary], [['fog'], 'Mine.']);
});

test('an older letter of the scene does not bring back what was written beside a refused part', async (t) => {
  const { sync, run, plex, letters, item } = await setup(t, 4_000);
  plex.fail('edit', { kind: 'status', status: 400 }, 3);
  await sync({ title: 'Old', tagline: 'Old too' });
  await sync({ title: 'New', performers: crew(50) });
  assert.deepEqual(
    letters().map(({ data }) => Object.keys(data)),
    [
      ['scene_id', 'path', 'tagline'],
      ['scene_id', 'path', 'performers'],
    ],
  );
  await run(['dlq', 'retry', '1']);
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual([item()?.title, item()?.tagline], ['New', 'Old too']);
});

test('a cut summary is not sent again at each run, and whole once the limit was raised: after an hour, or with an edit', async (t) => {
  const { sync, plex, item } = await setup(t, 4_096);
  const scene = { title: 'Gulls', details: prose(6_000) };
  const first = await sync(scene);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(
    first.stderr.match(/The summary of scene 1 is too long for the server: cut to \d+ characters/g)?.length,
    1,
  );
  const cut = item()?.summary ?? '';
  assert.ok(cut.length > 2_500 && scene.details.startsWith(`${cut} `));

  assert.equal((await sync(scene)).code, 0);
  assert.equal(plex.count('edit'), 0);

  const tried = await sync(scene, 1);
  assert.equal(tried.code, 0, tried.stderr);
  assert.doesNotMatch(tried.stderr, /cut to/);
  assert.match(tried.stdout, /1 already right/);
  assert.equal(item()?.summary, cut);
  assert.equal((await sync(scene, 1.5)).code, 0);
  assert.equal(plex.count('edit'), 0);

  plex.setMaxTargetBytes(65_536);
  const whole = await sync(scene, 3);
  assert.equal(whole.code, 0, whole.stderr);
  assert.equal(plex.count('edit'), 1);
  assert.ok(item()?.summary === scene.details);
  assert.equal((await sync(scene, 9)).code, 0);
  assert.equal(plex.count('edit'), 0);
});

test('a summary that is left cut is said to be, each time, until it is whole', async (t) => {
  const { sync, run, plex, sql } = await setup(t, 4_096);
  const left = () => JSON.parse(String(sql('SELECT left_alone FROM scenes')[0]?.['left_alone'] ?? '[]'));
  const scene = { title: 'Gulls', details: prose(6_000) };
  await sync(scene);
  assert.deepEqual(left(), [{ field: 'summary', reason: 'too_long' }]);
  const LEFT = /Left the summary of scene 1 as it is: Plex has the beginning of it, and all of it is too long/g;
  for (const [more, hours] of [
    [{}, 0] as const,
    [{ tagline: 'Calm' }, 0] as const,
    [{ tagline: 'Calm' }, 2] as const,
  ]) {
    const { stderr } = await sync({ ...scene, ...more }, hours);
    assert.equal(stderr.match(LEFT)?.length, 1, stderr);
    assert.deepEqual(left(), [{ field: 'summary', reason: 'too_long' }]);
  }
  const status = await run(['status', '1']);
  assert.match(status.stdout, /^left alone\tthe summary: Plex has the beginning of it/m);
  plex.setMaxTargetBytes(65_536);
  assert.doesNotMatch((await sync(scene, 4)).stderr, LEFT);
  assert.deepEqual(left(), []);
});

test('a dry run shows a cut summary as right, until it would be tried again', async (t) => {
  const { sync, run, plex } = await setup(t, 4_096);
  const scene = { scene_id: 1, path: FILE, details: prose(4_000) };
  await sync(scene);
  await run(['enqueue', '-'], { input: JSON.stringify([scene]) });
  plex.resetRequests();
  assert.match((await run(['process', '--dry-run'])).stdout, /^Scene 1: already right in Plex$/m);
  assert.match((await run(['process', '--dry-run'], { hours: 2 })).stdout, /^Scene 1 would be written/m);
  assert.equal(plex.count('edit'), 0);
});

test('the path under which Plex lies counts for the length of a request', async (t) => {
  const { sync, item } = await setup(t, 4_096, `/${'x'.repeat(100)}`);
  await sync({ details: prose(6_000) });
  assert.ok(encodeURIComponent(item()?.summary ?? '').length > 3_500);
});

test('a cut summary goes whole with the next edit of its scene, once it fits', async (t) => {
  const { sync, plex, item } = await setup(t, 4_096);
  await sync({ title: 'Gulls', details: prose(4_000) });
  plex.setMaxTargetBytes(65_536);
  assert.equal((await sync({ title: 'Gulls at sea', details: prose(4_000) })).code, 0);
  assert.ok(item()?.title === 'Gulls at sea' && item()?.summary === prose(4_000));
  assert.equal(plex.count('edit'), 1);
});

test('a longer request that is taken shows that the limit was raised', async (t) => {
  const { sync, syncAll, plex, item } = await setup(t, 4_096);
  const other = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  await sync({ title: 'Gulls', details: prose(4_000) });
  plex.setMaxTargetBytes(65_536);
  await syncAll([{ scene_id: 2, path: '/media/pier.mp4', details: prose(9_000) }]);
  assert.ok(plex.item(other)?.summary === prose(9_000));
  assert.equal((await sync({ details: prose(4_000) })).code, 0);
  assert.ok(item()?.summary === prose(4_000));
});

test('another address of the same server has a limit of its own', async (t) => {
  const { sync, sql, plex, item } = await setup(t, 4_096);
  await sync({ details: prose(4_000) });
  plex.setMaxTargetBytes(65_536);
  sql(`UPDATE meta SET value = json_set(value, '$.tokenFingerprint', 'elsewhere') WHERE name = 'too_long'`);
  await sync({ details: prose(4_000) });
  assert.ok(item()?.summary === prose(4_000));
});

test('a summary that an older plexsync cut for the sake of its neighbours is made whole at its next run', async (t) => {
  const { sync, sql, plex, ratingKey, item } = await setup(t, 4_000);
  const details = prose(2_289);
  const cut = details.slice(0, 961).trim();
  await sync({ title: 'Gulls', details: cut });
  const record = JSON.stringify({ fields: { summary: { sent: details, kept: cut } }, lists: {} });
  sql(`UPDATE scenes SET written = '${record}'`);
  assert.equal(plex.item(ratingKey)?.summary, cut);
  assert.equal((await sync({ title: 'Gulls', details })).code, 0);
  assert.ok(item()?.summary === details);
  assert.equal(plex.count('edit'), 1);
});

/** Thirty scenes whose summaries are too long, with a tag of their own. */
async function setupMany(t: TestContext) {
  const { syncAll, plex } = await setupProxy(t, 4_096);
  const paths = Array.from({ length: 30 }, (_, index) => `/media/${index}.mp4`);
  for (const file of paths) plex.addItem({ sectionKey: '1', file });
  return async (tag: string, hours: number): Promise<number> => {
    const scenes = paths.map((path, index) => ({ scene_id: index + 1, path, details: prose(5_000), tags: [tag] }));
    const { code, stderr } = await syncAll(scenes, hours);
    assert.equal(code, 0, stderr);
    return plex.count('edit');
  };
}

test('however many summaries are cut, a run with nothing new tries one or two of them, and later ones none', async (t) => {
  const editsOf = await setupMany(t);
  await editsOf('sea', 0);
  assert.equal(await editsOf('sea', 0.1), 0);
  // Two writes are in flight at once; each may take its steps down to what stands there.
  const tried = await editsOf('sea', 1.2);
  assert.ok(tried > 0 && tried <= 6, `${tried} edits`);
  assert.equal(await editsOf('sea', 1.3), 0);
});

test('a bulk of edits beside cut summaries costs one request each, once the first have shown the limit', async (t) => {
  const editsOf = await setupMany(t);
  await editsOf('sea', 0);
  const edits = await editsOf('fog', 0.1);
  assert.ok(edits >= 30 && edits <= 30 + 10, `${edits} edits`);
});

test('a summary that Plex itself cuts is not sent again at each run', async (t) => {
  const { sync, plex, item } = await setup(t, 65_536);
  plex.normaliseOnEdit((field, value) => (field === 'summary' ? value.slice(0, 800) : value));
  assert.equal((await sync({ details: prose(2_000) })).code, 0);
  assert.equal(item()?.summary?.length, 800);
  for (const hours of [0, 9]) {
    assert.equal((await sync({ details: prose(2_000) }, hours)).code, 0);
    assert.equal(plex.count('edit'), 0);
  }
});

test('a summary that Plex itself cuts says nothing of how long a request may be', async (t) => {
  const { sync, syncAll, plex, item } = await setup(t, 4_096);
  plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  await sync({ details: prose(4_000) });
  plex.setMaxTargetBytes(65_536);
  plex.normaliseOnEdit((_, value) => (value.startsWith('Pier. ') ? value.slice(0, 800) : value));
  await syncAll([{ scene_id: 2, path: '/media/pier.mp4', details: `Pier. ${prose(2_000)}` }], 2);
  assert.equal((await sync({ details: prose(4_000) }, 2)).code, 0);
  assert.ok(item()?.summary === prose(4_000));
});

for (const status of [413, 414, 431]) {
  test(`a ${status} is answered with the parts`, async (t) => {
    const { sync, plex, item } = await setup(t, 65_536);
    plex.fail('edit', { kind: 'status', status });
    const { code, stderr } = await sync({ title: 'Gulls', tags: ['sea'] });
    assert.equal(code, 0, stderr);
    assert.deepEqual([plex.count('edit'), item()?.title, item()?.genres], [3, 'Gulls', ['sea']]);
  });
}

for (const maxTargetBytes of [8_000, 4_000, 2_000, 1_000]) {
  test(`with room for ${maxTargetBytes} bytes all that fits arrives, in any script, and the rest is named`, async (t) => {
    const { sync, written, letters, item } = await setup(t, maxTargetBytes);
    const details = 'Möwen über dem Hafen, 灯台の明かり 👩‍👩‍👧🌊 und der Nebel. '.repeat(300);
    const scene = { title: '海と灯台', tagline: 'Ebbe', studio: 'Quay', tags: ['sea'], details, performers: crew(100) };
    const { code, stderr } = await sync(scene);
    assert.equal(code, 1, stderr);
    assert.deepEqual([item()?.title, item()?.tagline, item()?.genres], ['海と灯台', 'Ebbe', ['sea']]);
    assert.deepEqual([item()?.studio, item()?.collections], ['Quay', ['Quay']]);
    const summary = item()?.summary ?? '';
    assert.ok(
      summary.isWellFormed() && details.startsWith(summary) && encodeURIComponent(summary).length > maxTargetBytes / 2,
    );
    assert.deepEqual(
      letters().map(({ data }) => Object.keys(data)),
      [['scene_id', 'path', 'performers']],
    );
    assert.equal(written().lists.actor, undefined);
  });
}

test('a job of which several parts are refused is one failure among those in a row', async (t) => {
  const { syncAll, sql, plex } = await setupProxy(t, 2_000);
  const scenes = Array.from({ length: 9 }, (_, index) => ({
    scene_id: index + 1,
    path: `/media/${index}.mp4`,
    performers: crew(40),
    tags: crew(40),
  }));
  for (const { path } of scenes) plex.addItem({ sectionKey: '1', file: path });
  const { code, stderr } = await syncAll(scenes);
  assert.equal(code, 1, stderr);
  assert.equal(sql('SELECT 1 FROM dead_letters', 'dlq.db').length, 9);
});

test('a dozen scenes of which a part is refused are a dozen letters, and those behind them are written', async (t) => {
  const { syncAll, sql, plex } = await setupProxy(t, 4_000);
  const scenes = Array.from({ length: 16 }, (_, index) => ({
    scene_id: index + 1,
    path: `/media/${index}.mp4`,
    title: `Pier ${index}`,
    ...(index < 12 ? { performers: crew(50) } : {}),
  }));
  const keys = scenes.map(({ path }) => plex.addItem({ sectionKey: '1', file: path }));
  const { code, stderr } = await syncAll(scenes);
  assert.equal(code, 1, stderr);
  assert.equal(sql('SELECT 1 FROM dead_letters', 'dlq.db').length, 12);
  assert.deepEqual(
    keys.map((key) => plex.item(key)?.title),
    scenes.map(({ title }) => title),
  );
  assert.deepEqual(sql('SELECT scene_id FROM jobs'), []);
});

test('an outage in the middle of the parts gives the job back, and the next run writes what is missing', async (t) => {
  const { sync, run, plex, makeDue, item, letters } = await setup(t, 65_536);
  plex.fail('edit', { kind: 'status', status: 414 });
  plex.fail(({ route }) => route === 'edit' && plex.count('edit') === 3, { kind: 'status', status: 500 });
  const first = await sync({ title: 'Gulls', tagline: 'Calm', tags: ['sea'] });
  assert.equal(first.code, 1, first.stderr);
  assert.deepEqual([item()?.title, item()?.tagline ?? ''], ['Gulls', '']);
  makeDue();
  plex.resetRequests();
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual([item()?.tagline, item()?.genres, plex.count('edit')], ['Calm', ['sea'], 1]);
  assert.deepEqual(letters(), []);
});

type Seen = { readonly route: string; readonly query: readonly (readonly [string, string])[] };

/** Whether a request writes one of the fields or lists. */
const writes =
  (...names: readonly string[]) =>
  ({ route, query }: Seen): boolean =>
    route === 'edit' &&
    query.some(([key]) => names.some((name) => key.startsWith(`${name}.`) || key.startsWith(`${name}[`)));

test('a part that Plex rejects keeps nothing else back, and the letter names it', async (t) => {
  const { sync, plex, written, letters, item } = await setup(t, 65_536);
  plex.fail(writes('genre'), { kind: 'status', status: 400 }, Number.POSITIVE_INFINITY);
  const { code, stderr } = await sync({ title: 'Gulls', tagline: 'Calm', tags: ['sea'] });
  assert.equal(code, 1, stderr);
  assert.deepEqual([item()?.title, item()?.tagline, plex.count('edit')], ['Gulls', 'Calm', 4]);
  assert.deepEqual(Object.keys(written().fields), ['title', 'tagline']);
  const [letter] = letters();
  assert.deepEqual([letter?.type, Object.keys(letter?.data)], ['PlexPermanentError', ['scene_id', 'path', 'tags']]);
  assert.match(letter?.message ?? '', /^Plex answered 400 while writing the item: tags; the rest is written$/);
});

test('a part at which Plex fails at the last try keeps nothing else back', async (t) => {
  const { enqueue, run, serveAnother, sql, plex, letters, item } = await setup(t, 65_536);
  plex.fail(writes('genre', 'summary'), { kind: 'status', status: 500 }, Number.POSITIVE_INFINITY);
  await enqueue({ title: 'Gulls', details: 'Boats.', tags: ['sea'] });
  serveAnother();
  assert.equal((await run(['process', '--max-retries', '1'])).code, 1);
  assert.deepEqual([item()?.title, plex.count('edit')], ['untitled', 1]);
  sql('UPDATE jobs SET available_at = 0');
  serveAnother();
  assert.equal((await run(['process', '--max-retries', '1'])).code, 1);
  assert.equal(item()?.title, 'Gulls');
  const [letter] = letters();
  assert.deepEqual(
    [letter?.type, Object.keys(letter?.data)],
    ['PlexTemporaryError', ['scene_id', 'path', 'details', 'tags']],
  );
});

test('a job at whose every part Plex fails is one failure to the breaker', async (t) => {
  const { enqueue, run, serveAnother, sql, plex, letters } = await setup(t, 65_536);
  plex.fail('edit', { kind: 'status', status: 500 }, Number.POSITIVE_INFINITY);
  await enqueue({ title: 'Gulls', tagline: 'Calm', details: 'Boats.', tags: ['sea'], performers: ['Ada Mole'] });
  serveAnother();
  assert.equal((await run(['process', '--max-retries', '1'])).code, 1);
  sql('UPDATE jobs SET available_at = 0');
  sql('DELETE FROM breakers');
  serveAnother();
  assert.equal((await run(['process', '--max-retries', '1'])).code, 1);
  assert.deepEqual([plex.count('edit'), letters().length], [1 + 6, 1]);
  assert.equal(JSON.parse(String(sql('SELECT state FROM breakers')[0]?.['state'])).failures, 1);
});

/** The first edit is refused as too long, so that its parts follow; `onThird` is called when the second of these arrives. */
function splitAnd(plex: Rig['plex'], onThird: () => void): void {
  plex.fail('edit', { kind: 'status', status: 414 });
  const isThird = ({ route }: { route: string }): boolean => {
    if (route === 'edit' && plex.count('edit') === 3) onThird();
    return false;
  };
  plex.fail(isThird, { kind: 'drop' });
}

test('what was taken before a part failed is ours, and its letter keeps the rest', async (t) => {
  const { sync, run, plex, written, letters, ratingKey, item } = await setup(t, 65_536);
  plex.fail('edit', { kind: 'status', status: 414 });
  plex.fail(({ route }) => route === 'edit' && plex.count('edit') === 4, { kind: 'status', status: 403 });
  const { code, stderr } = await sync({ title: 'Gulls', details: 'Boats.', tags: ['sea'] });
  assert.equal(code, 3, stderr);
  assert.deepEqual(
    letters().map(({ type, data }) => [type, Object.keys(data)]),
    [['PlexPermissionDenied', ['scene_id', 'path', 'tags']]],
  );
  assert.match(letters()[0]?.message ?? '', /; written but for: tags$/);
  assert.doesNotMatch(stderr, /tags\. Use the token/);
  assert.deepEqual(Object.keys(written().fields), ['title', 'summary']);
  plex.editByHand(ratingKey, { title: 'Mine' });
  assert.equal((await run(['dlq', 'retry', '1'])).code, 0);
  assert.equal((await run(['process', '--no-lock-fields'])).code, 0);
  assert.deepEqual([item()?.title, item()?.genres], ['Mine', ['sea']]);
});

test('what was taken before the token was refused is recorded, though Plex cannot be read any more', async (t) => {
  const { sync, sql, plex, written, letters } = await setup(t, 65_536);
  plex.fail('edit', { kind: 'status', status: 414 });
  plex.fail(({ route }) => route === 'edit' && plex.count('edit') === 3, { kind: 'status', status: 401 });
  assert.equal((await sync({ title: 'Gulls', tags: ['sea'] })).code, 3);
  assert.deepEqual(written(), { fields: { title: { sent: 'Gulls', kept: 'Gulls' } }, lists: {} });
  assert.deepEqual(sql('SELECT locked FROM scenes'), [{ locked: '["title"]' }]);
  assert.deepEqual(
    letters().map(({ type, data }) => [type, Object.keys(data)]),
    [['PlexAuthError', ['scene_id', 'path', 'tags']]],
  );
});

for (const [fault, code] of [
  [{ kind: 'status', status: 500 }, 1],
  [{ kind: 'drop' }, 4],
] as const) {
  test(`what was taken is recorded, though the read after it fails by a ${fault.kind}`, async (t) => {
    const { sync, sql, plex, written } = await setup(t, 65_536);
    plex.fail('edit', { kind: 'status', status: 414 });
    const isLater = (): boolean => plex.count('edit') >= 3;
    plex.fail(isLater, fault, Number.POSITIVE_INFINITY);
    const result = await sync({ title: 'Gulls', tags: ['sea'] });
    assert.equal(result.code, code, result.stderr);
    assert.deepEqual(written(), { fields: { title: { sent: 'Gulls', kept: 'Gulls' } }, lists: {} });
    assert.deepEqual(sql('SELECT data FROM jobs'), [{ data: JSON.stringify({ path: FILE, tags: ['sea'] }) }]);
  });
}

test('a part that Plex always fails at keeps nothing else back, though nobody is written and no attempt is spent', async (t) => {
  const { enqueue, run, sql, plex, letters, item } = await setup(t, 65_536);
  plex.fail(writes('genre'), { kind: 'status', status: 500 }, Number.POSITIVE_INFINITY);
  await enqueue({ title: 'Gulls', tags: ['sea'] });
  for (let tries = 1; tries <= 6; tries += 1) {
    assert.equal((await run(['process'])).code, 1);
    sql('UPDATE jobs SET available_at = 0');
    sql('DELETE FROM breakers');
  }
  assert.deepEqual([item()?.title, letters()], ['Gulls', []]);
  assert.deepEqual(sql('SELECT data FROM jobs'), [{ data: JSON.stringify({ path: FILE, tags: ['sea'] }) }]);
});

test('a job that is tried again writes what is left, and nothing a second time', async (t) => {
  const { enqueue, run, serveAnother, sql, plex, makeDue, ratingKey, item } = await setup(t, 65_536);
  plex.fail('edit', { kind: 'status', status: 414 });
  plex.fail(({ route }) => route === 'edit' && plex.count('edit') === 3, { kind: 'status', status: 500 });
  await enqueue({ title: 'Gulls', tags: ['sea'] });
  serveAnother();
  assert.equal((await run(['process'])).code, 1);
  const [job] = sql('SELECT data, failures FROM jobs');
  assert.deepEqual([JSON.parse(String(job?.['data'])), job?.['failures']], [{ path: FILE, tags: ['sea'] }, 1]);
  plex.editByHand(ratingKey, { title: 'Mine' });
  makeDue();
  assert.equal((await run(['process', '--no-lock-fields'])).code, 0);
  assert.deepEqual([item()?.title, item()?.genres], ['Mine', ['sea']]);
});

test('a part that landed though its answer was lost counts as ours at the next attempt', async (t) => {
  const { sync, run, plex, makeDue, written } = await setup(t, 65_536);
  plex.fail('edit', { kind: 'status', status: 414 });
  // Sent once more on a new connection, and lost again.
  plex.fail(({ route }) => route === 'edit' && plex.count('edit') >= 3, { kind: 'drop-after' }, 2);
  assert.equal((await sync({ title: 'Gulls', tags: ['sea'] })).code, 1);
  assert.deepEqual(written().lists, {});
  makeDue();
  plex.resetRequests();
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual([written().lists, plex.count('edit')], [{ genre: { sea: 'sea' } }, 0]);
});

test('a stop between two parts gives the job back, with what has landed recorded', async (t) => {
  const { enqueue, start, sql, plex, written, letters } = await setup(t, 65_536);
  await enqueue({ title: 'Gulls', tagline: 'Calm', tags: ['sea'] });
  splitAnd(plex, () => {
    plex.setLatency(300);
    running.kill('SIGTERM');
  });
  const running = start(['process']);
  const { code, stderr } = await running.ended;
  assert.equal(code, 143, stderr);
  assert.equal(plex.count('edit'), 3);
  assert.deepEqual([Object.keys(written().fields), written().lists], [['title', 'tagline'], {}]);
  assert.deepEqual(sql('SELECT state, attempt, failures FROM jobs'), [{ state: 'pending', attempt: 0, failures: 0 }]);
  assert.deepEqual(letters(), []);
});

test('a run whose lease is lost between two parts sends no further one, and records nothing', async (t) => {
  const { sync, sql, plex } = await setup(t, 65_536);
  splitAnd(plex, () => void sql(`UPDATE jobs SET lease_owner = 'another run', claims = claims + 1`));
  const { stderr } = await sync({ title: 'Gulls', tagline: 'Calm', tags: ['sea'] });
  assert.match(stderr, /was taken over by another run/);
  assert.equal(plex.count('edit'), 3);
  assert.deepEqual(sql('SELECT written FROM scenes'), [{ written: '{"fields":{},"lists":{}}' }]);
});
