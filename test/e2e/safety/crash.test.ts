import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Checkpoint } from '../../../src/core/drain/ports/ports.ts';
import { setup } from '../../helpers/rig.ts';

const STEPS: readonly Checkpoint[] = ['claimed', 'resolved', 'read', 'intended', 'written', 'verified', 'settled'];

for (const step of STEPS) {
  test(`killed after "${step}", the next drain ends what was begun and takes nothing of ours for the user's`, async (t) => {
    const { plex, run, spawn, sql } = await setup(t);
    const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a', genres: ['Users own'] });
    const enqueue = async (...args: string[]) => await run(['enqueue', '1', '--path', '/media/a.mp4', ...args]);

    // A first sync, so that the killed one has something to tell apart.
    await enqueue('--title', 'First light', '--tag', 'harbour', '--tag', 'fog', '--studio', 'North Quay');
    assert.equal((await run(['process'])).code, 0);

    await enqueue('--title', 'Second light', '--tag', 'harbour', '--tag', 'gulls', '--studio', 'South Quay');
    const killed = await spawn(['process'], { env: { PLEXSYNC_TEST_KILL_AT: step } });
    assert.equal(killed.signal, 'SIGKILL');
    assert.ok(sql('SELECT * FROM jobs').length <= 1);

    const after = await run(['process']);
    assert.equal(after.code, 0, after.stderr);
    assert.doesNotMatch(after.stderr, /edited in Plex|removed in Plex/);
    assert.deepEqual(sql('SELECT * FROM jobs'), []);
    const item = plex.item(ratingKey);
    assert.equal(item?.title, 'Second light');
    assert.deepEqual(item?.genres, ['Users own', 'harbour', 'gulls']);
    assert.deepEqual(item?.collections, ['South Quay']);

    // What the killed drain wrote is known as ours: dropped in Stash, it goes.
    await enqueue('--title', 'Third light', '--tag', 'harbour', '--studio', 'South Quay');
    assert.equal((await run(['process'])).code, 0);
    assert.equal(plex.item(ratingKey)?.title, 'Third light');
    assert.deepEqual(plex.item(ratingKey)?.genres, ['Users own', 'harbour']);
  });
}

test('what a batch did stands in the kept log once it is settled, whatever happens then', async (t) => {
  const { plex, run, spawn, dataDir } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'First light']);
  await spawn(['process'], { env: { PLEXSYNC_TEST_KILL_AT: 'settled' } });
  assert.match(readFileSync(join(dataDir, 'plexsync.log'), 'utf8'), /Job 1 completed/);
});

test('killed between the two commits of a burial, the job is in the dead letters alone', async (t) => {
  const { plex, run, spawn, sql } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Gone']);
  plex.fail('edit', { kind: 'status', status: 400 });
  const killed = await spawn(['process'], { env: { PLEXSYNC_TEST_KILL_AT: 'letter_committed' } });
  assert.equal(killed.signal, 'SIGKILL');
  assert.equal(sql('SELECT * FROM dead_letters', 'dlq.db').length, 1);
  assert.equal(sql('SELECT * FROM jobs').length, 1);
  assert.equal((await run(['process'])).code, 0);
  assert.equal(sql('SELECT * FROM dead_letters', 'dlq.db').length, 1);
  assert.deepEqual(sql('SELECT * FROM jobs'), []);
});

test('a first write that was killed before it reached Plex is written, even over a value the user had locked', async (t) => {
  const { plex, run, spawn } = await setup(t);
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'Mine', locked: ['title'] });
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Ours']);
  await spawn(['process'], { env: { PLEXSYNC_TEST_KILL_AT: 'intended' } });
  assert.equal(plex.item(ratingKey)?.title, 'Mine');
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.item(ratingKey)?.title, 'Ours');
});

test('the answer to a write that was applied and then lost is found to be right by the next attempt', async (t) => {
  const { plex, run, makeDue } = await setup(t);
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Applied', '--tag', 'tide']);
  // Twice: on a kept connection it is sent once more.
  plex.fail('edit', { kind: 'drop-after' }, 2);
  assert.equal((await run(['process'])).code, 1);
  makeDue();
  plex.resetRequests();
  const again = await run(['process']);
  assert.equal(again.code, 0, again.stderr);
  assert.equal(plex.count('edit'), 0);
  await run(['enqueue', '1', '--title', 'Applied', '--tag', 'ebb']);
  await run(['process']);
  assert.deepEqual(plex.item(ratingKey)?.genres, ['ebb']);
});
