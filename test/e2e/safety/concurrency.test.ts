import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';
import type { Result } from '../../helpers/run-main.ts';
import type { Running } from '../../helpers/start-bin.ts';

async function fill({ plex, run }: Rig, count: number): Promise<string[]> {
  const scenes = Array.from({ length: count }, (_, index) => ({
    scene_id: index + 1,
    path: `/media/${index}.mp4`,
    title: `Dune ${index}`,
  }));
  const keys = scenes.map(({ path }) => plex.addItem({ sectionKey: '1', file: path, title: 'untitled' }));
  const result = await run(['enqueue', '-'], { input: JSON.stringify(scenes) });
  assert.equal(result.code, 0, result.stderr);
  return keys;
}

/** Starts a drain and answers once its first edit has reached Plex. */
async function startDrain(rig: Rig, args: readonly string[] = []): Promise<Running> {
  const running = rig.start(['process', ...args]);
  let result: Result | undefined;
  void running.ended.then((value) => (result = value));
  while (rig.plex.count('edit') === 0) {
    assert.equal(result, undefined, result?.stderr);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return running;
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`${signal} ends the writes in flight, settles them, gives the rest back and exits ${code}`, async (t) => {
    const rig = await setup(t, { latencyMs: 30 });
    const keys = await fill(rig, 40);
    const { kill, ended } = await startDrain(rig);
    kill(signal);
    const result = await ended;
    assert.equal(result.code, code, result.stderr);
    const left = rig.sql('SELECT state, attempt, failures FROM jobs');
    const written = keys.filter((key) => rig.plex.item(key)?.title !== 'untitled').length;
    assert.equal(left.length + written, 40);
    assert.ok(left.length > 0, 'the signal came too late to leave anything');
    for (const job of left) assert.deepEqual(job, { state: 'pending', attempt: 0, failures: 0 });
    assert.equal((await rig.run(['process', '-q'])).code, 0);
  });
}

test('a second signal exits at once; the next drain takes back what was under way', async (t) => {
  const rig = await setup(t);
  await fill(rig, 5);
  const lift = rig.plex.fail('edit', { kind: 'hang' }, Number.POSITIVE_INFINITY);
  const { kill, ended, pid } = await startDrain(rig);
  while (rig.plex.count('edit') === 0) await new Promise((resolve) => void setImmediate(resolve));
  const second = await rig.run(['process']);
  assert.equal(second.stdout, `pid ${pid} is draining, 5 left, and none that is due waits for another run.\n`);
  // The first of them and those that come at once with it are one wish; the next one after that is the second.
  const again = setInterval(() => kill('SIGTERM'), 50);
  const result = await ended;
  clearInterval(again);
  assert.equal(result.code, 143);
  assert.match(readFileSync(join(rig.dataDir, 'plexsync.log'), 'utf8'), /Processing job 5 /);
  lift();
  const next = await rig.run(['process']);
  assert.equal(next.code, 0, next.stderr);
  assert.match(next.stderr, /Took back 5 jobs from a run that did not end properly/);
  assert.equal(rig.sql('SELECT * FROM jobs').length, 0);
});

test('a second process stands down before one that drains, and --parallel shares without doing a job twice', async (t) => {
  const rig = await setup(t, { latencyMs: 20 });
  await fill(rig, 250);
  const { pid, ended } = await startDrain(rig);
  const second = await rig.run(['process']);
  assert.equal(second.code, 0);
  assert.match(second.stdout, new RegExp(`^pid ${pid} is draining, \\d+ left`));
  const adopting = await rig.run(['process', '--adopt-server', '-q']);
  assert.equal(adopting.code, 2);
  assert.match(adopting.stderr, new RegExp(`pid ${pid} is draining, \\d+ left: no server is adopted beside it`));
  assert.match(adopting.stderr, /--adopt-server did nothing: give it again/);
  const shared = await rig.run(['process', '--parallel']);
  assert.equal(shared.code, 0, shared.stderr);
  assert.match(shared.stderr, /Job \d+ completed/);
  assert.equal((await ended).code, 0);
  assert.equal(rig.plex.count('edit'), 250);
  assert.equal(rig.sql('SELECT * FROM jobs').length, 0);
});

test('twenty enqueues at once lose nothing', async (t) => {
  const rig = await setup(t);
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      rig.spawn(['enqueue', String((index % 10) + 1), index < 10 ? '--title' : '--tagline', `text ${index}`]),
    ),
  );
  for (const { code, stderr } of results) assert.equal(code, 0, stderr);
  const jobs = rig.sql('SELECT data FROM jobs').map(({ data }) => Object.keys(JSON.parse(String(data))).toSorted());
  assert.deepEqual(jobs, Array(10).fill(['tagline', 'title']));
});

test('--limit claims that many jobs and exits 0; --max-time leaves the rest and exits 5', async (t) => {
  const rig = await setup(t, { latencyMs: 30 });
  await fill(rig, 150);
  const limited = await rig.run(['process', '--limit', '7']);
  assert.equal(limited.code, 0, limited.stderr);
  assert.match(limited.stdout, /Processed: 7, Failed: 0/);
  assert.equal(rig.sql('SELECT * FROM jobs').length, 143);
  const timed = await rig.run(['process', '--max-time', '500ms']);
  assert.equal(timed.code, 5, timed.stderr);
  assert.match(timed.stderr, /Timeout waiting for queue \(\d+ items remaining\)/);
  const left = rig.sql('SELECT state, failures FROM jobs');
  assert.ok(left.length > 0);
  for (const job of left) assert.deepEqual(job, { state: 'pending', failures: 0 });
});

test('a server that hangs or drips bytes is given up after the read time-out, and the job is not lost', async (t) => {
  const rig = await setup(t);
  await fill(rig, 2);
  rig.plex.fail('edit', { kind: 'hang' });
  rig.plex.fail('edit', { kind: 'drip' });
  const result = await rig.run(['process', '--read-timeout', '5', '--connect-timeout', '1']);
  assert.equal(result.code, 1, result.stderr);
  assert.match(result.stderr, /no complete answer in time, though Plex is up/);
  assert.deepEqual(rig.sql('SELECT uncharged FROM jobs'), [{ uncharged: 1 }, { uncharged: 1 }]);
});
