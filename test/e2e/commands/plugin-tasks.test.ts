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

test('a task that Stash refuses, or whose stash_url is wrong, stays until that is mended, and cron hears of it once a day', async (t) => {
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

test('cron hears once a day that an event could not be used', async (t) => {
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

test('a watch tells once that a task waits, and does it when Stash is back', async (t) => {
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
