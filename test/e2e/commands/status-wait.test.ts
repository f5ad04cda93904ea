/** `status --wait` tells a script how a scene ended, from the data directory alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';

test('written is 0, dead is 1, still waiting is 5, unknown is 1, and the status is printed', async (t) => {
  const { plex, run, sql } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  await run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier']);
  const waiting = await run(['status', '1', '--wait', '0.01']);
  assert.equal(waiting.code, 5);
  assert.match(waiting.stdout, /due, the next run takes it/);
  await run(['process']);
  assert.equal((await run(['status', '1', '--wait', '60s'])).code, 0);
  await run(['enqueue', '2', '--path', '/media/none.mp4', '--title', 'None']);
  sql('UPDATE jobs SET misses = 12');
  await run(['process']);
  const dead = await run(['status', '2', '--wait', '60s', '--json']);
  assert.equal(dead.code, 1);
  assert.equal(JSON.parse(dead.stdout).dead_letters.length, 1);
  assert.equal((await run(['status', '9', '--wait', '60s'])).code, 1);
  for (const wrong of ['soon', '0', '-1s'])
    assert.equal((await run(['status', '1', `--wait=${wrong}`])).code, 2, wrong);
});

test('the end of a scene that another process writes is seen', async (t) => {
  const { plex, run, start } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  await run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier']);
  const waiting = start(['status', '1', '--wait', '60s']);
  assert.equal((await run(['process'])).code, 0);
  assert.equal((await waiting.ended).code, 0);
});

test('a signal ends the wait', async (t) => {
  const { run, start } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier']);
  const waiting = start(['status', '1', '--wait', '60s', '--verbose']);
  await waiting.says(/Waiting for scene 1/);
  waiting.kill('SIGTERM');
  assert.equal((await waiting.ended).code, 143);
});
