/** A data directory of 0.1.0 opens with this build: nothing forgotten, nothing written anew, and a way back. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { QUEUE_SCHEMA } from '../../../src/queue/store/migrations.ts';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { oldDataDir } from '../../helpers/old-data-dir.ts';

/** The scenes of the fixture as they were given then. */
const scene = (id: number, more: object = {}) => ({
  scene_id: id,
  path: `/media/harbour/${id}.mp4`,
  size: 1100 + id,
  title: `Lighthouse ${id}`,
  details: `The lamp of pier ${id}.`,
  date: '2024-05-01',
  rating100: 80,
  studio: 'North Quay',
  performers: ['Ada Quay', 'Ben Pier'],
  tags: ['fog', 'sea'],
  ...more,
});
const WRITTEN = [
  scene(1),
  scene(2, { title: 'Second Light', tags: ['fog', 'gulls'] }),
  scene(3),
  scene(4),
  scene(5),
  scene(6, { title: 'Lantern Row', tags: ['fog', 'dunes'] }),
  scene(7),
  scene(8, { tags: [], performers: [], studio: '' }),
  scene(9),
];

test('what an older build wrote is known: drained and enqueued again, no item is written', async (t) => {
  const { plex, run, sql, items } = await oldDataDir(t);
  const before = items();
  const forgotten = sql('SELECT scene_id, rating_key, written FROM scenes ORDER BY scene_id').filter(
    ({ scene_id }) => scene_id !== 2,
  );
  const drained = await run(['process']);
  assert.equal(drained.code, 0, drained.stderr);
  assert.equal(plex.count('edit'), 0);
  assert.deepEqual(
    sql('SELECT scene_id, rating_key, written FROM scenes ORDER BY scene_id').filter(({ scene_id }) => scene_id !== 2),
    forgotten,
  );
  // The waiting and the one that waits for Stash wait on, the dead are dead, the pin stands.
  assert.deepEqual(sql('SELECT scene_id FROM jobs ORDER BY scene_id'), [{ scene_id: 20 }, { scene_id: 40 }]);
  assert.deepEqual(
    sql('SELECT scene_id FROM dead_letters ORDER BY scene_id', 'dlq.db').map((row) => row['scene_id']),
    [21, 30],
  );
  assert.deepEqual(sql('SELECT scene_id, rating_key FROM pins'), [{ scene_id: 9, rating_key: '109' }]);

  await run(['enqueue', '-'], { input: JSON.stringify(WRITTEN) });
  const again = await run(['process']);
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stdout, /9 already right/);
  assert.equal(plex.count('edit'), 0);
  const shown = (list: ReturnType<typeof items>) => list.map((item) => item && { ...item, updatedAt: 0 });
  assert.deepEqual(shown(items()), shown(before));

  // From here on the record knows its item: made anew, it is written again.
  const { addedAt = 0 } = plex.item('101') ?? {};
  plex.removeItem('101');
  plex.addItem({ sectionKey: '1', ratingKey: '101', file: '/media/harbour/1.mp4', size: 1101, addedAt: addedAt + 99 });
  await run(['enqueue', '-'], { input: JSON.stringify([scene(1)]) });
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual(plex.item('101')?.genres, ['fog', 'sea']);
});

test('a name of ours that is dropped after the upgrade goes, one that a person removed stays away', async (t) => {
  const { plex, run } = await oldDataDir(t);
  plex.editByHand('103', { genres: ['sand', 'sea'] });
  await run(['enqueue', '-'], {
    input: JSON.stringify([scene(1, { tags: ['sea'] }), scene(3), scene(7, { tags: ['sea'] })]),
  });
  const { code, stderr } = await run(['process']);
  assert.equal(code, 0, stderr);
  const genres = ['101', '103', '107'].map((key) => plex.item(key)?.genres);
  assert.deepEqual(genres, [
    ['sand', 'sea'],
    ['sand', 'sea'],
    ['sand', 'sea'],
  ]);
});

test('reconcile finds every written scene as an older build left it', async (t) => {
  const { plex, run, sql } = await oldDataDir(t);
  const stash = await startStashServer({});
  t.after(() => stash.close());
  const ids = [1, 3, 4, 5, 6, 7, 8, 9];
  for (const id of ids) stash.addScene({ id, title: 'x', files: [`/media/harbour/${id}.mp4`] });
  await run(['process']);
  const listed = await run(['reconcile', '--dry-run', '--json'], { env: { STASH_URL: stash.url } });
  assert.equal(listed.code, 0, listed.stderr);
  assert.equal((JSON.parse(listed.stdout) as { missing_in_plex: { count: number } }).missing_in_plex.count, 0);
  assert.equal(plex.count('edit'), 0);
  assert.equal(sql('SELECT count(*) AS count FROM scenes')[0]?.['count'], 11);
});

test('an upgrade keeps one copy of each database for thirty days, and nobody else may read it', async (t) => {
  const { run, dataDir, sql } = await oldDataDir(t);
  const copies = () => readdirSync(dataDir).filter((name) => name.endsWith('.bak'));
  const kept = ['dlq.db.schema-3.bak', 'queue.db.schema-6.bak'];
  assert.equal((await run(['stats'])).code, 0);
  assert.deepEqual(copies(), kept);
  assert.deepEqual(
    readdirSync(dataDir).filter((name) => name.startsWith('upgrade-')),
    [],
  );
  for (const name of kept) {
    const path = join(dataDir, name);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const db = new Database(path, { readonly: true });
    assert.deepEqual(db.pragma('integrity_check', { simple: true }), 'ok');
    assert.equal(`${db.pragma('user_version', { simple: true })}`, name.replace(/\D/g, ''));
    db.close();
  }
  assert.ok(QUEUE_SCHEMA.migrations.length > 6);
  const day = 86_400;
  const now = Date.parse('2026-11-20T20:00:00Z') / 1_000;
  for (const name of kept) utimesSync(join(dataDir, name), now - 29 * day, now - 29 * day);
  await run(['process']);
  assert.deepEqual(copies(), kept);
  for (const name of kept) utimesSync(join(dataDir, name), now - 31 * day, now - 31 * day);
  mkdirSync(join(dataDir, 'upgrade-begun'));
  utimesSync(join(dataDir, 'upgrade-begun'), now - 7_200, now - 7_200);
  sql('DELETE FROM jobs');
  const { stdout } = await run(['process']);
  assert.match(stdout, /Processed: 0/);
  assert.deepEqual(copies(), []);
  assert.ok(!existsSync(join(dataDir, 'upgrade-begun')));
});

test('the first enqueue after an upgrade does not need the dead letters, which may be damaged or locked', async (t) => {
  const { run, dataDir, sql } = await oldDataDir(t);
  writeFileSync(join(dataDir, 'dlq.db'), 'no database');
  const { code, stderr } = await run(['enqueue', '1', '--path', '/media/harbour/1.mp4', '--title', 'Lighthouse 1']);
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    readdirSync(dataDir).filter((name) => name.endsWith('.bak')),
    ['queue.db.schema-6.bak'],
  );
  assert.equal(sql('SELECT count(*) AS count FROM jobs WHERE scene_id = 1')[0]?.['count'], 1);
});
