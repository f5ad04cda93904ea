/** A dry run of `enqueue` says what would come, and changes nothing: no queue, no data directory, no scene. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { setup } from '../../helpers/rig.ts';
import { runMain } from '../../helpers/run-main.ts';

async function withStash(t: TestContext) {
  const stash = await startStashServer();
  t.after(() => stash.close());
  const rig = await setup(t);
  const run: typeof rig.run = async (args, more = {}) =>
    await rig.run(args, { ...more, env: { STASH_URL: stash.url, ...more.env } });
  const ids = ['pier', 'quay', 'mole'].map((name) => stash.addScene({ title: name, files: [`/media/${name}.mp4`] }));
  stash.addScene({ title: 'No file yet', files: [] });
  return { ...rig, run, stash, ids };
}

test('--all tells new scenes from waiting ones, counts those without a file, and asks nobody', async (t) => {
  const { run, sql, ids } = await withStash(t);
  await run(['enqueue', String(ids[1]), '--title', 'Quay']);
  const before = sql('SELECT * FROM jobs');
  const { code, stdout, stderr } = await run(['enqueue', '--all', '--dry-run']);
  assert.deepEqual([code, stderr], [0, '']);
  const told = 'It would be 3 scenes: 2 new, 1 merged into a waiting job, 1 without a file passed over';
  assert.equal(stdout, `Dry run, nothing was enqueued. ${told}\n`);
  assert.deepEqual(sql('SELECT * FROM jobs'), before);
});

test('the pictures that would come are told with their size', async (t) => {
  const { run } = await withStash(t);
  const { stdout } = await run(['enqueue', '--all', '--dry-run', '--sync-poster']);
  assert.match(stdout, /It would be 3 scenes with up to 4 pictures, about 1\.2 MB in all: 3 new/);
});

test('scenes that a person undid are left, as the real command leaves them', async (t) => {
  const { run, sql, ids } = await withStash(t);
  await run(['enqueue', '--all', '--yes']);
  await run(['queue', 'drop', '--all', '--yes']);
  sql(`INSERT INTO undone (scene_id, content, run_id, undone_at) VALUES (${ids[0]}, 'x', 1, 0)`);
  const { stdout } = await run(['enqueue', '--all', '--dry-run', '--json']);
  const { enqueued, undone, dry_run } = JSON.parse(stdout);
  assert.deepEqual([enqueued, undone, dry_run], [2, 1, true]);
});

test('scenes by id and from a file are counted too, a scene that comes twice once', async (t) => {
  const { run, dir } = await withStash(t);
  const file = join(dir, 'scenes.ndjson');
  writeFileSync(file, '{"scene_id": 7, "title": "Pier"}\n{"scene_id": 8}\n{"scene_id": 7, "tags": []}\n');
  const fromFile = await run(['enqueue', '--file', file, '--dry-run']);
  assert.equal(fromFile.stdout, 'Dry run, nothing was enqueued. It would be 2 scenes: 2 new\n');
  const byId = await run(['enqueue', '7', '--title', 'Pier', '--dry-run', '--json']);
  assert.deepEqual(JSON.parse(byId.stdout), { enqueued: 1, scenes: 1, added: 1, merged: 0, dry_run: true });
  const wrong = await run(['enqueue', '7', '--rating', '500', '--dry-run']);
  assert.equal(wrong.code, 2);
  assert.deepEqual((await run(['stats'])).code, 2, 'there is no queue yet');
});

test('where there is no data directory yet, none is made', async (t) => {
  const { stash, dir } = await withStash(t);
  const nowhere = join(dir, 'none', 'yet');
  const { code, stdout } = await runMain(['enqueue', '--all', '--dry-run', '--data-dir', nowhere], {
    env: { STASH_URL: stash.url },
  });
  assert.equal(code, 0);
  assert.match(stdout, /3 scenes: 3 new/);
  assert.equal(existsSync(join(dir, 'none')), false);
});
