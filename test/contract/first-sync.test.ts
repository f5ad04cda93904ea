/** What a watch does at its start with scenes that were never synced, on real files and with the simulators. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { createFirstSync } from '../../src/commands/process/watch/first-sync.ts';
import { UsageError } from '../../src/core/model/errors.ts';
import { plainText } from '../../src/core/text/sentence.ts';
import { readStats } from '../../src/queue/views/stats.ts';
import { loadSettings } from '../../src/settings/load.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';
import { startStashServer } from '../../src/simulator/stash/server.ts';
import { createStashClient } from '../../src/stash/client.ts';
import { NOW, setup as setupQueue } from '../helpers/queue-world.ts';

async function setup(t: TestContext) {
  const stash = await startStashServer({ now: () => NOW });
  t.after(() => stash.close());
  const plex = await startPlexServer({ sections: [{ key: '1', title: 'Harbour Films', locations: ['/harbour'] }] });
  t.after(() => plex.close());
  const world = setupQueue(t);
  world.enqueue([]);
  const client = createStashClient({
    baseUrl: stash.url,
    apiKey: undefined,
    trust: { certificates: 'verified', ca: undefined },
    connectTimeoutMs: 1_000,
    readTimeoutMs: 5_000,
    signal: new AbortController().signal,
    now: () => NOW,
  });
  const said: string[] = [];
  const firstSync = async (mode: string, removals: 'counted' | 'allowed' = 'counted') => {
    const flags = { plex_url: plex.url, plex_token: plex.token, first_sync: mode };
    const loaded = await loadSettings({ flags, env: {}, dataDir: world.dir.path, configFile: undefined });
    const output = {
      log: (_level: string, sentence: Parameters<typeof plainText>[0]) => void said.push(plainText(sentence)),
    };
    const context = { output, now: () => NOW, dataDir: world.dir, version: '0' };
    return createFirstSync({ stash: client, stores: world.stores(), loaded, removals }, context);
  };
  const addScenes = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      stash.addScene({ title: `Pier ${index}`, files: [{ path: `/harbour/${index}.mp4`, size: 100 + index }] }),
    );
  const write = (sceneId: number, path = `/harbour/${sceneId - 1}.mp4`): void => {
    world.sql(`INSERT INTO scenes (scene_id, rating_key, section_key, scene_path, written, written_at)
      VALUES (${sceneId}, '${100 + sceneId}', '1', '${path}', '{"fields":{},"lists":{}}', ${NOW})`);
  };
  const neverSynced = () => readStats(world.stores(), NOW).neverSynced;
  return { stash, plex, world, said, firstSync, addScenes, write, neverSynced };
}

test('scenes that were never synced are counted once, said with the command, and kept for stats', async (t) => {
  const { stash, world, said, firstSync, addScenes, write, neverSynced } = await setup(t);
  addScenes(30);
  stash.addScene({ title: 'On paper only' });
  write(1);
  world.enqueue([{ sceneId: 2, bare: true, data: {} }]);
  const run = await firstSync('none');
  await run();
  assert.deepEqual(said, ['[PlexSync] 28 of 30 scenes of Stash were never synced: plexsync reconcile']);
  assert.deepEqual(neverSynced(), { count: 28, filed: 30, at: NOW });
  assert.equal(world.sql('SELECT * FROM jobs').length, 1);
  const before = stash.count('graphql');
  await run();
  assert.equal(stash.count('graphql'), before);
  // What was written since is not counted any more.
  write(3);
  write(4);
  assert.equal(neverSynced()?.count, 26);
});

test('where Stash has no more scenes than were written one request says that nothing is left', async (t) => {
  const { stash, said, firstSync, addScenes, write } = await setup(t);
  addScenes(2);
  write(1);
  write(2);
  const before = stash.count('graphql');
  await (await firstSync('all'))();
  assert.deepEqual([stash.count('graphql') - before, said], [1, []]);
});

test('a dry first sync says how many of a sample would be written, and changes nothing', async (t) => {
  const { plex, world, said, firstSync, addScenes } = await setup(t);
  addScenes(30);
  for (let index = 0; index < 15; index += 1) plex.addItem({ sectionKey: '1', file: `/harbour/${index}.mp4` });
  await (await firstSync('dry'))();
  assert.deepEqual(said, [
    '[PlexSync] 30 of 30 scenes of Stash were never synced: plexsync reconcile',
    '[PlexSync] Dry run of the first sync: 30 scenes would be enqueued; of 20 sampled files 10 are found in Plex and would be written; plexsync doctor says why the others would not',
    '[PlexSync] Nothing was changed. To enqueue them: plexsync reconcile, or first_sync: all',
  ]);
  assert.deepEqual(world.sql('SELECT * FROM jobs'), []);
  assert.equal(plex.count('edit'), 0);
});

test('a dry first sync without Plex still says what is known', async (t) => {
  const { plex, said, firstSync, addScenes } = await setup(t);
  addScenes(1);
  await plex.close();
  await (await firstSync('dry'))();
  assert.match(
    said[1] ?? '',
    /^\[PlexSync\] Dry run of the first sync: 1 scene would be enqueued; how many are in Plex cannot be told now: /,
  );
});

test('a first sync of all enqueues them behind what is edited by hand, and nothing is left to say', async (t) => {
  const { world, said, firstSync, addScenes, write, neverSynced } = await setup(t);
  addScenes(5);
  write(1);
  await (await firstSync('all'))();
  assert.deepEqual(said, [
    '[PlexSync Hook] 4 of 5 scenes of Stash were never synced: first_sync is all, 4 sync jobs enqueued',
  ]);
  assert.deepEqual(
    world.sql('SELECT scene_id, priority FROM jobs ORDER BY scene_id').map((row) => Object.values(row)),
    [2, 3, 4, 5].map((sceneId) => [sceneId, 1]),
  );
  assert.equal(neverSynced()?.count, 0);
});

test('a first sync leaves a scene that is being synced at the moment', async (t) => {
  const { world, said, firstSync, addScenes } = await setup(t);
  addScenes(3);
  world.enqueue([{ sceneId: 2, bare: true, data: {} }]);
  world.sql(`UPDATE jobs SET state = 'in_progress', lease_owner = 'pier', lease_expires_at = 9e12`);
  await (await firstSync('all'))();
  assert.match(said[0] ?? '', /2 of 3 scenes of Stash were never synced: first_sync is all, 2 sync jobs enqueued/);
  assert.deepEqual(
    world.sql('SELECT scene_id FROM jobs ORDER BY scene_id').map(({ scene_id }) => scene_id),
    [1, 2, 3],
  );
});

test('a Stash that lacks most of what was written from it is not believed, and not walked through again', async (t) => {
  const { stash, world, said, firstSync, addScenes, write, neverSynced } = await setup(t);
  addScenes(9);
  for (const sceneId of [1, 2, 3, 4, 5, 6]) write(sceneId, `/elsewhere/${sceneId}.mp4`);
  const run = await firstSync('all');
  const isDoubt = (thrown: unknown) => thrown instanceof UsageError && /Stash has 0 of 6 scenes/.test(thrown.message);
  await assert.rejects(run, isDoubt);
  const before = stash.count('graphql');
  await assert.rejects(run, isDoubt);
  assert.equal(stash.count('graphql') - before, 1);
  assert.deepEqual([world.sql('SELECT * FROM jobs'), neverSynced()], [[], undefined]);
  // Where nothing would be enqueued, it is said and no more.
  await (await firstSync('none'))();
  assert.match(said.join('\n'), /Stash has 0 of 6 scenes that were written from it/);
  await (await firstSync('all', 'allowed'))();
  assert.equal(world.sql('SELECT * FROM jobs').length, 3);
});
