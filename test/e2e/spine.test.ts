import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from '../helpers/rig.ts';

test('a scene put in the queue ends up in Plex, and the same again sends no write', async (t) => {
  const { plex, run, sql } = await setup(t);
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });

  const enqueued = await run([
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
  const processed = await run(args);
  assert.equal(processed.code, 0, processed.stderr);
  assert.deepEqual(processed.stderr.trim().split('\n'), [
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
  await run(['enqueue', '123', '--path', '/media/a.mp4', '--title', 'T', '--performer', 'A', '--performer', 'B']);
  const again = await run(args);
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stderr, /Job 2 completed \(already right in Plex\)/);
  assert.equal(plex.count('edit'), 0);
});
