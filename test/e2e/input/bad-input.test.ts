import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { listen } from '../../helpers/listen.ts';
import { setup } from '../../helpers/rig.ts';
import type { Result } from '../../helpers/run-main.ts';
import { NO_HOME, scratchDir } from '../../helpers/scratch.ts';
import { BIN, startBin } from '../../helpers/start-bin.ts';

/** One sentence with the way out on stderr, nothing on stdout, and the right exit code. */
function assertRefused(result: Result, code: number, sentence: RegExp): void {
  assert.equal(result.code, code, result.stderr);
  assert.match(result.stderr, sentence);
  assert.match(result.stderr, /^plexsync: /);
  assert.doesNotMatch(result.stderr, /\n\s+at |Error:/);
  assert.ok(result.stderr.trim().split('\n').length <= 3, result.stderr);
  assert.equal(result.stdout, '');
}

type Case = readonly [name: string, args: readonly string[], sentence: RegExp, input?: string];

const ENQUEUE_CASES: readonly Case[] = [
  ['no scene at all', ['enqueue'], /No scene was given/],
  ['a negative id', ['enqueue', '--', '-5'], /scene_id must be a whole number from 1 to 9007199254740991, not "-5"/],
  ['a fractional id', ['enqueue', '1.5'], /scene_id must be a whole number from 1 to 9007199254740991, not "1\.5"/],
  ['a word for an id', ['enqueue', 'pier'], /scene_id must be a whole number from 1 to 9007199254740991, not "pier"/],
  ['a rating of 101', ['enqueue', '1', '--rating', '101'], /--rating must be a whole number from 0 to 100, not 101/],
  [
    'a rating in words',
    ['enqueue', '1', '--rating', 'good'],
    /--rating must be a whole number from 0 to 100, not "good"/,
  ],
  [
    'a date that is none',
    ['enqueue', '1', '--date', '2024-13-40'],
    /--date must be a date like 2024-05-01, 2024-05 or 2024, not "2024-13-40"/,
  ],
  [
    'a relative path',
    ['enqueue', '1', '--path', 'pier.mp4'],
    /--path must be the whole path of a file, not "pier\.mp4"/,
  ],
  [
    'a relative path in JSON',
    ['enqueue', '-'],
    /standard input, entry 2: path must be the whole path of a file, not "quay\/pier\.mp4"/,
    '[{"scene_id": 1, "path": "C:\\\\quay\\\\pier.mp4"}, {"scene_id": 2, "files": [{"path": "quay/pier.mp4"}]}]',
  ],
  ['a folder', ['enqueue', '1', '--path', '/media/'], /--path must be .*, not "\/media\/", which is a folder\./],
  [
    'a NUL character in a path',
    ['enqueue', '-'],
    /standard input, line 2: path must be .*, which holds a NUL character\./,
    '{"scene_id": 1}\n{"scene_id": 2, "path": "/media/pier\\u0000.mp4"}',
  ],
  ['options for two scenes', ['enqueue', '1', '2', '--title', 'T'], /go with one scene id, and there are 2/],
  ['a file and an id', ['enqueue', '1', '--file', 'scenes.json'], /goes with no scene id/],
  ['a file that is not there', ['enqueue', '--file', '/nowhere/scenes.json'], /cannot be read: it does not exist/],
  ['an unknown option', ['enqueue', '1', '--titel', 'T'], /unknown option '--titel'\.\n {2}Did you mean --title\?\n/],
  [
    'the beginning of an option',
    ['process', '--conc', '2'],
    /unknown option '--conc'\.\n {2}Did you mean --concurrency\?\n/,
  ],
  ['an unknown command', ['enqeue', '1'], /unknown command 'enqeue'\.\n {2}Did you mean enqueue\?\n/],
  ['a command that is near none', ['foo'], /unknown command 'foo'\.\n {2}plexsync --help shows what there is\.\n/],
  ['broken JSON', ['enqueue', '-'], /standard input is no JSON/, '{"scene_id": 1,'],
  [
    'a broken line of NDJSON',
    ['enqueue', '-'],
    /standard input, line 2 is no JSON/,
    '{"scene_id": 1}\n{"scene_id": 2,\n{"scene_id": 3}',
  ],
  [
    'a bad value in a line of NDJSON',
    ['enqueue', '-'],
    /line 3: tags must be a list of names/,
    '{"scene_id": 1}\n{"scene_id": 2}\n{"scene_id": 3, "tags": "sea"}',
  ],
  [
    'a bad value in an array',
    ['enqueue', '-'],
    /entry 2: title must be text, not 5/,
    '[{"scene_id": 1}, {"scene_id": 2, "title": 5}]',
  ],
  ['a scene without an id', ['enqueue', '-'], /scene_id is missing/, '{"title": "T"}'],
  ['nothing on standard input', ['enqueue', '-'], /standard input is empty/],
];

for (const [name, args, sentence, input] of ENQUEUE_CASES) {
  test(`enqueue refuses ${name} and puts nothing into the queue`, async (t) => {
    const { run, dataDir } = await setup(t);
    assertRefused(await run(args, input === undefined ? {} : { input }), 2, sentence);
    assert.equal(existsSync(dataDir), false);
  });
}

const SETTING_CASES: readonly (readonly [
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  sentence: RegExp,
])[] = [
  ['a missing address', [], { PLEX_URL: '' }, /The address of Plex is not set\.\n {2}Give --plex-url, set PLEX_URL/],
  ['a missing token', [], { PLEX_TOKEN: '' }, /The Plex token is not set/],
  [
    'an address that is none',
    ['--plex-url', 'plex:32400'],
    {},
    /plex_url must be an http or https address.*--plex-url says "plex:32400"/,
  ],
  [
    'a short token',
    [],
    { PLEX_TOKEN: 'short' },
    /plex_token must have at least 10 characters, but PLEX_TOKEN says \(hidden\)/,
  ],
  [
    'a number out of range',
    ['--concurrency', '9'],
    {},
    /concurrency must be a whole number from 1 to 8, but --concurrency says "9"/,
  ],
  [
    'a mapping without its other side',
    ['--path-map', '/data'],
    {},
    /path_map must look like \/stash\/folder=\/plex\/folder/,
  ],
  [
    'a mapping of a folder to itself',
    ['--path-map', '/data=/data'],
    {},
    /path_map must not map \/data to itself: leave that line out, .*, but --path-map says \["\/data=\/data"\]\./,
  ],
  [
    'a mapping from no whole path',
    [],
    { PLEXSYNC_PATH_MAP: 'data=/media' },
    /path_map must have a whole path on both sides, such as .*, but PLEXSYNC_PATH_MAP says "data=\/media"\./,
  ],
  [
    'two mappings of one folder',
    ['--path-map', '/data=/media', '--path-map', '/data/=/mnt'],
    {},
    /path_map must map \/data\/ to one folder: keep \/data=\/media or \/data\/=\/mnt, but --path-map says/,
  ],
  ['a limit of zero', ['--limit', '0'], {}, /--limit must be a positive whole number, not "0"/],
  ['a time that is none', ['--max-time', 'soon'], {}, /--max-time must be a duration such as 90s or 5m, not "soon"/],
];

for (const [name, args, env, sentence] of SETTING_CASES) {
  test(`process refuses ${name} and leaves the queue as it is`, async (t) => {
    const { run, sql, plex } = await setup(t);
    await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'T']);
    const before = sql('SELECT * FROM jobs');
    assertRefused(await run(['process', ...args], { env }), 2, sentence);
    assert.deepEqual(sql('SELECT * FROM jobs'), before);
    assert.equal(plex.count(), 0);
  });
}

test('an unknown setting in the config file is refused with the nearest known one', async (t) => {
  const { run, dataDir } = await setup(t);
  await run(['enqueue', '1']);
  writeFileSync(join(dataDir, 'config.json'), JSON.stringify({ strict_maching: false }));
  assertRefused(await run(['process']), 2, /unknown setting "strict_maching"\.\n {2}Did you mean strict_matching\?/);
  writeFileSync(join(dataDir, 'config.json'), '{"max_retries": "many"}');
  assertRefused(
    await run(['process']),
    2,
    /max_retries must be a whole number from 1 to 20, but .*config\.json says "many"/,
  );
  writeFileSync(join(dataDir, 'config.json'), '{');
  assertRefused(await run(['process']), 2, /config\.json is no JSON/);
  assertRefused(await run(['process', '--config', dataDir]), 2, /it is a directory/);
});

test('a library that is not there is refused with those there are, a TV library with what is supported', async (t) => {
  const { run, sql } = await setup(t, {
    sections: [
      { key: '1', title: 'Adult' },
      { key: '2', title: 'Series', type: 'show' },
    ],
  });
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'T']);
  assertRefused(
    await run(['process', '--plex-library', 'Adlut']),
    2,
    /Plex has no library "Adlut"\.\n {2}Did you mean "Adult"\? Plex has: "Adult"\./,
  );
  assertRefused(
    await run(['process', '--plex-library', 'series']),
    2,
    /Library "Series" is of type show; plexsync writes to movie libraries/,
  );
  assert.deepEqual(sql('SELECT attempt, state FROM jobs'), [{ attempt: 0, state: 'pending' }]);
});

async function serve(t: TestContext, contentType: string, body: string): Promise<string> {
  return await listen(t, (_request, response) => response.writeHead(200, { 'Content-Type': contentType }).end(body));
}

test('an address that is no Plex is distinguished from an outage', async (t) => {
  const { run, sql } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'T']);
  const html = await serve(t, 'text/html', '<html><body>Router login</body></html>');
  assertRefused(
    await run(['process', '--plex-url', html]),
    2,
    /is not a Plex server: it answers with an HTML page\.\n {2}Check plex_url/,
  );
  const json = await serve(t, 'application/json', '{"status": "ok"}');
  assertRefused(
    await run(['process', '--plex-url', `${json}/`]),
    2,
    /is not a Plex server: it answers with something else/,
  );
  assert.deepEqual(sql('SELECT attempt, state FROM jobs'), [{ attempt: 0, state: 'pending' }]);
});

for (const [libraries, uuid] of Object.entries({ 'of its own': undefined, copied: 'of-both' }))
  test(`another server with libraries ${libraries} is refused with both names, and adopted when asked`, async (t) => {
    const sections = [{ key: '1', uuid, title: 'Films', locations: ['/media'] }];
    const { run, plex, sql } = await setup(t, { machineIdentifier: 'first-server', sections });
    const other = await setup(t, { machineIdentifier: 'second-server', sections });
    plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
    const ratingKey = other.plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
    await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'T']);
    assert.equal((await run(['process'])).code, 0);
    await run(['enqueue', '1', '--title', 'Moved house', '--path', '/media/a.mp4']);
    const env = { PLEX_URL: other.plex.url, PLEX_TOKEN: other.plex.token };
    assertRefused(
      await run(['process'], { env }),
      2,
      /belongs to the Plex server first-server, but plex_url leads to second-server/,
    );
    assert.equal(sql('SELECT * FROM jobs').length, 1);
    const tested = await run(['match-test', '/media/a.mp4'], { env });
    assert.equal(tested.code, 1);
    assert.match(tested.stdout, /^Verdict\tLOW: this data directory belongs to the Plex server first-server, but /m);
    assert.match(tested.stdout, /^Next\tprocess would write nothing\.\nNext\tCorrect plex_url/m);
    const { stderr } = await run(['process', '--adopt-server'], { env });
    assert.match(
      stderr,
      /The data directory belongs to the Plex server second-server now: what was known of its scenes on first-server /,
    );
    assert.equal(other.plex.item(ratingKey)?.title, 'Moved house');
  });

const SILENT = { code: 0, signal: null, stdout: '', stderr: '' };

test('a server is adopted with nothing due too, and never by a dry run or in silence', async (t) => {
  const rig = await setup(t, { machineIdentifier: 'first-server' });
  const other = await setup(t, { machineIdentifier: 'second-server' });
  const bound = () => {
    const [row] = rig.sql(`SELECT value ->> 'machineIdentifier' AS name FROM meta WHERE name = 'plex_binding'`);
    return row?.['name'];
  };
  rig.plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  await rig.run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'T']);
  await rig.run(['process']);
  const env = { PLEX_URL: other.plex.url, PLEX_TOKEN: other.plex.token };
  const shown = await rig.run(['process', '--adopt-server', '--dry-run'], { env });
  assert.match(
    shown.stderr,
    /would belong to the Plex server second-server then: what is known of its scenes on first-server /,
  );
  assert.equal(bound(), 'first-server');
  await rig.run(['pause', '--for', '1h']);
  const event = join(rig.dataDir, 'spool', 'new', 'half-an-event');
  mkdirSync(join(event, '..'), { recursive: true });
  writeFileSync(event, '{');
  for (const flag of ['--adopt-server', '--allow-removals']) {
    const lost = new RegExp(
      `${flag} holds for one run, and this one would write nothing: paused until .*\\.\n  Give it again`,
    );
    assertRefused(await rig.run(['process', flag, '-q'], { env }), 2, lost);
  }
  assert.ok(existsSync(event), 'the run that takes it in tells of it');
  rmSync(event);
  // A crontab gives it again.
  assert.deepEqual(await rig.run(['process', '--cron', '--allow-removals'], { env }), SILENT);
  await rig.run(['resume']);
  const silent = await rig.run(['process', '--adopt-server'], { env: { ...env, PLEX_URL: 'http://127.0.0.1:9' } });
  assert.match(silent.stderr, /--adopt-server did nothing: give it again/);
  const refused = await rig.run(['process', '--adopt-server', '-q'], {
    env: { ...env, PLEX_TOKEN: 'not-the-right-one' },
  });
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /--adopt-server did nothing: give it again/);
  assert.equal(bound(), 'first-server');
  const adopted = await rig.run(['process', '--adopt-server'], { env });
  assert.equal(adopted.code, 0);
  assert.doesNotMatch(adopted.stderr, /did nothing/);
  assert.equal(bound(), 'second-server');
  const both = await rig.run(['process', '--adopt-server', '--parallel'], { env });
  assertRefused(both, 2, /--parallel has another run beside this one, .*, and goes with no --adopt-server\./);
  const lost = await rig.run(['process', '--adopt-server', '--plex-library', 'Lighthouses']);
  assertRefused(lost, 2, /Plex has no library "Lighthouses"/);
  assert.equal(bound(), 'second-server', 'a run that cannot work forgets nothing');
});

test('a watch adopts a server with its first due job, and that one alone', async (t) => {
  const rig = await setup(t, { machineIdentifier: 'first-server' });
  const other = await setup(t, { machineIdentifier: 'second-server' });
  for (const { plex } of [rig, other]) plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  const enqueue = async (title: string) => await rig.run(['enqueue', '1', '--path', '/media/a.mp4', '--title', title]);
  await enqueue('T');
  await rig.run(['process']);
  const config = join(rig.dir, 'config.json');
  const settings = (plex: typeof rig.plex) => JSON.stringify({ plex_url: plex.url, plex_token: plex.token });
  writeFileSync(config, settings(other.plex), { mode: 0o600 });
  const { PLEX_URL: _url, PLEX_TOKEN: _token, ...env } = rig.env;
  const options = ['--watch', '--poll-interval', '0.1s', '--adopt-server', '--config', config];
  const watch = startBin(['process', ...options], { env });
  await watch.says(/Watching/);
  assert.equal(other.plex.count(), 0, 'nothing is due');
  await rig.run(['pause', '--for', '1h']);
  const idle = startBin(['process', ...options, '--allow-removals'], { env });
  await idle.says(/Nothing is written: paused/);
  idle.kill('SIGTERM');
  const { stderr } = await idle.ended;
  for (const flag of ['--adopt-server', '--allow-removals'])
    assert.match(stderr, new RegExp(`${flag} did nothing: give it again`));
  await rig.run(['resume']);
  await enqueue('Moved house');
  await watch.says(/belongs to the Plex server second-server now/);
  await watch.says(/Queue processing complete/);
  watch.kill('SIGTERM');
  assert.doesNotMatch((await watch.ended).stderr, /did nothing/);
  assert.equal(rig.sql('SELECT * FROM runs').length, 2);
});

test('a data directory that is not there is named with its origin', async (t) => {
  const { run, dataDir } = await setup(t);
  for (const command of [['process'], ['stats'], ['dlq', 'list']]) {
    assertRefused(await run(command), 2, /There is no data directory at .* \(from PLEXSYNC_DATA_DIR\)/);
  }
  assert.equal(existsSync(dataDir), false);
});

test('the directory of the Python plugin is recognised and left alone', async (t) => {
  const { run, dataDir } = await setup(t);
  mkdirSync(join(dataDir, 'queue'), { recursive: true });
  new Database(join(dataDir, 'queue', 'data.db')).exec('CREATE TABLE ack_queue_default (_id)').close();
  for (const command of [['enqueue', '1'], ['process'], ['stats'], ['dlq', 'list']]) {
    assertRefused(await run(command), 2, /is a data directory of the Python plugin; it was left untouched/);
  }
  assert.deepEqual(readdirSync(dataDir), ['queue']);
});

test('a damaged, empty or foreign database is refused and no byte of it changes', async (t) => {
  const { run, dataDir } = await setup(t);
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'queue.db');
  const foreign = new Database(join(dataDir, 'other.db'));
  foreign.exec('CREATE TABLE notes (text)').close();
  const cases = [
    [Buffer.from('this is no database, only text'.repeat(10)), /is not a database/],
    [Buffer.alloc(0), /is empty/],
    [readFileSync(join(dataDir, 'other.db')), /belongs to another program/],
  ] as const;
  for (const [content, sentence] of cases) {
    writeFileSync(file, content);
    const hash = createHash('sha1').update(content).digest('hex');
    for (const command of [['enqueue', '1'], ['process'], ['stats']]) assertRefused(await run(command), 6, sentence);
    assert.equal(createHash('sha1').update(readFileSync(file)).digest('hex'), hash);
  }
});

test('dlq commands refuse what is no id, an unknown id and an unsaid selection; purge asks first', async (t) => {
  const { run, plex, sql } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'T']);
  plex.fail('edit', { kind: 'status', status: 400 });
  await run(['process']);
  assertRefused(await run(['dlq', 'show', 'one']), 2, /"one" is no dead letter id/);
  assertRefused(await run(['dlq', 'show', '99']), 2, /There is no dead letter 99/);
  assertRefused(await run(['dlq', 'retry']), 2, /Which dead letters to retry was not said/);
  assertRefused(
    await run(['dlq', 'purge', '--all']),
    2,
    /Delete 1 dead letter .* There is no terminal to ask at\.\n {2}Run again with --yes/,
  );
  assert.equal(sql('SELECT * FROM dead_letters', 'dlq.db').length, 1);
  const purged = await run(['dlq', 'purge', '--all', '--yes']);
  assert.equal(purged.stdout, '1 dead letter deleted.\n');
  assert.equal(sql('SELECT * FROM dead_letters', 'dlq.db').length, 0);
});

test('under --json an error is one document on stderr', async (t) => {
  const { run } = await setup(t);
  for (const args of [
    ['stats', '--json'],
    ['enqueue', 'pier', '--json'],
    ['enqueue', '--json', '--titel', 'x'],
  ]) {
    const result = await run(args);
    const { error } = JSON.parse(result.stderr) as { error: Record<string, unknown> };
    assert.deepEqual(Object.keys(error), ['code', 'exit_code', 'message', 'hint']);
    assert.equal(error['exit_code'], 2);
    assert.equal(result.code, 2);
    assert.equal(result.stdout, '');
  }
});

test('an unknown variable is told once a day, and stops nothing; those of Kubernetes are passed over', async (t) => {
  const { run, plex } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  const env = { PLEXSYNC_MAX_RETRYS: '3', PLEXSYNC_SERVICE_HOST: '10.0.0.1', PLEXSYNC_PORT_9999_TCP: 'tcp://10.0.0.1' };
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'T'], { env });
  const first = await run(['process'], { env });
  assert.equal(first.code, 0, first.stderr);
  assert.match(
    first.stderr,
    /The environment variable PLEXSYNC_MAX_RETRYS is no setting, and was passed over\. Did you mean PLEXSYNC_MAX_RETRIES\?/,
  );
  assert.doesNotMatch(first.stderr, /SERVICE|PORT/);
  assert.doesNotMatch((await run(['process'], { env })).stderr, /no setting/);
  assert.match((await run(['config', 'show'], { env })).stderr, /PLEXSYNC_MAX_RETRYS is no setting/);
});

test('a folder in the place of standard input is told, and is no bug', async (t) => {
  const { dir, env } = await setup(t);
  const folder = openSync(dir, 'r');
  t.after(() => closeSync(folder));
  for (const args of [['hook'], ['config', 'set', 'plex_token', '-'], ['enqueue', '--file', '-']]) {
    const stdio = [folder, 'pipe', 'pipe'] as const;
    const { status, stderr } = spawnSync(process.execPath, [BIN, ...args], {
      env,
      stdio: [...stdio],
      encoding: 'utf8',
    });
    assert.equal(status, 2, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, /standard input cannot be read: it is a directory\./i);
  }
});

test('what has no end is refused wherever it is read', (t) => {
  const dataDir = join(scratchDir(t), 'data');
  const [config, long] = [join(scratchDir(t), 'config.json'), join(scratchDir(t), 'long.json')];
  writeFileSync(long, `{}${' '.repeat(17 * 1_048_576)}`);
  writeFileSync(
    config,
    JSON.stringify({ plex_url: 'http://127.0.0.1:9', plex_token: 'lantern-keeper', plex_ca: '/dev/zero' }),
  );
  for (const [args, sentence] of [
    [['enqueue', '-'], /^plexsync: standard input cannot be read: it has more than 256 MiB\.\n {2}Save it as a file, /],
    [
      ['enqueue', '--file', '/dev/zero'],
      /^plexsync: \/dev\/zero cannot be read: it has more than 256 MiB\.\n {2}Save it/,
    ],
    [
      ['hook'],
      /plexsync: Standard input cannot be read: it has more than 256 MiB\.\n.* {2}Give it a file or a pipe that ends\./,
    ],
    [['config', 'set', 'plex_token', '-'], /^plexsync: Standard input cannot be read: it has more than 16 MiB\./],
    [
      ['config', 'set', 'enabled', 'true', '--config', long],
      /long\.json cannot be used: it has more than 16 MiB\.\n {2}Give /,
    ],
    [
      ['process', '--config', '/dev/zero'],
      /^plexsync: The config file \/dev\/zero cannot be used: it has more than 16 MiB\./,
    ],
    [
      ['match-test', '/a.mp4', '--config', config],
      /\/dev\/zero \(plex_ca, from .*\) cannot be read: it has more than 16 MiB\./,
    ],
  ] as const) {
    const stdin = openSync('/dev/zero', 'r');
    const { status, stderr, stdout } = spawnSync(process.execPath, [BIN, ...args], {
      env: { PATH: process.env['PATH'], HOME: NO_HOME, PLEXSYNC_DATA_DIR: dataDir },
      stdio: [stdin, 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    closeSync(stdin);
    assert.equal(status, 2, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr + stdout, sentence);
  }
  const init = spawnSync('sh', ['-c', `cat /dev/zero | "${process.execPath}" "${BIN}" init`], {
    env: { PATH: process.env['PATH'], HOME: NO_HOME, PLEXSYNC_DATA_DIR: dataDir },
    encoding: 'utf8',
  });
  assert.equal(init.status, 2, init.stderr);
  assert.match(init.stderr, /^plexsync: What comes on standard input are no answers: a line has more than a million/m);
});

test('an empty standard input is no value, and what turns plexsync off is named as it was typed', async (t) => {
  const { run } = await setup(t);
  const empty = await run(['config', 'set', 'plex_token', '-'], { input: '\n' });
  assertRefused(
    empty,
    2,
    /Standard input is empty: there is no value for plex_token\.\n {2}To unset it: plexsync config unset plex_token/,
  );
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'T']);
  assert.match((await run(['process', '--no-enabled'])).stderr, /turned off: --no-enabled says enabled = false/);
  for (const flag of ['--adopt-server', '--allow-removals']) {
    const { code, stderr } = await run(['process', '--no-enabled', flag]);
    assert.equal(code, 0);
    assert.match(stderr, new RegExp(`${flag} did nothing: give it again once it is turned on$`, 'm'));
  }
});
