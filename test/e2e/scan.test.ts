/** With trigger_plex_scan, Plex is asked to look into the folder of a file that it does not have. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rig } from '../helpers/rig.ts';
import { setup } from '../helpers/rig.ts';

const SECTIONS = [
  { key: '1', title: 'Adult', locations: ['/media'] },
  { key: '2', title: 'Films', locations: ['/films'] },
];
const MAPPED = ['--path-map', '/data=/media'];
const SCAN = ['process', '--trigger-plex-scan', ...MAPPED];

async function enqueue({ run }: Rig, ...paths: readonly string[]): Promise<void> {
  const scenes = paths.map((path, index) => ({ scene_id: index + 1, path, title: `Pier ${index + 1}` }));
  const { code, stderr } = await run(['enqueue', '--file', '-'], { input: JSON.stringify(scenes) });
  assert.equal(code, 0, stderr);
}

function scans({ plex }: Rig): readonly unknown[] {
  return plex.requests
    .filter(({ route }) => route === 'refresh')
    .map(({ method, path, query }) => [method, path, Object.fromEntries(query)['path']]);
}

test('a folder is scanned once in a run, and a later run finds the file', async (t) => {
  const rig = await setup(t, { sections: SECTIONS });
  const { plex, run } = rig;
  plex.onRefresh((sectionKey, path) => {
    if (path === '/media/North Quay') plex.addItem({ sectionKey, file: `${path}/a & b.mp4` });
  });
  await enqueue(rig, '/data/North Quay/a & b.mp4', '/data/North Quay/c.mp4', '/data/d+e/f.mp4', '/elsewhere/g.mp4');
  const first = await run(SCAN);
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual(scans(rig), [
    ['GET', '/library/sections/1/refresh', '/media/North Quay'],
    ['GET', '/library/sections/1/refresh', '/media/d+e'],
  ]);
  assert.match(first.stderr, /^\[PlexSync Worker\] Asked Plex to scan '\/media\/North Quay' in 'Adult'$/m);
  plex.resetRequests();
  plex.addItem({ sectionKey: '1', file: '/media/there.mp4' });
  await run(['enqueue', '9', '--path', '/data/there.mp4', '--title', 'Lantern Row']);
  const second = await run(SCAN);
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stdout, /2 updated/);
  assert.equal(plex.count('refresh'), 0, 'those who are not due ask for nothing');
});

test('nothing is scanned unless it is wanted, in a preview, or while every file is there', async (t) => {
  const rig = await setup(t, { sections: SECTIONS });
  const { plex, run, makeDue } = rig;
  await enqueue(rig, '/data/North Quay/a.mp4');
  for (const args of [
    ['process', ...MAPPED],
    [...SCAN, '--dry-run'],
  ]) {
    assert.equal((await run(args)).code, 0);
    makeDue();
  }
  plex.addItem({ sectionKey: '1', file: '/media/North Quay/a.mp4' });
  assert.match((await run(SCAN)).stdout, /1 updated/);
  assert.equal(plex.count('refresh'), 0);
});

test('a scan that Plex does not take is one warning, and no failure of any job', async (t) => {
  for (const status of [403, 404, 500, 503]) {
    const rig = await setup(t, { sections: SECTIONS });
    const { plex, run, sql } = rig;
    plex.addItem({ sectionKey: '1', file: '/media/there.mp4' });
    await enqueue(rig, '/data/a/a.mp4', '/data/there.mp4', ...Array.from({ length: 7 }, (_, n) => `/data/b${n}/b.mp4`));
    plex.fail('refresh', { kind: 'status', status }, 99);
    const { code, stdout, stderr } = await run(SCAN);
    assert.equal(code, 0, stderr);
    assert.equal(plex.count('refresh'), 1);
    assert.equal(stderr.match(/Plex did not take a scan of '\/media\/a' in 'Adult'/g)?.length, 1, stderr);
    assert.match(stdout, /1 updated, 8 not in Plex yet/);
    assert.deepEqual(sql('SELECT DISTINCT failures, misses FROM jobs'), [{ failures: 0, misses: 1 }]);
    assert.match((await run(['stats'])).stdout, /circuit breaker\tclosed/);
  }
});

test('a scan is an event of --json, and with obfuscate_paths it names no folder', async (t) => {
  const rig = await setup(t, { sections: SECTIONS });
  await enqueue(rig, '/data/pier/a.mp4');
  const plain = await rig.run([...SCAN, '--json']);
  assert.match(plain.stdout, /^\{"event":"scan_requested",.*"section":"Adult","folder":"\/media\/pier"\}$/m);
  rig.makeDue();
  for (const more of [[], ['--json']]) {
    const { stdout, stderr } = await rig.run([...SCAN, '--obfuscate-paths', ...more]);
    assert.match(stdout + stderr, /scan/);
    assert.doesNotMatch(stdout + stderr, /pier|media/);
    rig.makeDue();
  }
});
