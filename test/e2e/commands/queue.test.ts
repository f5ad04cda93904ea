import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';
import type { Result } from '../../helpers/run-main.ts';
import { BIN } from '../../helpers/start-bin.ts';

type Document = Record<string, unknown>;
const parsed = (result: Result): unknown => JSON.parse(result.stdout);

test('queue list says what waits and why, as lines for a pipe and as an array of documents', async (t) => {
  const { run, plex, sql } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Harbour lights']);
  await run(['enqueue', '2', '--path', '/media/new.mp4', '--title', 'New pier']);
  plex.fail('edit', { kind: 'status', status: 500 });
  await run(['process']);
  await run(['enqueue', '3', '--path', '/media/c.mp4', '--title', 'Due now']);
  await run(['enqueue', '4']);
  const lines = (await run(['queue', 'list'])).stdout.trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => line.split('\t').slice(0, 3)),
    [
      ['3', '3', 'due'],
      ['1', '1', 'retry'],
      ['2', '2', 'not_found'],
      ['4', '4', 'held'],
    ],
  );
  assert.match(lines[1] ?? '', /Harbour lights\t\/media\/a\.mp4\tPlexTemporaryError: /);
  assert.match(lines[3] ?? '', /only Stash can say what to write/);

  const list = parsed(await run(['queue', 'list', '--json'])) as Document[];
  assert.deepEqual(Object.keys(list[0] ?? {}), [
    'job_id',
    'scene_id',
    'state',
    'title',
    'path',
    'attempts',
    'failures',
    'misses',
    'last_error',
    'available_at',
    'enqueued_at',
    'data',
    'from_stash',
    'reassert',
  ]);
  const [retry] = parsed(await run(['queue', 'list', '--json', '--state', 'retry'])) as Document[];
  const row = sql('SELECT available_at FROM jobs WHERE id = 1')[0];
  assert.equal(Date.parse(String(retry?.['available_at'])), row?.['available_at']);
  assert.deepEqual([retry?.['scene_id'], retry?.['attempts'], retry?.['failures']], [1, 1, 1]);
  assert.equal((parsed(await run(['queue', 'list', '--json', '--scene', '4'])) as Document[]).length, 1);
  assert.equal((parsed(await run(['queue', 'list', '--json', '--limit', '2'])) as Document[]).length, 2);
  assert.deepEqual(parsed(await run(['queue', 'list', '--json', '--scene', '99'])), []);
});

test('a queue of 20,000 is listed whole to a pipe', async (t) => {
  const { run, dir } = await setup(t);
  const file = join(dir, 'scenes.json');
  writeFileSync(file, JSON.stringify(Array.from({ length: 20_000 }, (_, id) => ({ scene_id: id + 1, title: 'T' }))));
  await run(['enqueue', '--file', file]);
  assert.equal((parsed(await run(['queue', 'list', '--json'])) as Document[]).length, 20_000);
  assert.equal((await run(['queue', 'list'])).stdout.trimEnd().split('\n').length, 20_000);
});

test('queue drop says which edits of which scene will not arrive, and --dry-run drops nothing', async (t) => {
  const { run, sql } = await setup(t);
  await run(['enqueue', '5', '--path', '/media/a.mp4', '--title', 'Harbour', '--tag', 'sea']);
  await run(['enqueue', '6']);
  await run(['enqueue', '7', '--title', 'Kept']);
  const dry = await run(['queue', 'drop', '--scene', '5', '--scene', '6', '--dry-run']);
  assert.equal(dry.code, 0, dry.stderr);
  assert.equal(
    dry.stdout,
    'Job 1 would be dropped: title, tags of scene 5 "Harbour" will not arrive\n' +
      'Job 2 would be dropped: whatever Stash has of scene 6 will not arrive\n2 jobs would be dropped.\n',
  );
  assert.equal(sql('SELECT 1 FROM jobs').length, 3);

  const refused = await run(['queue', 'drop', '1', '2']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /Drop 2 jobs from the queue of .*\? Their edits will not arrive\. There is no terminal/);
  const dropped = await run(['queue', 'drop', '1', '2', '--yes', '--json']);
  assert.deepEqual(parsed(dropped), {
    dropped: [
      { job_id: 1, scene_id: 5, title: 'Harbour', keys: ['title', 'tags'], from_stash: false },
      { job_id: 2, scene_id: 6, title: null, keys: [], from_stash: true },
    ],
    in_progress: [],
    changed: [],
  });
  assert.deepEqual(sql('SELECT scene_id FROM jobs'), [{ scene_id: 7 }]);
});

test('at a terminal queue drop asks, and anything but a yes keeps the job', async (t) => {
  const { run, dataDir, sql } = await setup(t);
  await run(['enqueue', '5', '--title', 'Harbour']);
  const answer = (word: string): string => {
    const command = `'${process.execPath}' '${BIN}' queue drop 1`;
    const { stdout } = spawnSync('sh', ['-c', `echo ${word} | script -qec "${command}" /dev/null`], {
      env: { PATH: process.env['PATH'], TERM: 'xterm', PLEXSYNC_DATA_DIR: dataDir },
      encoding: 'utf8',
    });
    return stdout;
  };
  assert.match(
    answer('n'),
    /Drop 1 job from the queue of .*\? Their edits\r\n[\s\S]*will not arrive\. \[y\/N\][\s\S]*Nothing was changed/,
  );
  assert.equal(sql('SELECT 1 FROM jobs').length, 1);
  assert.match(answer('y'), /1 job dropped\./);
  assert.equal(sql('SELECT 1 FROM jobs').length, 0);
});

test('a job that a run is working on is not dropped, and said so', async (t) => {
  const { run, sql } = await setup(t);
  await run(['enqueue', '5', '--title', 'Harbour']);
  sql(
    `UPDATE jobs SET state = 'in_progress', lease_owner = 'someone', lease_expires_at = ${Date.now() + 60_000} WHERE id = 1`,
  );
  const result = await run(['queue', 'drop', '--all', '--yes']);
  assert.equal(result.code, 0, result.stderr);
  assert.equal(result.stdout, 'Job 1 of scene 5 stays: a run is working on it.\n0 jobs dropped.\n');
});

const REFUSED: readonly (readonly [name: string, args: readonly string[], sentence: RegExp])[] = [
  ['a state that is none', ['list', '--state', 'retrying'], /--state must be one of .*not "retrying"\.\n {2}Did you/],
  ['an empty scene', ['list', '--scene', ''], /--scene must be a scene id, not ""/],
  ['a limit of zero', ['list', '--limit', '0'], /--limit must be a positive whole number, not "0"/],
  ['to drop nobody said what', ['drop', '--yes'], /Which jobs to drop was not said/],
  ['to drop an unknown job', ['drop', '99', '--yes'], /There is no job 99 in the queue/],
  ['to drop a job twice', ['drop', '1', '1', '--yes'], /The job id 1 is given twice/],
  ['to drop an empty id', ['drop', '', '--yes'], /"" is no job id/],
  ['to drop an unknown scene', ['drop', '--scene', '99', '--yes'], /No job of scene 99 is in the queue/],
  ['ids and filters at once', ['drop', '1', '--all', '--yes'], /Give ids or filters, not both/],
];

for (const [name, args, sentence] of REFUSED) {
  test(`queue refuses ${name} in one sentence and drops nothing`, async (t) => {
    const { run, sql } = await setup(t);
    await run(['enqueue', '1', '--title', 'Harbour']);
    const result = await run(['queue', ...args]);
    assert.equal(result.code, 2, result.stderr);
    assert.match(result.stderr, sentence);
    assert.ok(result.stderr.trim().split('\n').length <= 2, result.stderr);
    assert.equal(result.stdout, '');
    assert.equal(sql('SELECT 1 FROM jobs').length, 1);
  });
}

test('queue on a directory that is not there says so and makes none', async (t) => {
  const { run, dataDir } = await setup(t);
  const result = await run(['queue', 'list']);
  assert.equal(result.code, 2);
  assert.match(result.stderr, /There is no data directory/);
  assert.equal(existsSync(dataDir), false);
});
