import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { setup } from '../../helpers/rig.ts';
import { runMain } from '../../helpers/run-main.ts';

const TWO_LIBRARIES = [
  { key: '1', title: 'Harbours', locations: ['/media/harbours'] },
  { key: '2', title: 'Gardens', locations: ['/media/gardens'] },
];

test('a file at its very path is HIGH, said with every step, and nothing is written anywhere', async (t) => {
  const { plex, run, dataDir } = await setup(t);
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/quay/lantern.mp4', title: 'Lantern Row' });
  const result = await run(['match-test', '/data/quay/lantern.mp4', '--path-map', '/data=/media']);
  assert.equal(result.code, 0, result.stderr);
  assert.match(result.stdout, /Path\t\/data\/quay\/lantern\.mp4/);
  assert.match(result.stdout, /In Plex\t\/media\/quay\/lantern\.mp4 \(--path-map \/data=\/media\)/);
  assert.match(result.stdout, /file name lantern\.mp4 in "Adult": 1 item \(1 request\)/);
  assert.match(result.stdout, new RegExp(`HIGH: item ${ratingKey} "Lantern Row" in "Adult"`));
  assert.deepEqual([...new Set(plex.requests.map(({ method }) => method))], ['GET']);
  assert.equal(existsSync(dataDir), false);
});

test('the document names the item, the rule and the evidence', async (t) => {
  const { plex, run } = await setup(t);
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/quay/a.mp4', size: 10 });
  plex.addItem({ sectionKey: '1', file: '/media/mole/a.mp4', size: 11 });
  const result = await run(['match-test', '/data/b/quay/a.mp4', '--size', '10', '--json']);
  const document = JSON.parse(result.stdout);
  assert.equal(result.code, 0);
  assert.equal(document.confidence, 'high');
  assert.equal(document.rule, 'size');
  assert.equal(document.rating_key, ratingKey);
  assert.equal(document.mapped_path, '/data/b/quay/a.mp4');
  assert.equal(document.candidates.length, 1);
  assert.deepEqual(
    { ...document.candidates[0], title: '' },
    {
      rating_key: ratingKey,
      title: '',
      library: 'Adult',
      file: '/media/quay/a.mp4',
      path: 'differs',
      size: 'same',
      size_bytes: 10,
      duration: 'unknown',
      duration_ms: 1_800_000,
      shared_folders: 1,
      shared_tail: 'quay/a.mp4',
      branch: 'same',
    },
  );
  assert.deepEqual(
    document.near_misses.map((miss: { kind: string; size_bytes: number }) => [miss.kind, miss.size_bytes]),
    [['other_size', 11]],
  );
  assert.equal(document.suggestion, '--path-map /data/b=/media');
  assert.equal(document.requests, 2);
});

test('candidates without proof are LOW, with the line that would prove one', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/mnt/quay/01.mp4' });
  const args = ['match-test', '/data/quay/01.mp4', '--path-map', '/data=/media'];
  const text = await run(args);
  assert.equal(text.code, 1);
  assert.match(text.stdout, /LOW: a candidate, and no proof/);
  assert.match(text.stdout, /LowConfidenceMatch/);
  assert.match(text.stdout, /--path-map \/data=\/mnt$/m);
  const strict = JSON.parse((await run([...args, '--json'])).stdout);
  assert.deepEqual([strict.confidence, strict.rating_key, strict.would_write], ['low', null, false]);
  const relaxed = JSON.parse((await run([...args, '--no-strict-matching', '--json'])).stdout);
  assert.deepEqual([relaxed.confidence, relaxed.would_write], ['low', true]);
  assert.equal(typeof relaxed.rating_key, 'string');
});

test('at the very path another size is no reason against it, and other files of the folder are not worth a word', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/quay/01.mp4', size: 11 });
  plex.addItem({ sectionKey: '1', file: '/media/quay/101.mp4', size: 12 });
  const document = JSON.parse((await run(['match-test', '/media/quay/01.mp4', '--size', '10', '--json'])).stdout);
  assert.deepEqual([document.confidence, document.rule, document.near_misses], ['high', 'path', []]);
  assert.equal(document.candidates[0].size, 'different');
});

test('it counts each request that it sends, who the server is among them', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  const counted = async () => {
    plex.resetRequests();
    const { stdout } = await run(['match-test', '/media/a.mp4', '--json']);
    return [JSON.parse(stdout).requests, plex.count()];
  };
  assert.deepEqual(await counted(), [2, 2]);
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'T']);
  await run(['process']);
  assert.deepEqual(await counted(), [3, 3]);
});

test('it uses the client identifier of a data directory and leaves nothing behind there', async (t) => {
  const { plex, run, sql, dataDir } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'T']);
  await run(['match-test', '/media/a.mp4']);
  await run(['match-test', '/media/a.mp4']);
  const ownId = plex.requests.map(({ headers }) => headers['x-plex-client-identifier']);
  assert.equal(new Set(ownId).size, 1);
  sql(`UPDATE meta SET value = 'of-the-directory' WHERE name = 'client_identifier'`);
  plex.resetRequests();
  await run(['match-test', '/media/a.mp4']);
  for (const { headers } of plex.requests) assert.equal(headers['x-plex-client-identifier'], 'of-the-directory');
  assert.deepEqual(readdirSync(dataDir).sort(), ['plexsync.log', 'queue.db', 'report-log.ndjson']);
});

test('another studio’s file of the same name is LOW, and no mapping is suggested', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/East Quay/01.mp4' });
  const document = JSON.parse((await run(['match-test', '/media/South Quay/01.mp4', '--json'])).stdout);
  assert.equal(document.confidence, 'low');
  assert.equal(document.suggestion, null);
});

test('of a file that is not there the near misses are shown', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/quay/lantern.mkv', title: 'Converted' });
  plex.addItem({ sectionKey: '1', file: '/media/quay/tides.mp4' });
  plex.addItem({ sectionKey: '1', file: '/media/mole/fog.mp4' });
  const result = await run(['match-test', '/media/quay/lantern.mp4', '--json']);
  assert.equal(result.code, 1);
  const document = JSON.parse(result.stdout);
  assert.deepEqual([document.confidence, document.rating_key, document.suggestion], ['none', null, null]);
  assert.deepEqual(
    document.near_misses.map(({ kind, file }: { kind: string; file: string }) => [kind, file]),
    [
      ['other_ending', '/media/quay/lantern.mkv'],
      ['same_folder', '/media/quay/tides.mp4'],
    ],
  );
  const text = await run(['match-test', '/media/quay/lantern.mp4']);
  assert.match(text.stdout, /same name, other ending/);
  assert.match(text.stdout, /none: no item has this file/);
});

test('where the folder is known under another mount, the mapping is suggested though the file is not there', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/North Quay/tides.mp4' });
  const document = JSON.parse((await run(['match-test', '/data/North Quay/lantern.mp4', '--json'])).stdout);
  assert.equal(document.confidence, 'none');
  assert.equal(document.suggestion, '--path-map /data=/media');
});

test('a path as Plex sees it is recognised, and the other side is shown', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/quay/a.mp4' });
  const under = ['match-test', '/media/quay/a.mp4', '--path-map', '/data=/media'];
  const text = await run(under);
  assert.equal(text.code, 0);
  assert.match(text.stdout, /the path given is one as Plex sees it/);
  assert.match(text.stdout, /In Stash\t\/data\/quay\/a\.mp4/);
  const document = JSON.parse((await run([...under, '--json'])).stdout);
  assert.deepEqual([document.seen_by, document.stash_path], ['plex', '/data/quay/a.mp4']);

  const elsewhere = await run(['match-test', '/media/quay/a.mp4', '--path-map', '/media=/mnt', '--json']);
  assert.deepEqual([JSON.parse(elsewhere.stdout).seen_by, JSON.parse(elsewhere.stdout).stash_path], ['plex', null]);
});

test('the same path in two libraries is LOW until a library is named', async (t) => {
  const { plex, run } = await setup(t, { sections: TWO_LIBRARIES });
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  const inGardens = plex.addItem({ sectionKey: '2', file: '/media/a.mp4' });
  const both = JSON.parse((await run(['match-test', '/media/a.mp4', '--json'])).stdout);
  assert.equal(both.confidence, 'low');
  assert.deepEqual(
    both.steps.map(({ library, found }: { library: string; found: number }) => [library, found]),
    [
      ['Harbours', 1],
      ['Gardens', 1],
    ],
  );
  const one = await run(['match-test', '/media/a.mp4', '--plex-library', 'gardens', '--json']);
  assert.equal(one.code, 0);
  assert.deepEqual([JSON.parse(one.stdout).rating_key, JSON.parse(one.stdout).library], [inGardens, 'Gardens']);
});

test('a library with a comma in its name is meant by flag, environment and config file, and so is one beside it', async (t) => {
  const titles = ['Films, Old', 'Films', 'Old', ' Films'];
  const sections = titles.map((title, index) => ({ key: String(index + 1), title, locations: [`/media/${index}`] }));
  const { plex, run, dir } = await setup(t, { sections });
  for (const { key } of sections) plex.addItem({ sectionKey: key, file: '/media/a.mp4' });
  const config = join(dir, 'other.json');
  const libraries = async (args: readonly string[], plex_library: unknown = [], PLEX_LIBRARY = '') => {
    writeFileSync(config, JSON.stringify({ plex_library }), { mode: 0o600 });
    const { stdout, stderr } = await run(['match-test', '/media/a.mp4', '--json', '--config', config, ...args], {
      env: { PLEX_LIBRARY },
    });
    assert.notEqual(stdout, '', stderr);
    return (JSON.parse(stdout) as { steps: { library: string }[] }).steps.map(({ library }) => library);
  };
  assert.deepEqual(await libraries(['--plex-library', 'films, old']), ['Films, Old']);
  assert.deepEqual(await libraries([], [], 'Old,Films, Old'), ['Old', 'Films, Old']);
  assert.deepEqual(await libraries([], ['Films, Old', ' Films']), ['Films, Old', ' Films']);
  assert.deepEqual(await libraries([], 'Old, Films'), ['Old', 'Films']);
});

test('what process does with a file is what match-test said', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/mnt/quay/01.mp4' });
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/mnt/quay/lantern.mp4' });
  for (const [id, path] of [
    ['1', '/data/mole/01.mp4'],
    ['2', '/data/quay/lantern.mp4'],
  ] as const)
    await run(['enqueue', id, '--path', path, '--title', 'Written']);
  const verdicts = [];
  for (const path of ['/data/mole/01.mp4', '/data/quay/lantern.mp4'])
    verdicts.push(JSON.parse((await run(['match-test', path, '--json'])).stdout).confidence);
  assert.deepEqual(verdicts, ['low', 'high']);
  assert.equal((await run(['process'])).code, 1);
  assert.equal(plex.item(ratingKey)?.title, 'Written');
  const letters = JSON.parse((await run(['dlq', 'list', '--json'])).stdout);
  assert.deepEqual(
    letters.map(({ scene_id, error_type }: { scene_id: number; error_type: string }) => [scene_id, error_type]),
    [[1, 'LowConfidenceMatch']],
  );
});

test('another duration rules a file out, as it does for process, and the verdict says so', async (t) => {
  const { plex, run } = await setup(t);
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/quay/a.mp4', duration: 3_723_000 });
  const other = await run(['match-test', '/data/quay/a.mp4', '--duration', '1:05:00']);
  assert.equal(other.code, 1);
  assert.match(other.stdout, /File\t1:05:00\n/);
  assert.match(other.stdout, /same name, other duration \(1:02:03\)/);
  assert.match(other.stdout, /still has the old duration/);
  const same = JSON.parse((await run(['match-test', '/data/quay/a.mp4', '--duration', '3724.5', '--json'])).stdout);
  assert.deepEqual([same.confidence, same.rule, same.duration_ms], ['high', 'folders', 3_724_500]);
  assert.deepEqual([same.candidates[0].duration, same.candidates[0].duration_ms], ['same', 3_723_000]);
  for (const [scene_id, duration] of [
    [1, 3_900],
    [2, 3_724.5],
  ]) {
    const input = JSON.stringify({ scene_id, path: '/data/quay/a.mp4', title: `Scene ${scene_id}`, duration });
    await run(['enqueue', '-'], { input });
  }
  await run(['process']);
  assert.equal(plex.item(ratingKey)?.title, 'Scene 2');
  const waiting = JSON.parse((await run(['queue', 'list', '--json'])).stdout);
  assert.deepEqual(
    waiting.map((job: { scene_id: number; state: string }) => [job.scene_id, job.state]),
    [[1, 'not_found']],
  );
});

test('a scene is asked of Stash: its path, size and duration, and what was last written for it', async (t) => {
  const { plex, run } = await setup(t);
  const stash = await startStashServer({});
  t.after(() => stash.close());
  const env = { STASH_URL: stash.url };
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/quay/a.mp4', size: 7, title: 'Unwritten' });
  const id = String(stash.addScene({ title: 'Fog', files: [{ path: '/data/quay/a.mp4', size: 7, duration: 62.5 }] }));
  const before = await run(['match-test', '--scene', id], { env });
  assert.equal(before.code, 0, before.stderr);
  assert.match(before.stdout, new RegExp(`Scene\\t${id}, as Stash has it\\n`));
  assert.match(before.stdout, /Last time\tnothing was written for it\n/);
  assert.match(before.stdout, /File\t7 bytes, 1:03\n/);
  await run(['enqueue', id]);
  assert.equal((await run(['process'], { env })).code, 0);
  const after = await run(['match-test', '--scene', id], { env });
  assert.match(
    after.stdout,
    new RegExp(`Last time\\titem ${ratingKey} in "Adult", written .*: title.*keeps to this item`),
  );
  const document = JSON.parse((await run(['match-test', '--scene', id, '--json'], { env })).stdout);
  assert.deepEqual([document.scene_id, document.scene_from, document.size_bytes], [Number(id), 'stash', 7]);
  assert.deepEqual([document.path, document.duration_ms, document.rule], ['/data/quay/a.mp4', 62_500, 'size']);
  assert.deepEqual([document.last_written.rating_key, document.last_written.fields[0]], [ratingKey, 'title']);

  const given = ['match-test', '/mnt/b.mp4', '--scene', id, '--size', '8', '--json'];
  const own = JSON.parse((await run(given, { env })).stdout);
  assert.deepEqual([own.path, own.size_bytes, own.duration_ms, own.confidence], ['/mnt/b.mp4', 8, 62_500, 'none']);
});

test('without Stash a scene is as the data directory knows it: a job, the last sync, a dead letter', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/quay/a.mp4', size: 7 });
  plex.addItem({ sectionKey: '1', file: '/media/mole/01.mp4', size: 9 });
  const scenes = [
    { scene_id: 1, path: '/media/quay/a.mp4', title: 'A' },
    { scene_id: 2, path: '/data/pier/01.mp4', title: 'B', duration: 1_800 },
  ];
  await run(['enqueue', '-'], { input: JSON.stringify(scenes) });
  assert.equal((await run(['process'])).code, 1);
  await run(['enqueue', '-'], {
    input: JSON.stringify({ scene_id: 3, path: '/data/quay/a.mp4', size: 7, title: 'C' }),
  });
  const asked = async (id: number) => {
    const { path, size_bytes, duration_ms, confidence, scene_from, last_written } = JSON.parse(
      (await run(['match-test', '--scene', String(id), '--json'])).stdout,
    );
    assert.equal(scene_from, 'data_dir');
    return [path, size_bytes, duration_ms, confidence, last_written !== null];
  };
  assert.deepEqual(await asked(1), ['/media/quay/a.mp4', null, null, 'high', true]);
  assert.deepEqual(await asked(2), ['/data/pier/01.mp4', null, 1_800_000, 'low', false]);
  // Its item belongs to scene 1.
  assert.deepEqual(await asked(3), ['/data/quay/a.mp4', 7, null, 'low', false]);
});

test('a candidate without proof comes with the pin line to paste, and a pin is shown with what process does', async (t) => {
  const { plex, run } = await setup(t);
  const item = plex.addItem({ sectionKey: '1', file: '/media/West/01.mp4', title: 'West' });
  const file = '/data/East/01.mp4';
  assert.match((await run(['match-test', file])).stdout, new RegExp(`plexsync pin SCENE ${item}$`, 'm'));
  await run(['enqueue', '7', '--path', file, '--title', 'East']);
  assert.match((await run(['match-test', '--scene', '7'])).stdout, new RegExp(`plexsync pin 7 ${item}$`, 'm'));

  assert.equal((await run(['pin', '7', item])).code, 0);
  const pinned = await run(['match-test', '--scene', '7']);
  assert.equal(pinned.code, 1);
  assert.match(pinned.stdout, new RegExp(`^Pinned\tto item ${item} "West", /media/West/01.mp4$`, 'm'));
  assert.match(pinned.stdout, new RegExp(`process would write to the pinned item ${item}`));
  const document = JSON.parse((await run(['match-test', '--scene', '7', '--json'])).stdout);
  assert.equal(document.pin.rating_key, item);
  assert.deepEqual([document.confidence, document.would_write, document.rating_key], ['low', true, item]);
  await run(['process']);
  assert.equal(plex.item(item)?.title, 'East');
});

test('when no file of the name is there, the title that the name suggests is the last thing looked for', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/other.mp4', title: 'Beach Day' });
  const shown = await run(['match-test', '/media/Beach Day - 2026-01-30 WEBDL-2160p.mp4', '--json']);
  assert.equal(shown.code, 1);
  const { steps } = JSON.parse(shown.stdout) as { steps: { rule: string; query: string; found: number }[] };
  assert.deepEqual(
    steps.map(({ rule, query, found }) => [rule, query, found]),
    [
      ['file_name', 'Beach Day - 2026-01-30 WEBDL-2160p.mp4', 0],
      ['title', 'Beach Day - 2026-01-30', 0],
      ['title', 'Beach Day', 1],
      ['title', 'media', 0],
    ],
  );
  await run(['enqueue', '1', '--path', '/media/Beach Day - 2026-01-30 WEBDL-2160p.mp4', '--title', 'T']);
  const { stderr } = await run(['process']);
  assert.match(
    stderr,
    /Searching 'Adult' for: Beach Day - 2026-01-30 WEBDL-2160p\.mp4\n.*Title search: 'Beach Day - 2026-01-30'\n/,
  );
  assert.match(stderr, /Title search: 'Beach Day'\n.*Got 1 title matches\n/);
  assert.equal(plex.item('1')?.title, 'Beach Day');
});

test('a scene that nobody knows, or that has no file, is refused with one sentence and no directory is made', async (t) => {
  const { run, dataDir } = await setup(t);
  const stash = await startStashServer({});
  t.after(() => stash.close());
  const env = { STASH_URL: stash.url };
  const id = String(stash.addScene({ title: 'Fog', files: [] }));
  for (const [args, more, sentence] of [
    [['--scene', '99'], {}, /^plexsync: Scene 99 is not known in .*\.\n {2}Set stash_url/],
    [['--scene', '99'], { env }, /^plexsync: Scene 99 is not known in Stash, nor in .*\.\n {2}Check the id/],
    [['/a.mp4', '--scene', '99'], { env }, /^plexsync: Scene 99 is not known in Stash/],
    [['--scene', id], { env }, /^plexsync: Scene \d+ has no file that Stash knows of\.\n {2}Give FILE too\.$/m],
    [['--scene', 'pier'], {}, /^plexsync: --scene must be a scene id, not "pier"\./],
    [[], {}, /^plexsync: Neither a file nor a scene is given\.\n {2}Give the whole path/],
  ] as const) {
    const result = await run(['match-test', ...args], more);
    assert.equal(result.code, 2, result.stderr);
    assert.match(result.stderr, sentence);
    assert.equal(result.stdout, '');
  }
  assert.equal((await run(['match-test', '/media/a.mp4', '--scene', id], { env })).code, 1);
  assert.equal(existsSync(dataDir), false);
});

test('a Stash that refuses the key or is silent is no unknown scene', async (t) => {
  const { run } = await setup(t);
  const stash = await startStashServer({ apiKey: 'lantern-key-1234567890' });
  t.after(() => stash.close());
  assert.equal((await run(['match-test', '--scene', '1'], { env: { STASH_URL: stash.url } })).code, 3);
  assert.equal((await run(['match-test', '--scene', '1'], { env: { STASH_URL: 'http://127.0.0.1:1' } })).code, 4);
});

test('a refused token is 3, a silent server 4, and a fault while looking is never "none"', async (t) => {
  const { plex, run } = await setup(t);
  const refused = await run(['match-test', '/media/a.mp4'], { env: { PLEX_TOKEN: 'another-token' } });
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /refused the token/);
  const silent = await run(['match-test', '/media/a.mp4', '--json'], { env: { PLEX_URL: 'http://127.0.0.1:1' } });
  assert.equal(silent.code, 4);
  assert.equal(JSON.parse(silent.stderr).error.exit_code, 4);
  plex.fail('listing', { kind: 'status', status: 500 }, 2);
  const faulty = await run(['match-test', '/media/a.mp4']);
  assert.equal(faulty.code, 4);
  assert.equal(faulty.stdout, '');
});

for (const [what, args] of [
  ['a relative path', ['a.mp4']],
  ['a path relative to a drive', ['C:a.mp4']],
  ['a folder of Windows', ['C:\\quay\\']],
  ['a share of the network', ['\\\\nas\\quay']],
  ['an empty path', ['']],
  ['an address', ['https://plex/a.mp4']],
  ['a folder', ['/data/quay/']],
  ['no path', []],
  ['two paths', ['/a.mp4', '/b.mp4']],
  ['a size that is no number', ['/a.mp4', '--size', '1 GB']],
  ['a duration that is none', ['/a.mp4', '--duration', '1:75']],
  ['a duration of nothing', ['/a.mp4', '--duration', '0']],
  ['a mapping without an equals sign', ['/a.mp4', '--path-map', '/data']],
  ['a library that is not there', ['/a.mp4', '--plex-library', 'Lighthouses']],
] as const) {
  test(`${what} is refused with one sentence`, async (t) => {
    const { run } = await setup(t);
    const result = await run(['match-test', ...args]);
    assert.equal(result.code, 2, result.stderr);
    assert.equal(result.stdout, '');
    assert.doesNotMatch(result.stderr, / at .*:\d+/);
  });
}

test('without an address of Plex it says how to give one', async () => {
  const result = await runMain(['match-test', '/a.mp4']);
  assert.equal(result.code, 2);
  assert.match(result.stderr, /PLEX_URL/);
});

test('names that nearly agree are near misses with the line that pins them, and never a match', async (t) => {
  const { plex, run } = await setup(t);
  const near = [
    ['Pier: One.mp4', 'Pier\uF022 One.mp4', 'smb_signs'],
    ['Lantern Row.mp4', 'Lantrn Row.mp4', 'one_letter'],
    ['Harbour Lights.mp4', 'Harbour Lights.mkv', 'other_ending'],
  ] as const;
  const asked = new Map<string, number>();
  for (const [wanted, name, kind] of near) {
    const key = plex.addItem({ sectionKey: '1', file: `/media/elsewhere/${name}`, size: 10 });
    const args = ['match-test', `/data/quay/${wanted}`, '--size', '10'];
    const { near_misses, confidence, requests } = JSON.parse((await run([...args, '--json'])).stdout);
    const [miss] = near_misses;
    asked.set(kind, requests);
    assert.deepEqual([confidence, miss.kind, miss.size, miss.pin], ['none', kind, 'same', `plexsync pin SCENE ${key}`]);
    const { stdout, code } = await run(args);
    assert.equal(code, 1);
    assert.match(stdout, new RegExp(`If you know that item ${key} "[^"]+" is it: plexsync pin SCENE ${key}\n`));
    assert.match(stdout, /, same size/);
  }
  // A name that the first questions find is asked for no further.
  assert.ok((asked.get('other_ending') ?? 0) < (asked.get('one_letter') ?? 0), JSON.stringify([...asked]));
});

test('a file of a library that plex_library leaves out is said to be there, with the line that takes it in', async (t) => {
  const { plex, run, dataDir } = await setup(t, { sections: TWO_LIBRARIES });
  const key = plex.addItem({ sectionKey: '2', file: '/media/gardens/fog.mp4', title: 'Fog' });
  const asked = ['match-test', '/media/gardens/fog.mp4'];
  const byFlag = await run([...asked, '--plex-library', 'Harbours']);
  assert.equal(byFlag.code, 1);
  assert.match(
    byFlag.stdout,
    /It is in library "Gardens", which plex_library leaves out: --plex-library Harbours --plex-library Gardens\n/,
  );
  const byVariable = await run([...asked, '--json'], { env: { PLEX_LIBRARY: 'Harbours' } });
  assert.deepEqual(JSON.parse(byVariable.stdout).left_out, {
    rating_key: key,
    title: 'Fog',
    library: 'Gardens',
    file: '/media/gardens/fog.mp4',
    certainty: 'proven',
    command: "export PLEX_LIBRARY='Harbours,Gardens'",
  });
  const config = join(dataDir, '..', 'named.json');
  writeFileSync(config, JSON.stringify({ plex_library: ['Harbours'] }));
  const byFile = JSON.parse((await run([...asked, '--config', config, '--json'])).stdout);
  assert.equal(byFile.confidence, 'none');
  assert.equal(byFile.left_out.command, `plexsync config set plex_library Harbours Gardens --config ${config}`);
  const everywhere = JSON.parse((await run([...asked, '--json'])).stdout);
  assert.deepEqual([everywhere.confidence, everywhere.left_out], ['high', null]);
  // What is proven there, or in the chosen library, is looked for no further.
  const { requests } = JSON.parse(byVariable.stdout);
  plex.addItem({ sectionKey: '1', file: '/media/harbours/pier.mp4' });
  const found = await run(['match-test', '/media/harbours/pier.mp4', '--json'], { env: { PLEX_LIBRARY: 'Harbours' } });
  assert.deepEqual([requests, JSON.parse(found.stdout).requests], [5, 2]);
  await run(['enqueue', '7', '--path', '/media/gardens/fog.mp4', '--title', 'Fog']);
  const { stderr } = await run(['process'], { env: { PLEX_LIBRARY: 'Harbours' } });
  assert.match(
    stderr,
    /it is in library "Gardens", which plex_library leaves out: export PLEX_LIBRARY='Harbours,Gardens'/,
  );
});
