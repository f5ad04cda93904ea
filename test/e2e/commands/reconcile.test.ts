/** The full sweep: what of Stash was never written, has changed, or is gone from one of the two servers. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { setup } from '../../helpers/rig.ts';
import { BIN } from '../../helpers/start-bin.ts';
import { startAtTerminal } from '../../helpers/terminal.ts';

const HOUR_MS = 3_600_000;

/** Five scenes, written as Stash has them; the clock of Stash stands two days after. */
async function harbour(t: TestContext) {
  let now = Date.UTC(2026, 4, 1);
  const stash = await startStashServer({ now: () => now, zone: 'Australia/Sydney' });
  t.after(() => stash.close());
  const rig = await setup(t);
  const run: typeof rig.run = async (args, more = {}) =>
    await rig.run(args, { ...more, env: { STASH_URL: stash.url, ...more.env } });
  const reconcile = async (...args: string[]) => await run(['reconcile', ...args]);
  const add = (name: string) => {
    const item = rig.plex.addItem({ sectionKey: '1', file: `/media/${name}.mp4` });
    const id = stash.addScene({ title: name, details: 'Fog.', tags: ['sea'], files: [`/media/${name}.mp4`] });
    return { id, item };
  };
  const scenes = ['pier', 'quay', 'mole', 'weir', 'lock'].map(add);
  await run(['enqueue', ...scenes.map(({ id }) => String(id))]);
  assert.equal((await run(['process'])).code, 0);
  now += 48 * HOUR_MS;
  const waiting = () => rig.sql('SELECT scene_id, priority, bare_at IS NOT NULL AS bare FROM jobs ORDER BY scene_id');
  const later = (ms: number): void => {
    now += ms;
  };
  const [pier, quay, mole, weir, lock] = scenes;
  assert.ok(pier && quay && mole && weir && lock);
  return { ...rig, run, reconcile, stash, add, waiting, later, pier, quay, mole, weir, lock };
}

const bulk = (id: number) => ({ scene_id: id, priority: 1, bare: 1 });

test('what is in step needs nothing, and nothing is asked', async (t) => {
  const { reconcile, waiting } = await harbour(t);
  const { code, stdout, stderr } = await reconcile();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /in step\t5\t-\n5 scenes of Stash looked at: nothing to do\.\n$/);
  assert.deepEqual(waiting(), []);
});

test('each kind is found, reported, and put right', async (t) => {
  const { plex, run, reconcile, sql, stash, add, waiting, pier, quay, mole, weir } = await harbour(t);
  const never = add('light');
  const paper = stash.addScene({ title: 'On paper', files: [] });
  stash.editWithoutHook(pier.id, { title: 'The Pier' });
  plex.removeItem(quay.item);
  plex.addItem({ sectionKey: '1', file: '/media/quay.mp4' });
  stash.removeScene(mole.id);
  await run(['enqueue', String(mole.id), '--title', 'Nobody’s']);
  await run(['enqueue', String(weir.id)]);

  const looked = await reconcile('--dry-run');
  assert.equal(looked.code, 0, looked.stderr);
  assert.deepEqual(looked.stdout.trimEnd().split('\n').slice(-9), [
    `never synced\t1\t${never.id}`,
    `changed\t1\t${pier.id}`,
    `missing in Plex\t1\t${quay.id}`,
    `gone from Stash\t1\t${mole.id}`,
    'waiting already\t1\t-',
    'without a file\t1\t-',
    'dead letter\t0\t-',
    'in step\t1\t-',
    '6 scenes of Stash looked at. Dry run, nothing was changed.',
  ]);
  const before = sql('SELECT * FROM jobs');
  assert.equal(before.length, 2);
  assert.ok(paper > 0);

  const unasked = await reconcile();
  assert.equal(unasked.code, 2);
  assert.match(
    unasked.stderr,
    /Put 3 scenes into the queue of .* and forget 1 scene that Stash no longer has and drop 1 waiting job \(Stash at http:.*, Plex at http:.*\)\? There is no terminal to ask at\.\n {2}Run again with --yes\./,
  );
  assert.deepEqual(sql('SELECT * FROM jobs'), before);

  const done = await reconcile('--yes');
  assert.match(done.stdout, /: 3 scenes enqueued, 1 scene forgotten, 1 waiting job dropped\.\n$/);
  const hand = { scene_id: weir.id, priority: 0, bare: 1 };
  assert.deepEqual(waiting(), [bulk(pier.id), bulk(quay.id), hand, bulk(never.id)]);
  assert.deepEqual(sql(`SELECT * FROM scenes WHERE scene_id = ${mole.id}`), []);
  assert.equal((await run(['plugin', 'status'])).code, 1, 'a sweep is no event');

  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.item(pier.item)?.title, 'The Pier');
  assert.match((await reconcile('--yes')).stdout, /nothing to do/);
});

test('an item that was made anew under its key is missing in Plex, and is written again', async (t) => {
  const { plex, run, reconcile, waiting, quay } = await harbour(t);
  const { addedAt = 0 } = plex.item(quay.item) ?? {};
  plex.removeItem(quay.item);
  plex.addItem({ sectionKey: '1', ratingKey: quay.item, file: '/media/quay.mp4', addedAt: addedAt + 60 });
  assert.match((await reconcile('--yes')).stdout, new RegExp(`missing in Plex\\t1\\t${quay.id}$`, 'm'));
  assert.deepEqual(waiting(), [bulk(quay.id)]);
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual(plex.item(quay.item)?.genres, ['sea']);
  assert.match((await reconcile('--yes')).stdout, /nothing to do/);
});

test('a part given by hand does not hide that an item was made anew: what Stash has is brought back', async (t) => {
  const { plex, run, reconcile, quay } = await harbour(t);
  const { addedAt = 0 } = plex.item(quay.item) ?? {};
  plex.removeItem(quay.item);
  plex.addItem({ sectionKey: '1', ratingKey: quay.item, file: '/media/quay.mp4', addedAt: addedAt + 60 });
  await run(['enqueue', `${quay.id}`, '--title', 'Only a title']);
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual([plex.item(quay.item)?.title, plex.item(quay.item)?.genres], ['Only a title', []]);
  assert.match((await reconcile('--yes')).stdout, new RegExp(`changed\\t1\\t${quay.id}$`, 'm'));
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual(plex.item(quay.item)?.genres, ['sea']);
});

test('a file that was moved in Stash is a change, though its scene’s time stays', async (t) => {
  const { reconcile, sql, waiting, pier } = await harbour(t);
  sql(`UPDATE scenes SET scene_path = '/media/old/pier.mp4' WHERE scene_id = ${pier.id}`);
  await reconcile('--yes');
  assert.deepEqual(waiting(), [bulk(pier.id)]);
});

test('--since looks at what changed lately, leaves alone what is not known, and never forgets', async (t) => {
  const { reconcile, sql, stash, waiting, later, pier, quay, mole } = await harbour(t);
  stash.editWithoutHook(pier.id, { title: 'The Pier' });
  stash.editWithoutHook(quay.id, { title: 'The Quay' });
  sql(`UPDATE scenes SET stash_updated_at = NULL, stash_content = NULL WHERE scene_id = ${quay.id}`);
  stash.removeScene(mole.id);
  later(HOUR_MS);
  const lately = await reconcile('--since', '1d', '--yes');
  assert.match(lately.stdout, /gone from Stash\t0\t-/);
  assert.match(lately.stdout, /2 scenes of Stash looked at: 1 scene enqueued\.\n$/);
  assert.deepEqual(waiting(), [bulk(pier.id)]);
  const all = JSON.parse((await reconcile('--all', '--yes', '--json')).stdout) as Record<string, unknown>;
  assert.deepEqual(all['changed'], { count: 1, first: [quay.id] });
  assert.deepEqual([all['enqueued'], all['forgotten'], all['waiting'], all['in_step']], [1, 1, 1, 2]);
});

const hashes = 'SELECT scene_id, stash_content FROM scenes ORDER BY scene_id';

test('names that were merged or deleted in Stash are found, though no time tells of them', async (t) => {
  const { plex, run, reconcile, stash, waiting, pier, quay, mole } = await harbour(t);
  stash.editScene(pier.id, { tags: ['sea', 'Fog bank'], performers: ['Ada'] });
  stash.editScene(quay.id, { studio: 'Quay Films' });
  stash.editScene(mole.id, { tags: ['sea', 'mist'] });
  await reconcile('--yes');
  assert.equal((await run(['process'])).code, 0);
  stash.removeRelated('performer', 'Ada');
  stash.removeRelated('studio', 'Quay Films');
  stash.mergeTags(['Fog bank', 'mist'], 'haze');

  assert.match((await reconcile('--yes')).stdout, /changed\t3\t/);
  assert.deepEqual(waiting(), [bulk(pier.id), bulk(quay.id), bulk(mole.id)]);
  assert.equal((await run(['process'])).code, 0);
  const { genres, roles } = plex.item(pier.item) ?? {};
  assert.deepEqual([genres, roles], [['sea', 'haze'], []]);
  assert.deepEqual([plex.item(quay.item)?.studio ?? '', plex.item(mole.item)?.genres], ['', ['sea', 'haze']]);
  assert.match((await reconcile('--yes')).stdout, /nothing to do/);
});

test('an edit of what is not synced is no change', async (t) => {
  const { reconcile, stash, later, pier } = await harbour(t);
  later(HOUR_MS);
  stash.editWithoutHook(pier.id, { organized: true });
  assert.match((await reconcile('--yes')).stdout, /in step\t5\t-[\s\S]*nothing to do/);
});

test('what an older plexsync wrote is judged by its time, and is known by its content afterwards, without a job', async (t) => {
  const { reconcile, sql, stash, waiting, pier, quay } = await harbour(t);
  const before = sql(hashes);
  sql(`UPDATE scenes SET stash_content = NULL WHERE scene_id <= ${quay.id}`);
  sql(`UPDATE scenes SET stash_content = '0:old' WHERE scene_id > ${quay.id}`);
  stash.editWithoutHook(pier.id, { title: 'The Pier' });

  await reconcile('--dry-run');
  assert.equal(sql(hashes)[0]?.['stash_content'], null, 'a dry run remembers nothing');
  assert.equal(sql(hashes)[4]?.['stash_content'], '0:old');
  await reconcile('--yes');
  assert.deepEqual(waiting(), [bulk(pier.id)]);
  assert.deepEqual(sql(hashes).slice(1), before.slice(1));
  assert.equal(sql(hashes)[0]?.['stash_content'], null, 'one that changed is known after its write');
  stash.removeRelated('tag', 'sea');
  assert.match((await reconcile('--yes')).stdout, /changed\t4\t/);
});

test('--full puts what is in step into the queue too, as after a change of the settings', async (t) => {
  const { plex, run, reconcile, stash, add, waiting, pier } = await harbour(t);
  const light = add('light');
  await run(['enqueue', `${light.id}`]);
  assert.equal((await run(['process', '--no-sync-summary'])).code, 0);
  stash.editWithoutHook(pier.id, { title: 'The Pier' });
  const { stdout } = await reconcile('--full', '--yes', '--json');
  const { changed, in_step, rechecked, enqueued } = JSON.parse(stdout) as Record<string, unknown>;
  assert.deepEqual([changed, in_step, rechecked, enqueued], [{ count: 1, first: [pier.id] }, 5, 5, 6]);
  assert.equal(waiting().length, 6);
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.item(light.item)?.summary, 'Fog.');
  assert.match((await reconcile('--full', '--since', '7d')).stderr, /--full and --since exclude each other/);
});

test('where Stash cannot give the contents, the times are compared, and that is reported', async (t) => {
  const { reconcile, stash, waiting, pier } = await harbour(t);
  stash.editWithoutHook(pier.id, { title: 'The Pier' });
  stash.fail(({ query }) => query?.includes('details') === true, { kind: 'errors', message: 'unreadable date' });
  const { code, stderr } = await reconcile('--yes');
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /Stash failed while reading the scenes: unreadable date: 5 scenes were compared by their time alone/,
  );
  assert.deepEqual(waiting(), [bulk(pier.id)]);
});

test('a Stash without any scene is not believed', async (t) => {
  const { reconcile, sql, stash, pier, quay, mole, weir, lock } = await harbour(t);
  for (const { id } of [pier, quay, mole, weir, lock]) stash.removeScene(id);
  const { code, stderr } = await reconcile('--yes');
  assert.equal(code, 2);
  assert.match(stderr, /Stash has no scene at all.*\n {2}Is stash_url that of another Stash\? Nothing was changed\./);
  assert.equal(sql('SELECT * FROM scenes').length, 5);
});

test('another Stash makes nothing be forgotten, though it has scenes of the same ids', async (t) => {
  const { run, sql, waiting } = await harbour(t);
  const other = await startStashServer();
  t.after(() => other.close());
  for (const name of ['rose', 'fern']) other.addScene({ title: name, files: [`/garden/${name}.mp4`] });
  const { code, stderr } = await run(['reconcile', '--yes'], { env: { STASH_URL: other.url } });
  assert.equal(code, 2);
  assert.match(stderr, /has none of the 5 scenes that were written: is it the right one\? Nothing was changed/);
  assert.equal(sql('SELECT * FROM scenes').length, 5);
  assert.deepEqual(waiting(), []);
});

test('a scene that became a dead letter is not tried anew by each reconcile', async (t) => {
  const { run, reconcile, stash, waiting } = await harbour(t);
  stash.addScene({ title: 'Light', files: ['/elsewhere/pier.mp4'] });
  assert.match((await reconcile('--yes')).stdout, /1 scene enqueued/);
  assert.equal((await run(['process'])).code, 1);
  const again = await reconcile('--yes');
  assert.match(again.stdout, /never synced\t0\t-[\s\S]*dead letter\t1\t-[\s\S]*nothing to do/);
  assert.deepEqual(waiting(), []);
});

test('a server that is away or another one ends reconcile before anything is changed', async (t) => {
  const { plex, run, reconcile, sql, stash, waiting, pier, mole } = await harbour(t);
  stash.editWithoutHook(pier.id, { title: 'The Pier' });
  stash.removeScene(mole.id);
  const nowhere = await run(['reconcile', '--yes'], { env: { PLEX_URL: 'http://127.0.0.1:1' } });
  assert.equal(nowhere.code, 4);
  const refused = await run(['reconcile', '--yes'], { env: { PLEX_TOKEN: 'another-token-1234' } });
  assert.equal(refused.code, 3);
  plex.fail('item', { kind: 'status', status: 503 }, 1);
  assert.equal((await reconcile('--yes')).code, 4);
  const other = await setup(t, { machineIdentifier: 'second-server' });
  const elsewhere = { PLEX_URL: other.plex.url, PLEX_TOKEN: other.plex.token };
  const wrong = await run(['reconcile', '--yes'], { env: elsewhere });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /belongs to the Plex server .*, but plex_url leads to /);
  await stash.stop();
  assert.equal((await reconcile('--yes')).code, 4);
  assert.deepEqual(waiting(), []);
  assert.equal(sql('SELECT * FROM scenes').length, 5);
});

test('without a Plex, only its items are not looked for', async (t) => {
  const { plex, run, quay } = await harbour(t);
  plex.removeItem(quay.item);
  const { code, stdout, stderr } = await run(['reconcile'], { env: { PLEX_URL: '' } });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /plex_url is not set: items that are gone from Plex were not looked for/);
  assert.match(stdout, /missing in Plex\t0\t-/);
});

test('--all and --since exclude each other, and there must be a Stash and a data directory', async (t) => {
  const { run } = await setup(t);
  assert.match((await run(['reconcile', '--all', '--since', '7d'])).stderr, /--all and --since exclude each other/);
  assert.match((await run(['reconcile'])).stderr, /The address of Stash is not set/);
  const { code, stderr } = await run(['reconcile', '--stash-url', 'http://127.0.0.1:1']);
  assert.equal(code, 2);
  assert.match(stderr, /There is no data directory/);
});

test('more scenes than a page holds are all looked at', async (t) => {
  const { reconcile, stash, plex } = await harbour(t);
  for (let index = 0; index < 1_100; index += 1) stash.addScene({ title: `Pier ${index}`, files: [`/m/${index}.mp4`] });
  plex.resetRequests();
  stash.resetRequests();
  const { stdout } = await reconcile('--yes', '--json');
  // What its version understands, and the pages.
  assert.equal(stash.count(), 1 + Math.ceil(1_105 / 300));
  const { scenes, enqueued } = JSON.parse(stdout) as { scenes: number; enqueued: number };
  assert.deepEqual([scenes, enqueued], [1_105, 1_100]);
});

test('at a terminal the default is No, and nothing is changed', async (t) => {
  const { env, plex, reconcile, stash, add, waiting } = await harbour(t);
  const never = add('light');
  const there = { ...env, PLEX_URL: plex.url, PLEX_TOKEN: plex.token, STASH_URL: stash.url };
  for (const command of ['reconcile', 'enqueue --all']) {
    const session = startAtTerminal(`${process.execPath} ${BIN} ${command}`, { columns: 200, rows: 40, env: there });
    await session.see('[y/N]');
    session.type('\r');
    const { code, sent } = await session.ended;
    assert.equal(code, 0, sent);
    assert.match(sent, /Nothing was changed/);
    assert.deepEqual(waiting(), []);
  }
  await reconcile('--yes');
  assert.deepEqual(waiting(), [bulk(never.id)]);
});

test('items that are too many for one request to a proxy are asked for in halves', async (t) => {
  const { plex, reconcile, waiting, quay } = await harbour(t);
  plex.removeItem(quay.item);
  const isLong = ({ route, path }: { route: string; path: string }): boolean => route === 'item' && path.includes(',');
  plex.fail(isLong, { kind: 'status', status: 414 }, Number.POSITIVE_INFINITY);
  const { code, stderr } = await reconcile('--yes');
  assert.equal(code, 0, stderr);
  assert.deepEqual(waiting(), [bulk(quay.id)]);
  plex.fail(({ route }) => route === 'item', { kind: 'status', status: 414 }, Number.POSITIVE_INFINITY);
  assert.notEqual((await reconcile('--yes')).code, 0);
});

test('a Stash that lacks more than half of what was written is believed only with --allow-removals', async (t) => {
  const { reconcile, stash, sql, pier, quay, mole } = await harbour(t);
  for (const { id } of [pier, quay, mole]) stash.removeScene(id);
  const refused = await reconcile('--yes');
  assert.equal(refused.code, 2);
  assert.match(
    refused.stderr,
    /Stash has 2 of 5 scenes that were written from it.*Nothing was changed\.\n.*--allow-removals/,
  );
  assert.equal(sql('SELECT 1 FROM scenes').length, 5);
  assert.equal((await reconcile('--yes', '--allow-removals')).code, 0);
  assert.equal(sql('SELECT 1 FROM scenes').length, 2);
});

test('a Stash that was emptied, or whose scenes were all made anew, is believed with --allow-removals', async (t) => {
  const { reconcile, stash, sql, pier, quay, mole, weir, lock } = await harbour(t);
  for (const { id } of [pier, quay, mole, weir, lock]) stash.removeScene(id);
  assert.match((await reconcile('--yes')).stderr, /no scene at all[\s\S]*--allow-removals/);
  stash.addScene({ title: 'rose', files: ['/garden/rose.mp4'] });
  assert.match((await reconcile('--yes')).stderr, /none of the 5 scenes[\s\S]*--allow-removals/);
  assert.equal(sql('SELECT 1 FROM scenes').length, 5);
  assert.equal((await reconcile('--yes', '--allow-removals')).code, 0);
  assert.equal(sql('SELECT 1 FROM scenes').length, 0);
});
