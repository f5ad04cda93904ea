/** Tasks that a person starts in Stash, by way of the spool: none is lost while Stash is away, or to a kill. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { StashServerOptions } from '../../../src/simulator/stash/server.ts';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';
import type { Result } from '../../helpers/run-main.ts';
import type { Running } from '../../helpers/start-bin.ts';

const DEADLINE_MS = 20_000;

/** Three scenes in Stash, and a spool as the plugin makes it. */
async function withSpool(t: TestContext, options: StashServerOptions = {}) {
  const stash = await startStashServer(options);
  t.after(() => stash.close());
  const rig = await setup(t);
  for (const name of ['pier', 'mole', 'weir']) stash.addScene({ title: `The ${name}`, files: [`/media/${name}.mp4`] });
  const pluginsDir = join(rig.dir, 'plugins');
  mkdirSync(pluginsDir);
  await rig.run(['plugin', 'install', '--plugins-dir', pluginsDir, '--yes']);
  const folder = join(rig.dataDir, 'spool', 'new');
  return {
    ...rig,
    stash,
    press: (mode: string, name = mode): void => writeFileSync(join(folder, name), JSON.stringify({ args: { mode } })),
    spooled: (): readonly string[] => readdirSync(folder),
    run: async (args: readonly string[]): Promise<Result> => await rig.run(args, { env: { STASH_URL: stash.url } }),
    start: (args: readonly string[]): Running => rig.start(args, { env: { STASH_URL: stash.url } }),
    /** How many jobs were ever made. */
    jobs: (): unknown => rig.sql(`SELECT seq FROM sqlite_sequence WHERE name = 'jobs'`)[0]?.['seq'] ?? 0,
  };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + DEADLINE_MS;
  while (!holds()) {
    assert.ok(Date.now() < giveUpAt, `waited in vain: ${what}`);
    await setTimeout(50);
  }
}

async function lastExitCode(run: Rig['run']): Promise<number> {
  const { last_run } = JSON.parse((await run(['stats', '--json'])).stdout) as { last_run: { exit_code: number } };
  return last_run.exit_code;
}

test('a task waits while Stash is away, is no event that came, and is done by the run that finds Stash back', async (t) => {
  const { stash, press, spooled, run, jobs } = await withSpool(t);
  press('sync_all', 'a');
  press('sync_all', 'b');
  await stash.stop();
  const away = await run(['process']);
  assert.equal(away.code, 4, 'no success while a task waits');
  assert.equal(await lastExitCode(run), 4);
  assert.equal(
    away.stderr.match(/The task sync_all was not done yet: .*did not answer.*\. .*The next run tries again\./g)?.length,
    1,
  );
  assert.deepEqual(spooled(), ['a', 'b']);
  const waiting = JSON.parse((await run(['plugin', 'status', '--json'])).stdout) as Record<string, unknown>;
  assert.deepEqual([waiting['events_waiting'], waiting['bad'], waiting['last_event_at']], [2, 0, null]);
  await stash.start();
  const back = await run(['process']);
  assert.equal(back.stderr.match(/Enqueued sync jobs for 3 scenes of Stash: 3 new/g)?.length, 1, back.stderr);
  assert.deepEqual([spooled(), jobs()], [[], 3]);
  const over = JSON.parse((await run(['plugin', 'status', '--json'])).stdout) as Record<string, unknown>;
  assert.match(String(over['last_event_at']), /Z$/);
});

test('a task that Stash refuses, or whose stash_url is wrong, stays until that is mended, and cron reports it once a day', async (t) => {
  const { plex, stash, press, spooled, run, jobs } = await withSpool(t, { apiKey: 'lantern-key-1234567890' });
  press('sync_all');
  const cron = await run(['process', '--cron']);
  assert.equal(cron.code, 3, cron.stderr);
  assert.match(
    cron.stderr,
    /\[PlexSync\] The task sync_all was not done yet: .*\. Check stash_api_key: .* The next run tries again\.$/m,
  );
  const later = await run(['process', '--cron']);
  assert.deepEqual([later.code, later.stdout, later.stderr], [0, '', '']);
  assert.equal(await lastExitCode(run), 3);
  assert.equal((await run(['process'])).code, 3);
  assert.equal((await run(['process', '--stash-url', `${plex.url}/library`, '--stash-api-key', 'x'])).code, 2);
  assert.deepEqual([spooled(), jobs()], [['sync_all'], 0]);
  stash.setApiKey(undefined);
  await run(['process']);
  assert.deepEqual([spooled(), jobs()], [[], 3]);
});

test('a run that is killed during a task leaves it to the next one', async (t) => {
  const { stash, press, spooled, run, start, jobs } = await withSpool(t);
  press('sync_all');
  stash.setLatency(60_000);
  const running = start(['process']);
  await until('the task has begun', () => stash.requests.length > 0);
  running.kill('SIGKILL');
  assert.equal((await running.ended).signal, 'SIGKILL');
  assert.deepEqual(spooled(), ['sync_all']);
  stash.setLatency(0);
  await run(['process']);
  assert.deepEqual([spooled(), jobs()], [[], 3]);
});

test('of two runs at one time only one does a task', async (t) => {
  const { stash, press, spooled, run, start, jobs } = await withSpool(t);
  press('sync_all');
  const meanwhile = Promise.withResolvers<void>();
  stash.fail('graphql', { kind: 'late', after: meanwhile.promise });
  const first = start(['process']);
  await until('the task has begun', () => stash.requests.length > 0);
  const second = await run(['process', '-v']);
  assert.equal(stash.requests.length, 1, second.stderr);
  assert.match(second.stderr, new RegExp(`pid ${first.pid} is at the tasks of the plugin; they are left to it`));
  meanwhile.resolve();
  assert.equal((await first.ended).stderr.match(/Enqueued sync jobs for 3 scenes of Stash: 3 new/g)?.length, 1);
  assert.deepEqual([spooled(), jobs()], [[], 3]);
});

test('cron reports once a day that an event could not be used', async (t) => {
  const { dataDir, run } = await withSpool(t);
  const leave = (name: string): void => writeFileSync(join(dataDir, 'spool', 'new', name), '{"args":');
  leave('one');
  const first = await run(['process', '--cron']);
  assert.equal(first.code, 1);
  assert.match(first.stderr, /What Stash left as one cannot be used: it is no JSON/);
  leave('two');
  const second = await run(['process', '--cron']);
  assert.deepEqual([second.code, second.stderr], [0, '']);
});

test('a signal ends a watch in the middle of a task, which stays whole for the next run', async (t) => {
  const { stash, press, spooled, run, start, jobs } = await withSpool(t);
  press('sync_all');
  stash.setLatency(20_000);
  const watching = start(['process', '--watch']);
  await until('the task has begun', () => stash.requests.length > 0);
  const signalledAt = Date.now();
  watching.kill('SIGTERM');
  const { code, stderr } = await watching.ended;
  assert.equal(code, 143, stderr);
  assert.ok(Date.now() - signalledAt < 10_000);
  assert.doesNotMatch(stderr, /not done/);
  assert.deepEqual(spooled(), ['sync_all']);
  stash.setLatency(0);
  await run(['process']);
  assert.deepEqual([spooled(), jobs()], [[], 3]);
});

test('a watch reports once that a task waits, and does it when Stash is back', async (t) => {
  let aheadMs = -10_000;
  const { stash, press, spooled, start, jobs } = await withSpool(t, { now: () => Date.now() + aheadMs });
  // What changed in the second in which a watch begins would come by its own look.
  aheadMs = 0;
  press('sync_recent');
  await stash.stop();
  const watching = start(['process', '--watch', '--poll-interval', '0.2s']);
  await watching.says(/The task sync_recent was not done yet/);
  assert.deepEqual(spooled(), ['sync_recent']);
  await stash.start();
  await until('the task', () => spooled().length === 0);
  watching.kill('SIGTERM');
  const { stderr } = await watching.ended;
  assert.equal(stderr.match(/The task sync_recent was not done yet/g)?.length, 1, stderr);
  assert.match(stderr, /Enqueued sync jobs for 3 scenes of Stash: 3 new/);
  assert.equal(jobs(), 3);
});

/** What Stash says when a name is gone; it names no scene. */
const GONE = JSON.stringify({ args: { hookContext: { id: 17, type: 'Tag.Merge.Post', input: null } } });

/** The scenes of Stash, written to Plex with the tag `fog`. */
async function withWritten(t: TestContext) {
  const world = await withSpool(t);
  const { plex, stash, run, dataDir } = world;
  const items = ['pier', 'mole', 'weir'].map((name, index) => {
    stash.editScene(index + 1, { tags: index === 2 ? ['sea'] : ['fog'] });
    return plex.addItem({ sectionKey: '1', file: `/media/${name}.mp4` });
  });
  await run(['enqueue', '1', '2', '3']);
  assert.equal((await run(['process'])).code, 0);
  const say = (name: string, text = GONE): void => writeFileSync(join(dataDir, 'spool', 'new', name), text);
  return { ...world, items, say };
}

test('tags that were merged in Stash reach Plex by the plugin, though its event names no scene', async (t) => {
  const { plex, stash, items, say, spooled, run } = await withWritten(t);
  stash.mergeTags(['fog'], 'mist');
  stash.resetRequests();
  for (const name of ['a', 'b', 'c']) say(name);
  const { code, stderr } = await run(['process']);
  assert.equal(code, 0, stderr);
  assert.equal(
    stderr.match(/Names were merged or deleted in Stash: enqueued sync jobs for 2 scenes that had them/g)?.length,
    1,
  );
  assert.deepEqual(spooled(), []);
  assert.equal(stash.count('findScenes'), 1, 'one comparison for all the events');
  assert.deepEqual(
    items.map((item) => plex.item(item)?.genres),
    [['mist'], ['mist'], ['sea']],
  );
});

test('a comparison after such an event leaves alone what was written by hand, waits, or was never written', async (t) => {
  const { stash, sql, say, run } = await withWritten(t);
  sql('UPDATE scenes SET stash_content = NULL, stash_updated_at = NULL WHERE scene_id = 1');
  stash.addScene({ title: 'Lock', tags: ['fog'], files: ['/media/lock.mp4'] });
  stash.removeRelated('tag', 'fog');
  say('a');
  assert.match((await run(['process'])).stderr, /enqueued sync jobs for 1 scene that had them/);
});

test('a comparison after such an event leaves an undone scene unless Stash has changed it since', async (t) => {
  const { stash, sql, say, run } = await withWritten(t);
  sql(`INSERT INTO undone (scene_id, content, run_id, undone_at) SELECT scene_id, stash_content, 1, 1 FROM scenes`);
  // As an undo leaves it: the record is the one before.
  sql(`UPDATE scenes SET stash_content = '1:before'`);
  stash.editScene(2, { title: 'Sluice' });
  say('a');
  assert.match((await run(['process'])).stderr, /enqueued sync jobs for 1 scene that had them/);
  assert.deepEqual(sql('SELECT scene_id FROM undone ORDER BY scene_id'), [{ scene_id: 1 }, { scene_id: 3 }]);
});

test('such an event waits for a Stash that is away, and without stash_url it says what to do', async (t) => {
  const { stash, say, spooled, run, spawn } = await withWritten(t);
  say('a');
  const unset = await spawn(['process']);
  assert.match(unset.stderr, /only Stash can tell: set stash_url, then run plexsync reconcile/);
  assert.deepEqual([unset.code, spooled()], [0, []]);
  say('b');
  await stash.stop();
  assert.equal((await run(['process'])).code, 4);
  assert.deepEqual(spooled(), ['b']);
});

test('plexsync hook leaves the comparison to the next run, so that no save waits for it', async (t) => {
  const { stash, spooled, run, spawn } = await withWritten(t);
  stash.removeRelated('tag', 'fog');
  stash.resetRequests();
  const { code, stdout } = await spawn(['hook', '--json'], { input: GONE, env: { STASH_URL: stash.url } });
  assert.deepEqual([code, JSON.parse(stdout), stash.count(), spooled().length], [0, { event: 'compare' }, 0, 1]);
  assert.match((await run(['process'])).stderr, /enqueued sync jobs for 2 scenes/);
});

test('a watch compares all of Stash once in ten minutes, however many names are deleted one by one', async (t) => {
  const { stash, say, spooled, start } = await withWritten(t);
  stash.resetRequests();
  const running = start(['process', '--watch', '--poll-interval', '0.1']);
  say('a');
  await until('the first is done', () => spooled().length === 0);
  say('b');
  // An edit that comes later is taken in: the look that did so has left the other.
  say('c', JSON.stringify({ args: { hookContext: { id: 1, type: 'Scene.Update.Post', input: null } } }));
  await until('the edit is taken in', () => !spooled().includes('c'));
  assert.deepEqual([spooled(), stash.count('PlexsyncPage')], [['b'], 1]);
  running.kill('SIGTERM');
  await running.ended;
});
