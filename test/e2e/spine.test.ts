import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from '../helpers/rig.ts';

test('a scene put in the queue ends up in Plex, and the same again sends no write', async (t) => {
  const { plex, spawn, sql } = await setup(t);
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });

  const enqueued = await spawn([
    'enqueue',
    '123',
    '--path',
    '/media/a.mp4',
    '--title',
    'T',
    '--performer',
    'A',
    '--performer',
    'B',
  ]);
  assert.equal(enqueued.code, 0, enqueued.stderr);
  assert.match(enqueued.stderr, /^\[PlexSync Hook\] Enqueued sync job for scene 123 in \d+\.\dms$/m);

  const args = ['process', '--plex-url', plex.url, '--plex-token', plex.token, '--plex-library', 'Adult'];
  const processed = await spawn(args);
  const [warning, ...log] = processed.stderr.trim().split('\n');
  assert.match(warning ?? '', /can see --plex-token/);
  assert.equal(processed.code, 0, processed.stderr);
  assert.deepEqual(log, [
    '[PlexSync] Initialization complete',
    '[PlexSync Worker] Processing job 1 for scene 123 (attempt 1)',
    "[PlexSync Matcher] Searching 'Adult' for: a.mp4",
    '[PlexSync Matcher] Found: a',
    '[PlexSync Worker] Updated metadata (overwrite mode): T',
    "[PlexSync Worker] Added 2 performers: ['A', 'B']",
    '[PlexSync Worker] Job 1 completed',
  ]);
  const item = plex.item(ratingKey);
  assert.equal(item?.title, 'T');
  assert.deepEqual(
    item?.roles.map(({ tag }) => tag),
    ['A', 'B'],
  );
  assert.deepEqual(item?.locked, ['actor', 'title']);
  assert.deepEqual(sql('SELECT * FROM jobs'), []);

  plex.resetRequests();
  await spawn(['enqueue', '123', '--path', '/media/a.mp4', '--title', 'T', '--performer', 'A', '--performer', 'B']);
  const again = await spawn(args);
  assert.equal(again.code, 0, again.stderr);
  assert.doesNotMatch(again.stderr, /Job 2/, 'what is right already has no line');
  assert.equal(plex.count('edit'), 0);
  // Once a day is enough.
  assert.doesNotMatch(again.stderr, /--plex-token/);
});

test('a scene is found by its mapped path, and without a mapping by the folders it shares', async (t) => {
  const { plex, spawn } = await setup(t);
  const mapped = plex.addItem({ sectionKey: '1', file: '/media/videos/scene.mp4', title: 'untitled' });
  plex.addItem({ sectionKey: '1', file: '/media/other/scene.mp4', title: 'another' });
  await spawn(['enqueue', '1', '--path', '/data/videos/scene.mp4', '--title', 'By its folder']);
  assert.equal((await spawn(['process'])).code, 0);
  assert.equal(plex.item(mapped)?.title, 'By its folder');

  const moved = plex.addItem({ sectionKey: '1', file: '/films/scene 2.mp4', title: 'untitled' });
  await spawn(['enqueue', '2', '--path', '/data/videos/scene 2.mp4', '--title', 'By its mapping']);
  const process = await spawn(['process', '--path-map', '/data=/media', '--path-map', '/data/videos=/films']);
  assert.equal(process.code, 0, process.stderr);
  assert.equal(plex.item(moved)?.title, 'By its mapping');
});

test('every library named is looked in, and the same file in two of them is no proof', async (t) => {
  const { plex, spawn } = await setup(t, {
    sections: [
      { key: '1', title: 'Adult', locations: ['/media'] },
      { key: '2', title: 'Archive', locations: ['/media'] },
    ],
  });
  const keys = ['1', '2'].map((sectionKey) => plex.addItem({ sectionKey, file: '/media/a.mp4', title: 'untitled' }));
  await spawn(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Twice there']);
  assert.equal((await spawn(['process'])).code, 1);
  await spawn(['dlq', 'retry', '1']);
  assert.equal((await spawn(['process', '--plex-library', 'archive'])).code, 0);
  assert.deepEqual(
    keys.map((key) => plex.item(key)?.title),
    ['untitled', 'Twice there'],
  );
});
