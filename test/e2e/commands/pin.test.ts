/** A person's word about which item a scene is, through the real bin. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';

type Document = Record<string, unknown>;

const SECTIONS = [
  { key: '1', title: 'Harbours', locations: ['/media'] },
  { key: '2', title: 'Gardens', locations: ['/gardens'] },
];

/** Scene 7, whose file Plex has under another name: two items are alike, neither is proven. */
async function setupDoubt(t: Parameters<typeof setup>[0]): Promise<Rig & { east: string; west: string }> {
  const rig = await setup(t, { sections: SECTIONS });
  const east = rig.plex.addItem({ sectionKey: '1', file: '/media/east/01.mp4', title: 'East pier' });
  const west = rig.plex.addItem({ sectionKey: '1', file: '/media/west/01.mp4', title: 'West pier' });
  await rig.run(['enqueue', '7', '--path', '/stash/north/01.mp4', '--title', 'Lighthouse', '--tag', 'sea']);
  return { ...rig, east, west };
}

const process = async ({ run }: Rig, ...args: string[]) => await run(['process', ...args]);
const lookUps = ({ plex }: Rig): number => plex.count('listing');

test('a pin beats a LOW: the letter has the line to paste, and after it the scene is written with no look-up', async (t) => {
  const rig = await setupDoubt(t);
  const { run, plex, east, west } = rig;
  assert.equal((await process(rig)).code, 1);
  const [letter] = JSON.parse((await run(['dlq', 'list', '--json'])).stdout) as Document[];
  assert.deepEqual(letter?.['choices'], [
    { rating_key: east, title: 'East pier', library: 'Harbours', file: '/media/east/01.mp4' },
    { rating_key: west, title: 'West pier', library: 'Harbours', file: '/media/west/01.mp4' },
  ]);
  assert.match(String(letter?.['error_message']), new RegExp(`\\. If it is ${east}: plexsync pin 7 ${east}$`));
  const { stdout: shown } = await run(['dlq', 'show', '1']);
  assert.match(shown, new RegExp(`^If it is "East pier" \\(/media/east/01\\.mp4\\): plexsync pin 7 ${east}$`, 'm'));
  assert.match(shown, new RegExp(`^If it is "West pier" \\(.*\\): plexsync pin 7 ${west}$`, 'm'));

  const pinned = await run(['pin', '7', west]);
  assert.equal(pinned.code, 0, pinned.stderr);
  assert.equal(
    pinned.stdout,
    `Scene 7 is pinned to item ${west} "West pier" in library Harbours, file /media/west/01.mp4.\nNext: plexsync dlq retry 1\n`,
  );
  assert.equal(plex.item(west)?.title, 'West pier');
  await run(['dlq', 'retry', '1']);
  plex.resetRequests();
  const drained = await process(rig, '-v');
  assert.equal(drained.code, 0, drained.stderr);
  assert.match(drained.stderr, /Found \(pinned\): West pier/);
  assert.deepEqual([plex.item(west)?.title, plex.item(east)?.title, lookUps(rig)], ['Lighthouse', 'East pier', 0]);

  const status = await run(['status', '7']);
  assert.match(status.stdout, new RegExp(`^pinned to\\titem ${west} "West pier", since `, 'm'));
  const document = JSON.parse((await run(['status', '7', '--json'])).stdout) as { pin: Document };
  assert.deepEqual([document.pin['rating_key'], document.pin['file']], [west, '/media/west/01.mp4']);
});

test('a pin follows its file through a new scan, says so, and a dry run moves nothing', async (t) => {
  const rig = await setupDoubt(t);
  const { run, plex, sql, west } = rig;
  await run(['pin', '7', west]);
  plex.removeItem(west);
  const anew = plex.addItem({ sectionKey: '1', file: '/media/west/01.mp4', title: 'West pier' });
  assert.notEqual(anew, west);

  const preview = await process(rig, '--dry-run');
  assert.match(preview.stdout, new RegExp(`Scene 7 would be written to item ${anew} 'West pier'`));
  assert.deepEqual(sql('SELECT rating_key FROM pins'), [{ rating_key: west }]);

  const drained = await process(rig);
  assert.equal(drained.code, 0, drained.stderr);
  assert.match(
    drained.stderr,
    new RegExp(`The pin of scene 7 moved from item ${west} to item ${anew}, which has its file`),
  );
  assert.equal(plex.item(anew)?.title, 'Lighthouse');
  assert.deepEqual(sql('SELECT rating_key, file FROM pins'), [{ rating_key: anew, file: '/media/west/01.mp4' }]);

  await run(['enqueue', '7', '--title', 'Lighthouse Two']);
  plex.resetRequests();
  assert.equal((await process(rig)).code, 0);
  assert.deepEqual([plex.item(anew)?.title, lookUps(rig)], ['Lighthouse Two', 0]);
});

test('the file decides, not the key: moved into another item it is followed, renamed within its own it is kept', async (t) => {
  const rig = await setupDoubt(t);
  const { run, plex, sql, east, west } = rig;
  await run(['pin', '7', west]);
  plex.moveFile(west, '/media/west/renamed.mp4');
  const kept = await process(rig, '--obfuscate-paths');
  assert.equal(kept.code, 0, kept.stderr);
  assert.match(kept.stderr, new RegExp(`The item ${west} that scene 7 is pinned to has another file now: `));
  assert.doesNotMatch(kept.stderr, /renamed/);
  assert.equal(plex.item(west)?.title, 'Lighthouse');
  assert.deepEqual(sql('SELECT rating_key, file FROM pins'), [{ rating_key: west, file: '/media/west/renamed.mp4' }]);

  plex.moveFile(west, '/media/west/other.mp4');
  plex.moveFile(east, '/media/west/renamed.mp4');
  await run(['enqueue', '7', '--title', 'Lighthouse Two']);
  assert.equal((await process(rig)).code, 0);
  assert.deepEqual([plex.item(west)?.title, plex.item(east)?.title], ['Lighthouse', 'Lighthouse Two']);
  assert.deepEqual(sql('SELECT rating_key FROM pins'), [{ rating_key: east }]);
});

test('an item made anew for another file under the pinned key is not written: the pinned file is waited for', async (t) => {
  const rig = await setupDoubt(t);
  const { run, plex, sql, west } = rig;
  await run(['pin', '7', west]);
  assert.equal((await process(rig)).code, 0);
  const { addedAt = 0 } = plex.item(west) ?? {};
  plex.removeItem(west);
  plex.addItem({
    sectionKey: '1',
    ratingKey: west,
    file: '/media/north/05.mp4',
    title: 'North pier',
    addedAt: addedAt + 60,
  });
  await run(['enqueue', '7', '--title', 'Lighthouse Two']);
  const { code, stdout } = await process(rig);
  assert.equal(code, 0);
  assert.match(stdout, /1 not in Plex yet/);
  assert.equal(plex.item(west)?.title, 'North pier');
  assert.deepEqual(sql('SELECT rating_key, file FROM pins'), [{ rating_key: west, file: '/media/west/01.mp4' }]);
});

test('a pinned item that is nowhere makes the job wait, with the way out; the file’s return wakes it', async (t) => {
  const rig = await setupDoubt(t);
  const { run, plex, sql, west } = rig;
  await run(['pin', '7', west]);
  plex.removeItem(west);
  const drained = await process(rig, '--obfuscate-paths');
  assert.doesNotMatch(drained.stderr, /west/);
  assert.equal(drained.code, 0, drained.stderr);
  const [job] = sql('SELECT last_error, misses FROM jobs');
  assert.equal(job?.['misses'], 1);
  assert.match(
    String(job?.['last_error']),
    new RegExp(`^PlexNotFound: Scene 7 is pinned to Plex item ${west} "West pier".* plexsync unpin 7$`),
  );
  const anew = plex.addItem({ sectionKey: '1', file: '/media/west/01.mp4', title: 'West pier' });
  await run(['enqueue', '8', '--path', '/media/none.mp4', '--title', 'Something due']);
  const woken = await process(rig);
  assert.match(woken.stderr, /Plex has added files to 'Harbours' that 1 job waited for/);
  assert.equal(plex.item(anew)?.title, 'Lighthouse');
});

test('two items with the pinned file are never guessed between', async (t) => {
  const rig = await setupDoubt(t);
  const { run, plex, west } = rig;
  await run(['pin', '7', west]);
  plex.removeItem(west);
  const twins = ['1', '2'].map((sectionKey) => plex.addItem({ sectionKey, file: '/media/west/01.mp4', title: 'Twin' }));
  assert.equal((await process(rig)).code, 1);
  const [letter] = JSON.parse((await run(['dlq', 'list', '--json'])).stdout) as Document[];
  assert.equal(letter?.['error_type'], 'LowConfidenceMatch');
  for (const twin of twins) {
    assert.match(String(letter?.['error_message']), new RegExp(`plexsync pin 7 ${twin}\\b`));
    assert.equal(plex.item(twin)?.title, 'Twin');
  }
});

test('what cannot be pinned is refused in one sentence, and nothing is pinned', async (t) => {
  const rig = await setup(t, {
    sections: [...SECTIONS, { key: '3', title: 'Shows', type: 'show' as const, locations: ['/shows'] }],
  });
  const { run, plex, sql } = rig;
  const garden = plex.addItem({ sectionKey: '2', file: '/gardens/rose.mp4', title: 'Rose' });
  assert.equal((await run(['pin', '7', garden])).code, 2, 'there is no data directory');
  await run(['enqueue', '7', '--path', '/stash/a.mp4', '--title', 'A']);
  const cases: readonly (readonly [args: readonly string[], sentence: RegExp])[] = [
    [['7', '99999'], /^plexsync: Plex has no item 99999; nothing was pinned\.$/m],
    [
      ['7', garden, '--plex-library', 'Harbours'],
      /is in the library "Gardens", which is none that is written to; nothing was pinned\.\n {2}Written to: "Harbours"\./,
    ],
    [['7', ''], /^plexsync: "" is no rating key\.$/m],
    [['7', '1,2'], /^plexsync: "1,2" is no rating key\.$/m],
    [['7', '../1'], /is no rating key/],
    [['0', garden], /^plexsync: "0" is no scene id\.$/m],
    [['pier', garden], /is no scene id/],
    [['7'], /Give the scene id and the rating key/],
    [[], /Give the scene id and the rating key/],
    [['7', '--list'], /pin --list takes no scene/],
  ];
  for (const [args, sentence] of cases) {
    const refused = await run(['pin', ...args]);
    assert.deepEqual([refused.code, refused.stdout], [2, ''], args.join(' '));
    assert.match(refused.stderr, sentence);
  }
  assert.equal((await run(['pin', '7', garden, '--plex-token', 'wrong-token-x'])).code, 3);
  assert.equal((await run(['pin', '7', garden, '--plex-url', 'http://127.0.0.1:1'])).code, 4);
  assert.deepEqual(sql('SELECT * FROM pins'), []);
});

test('pins are listed, replaced with a word on what they replaced, and taken away with the way back', async (t) => {
  const rig = await setupDoubt(t);
  const { run, plex, east, west } = rig;
  assert.equal((await run(['pin', '--list'])).stdout, 'No scene is pinned.\n');
  await run(['pin', '7', east]);
  const again = await run(['pin', '7', west]);
  assert.match(again.stdout, new RegExp(`^It was pinned to item ${east} "East pier" before\\.$`, 'm'));
  assert.match(
    (await run(['pin', '9', west])).stdout,
    /^Pinned to this item too: scene 7\.\nNext: plexsync enqueue 9$/m,
  );
  plex.resetRequests();
  assert.match(
    (await run(['pin', '--list'])).stdout,
    new RegExp(`^7\\t${west}\\tWest pier\\t/media/west/01\\.mp4\\t.*\n9\\t`),
  );
  const listed = JSON.parse((await run(['pin', '--list', '--json'])).stdout) as Document[];
  assert.deepEqual(
    listed.map(({ scene_id, rating_key }) => [scene_id, rating_key]),
    [
      [7, west],
      [9, west],
    ],
  );
  const unpinned = await run(['unpin', '7']);
  assert.equal(
    unpinned.stdout,
    `Scene 7 is no longer pinned to item ${west} "West pier": its file decides again. To pin it again: plexsync pin 7 ${west}\n`,
  );
  const unknown = await run(['unpin', '7']);
  assert.deepEqual([unknown.code, unknown.stdout], [2, '']);
  assert.match(unknown.stderr, /^plexsync: Scene 7 is not pinned\.$/m);
  assert.match((await run(['unpin', '1.5'])).stderr, /"1\.5" is no scene id/);
  assert.equal(plex.count(), 0);
});

test('what waits for its file is due once pinned, and unpinned the file decides as if there had been no pin', async (t) => {
  const rig = await setup(t, { sections: SECTIONS });
  const { run, plex, sql } = rig;
  const rose = plex.addItem({ sectionKey: '2', file: '/gardens/rose.mp4', title: 'Rose' });
  await run(['enqueue', '7', '--path', '/stash/tulip.mp4', '--title', 'Tulip']);
  await process(rig);
  const pinned = JSON.parse((await run(['pin', '7', rose, '--json'])).stdout) as Document;
  assert.deepEqual([pinned['woken'], pinned['next'], pinned['library']], [true, 'plexsync process', 'Gardens']);
  assert.equal((await process(rig)).code, 0);
  assert.equal(plex.item(rose)?.title, 'Tulip');
  await run(['unpin', '7']);
  await run(['enqueue', '7', '--title', 'Tulip Two']);
  await process(rig);
  assert.equal(plex.item(rose)?.title, 'Tulip');
  assert.deepEqual(sql('SELECT misses FROM jobs'), [{ misses: 1 }]);
});

test('a pin beats the record and another scene’s ownership; what is pinned is not taken back by its file', async (t) => {
  const rig = await setup(t, { sections: SECTIONS });
  const { run, plex } = rig;
  const [pier, mole] = ['pier', 'mole'].map((name) =>
    plex.addItem({ sectionKey: '1', file: `/media/${name}.mp4`, title: name }),
  );
  assert.ok(pier !== undefined && mole !== undefined);
  await run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier', '--tag', 'pier']);
  await run(['enqueue', '2', '--path', '/media/mole.mp4', '--title', 'Mole', '--tag', 'mole']);
  await process(rig);
  plex.editByHand(mole, { genres: ['mole', 'by hand'] });

  const pinned = await run(['pin', '1', mole]);
  assert.match(
    pinned.stdout,
    new RegExp(`^It was written to item ${pier} before: what was written there stays there\\.$`, 'm'),
  );
  await run(['enqueue', '1', '--title', 'Pier', '--tag', 'pier']);
  assert.equal((await process(rig)).code, 0);
  assert.equal(plex.item(pier)?.title, 'Pier');
  assert.equal(plex.item(mole)?.title, 'Pier');
  const genres = (key: string): readonly string[] => (plex.item(key)?.genres ?? []).map(String).toSorted();
  assert.deepEqual(genres(mole), ['by hand', 'pier']);

  for (const how of ['--strict-matching', '--no-strict-matching']) {
    await run(['enqueue', '2', '--title', 'Mole']);
    assert.equal((await process(rig, how)).code, 1);
    assert.equal(plex.item(mole)?.title, 'Pier', how);
  }
  const letters = JSON.parse((await run(['dlq', 'list', '--json'])).stdout) as Document[];
  assert.match(String(letters[0]?.['error_message']), new RegExp(`is pinned to scene 1\\..*plexsync pin 2 ${mole}$`));
});

test('a kill between reading and settling leaves the pin where it was followed to, and the next run ends the same', async (t) => {
  for (const point of ['resolved', 'read', 'intended', 'written']) {
    const rig = await setupDoubt(t);
    const { run, spawn, plex, sql, west } = rig;
    await run(['pin', '7', west]);
    plex.removeItem(west);
    const anew = plex.addItem({ sectionKey: '1', file: '/media/west/01.mp4', title: 'West pier' });
    const killed = await spawn(['process'], { env: { PLEXSYNC_TEST_KILL_AT: point } });
    assert.equal(killed.signal, 'SIGKILL', point);
    rig.makeDue();
    const after = await process(rig);
    assert.equal(after.code, 0, after.stderr);
    assert.equal(plex.item(anew)?.title, 'Lighthouse');
    assert.deepEqual(sql('SELECT rating_key FROM pins'), [{ rating_key: anew }]);
    assert.deepEqual(sql('SELECT * FROM jobs'), []);
  }
});

test('another server drops the pins, and a scene that is destroyed in Stash its own', async (t) => {
  const rig = await setupDoubt(t);
  const { run, west, sql } = rig;
  for (const scene of ['7', '8']) await run(['pin', scene, west]);
  const event = { args: { hookContext: { id: 7, type: 'Scene.Destroy.Post', input: null, inputFields: [] } } };
  await run(['hook'], { input: JSON.stringify(event) });
  assert.deepEqual(sql('SELECT scene_id FROM pins'), [{ scene_id: 8 }]);
  const other = await setup(t, { sections: SECTIONS, machineIdentifier: 'f'.repeat(40) });
  await run(['enqueue', '3', '--path', '/media/none.mp4', '--title', 'x']);
  const env = { PLEX_URL: other.plex.url, PLEX_TOKEN: other.plex.token };
  const refused = await run(['pin', '8', west], { env });
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /belongs to the Plex server/);
  await run(['process', '--adopt-server'], { env });
  assert.deepEqual(sql('SELECT * FROM pins'), []);
});
