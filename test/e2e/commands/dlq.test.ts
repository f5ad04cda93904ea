import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';
import type { Result } from '../../helpers/run-main.ts';

type Document = Record<string, unknown>;
const parsed = (result: Result): unknown => JSON.parse(result.stdout);

/** Dead letters of files that are not in Plex any more, one per path, and one LowConfidenceMatch. */
async function buried(t: TestContext, paths: readonly string[]): Promise<Rig> {
  const rig = await setup(t);
  rig.plex.addItem({ sectionKey: '1', file: '/media/elsewhere/01.mp4', title: 'Another' });
  // A hundred misses at first contact stop a run: this directory has matched a file before.
  rig.plex.addItem({ sectionKey: '1', file: '/media/known.mp4' });
  await rig.run(['enqueue', '1000', '--path', '/media/known.mp4', '--title', 'Known']);
  await rig.run(['process']);
  const scenes = paths.map((path, index) => ({ scene_id: index + 1, path, title: `Harbour ${index + 1}` }));
  scenes.push({ scene_id: 999, path: '/media/north/01.mp4', title: 'Lantern' });
  await rig.run(['enqueue', '-'], { input: JSON.stringify(scenes) });
  rig.sql('UPDATE jobs SET misses = 12');
  const drained = await rig.run(['process']);
  assert.equal(drained.code, 1, drained.stderr);
  return rig;
}

const NEXT = /^Next: plexsync process writes what waits, unless a watch or cron does\.$/m;

const OLD = ['/data/old/pier/a.mp4', '/data/old/quay/b.mp4', '/data/old/c.mp4'];

test('137 letters after a move: the summary says which, where and what helps, and the command in it brings them back', async (t) => {
  const paths = Array.from({ length: 137 }, (_, index) => `/data/old/pier ${index % 30}/${index}.mp4`);
  const { run } = await buried(t, paths);
  const summary = parsed(await run(['dlq', 'summary', '--json'])) as { count: number; groups: Document[] };
  assert.equal(summary.count, 138);
  const [lost] = summary.groups;
  assert.deepEqual([lost?.['error_type'], lost?.['count']], ['PlexNotFound', 137]);
  assert.deepEqual(lost?.['folders'], [{ path: '/data/old', count: 137 }]);
  const { command, advice } = (lost?.['cure'] ?? {}) as { command: string; advice: string };
  assert.equal(command, 'plexsync dlq retry --error-type PlexNotFound --path-prefix /data/old');
  assert.match(advice, /moved.*path_map/);
  const lines = (await run(['dlq', 'summary'])).stdout.trimEnd().split('\n');
  assert.deepEqual(lines[0]?.split('\t').slice(0, 3), ['PlexNotFound', '137', '/data/old']);

  const retried = await run([...command.split(' ').slice(1), '--yes']);
  assert.equal(retried.stdout, '137 dead letters put back into the queue.\n', retried.stderr);
  assert.match(retried.stderr, NEXT);
  assert.equal((parsed(await run(['dlq', 'list', '--json'])) as unknown[]).length, 1);
});

test('what puts something into the queue names the next step, except to a program and where a run writes nothing', async (t) => {
  const { run } = await setup(t);
  const enqueue = ['enqueue', '1', '--path', '/media/1.mp4', '--title', 'Quay'];
  assert.match((await run(enqueue)).stderr, NEXT);
  assert.doesNotMatch((await run([...enqueue, '--json'])).stderr, NEXT);
  assert.doesNotMatch((await run(['enqueue', '2'])).stderr, NEXT);
  assert.match((await run(['enqueue', '1', '2'])).stderr, NEXT);
});

test('dlq list takes ids and filters, each narrowing the others', async (t) => {
  const { run, sql } = await buried(t, OLD);
  sql(`UPDATE dead_letters SET failed_at = '2020-01-01T00:00:00.000Z' WHERE scene_id = 1`, 'dlq.db');
  const scenes = async (...args: string[]): Promise<unknown[]> =>
    (parsed(await run(['dlq', 'list', '--json', ...args])) as Document[])
      .map((letter) => letter['scene_id'])
      .toSorted();
  assert.deepEqual(await scenes(), [1, 2, 3, 999]);
  assert.deepEqual(await scenes('1', '2'), [1, 2]);
  assert.deepEqual(await scenes('--error-type', 'plexnotfound', '--path-prefix', '/data/old/quay/'), [2]);
  assert.deepEqual(await scenes('--older-than', '7d'), [1]);
  assert.deepEqual(await scenes('--since', '7d', '--scene', '3'), [3]);
  assert.deepEqual(await scenes('--since', '2020-01-01T00:00:01Z'), [2, 3, 999]);
  assert.deepEqual(await scenes('--since', '2019-12-30'), [1, 2, 3, 999]);
  assert.deepEqual(await scenes('--error-type', 'PlexAuthError'), []);
  assert.equal((await run(['dlq', 'list', '--path-prefix', '/data/ol'])).stdout, 'No dead letter matches.\n');
  assert.equal((await run(['dlq', 'summary', '--scene', '77'])).stdout, 'No dead letter matches.\n');
});

test('a dry run of retry and purge shows what would happen, asks nothing and touches nothing', async (t) => {
  const { run, sql } = await buried(t, OLD);
  const before = [sql('SELECT * FROM dead_letters', 'dlq.db'), sql('SELECT * FROM jobs')];
  const retry = await run(['dlq', 'retry', '--error-type', 'PlexNotFound', '--dry-run']);
  assert.equal(retry.code, 0, retry.stderr);
  assert.match(retry.stdout, /3 dead letters would be put back into the queue\.\n$/);
  const purge = await run(['dlq', 'purge', '--all', '--dry-run']);
  assert.match(purge.stdout, /4 dead letters would be deleted\.\n$/);
  assert.deepEqual(parsed(await run(['dlq', 'purge', '4', '--dry-run', '--json'])), {
    dry_run: true,
    purged: 1,
    letters: [{ id: 4, scene_id: 999, error_type: 'LowConfidenceMatch' }],
  });
  const document = parsed(await run(['dlq', 'retry', '1', '--dry-run', '--json']));
  assert.deepEqual(document, { dry_run: true, retried: [{ id: 1, scene_id: 1, how: 'queued' }] });
  assert.deepEqual([sql('SELECT * FROM dead_letters', 'dlq.db'), sql('SELECT * FROM jobs')], before);
});

test('an export is one letter a line, and its job_data is what enqueue takes', async (t) => {
  const { run, sql } = await buried(t, OLD);
  const exported = await run(['dlq', 'export', '--error-type', 'PlexNotFound']);
  const letters = exported.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Document);
  const listed = parsed(await run(['dlq', 'list', '--json', '--error-type', 'PlexNotFound']));
  assert.deepEqual(letters, listed);
  const input = letters.map((letter) => JSON.stringify(letter['job_data'])).join('\n');
  const enqueued = await run(['enqueue', '-'], { input });
  assert.equal(enqueued.code, 0, enqueued.stderr);
  assert.deepEqual(
    sql('SELECT data FROM jobs ORDER BY scene_id').map((row) => JSON.parse(String(row['data']))),
    OLD.map((path, index) => ({ path, title: `Harbour ${index + 1}` })),
  );
});

test('a redacted export names nothing that the library names', async (t) => {
  const { run } = await buried(t, ['/data/North Quay/Lantern Row.mp4']);
  const { stdout } = await run(['dlq', 'export', '--redact']);
  assert.doesNotMatch(stdout, /Quay|Lantern|Row|Harbour|elsewhere|Another|north|media|data\//);
  const letters = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Document);
  const data = letters.find((letter) => letter['scene_id'] === 1)?.['job_data'] as Document;
  assert.match(String(data['path']), /^\/path-[0-9a-f]+\/path-[0-9a-f]+\/path-[0-9a-f]+\.mp4$/);
});

test('dlq show ends with what can be done', async (t) => {
  const { run } = await buried(t, ['/data/North Quay/a.mp4']);
  const { stdout } = await run(['dlq', 'show', '1']);
  assert.match(
    stdout,
    /Try again: plexsync dlq retry 1\nSee what matches: plexsync match-test '\/data\/North Quay\/a\.mp4'\nGive it up: plexsync dlq purge 1\n$/,
  );
});

test('a run removes the letters past their time and says which, though nothing else is due', async (t) => {
  const { run, sql } = await buried(t, OLD);
  sql(`UPDATE dead_letters SET failed_at = '2020-01-01T00:00:00.000Z' WHERE id <> 1`, 'dlq.db');
  const { code, stderr } = await run(['process']);
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /\[PlexSync\] Removed 3 DLQ entries older than 30 days: 2 PlexNotFound, 1 LowConfidenceMatch \(scenes 2, 3, 999\)/,
  );
  assert.deepEqual(sql('SELECT id FROM dead_letters', 'dlq.db'), [{ id: 1 }]);
  assert.doesNotMatch((await run(['process'])).stderr, /Removed/);
});

test('a run says which keys a dead letter keeps once a newer edit has said the others', async (t) => {
  const { run, plex } = await setup(t);
  await run(['enqueue', '5', '--path', '/media/a.mp4', '--title', 'Pier', '--tagline', 'Calm']);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  // The whole edit, and each of its two parts.
  plex.fail('edit', { kind: 'status', status: 400 }, 3);
  assert.equal((await run(['process'])).code, 1);
  await run(['enqueue', '5', '--path', '/media/a.mp4', '--title', 'Mole']);
  const { stderr } = await run(['process']);
  assert.match(stderr, /Dead letter 1 of scene 5 keeps: tagline\n/);
});

const REFUSED: readonly (readonly [name: string, args: readonly string[], sentence: RegExp])[] = [
  [
    'an error type that nobody knows',
    ['list', '--error-type', 'PlexNotFoud'],
    /--error-type must be one that there is, not "PlexNotFoud"\.\n {2}Did you mean PlexNotFound\?/,
  ],
  [
    'an empty error type',
    ['list', '--error-type', ''],
    /--error-type must be one that there is, not ""\.\n {2}Known: /,
  ],
  ['an age that is none', ['purge', '--older-than', 'long', '--yes'], /--older-than must be a duration/],
  ['a day that is none', ['list', '--since', '2026-02-31'], /--since must be a duration such as 7d, a date/],
  ['an empty folder', ['retry', '--path-prefix', '', '--yes'], /--path-prefix is empty/],
  ['an unknown id', ['retry', '99'], /There is no dead letter 99/],
  ['an id twice', ['purge', '1', '1', '--yes'], /The dead letter id 1 is given twice/],
  ['an empty id', ['show', ''], /"" is no dead letter id/],
  ['ids and a filter', ['retry', '1', '--since', '7d'], /Give ids or filters, not both/],
  ['nothing named', ['purge', '--yes'], /Which dead letters to purge was not said/],
  [
    'several without a terminal',
    ['retry', '--all'],
    /Put 4 dead letters back .* There is no terminal to ask at\.\n.*--yes/,
  ],
  ['to purge without a terminal', ['purge', '1'], /Delete 1 dead letter from .* There is no terminal to ask at/],
];

test('dlq refuses what cannot be meant in one sentence, and changes nothing', async (t) => {
  const { run, sql } = await buried(t, OLD);
  for (const [name, args, sentence] of REFUSED) {
    await t.test(name, async () => {
      const result = await run(['dlq', ...args]);
      assert.equal(result.code, 2, result.stderr);
      assert.match(result.stderr, sentence);
      assert.ok(result.stderr.trim().split('\n').length <= 2, result.stderr);
      assert.equal(result.stdout, '');
    });
  }
  assert.deepEqual([sql('SELECT 1 FROM dead_letters', 'dlq.db').length, sql('SELECT 1 FROM jobs').length], [4, 0]);
});

test('a letter that somebody damaged in dlq.db is shown with a warning, stays, and hides no other', async (t) => {
  const { run, sql } = await setup(t);
  for (const id of ['1', '2', '3']) await run(['enqueue', id, '--path', `/media/${id}.mp4`, '--title', `Quay ${id}`]);
  await run(['process', '--skip-not-found']);
  for (const [id, data] of [
    [1, '[]'],
    [2, '{"scene_id": 2, "path": "/media/2.mp4", "tags": 7}'],
    [3, '{"scene_id": 3, "path": "/media/3.mp4", "title": "Quay 3"}'],
  ] as const) {
    sql(
      `INSERT INTO dead_letters (job_id, job_key, scene_id, job_data, stamps, error_type, error_message, retry_count, failed_at)
       VALUES (${id}, 'key-${id}', ${id}, '${data}', '{}', 'PermanentError', 'no', 0, '2026-01-0${id}T00:00:00.000Z')`,
      'dlq.db',
    );
  }
  const listed = await run(['dlq', 'list', '--json']);
  assert.equal(listed.code, 0, listed.stderr);
  const letters = JSON.parse(listed.stdout) as { id: number; job_data: unknown }[];
  assert.deepEqual(
    letters.map(({ id, job_data }) => [id, job_data !== null]),
    [
      [3, true],
      [2, true],
      [1, false],
    ],
  );
  assert.match(listed.stderr, /Dead letter 1 is damaged: its job_data in dlq\.db is no JSON object\. Mend it there/);
  for (const args of [
    ['dlq', 'list'],
    ['dlq', 'show', '1'],
    ['dlq', 'summary'],
    ['dlq', 'export'],
    ['dlq', 'export', '--redact'],
    ['status', '1'],
    ['report', '--scene', '1'],
  ]) {
    const { code, stderr } = await run(args);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
  }
  const retried = await run(['dlq', 'retry', '--all', '--yes']);
  assert.equal(retried.code, 2);
  assert.match(retried.stdout, /^1 dead letter put back into the queue\.$/m);
  assert.match(retried.stderr, /Dead letter 1 cannot be tried again: its job_data is no JSON object\./);
  assert.match(retried.stderr, /Dead letter 2 cannot be tried again: its job_data: tags must be/);
  assert.deepEqual(
    sql('SELECT id FROM dead_letters ORDER BY id', 'dlq.db').map(({ id }) => id),
    [1, 2],
  );
  const drained = await run(['process', '--dry-run']);
  assert.equal(drained.code, 0, drained.stderr);
});
