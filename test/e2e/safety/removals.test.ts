/** The guard over removals, as a person meets it: what is told, listed and allowed. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';

const IDS = [1, 2, 3];

/** Three scenes, written with two tags each; then edits that take all tags away, where one removal is too much. */
async function guarded(t: TestContext): Promise<Rig> {
  const rig = await setup(t);
  for (const id of IDS) rig.plex.addItem({ sectionKey: '1', ratingKey: `10${id}`, file: `/media/${id}.mp4` });
  await enqueue(rig, ['fog', 'sea']);
  assert.equal((await rig.run(['process'])).code, 0);
  await enqueue(rig, []);
  return rig;
}

async function enqueue(rig: Rig, tags: readonly string[]): Promise<void> {
  const scenes = IDS.map((id) => ({ scene_id: id, path: `/media/${id}.mp4`, title: `Pier ${id}`, tags }));
  assert.equal((await rig.run(['enqueue', '--file', '-'], { input: JSON.stringify(scenes) })).code, 0);
}

test('a run that would remove too much exits with 2 and says what to do, and so does each one after it', async (t) => {
  const { run, plex } = await guarded(t);
  const first = await run(['process', '--max-removals', '2']);
  assert.equal(first.code, 2, first.stderr);
  assert.match(first.stderr, /2 jobs wait until you allow it: together they would remove more .*\n.*--allow-removals/);
  assert.match(first.stdout, /1 updated, 2 held back/);
  const edits = plex.count('edit');
  const second = await run(['process', '--max-removals', '2']);
  assert.deepEqual([second.code, plex.count('edit')], [2, edits]);
  assert.match(second.stderr, /2 jobs wait until you allow it/);
});

test('what waits is listed as removals, with why, and is counted', async (t) => {
  const { run } = await guarded(t);
  await run(['process', '--max-removals', '2']);
  const listed = await run(['queue', 'list', '--state', 'removals', '--json']);
  const jobs = JSON.parse(listed.stdout) as { scene_id: number; state: string; last_error: string }[];
  assert.deepEqual(
    jobs.map(({ scene_id, state }) => [scene_id, state]),
    [
      [2, 'removals'],
      [3, 'removals'],
    ],
  );
  assert.match(String(jobs[0]?.last_error), /it would remove 2 values/);
  assert.match((await run(['status', '3'])).stdout, /would remove too much/);
  const { waiting } = JSON.parse((await run(['stats', '--json'])).stdout) as { waiting: { removals: number } };
  assert.equal(waiting.removals, 2);
});

test('--allow-removals lets them go on once', async (t) => {
  const { run, plex } = await guarded(t);
  await run(['process', '--max-removals', '2']);
  const allowed = await run(['process', '--allow-removals', '--max-removals', '2']);
  assert.deepEqual([allowed.code, plex.item('103')?.genres], [0, []], allowed.stderr);
  assert.equal((await run(['process', '--max-removals', '2'])).code, 0);
});

test('a dry run says where it would stop, and with --allow-removals what would go, and changes nothing', async (t) => {
  const { run, plex, sql } = await guarded(t);
  const dry = await run(['process', '--dry-run', '--max-removals', '2']);
  assert.equal(dry.code, 2);
  assert.match(dry.stdout, /Scene 2: it would remove 2 values[\s\S]*1 would be written, 2 would wait/);
  assert.deepEqual(sql('SELECT id FROM jobs WHERE removals > 0'), []);
  await run(['process', '--max-removals', '2']);
  const edits = plex.count('edit');
  const asked = await run(['process', '--dry-run', '--allow-removals']);
  assert.equal(asked.code, 0, asked.stderr);
  assert.match(asked.stdout, /Scene 3 would be written[\s\S]*- 'fog'[\s\S]*2 would be written/);
  assert.deepEqual([plex.count('edit'), sql('SELECT id FROM jobs WHERE held = 2').length], [edits, 2]);
});

test('cron tells of it once a day', async (t) => {
  const { run } = await guarded(t);
  const cron = ['process', '--cron', '--max-removals', '2'];
  const first = await run(cron);
  assert.equal(first.code, 2);
  assert.match(first.stderr, /2 jobs wait/);
  const second = await run(cron);
  assert.deepEqual([second.code, second.stderr], [0, '']);
});

test('dropping what waits ends it', async (t) => {
  const { run } = await guarded(t);
  await run(['process', '--max-removals', '2']);
  await run(['queue', 'drop', '--state', 'removals', '--yes']);
  assert.equal((await run(['process', '--max-removals', '2'])).code, 0);
});
