/** What `process` would do to one scene, and why: shown by the drain itself, with nothing written anywhere. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { picture } from '../../helpers/pictures.ts';
import { setup } from '../../helpers/rig.ts';

const PIER = { title: 'The Pier', details: 'Fog.', studio: 'North Quay', tags: ['sea'], files: ['/data/pier.mp4'] };
const MAPPED = { PLEXSYNC_PATH_MAP: '/data=/media' };

/** A Stash and a Plex that both have the pier, and a data directory that knows of nothing but another scene. */
async function setupPier(t: TestContext) {
  const stash = await startStashServer();
  t.after(() => stash.close());
  const rig = await setup(t);
  const env = { STASH_URL: stash.url, ...MAPPED };
  const run: typeof rig.run = async (args, more = {}) => await rig.run(args, { ...more, env: { ...env, ...more.env } });
  const item = rig.plex.addItem({ sectionKey: '1', file: '/media/pier.mp4', title: 'pier', genres: ['Drama'] });
  const scene = stash.addScene(PIER);
  await run(['enqueue', '900', '--path', '/data/other.mp4', '--title', 'Other']);
  const diff = async (target: string, ...more: string[]) => {
    const { code, stdout, stderr } = await run(['diff', target, '--json', ...more]);
    assert.notEqual(stdout, '', stderr);
    return { code, ...JSON.parse(stdout) };
  };
  return { ...rig, run, stash, item, scene, diff };
}

type Shown = { readonly field: string; readonly action: string };
const shortly = ({ changes }: { readonly changes: readonly Shown[] }): readonly string[] =>
  changes.map(({ field, action }) => `${action} ${field}`);

/** All that the data directory holds. */
const TABLES = ['jobs', 'scenes', 'breakers', 'meta', 'runs', 'totals'];

test('a scene that nothing waits for is shown as Stash has it, and nothing is written anywhere', async (t) => {
  const { run, plex, scene, item, sql } = await setupPier(t);
  const before = TABLES.map((table) => sql(`SELECT * FROM ${table}`));
  const { code, stdout } = await run(['diff', String(scene)]);
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `Scene ${scene} → item ${item} "pier" in "Adult"
  file: /data/pier.mp4
  match: HIGH, found by looking it up
  job: none waits; this is what Stash has now

title
  'pier' → 'The Pier'
  no record yet of what plexsync wrote here, and Plex has 'pier': Stash wins at first contact

summary
  '' → 'Fog.'
  empty in Plex, and Stash says 'Fog.'

studio
  '' → 'North Quay'
  empty in Plex, and Stash says 'North Quay'

tags
  + sea
  no record yet: those of Stash are added at first contact, those of Plex kept

collections
  + North Quay
  no record yet: those of Stash are added at first contact, those of Plex kept

The scene has a picture in Stash, and nobody has decided about pictures yet (sync_poster).
Nothing was written: plexsync enqueue ${scene}, then plexsync process, does it.
`,
  );
  assert.deepEqual(
    TABLES.map((table) => sql(`SELECT * FROM ${table}`)),
    before,
  );
  assert.equal(plex.count('edit'), 0);
});

test('the waiting job is looked at with what was given by hand, whenever it is due', async (t) => {
  const { run, scene, diff, sql } = await setupPier(t);
  await run(['enqueue', String(scene), '--path', '/data/pier.mp4', '--title', 'By hand', '--tag', '']);
  sql(`UPDATE jobs SET available_at = 9e15, failures = 3 WHERE scene_id = ${scene}`);
  const shown = await diff(String(scene));
  assert.deepEqual(shortly(shown), ['set title', 'remove genre']);
  assert.deepEqual(shown.changes[1], {
    field: 'genre',
    action: 'remove',
    before: ['Drama'],
    after: [],
    added: [],
    removed: ['Drama'],
    why: 'emptied by hand: all removed, whoever set them',
  });
  assert.deepEqual(shown.job, { id: 2, state: 'retry' });
});

test('of two jobs of a scene the waiting one is looked at, else the one that a run is at work on', async (t) => {
  const { run, diff, sql } = await setupPier(t);
  await run(['enqueue', '7', '--path', '/data/pier.mp4', '--title', 'First']);
  sql(`UPDATE jobs SET state = 'in_progress', lease_owner = 'a run', lease_expires_at = 9e15 WHERE scene_id = 7`);
  const first = await diff('7');
  assert.deepEqual([first.job.state, first.changes[0].after], ['in_progress', 'First']);
  await run(['enqueue', '7', '--path', '/data/pier.mp4', '--title', 'Second']);
  const second = await diff('7');
  assert.deepEqual([second.job.state, second.changes[0].after], ['due', 'Second']);
});

test('a file leads to its scene: by what waits, by the last sync, as Plex sees it, or by Stash', async (t) => {
  const { run, scene, diff } = await setupPier(t);
  assert.equal((await diff('/data/pier.mp4')).scene_id, scene);
  assert.equal((await diff('/media/pier.mp4')).scene_id, scene);
  await run(['enqueue', '901', '--path', '/data/pier.mp4', '--title', 'By hand']);
  assert.equal((await diff('/data/pier.mp4')).scene_id, 901);
  await run(['process']);
  assert.equal((await diff('/media/pier.mp4')).scene_id, 901);
});

test('a path of Plex leads to the scene that was written there, or is pinned there, without a mapping', async (t) => {
  const { run, plex, stash } = await setupPier(t);
  const size = 7;
  plex.addItem({ sectionKey: '1', file: '/media/deep/weir.mp4', size });
  const pinned = plex.addItem({ sectionKey: '1', file: '/media/other name.mp4' });
  const weir = stash.addScene({ title: 'Weir', files: [{ path: '/nas/weir.mp4', size }] });
  const mole = stash.addScene({ title: 'Mole', files: [{ path: '/nas/mole.mp4', size }] });
  await run(['enqueue', String(weir)]);
  await run(['process']);
  await run(['pin', String(mole), pinned]);
  for (const [path, scene] of [
    ['/media/deep/weir.mp4', weir],
    ['/media/other name.mp4', mole],
  ] as const) {
    const { code, stdout, stderr } = await run(['diff', path, '--json']);
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).scene_id, scene);
  }
});

test('a path below a folder of Windows is found in the spelling of Stash', async (t) => {
  const { run, plex, diff } = await setupPier(t);
  plex.addItem({ sectionKey: '1', file: '/media/quay/weir.mp4' });
  await run(['enqueue', '77', '--path', 'D:\\films\\quay\\weir.mp4', '--title', 'Weir']);
  const shown = await diff('/media/quay/weir.mp4', '--path-map', 'D:\\films=/media');
  assert.deepEqual([shown.scene_id, shown.confidence], [77, 'high']);
});

test('a path is found however its letters are composed', async (t) => {
  const { run, diff } = await setupPier(t);
  const path = '/data/Pärnu.mp4';
  await run(['enqueue', '7', '--path', path.normalize('NFD'), '--title', 'Pärnu']);
  assert.equal((await diff(path.normalize('NFC'))).scene_id, 7);
  await run(['enqueue', '8', '--path', path.normalize('NFC').replace('P', 'K'), '--title', 'Kärdla']);
  assert.equal((await diff(path.normalize('NFD').replace('P', 'K'))).scene_id, 8);
});

test('a file of no scene, or of several, is told in one sentence', async (t) => {
  const { run, stash } = await setupPier(t);
  const none = await run(['diff', '/data/100%_of_it.mp4']);
  assert.deepEqual([none.code, none.stdout], [2, '']);
  assert.match(none.stderr, /No scene with the file "\/data\/100%_of_it\.mp4" is known, here or in Stash\./);
  // Stash reads `_` and `%` as wildcards: what it answers is held against the path.
  stash.addScene({ title: 'Mole', files: ['/data/100% all of it.mp4'] });
  assert.equal((await run(['diff', '/data/100%_of_it.mp4'])).code, 2);
  for (const id of ['7', '8']) await run(['enqueue', id, '--path', '/data/two.mp4', '--title', 'Two']);
  const several = await run(['diff', '/data/two.mp4']);
  assert.equal(several.code, 2);
  assert.match(several.stderr, /Several scenes have this file: 7, 8\./);
});

test('what was edited in Plex is told as left, and a scene that is right has nothing to tell', async (t) => {
  const { run, plex, scene, item, diff, stash } = await setupPier(t);
  await run(['enqueue', String(scene)]);
  await run(['process', '--limit', '2']);
  const right = await diff(String(scene));
  assert.deepEqual([right.verdict, right.changes, right.matched_by], ['right', [], 'record']);
  assert.match(right.synced_at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  const { stdout } = await run(['diff', String(scene), '--no-sync-poster']);
  assert.ok(stdout.includes(`\n  last synced: ${right.synced_at}\n`), stdout);
  assert.match(stdout, /\n\nNothing would change\.\n$/);
  plex.editByHand(item, { summary: 'Mine.' });
  stash.editScene(scene, { details: 'Fog and gulls.' });
  const left = await diff(String(scene));
  assert.deepEqual(left.changes, [
    {
      field: 'summary',
      action: 'left',
      before: 'Mine.',
      after: 'Mine.',
      added: [],
      removed: [],
      why: "edited in Plex since plexsync wrote it ('Fog.'): left, though Stash says 'Fog and gulls.'",
    },
  ]);
  assert.equal(left.verdict, 'right');
});

test('what process says after it changes exactly what diff said', async (t) => {
  const { run, scene, diff } = await setupPier(t);
  const shown = await diff(String(scene));
  await run(['enqueue', String(scene)]);
  const { stdout } = await run(['process', '--json']);
  const written = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .find(({ event, scene_id }) => event === 'written' && scene_id === scene);
  assert.deepEqual(
    shown.changes.map(({ field }: Shown) => field),
    [...written.fields, ...Object.keys(written.lists)],
  );
});

test('a file without proof is LOW, one that Plex lacks is none, and a scene that is gone is told', async (t) => {
  const { run, plex, stash, diff } = await setupPier(t);
  for (const folder of ['mole', 'weir']) plex.addItem({ sectionKey: '1', file: `/media/${folder}/01.mp4`, size: 7 });
  const low = String(stash.addScene({ title: 'First', files: [{ path: '/nas/quay/01.mp4', size: 7 }] }));
  const shown = await diff(low);
  assert.deepEqual([shown.code, shown.confidence, shown.rating_key, shown.changes], [1, 'low', null, []]);
  assert.match(shown.message, /^2 candidates for 01\.mp4/);
  const relaxed = await diff(low, '--no-strict-matching');
  assert.deepEqual([relaxed.code, relaxed.confidence, relaxed.verdict], [0, 'low', 'write']);
  const missing = await diff(String(stash.addScene({ title: 'Nowhere', files: ['/data/nowhere.mp4'] })));
  assert.deepEqual([missing.code, missing.confidence, missing.error_type], [1, 'none', 'PlexNotFound']);
  assert.match((await run(['diff', '5555'])).stdout, /Nothing would be written: Scene 5555 is not in Stash\n$/);
});

test('an item that belongs to another scene is LOW, and a failure before the item says nothing of a match', async (t) => {
  const { run, plex, scene, stash, diff } = await setupPier(t);
  await run(['enqueue', String(scene)]);
  await run(['process']);
  const copy = stash.addScene({ title: 'A copy', files: ['/backup/pier.mp4'] });
  const shown = await diff(String(copy));
  assert.deepEqual(
    [shown.code, shown.confidence, shown.rating_key, shown.error_type],
    [1, 'low', null, 'LowConfidenceMatch'],
  );
  assert.match(shown.message, new RegExp(`already belongs to scene ${scene}`));
  plex.fail('item', { kind: 'status', status: 400 });
  const { stdout } = await run(['diff', String(scene)]);
  assert.match(stdout, /\n\nNothing would be written: Plex answered 400 while reading item/);
  assert.doesNotMatch(stdout, /match:/);
  const missing = stash.addScene({ title: 'Nowhere', files: ['/data/nowhere.mp4'] });
  assert.match((await run(['diff', String(missing)])).stdout, /\n {2}match: none\n/);
});

test('a server that is away, or refuses, is one sentence with its exit code', async (t) => {
  const { run, plex, scene } = await setupPier(t);
  const away = await run(['diff', String(scene), '--plex-url', 'http://127.0.0.1:9']);
  assert.deepEqual([away.code, away.stdout], [4, '']);
  const refused = await run(['diff', String(scene), '--plex-token', 'wrong-token-x']);
  assert.deepEqual([refused.code, refused.stdout], [3, '']);
  assert.doesNotMatch(refused.stderr, /wrong-token/);
  const noStash = await run(['diff', String(scene), '--stash-url', 'http://127.0.0.1:9']);
  assert.deepEqual([noStash.code, noStash.stdout], [4, '']);
  plex.fail('item', { kind: 'status', status: 429 });
  const busy = await run(['diff', String(scene)]);
  assert.equal(busy.code, 1);
  assert.match(busy.stdout, /Nothing would be written: Plex asked for patience \(429\)/);
  assert.equal(plex.count('edit'), 0);
});

test('without Stash and without values there is nothing to show, and that is said', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  await run(['enqueue', '7', '--path', '/media/a.mp4', '--title', 'Quay']);
  await run(['enqueue', '8']);
  for (const [id, why] of [
    ['9', 'has no job, and'],
    ['8', 'has a job that awaits Stash, and'],
  ] as const) {
    const { code, stderr } = await run(['diff', id]);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`Scene ${id} ${why} stash_url is not set`));
  }
  await run(['enqueue', '8', '--path', '/media/a.mp4', '--title', 'By hand']);
  assert.match((await run(['diff', '8'])).stdout, /\n {2}'a' → 'By hand'\n/);
  for (const wrong of ['harbour.mp4', '0', '-1', '/data/']) assert.equal((await run(['diff', '--', wrong])).code, 2);
});

test('changes that remove too much are shown, and wait for permission', async (t) => {
  const { run, scene, stash, diff } = await setupPier(t);
  await run(['enqueue', String(scene)]);
  await run(['process']);
  stash.editScene(scene, { tags: [], details: '' });
  const shown = await diff(String(scene), '--max-removals', '1');
  assert.deepEqual([shown.code, shown.verdict, shortly(shown)], [2, 'hold', ['clear summary', 'remove genre']]);
  const { stdout } = await run(['diff', String(scene), '--max-removals', '1']);
  assert.match(stdout, /\nNot without permission: it would remove 2 values that plexsync wrote/);
});

test('text from outside obeys nobody in a terminal', async (t) => {
  const { run, stash, plex } = await setupPier(t);
  plex.addItem({ sectionKey: '1', file: '/media/evil.mp4', title: 'a\u001b[31mb' });
  const id = String(stash.addScene({ title: 'x\u202ey\u0007', tags: ['t\u001b]0;gulls'], files: ['/data/evil.mp4'] }));
  const { stdout } = await run(['diff', id]);
  assert.equal(/[\p{Cc}\u202e]/u.test(stdout.replaceAll('\n', '')), false, JSON.stringify(stdout));
});

test('a picture is a change like any other, and one that stays is told as left', async (t) => {
  const { run, stash, plex, scene, item, diff } = await setupPier(t);
  stash.setCover(scene, picture('a harbour'));
  const shown = await diff(String(scene), '--sync-poster');
  const { field, action, after, why } = shown.changes[0];
  assert.deepEqual([field, action, after], ['poster', 'set', `${stash.url}/scene/${scene}/screenshot`]);
  assert.equal(why, 'one that nobody uploaded is selected in Plex. Plex does not have it: it is uploaded');
  assert.match((await run(['diff', String(scene), '--sync-poster'])).stdout, /\nposter\n {2}uploaded \(\d/);
  assert.equal(plex.count('edit'), 0);
  const poster = `${stash.url}/scene/${scene}/screenshot?lantern=key`;
  await run(['enqueue', String(scene), '--path', '/data/pier.mp4', '--poster', poster]);
  const byHand = await run(['diff', String(scene), '--sync-poster']);
  assert.match(byHand.stdout, /\nposter\n {2}uploaded \(.*\): http:.*\/screenshot\n/);
  assert.doesNotMatch(byHand.stdout, /lantern/);
  plex.uploadByHand(item, 'posters', picture('a garden'));
  const left = await diff(String(scene), '--sync-poster');
  assert.deepEqual(shortly(left), ['left poster']);
});

test('a picture that fails keeps nothing else from being written, and that is told', async (t) => {
  const { run, stash, plex, scene } = await setupPier(t);
  stash.setCover(scene, picture('a harbour'));
  plex.fail('posters', { kind: 'status', status: 500 });
  const { code, stdout } = await run(['diff', String(scene), '--sync-poster']);
  assert.equal(code, 0);
  assert.match(stdout, /'pier' → 'The Pier'/);
  assert.match(stdout, /\nAll would be written but the picture: Plex answered 500 while listing the posters\n$/);
});

test('a signal ends it with its own exit code, and with no word of a verdict', async (t) => {
  const { start, plex, run } = await setup(t, { latencyMs: 50 });
  await run(['enqueue', '7', '--path', '/media/a.mp4', '--title', 'Quay']);
  let isAsked = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve;
  });
  plex.fail(
    () => {
      isAsked();
      return false;
    },
    { kind: 'drop' },
  );
  const { kill, ended } = start(['diff', '7']);
  await asked;
  kill('SIGTERM');
  const { code, stdout } = await ended;
  assert.deepEqual([code, stdout], [143, '']);
});

test('a picture that a person has chosen already is only locked, and that is told', async (t) => {
  const { run, stash, plex, item, scene, diff } = await setupPier(t);
  stash.setCover(scene, picture('a harbour'));
  plex.uploadByHand(item, 'posters', picture('a harbour'));
  plex.setLocks(item, []);
  const { changes } = await diff(String(scene), '--sync-poster');
  assert.deepEqual(
    [changes[0].field, changes[0].action, changes[0].why],
    ['poster', 'set', 'it is shown in Plex already, and not locked: it is locked'],
  );
  await run(['enqueue', String(scene)]);
  const { stdout } = await run(['process', '--dry-run', '--sync-poster']);
  assert.match(stdout, /\n {2}poster {6}locked\n/);
  await run(['process', '--sync-poster']);
  assert.equal(plex.item(item)?.locked.includes('thumb'), true);
});

test('where plexsync is turned off, what it would do is shown, and that it does nothing', async (t) => {
  const { run, scene } = await setupPier(t);
  const { code, stdout, stderr } = await run(['diff', String(scene), '--no-enabled']);
  assert.equal(code, 0);
  assert.match(stdout, /'pier' → 'The Pier'/);
  assert.match(stderr, /plexsync is turned off \(enabled\): process would do nothing/);
});

test('what a setting keeps from being compared is told', async (t) => {
  const { scene, diff } = await setupPier(t);
  const notes = async (...flags: string[]): Promise<readonly string[]> => {
    const shown = await diff(String(scene), '--no-sync-poster', ...flags);
    return shown.notes;
  };
  assert.deepEqual(await notes(), []);
  assert.deepEqual(await notes('--no-sync-tags'), ['sync_tags is off: what belongs to that was not compared.']);
  assert.deepEqual(await notes('--no-sync-tags', '--no-sync-date', '--clear-empty', 'never'), [
    'sync_date, sync_tags are off: what belongs to that was not compared.',
    'clear_empty is never: what is empty in Stash was not compared.',
  ]);
  assert.deepEqual(await notes('--no-sync-master', '--no-sync-date'), [
    'sync_master is off: only the title is compared.',
  ]);
});

test('a doubt about the configuration that many jobs have raised does not keep one scene from being shown', async (t) => {
  const { run, plex, sql, diff } = await setupPier(t);
  for (let id = 1; id <= 24; id += 1) {
    const folder = ['mole', 'weir'][id % 2];
    for (const library of ['a', 'b']) plex.addItem({ sectionKey: '1', file: `/media/${library}/${id}.mp4` });
    await run(['enqueue', String(1_000 + id), '--path', `/nas/${folder}/${id}.mp4`, '--title', `Quay ${id}`]);
  }
  const { code } = await run(['process']);
  assert.equal(code, 2);
  assert.equal(sql(`SELECT * FROM meta WHERE name LIKE '%doubt%'`).length, 1);
  const shown = await diff('1005');
  assert.deepEqual([shown.code, shown.confidence], [1, 'low']);
});

test('for one file no library is listed, however many others wait', async (t) => {
  const { run, scene, diff } = await setupPier(t);
  const lines = Array.from({ length: 200 }, (_, index) =>
    JSON.stringify({ scene_id: 2_000 + index, path: `/data/${index}.mp4`, title: `Quay ${index}` }),
  );
  assert.equal((await run(['enqueue', '-'], { input: lines.join('\n') })).code, 0);
  assert.equal((await diff(String(scene))).matched_by, 'look_up');
});

test('a Stash that is away matters only to a scene that needs it', async (t) => {
  const { run } = await setupPier(t);
  const away = ['--stash-url', 'http://127.0.0.1:9'];
  await run(['enqueue', '901', '902']);
  assert.equal((await run(['process', ...away])).code, 4);
  await run(['enqueue', '903', '--path', '/data/pier.mp4', '--title', 'By hand']);
  assert.equal((await run(['diff', '903', ...away])).code, 0);
  assert.equal((await run(['diff', '901', ...away])).code, 4);
});

test('a scene whose edits were undone is shown, with what keeps it from being written', async (t) => {
  const { run, scene, diff, stash, item, plex, sql } = await setupPier(t);
  await run(['enqueue', String(scene)]);
  await run(['process']);
  await run(['undo', '--scene', String(scene), '--yes']);
  await run(['enqueue', '--all', '--yes']);
  const shown = await diff(String(scene));
  assert.deepEqual([shown.code, shown.verdict, shown.rating_key], [0, 'undone', item]);
  assert.deepEqual(shortly(shown), ['set title', 'set summary', 'set studio', 'add genre', 'add collection']);
  assert.match(shown.notes[0], /^What was written for this scene was undone: process leaves it/);
  const { stdout } = await run(['diff', String(scene)]);
  assert.match(
    stdout,
    new RegExp(`\nNothing would be written: plexsync queue release ${scene} takes the scene up again\\.\n$`),
  );
  const edits = plex.count('edit');
  await run(['process']);
  assert.equal(plex.count('edit'), edits);
  assert.doesNotMatch((await run(['diff', '900'])).stdout, /undone/);
  stash.editScene(scene, { details: 'Fog and gulls.' });
  const edited = await diff(String(scene));
  assert.equal(edited.verdict, 'write');
  assert.match(edited.notes[0], /Stash has something else of it by now: it is written again/);
  // A job that was set aside already waits until somebody says so, whatever Stash has.
  const [undone] = sql('SELECT content, run_id FROM undone') as { content: string; run_id: number }[];
  await run(['enqueue', String(scene)]);
  sql(
    `INSERT INTO undone (scene_id, content, run_id, undone_at) VALUES (${scene}, '${undone?.content}', ${undone?.run_id}, 1)`,
  );
  sql(`UPDATE jobs SET undone = 1 WHERE scene_id = ${scene}`);
  const waiting = await diff(String(scene));
  assert.deepEqual([waiting.job.state, waiting.verdict], ['undone', 'undone']);
});
