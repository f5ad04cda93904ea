import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { picture } from '../../helpers/pictures.ts';
import { setup } from '../../helpers/rig.ts';

type Listed = { readonly MediaContainer: { readonly Metadata?: readonly { ratingKey: string; selected?: boolean }[] } };

/** A scene with a cover, and its item with a frame of the video. */
async function setupCover(t: TestContext) {
  const rig = await setup(t);
  const { plex } = rig;
  const stash = await startStashServer();
  t.after(() => stash.close());
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  const id = stash.addScene({ title: 'Pier', files: [{ path: '/media/a.mp4' }] });
  stash.setCover(id, picture('harbour'));
  const listed = async (kind: string) => {
    const headers = { 'X-Plex-Token': plex.token, Accept: 'application/json' };
    const answer = await fetch(`${plex.url}/library/metadata/${ratingKey}/${kind}`, { headers });
    return ((await answer.json()) as Listed).MediaContainer.Metadata ?? [];
  };
  const selected = async (kind: string): Promise<string | undefined> =>
    (await listed(kind)).find((one) => one.selected)?.ratingKey;
  const sync = async (...options: readonly string[]): Promise<void> => {
    const env = { STASH_URL: stash.url };
    await rig.run(['enqueue', `${id}`], { env });
    assert.equal((await rig.run(['process', ...options], { env })).code, 0);
  };
  return { ...rig, ratingKey, listed, selected, sync };
}

test('an undo selects the pictures that were shown before, with their locks, and none where there was none', async (t) => {
  const { plex, run, ratingKey, selected, sync } = await setupCover(t);
  const state = async () => [await selected('posters'), await selected('arts'), plex.item(ratingKey)?.locked];
  const before = await state();
  assert.match(String(before[0]), /^media:/);
  await sync('--sync-poster', '--sync-background');
  assert.match(String(await selected('posters')), /^upload:\/\/posters\//);
  assert.match(String(await selected('arts')), /^upload:\/\/art\//);

  const undone = await run(['undo', '--run', '1', '--yes']);
  assert.equal(undone.code, 0, undone.stderr);
  assert.deepEqual(await state(), before);
  assert.equal((await run(['undo', '--run', '2', '--yes'])).code, 0);
  assert.match(String(await selected('posters')), /^upload:\/\/posters\//);
});

test('a picture that a person chose stays chosen through an undo, and through the undo of that', async (t) => {
  const { plex, run, ratingKey, listed, selected, sync } = await setupCover(t);
  const [frame] = await listed('posters');
  await sync('--sync-poster');
  plex.selectByHand(ratingKey, 'posters', frame?.ratingKey ?? '');
  await run(['undo', '--run', '1', '--yes']);
  await run(['undo', '--run', '2', '--yes']);
  await sync('--sync-poster');
  assert.equal(await selected('posters'), frame?.ratingKey);
});
