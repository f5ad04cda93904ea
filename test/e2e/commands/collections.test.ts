/** What is said of collections that a library has no more, and what they cost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKometa } from '../../../src/simulator/kometa/kometa.ts';
import { setup } from '../../helpers/rig.ts';

test('a job with a studio costs no more than any other, once its library was asked', async (t) => {
  const { plex, run, spawn, sql } = await setup(t);
  for (const id of [1, 2, 3, 4]) plex.addItem({ sectionKey: '1', file: `/media/${id}.mp4` });
  const counted = async (id: number, studio: string, title = `Pier ${id}`): Promise<number> => {
    await run(['enqueue', String(id), '--path', `/media/${id}.mp4`, '--title', title, '--studio', studio]);
    plex.resetRequests();
    assert.equal((await spawn(['process'])).code, 0);
    return plex.count();
  };
  assert.equal(await counted(1, 'Skerry'), 7, 'the first contact of the data directory');
  assert.equal(await counted(2, 'Skerry'), 5, 'an unknown item');
  assert.equal(await counted(2, 'Skerry', 'Mole'), 4, 'a known item');
  assert.equal(await counted(3, 'Reef'), 5, 'an unknown item and a new studio, on the same day');
  assert.equal(await counted(3, 'Reef', 'Weir'), 4);
  sql(`UPDATE meta SET value = json_set(value, '$.at', 0) WHERE name LIKE 'collections:%'`);
  assert.equal(await counted(4, 'Shoal'), 5, 'a new studio, and the section was not asked for a day');
});

test('a bulk of 1,000 scenes of many studios stays within 1.05 requests per changed scene', async (t) => {
  const { plex, run } = await setup(t);
  const scenes = Array.from({ length: 1_000 }, (_, index) => ({
    scene_id: index + 1,
    path: `/media/${index}.mp4`,
    title: `Pier ${index}`,
  }));
  for (const { path } of scenes) plex.addItem({ sectionKey: '1', file: path });
  await run(['enqueue', '-'], { input: JSON.stringify(scenes) });
  assert.equal((await run(['process', '-q'])).code, 0);
  plex.resetRequests();
  const moved = scenes.map((scene) => ({ ...scene, studio: `Skerry ${scene.scene_id % 70}` }));
  await run(['enqueue', '-'], { input: JSON.stringify(moved) });
  assert.equal((await run(['process', '-q'])).code, 0);
  assert.deepEqual([plex.count('edit'), plex.count('collections')], [1_000, 1]);
  assert.ok(plex.count() <= 1_050, `${plex.count()} requests`);
});

test('a smart collection of the studio’s name is named once, in words and as an event, and status says why', async (t) => {
  const { plex, run } = await setup(t);
  for (const id of [1, 2]) plex.addItem({ sectionKey: '1', file: `/media/${id}.mp4` });
  plex.addSmartCollection('1', 'Skerry', 'Skerry');
  const enqueue = async (): Promise<void> => {
    for (const id of ['1', '2'])
      await run(['enqueue', id, '--path', `/media/${id}.mp4`, '--title', `Pier ${id}`, '--studio', 'Skerry']);
  };
  await enqueue();
  const dry = await run(['process', '--dry-run', '--json']);
  const events = dry.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    events.filter(({ event }) => event === 'collection_withheld').map(({ name, reason }) => [name, reason]),
    [['Skerry', 'smart']],
  );
  const first = await run(['process']);
  const LINE = /Collection 'Skerry' has the name of a smart collection in 'Adult', and is not written beside it/g;
  assert.equal(first.stderr.match(LINE)?.length, 1, first.stderr);
  assert.doesNotMatch(first.stdout, /left as edited/);
  assert.match(
    (await run(['status', '1'])).stdout,
    /^left alone\tthe collections: the library has a smart collection of that name$/m,
  );
  await enqueue();
  assert.doesNotMatch((await run(['process'])).stderr, /smart collection/);
  const { left } = JSON.parse((await run(['stats', '--json'])).stdout) as { left: unknown };
  assert.deepEqual(left, { fields: 0, scenes: 0 });
});

test('reconcile --reassert collection finds the scenes whose collection is gone, and their jobs make it again', async (t) => {
  const { plex, run } = await setup(t);
  const scenes = [1, 2].map((id) => ({
    scene_id: id,
    path: `/media/${id}.mp4`,
    title: `Pier ${id}`,
    studio: 'Skerry',
  }));
  for (const { path } of scenes) plex.addItem({ sectionKey: '1', file: path });
  const kometa = createKometa({ url: plex.url, token: plex.token, sectionKey: '1' }, { onlyCollections: [] });
  const sync = async (...args: string[]): Promise<void> => {
    await run(['enqueue', '-', ...args], { input: JSON.stringify(scenes) });
    assert.equal((await run(['process'])).code, 0);
  };
  await sync();
  await kometa.night();
  await sync();
  const found = async (field: string): Promise<unknown> => {
    const stash = ['--stash-url', 'http://127.0.0.1:9'];
    const { stdout } = await run(['reconcile', '--reassert', field, '--dry-run', '--json', ...stash]);
    return JSON.parse(stdout).reassert.first;
  };
  assert.deepEqual([await found('collection'), await found('tags'), await found('all')], [[1, 2], [], [1, 2]]);
  await sync('--reassert', 'collection', '--yes');
  assert.equal(plex.collections('1')[0]?.items.length, 2);
  assert.deepEqual(await found('collection'), []);
});
