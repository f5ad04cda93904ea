/** An installation that is replaced or removed while plexsync runs, or that is incomplete. */
import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setup } from '../helpers/rig.ts';
import { makeScratchDir, removeScratchDir } from '../helpers/scratch.ts';
import { startBin } from '../helpers/start-bin.ts';

/** An installation of its own, as `npm install -g` leaves one. */
function install(t: TestContext): { readonly bin: string; readonly dist: string } {
  const folder = makeScratchDir('installed');
  t.after(() => removeScratchDir(folder));
  for (const part of ['bin', 'dist', 'package.json']) cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return { bin: join(folder, 'bin', 'plexsync.js'), dist: join(folder, 'dist') };
}

test('a watch goes on while its installed files are replaced', async (t) => {
  const { plex, run, env } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/pier.mp4', title: 'old' });
  const { bin, dist } = install(t);
  await run(['enqueue', '1', '--path', '/media/none.mp4', '--title', 'None']);
  await run(['queue', 'drop', '--all', '--yes']);
  const watch = startBin(['process', '--watch', '--poll-interval', '0.1s'], { env, bin });
  await watch.says(/Watching/);
  rmSync(dist, { recursive: true });
  await run(['enqueue', '2', '--path', '/media/pier.mp4', '--title', 'The Pier']);
  await watch.says(/Queue processing complete. Processed: 1/);
  watch.kill('SIGTERM');
  assert.equal((await watch.ended).code, 143);
});

const MISSING =
  /^plexsync: A part of plexsync is missing: it was replaced meanwhile, or its installation is incomplete\.\n {2}Run it again; .*\n$/;

test('a command that meets a half-replaced installation says so in one sentence, without a stack', async (t) => {
  const { run, env } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'The Pier']);
  const { bin, dist } = install(t);
  for (const name of readdirSync(dist)) if (/^(?:queue|drain)-/.test(name)) rmSync(join(dist, name));
  const lazily = await startBin(['process'], { env, bin }).ended;
  assert.deepEqual([lazily.code, lazily.stdout], [70, '']);
  assert.match(lazily.stderr, MISSING);
  rmSync(join(dist, 'cli.cjs'));
  const atOnce = await startBin(['stats'], { env, bin }).ended;
  assert.equal(atOnce.code, 70);
  assert.match(atOnce.stderr, MISSING);
});
