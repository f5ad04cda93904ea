/** `process --scene` is for the scenes that are named, and for no other. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';

async function setupHarbour(t: TestContext) {
  const rig = await setup(t);
  const names = ['pier', 'quay', 'mole'];
  const items = names.map((name) => rig.plex.addItem({ sectionKey: '1', file: `/media/${name}.mp4`, title: 'old' }));
  for (const [index, name] of names.entries())
    await rig.run(['enqueue', `${index + 1}`, '--path', `/media/${name}.mp4`, '--title', name]);
  const titles = (): unknown[] => items.map((item) => rig.plex.item(item)?.title);
  const waiting = (): unknown[] => rig.sql('SELECT scene_id FROM jobs ORDER BY scene_id').map((row) => row['scene_id']);
  return { ...rig, titles, waiting };
}

test('only what waits of the scenes is written, given one by one or between commas', async (t) => {
  const { run, titles, waiting } = await setupHarbour(t);
  assert.equal((await run(['process', '--scene', '2'])).code, 0);
  assert.deepEqual(
    [titles(), waiting()],
    [
      ['old', 'quay', 'old'],
      [1, 3],
    ],
  );
  assert.equal((await run(['process', '--scene', '3,1'])).code, 0);
  assert.deepEqual([titles(), waiting()], [['pier', 'quay', 'mole'], []]);
});

test('what waits for its next try is tried now, once', async (t) => {
  const { run, plex, sql, titles } = await setupHarbour(t);
  sql(`UPDATE jobs SET available_at = ${Date.now() + 600_000}, failures = 1`);
  const requests = plex.requests.length;
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual(plex.requests.length, requests, 'nothing is due');
  plex.fail('edit', { kind: 'status', status: 500 }, 1);
  await run(['process', '--scene', '1']);
  const [failed] = sql('SELECT failures + uncharged AS tries FROM jobs WHERE scene_id = 1');
  assert.deepEqual(failed, { tries: 2 }, 'a try that fails is not repeated at once');
  assert.equal((await run(['process', '--scene', '1'])).code, 0);
  assert.deepEqual(titles(), ['pier', 'old', 'old']);
});

test('a dry run shows the named scenes alone, also those whose next try is far away, and changes nothing', async (t) => {
  const { run, sql, titles } = await setupHarbour(t);
  sql(`UPDATE jobs SET available_at = ${Date.now() + 600_000}`);
  const before = sql('SELECT * FROM jobs');
  const { code, stdout, stderr } = await run(['process', '--dry-run', '--scene', '3']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Scene 3/);
  assert.doesNotMatch(stdout, /Scene [12]\b/);
  assert.deepEqual(sql('SELECT * FROM jobs'), before);
  assert.deepEqual(titles(), ['old', 'old', 'old']);
});

test('a scene that is not taken is said, with why and what helps', async (t) => {
  const { run, sql } = await setupHarbour(t);
  await run(['enqueue', '7']);
  sql('UPDATE jobs SET removals = 1 WHERE scene_id = 2');
  const { code, stderr } = await run(['process', '--scene', '2', '--scene', '7,9']);
  assert.match(stderr, /Scene 2 waits, since it would remove too much: plexsync process --scene 2 --allow-removals/);
  assert.match(stderr, /Scene 7 waits for Stash, which alone can say what to write: set stash_url\./);
  assert.match(stderr, /Scene 9 has no job that waits: plexsync status 9 says where it is/);
  assert.equal(code, 2, 'the guard waits for a person');
});

test('what is no scene, is given twice or goes with no --scene is refused', async (t) => {
  const { run, waiting } = await setupHarbour(t);
  for (const args of [
    ['--scene', 'pier'],
    ['--scene', '1,1'],
    ['--scene', ''],
    ['--scene', '1', '--watch'],
    ['--scene', '1', '-s'],
  ])
    assert.equal((await run(['process', ...args])).code, 2, args.join(' '));
  assert.deepEqual(waiting(), [1, 2, 3]);
});
