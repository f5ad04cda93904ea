import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';

test('one job in a fresh process costs at most five requests for an unknown item and four for a known one', async (t) => {
  const { plex, run, spawn } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  plex.addItem({ sectionKey: '1', file: '/media/b.mp4' });
  // The first contact of a data directory asks once who the server is.
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'First']);
  await spawn(['process']);
  assert.equal(plex.count(), 6);

  plex.resetRequests();
  await run(['enqueue', '2', '--path', '/media/b.mp4', '--title', 'Unknown']);
  await spawn(['process']);
  assert.equal(plex.count(), 5);

  plex.resetRequests();
  await run(['enqueue', '2', '--path', '/media/b.mp4', '--title', 'Known']);
  await spawn(['process']);
  assert.equal(plex.count(), 4);

  plex.resetRequests();
  await spawn(['process']);
  assert.equal(plex.count(), 0);
});

test('a bulk of 1,000 known scenes costs at most 1.05 requests per changed and 0.03 per unchanged one', async (t) => {
  const { plex, run, sql } = await setup(t);
  const scenes = Array.from({ length: 1_000 }, (_, index) => ({
    scene_id: index + 1,
    path: `/media/${index}.mp4`,
    title: `Pier ${index}`,
  }));
  for (const { path } of scenes) plex.addItem({ sectionKey: '1', file: path });
  const enqueue = async (suffix: string) =>
    await run(['enqueue', '-'], {
      input: JSON.stringify(scenes.map((scene) => ({ ...scene, title: scene.title + suffix }))),
    });
  await enqueue('');
  assert.equal((await run(['process', '-q'])).code, 0);
  assert.equal(sql('SELECT * FROM jobs').length, 0);

  plex.resetRequests();
  await enqueue(' again');
  assert.equal((await run(['process', '-q'])).code, 0);
  assert.equal(plex.count('edit'), 1_000);
  assert.ok(plex.count() <= 1_050, `${plex.count()} requests for 1,000 changed scenes`);

  plex.resetRequests();
  await enqueue(' again');
  assert.equal((await run(['process', '-q'])).code, 0);
  assert.equal(plex.count('edit'), 0);
  assert.ok(plex.count() <= 30, `${plex.count()} requests for 1,000 unchanged scenes`);
});
