/** Files that are not where they were thought to be, and servers with more than one library. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';

type Scene = { readonly scene_id: number; readonly path: string; readonly title: string };
type Document = Record<string, unknown>;

async function enqueue(run: Rig['run'], scenes: readonly Scene[]): Promise<void> {
  const { code, stderr } = await run(['enqueue', '-'], { input: JSON.stringify(scenes) });
  assert.equal(code, 0, stderr);
}

const configure = ({ dataDir }: Rig, settings: Document): void =>
  writeFileSync(join(dataDir, 'config.json'), JSON.stringify(settings), { mode: 0o600 });

/** Twelve scenes as Stash in its container sees them; in Plex an old copy lies beside each, with the same folder. */
async function dockerised(t: TestContext): Promise<Rig & { scenes: readonly Scene[]; keys: readonly string[] }> {
  const rig = await setup(t);
  const numbers = Array.from({ length: 12 }, (_, index) => index + 1);
  const keys = numbers.map((n) => {
    // Every other copy comes first, so that the likeliest item of a scene is not always the right one.
    const copy = { sectionKey: '1', file: `/media/old disk ${n}/pier ${n}/walk ${n}.mp4` };
    if (n % 2 === 1) rig.plex.addItem(copy);
    const key = rig.plex.addItem({ sectionKey: '1', file: `/media/pier ${n}/walk ${n}.mp4` });
    if (n % 2 === 0) rig.plex.addItem(copy);
    return key;
  });
  const scenes = numbers.map((n) => ({ scene_id: n, path: `/data/pier ${n}/walk ${n}.mp4`, title: `Walk ${n}` }));
  await enqueue(rig.run, scenes);
  return { ...rig, scenes, keys };
}

test('“Stash and Plex run in Docker, and nothing matches”: the missing line is derived, and with it all lands', async (t) => {
  const rig = await dockerised(t);
  const { plex, run, sql, scenes, keys } = rig;
  const stopped = await run(['process']);
  assert.equal(stopped.code, 2, stopped.stderr);
  assert.match(stopped.stderr, /jobs in a row failed with LowConfidenceMatch and none succeeded/);
  assert.match(stopped.stderr, /1[0-2] of 1[0-2] would have it with --path-map \/data=\/media\n/);
  assert.deepEqual([sql('SELECT 1 FROM jobs').length, sql('SELECT 1 FROM dead_letters', 'dlq.db').length], [12, 0]);
  assert.equal(plex.count('edit'), 0);

  const doctor = await run(['doctor']);
  assert.equal(doctor.code, 1);
  const line = /Add (--path-map) (\S+), or path_map in the config file/.exec(doctor.stdout);
  assert.deepEqual(line?.slice(1), ['--path-map', '/data=/media'], doctor.stdout);
  const [first] = scenes;
  const before = await run(['match-test', first?.path ?? '']);
  assert.equal(before.code, 1);
  assert.match(before.stdout, /^Verdict\tLOW/m);
  const after = await run(['match-test', first?.path ?? '', '--path-map', '/data=/media']);
  assert.equal(after.code, 0);
  assert.match(after.stdout, new RegExp(`^Verdict\tHIGH: item ${keys[0]} .*at this very path$`, 'm'));

  configure(rig, { path_map: ['/data=/media'] });
  const landed = await run(['process']);
  assert.equal(landed.code, 0, landed.stderr);
  assert.match(landed.stdout, /^Queue processing complete\. Processed: 12, Failed: 0 /);
  assert.deepEqual(
    keys.map((key) => plex.item(key)?.title),
    scenes.map(({ title }) => title),
  );
  assert.equal(plex.count('edit'), 12);
  assert.equal((await run(['doctor'])).code, 0);
});

test('“Plex has scanned nothing of it”: a hundred misses at first contact stop the run and show the line too', async (t) => {
  const rig = await setup(t);
  const numbers = Array.from({ length: 120 }, (_, index) => index + 1);
  await enqueue(
    rig.run,
    numbers.map((n) => ({ scene_id: n, path: `/data/quay/${n}.mp4`, title: `Quay ${n}` })),
  );
  const stopped = await rig.run(['process']);
  assert.equal(stopped.code, 2, stopped.stderr);
  assert.match(stopped.stderr, /0 of 1\d\d files were found in Plex, and none ever was/);
  assert.match(stopped.stderr, /would be under it with --path-map \/data\/quay=\/media/);
  assert.deepEqual(rig.sql('SELECT DISTINCT misses, failures FROM jobs'), [{ misses: 0, failures: 0 }]);
});

test('“I have moved the library, and 137 scenes are dead”: one summary, one setting, one retry', async (t) => {
  const rig = await setup(t);
  const { plex, run, sql } = rig;
  plex.addItem({ sectionKey: '1', file: '/media/stayed.mp4' });
  await enqueue(run, [{ scene_id: 1000, path: '/media/stayed.mp4', title: 'Stayed' }]);
  assert.equal((await run(['process'])).code, 0);
  const numbers = Array.from({ length: 137 }, (_, index) => index + 1);
  const scenes = numbers.map((n) => ({
    scene_id: n,
    path: `/media/old/pier ${n % 12}/${n}.mp4`,
    title: `Harbour ${n}`,
  }));
  await enqueue(run, scenes);
  // The tries of two hours are over, and Plex has not found the files again.
  sql('UPDATE jobs SET misses = 12');
  assert.equal((await run(['process'])).code, 1);
  const keys = numbers.map((n) => plex.addItem({ sectionKey: '1', file: `/media/new/pier ${n % 12}/${n}.mp4` }));

  const [line = ''] = (await run(['dlq', 'summary'])).stdout.split('\n');
  assert.match(line, /^PlexNotFound\t137\t\/media\/old\t.*moved.*path_map/);
  const letters = ['--error-type', 'PlexNotFound', '--path-prefix', '/media/old'];
  assert.ok(line.includes(`plexsync dlq retry ${letters.join(' ')}`), line);
  const dry = await run(['dlq', 'retry', ...letters, '--dry-run']);
  assert.match(dry.stdout, /\n137 dead letters would be put back into the queue\.\n$/);
  assert.equal(sql('SELECT 1 FROM dead_letters', 'dlq.db').length, 137);

  const example = await run(['match-test', '/media/old/pier 1/1.mp4']);
  assert.match(example.stdout, /--path-map \/media\/old=\/media\/new/);
  configure(rig, { path_map: ['/media/old=/media/new'] });
  const unanswered = await run(['dlq', 'retry', '--path-prefix', '/media/old']);
  assert.equal(unanswered.code, 2);
  const retried = await run(['dlq', 'retry', '--path-prefix', '/media/old', '--yes']);
  assert.equal(retried.stdout, '137 dead letters put back into the queue.\n', retried.stderr);
  const arrived = await run(['process']);
  assert.equal(arrived.code, 0, arrived.stderr);
  assert.match(arrived.stdout, /Processed: 137, Failed: 0/);
  assert.deepEqual(
    keys.map((key) => plex.item(key)?.title),
    scenes.map(({ title }) => title),
  );
  assert.equal((await run(['dlq', 'list'])).stdout, 'No dead letters.\n');
});

test('“I have two libraries”: the named one gets the edit, and the same path in both is never guessed', async (t) => {
  const { plex, run, sql } = await setup(t, {
    sections: [
      { key: '1', title: 'Harbours', locations: ['/media'] },
      { key: '2', title: 'Gardens', locations: ['/media'] },
    ],
  });
  const harbour = plex.addItem({ sectionKey: '1', file: '/media/walks/01.mp4', title: 'a' });
  const garden = plex.addItem({ sectionKey: '2', file: '/media/walks/01.mp4', title: 'b' });
  const titles = (): unknown[] => [plex.item(harbour)?.title, plex.item(garden)?.title];
  await run(['enqueue', '1', '--path', '/media/walks/01.mp4', '--title', 'A walk']);

  const verdict = await run(['match-test', '/media/walks/01.mp4']);
  assert.equal(verdict.code, 1);
  assert.match(verdict.stdout, /^Verdict\tLOW/m);
  assert.match(verdict.stdout, /set plex_library to the one that is meant/);
  const guess = await run(['process']);
  assert.equal(guess.code, 1);
  assert.match(guess.stderr, /LowConfidenceMatch|Low confidence match skipped/);
  assert.deepEqual(titles(), ['a', 'b']);
  assert.match(String(sql('SELECT error_message FROM dead_letters', 'dlq.db')[0]?.['error_message']), /plex_library/);

  assert.equal((await run(['dlq', 'retry', '1'])).code, 0);
  const named = await run(['process'], { env: { PLEX_LIBRARY: 'gardens' } });
  assert.equal(named.code, 0, named.stderr);
  assert.deepEqual(titles(), ['a', 'A walk']);

  // The same file name elsewhere in the other library is no reason to hesitate.
  const other = plex.addItem({ sectionKey: '1', file: '/media/boats/02.mp4', title: 'c' });
  const meant = plex.addItem({ sectionKey: '2', file: '/media/roses/02.mp4', title: 'd' });
  await run(['enqueue', '2', '--path', '/media/roses/02.mp4', '--title', 'Roses']);
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual([plex.item(other)?.title, plex.item(meant)?.title], ['c', 'Roses']);
});
