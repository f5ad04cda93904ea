/** `process --dry-run` tells everything and changes nothing. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { setup } from '../../helpers/rig.ts';
import { BIN } from '../../helpers/start-bin.ts';

test('a dry run shows field by field what would change, and leaves Plex, queue and statistics as they were', async (t) => {
  const { plex, run, sql } = await setup(t);
  const known = plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a', genres: ['sand'] });
  plex.addItem({ sectionKey: '1', file: '/media/b.mp4', title: 'Already' });
  plex.addItem({ sectionKey: '1', file: '/media/east/01.mp4' });
  await run([
    'enqueue',
    '1',
    '--path',
    '/media/a.mp4',
    '--title',
    'Harbour Lights',
    '--tag',
    'sea',
    '--studio',
    'Quay',
  ]);
  await run(['enqueue', '2', '--path', '/media/b.mp4', '--title', 'Already']);
  await run(['enqueue', '3', '--path', '/media/c.mp4', '--title', 'Not scanned']);
  await run(['enqueue', '4', '--path', '/media/west/01.mp4', '--title', 'Another']);
  const before = sql('SELECT * FROM jobs');

  const { code, stdout } = await run(['process', '--dry-run']);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^Scene 1 would be written to item ${known} 'a':$`, 'm'));
  assert.match(stdout, /^ {2}title {7}'a' → 'Harbour Lights'$/m);
  assert.match(stdout, /^ {2}studio {6}'' → 'Quay'$/m);
  assert.match(stdout, /^ {2}tags {8}\+ 'sea'$/m);
  assert.match(stdout, /^Scene 2: already right in Plex$/m);
  assert.match(stdout, /^Scene 3: No Plex item found for filename: c\.mp4$/m);
  assert.match(stdout, /^Scene 4: 1 candidate for 01\.mp4, and none is proven/m);
  assert.match(
    stdout,
    /^Dry run, nothing was written: 1 would be written, 1 already right, 1 not in Plex yet, 1 would fail$/m,
  );

  assert.equal(plex.count('edit'), 0);
  assert.equal(plex.item(known)?.title, 'a');
  const untouched = (rows: readonly Record<string, unknown>[]) => rows.map(({ released_by, claims, ...row }) => row);
  assert.deepEqual(untouched(sql('SELECT * FROM jobs')), untouched(before));
  assert.deepEqual(sql('SELECT * FROM runs'), []);
  assert.equal(JSON.parse((await run(['stats', '--json'])).stdout).last_run, null);
});

test('a dry run of jobs that share an item, with a limit, or of nothing at all, ends', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: ['/media/a.mp4', '/media/b.mp4'] });
  await run(['enqueue', '--file', '-'], {
    input: '[{"scene_id":1,"path":"/media/a.mp4","title":"A"},{"scene_id":2,"path":"/media/b.mp4","title":"B"}]',
  });
  assert.match((await run(['process', '--dry-run', '--limit', '1'])).stdout, /Dry run, nothing was written: 1 /);
  assert.equal((await run(['process', '--dry-run'])).code, 0);
  await run(['queue', 'drop', '--all', '--yes']);
  const { code, stdout } = await run(['process', '--dry-run']);
  assert.equal(code, 0);
  assert.match(stdout, /^Dry run, nothing was written: nothing is due$/m);
});

test('under --json an end that is somebody’s to mend comes as the error document, and the summary closes', async (t) => {
  const { run } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'A']);
  const { code, stdout, stderr } = await run(['process', '--json'], { env: { PLEX_TOKEN: 'a-wrong-token' } });
  assert.equal(code, 3);
  const { error } = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '');
  assert.deepEqual([error.code, error.exit_code], ['unauthorized', 3]);
  assert.match(error.hint, /Get a fresh token/);
  assert.equal(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '').exit_code, 3);
});

test('with both streams in one pipe the lines of each job stand before what would become of it', async (t) => {
  const { plex, run, env } = await setup(t);
  for (const id of [1, 2]) {
    plex.addItem({ sectionKey: '1', file: `/media/pier-${id}.mp4`, title: 'old' });
    await run(['enqueue', `${id}`, '--path', `/media/pier-${id}.mp4`, '--title', `Pier ${id}`]);
  }
  const command = ['-c', '"$@" 2>&1', 'sh', process.execPath, BIN, 'process', '--dry-run'];
  const { stdout } = await promisify(execFile)('sh', command, { env: { PATH: process.env['PATH'], ...env } });
  const scenes = stdout
    .split('\n')
    .flatMap((line) => line.match(/for scene (\d)|^Scene (\d)|pier-(\d)\.mp4/)?.slice(1));
  const order = scenes.filter((scene) => scene !== undefined).join('');
  assert.match(order, /^1+2+$/, stdout);
  assert.match(stdout, /for scene 1 .*\n(\[.*\n)+Scene 1 would be written/);
  assert.match(stdout, /for scene 2 .*\n(\[.*\n)+Scene 2 would be written/);
});

test('a dry run counts nothing, and is not for cron', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'A']);
  await run(['process', '--dry-run']);
  assert.equal(JSON.parse((await run(['stats', '--json'])).stdout).totals.released, 0);
  const { code, stderr } = await run(['process', '--dry-run', '--cron']);
  assert.equal(code, 2);
  assert.match(stderr, /--cron is silent unless .*, and goes with no --dry-run\.\n {2}Leave one of them out\./);
});
