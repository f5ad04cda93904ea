/** `process --watch` with Stash: what changes there arrives, without any plugin, whatever restarts meanwhile. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { StashServer } from '../../../src/simulator/stash/server.ts';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';
import type { Result } from '../../helpers/run-main.ts';

const DEADLINE_MS = 20_000;

/** Waits until something holds; the deadline is for a test that would hang. */
async function until(what: string, holds: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + DEADLINE_MS;
  while (!holds()) {
    assert.ok(Date.now() < giveUpAt, `waited in vain: ${what}`);
    await setTimeout(50);
  }
}

/** A Stash whose clock runs, and can be put on: what changes in one second is told apart from the next. */
async function withStash(t: TestContext) {
  let aheadMs = -10_000;
  const stash = await startStashServer({ zone: 'America/New_York', now: () => Date.now() + aheadMs });
  t.after(() => stash.close());
  const rig = await setup(t);
  const pass = (ms: number): void => {
    aheadMs += ms;
  };
  return { ...rig, stash, pass, env: { STASH_URL: stash.url } };
}

/** Starts a watch; `stop` ends it as a service manager does, and answers what it said. */
function watch(rig: Rig & { env: Readonly<Record<string, string>> }, ...options: readonly string[]) {
  const running = rig.start(['process', '--watch', '--poll-interval', '0.2s', ...options], { env: rig.env });
  return {
    says: running.says,
    stop: async (): Promise<Result> => {
      running.kill('SIGTERM');
      return await running.ended;
    },
  };
}

/** Resolves when Stash has been looked at that many times more. */
async function looks(stash: StashServer, count: number): Promise<void> {
  const before = stash.count('graphql');
  await until(`${count} looks`, () => stash.count('graphql') >= before + count);
}

const begun = (rig: Rig): boolean => {
  try {
    return rig.sql(`SELECT 1 FROM meta WHERE name = 'stash_poll'`).length > 0;
  } catch {
    // The directory is being made.
    return false;
  }
};

/** What the breaker of Stash says, as soon as there is one. */
function breakerOf(rig: Rig): unknown {
  try {
    const [row] = rig.sql(`SELECT state FROM breakers WHERE server = 'stash'`);
    return row === undefined ? undefined : (JSON.parse(String(row['state'])) as { kind: string }).kind;
  } catch {
    // The directory is being made.
    return undefined;
  }
}

test('an edit in Stash arrives while a watch runs, over restarts of both servers, and old scenes are left alone', async (t) => {
  const rig = await withStash(t);
  const { plex, stash, pass } = rig;
  const items = [0, 1, 2].map((index) => plex.addItem({ sectionKey: '1', file: `/media/${index}.mp4` }));
  const ids = [0, 1, 2].map((index) => stash.addScene({ title: `Pier ${index}`, files: [`/media/${index}.mp4`] }));
  // What changed in the second in which a watch begins counts as changed since.
  pass(1_100);
  const running = watch(rig);
  await until('the first poll', () => begun(rig));
  pass(1_100);
  stash.editScene(ids[0] ?? 0, { title: 'Harbour Lights', tags: ['sea'] });
  await until('the edit', () => plex.item(items[0] ?? '')?.title === 'Harbour Lights');

  await stash.restart();
  stash.editScene(ids[1] ?? 0, { title: 'After the restart' });
  await until('the edit after a restart of Stash', () => plex.item(items[1] ?? '')?.title === 'After the restart');

  stash.renameTag('sea', 'ocean');
  await until('the renamed tag', () => plex.item(items[0] ?? '')?.genres.includes('ocean') === true);

  const { code, stderr } = await running.stop();
  assert.equal(code, 143, stderr);
  assert.match(stderr, /Watching Stash from now on/);
  assert.match(stderr, /\[PlexSync\] 3 of 3 scenes of Stash were never synced: plexsync reconcile\n/);
  assert.equal(plex.item(items[2] ?? '')?.title, '2');
});

test('what was edited while plexsync was down arrives by the next poll, once', async (t) => {
  const rig = await withStash(t);
  const { plex, stash, pass, sql } = rig;
  const names = Array.from({ length: 30 }, (_, index) => `/media/${index}.mp4`);
  const items = names.map((file) => plex.addItem({ sectionKey: '1', file }));
  const ids = names.map((file, index) => stash.addScene({ title: `Pier ${index}`, files: [file] }));
  const first = watch(rig);
  await until('the first poll', () => begun(rig));
  await first.stop();

  pass(1_100);
  for (const id of ids) stash.editScene(id, { title: `Edited ${id}` });
  const second = watch(rig);
  await until('all edits', () => items.every((item) => plex.item(item)?.title.startsWith('Edited')));
  // What was edited in the seconds before a look may come once more.
  pass(10_000);
  await looks(stash, 10);
  const jobs = sql(`SELECT seq FROM sqlite_sequence WHERE name = 'jobs'`);
  await looks(stash, 10);
  assert.deepEqual(sql(`SELECT seq FROM sqlite_sequence WHERE name = 'jobs'`), jobs);
  assert.equal(plex.count('edit'), 30);
  const { stderr } = await second.stop();
  assert.match(stderr, /Enqueued sync jobs for 30 scenes that changed in Stash/);
});

test('a watch tells trouble once, and goes with no --cron', async (t) => {
  const rig = await withStash(t);
  const { stash } = rig;
  await stash.stop();
  const running = watch(rig);
  await until('several looks', () => breakerOf(rig) === 'open');
  const { code, stderr } = await running.stop();
  assert.equal(code, 143);
  assert.equal(stderr.match(/Stash was not asked/g)?.length, 1, stderr);
  const refused = await rig.run(['process', '--watch', '--cron']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /--watch goes on until it is stopped/);
});

test('a watch that is stopped says so, and closes with a summary under --json', async (t) => {
  const rig = await withStash(t);
  const running = watch(rig, '--json');
  await until('the first poll', () => begun(rig));
  const { code, stdout } = await running.stop();
  assert.equal(code, 143);
  const { at, ...last } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  assert.match(String(at), /^\d{4}-.*Z$/);
  assert.deepEqual(last, { event: 'summary', run: null, exit_code: 143, ends: ['signal'], pending: 0 });
  const other = watch(rig);
  await other.says(/Watching/);
  const { stderr } = await other.stop();
  assert.match(stderr, /The watch was stopped by SIGTERM$/m);
});

test('a watch without stash_url says that Stash is not asked', async (t) => {
  const rig = await setup(t);
  const running = watch(rig);
  await running.says(/Watching/);
  const { stderr } = await running.stop();
  assert.match(
    stderr,
    /Watching: a look each 0.2s, until stopped; Stash is not asked what changed, since stash_url is not set$/m,
  );
});

test('a second watch on a data directory names the first, and one after it names nobody', async (t) => {
  const rig = await withStash(t);
  const first = watch(rig);
  await until('the first poll', () => begun(rig));
  const second = watch(rig);
  await second.says(/watches this data directory already/);
  assert.match((await second.stop()).stderr, /pid \d+ watches this data directory already\..* stop one\.$/m);
  assert.doesNotMatch((await first.stop()).stderr, /watches this data directory/);
  const third = watch(rig);
  await third.says(/Watching/);
  assert.doesNotMatch((await third.stop()).stderr, /watches this data directory/);
});

test('a watch outlasts another program that holds the queue for longer than it waits, and goes on with what came', async (t) => {
  const rig = await withStash(t);
  const { plex, dataDir } = rig;
  const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  const running = watch(rig);
  await until('the first poll', () => begun(rig));
  const holder = new Database(join(dataDir, 'queue.db'));
  holder.exec('BEGIN EXCLUSIVE');
  await running.says(/is locked by another program/);
  holder.exec('ROLLBACK');
  holder.close();
  await rig.run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Harbour Lights']);
  await until('the job', () => plex.item(item)?.title === 'Harbour Lights');
  const { code, stderr } = await running.stop();
  assert.equal(code, 143, stderr);
  assert.equal(stderr.match(/is locked by another program/g)?.length, 1, stderr);
  assert.match(stderr, /The queue can be used again/);
});

test('a poll that fails counts for the breaker; while that is open nobody asks, and a success closes it', async (t) => {
  const rig = await withStash(t);
  const { stash, sql } = rig;
  const lift = stash.fail('graphql', { kind: 'status', status: 500 }, Number.POSITIVE_INFINITY);
  const running = watch(rig);
  await until('the breaker opens', () => breakerOf(rig) === 'open');
  await running.says(/Stash still does not answer/);
  assert.equal(stash.count('graphql'), 5);
  lift();
  sql(`UPDATE breakers SET state = json_set(state, '$.openedAt', 0)`);
  await until('the first poll', () => begun(rig));
  await until('the breaker closes', () => breakerOf(rig) === 'closed');
  const { stderr } = await running.stop();
  assert.equal(stderr.match(/Stash was not asked: .*; it is asked again at the next look$/gm)?.length, 1, stderr);
  assert.equal(stderr.match(/Stash still does not answer: it is asked again after \d{4}-.*$/gm)?.length, 1, stderr);
  assert.match(stderr, /Stash answers again/);
});

test('a signal during a poll that hangs begins no drain', async (t) => {
  const rig = await withStash(t);
  const { plex, stash, sql } = rig;
  for (let index = 1; index <= 20; index += 1) plex.addItem({ sectionKey: '1', file: `/media/${index}.mp4` });
  const scenes = Array.from({ length: 20 }, (_, index) => ({
    scene_id: index + 1,
    path: `/media/${index + 1}.mp4`,
    title: 'T',
  }));
  stash.setLatency(60_000);
  await rig.run(['enqueue', '--file', '-'], { input: JSON.stringify(scenes) });
  const running = watch(rig);
  await until('the poll', () => stash.requests.length > 0);
  const { code } = await running.stop();
  assert.equal(code, 143);
  assert.equal(plex.requests.length, 0);
  assert.deepEqual(sql('SELECT count(*) AS count FROM jobs'), [{ count: 20 }]);
});
