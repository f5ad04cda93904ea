/** While writing is paused nothing is written and nothing lost; it goes on by itself, or by resume. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { onRequest } from '../../helpers/drain-world.ts';
import { setup } from '../../helpers/rig.ts';

async function setupHarbour(t: TestContext) {
  const rig = await setup(t);
  const item = rig.plex.addItem({ sectionKey: '1', file: '/media/pier.mp4', title: 'old' });
  await rig.run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier']);
  const title = (): unknown => rig.plex.item(item)?.title;
  const paused = async () => JSON.parse((await rig.run(['stats', '--json'])).stdout).paused;
  return { ...rig, title, paused };
}

test('a paused run says until when, asks no server and ends with 0; resume lets it go on', async (t) => {
  const { run, plex, title, paused } = await setupHarbour(t);
  const said = await run(['pause', '--for', '2h']);
  assert.match(said.stdout, /^Writing is paused until \d{4}-.*\. Events are taken in meanwhile\.\n$/);
  const { until, why } = await paused();
  assert.equal(why, 'pause');
  assert.ok(Math.abs(Date.parse(until) - Date.now() - 7_200_000) < 60_000);
  assert.match((await run(['stats'])).stdout, /^writing\tpaused until 2/m);
  plex.resetRequests();
  const resting = await run(['process']);
  assert.deepEqual([resting.code, plex.count()], [0, 0]);
  assert.match(resting.stdout, /^Nothing was written: paused until .*\. plexsync resume ends it now\.\n$/);
  const cron = await run(['process', '--cron']);
  assert.deepEqual([cron.code, cron.stdout, cron.stderr], [0, '', '']);
  const looked = await run(['process', '--dry-run']);
  assert.equal(looked.code, 0, 'looking is allowed');
  assert.match(looked.stdout, /1 would be written\nWriting is paused until .*; a run without --dry-run would wait\n$/);
  assert.ok(plex.count() > 0);
  assert.match((await run(['resume'])).stdout, /Writing goes on with the next run/);
  assert.equal(await paused(), null);
  await run(['process']);
  assert.equal(title(), 'Pier');
  assert.match((await run(['resume'])).stdout, /^Nothing is stopped or paused\.\n$/);
});

test('without a time a pause lasts until it is ended; with one it is over by itself', async (t) => {
  const { run, sql, title, paused } = await setupHarbour(t);
  await run(['pause']);
  assert.deepEqual(await paused(), { until: null, why: 'pause' });
  sql(`UPDATE meta SET value = '{"until":${Date.now() - 1_000}}' WHERE name = 'pause'`);
  assert.equal(await paused(), null);
  await run(['process']);
  assert.equal(title(), 'Pier');
  const none = await run(['pause', '--for', '0']);
  assert.deepEqual([none.code, none.stderr.split('\n')[0]], [2, 'plexsync: --for 0 is no time to pause for.']);
  assert.match(none.stderr, /plexsync resume ends a pause/);
  for (const wrong of ['soon', '0h', '-2h', '400d'])
    assert.equal((await run(['pause', `--for=${wrong}`])).code, 2, wrong);
});

test('quiet hours pause each day, and stats, which reads no settings, knows from the last run', async (t) => {
  const { run, title, paused } = await setupHarbour(t);
  const env = { PLEXSYNC_QUIET_HOURS: '00:00-12:00, 12:00-00:00' };
  const { code, stdout } = await run(['process', '--json'], { env });
  const { at: _at, ...summary } = JSON.parse(stdout.trim());
  assert.deepEqual([code, summary], [0, { event: 'summary', run: null, exit_code: 0, ends: ['paused'] }]);
  assert.equal((await paused()).why, 'quiet_hours');
  const looked = await run(['process', '--dry-run'], { env });
  assert.match(looked.stdout, /\nNothing is written now: the quiet hours last until .*; a run without --dry-run would/);
  const events = (await run(['process', '--dry-run', '--json'], { env })).stdout.trim().split('\n');
  assert.equal(JSON.parse(events.at(-1) ?? '').paused.why, 'quiet_hours');
  assert.match((await run(['stats'])).stdout, /^writing\tthe quiet hours last until \d{4}-\d\d-\d\dT.*Z$/m);
  assert.equal(title(), 'old');
  await run(['process']);
  assert.equal(title(), 'Pier');
  assert.match((await run(['config', 'show'], { env })).stdout, /^quiet_hours\t00:00-12:00, 12:00-00:00\t/m);
});

test('quiet hours that end when they begin are refused, and the message says so', async (t) => {
  const { run } = await setupHarbour(t);
  const { code, stderr } = await run(['process'], { env: { PLEXSYNC_QUIET_HOURS: '22:00-22:00' } });
  assert.equal(code, 2);
  assert.match(stderr, /\(not 02:00-02:00\), several between commas, but PLEXSYNC_QUIET_HOURS says "22:00-22:00"/);
});

test('a pause ends a run that is under way after what it has in flight', async (t) => {
  const { run, plex, start, sql } = await setup(t);
  for (let id = 1; id <= 150; id++) plex.addItem({ sectionKey: '1', file: `/media/${id}.mp4`, title: 'old' });
  const scenes = Array.from({ length: 150 }, (_, index) => ({
    scene_id: index + 1,
    path: `/media/${index + 1}.mp4`,
    title: 'Pier',
  }));
  await run(['enqueue', '-'], { input: scenes.map((scene) => JSON.stringify(scene)).join('\n') });
  plex.setLatency(40);
  const isWriting = new Promise<void>((resolve) => void onRequest(plex, { route: 'edit' }, resolve));
  const running = start(['process', '--json']);
  await isWriting;
  await run(['pause']);
  const { code, stdout } = await running.ended;
  const summary = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  assert.deepEqual([code, summary.ends], [0, ['paused']]);
  assert.ok(summary.updated < 100, `${summary.updated} of the first hundred were written`);
  assert.equal(sql('SELECT count(*) AS waiting FROM jobs')[0]?.['waiting'], 150 - summary.updated);
});

test('a watch tells once that it rests, takes events in, and goes on by itself', async (t) => {
  const { run, start, title, sql } = await setupHarbour(t);
  await run(['pause']);
  const watch = start(['process', '--watch', '--poll-interval', '0.1s']);
  await watch.says(/Nothing is written: paused until plexsync resume/);
  await run(['resume']);
  await watch.says(/Writing goes on[\s\S]*Job 1 completed/);
  watch.kill('SIGTERM');
  const { stderr } = await watch.ended;
  assert.equal(stderr.match(/Nothing is written/g)?.length, 1);
  assert.equal(title(), 'Pier');
  assert.deepEqual(sql('SELECT * FROM jobs'), []);
});

const ALL_DAY = { PLEXSYNC_QUIET_HOURS: '00:00-12:00, 12:00-00:00' };

test('a pause that ends within quiet hours says that they go on, and until when', async (t) => {
  const { run } = await setupHarbour(t);
  await run(['pause']);
  await run(['process'], { env: ALL_DAY });
  assert.match((await run(['resume'])).stdout, /^Writing goes on at .*, once quiet_hours are over\.\n$/);
  const again = await run(['resume', '--json']);
  const { quiet_until, pause_ended } = JSON.parse(again.stdout);
  assert.deepEqual([pause_ended, Date.parse(quiet_until) > Date.now()], [false, true]);
  assert.match(
    (await run(['resume'])).stdout,
    /^Nothing is stopped or paused\. Nothing is written before .* all the same/,
  );
});

test('quiet hours that are no longer set are forgotten by the next run', async (t) => {
  const { run, paused, sql } = await setupHarbour(t);
  await run(['process'], { env: ALL_DAY });
  assert.equal((await paused()).why, 'quiet_hours');
  sql('DELETE FROM jobs');
  await run(['process']);
  assert.equal(await paused(), null);
});

test('quiet hours that are changed in the config file are what stats says at once', async (t) => {
  const { run, paused } = await setupHarbour(t);
  const { stdout } = await run(['process'], { env: ALL_DAY });
  assert.match(
    stdout,
    /^Nothing was written: the quiet hours last until \d{4}-.*\. Events are taken in meanwhile\.\n$/,
  );
  await run(['config', 'set', 'quiet_hours', ALL_DAY.PLEXSYNC_QUIET_HOURS]);
  assert.equal((await paused()).why, 'quiet_hours');
  await run(['config', 'unset', 'quiet_hours']);
  assert.equal(await paused(), null);
  await run(['config', 'set', 'quiet_hours', ALL_DAY.PLEXSYNC_QUIET_HOURS]);
  assert.equal((await paused()).why, 'quiet_hours');
});

test('a queue that cannot be opened keeps no setting from being saved', async (t) => {
  const { run, dataDir } = await setupHarbour(t);
  writeFileSync(join(dataDir, 'queue.db'), 'Harbour');
  const { code, stderr } = await run(['config', 'set', 'quiet_hours', '02:00-05:00']);
  assert.deepEqual([code, stderr], [0, '']);
});

test('under a pause a scene that is named waits as before', async (t) => {
  const { run, sql } = await setupHarbour(t);
  sql(`UPDATE jobs SET available_at = ${Date.now() + 600_000}`);
  await run(['pause']);
  const before = sql('SELECT * FROM jobs');
  await run(['process', '--scene', '1']);
  assert.deepEqual(sql('SELECT * FROM jobs'), before);
});

test('doctor, the check and the metrics say that writing is paused', async (t) => {
  const { run, dir } = await setupHarbour(t);
  await run(['pause']);
  assert.match((await run(['doctor'])).stdout, /nothing is written: paused until plexsync resume/);
  const check = await run(['stats', '--check', '--max-age', '30d', '--max-silence', '30d']);
  assert.match(check.stdout, /for you to look at: writing is paused until plexsync resume/);
  const file = join(dir, 'plexsync.prom');
  await run(['stats', '--metrics-file', file]);
  assert.match(readFileSync(file, 'utf8'), /^plexsync_paused\{why="pause"\} 1$/m);
});
