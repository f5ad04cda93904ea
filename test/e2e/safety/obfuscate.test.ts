/** With obfuscate_paths nothing that a run says or keeps names a file or a folder. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';
import type { Result } from '../../helpers/run-main.ts';

const MASKED = { env: { PLEXSYNC_OBFUSCATE_PATHS: 'true' } };
const SECTIONS = [{ key: '1', title: 'Adult', locations: ['/media/north pier'] }];

function assertMasked(rig: Rig, results: readonly Result[]): void {
  const log = readFileSync(join(rig.dataDir, 'plexsync.log'), 'utf8');
  for (const text of [log, ...results.flatMap(({ stdout, stderr }) => [stdout, stderr])])
    assert.doesNotMatch(text, /pier|sluice|lantern|\/media|\/data\//i);
}

async function enqueueAll(rig: Rig, count: number): Promise<void> {
  const scenes = Array.from({ length: count }, (_, index) => ({
    scene_id: index + 1,
    path: `/data/south sluice/Lantern row ${index + 1}.mp4`,
    title: `Tide ${index + 1}`,
  }));
  const { code, stderr } = await rig.run(['enqueue', '--file', '-'], { input: JSON.stringify(scenes) });
  assert.equal(code, 0, stderr);
}

test('a run that stops because no path fits names neither root nor folder nor the mapping to paste', async (t) => {
  for (const args of [['process'], ['process', '--json']]) {
    const rig = await setup(t, { sections: SECTIONS });
    await enqueueAll(rig, 110);
    const result = await rig.run(args, MASKED);
    assert.equal(result.code, 2, result.stderr);
    const said = `${result.stderr}${readFileSync(join(rig.dataDir, 'plexsync.log'), 'utf8')}`;
    assert.match(said, /0 of 100 files were found in Plex/);
    assert.match(said, /--path-map '?[^ ]*path-[0-9a-f]{10}/);
    assertMasked(rig, [result]);
  }
});

test('files are masked in events, in a dry run, and alike in every run', async (t) => {
  const rig = await setup(t, { sections: SECTIONS });
  rig.plex.addItem({ sectionKey: '1', file: '/media/north pier/Lantern row 1.mp4', title: 'Old' });
  rig.plex.addItem({ sectionKey: '1', file: '/media/north pier/other/Lantern row 2.mp4', title: 'Ebb' });
  await enqueueAll(rig, 3);
  const results = [
    await rig.run(['process', '--dry-run'], MASKED),
    await rig.run(['process', '--dry-run', '--json'], MASKED),
    await rig.run(['process', '--json'], MASKED),
  ];
  assertMasked(rig, results);
  const [text, ...documents] = results.map(({ stdout }) => stdout);
  assert.match(text ?? '', /Scene 3: No Plex item found for filename: path-[0-9a-f]{10}\.mp4/);
  const files = documents.map((lines) =>
    lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly event: string; readonly file?: string })
      .filter(({ event }) => event === 'searching')
      .map(({ file }) => file),
  );
  assert.equal(files[0]?.length, 3);
  assert.deepEqual(files[0], files[1]);
});

test('the page of a dry run names no file either', async (t) => {
  const rig = await setup(t, { sections: SECTIONS });
  rig.plex.addItem({ sectionKey: '1', file: '/media/north pier/Lantern row 1.mp4', title: 'Lantern row 1' });
  await enqueueAll(rig, 2);
  const page = join(rig.dir, 'changes.html');
  const map = ['--path-map', '/data/south sluice=/media/north pier'];
  await rig.run(['process', '--dry-run', '--html', page, ...map], MASKED);
  const html = readFileSync(page, 'utf8');
  assert.match(html, /<h2[^>]*>.*path-[0-9a-f]{10}/);
  assert.doesNotMatch(html, /pier|sluice|lantern|\/media|\/data\//i);
});

test('a title that is made of the name of its file is masked too where the file was found by the index', async (t) => {
  const rig = await setup(t, { sections: SECTIONS });
  const count = 30;
  for (let index = 1; index <= count; index += 1)
    rig.plex.addItem({
      sectionKey: '1',
      file: `/media/north pier/Lantern row ${index}.mp4`,
      title: `Lantern row ${index}`,
    });
  rig.plex.addItem({ sectionKey: '1', file: '/media/north pier/Sluice.mp4', title: 'Sluice' });
  await enqueueAll(rig, count);
  await rig.run(['enqueue', '99', '--path', '/data/south sluice/Sluice.mp4', '--tagline', 'Ebb']);
  const args = ['process', '-v', '--path-map', '/data/south sluice=/media/north pier'];
  const result = await rig.run(args, MASKED);
  assert.equal(result.code, 0, result.stderr);
  assert.match(result.stderr, /Found: path-[0-9a-f]{10}/);
  assert.doesNotMatch(result.stderr, /Searching/);
  assertMasked(rig, [result]);
});
