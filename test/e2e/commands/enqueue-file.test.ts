/** A long list of scenes goes into the queue as it is read, and all of it or nothing. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';
import { BIN } from '../../helpers/start-bin.ts';

const linesOf = (count: number, title = 'Pier'): string =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({ scene_id: index + 1, path: `/media/${index}.mp4`, title: `${title} ${index}` }),
  ).join('\n');

test('a long file is taken in whole, new and over what waits', async (t) => {
  const { run, sql, dir } = await setup(t);
  const file = join(dir, 'scenes.ndjson');
  writeFileSync(file, linesOf(2_500));
  assert.equal((await run(['enqueue', '--file', file])).stdout, '2500 scenes enqueued: 2500 new\n');
  writeFileSync(file, `${linesOf(2_501, 'Mole')}\n{"scene_id": 7, "tags": ["fog"]}\n`);
  assert.equal(
    (await run(['enqueue', '--file', file])).stdout,
    '2501 scenes enqueued: 1 new, 2500 merged into a waiting job\n',
  );
  const [seventh] = sql('SELECT data FROM jobs WHERE scene_id = 7');
  assert.deepEqual(JSON.parse(String(seventh?.['data'])), { path: '/media/6.mp4', title: 'Mole 6', tags: ['fog'] });
  assert.deepEqual(sql('SELECT count(*) AS jobs FROM jobs'), [{ jobs: 2_501 }]);
});

test('a mistake at the end of a long file leaves the queue as it was, and of a short one no queue at all', async (t) => {
  const { run, sql, dataDir } = await setup(t);
  const short = await run(['enqueue', '-'], { input: `${linesOf(3)}\n{"scene_id": 0}\n` });
  assert.match(short.stderr, /^plexsync: standard input, line 4: scene_id /);
  assert.ok(!existsSync(dataDir));
  await run(['enqueue', '5000', '--path', '/media/a.mp4', '--title', 'Quay']);
  const long = await run(['enqueue', '-'], { input: `${linesOf(1_600)}\n{"scene_id": 1601, "title": \n` });
  assert.equal(long.code, 2);
  assert.match(long.stderr, /^plexsync: standard input, line 1601 is no JSON: /);
  assert.deepEqual(sql('SELECT scene_id FROM jobs'), [{ scene_id: 5_000 }]);
});

test('while a pipe is slow, others may put scenes into the queue', async (t) => {
  const { run, env, sql } = await setup(t);
  await run(['enqueue', '5000', '--path', '/media/a.mp4', '--title', 'Quay']);
  const child = spawn(process.execPath, [BIN, 'enqueue', '-'], { env: { ...process.env, ...env }, stdio: 'pipe' });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'close');
  // More than the pipe holds: once all is handed over, the most of it was read.
  await new Promise((resolve) => child.stdin.write(`${linesOf(5_000)}\n`, resolve));
  assert.equal((await run(['enqueue', '6000', '--path', '/media/b.mp4', '--title', 'Mole'])).code, 0);
  assert.deepEqual(sql('SELECT count(*) AS jobs FROM jobs'), [{ jobs: 2 }]);
  child.stdin.end();
  assert.deepEqual(await ended, [0, null]);
  assert.deepEqual(sql('SELECT count(*) AS jobs FROM jobs'), [{ jobs: 5_001 }]);
});

test('scenes that are given more than once are told once, with their count, and the later values count', async (t) => {
  const { run, sql } = await setup(t);
  const input = '{"scene_id":1,"title":"Pier"}\n{"scene_id":2,"title":"Quay"}\n{"scene_id":1,"title":"Mole"}\n';
  const words = /^Scene 1 is given more than once: of each key the later value counts$/m;
  assert.match((await run(['enqueue', '-', '--dry-run'], { input })).stderr, words);
  const one = await run(['enqueue', '-'], { input });
  assert.deepEqual([one.stdout, one.code], ['2 scenes enqueued: 2 new\n', 0]);
  assert.match(one.stderr, words);
  assert.match(String(sql('SELECT data FROM jobs WHERE scene_id = 1')[0]?.['data']), /Mole/);
  const both = await run(['enqueue', '-', '--json'], { input: `${input}${input}` });
  assert.match(both.stderr, /^2 scenes are given more than once/m);
  assert.doesNotMatch((await run(['enqueue', '5', '5'])).stderr, /more than once/, 'an id has no values');
  assert.equal(JSON.parse(both.stdout).scenes, 2);
  assert.doesNotMatch((await run(['enqueue', '-'], { input: '{"scene_id":3}' })).stderr, /more than once/);
});
