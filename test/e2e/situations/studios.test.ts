/** Each studio has a library folder of its own, and Plex has not scanned all of them yet. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { SectionOptions } from '../../../src/simulator/plex/library/library.ts';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';

const [A, B] = ['/media/studio-a', '/media/studio-b'];
const SCENE = { scene_id: 7, path: '/data/studio-b/2024/01.mp4', title: 'B one' };

type Studios = Rig & { readonly ratingKey: string };

/** A Plex that has one item, of studio A, in the first of these libraries; one of studio B waits in the queue. */
async function studios(t: TestContext, sections: readonly SectionOptions[]): Promise<Studios> {
  const rig = await setup(t, { sections });
  const ratingKey = rig.plex.addItem({ sectionKey: '1', file: `${A}/2024/01.mp4`, title: 'A one' });
  assert.equal((await rig.run(['enqueue', '-'], { input: JSON.stringify(SCENE) })).code, 0);
  return { ...rig, ratingKey };
}

const SERVERS: Readonly<Record<string, readonly SectionOptions[]>> = {
  'one library with both folders': [{ key: '1', title: 'Studios', locations: [A, B] }],
  'a library for each': [
    { key: '1', title: 'Studio A', locations: [A] },
    { key: '2', title: 'Studio B', locations: [B] },
  ],
  'the other one of photos, so that it is not looked in': [
    { key: '1', title: 'Studio A', locations: [A] },
    { key: '2', title: 'Studio B', type: 'photo', locations: [B] },
  ],
};

for (const [name, sections] of Object.entries(SERVERS)) {
  test(`the item of studio A is not renamed for a scene of studio B: ${name}`, async (t) => {
    const { plex, run, dataDir, ratingKey } = await studios(t, sections);
    const asked = await run(['match-test', SCENE.path]);
    assert.equal(asked.code, 1, asked.stderr);
    assert.match(asked.stdout, /^Verdict\tLOW: a candidate, and no proof/m);
    assert.match(asked.stdout, /^Next\tIt lies in the library folder \/media\/studio-a, .*, \/media\/studio-b:/m);
    const document = JSON.parse((await run(['match-test', SCENE.path, '--json'])).stdout);
    assert.deepEqual([document.confidence, document.would_write, document.suggestion], ['low', false, null]);
    assert.equal(document.candidates[0].branch, 'other_root');

    const dry = await run(['process', '--dry-run']);
    assert.match(dry.stderr, /Low confidence match skipped/);
    const done = await run(['process', '-v']);
    assert.equal(done.code, 1, done.stderr);
    assert.equal(plex.item(ratingKey)?.title, 'A one');
    assert.equal(plex.count('edit'), 0);

    const [letter] = JSON.parse((await run(['dlq', 'list', '--json'])).stdout);
    assert.deepEqual([letter.scene_id, letter.error_type], [7, 'LowConfidenceMatch']);
    assert.match(letter.error_message, new RegExp(`${A}.*${B}.*plexsync pin 7 ${ratingKey}`));
    const shown = await run(['dlq', 'show', String(letter.id)]);
    const summary = await run(['dlq', 'summary']);
    const said = [asked, dry, done, shown, summary].flatMap(({ stdout, stderr }) => [stdout, stderr]);
    for (const text of [...said, JSON.stringify(letter), readFileSync(join(dataDir, 'plexsync.log'), 'utf8')])
      assert.doesNotMatch(text, /--path-map/);
  });
}

test('the size proves what the folders do not, and relaxed matching says that it guesses', async (t) => {
  const sections = [{ key: '1', title: 'Studios', locations: [A, B] }];
  const sized = await setup(t, { sections });
  const moved = sized.plex.addItem({ sectionKey: '1', file: `${A}/2024/01.mp4`, size: 7 });
  await sized.run(['enqueue', '-'], { input: JSON.stringify({ ...SCENE, size: 7 }) });
  assert.equal((await sized.run(['process'])).code, 0);
  assert.equal(sized.plex.item(moved)?.title, 'B one');

  const { run, plex, ratingKey } = await studios(t, sections);
  const relaxed = await run(['process', '--no-strict-matching', '-v']);
  assert.equal(relaxed.code, 0, relaxed.stderr);
  assert.match(relaxed.stderr, /LOW CONFIDENCE SYNCED: scene 7/);
  assert.equal(plex.item(ratingKey)?.title, 'B one');
});

test('a match that was proven once goes on, though the folders alone would prove it no more', async (t) => {
  const { plex, run } = await setup(t, { sections: [{ key: '1', title: 'Studios', locations: [A, B] }] });
  const ratingKey = plex.addItem({ sectionKey: '1', file: `${A}/2024/01.mp4`, size: 7 });
  await run(['enqueue', '-'], { input: JSON.stringify({ ...SCENE, size: 7 }) });
  assert.equal((await run(['process'])).code, 0);
  await run(['enqueue', '-'], { input: JSON.stringify({ ...SCENE, title: 'B two' }) });
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.item(ratingKey)?.title, 'B two');
});

test('neither doctor nor a stopped run takes many files of the other folder for a mapping that is missing', async (t) => {
  const { plex, run } = await setup(t, { sections: [{ key: '1', title: 'Studios', locations: [A, B] }] });
  const numbers = Array.from({ length: 12 }, (_, index) => index + 1);
  for (const n of numbers) plex.addItem({ sectionKey: '1', file: `${A}/2024/${n}.mp4`, title: `A ${n}` });
  const scenes = numbers.map((n) => ({ scene_id: n, path: `/data/studio-b/2024/${n}.mp4`, title: `B ${n}` }));
  await run(['enqueue', '-'], { input: JSON.stringify(scenes) });
  const examined = await run(['doctor']);
  assert.match(examined.stdout, /0 of 12 sampled files/);
  const stopped = await run(['process']);
  assert.equal(stopped.code, 2, stopped.stderr);
  assert.match(stopped.stderr, /jobs in a row failed with LowConfidenceMatch/);
  for (const { stdout, stderr } of [examined, stopped]) assert.doesNotMatch(stdout + stderr, /--path-map/);
  assert.equal(plex.count('edit'), 0);
});

test('with obfuscate_paths the letter tells neither of the two library folders', async (t) => {
  const sections = [{ key: '1', title: 'Studios', locations: ['/media/north pier', '/media/south sluice'] }];
  const { plex, run } = await setup(t, { sections });
  plex.addItem({ sectionKey: '1', file: '/media/north pier/2024/01.mp4', title: 'One' });
  const scene = { ...SCENE, path: '/data/south sluice/2024/01.mp4' };
  await run(['enqueue', '-'], { input: JSON.stringify(scene) });
  const masked = await run(['process', '-v'], { env: { PLEXSYNC_OBFUSCATE_PATHS: 'true' } });
  assert.equal(masked.code, 1);
  assert.match(masked.stderr, /It lies in the library folder/);
  assert.doesNotMatch(masked.stderr, /pier|sluice|\/media|\/data/);
});
