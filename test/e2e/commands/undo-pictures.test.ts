import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { picture } from '../../helpers/pictures.ts';
import { setup } from '../../helpers/rig.ts';

type Listed = { readonly MediaContainer: { readonly Metadata?: readonly { ratingKey: string; selected?: boolean }[] } };

test('an undo selects the pictures that were shown before, with their locks, and none where there was none', async (t) => {
  const { plex, run } = await setup(t);
  const stash = await startStashServer();
  t.after(() => stash.close());
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  const id = stash.addScene({ title: 'Pier', files: [{ path: '/media/a.mp4' }] });
  stash.setCover(id, picture('harbour'));
  const selected = async (kind: string): Promise<string | undefined> => {
    const answer = await fetch(`${plex.url}/library/metadata/${ratingKey}/${kind}`, {
      headers: { 'X-Plex-Token': plex.token, Accept: 'application/json' },
    });
    const { MediaContainer } = (await answer.json()) as Listed;
    return MediaContainer.Metadata?.find((one) => one.selected)?.ratingKey;
  };
  const state = async () => [await selected('posters'), await selected('arts'), plex.item(ratingKey)?.locked];
  const before = await state();
  assert.match(String(before[0]), /^media:/);

  const env = { STASH_URL: stash.url };
  await run(['enqueue', `${id}`], { env });
  const pictures = ['--sync-poster', '--sync-background'];
  assert.equal((await run(['process', ...pictures], { env })).code, 0);
  assert.match(String(await selected('posters')), /^upload:\/\/posters\//);
  assert.match(String(await selected('arts')), /^upload:\/\/art\//);

  const undone = await run(['undo', '--run', '1', '--yes']);
  assert.equal(undone.code, 0, undone.stderr);
  assert.deepEqual(await state(), before);
  assert.equal((await run(['undo', '--run', '2', '--yes'])).code, 0);
  assert.match(String(await selected('posters')), /^upload:\/\/posters\//);
});

test('a picture that a person chose stays chosen through an undo, and through the undo of that', async (t) => {
  const { plex, run } = await setup(t);
  const stash = await startStashServer();
  t.after(() => stash.close());
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  const id = stash.addScene({ title: 'Pier', files: [{ path: '/media/a.mp4' }] });
  stash.setCover(id, picture('harbour'));
  const env = { STASH_URL: stash.url };
  const headers = { 'X-Plex-Token': plex.token, Accept: 'application/json' };
  const posters = async () => {
    const answer = await fetch(`${plex.url}/library/metadata/${ratingKey}/posters`, { headers });
    return ((await answer.json()) as Listed).MediaContainer.Metadata ?? [];
  };
  const [frame] = await posters();
  const sync = async (): Promise<void> => {
    await run(['enqueue', `${id}`], { env });
    assert.equal((await run(['process', '--sync-poster'], { env })).code, 0);
  };
  await sync();
  plex.selectByHand(ratingKey, 'posters', frame?.ratingKey ?? '');
  await run(['undo', '--run', '1', '--yes']);
  await run(['undo', '--run', '2', '--yes']);
  await sync();
  assert.equal((await posters()).find(({ selected }) => selected)?.ratingKey, frame?.ratingKey);
});
