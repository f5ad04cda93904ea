import assert from 'node:assert/strict';
import { chmodSync, closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';
import type { Result } from '../../helpers/run-main.ts';

type Finding = {
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly fix: string | null;
  readonly command?: string;
  readonly fixable?: true;
};

function findingsOf({ stdout }: Result): readonly Finding[] {
  return (JSON.parse(stdout) as { findings: Finding[] }).findings;
}

async function examine(run: Rig['run'], ...args: string[]): Promise<(check: string) => Finding> {
  const findings = findingsOf(await run(['doctor', '--json', ...args]));
  return (check) => findings.find((finding) => finding.check === check) ?? assert.fail(`no finding about ${check}`);
}

async function enqueue(run: Rig['run'], paths: readonly string[]): Promise<void> {
  const scenes = paths.map((path, index) => ({ scene_id: index + 1, path, title: `Scene ${index + 1}` }));
  const result = await run(['enqueue', '-'], { input: scenes.map((scene) => JSON.stringify(scene)).join('\n') });
  assert.equal(result.code, 0, result.stderr);
}

const NAMES = Array.from({ length: 20 }, (_, index) => `film ${index}.mp4`);

test('where all is well every check is ok, one line each, and nothing is written', async (t) => {
  const { plex, run } = await setup(t);
  for (const name of NAMES) plex.addItem({ sectionKey: '1', file: `/media/${name}` });
  await enqueue(
    run,
    NAMES.map((name) => `/media/${name}`),
  );
  assert.equal((await run(['process', '--limit', '5'])).code, 0);
  plex.resetRequests();
  const result = await run(['doctor']);
  assert.equal(result.code, 0, result.stdout);
  assert.equal(result.stderr, '');
  const lines = result.stdout.trimEnd().split('\n');
  for (const line of lines) assert.match(line, /^ok\t/);
  assert.match(result.stdout, /20 of 20 sampled files of "Adult" are found/);
  assert.deepEqual([...new Set(plex.requests.map(({ method }) => method))], ['GET']);
  const document = JSON.parse((await run(['doctor', '--json'])).stdout);
  assert.equal(document.ok, true);
  assert.equal(document.findings.length, lines.length);
});

test('with other mounts in Docker the missing mapping is derived, and with it the files are found', async (t) => {
  const { plex, run } = await setup(t);
  for (const name of NAMES.slice(2)) plex.addItem({ sectionKey: '1', file: `/media/${name}` });
  await enqueue(
    run,
    NAMES.map((name) => `/data/${name}`),
  );
  const result = await run(['doctor']);
  assert.equal(result.code, 1);
  assert.match(result.stdout, /18 of 20 would be with --path-map \/data=\/media/);
  assert.match(result.stderr, /Failed: files/);
  const finding = (await examine(run, '--path-map', '/data=/media'))('files');
  assert.equal(finding.status, 'warning');
  assert.match(finding.message, /^18 of 20/);
  assert.match(finding.fix ?? '', /plexsync match-test '\/data\/film [01]\.mp4'/);
});

test('dead letters of files that were never found show the mapping too', async (t) => {
  const { plex, run } = await setup(t);
  for (const name of NAMES) plex.addItem({ sectionKey: '1', file: `/media/${name}` });
  await enqueue(
    run,
    NAMES.slice(0, 5).map((name) => `/data/${name}`),
  );
  assert.equal((await run(['process'])).code, 1);
  const finding = await examine(run);
  assert.deepEqual(
    [finding('dead_letters').status, finding('dead_letters').message],
    ['warning', '5 dead letters (LowConfidenceMatch 5)'],
  );
  assert.match(finding('files').message, /5 of 5 would be with --path-map \/data=\/media/);
});

test('a mapping is proposed as soon as the matched files agree on it, whatever the unmatched are', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/Quay/01.mp4' });
  await enqueue(run, ['/data/Quay/01.mp4', '/data/Other/01.mp4', '/data/Other/02.mp4']);
  const { status, message, fix } = (await examine(run))('files');
  assert.equal(status, 'warning');
  assert.match(message, /^1 of 3 .*; 1 would be by their very paths with --path-map \/data=\/media$/);
  assert.match(fix ?? '', /^Add --path-map \/data=\/media, .*see why: plexsync match-test \/data\/Other\/0[12]\.mp4$/);
});

test('a server that refuses everything, also to say who it is, is a matter of the token', async (t) => {
  const { run } = await setup(t);
  const proxy = createServer((_request, response) => response.writeHead(401).end('Log in'));
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => proxy.close());
  const { port } = proxy.address() as AddressInfo;
  const { status, fix } = (await examine(run, '--plex-url', `http://127.0.0.1:${port}`))('plex');
  assert.equal(status, 'failure');
  assert.match(fix ?? '', /plex_token/);
  assert.doesNotMatch(fix ?? '', /plex_url/);
});

test('two libraries under two mounts give two mappings, and each library is sampled', async (t) => {
  const { plex, run } = await setup(t, {
    sections: [
      { key: '1', title: 'Harbours', locations: ['/mnt/boats'] },
      { key: '2', title: 'Gardens', locations: ['/plants'] },
    ],
  });
  for (const name of NAMES.slice(0, 8)) plex.addItem({ sectionKey: '1', file: `/mnt/boats/${name}` });
  for (const name of NAMES.slice(8)) plex.addItem({ sectionKey: '2', file: `/plants/${name}` });
  await enqueue(run, [
    ...NAMES.slice(0, 8).map((name) => `/data/harbours/${name}`),
    ...NAMES.slice(8).map((name) => `/data/gardens/${name}`),
  ]);
  const first = (await examine(run))('files');
  assert.match(
    first.message,
    /20 of 20 would be with --path-map \/data\/gardens=\/plants --path-map \/data\/harbours=\/mnt\/boats/,
  );
  const mapped = ['--path-map', '/data/gardens=/plants', '--path-map', '/data/harbours=/mnt/boats'];
  const files = findingsOf(await run(['doctor', '--json', ...mapped])).filter(({ check }) => check === 'files');
  assert.deepEqual(
    files.map(({ status, message }) => [status, message]),
    [
      ['ok', '8 of 8 sampled files of "Harbours" are found in Plex'],
      ['ok', '12 of 12 sampled files of "Gardens" are found in Plex'],
    ],
  );
});

test('a wrong token is one failure, and what needs it is skipped in one line', async (t) => {
  const { run } = await setup(t);
  const result = await run(['doctor', '--json'], { env: { PLEX_TOKEN: 'another-token' } });
  assert.equal(result.code, 1);
  const findings = findingsOf(result);
  assert.deepEqual(
    findings.filter(({ status }) => status === 'failure').map(({ check }) => check),
    ['token'],
  );
  assert.deepEqual(findings.at(-1), {
    check: 'libraries',
    status: 'warning',
    message: 'skipped: the token was not accepted',
    fix: null,
  });
  assert.ok(!result.stdout.includes('another-token'));
});

test('a token that is not the owner’s is recognised without an edit', async (t) => {
  const { plex, run } = await setup(t, { readOnlyToken: 'token-of-a-guest' });
  const finding = await examine(run, '--plex-token', 'token-of-a-guest');
  assert.equal(finding('token').status, 'ok');
  assert.equal(finding('edit_rights').status, 'failure');
  plex.fail('library', { kind: 'status', status: 500 });
  assert.equal((await examine(run))('edit_rights').status, 'warning');
  assert.ok(plex.requests.every(({ method }) => method === 'GET'));
});

test('a server that is not there is one failure, and the rest is skipped in one line', async (t) => {
  const { run } = await setup(t);
  const result = await run(['doctor', '--json'], { env: { PLEX_URL: 'http://127.0.0.1:1' } });
  assert.equal(result.code, 1);
  const findings = findingsOf(result);
  assert.match(findings.at(-2)?.message ?? '', /connection refused/);
  assert.equal(findings.filter(({ message }) => message.startsWith('skipped: Plex')).length, 1);
});

test('an address that leads to something else is reported as such', async (t) => {
  const { run } = await setup(t);
  const other = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html').end('<h1>The garden club</h1>');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const findings = findingsOf(await run(['doctor', '--json'], { env: { PLEX_URL: url } }));
  assert.match(findings.find(({ check }) => check === 'plex')?.message ?? '', /is not a Plex server/);
});

test('an address of Stash, with a password or without, is known where Plex was meant', async (t) => {
  const { run } = await setup(t);
  const stash = await startStashServer();
  t.after(() => stash.close());
  for (const apiKey of [undefined, 'StashKey0123456789abcdef']) {
    stash.setApiKey(apiKey);
    const { status, message, fix } = (await examine(run, '--plex-url', stash.url))('plex');
    assert.deepEqual([status, message], ['failure', `${stash.url} is Stash, and not Plex`]);
    assert.match(fix ?? '', /^Correct plex_url/);
  }
});

test('without an address or a data directory the checks say what is missing, and end', async (t) => {
  const { run } = await setup(t);
  const result = await run(['doctor', '--json'], { env: { PLEX_URL: '' } });
  assert.equal(result.code, 1);
  const findings = findingsOf(result);
  assert.match(findings.find(({ check }) => check === 'plex')?.fix ?? '', /PLEX_URL/);
  const directory = findings.find(({ check }) => check === 'data_dir');
  assert.equal(directory?.status, 'warning');
  assert.match(directory?.message ?? '', /PLEXSYNC_DATA_DIR/);
});

test('a clock that is not the one of Plex, a directory open to others and another server are told', async (t) => {
  const { run, sql, dataDir } = await setup(t);
  await enqueue(run, ['/media/a.mp4']);
  chmodSync(dataDir, 0o755);
  sql(
    `INSERT INTO meta (name, value) VALUES ('plex_binding', '{"machineIdentifier":"another-one","sectionUuids":[]}')`,
  );
  const result = await run(['doctor', '--json'], { env: { PLEXSYNC_TEST_NOW: String(Date.now() + 3 * 3_600_000) } });
  const findings = findingsOf(result);
  const finding = (check: string) => findings.find((one) => one.check === check);
  assert.deepEqual(
    [finding('clock')?.status, finding('data_dir')?.status, finding('server')?.status],
    ['warning', 'warning', 'failure'],
  );
  assert.match(finding('clock')?.message ?? '', /3h ahead of/);
  assert.match(finding('data_dir')?.fix ?? '', /chmod 700/);
  assert.match(finding('server')?.message ?? '', /another-one/);
});

test('a wrong setting and every wrong library are findings, not ends', async (t) => {
  const { run, dataDir } = await setup(t);
  mkdirSync(dataDir, { mode: 0o700 });
  const finding = await examine(
    run,
    '--plex-library',
    'Lighthouses',
    '--plex-library',
    'Adult',
    '--plex-library',
    'Fog',
  );
  assert.equal(finding('libraries').status, 'failure');
  assert.match(finding('libraries').message, /Lighthouses/);
  writeFileSync(join(dataDir, 'config.json'), '{"plex_tokem": "x"}');
  const broken = await run(['doctor', '--json']);
  assert.equal(broken.code, 1);
  assert.match(findingsOf(broken).find(({ check }) => check === 'settings')?.fix ?? '', /plex_token/);
});

test('a config file with a token that others can read is a warning', async (t) => {
  const { run, plex, dataDir } = await setup(t);
  mkdirSync(dataDir, { mode: 0o700 });
  writeFileSync(join(dataDir, 'config.json'), JSON.stringify({ plex_token: plex.token }), { mode: 0o644 });
  const finding = (await examine(run))('settings');
  assert.equal(finding.status, 'warning');
  assert.match(finding.message, /chmod 600/);
});

test('a damaged database is a failure, and Plex is looked at all the same', async (t) => {
  const { run, sql, dataDir } = await setup(t);
  await enqueue(
    run,
    Array.from({ length: 400 }, (_, index) => `/media/a long name of a file in the harbour ${index}.mp4`),
  );
  sql('PRAGMA wal_checkpoint(TRUNCATE)');
  const handle = openSync(join(dataDir, 'queue.db'), 'r+');
  writeSync(handle, Buffer.alloc(40_000, 0xff), 0, 40_000, 20_000);
  closeSync(handle);
  const result = await run(['doctor', '--json']);
  assert.equal(result.code, 1);
  const findings = findingsOf(result);
  assert.equal(findings.find(({ check }) => check === 'databases')?.status, 'failure');
  assert.equal(findings.find(({ check }) => check === 'plex')?.status, 'ok');
});

test('files of jobs that name none are asked of Stash, and the mapping they lack is found', async (t) => {
  const stash = await startStashServer();
  t.after(() => stash.close());
  const { plex, run } = await setup(t);
  for (const name of NAMES) {
    plex.addItem({ sectionKey: '1', file: `/media/${name}` });
    stash.addScene({ title: name, files: [{ path: `/data/${name}` }] });
  }
  assert.equal((await run(['enqueue', ...NAMES.map((_, index) => String(index + 1))])).code, 0);
  const withStash = (await examine(run, '--stash-url', stash.url))('files');
  assert.match(withStash.message, /^20 of 20 sampled files/);
  assert.match(withStash.fix ?? '', /--path-map \/data=\/media/);
  const without = (await examine(run))('files');
  assert.deepEqual(
    [without.status, without.message],
    ['warning', 'skipped: only Stash knows the files of what waits, and it told none'],
  );
  await stash.stop();
  const silent = await examine(run, '--stash-url', stash.url);
  assert.deepEqual([silent('files').message, silent('stash').status], [without.message, 'failure']);
});

test('where the databases cannot be read nothing is said of what was never synced', async (t) => {
  const stash = await startStashServer();
  t.after(() => stash.close());
  stash.addScene({ title: 'Pier', files: [{ path: '/media/pier.mp4' }] });
  const { run, dataDir } = await setup(t);
  await enqueue(run, ['/media/pier.mp4']);
  writeFileSync(join(dataDir, 'queue.db'), 'no database');
  const finding = await examine(run, '--stash-url', stash.url);
  assert.equal(finding('databases').status, 'failure');
  const { message, fix } = finding('never_synced');
  assert.deepEqual([message, fix], ['skipped: no database tells what was synced', null]);
});

test('Stash is looked at where one is set: its version, and whether it takes the key', async (t) => {
  const { run } = await setup(t);
  const stash = await startStashServer({ version: 'v0.31', apiKey: 'StashKey0123456789abcdef' });
  t.after(() => stash.close());
  const ask = async (...args: string[]) => await examine(run, '--stash-url', stash.url, ...args);
  assert.ok(!(await run(['doctor'])).stdout.includes('stash'));

  const locked = await ask();
  assert.equal(locked('stash').status, 'ok');
  assert.deepEqual(
    [locked('stash_key').status, locked('stash_key').fix?.slice(0, 17)],
    ['failure', 'Set stash_api_key'],
  );
  const letIn = await ask('--stash-api-key', 'StashKey0123456789abcdef');
  assert.match(letIn('stash').message, /^Stash v0\.31\.1 answers at http:/);
  assert.deepEqual([letIn('stash_key').status, letIn('stash_key').message], ['ok', 'Stash accepts the API key']);

  await stash.restart({ version: 'v0.26' });
  stash.setApiKey(undefined);
  const open = await ask();
  assert.equal(open('stash_key').message, 'Stash asks for no API key');
  assert.match(open('stash').fix ?? '', /^From v0\.27 on/);
  assert.equal((await ask('--stash-api-key', 'StashKey0123456789abcdef'))('stash_key').status, 'failure');

  const elsewhere = (await examine(run, '--stash-url', `${stash.url}/elsewhere`))('stash');
  assert.deepEqual([elsewhere.status, elsewhere.fix?.slice(0, 15)], ['failure', 'Check stash_url']);
  await stash.stop();
  const silent = (await ask())('stash');
  assert.equal(silent.status, 'failure');
  assert.match(silent.message, /did not answer while asking for its version: connection refused/);
});

test('scenes of Stash that were never synced are counted, with the command that enqueues them', async (t) => {
  const stash = await startStashServer();
  t.after(() => stash.close());
  for (let index = 0; index < 30; index += 1)
    stash.addScene({ title: `Pier ${index}`, files: [`/media/${index}.mp4`] });
  const { plex, run } = await setup(t);
  for (let index = 0; index < 30; index += 1) plex.addItem({ sectionKey: '1', file: `/media/${index}.mp4` });
  const env = { STASH_URL: stash.url };
  const finding = async () =>
    findingsOf(await run(['doctor', '--json'], { env })).find(({ check }) => check === 'never_synced');
  const before = await finding();
  assert.deepEqual(
    [before?.status, before?.message, before?.command],
    ['warning', '30 of 30 scenes of Stash were never synced', 'plexsync enqueue --all'],
  );
  await run(['enqueue', '1'], { env });
  const { message, command, fix } = (await finding()) ?? assert.fail();
  assert.deepEqual([message, command], ['29 of 30 scenes of Stash were never synced', 'plexsync reconcile']);
  assert.equal(fix, 'To enqueue them: plexsync reconcile');
  await run(['reconcile', '--yes'], { env });
  assert.equal((await finding())?.status, 'ok');
  const { never_synced } = JSON.parse((await run(['stats', '--json'])).stdout);
  assert.deepEqual([never_synced.count, never_synced.of], [0, 30]);
  await run(['enqueue', '--all', '--yes'], { env });
  assert.equal(JSON.parse((await run(['stats', '--json'])).stdout).never_synced, null);
});

test('of files that are not found it is said which library that is left out has them, and which nearly has', async (t) => {
  const { plex, run } = await setup(t, {
    sections: [
      { key: '1', title: 'Harbours', locations: ['/media/harbours'] },
      { key: '2', title: 'Gardens', locations: ['/media/gardens'] },
    ],
  });
  plex.addItem({ sectionKey: '2', file: '/media/gardens/fog.mp4' });
  const near = [
    ['Lantern Row.mp4', 'Lantern Row.mkv'],
    ['Pier: One.mp4', 'Pier\uF022 One.mp4'],
    ['Harbour Wall.mp4', 'Harbor Wall.mp4'],
  ] as const;
  const keys = near.map(([, name]) => plex.addItem({ sectionKey: '1', file: `/media/harbours/${name}` }));
  plex.addItem({ sectionKey: '1', file: '/media/harbours/other.mp4' });
  await enqueue(run, ['/media/gardens/fog.mp4', ...near.map(([wanted]) => `/media/harbours/${wanted}`)]);
  const env = { PLEX_LIBRARY: 'Harbours' };
  const findings = findingsOf(await run(['doctor', '--json'], { env }));
  const of = (name: string) => findings.filter(({ check }) => check === name);
  assert.deepEqual(
    of('left_out').map(({ status, message, command }) => [status, message, command]),
    [
      [
        'warning',
        '/media/gardens/fog.mp4: it is in library "Gardens", which plex_library leaves out',
        "export PLEX_LIBRARY='Harbours,Gardens'",
      ],
    ],
  );
  assert.deepEqual(
    of('near_names')
      .map(({ command }) => command)
      .sort(),
    keys.map((key, index) => `plexsync pin ${index + 2} ${key}`).sort(),
  );
  assert.match(
    of('near_names')
      .map(({ message }) => message)
      .join('\n'),
    /a name that differs in one letter/,
  );
  assert.equal(plex.count('edit'), 0);
});

test('dead letters whose files are found by now are told with the line that tries them again', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/other/pier.mp4' });
  await enqueue(run, ['/media/pier.mp4']);
  assert.equal((await run(['process'])).code, 1);
  plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  const { message, command, fixable } = (await examine(run))('healable_letters');
  assert.deepEqual(
    [message, command, fixable],
    ['the files of 1 of 1 sampled dead letters are found by now', 'plexsync dlq retry 1', true],
  );
});

test('an agent that fills unlocked fields is named where one of a person’s own, or where nothing is locked', async (t) => {
  const { run } = await setup(t, {
    sections: [
      { key: '1', title: 'Harbours', agent: 'tv.plex.agents.custom.lighthouse' },
      { key: '2', title: 'Gardens', agent: 'tv.plex.agents.movie' },
      { key: '3', title: 'Fields', agent: 'com.plexapp.agents.none' },
    ],
  });
  const agents = async (env = {}) =>
    findingsOf(await run(['doctor', '--json'], { env }))
      .filter(({ check }) => check === 'agent')
      .map(({ status, message, command }) => [status, message.split(' has')[0], command]);
  assert.deepEqual(await agents(), [['warning', '"Harbours"', 'plexsync reconcile --full']]);
  const lock = 'export PLEXSYNC_LOCK_FIELDS=true';
  assert.deepEqual(await agents({ PLEXSYNC_LOCK_FIELDS: 'false' }), [
    ['warning', '"Harbours"', lock],
    ['warning', '"Gardens"', lock],
  ]);
});
