/** A watch that cannot go on pauses, says so once, and goes on by itself once somebody has done something. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import type { Rig } from '../../helpers/rig.ts';
import { setup as setupRig } from '../../helpers/rig.ts';
import type { Result } from '../../helpers/run-main.ts';

const DEADLINE_MS = 20_000;

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + DEADLINE_MS;
  while (!(await holds())) {
    assert.ok(Date.now() < giveUpAt, `waited in vain: ${what}`);
    await setTimeout(50);
  }
}

const IDS = Array.from({ length: 12 }, (_, index) => index + 1);

/** Twelve scenes with their items, and a Stash whose polls tell how often a watch has looked. */
async function setup(t: TestContext) {
  const rig = await setupRig(t);
  const stash = await startStashServer();
  t.after(() => stash.close());
  for (const id of IDS) rig.plex.addItem({ sectionKey: '1', ratingKey: `${100 + id}`, file: `/media/${id}.mp4` });
  const looks = async (count: number): Promise<void> => {
    const before = stash.count('graphql');
    await until(`${count} looks`, () => stash.count('graphql') >= before + count);
  };
  const start = (...options: readonly string[]) => {
    const env = { STASH_URL: stash.url };
    const running = rig.start(['process', '--watch', '--poll-interval', '0.1s', ...options], { env });
    return async (): Promise<Result> => {
      running.kill('SIGTERM');
      return await running.ended;
    };
  };
  return { ...rig, stash, looks, watch: start };
}

async function enqueue({ run }: Pick<Rig, 'run'>, tags: readonly string[] = []): Promise<void> {
  const scenes = IDS.map((id) => ({ scene_id: id, path: `/media/${id}.mp4`, title: `Pier ${id}`, tags }));
  assert.equal((await run(['enqueue', '--file', '-'], { input: JSON.stringify(scenes) })).code, 0);
}

async function codeOf({ run }: Pick<Rig, 'run'>): Promise<string | undefined> {
  const { stdout } = await run(['stats', '--json']);
  return (JSON.parse(stdout) as { stopped: { code: string } | null }).stopped?.code;
}

const timesIn = (text: string, pattern: RegExp): number => [...text.matchAll(new RegExp(pattern, 'g'))].length;

test('a watch in which every job fails alike pauses, says so once, and goes on by resume', async (t) => {
  const world = await setup(t);
  const { plex, looks, run, watch } = world;
  await enqueue(world);
  const refused = { kind: 'status', status: 400 } as const;
  const mend = plex.fail((request) => request.route === 'edit', refused, Number.POSITIVE_INFINITY);
  const stop = watch();
  await until('the stop', async () => (await codeOf(world)) === 'misconfigured');
  await looks(4);
  const edits = plex.count('edit');
  await looks(6);
  assert.equal(plex.count('edit'), edits);
  assert.equal((await run(['stats', '--check', '--max-dead', '99'])).code, 1);
  // Nothing that a restart of a container would mend.
  assert.equal((await run(['stats', '--check', '--live'])).code, 0);
  mend();
  assert.match((await run(['resume'])).stdout, /Writing goes on/);
  await until('the writing', () => plex.item('112')?.title === 'Pier 12');
  const { stderr } = await stop();
  assert.equal(timesIn(stderr, /Writing pauses/), 1, stderr);
  assert.equal(timesIn(stderr, /Stopped: /), 1, stderr);
  assert.equal(timesIn(stderr, /Writing goes on/), 1, stderr);
  assert.equal(await codeOf(world), undefined);
});

test('a stop outlasts a restart of the watch with the same settings, and ends with a changed one', async (t) => {
  const world = await setup(t);
  const { plex, dataDir, looks, watch } = world;
  await enqueue(world);
  const refused = { kind: 'status', status: 400 } as const;
  const mend = plex.fail((request) => request.route === 'edit', refused, Number.POSITIVE_INFINITY);
  const first = watch();
  await until('the stop', async () => (await codeOf(world)) === 'misconfigured');
  await first();
  const edits = plex.count('edit');
  const second = watch();
  await looks(6);
  assert.equal(plex.count('edit'), edits);
  mend();
  writeFileSync(join(dataDir, 'config.json'), '{ "max_tags": 20 }', { mode: 0o600 });
  await until('the writing', () => plex.item('112')?.title === 'Pier 12');
  const { stderr } = await second();
  assert.match(stderr, /Writing pauses: .*PlexPermanentError/);
  assert.match(stderr, /A setting has changed/);
});

test('a watch with a refused token pauses, and goes on once the file holds one that is accepted', async (t) => {
  const world = await setup(t);
  const { plex, dir, looks, watch, run } = world;
  await enqueue(world);
  const file = join(dir, 'token');
  writeFileSync(file, 'not-the-token-of-this-plex', { mode: 0o600 });
  const stop = watch('--plex-token-file', file);
  await until('the stop', async () => (await codeOf(world)) === 'unauthorized');
  await looks(6);
  assert.equal(plex.count('edit'), 0);
  assert.equal((await run(['stats', '--check'])).code, 1);
  writeFileSync(file, plex.token, { mode: 0o600 });
  await until('the writing', () => plex.item('112')?.title === 'Pier 12');
  const { stderr } = await stop();
  assert.equal(timesIn(stderr, /Authentication failed/), 1, stderr);
  assert.equal(timesIn(stderr, /Writing pauses/), 1, stderr);
});

test('a watch holds back what would remove too much, says so once, writes the rest, and removes after resume', async (t) => {
  const world = await setup(t);
  const { plex, run, looks, watch } = world;
  await enqueue(world, ['fog']);
  assert.equal((await run(['process'])).code, 0);
  await enqueue(world, []);
  const stop = watch('--max-removals', '3');
  await until('the stop', async () => (await codeOf(world)) === 'removals');
  plex.addItem({ sectionKey: '1', ratingKey: '150', file: '/media/50.mp4' });
  await run(['enqueue', '50', '--path', '/media/50.mp4', '--title', 'Harbour']);
  await until('the other job', () => plex.item('150')?.title === 'Harbour');
  await looks(4);
  const held = IDS.filter((id) => plex.item(`${100 + id}`)?.genres.length === 1);
  assert.equal(held.length, 9);

  const unasked = await run(['resume']);
  assert.equal(unasked.code, 2);
  assert.match(unasked.stderr, /Let 9 jobs of .* remove what plexsync wrote\?/);
  const resumed = await run(['resume', '--yes', '--json']);
  const { ended, jobs_allowed } = JSON.parse(resumed.stdout) as { ended: { code: string }; jobs_allowed: number };
  assert.deepEqual([ended.code, jobs_allowed], ['removals', 9]);
  await until('the removals', () => IDS.every((id) => plex.item(`${100 + id}`)?.genres.length === 0));
  const { stderr } = await stop();
  assert.equal(timesIn(stderr, /jobs wait until you allow it/), 1, stderr);
});

test('a watch whose Stash refuses the key is told by stats, and writes what needs no Stash', async (t) => {
  const world = await setup(t);
  const { plex, watch } = world;
  const locked = await startStashServer({ apiKey: 'the-key-of-the-harbour' });
  t.after(() => locked.close());
  await enqueue(world);
  const stop = watch('--stash-url', locked.url);
  await until('the stop', async () => (await codeOf(world)) === 'stash_unauthorized');
  await enqueue(world, ['fog']);
  await until('the writing', () => plex.item('112')?.genres.length === 1);
  assert.equal(await codeOf(world), 'stash_unauthorized');
  assert.match((await stop()).stderr, /What needs Stash pauses/);
});

test('a watch that does not believe its Stash is told by stats, and enqueues nothing, until it has the scenes again', async (t) => {
  const world = await setup(t);
  const { stash, run, sql, watch } = world;
  const env = { STASH_URL: stash.url };
  const ids = IDS.map((id) => stash.addScene({ title: `Pier ${id}`, files: [`/media/${id}.mp4`] }));
  await run(['enqueue', ...ids.map(String)], { env });
  assert.equal((await run(['process'], { env })).code, 0);
  const other = await startStashServer();
  t.after(() => other.close());
  const isBegun = (): boolean => sql(`SELECT 1 FROM meta WHERE name = 'stash_poll'`).length > 0;
  const stop = watch('--stash-url', other.url);
  await until('the first poll', isBegun);
  other.addScene({ title: 'Rose', files: ['/garden/rose.mp4'] });
  await until('the stop', async () => (await codeOf(world)) === 'stash_misconfigured');
  assert.match((await run(['stats', '--check'])).stderr, /has 1 of 12 scenes/);
  assert.deepEqual(sql('SELECT 1 FROM jobs'), []);
  assert.match((await stop()).stderr, /What needs Stash pauses/);
  const again = watch('--allow-removals', '--stash-url', other.url);
  await until('what changed', () => sql(`SELECT seq FROM sqlite_sequence WHERE name = 'jobs' AND seq > 12`).length > 0);
  await again();
});

test('resume with nothing to resume says so', async (t) => {
  const { run } = await setupRig(t);
  await run(['enqueue', '1', '--path', '/media/1.mp4', '--title', 'Pier']);
  const { code, stdout } = await run(['resume']);
  assert.deepEqual([code, stdout.trim()], [0, 'Nothing is stopped or paused.']);
});

test('what a watch may remove it may remove in its first run alone', async (t) => {
  const world = await setup(t);
  const { plex, run, watch } = world;
  const hasNone = (): boolean => IDS.every((id) => plex.item(`${100 + id}`)?.genres.length === 0);
  await enqueue(world, ['fog']);
  assert.equal((await run(['process'])).code, 0);
  await enqueue(world, []);
  const stop = watch('--max-removals', '3', '--allow-removals');
  await until('the removals', hasNone);
  await enqueue(world, ['mist']);
  await until('the new ones', () => IDS.every((id) => plex.item(`${100 + id}`)?.genres.length === 1));
  await enqueue(world, []);
  await until('the stop', async () => (await codeOf(world)) === 'removals');
  assert.equal(hasNone(), false);
  assert.doesNotMatch((await stop()).stderr, /did nothing/);
});
