/** What is seen between the first enqueue and the first run. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { setup } from '../../helpers/rig.ts';

async function withStash(t: TestContext) {
  const rig = await setup(t);
  const stash = await startStashServer();
  t.after(() => stash.close());
  for (const id of [1, 2]) stash.addScene({ id, title: `Pier ${id}`, files: [{ path: `/media/${id}.mp4` }] });
  const waiting = async (): Promise<unknown> => {
    const { waiting: counts } = JSON.parse((await rig.run(['stats', '--json'])).stdout) as {
      waiting: { due: number; no_stash: number };
    };
    return [counts.due, counts.no_stash];
  };
  return { ...rig, stash, env: { STASH_URL: stash.url }, waiting };
}

test('what was enqueued where Stash is set is due before any run, whoever looks', async (t) => {
  const { run, env, waiting } = await withStash(t);
  assert.equal((await run(['enqueue', '--all', '--yes'], { env })).code, 0);
  assert.deepEqual(await waiting(), [2, 0]);
  assert.match((await run(['status', '1'])).stdout, /job 1: due, /);
  assert.match((await run(['queue', 'list'])).stdout, /\tdue/);
  assert.doesNotMatch((await run(['stats', '--check'])).stdout, /without a Stash/);
});

test('bare ids are due where Stash is set in the environment', async (t) => {
  const { run, env, waiting } = await withStash(t);
  await run(['enqueue', '1', '2'], { env });
  assert.deepEqual(await waiting(), [2, 0]);
});

test('bare ids that were held are due once Stash is set, and held once it is taken away', async (t) => {
  const { run, stash, waiting } = await withStash(t);
  await run(['enqueue', '1', '2']);
  assert.deepEqual(await waiting(), [0, 2]);
  await run(['config', 'set', 'stash_url', stash.url]);
  assert.deepEqual(await waiting(), [2, 0]);
  await run(['config', 'unset', 'stash_url']);
  assert.deepEqual(await waiting(), [0, 2]);
});

test('a Stash that one command alone was told of makes nothing due', async (t) => {
  const { run, stash, waiting } = await withStash(t);
  await run(['enqueue', '--all', '--yes', '--stash-url', stash.url]);
  assert.deepEqual(await waiting(), [0, 2]);
});

test('init tells the queue of Stash', async (t) => {
  const { run, stash, plex, waiting } = await withStash(t);
  await run(['enqueue', '1', '2']);
  const init = await run(['init', '--yes', '--plex-url', plex.url, '--stash-url', stash.url], {
    env: { PLEX_TOKEN: plex.token },
  });
  assert.equal(init.code, 0, init.stderr);
  assert.deepEqual(await waiting(), [2, 0]);
});

test('an idle run names a log file that cannot be written', async (t) => {
  const { run, dataDir } = await setup(t);
  await run(['pause']);
  await run(['resume']);
  const { code, stderr } = await run(['process', '--log-file', `${dataDir}/none/x.log`]);
  assert.equal(code, 0);
  assert.match(stderr, /The log file \S*none\/x\.log cannot be written \(ENOENT\)/);
});

test('a scene that is due is not promised to the next run while none would take it', async (t) => {
  const { run, plex } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/1.mp4' });
  await run(['enqueue', '1', '--path', '/media/1.mp4', '--title', 'Pier']);
  const promised = async (): Promise<string | undefined> =>
    /^waiting\tjob 1: (.*)$/m.exec((await run(['status', '1'])).stdout)?.[1];
  await run(['pause']);
  assert.equal(await promised(), 'due, but no run takes it: paused until plexsync resume');
  await run(['resume']);
  assert.equal(await promised(), 'due, the next run takes it');
  plex.fail('sections', { kind: 'status', status: 401 });
  assert.equal((await run(['process'])).code, 3);
  assert.match((await promised()) ?? '', /^due, but writing is stopped: Unauthorized: Plex refused the token \(401\)/);
});

test('a scene that is due is not promised to the next run while Plex is away', async (t) => {
  const { run } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/1.mp4', '--title', 'Pier']);
  // Nobody listens there.
  const env = { PLEX_URL: 'http://127.0.0.1:1' };
  for (let index = 0; index < 5; index += 1) assert.equal((await run(['process'], { env })).code, 4);
  const { stdout } = await run(['status', '1']);
  assert.match(stdout, /^waiting\tjob 1: due, but Plex is away, and is asked again after \S+$/m);
});

test('a scene that Stash does not know is told as that, by the run and by status', async (t) => {
  const { run, env } = await withStash(t);
  await run(['enqueue', '88888'], { env });
  const { code, stdout } = await run(['process'], { env });
  assert.equal(code, 0);
  assert.match(stdout, /not in Stash/);
  assert.match((await run(['status', '88888'])).stderr, /Stash has no such scene, and its job was dropped/);
});

test('keys of a JSON that nobody reads are named, and those that Stash sends are not', async (t) => {
  const { run } = await setup(t);
  const put = async (input: unknown) => (await run(['enqueue', '-'], { input: JSON.stringify(input) })).stderr;
  const slip = await put([
    { scene_id: 1, path: '/media/1.mp4', rating: 500, titel: 'Pier' },
    { scene_id: 2, titel: 'Quay' },
  ]);
  assert.match(slip, /Ignored, since a scene has no such key: rating, titel\./);
  const many = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((number) => [`key${number}`, number]));
  assert.match(await put({ scene_id: 3, ...many }), /key1, key2, key3, key4, key5 and 2 more\./);
  const ofStash = { id: '4', title: 'Pier', organized: true, o_counter: 2, urls: [], stash_ids: [], groups: [] };
  assert.doesNotMatch(await put({ ...ofStash, files: [{ path: '/media/4.mp4' }] }), /Ignored/);
});
