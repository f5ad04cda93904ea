/** A backup is one instant of both databases; restoring one loses nothing, and lets old never overwrite new. */
import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { startPlexServer } from '../../../src/simulator/plex/server.ts';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { setup } from '../../helpers/rig.ts';
import { runMain } from '../../helpers/run-main.ts';

async function setupHarbour(t: TestContext) {
  const rig = await setup(t);
  const stash = await startStashServer();
  t.after(() => stash.close());
  const item = rig.plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  const scene = stash.addScene({ title: 'Pier of today', files: ['/media/pier.mp4'] });
  const file = join(rig.dir, 'harbour.backup');
  const titles = (): unknown[] => rig.sql('SELECT data FROM jobs ORDER BY id').map(({ data }) => data);
  return { ...rig, stash, item, scene, file, titles };
}

const OLD = ['--path', '/media/pier.mp4', '--title', 'Pier of then', '--tagline', 'By the sea'];

test('what waited and what died is there again, and what was there is kept', async (t) => {
  const { run, sql, file, dataDir, titles } = await setupHarbour(t);
  await run(['enqueue', '7', '--title', 'No path', '--path', '/media/a.mp4']);
  await run(['enqueue', '8', '--path', '/media/quay.mp4', '--title', 'Quay']);
  sql(
    `UPDATE jobs SET state = 'in_progress', attempt = 1, lease_owner = 'gone', lease_expires_at = 9e12 WHERE scene_id = 8`,
  );
  const before = titles();
  const taken = await run(['backup', file]);
  assert.deepEqual([taken.code, taken.stderr], [0, '']);
  assert.match(taken.stdout, /^Backup of .* written to .*harbour\.backup: 2 waiting jobs, 0 dead letters\n$/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  await run(['queue', 'drop', '--scene', '7', '--yes']);
  const restored = await run(['restore', file, '--yes']);
  assert.equal(restored.code, 0, restored.stderr);
  assert.match(
    restored.stdout,
    /^Restored the backup of .* \(2 waiting jobs, 0 dead letters\)\.\nWhat was there is in /,
  );
  assert.match(restored.stderr, /No stash_url is set, so what waits is written as it was then/);
  assert.deepEqual(titles(), before);
  assert.deepEqual(sql('SELECT DISTINCT state, attempt, lease_owner FROM jobs'), [
    { state: 'pending', attempt: 0, lease_owner: null },
  ]);
  const kept = readdirSync(dataDir).filter((name) => name.endsWith('.backup'));
  assert.equal(kept.length, 1);
  await run(['restore', join(dataDir, kept[0] ?? ''), '--yes']);
  assert.equal(titles().length, 1, 'the way back');
  assert.deepEqual(
    readdirSync(dataDir).filter((name) => name.startsWith('restore-')),
    [],
  );
});

test('where Stash is known, old values are asked for anew: old never overwrites new', async (t) => {
  const { run, sql, file, stash, scene, item, plex } = await setupHarbour(t);
  await run(['enqueue', String(scene), ...OLD]);
  await run(['backup', file]);
  const env = { STASH_URL: stash.url };
  const restored = await run(['restore', file, '--yes', '--json'], { env });
  assert.deepEqual(JSON.parse(restored.stdout).asked_anew, { jobs: 1, dead_letters: 0 });
  const { stderr } = await run(['process'], { env });
  assert.equal(plex.item(item)?.title, 'Pier of today', stderr);
  assert.deepEqual(sql('SELECT * FROM jobs'), []);
});

test('a tagline of then, which Stash cannot give back, overwrites no later one, and its scene is named', async (t) => {
  const { run, file, stash, scene, item, plex } = await setupHarbour(t);
  const id = String(scene);
  const env = { STASH_URL: stash.url };
  await run(['enqueue', id, ...OLD]);
  await run(['backup', file]);
  await run(['process']);
  await run(['enqueue', id, '--path', '/media/pier.mp4', '--tagline', 'By the new sea']);
  await run(['process']);
  const restored = await run(['restore', file, '--yes'], { env });
  assert.match(restored.stdout, /1 waiting job, 0 dead letters had values of then: Stash is asked for them again\./);
  assert.match(
    restored.stderr,
    new RegExp(`The tagline of scene ${id} is dropped, since .* enqueue ID --tagline TEXT`),
  );
  await run(['process'], { env });
  assert.equal(plex.item(item)?.tagline, 'By the new sea');
  const again = await run(['restore', file, '--yes', '--json'], { env });
  assert.deepEqual(JSON.parse(again.stdout).lost_taglines, [scene]);
});

test('while Stash is away what was restored waits for it, also where Stash was asked for already', async (t) => {
  const { run, file, item, plex, sql } = await setupHarbour(t);
  const env = { STASH_URL: 'http://127.0.0.1:9' };
  await run(['enqueue', '1', ...OLD]);
  await run(['enqueue', '1'], { env });
  await run(['backup', file]);
  const restored = await run(['restore', file, '--yes', '--json'], { env });
  assert.deepEqual(JSON.parse(restored.stdout).asked_anew, { jobs: 1, dead_letters: 0 });
  await run(['process'], { env });
  assert.notEqual(plex.item(item)?.title, 'Pier of then');
  assert.equal(sql('SELECT * FROM jobs').length, 1);
});

test('a letter of then that is retried brings nothing old either', async (t) => {
  const { run, sql, file, stash, scene, item, plex } = await setupHarbour(t);
  await run(['enqueue', String(scene), '--path', '/media/none.mp4', '--title', 'Pier of then', '--tagline', 'Old']);
  sql(`UPDATE jobs SET misses = 12`);
  await run(['process']);
  assert.equal(sql('SELECT * FROM dead_letters', 'dlq.db').length, 1);
  await run(['backup', file]);
  const env = { STASH_URL: stash.url };
  const restored = await run(['restore', file, '--yes', '--json'], { env });
  assert.deepEqual(JSON.parse(restored.stdout).asked_anew, { jobs: 0, dead_letters: 1 });
  assert.deepEqual(JSON.parse(restored.stdout).lost_taglines, [scene]);
  const listed = await run(['dlq', 'list', '--path-prefix', '/media/none.mp4', '--json']);
  assert.equal(JSON.parse(listed.stdout).length, 1, 'still found by its path');
  await run(['dlq', 'retry', '--all', '--yes'], { env });
  await run(['process'], { env });
  assert.equal(plex.item(item)?.title, 'Pier of today');
  assert.notEqual(plex.item(item)?.tagline, 'Old');
});

test('a letter that is damaged keeps no queue from being restored, and is left to a person', async (t) => {
  const { run, sql, file, scene } = await setupHarbour(t);
  await run(['enqueue', String(scene), '--path', '/media/none.mp4', '--title', 'Pier of then']);
  sql(`UPDATE jobs SET misses = 12`);
  await run(['process']);
  sql(`UPDATE dead_letters SET job_data = '["Harbour"]'`, 'dlq.db');
  await run(['backup', file]);
  const restored = await run(['restore', file, '--yes', '--json'], { env: { STASH_URL: 'http://127.0.0.1:9' } });
  assert.deepEqual(JSON.parse(restored.stdout).asked_anew, { jobs: 0, dead_letters: 0 }, restored.stderr);
  assert.deepEqual(sql('SELECT job_data FROM dead_letters', 'dlq.db'), [{ job_data: '["Harbour"]' }]);
});

test('a pause that stands, or stood when the backup was taken, stays', async (t) => {
  const { run, file, item, plex } = await setupHarbour(t);
  await run(['enqueue', '1', ...OLD]);
  await run(['backup', file]);
  await run(['pause']);
  const restored = await run(['restore', file, '--yes']);
  assert.match(restored.stderr, /Writing is paused until plexsync resume\./);
  await run(['process']);
  assert.notEqual(plex.item(item)?.title, 'Pier of then');
  await run(['backup', file]);
  await run(['resume']);
  const again = await run(['restore', file, '--yes', '--json']);
  assert.deepEqual(JSON.parse(again.stdout).paused, { until: null });
  await run(['pause', '--for', '2h']);
  const soon = await run(['restore', file, '--yes', '--json']);
  assert.match(JSON.parse(soon.stdout).paused.until, /Z$/, 'what was said last');
  await run(['resume']);
  const { code } = await run(['process']);
  assert.equal(code, 0);
  assert.equal(plex.item(item)?.title, 'Pier of then');
});

test('on a new machine the data directory is made', async (t) => {
  const { run, file, dir } = await setupHarbour(t);
  await run(['enqueue', '7', ...OLD]);
  await run(['backup', file]);
  const elsewhere = join(dir, 'elsewhere');
  const restored = await runMain(['restore', file, '--yes', '--data-dir', elsewhere]);
  assert.equal(restored.code, 0, restored.stderr);
  assert.doesNotMatch(restored.stdout, /What was there/);
  assert.equal(statSync(join(elsewhere, 'queue.db')).mode & 0o777, 0o600);
  const listed = await runMain(['queue', 'list', '--json', '--data-dir', elsewhere]);
  assert.equal(JSON.parse(listed.stdout).length, 1);
});

test('nothing is restored unasked, beside a run or a watch, or from what is no whole backup', async (t) => {
  const { run, start, file, dir, titles, env } = await setupHarbour(t);
  await run(['enqueue', '7', ...OLD]);
  await run(['backup', file]);
  await run(['enqueue', '9', ...OLD]);
  assert.match((await run(['restore', file])).stderr, /There is no terminal to ask at\.\n {2}Run again with --yes\./);

  const notes = join(dir, 'notes.txt');
  writeFileSync(notes, 'Harbour');
  const cut = join(dir, 'cut.backup');
  writeFileSync(cut, readFileSync(file).subarray(0, 20_000));
  for (const [wrong, said] of [
    [join(dir, 'none'), /There is no file/],
    [notes, /notes\.txt/],
    ['/dev/null', /is not a file, but a pipe or a device/],
    [cut, /cut\.backup/],
    [join(env['PLEXSYNC_DATA_DIR'] ?? '', 'queue.db'), /is no backup of plexsync/],
  ] as const) {
    const refused = await run(['restore', wrong, '--yes']);
    assert.ok([2, 6].includes(refused.code ?? 0), `${wrong}: ${refused.code}`);
    assert.match(refused.stderr, said);
    assert.match(refused.stderr, /\n {2}Nothing was restored\. Name a file that plexsync backup wrote\./);
  }
  for (const line of [
    ['restore', dir, '--yes'],
    ['backup', dir],
  ]) {
    const refused = await run(line);
    assert.equal(refused.code, 2, line[0]);
    assert.match(refused.stderr, / is a folder, not a file\.\n {2}/);
  }
  const overwritten = await run(['backup', notes]);
  assert.equal(overwritten.code, 2);
  assert.equal(readFileSync(notes, 'utf8'), 'Harbour');
  const nowhere = await run(['backup', join(dir, 'none', 'x')]);
  assert.match(
    nowhere.stderr,
    /none.x is not there, and cannot be made\.\n {2}No backup was written\. Name a file in a/,
  );

  const watch = start(['process', '--watch', '--poll-interval', '1h']);
  await watch.says(/watch/i);
  const busy = await run(['restore', file, '--yes']);
  assert.equal(busy.code, 2);
  assert.match(busy.stderr, /pid \d+ works on .*; nothing was restored/);
  watch.kill('SIGTERM');
  await watch.ended;
  assert.equal(titles().length, 2);
});

test('a backup of another server says whose it is', async (t) => {
  const { run, plex, file } = await setupHarbour(t);
  await run(['enqueue', '7', '--path', '/media/pier.mp4', '--title', 'Pier']);
  await run(['process']);
  await run(['backup', file]);
  const same = await run(['restore', file, '--yes']);
  assert.doesNotMatch(same.stderr, /is of the Plex server/);
  const other = await startPlexServer({ machineIdentifier: 'garden', sections: [{ key: '1', title: 'Gardens' }] });
  t.after(() => other.close());
  const env = { PLEX_URL: other.url, PLEX_TOKEN: other.token };
  assert.equal((await run(['process', '--adopt-server'], { env })).code, 0);
  const { stderr } = await run(['restore', file, '--yes']);
  assert.ok(
    stderr.includes(
      `The backup is of the Plex server ${plex.machineIdentifier}, and the data directory belonged to garden: `,
    ),
    stderr,
  );
});

test('an older backup is replaced by a later one', async (t) => {
  const { run, file } = await setupHarbour(t);
  await run(['enqueue', '7', ...OLD]);
  await run(['backup', file]);
  await run(['enqueue', '8', ...OLD]);
  assert.equal((await run(['backup', file])).code, 0);
  assert.match((await run(['restore', file, '--yes'])).stdout, /2 waiting jobs/);
  assert.ok(existsSync(file));
});

test('a backup onto a link goes where the link leads, whether a file is there yet or not', async (t) => {
  const { run, file, dir } = await setupHarbour(t);
  await run(['enqueue', '7', ...OLD]);
  mkdirSync(join(dir, 'share'));
  symlinkSync('share', join(dir, 'mount'));
  symlinkSync('../share/far.backup', join(dir, 'share', 'near.backup'));
  symlinkSync('mount/near.backup', file);
  for (const round of ['dangling', 'there']) {
    assert.equal((await run(['backup', file])).code, 0, round);
    assert.ok(lstatSync(file).isSymbolicLink() && lstatSync(join(dir, 'share', 'near.backup')).isSymbolicLink());
    assert.equal(statSync(join(dir, 'share', 'far.backup')).mode & 0o777, 0o600);
  }
  assert.equal((await run(['restore', file, '--yes'])).code, 0);
  const loop = join(dir, 'loop.backup');
  symlinkSync('loop.backup', loop);
  const refused = await run(['backup', loop]);
  assert.deepEqual([refused.code, /leads back to itself/.test(refused.stderr)], [6, true], refused.stderr);
});

test('where the queue is damaged the queue is named, and no backup is left', async (t) => {
  const { run, file, dataDir, dir } = await setupHarbour(t);
  const scenes = Array.from({ length: 200 }, (_, index) => ({ scene_id: index + 1, title: 'Pier '.repeat(40) }));
  await run(['enqueue', '-'], { input: JSON.stringify(scenes) });
  const queue = join(dataDir, 'queue.db');
  const content = readFileSync(queue);
  writeFileSync(queue, content.fill('X', 4096 * 12, 4096 * 15));
  const refused = await run(['backup', file]);
  assert.equal(refused.code, 6);
  assert.match(refused.stderr, /queue\.db is damaged/);
  assert.deepEqual(
    readdirSync(dir).filter((name) => name.includes('backup')),
    [],
  );
});

for (const [what, damage] of [
  ['is no database', (dir: string) => writeFileSync(join(dir, 'queue.db'), 'Harbour '.repeat(600))],
  ['is empty', (dir: string) => writeFileSync(join(dir, 'queue.db'), '')],
  ['is cut off', (dir: string) => truncateSync(join(dir, 'queue.db'), 4096 * 3 + 100)],
  ['is damaged within', (dir: string) => scratchPages(join(dir, 'queue.db'))],
  ['is missing beside garbage', (dir: string) => garbageAlone(dir)],
] as const) {
  test(`a queue that ${what} is set aside, and restored`, async (t) => {
    const { run, file, dataDir, titles } = await setupHarbour(t);
    const scenes = Array.from({ length: 200 }, (_, index) => ({ scene_id: index + 1, title: 'Pier '.repeat(40) }));
    await run(['enqueue', '-'], { input: JSON.stringify(scenes) });
    await run(['backup', file]);
    damage(dataDir);
    const restored = await run(['restore', file, '--yes']);
    assert.equal(restored.code, 0, restored.stderr);
    assert.match(restored.stdout, /\nWhat was there is damaged\. It is set aside as .*\.db\.damaged-\d+/);
    assert.doesNotMatch(restored.stdout, /What was there is in/);
    assert.equal(titles().length, 200);
    const aside = readdirSync(dataDir).filter((name) => /^(?:queue|dlq)\.db\.damaged-\d+$/.test(name));
    assert.equal(aside.length, what === 'is missing beside garbage' ? 1 : 2);
    assert.equal((await run(['backup', file])).code, 0);
  });
}

function scratchPages(queue: string): void {
  writeFileSync(queue, readFileSync(queue).fill('X', 4096 * 12, 4096 * 15));
}

function garbageAlone(dir: string): void {
  rmSync(join(dir, 'queue.db'));
  writeFileSync(join(dir, 'dlq.db'), 'Harbour '.repeat(600));
}

test('a damaged queue stays where it is while a process has it, and a newer or foreign one in any case', async (t) => {
  const { run, file, dataDir } = await setupHarbour(t);
  await run(['enqueue', '7', ...OLD]);
  await run(['backup', file]);
  const queue = join(dataDir, 'queue.db');
  const sound = readFileSync(queue);
  for (const [offset, said] of [
    [60, /newer plexsync/],
    [68, /belongs to another program/],
  ] as const) {
    const other = Buffer.from(sound);
    other.writeUInt32BE(99_999, offset);
    writeFileSync(queue, other);
    const refused = await run(['restore', file, '--yes']);
    assert.equal(refused.code, 6);
    assert.match(refused.stderr, said);
    assert.deepEqual(readFileSync(queue), other);
  }
  writeFileSync(queue, 'Harbour');
  mkdirSync(join(dataDir, 'owners'), { recursive: true });
  const owner = new Database(join(dataDir, 'owners', 'someone.db'));
  t.after(() => owner.close());
  owner.exec('BEGIN EXCLUSIVE');
  const busy = await run(['restore', file, '--yes']);
  assert.equal(busy.code, 2);
  assert.match(busy.stderr, /A process works on .*; nothing was restored/);
  assert.equal(readFileSync(queue, 'utf8'), 'Harbour');
});
