import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setup } from '../helpers/rig.ts';
import { scratchDir } from '../helpers/scratch.ts';
import { BIN, runBin } from '../helpers/start-bin.ts';

test('nothing but plain text reaches a pipe, whatever the titles hold', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'evil \u001b[31mtitle' });
  plex.addItem({ sectionKey: '1', file: '/media/x/01.mp4', title: 'other \u001b]0;window\u0007' });
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Red \u001b[31m light', '--tag', 'a\u0007b']);
  await run(['enqueue', '2', '--path', '/media/\u001b[2J/01.mp4', '--title', 'T']);
  const results = [
    await run(['process', '-vv']),
    await run(['stats']),
    await run(['dlq', 'list']),
    await run(['dlq', 'show', '1']),
  ];
  for (const { stdout, stderr } of results) assert.doesNotMatch((stdout + stderr).replace(/[\n\t]/g, ''), /\p{Cc}/u);
});

test('process --json speaks NDJSON and closes with a summary however it ends', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'T', '--tag', 'sea']);
  const result = await run(['process', '--json']);
  assert.equal(result.code, 0, result.stderr);
  const events = result.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    events.map(({ event }) => event),
    ['connected', 'claimed', 'searching', 'found', 'written', 'completed', 'summary'],
  );
  const [{ at, ...written } = {}] = events.slice(4);
  assert.match(String(at), /^\d{4}-.*Z$/);
  assert.deepEqual(written, {
    event: 'written',
    run: 1,
    job_id: 1,
    scene_id: 1,
    rating_key: '1',
    library: 'Adult',
    title: 'T',
    fields: ['title'],
    lists: { genre: { added: ['sea'], removed: [] } },
    pictures: [],
  });
  assert.equal(events.at(-1)?.['exit_code'], 0);

  await run(['enqueue', '1', '--title', 'U']);
  for (const [args, code] of [
    [['--plex-library', 'None'], 2],
    [['--plex-url', 'http://127.0.0.1:1'], 4],
    [['--plex-token', 'wrong-token-x'], 3],
  ] as const) {
    const bad = await run(['process', '--json', ...args]);
    const last = JSON.parse(bad.stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
    assert.equal(last['event'], 'summary');
    assert.equal(last['exit_code'], code);
    assert.equal(bad.code, code);
  }
});

test('stats --json is the document of process --stats-only, and stats without it is tab-separated on a pipe', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'T']);
  await run(['process']);
  await run(['enqueue', '2', '3']);
  plex.resetRequests();
  const stats = await run(['stats', '--json']);
  assert.equal(stats.stdout, (await run(['process', '--stats-only'])).stdout);
  assert.equal(plex.count(), 0);
  const document = JSON.parse(stats.stdout) as Record<string, unknown>;
  assert.equal(document['pending'], 2);
  assert.equal(document['completed'], 1);
  assert.equal(document['failed'], 0);
  assert.deepEqual(document['dead_letters'], { count: 0, by_error_type: {} });
  assert.deepEqual(document['breaker'], { plex: { state: 'closed' }, stash: { state: 'closed' } });
  assert.deepEqual(document['scenes'], { done: 1, waiting: 2, dead: 0 });
  assert.equal((document['last_run'] as Record<string, unknown>)['exit_code'], 0);
  for (const line of (await run(['stats'])).stdout.trim().split('\n')) assert.equal(line.split('\t').length, 2);
});

test('a bare scene waits for Stash with a hint, and --quiet prints nothing on exit 0', async (t) => {
  const { run } = await setup(t);
  const enqueued = await run(['enqueue', '4711']);
  assert.match(enqueued.stderr, /1 scene has no data and will wait until Stash can supply it \(no_stash\)/);
  const processed = await run(['process']);
  assert.equal(processed.code, 0);
  assert.match(processed.stdout, /Held \(no_stash\): 1 without data/);
  const quiet = await run(['process', '--quiet']);
  assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, '', '']);
});

test('a reader that goes away is no failure', async (t) => {
  const { dir, dataDir } = await setup(t);
  const scenes = Array.from({ length: 20_000 }, (_, index) => ({ scene_id: index + 1, title: 'T' }));
  const script = '{ "$0" "$1" enqueue --file "$2" --json; echo "exit $?" >&2; } | head -c 5';
  const file = join(dir, 'scenes.json');
  writeFileSync(file, JSON.stringify(scenes));
  const env = { PATH: process.env['PATH'], PLEXSYNC_DATA_DIR: dataDir };
  const { stdout, stderr } = spawnSync('sh', ['-c', script, process.execPath, BIN, file], { env, encoding: 'utf8' });
  assert.equal(stdout, '{"enq');
  assert.match(stderr, /^exit 0$/m);
  assert.doesNotMatch(stderr, /EPIPE/);
});

test('the demo shows the whole way and ends well, whatever the user has configured', async (t) => {
  const temporary = scratchDir(t, 'test-demo');
  const { code, stdout, stderr } = await runBin(['demo'], {
    env: { PLEX_URL: 'http://127.0.0.1:1', STASH_URL: 'nowhere', PLEXSYNC_CONCURRENCY: 'many', TMPDIR: temporary },
  });
  assert.equal(code, 0, stderr);
  const way = [
    '$ plexsync plugin install --plugins-dir ',
    '[PlexSync Hook] Event kept for the next run of plexsync',
    '$ plexsync plugin status\n',
    '$ plexsync process\n[PlexSync Hook] Enqueued sync job for scene 1 in ',
    '[PlexSync Worker] Updated metadata (overwrite mode): Lantern Row\n',
    '[PlexSync Worker] Uploaded the poster (',
    'Pictures: 1 written\n',
    '# What Plex shows now:\n  "Lantern Row" ',
  ];
  const places = way.map((words) => stdout.indexOf(words));
  assert.ok(!places.includes(-1), `${places}\n${stdout}`);
  assert.deepEqual(
    places,
    places.toSorted((one, other) => one - other),
  );
  assert.match(stdout, /"Tide Tables" .*\n {2}"New Pier" /);
  assert.deepEqual(readdirSync(temporary), []);
  const shown = /"Lantern Row" · studio North Quay · actors Ada Quay · genres harbour · poster: the cover from Stash, /;
  assert.match(stdout, shown);
  assert.match(stdout, /"New Pier" · poster: a frame of the video/);
  assert.match(stdout, /LowConfidenceMatch/);
});

test('on a terminal warnings have a colour, unless NO_COLOR or --no-color says otherwise', async (t) => {
  const { run, dataDir } = await setup(t);
  await run(['enqueue', '1']);
  const onTerminal = (args: string, env: Record<string, string> = {}): string => {
    const command = `'${process.execPath}' '${BIN}' enqueue 1 ${args}`;
    const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
      env: { PATH: process.env['PATH'], TERM: 'xterm', PLEXSYNC_DATA_DIR: dataDir, ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    assert.match(stdout, /no data and will wait until Stash can supply it/);
    return stdout;
  };
  const yellow = '\u001b[33m';
  assert.ok(onTerminal('').includes(yellow));
  assert.ok(!onTerminal('--no-color').includes(yellow));
  assert.ok(!onTerminal('', { NO_COLOR: '1' }).includes(yellow));
});

test('a help of which only the beginning is read is no failure, and a full disk under a result is told', async (t) => {
  const { run, dataDir } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'A']);
  const shell = (line: string) => spawnSync('sh', ['-c', line], { encoding: 'utf8' });
  const bin = `"${process.execPath}" "${BIN}"`;
  for (let time = 0; time < 3; time += 1) assert.equal(shell(`${bin} --help | head -1`).stderr, '');
  if (!existsSync('/dev/full')) return;
  const lost = /^plexsync: The result could not be written to standard output \(ENOSPC\)\.$/m;
  for (const words of [`-d "${dataDir}" stats`, '--version', '', '--help', 'process --help', 'help dlq list']) {
    const { status, stderr } = shell(`${bin} ${words} >/dev/full`);
    assert.equal(status, 1, words);
    assert.match(stderr, lost);
  }
});

test('under --json an error stands once on stderr, as a document, and in both logs as for people', async (t) => {
  const { run, dir, dataDir } = await setup(t);
  await run(['enqueue', '1', '--path', '/data/a.mp4', '--title', 'Quay']);
  const logFile = join(dir, 'own.log');
  const ways = [
    { args: ['process'], env: { PLEX_URL: '' }, message: /The address of Plex is not set/ },
    {
      args: ['process'],
      env: { PLEX_TOKEN: 'a token that nobody knows'.replaceAll(' ', '-') },
      message: /401|Unauthorized/,
    },
    { args: ['dlq', 'show', '7'], env: {}, message: /There is no dead letter 7/ },
  ];
  for (const { args, env, message } of ways) {
    const { code, stderr } = await run([...args, '--json', '--log-file', logFile], { env });
    const documents = stderr.split('\n').filter((line) => line.startsWith('{'));
    assert.equal(documents.length, 1, stderr);
    const { error } = JSON.parse(documents[0] ?? '') as { error: { exit_code: number; message: string } };
    assert.equal(error.exit_code, code);
    assert.match(error.message, message);
    assert.equal(stderr.split(error.message).length, 2, stderr);
    for (const kept of [logFile, join(dataDir, 'plexsync.log')])
      assert.ok(readFileSync(kept, 'utf8').includes(error.message), kept);
  }
});

test('a line without a command is one document under --json, and the help without it', async (t) => {
  const { run } = await setup(t);
  for (const [words, needed] of [
    [[], 'plexsync needs a command.'],
    [['dlq'], 'plexsync dlq needs a command.'],
  ] as const)
    for (const args of [
      ['--json', ...words],
      [...words, '--json'],
    ]) {
      const { code, stdout, stderr } = await run(args);
      assert.deepEqual([code, stdout], [2, '']);
      assert.equal((JSON.parse(stderr) as { error: { message: string } }).error.message, needed);
    }
  const { code, stderr } = await run(['dlq']);
  assert.equal(code, 2);
  assert.match(stderr, /^Usage: plexsync dlq /);
});

test('--quiet says nothing when all went well, but for the document that --json asks for', async (t) => {
  const { run } = await setup(t);
  await run(['enqueue', '1', '--path', '/data/a.mp4', '--title', 'Quay']);
  assert.deepEqual(await run(['stats', '--quiet']), { code: 0, signal: null, stdout: '', stderr: '' });
  const { code, stdout, stderr } = await run(['stats', '--quiet', '--json']);
  assert.deepEqual([code, stderr, (JSON.parse(stdout) as { pending: number }).pending], [0, '', 1]);
});
