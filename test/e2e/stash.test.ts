/** Bare jobs are filled in from Stash: what it says, what it does not say, and what happens when it cannot be asked. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { StashServerOptions } from '../../src/simulator/stash/server.ts';
import { startStashServer } from '../../src/simulator/stash/server.ts';
import { setup } from '../helpers/rig.ts';

async function withStash(t: TestContext, options: StashServerOptions = {}) {
  const stash = await startStashServer(options);
  t.after(() => stash.close());
  const rig = await setup(t);
  const env = { STASH_URL: stash.url, ...(stash.apiKey === undefined ? {} : { STASH_API_KEY: stash.apiKey }) };
  const run: typeof rig.run = async (args, more = {}) => await rig.run(args, { ...more, env: { ...env, ...more.env } });
  return { ...rig, run, stash };
}

const PIER = { title: 'The Pier', details: 'Fog.', studio: 'North Quay', tags: ['sea'], performers: ['Ada Quay'] };

for (const version of ['v0.24', 'v0.31'] as const) {
  test(`a bare scene is written as Stash ${version} has it`, async (t) => {
    const { plex, run, sql, stash } = await withStash(t, { version, apiKey: 'lantern-key-1234567890' });
    const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
    const scene = stash.addScene({ ...PIER, files: ['/media/pier.mp4'] });
    await run(['enqueue', String(scene)]);
    const { code, stderr } = await run(['process']);
    assert.equal(code, 0, stderr);
    assert.equal(plex.item(item)?.title, 'The Pier');
    assert.deepEqual(plex.item(item)?.genres, ['sea']);
    assert.deepEqual(sql('SELECT * FROM jobs'), []);
  });
}

test('what is given by hand after the request lies over what Stash says; what came before it does not', async (t) => {
  const { plex, run, stash } = await withStash(t);
  const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  const id = String(stash.addScene({ ...PIER, files: ['/media/pier.mp4'] }));
  await run(['enqueue', id, '--path', '/media/elsewhere.mp4', '--title', 'Old', '--tagline', 'All at sea']);
  await run(['enqueue', id]);
  await run(['enqueue', id, '--studio', 'Mine']);
  assert.equal((await run(['process'])).code, 0);
  const { title, studio, tagline } = plex.item(item) ?? {};
  assert.deepEqual([title, studio, tagline], ['The Pier', 'Mine', 'All at sea']);
});

test('the size that Stash knows says nothing about another file that was named by hand', async (t) => {
  const { plex, run, stash } = await withStash(t);
  const item = plex.addItem({ sectionKey: '1', file: '/media/long/pier.mp4', size: 20 });
  const id = String(stash.addScene({ ...PIER, files: [{ path: '/data/short/pier.mp4', size: 10 }] }));
  await run(['enqueue', id]);
  await run(['enqueue', id, '--path', '/data/long/pier.mp4', '--tagline', 'All at sea']);
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.item(item)?.tagline, 'All at sea');
});

test('among items that are equal but for it, the duration in Stash shows the likeliest', async (t) => {
  const { plex, run, stash } = await withStash(t);
  const others = [600_000, 900_500, 1_200_000].map((duration, index) =>
    plex.addItem({ sectionKey: '1', file: `/media/${index}/pier.mp4`, size: 10, duration }),
  );
  const id = stash.addScene({ ...PIER, files: [{ path: '/data/x/pier.mp4', size: 10, duration: 900.25 }] });
  await run(['enqueue', String(id)]);
  assert.equal((await run(['process', '--no-strict-matching'])).code, 0);
  assert.deepEqual(
    others.map((item) => plex.item(item)?.title === 'The Pier'),
    [false, true, false],
  );
});

test('without a Stash, data that was given is written, and the bare request alone waits', async (t) => {
  const { plex, run, sql } = await setup(t);
  const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  await run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'By hand']);
  const bare = await run(['enqueue', '1']);
  assert.doesNotMatch(bare.stderr, /no_stash/);
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.item(item)?.title, 'By hand');
  assert.deepEqual(sql('SELECT data, held FROM jobs'), [{ data: '{}', held: 1 }]);
  assert.match((await run(['enqueue', '2'])).stderr, /1 scene has no data .*no_stash.*stash_url/);
});

test('data without a path is warned of at once, unless a file of the scene is known', async (t) => {
  const { plex, run, sql } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  const enqueued = async (...args: readonly string[]) => await run(['enqueue', ...args]);
  const WARNED =
    /1 scene has no path, and no file that is known .*cannot write it \(NoFilePath\): give the path, or set stash_url/;
  const alone = await enqueued('1', '--title', 'Pier');
  assert.match(alone.stderr, WARNED);
  assert.doesNotMatch(alone.stderr, /process writes what waits/);
  const some = await run(['enqueue', '-'], {
    input:
      '{"scene_id": 2, "title": "Quay"}\n{"scene_id": 3, "title": "Skerry"}\n{"scene_id": 4, "path": "/media/4.mp4"}\n{"scene_id": 6}',
  });
  assert.match(some.stderr, /2 scenes have no path.*cannot write them/);
  assert.match(some.stderr, /process writes what waits/);
  assert.match((await enqueued('1', '--title', 'Pier', '--json')).stderr, WARNED);
  for (const known of [
    ['1', '--path', '/media/pier.mp4'],
    ['1', '--title', 'Old pier'],
  ])
    assert.doesNotMatch((await enqueued(...known)).stderr, /no path/);
  assert.equal((await run(['process', '--scene', '1'])).code, 0);
  assert.doesNotMatch((await enqueued('1', '--title', 'New pier')).stderr, /no path/, 'written before');
  sql(`UPDATE jobs SET state = 'in_progress', lease_owner = 'x', lease_expires_at = 9e15 WHERE scene_id = 4`);
  assert.doesNotMatch((await enqueued('4', '--title', 'Lamp')).stderr, /no path/, 'its job with a path is under way');
  sql(`UPDATE jobs SET state = 'in_progress', lease_owner = 'x', lease_expires_at = 9e15 WHERE scene_id = 6`);
  assert.doesNotMatch(
    (await enqueued('6', '--title', 'Mole')).stderr,
    /no path/,
    'Stash is asked for its file right now',
  );
  const asked = await run(['enqueue', '5', '--title', 'Jetty'], { env: { STASH_URL: 'http://stash:9999' } });
  assert.doesNotMatch(asked.stderr, /no path/, 'Stash will be asked for its file');
});

test('a pinned scene is written whatever is known of its file', async (t) => {
  const { plex, run } = await setup(t);
  const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  await run(['enqueue', '8', '--path', '/media/8.mp4', '--title', 'Quay']);
  assert.equal((await run(['pin', '9', item])).code, 0);
  assert.doesNotMatch((await run(['enqueue', '9', '--title', 'Pier'])).stderr, /no path/);
  await run(['process']);
  assert.equal(plex.item(item)?.title, 'Pier');
});

test('what was said by hand of a pinned scene is written where Stash has no such scene', async (t) => {
  const { plex, run, stash } = await withStash(t);
  stash.addScene({ ...PIER, files: ['/media/other.mp4'] });
  const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  await run(['enqueue', '9']);
  assert.equal((await run(['pin', '9', item])).code, 0);
  await run(['enqueue', '9', '--title', 'By hand']);
  await run(['process']);
  assert.equal(plex.item(item)?.title, 'By hand');
});

test('a bare scene is not said to wait for stash_url where that is set', async (t) => {
  const { run, dataDir } = await setup(t);
  const STASH_URL = 'http://stash:9999';
  const config = join(dataDir, '..', 'elsewhere.json');
  // What one enqueue found out is known to the next: each begins anew.
  const enqueued = async (args: readonly string[], env = {}) => {
    rmSync(dataDir, { recursive: true, force: true });
    return await run(['enqueue', '1', ...args], { env });
  };
  assert.doesNotMatch((await enqueued([], { STASH_URL })).stderr, /no_stash/);
  assert.match((await enqueued([], { STASH_URL: '' })).stderr, /no_stash/);
  writeFileSync(config, JSON.stringify({ stash_url: STASH_URL }));
  assert.doesNotMatch((await enqueued(['--config', config])).stderr, /no_stash/);
  writeFileSync(config, JSON.stringify({ read_timeout: '30s' }));
  assert.match((await enqueued(['--config', config])).stderr, /no_stash/);
  writeFileSync(config, '{');
  const broken = await enqueued(['--config', config]);
  assert.equal(broken.code, 0);
  assert.match(broken.stderr, /no_stash/);
});

test('a field emptied in Stash clears what we wrote there, and never what somebody else did', async (t) => {
  const { plex, run, stash } = await withStash(t);
  const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4', tagline: 'Theirs', genres: ['harbour'] });
  plex.editByHand(item, { summary: '' });
  const id = stash.addScene({ ...PIER, files: ['/media/pier.mp4'] });
  await run(['enqueue', String(id)]);
  await run(['process']);
  assert.deepEqual(plex.item(item)?.genres.toSorted(), ['harbour', 'sea']);
  stash.editScene(id, { tags: [], details: '' });
  await run(['enqueue', String(id)]);
  await run(['process']);
  assert.deepEqual(plex.item(item)?.genres, ['harbour']);
  assert.equal(plex.item(item)?.summary ?? '', '');
  assert.equal(plex.item(item)?.tagline, 'Theirs');
});

test('clear_empty says what an empty field in Stash clears', async (t) => {
  for (const [clearEmpty, kept] of [
    ['ours', 'Theirs'],
    ['never', 'Theirs'],
    ['always', ''],
  ] as const) {
    const { plex, run, stash } = await withStash(t);
    const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4', summary: 'Theirs' });
    const id = stash.addScene({ ...PIER, details: '', files: ['/media/pier.mp4'] });
    await run(['enqueue', String(id)]);
    assert.equal((await run(['process', '--clear-empty', clearEmpty])).code, 0);
    assert.equal(plex.item(item)?.summary ?? '', kept, clearEmpty);
  }
});

test('a scene with nothing but a title clears nothing, unless quality_gate is off', async (t) => {
  const { plex, run, stash } = await withStash(t);
  const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4', summary: 'Theirs' });
  const id = stash.addScene({ title: 'Pier', files: ['/media/pier.mp4'] });
  await run(['enqueue', String(id)]);
  const gated = await run(['process', '--clear-empty', 'always']);
  assert.match(gated.stderr, /no metadata beyond title\/path yet/);
  assert.equal(plex.item(item)?.summary, 'Theirs');
  await run(['enqueue', String(id)]);
  await run(['process', '--clear-empty', 'always', '--no-quality-gate']);
  assert.equal(plex.item(item)?.summary ?? '', '');
});

test('a scene that we wrote and that was emptied in Stash since is emptied in Plex too', async (t) => {
  const { plex, run, stash } = await withStash(t);
  const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4', genres: ['harbour'] });
  const id = stash.addScene({ title: 'Pier', details: 'Fog.', tags: ['sea'], files: ['/media/pier.mp4'] });
  for (const edit of [{}, { details: '', tags: [] }]) {
    stash.editScene(id, edit);
    await run(['enqueue', String(id)]);
    const { stderr } = await run(['process']);
    assert.doesNotMatch(stderr, /no metadata beyond/);
  }
  assert.deepEqual(plex.item(item)?.genres, ['harbour']);
  assert.equal(plex.item(item)?.summary ?? '', '');
});

test('what was given by hand for a scene that is not identified yet is kept, and not taken for what Stash has', async (t) => {
  const { plex, run, sql, stash } = await withStash(t);
  const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  const id = String(stash.addScene({ title: 'Pier', files: ['/media/pier.mp4'] }));
  await run(['enqueue', id, '--path', '/media/pier.mp4', '--details', 'By hand.']);
  await run(['process']);
  for (const _ of [1, 2]) {
    await run(['enqueue', id]);
    await run(['process']);
  }
  assert.equal(plex.item(item)?.summary, 'By hand.');
  assert.deepEqual(sql('SELECT stash_updated_at FROM scenes'), [{ stash_updated_at: null }]);
});

test('a scene that is gone ends its job; one without a file becomes the guide’s dead letter', async (t) => {
  const { run, sql, stash } = await withStash(t);
  stash.addScene({ ...PIER, files: ['/media/pier.mp4'] });
  const bare = stash.addScene({ ...PIER, title: 'On paper only', files: [] });
  await run(['enqueue', '4711', String(bare)]);
  const { code, stderr, stdout } = await run(['process']);
  assert.equal(code, 1);
  assert.match(stderr, /dropped: scene 4711 is not in Stash/);
  assert.match(stderr, new RegExp(`No file path for scene ${bare}, cannot sync to Plex`));
  assert.match(stdout, /1 not in Stash/);
  assert.deepEqual(sql('SELECT * FROM jobs'), []);
  assert.deepEqual(sql('SELECT error_type FROM dead_letters', 'dlq.db'), [{ error_type: 'NoFilePath' }]);
});

test('while Stash is down the jobs that need it wait, nothing spent, and the others are written', async (t) => {
  const { plex, run, sql, stash } = await withStash(t);
  const item = plex.addItem({ sectionKey: '1', file: '/media/other.mp4' });
  plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  const id = stash.addScene({ ...PIER, files: ['/media/pier.mp4'] });
  await stash.stop();
  await run(['enqueue', String(id)]);
  await run(['enqueue', '900', '--path', '/media/other.mp4', '--title', 'By hand']);
  const down = await run(['process']);
  assert.equal(down.code, 4);
  assert.match(down.stderr, /Stash is down/);
  assert.equal(plex.item(item)?.title, 'By hand');
  assert.deepEqual(sql('SELECT attempt, failures FROM jobs'), [{ attempt: 0, failures: 0 }]);
  await stash.start();
  assert.equal((await run(['process'])).code, 0);
});

test('a scene that makes the whole answer fail costs itself an attempt while others are read, and the others nothing', async (t) => {
  const { plex, run, sql, stash } = await withStash(t);
  const ids = Array.from({ length: 100 }, (_, index) => {
    plex.addItem({ sectionKey: '1', file: `/media/${index}.mp4` });
    return stash.addScene({ ...PIER, title: `Pier ${index}`, files: [`/media/${index}.mp4`] });
  });
  const poisoned = ids[41];
  const isMeant = ({ query }: { query?: string }): boolean => query?.includes(`findScene(id: "${poisoned}")`) === true;
  await run(['enqueue', ...ids.map(String)]);
  for (const fault of [
    { kind: 'status', status: 500 },
    { kind: 'errors', message: 'internal system error' },
  ] as const) {
    const lift = stash.fail(isMeant, fault, Number.POSITIVE_INFINITY);
    const { stderr } = await run(['process', '--quiet']);
    lift();
    assert.doesNotMatch(stderr, /Stash is down/);
    assert.equal(plex.count('edit'), 99);
    sql('UPDATE jobs SET available_at = 0');
  }
  assert.deepEqual(sql('SELECT scene_id, failures FROM jobs'), [{ scene_id: poisoned, failures: 1 }]);
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.count('edit'), 100);
  assert.deepEqual(sql(`SELECT state FROM breakers WHERE server = 'stash'`), [
    { state: '{"kind":"closed","failures":0}' },
  ]);
});

test('a key that Stash refuses ends the run with 3, and the jobs wait', async (t) => {
  const { run, sql, stash } = await withStash(t, { apiKey: 'lantern-key-1234567890' });
  const id = stash.addScene({ ...PIER, files: ['/media/pier.mp4'] });
  await run(['enqueue', String(id)]);
  const { code, stderr } = await run(['process'], { env: { STASH_API_KEY: 'another-key-1234567890' } });
  assert.equal(code, 3);
  assert.match(stderr, /Set stash_api_key/);
  assert.equal(sql('SELECT * FROM jobs').length, 1);
});

test('a Stash that knows none of many scenes is not believed', async (t) => {
  const { run, sql, stash } = await withStash(t);
  stash.addScene({ ...PIER, id: 900 });
  await run(['enqueue', ...Array.from({ length: 12 }, (_, index) => String(index + 1))]);
  const { code, stderr } = await run(['process']);
  assert.equal(code, 2);
  assert.match(stderr, /Stash knows none of the scenes that wait/);
  assert.equal(sql('SELECT * FROM jobs').length, 12);
});

test('a Stash without any scene is not believed, however few scenes wait', async (t) => {
  const { run, sql } = await withStash(t);
  await run(['enqueue', '1']);
  const { code, stderr } = await run(['process']);
  assert.equal(code, 2);
  assert.match(stderr, /Stash has no scenes at all: is it the right one\?/);
  assert.equal(sql('SELECT * FROM jobs').length, 1);
});

test('a Stash that knows none of what was written before is another one; the right one is believed', async (t) => {
  const { plex, run, sql, stash } = await withStash(t);
  const other = await startStashServer();
  t.after(() => other.close());
  other.addScene({ ...PIER, id: 900 });
  const ids = Array.from({ length: 15 }, (_, index) => {
    plex.addItem({ sectionKey: '1', file: `/media/${index}.mp4` });
    return String(stash.addScene({ ...PIER, title: `Pier ${index}`, files: [`/media/${index}.mp4`] }));
  });
  await run(['enqueue', ...ids]);
  assert.equal((await run(['process'])).code, 0);

  await run(['enqueue', ...ids.slice(0, 2)]);
  other.resetRequests();
  const lost = await run(['process'], { env: { STASH_URL: other.url } });
  assert.equal(lost.code, 2);
  assert.match(lost.stderr, /nor any that were written before: is it the right one\?/);
  assert.equal(other.count('PlexsyncPresence'), 1);
  assert.equal(sql('SELECT * FROM jobs').length, 2);
  assert.equal(sql('SELECT * FROM scenes').length, 15);

  // Twelve at once are gone, and three are there to say so.
  for (const id of ids.slice(0, 12)) stash.removeScene(Number(id));
  await run(['enqueue', ...ids.slice(0, 12)]);
  const { code, stdout, stderr } = await run(['process']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /12 not in Stash/);
  assert.deepEqual(sql('SELECT count(*) AS count FROM scenes'), [{ count: 3 }]);
});

test('a bulk edit of 500 scenes is 500 files of the spool, one drain and at most 12 requests to Stash; every item is right', async (t) => {
  const { dir, dataDir, plex, run, stash, sql } = await withStash(t);
  const scenes = Array.from({ length: 500 }, (_, index) => ({
    item: plex.addItem({ sectionKey: '1', file: `/media/${index}.mp4` }),
    id: stash.addScene({ ...PIER, title: `Pier ${index}`, files: [`/media/${index}.mp4`] }),
  }));
  mkdirSync(join(dir, 'plugins'));
  assert.equal((await run(['plugin', 'install', '--plugins-dir', join(dir, 'plugins'), '--yes'])).code, 0);
  // As Stash does: one front after another.
  const front = join(dir, 'plugins', 'plexsync', 'plexsync-hook.sh');
  const inputs = stash.bulkEdit(
    scenes.map(({ id }) => id),
    { studio: 'South Quay' },
  );
  const folder = join(dir, 'events');
  mkdirSync(folder);
  for (const [index, input] of inputs.entries()) writeFileSync(join(folder, `${index}`), input);
  const all = 'for event in "$1"/*; do sh "$0" < "$event" || exit 1; done';
  assert.equal(spawnSync('sh', ['-c', all, front, folder]).status, 0);
  assert.equal(readdirSync(join(dataDir, 'spool', 'new')).length, 500);

  stash.resetRequests();
  const { code, stderr } = await run(['process', '--quiet']);
  assert.equal(code, 0, stderr);
  assert.ok(stash.count() <= 12, `${stash.count()} requests`);
  assert.equal(plex.count('edit'), 500);
  for (const [index, { item }] of scenes.entries()) {
    const written = plex.item(item);
    assert.deepEqual([written?.title, written?.studio], [`Pier ${index}`, 'South Quay']);
  }
  assert.deepEqual(readdirSync(join(dataDir, 'spool', 'new')), []);
  assert.deepEqual(sql('SELECT * FROM jobs'), []);
});

test('enqueue --all takes every scene of Stash, after asking; --recent those that changed lately', async (t) => {
  let now = Date.UTC(2026, 4, 1);
  const { run, sql, stash } = await withStash(t, { now: () => now, zone: 'Australia/Sydney' });
  for (let index = 0; index < 1_203; index += 1)
    stash.addScene({ title: `Pier ${index}`, files: [`/media/${index}.mp4`] });
  const unasked = await run(['enqueue', '--all']);
  assert.equal(unasked.code, 2);
  assert.match(unasked.stderr, /Put 1,203 scenes of Stash at http.* There is no terminal to ask at/);
  const all = await run(['enqueue', '--all', '--yes']);
  assert.equal(all.code, 0, all.stderr);
  assert.match(all.stdout, /^1203 scenes enqueued: 1203 new, 0 merged/);
  assert.equal(sql('SELECT DISTINCT priority FROM jobs').length, 1);

  await run(['queue', 'drop', '--all', '--yes']);
  now += 48 * 3_600_000;
  for (const id of [7, 11]) stash.editScene(id, { title: 'Newer' });
  const recent = await run(['enqueue', '--recent', '--json']);
  assert.deepEqual(JSON.parse(recent.stdout), {
    enqueued: 2,
    scenes: 2,
    added: 2,
    merged: 0,
    without_file: 0,
    undone: 0,
  });
  assert.equal((await run(['enqueue', '--recent', 'soon'])).code, 2);
  assert.equal((await run(['enqueue', '--all', '7'])).code, 2);
  assert.match((await run(['enqueue', '--recent'], { env: { STASH_URL: '' } })).stderr, /address of Stash is not set/);
});

test('the log of one edit reads like the success flow of the guide', async (t) => {
  const { plex, run, stash } = await withStash(t);
  plex.addItem({ sectionKey: '1', file: '/media/pier.mp4', title: 'pier' });
  const id = stash.addScene({ files: ['/media/pier.mp4'] });
  const input = stash.editScene(id, { title: 'The Pier', performers: ['Ada Quay', 'Bo Strand'] });
  const hook = await run(['hook'], { input });
  assert.deepEqual([hook.code, hook.stdout], [0, '']);
  assert.ok(hook.stderr.startsWith('\u0001i\u0002'));
  assert.match(hook.stderr.slice(3), /^\[PlexSync Hook\] Enqueued sync job for scene 1 in \d+\.\dms\n/);
  const { code, stderr } = await run(['process', '--log-format', 'stash']);
  assert.equal(code, 0);
  assert.deepEqual(stderr.trimEnd().split('\n'), [
    '\u0001i\u0002[PlexSync] Initialization complete',
    `\u0001i\u0002[PlexSync Worker] Processing job 1 for scene ${id} (attempt 1)`,
    "\u0001i\u0002[PlexSync Matcher] Searching 'Adult' for: pier.mp4",
    '\u0001i\u0002[PlexSync Matcher] Found: pier',
    '\u0001i\u0002[PlexSync Worker] Updated metadata (overwrite mode): The Pier',
    "\u0001i\u0002[PlexSync Worker] Added 2 performers: ['Ada Quay', 'Bo Strand']",
    '\u0001i\u0002[PlexSync Worker] Job 1 completed',
    '\u0001i\u0002[PlexSync] 1 scene of this run has a picture that was not written (about 300 kB in all): set sync_poster to true to write pictures, or to false to leave them',
  ]);
});

test('an edit of the tags alone changes nothing but the genres: the nulls of the hook clear nothing', async (t) => {
  const { plex, run, stash } = await withStash(t);
  const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4', tagline: 'Theirs' });
  const id = stash.addScene({ ...PIER, files: ['/media/pier.mp4'] });
  const sync = async (input: string): Promise<void> => {
    assert.equal((await run(['hook'], { input })).code, 0);
    assert.equal((await run(['process'])).code, 0);
  };
  await sync(stash.hookInput({ kind: 'create', id }));
  const before = plex.item(item);
  assert.deepEqual([before?.title, before?.genres], ['The Pier', ['sea']]);
  plex.resetRequests();
  const input = stash.editScene(id, { tags: ['harbour'] });
  assert.match(input, /"title":null/);
  await sync(input);
  const after = plex.item(item);
  assert.deepEqual(after?.genres, ['harbour']);
  assert.deepEqual({ ...after, genres: [], updatedAt: 0 }, { ...before, genres: [], updatedAt: 0 });
  const sent = plex.requests.filter(({ route }) => route === 'edit').flatMap(({ query }) => query.map(([key]) => key));
  assert.deepEqual(
    sent.filter((key) => !/^(type|id|genre[[.].*)$/.test(key)),
    [],
  );
});

test('a run that cannot ask Stash leaves bare jobs alone, whatever another run could do', async (t) => {
  const { plex, run, sql, stash } = await withStash(t);
  plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  const id = stash.addScene({ ...PIER, files: ['/media/pier.mp4'] });
  await run(['enqueue', String(id)]);
  await run(['process']);
  await run(['enqueue', String(id), '4711']);
  const without = await run(['process'], { env: { STASH_URL: '' } });
  assert.equal(without.code, 0, without.stderr);
  assert.deepEqual(sql('SELECT scene_id, attempt, state FROM jobs ORDER BY scene_id'), [
    { scene_id: id, attempt: 0, state: 'pending' },
    { scene_id: 4711, attempt: 0, state: 'pending' },
  ]);
});

test('what was given by hand for a scene that is gone since is written all the same', async (t) => {
  const { plex, run, stash } = await withStash(t);
  const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  stash.addScene(PIER);
  await run(['enqueue', '900']);
  await run(['enqueue', '900', '--path', '/media/pier.mp4', '--title', 'By hand']);
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.item(item)?.title, 'By hand');
});

test('a text of blanks in Stash is as empty as none', async (t) => {
  const { plex, run, stash } = await withStash(t);
  const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4', summary: 'Theirs' });
  const id = stash.addScene({ ...PIER, details: ' \n ', files: ['/media/pier.mp4'] });
  await run(['enqueue', String(id)]);
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.item(item)?.summary, 'Theirs');
});

test('a Stash that repeats the key does not bring it into a message', async (t) => {
  const key = 'lantern-key-1234567890';
  const { run, stash } = await withStash(t, { apiKey: key });
  stash.fail('graphql', { kind: 'errors', message: `no luck with ${key}` }, 9);
  const { stderr } = await run(['enqueue', '--recent', '1h']);
  assert.match(stderr, /no luck with \(hidden\)/);
  assert.ok(!stderr.includes(key));
});

test('a bare job that waits for its file is woken when Plex has got it', async (t) => {
  const { plex, run, sql, stash } = await withStash(t);
  plex.addItem({ sectionKey: '1', file: '/media/other.mp4' });
  const id = stash.addScene({ ...PIER, files: ['/media/pier.mp4'] });
  await run(['enqueue', String(id)]);
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual(sql('SELECT misses FROM jobs'), [{ misses: 1 }]);
  const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  stash.editScene(id, { title: 'Renamed meanwhile' });
  await run(['enqueue', '900', '--path', '/media/other.mp4', '--title', 'Another']);
  const { stderr } = await run(['process']);
  assert.match(stderr, /Plex has added files to 'Adult' that 1 job waited for/);
  assert.equal(plex.item(item)?.title, 'Renamed meanwhile');
});

test('scenes without a file become dead letters however many there are, and the others are written', async (t) => {
  const { plex, run, sql, stash } = await withStash(t);
  const bare = Array.from({ length: 12 }, (_, index) => stash.addScene({ title: `Paper ${index}`, files: [] }));
  const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  const pier = stash.addScene({ ...PIER, files: ['/media/pier.mp4'] });
  await run(['enqueue', ...[...bare, pier].map(String)]);
  const { code, stderr } = await run(['process']);
  assert.equal(code, 1, stderr);
  assert.doesNotMatch(stderr, /no metadata beyond/);
  assert.equal(plex.item(item)?.title, 'The Pier');
  assert.deepEqual(sql('SELECT * FROM jobs'), []);
  assert.match((await run(['dlq', 'summary'])).stdout, /NoFilePath\t12/);
});

test('a scene without a file is passed over where all are enqueued, and counted', async (t) => {
  const { run, sql, stash } = await withStash(t);
  stash.addScene({ title: 'On paper only', files: [] });
  const pier = stash.addScene({ ...PIER, files: ['/media/pier.mp4'] });
  const { stdout, stderr } = await run(['enqueue', '--all', '--yes']);
  assert.match(stdout, /^1 scene enqueued: 1 new, 0 merged into a waiting job, 1 without a file passed over\n/, stderr);
  const { scenes, without_file } = JSON.parse((await run(['enqueue', '--recent', '1h', '--json'])).stdout) as never;
  assert.deepEqual([scenes, without_file], [1, 1]);
  assert.deepEqual(sql('SELECT scene_id FROM jobs'), [{ scene_id: pier }]);
});

test('a stash_url that leads to Plex, or to the API itself, is an address to correct', async (t) => {
  const { run, stash, plex, sql } = await withStash(t);
  await run(['enqueue', '1']);
  const atPlex = await run(['process', '--stash-url', plex.url]);
  assert.equal(atPlex.code, 2);
  assert.match(atPlex.stderr, /is not a Stash server: it says that it is Plex/);
  for (const ending of ['/graphql', '/graphql/']) {
    const { code, stderr } = await run(['process', '--stash-url', `${stash.url}${ending}`]);
    assert.equal(code, 2);
    assert.ok(
      stderr.endsWith(
        `stash_url (from --stash-url) ends in /graphql, and plexsync adds that itself.\n  Leave out /graphql: ${stash.url}\n`,
      ),
      stderr,
    );
  }
  const { findings } = JSON.parse((await run(['doctor', '--json', '--stash-url', plex.url])).stdout);
  const { message } = findings.find(({ check }: { check: string }) => check === 'stash');
  assert.match(message, /is not a Stash server: it says that it is Plex$/);
  assert.deepEqual(sql('SELECT state, attempt FROM jobs'), [{ state: 'pending', attempt: 0 }]);
});

test('while Stash is away its jobs stay untouched, Plex is not asked for them, and a run tells since when', async (t) => {
  const { plex, run, sql, stash } = await withStash(t);
  for (let id = 1; id <= 120; id += 1) stash.addScene({ ...PIER, files: [`/media/${id}.mp4`] });
  await run(['enqueue', ...Array.from({ length: 120 }, (_, index) => String(index + 1))]);
  await stash.stop();
  const lines: number[] = [];
  for (let runs = 1; runs <= 7; runs += 1) {
    plex.resetRequests();
    const { code, stderr } = await run(['process', '--verbose']);
    assert.equal(code, 4, stderr);
    assert.equal(/It has been like this since \d/.test(stderr), runs > 1, stderr);
    lines.push(stderr.split('\n').length);
  }
  assert.ok(Math.max(...lines.slice(1)) < 40, lines.join());
  assert.equal(plex.count(), 0);
  const stats = JSON.parse((await run(['stats', '--json'])).stdout);
  assert.deepEqual([stats.pending, stats.last_run.exit_code], [120, 4]);
  assert.deepEqual(sql('SELECT DISTINCT attempt, failures FROM jobs'), [{ attempt: 0, failures: 0 }]);
  assert.equal(sql('SELECT count(*) AS runs FROM runs')[0]?.['runs'], 5, 'a run that only rests leaves no row');
});

test('a scene without a file that a hook tells of is passed over with a hint, and the run has not failed', async (t) => {
  const { run, sql, stash } = await withStash(t);
  const id = stash.addScene({ title: 'On paper only', files: [] });
  const input = JSON.stringify({ args: { hookContext: { id, type: 'Scene.Update.Post', input: null } } });
  assert.equal((await run(['hook'], { input })).code, 0);
  const { code, stdout, stderr } = await run(['process']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, new RegExp(`No file path for scene ${id}, cannot sync to Plex: Stash has no file for it`));
  assert.match(stderr, new RegExp(`plexsync enqueue ${id}$`, 'm'));
  assert.match(stdout, /1 without a file in Stash/);
  assert.deepEqual(sql('SELECT * FROM jobs'), []);
  assert.deepEqual(sql('SELECT * FROM dead_letters', 'dlq.db'), []);
  // A person who asks for it by its id is told by a letter.
  await run(['enqueue', String(id)]);
  assert.equal((await run(['process'])).code, 1);
  assert.deepEqual(sql('SELECT error_type FROM dead_letters', 'dlq.db'), [{ error_type: 'NoFilePath' }]);
});
