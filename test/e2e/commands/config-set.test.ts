/** The config file is changed key by key, through the schema: what a run could not use is not written. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { runMain } from '../../helpers/run-main.ts';
import { scratchDir } from '../../helpers/scratch.ts';
import { BIN } from '../../helpers/start-bin.ts';
import { startAtTerminal } from '../../helpers/terminal.ts';

function setupHarbour(t: TestContext) {
  const dataDir = join(scratchDir(t), 'data');
  const file = join(dataDir, 'config.json');
  const env = { PLEXSYNC_DATA_DIR: dataDir };
  const config = async (
    args: readonly string[],
    more: { readonly input?: string; readonly env?: Record<string, string> } = {},
  ) => await runMain(['config', ...args], { ...more, env: { ...env, ...more.env } });
  const read = (): string => readFileSync(file, 'utf8');
  const write = (text: string): void => {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, text, { mode: 0o600 });
  };
  return { dataDir, file, config, read, write };
}

test('each kind of value is stored as JSON has it, the first into a new file that is closed to others', async (t) => {
  const { config, read, file } = setupHarbour(t);
  for (const [key, ...values] of [
    ['max_tags', '60'],
    ['lock_fields', 'no'],
    ['poll_interval', '5m'],
    ['max_removals', 'OFF'],
    ['clear_empty', 'Never'],
    ['plex-library', 'Films, old', 'Harbour'],
    ['path_map', '/data=/media'],
    ['plex_url', 'http://plex:32400/'],
  ] as const)
    assert.equal((await config(['set', key, ...values])).code, 0, key);
  assert.deepEqual(JSON.parse(read()), {
    max_tags: 60,
    lock_fields: false,
    poll_interval: '5m',
    max_removals: 'off',
    clear_empty: 'never',
    plex_library: ['Films, old', 'Harbour'],
    path_map: '/data=/media',
    plex_url: 'http://plex:32400/',
  });
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const shown = JSON.parse((await config(['show', '--json'])).stdout).settings;
  assert.deepEqual([shown.max_tags.value, shown.poll_interval.value, shown.max_tags.origin], [60, '5m', 'file']);
});

test('the order and form of all other keys stay, and a set is told', async (t) => {
  const { config, read, write } = setupHarbour(t);
  write('{\n    "plex_url": "http://plex:32400",\n    "max_tags": 50,\n    "concurrency": 1\n}\n');
  const { stdout } = await config(['set', 'max_tags', '70']);
  assert.match(stdout, /^max_tags is 70 in .*config\.json\.\n$/);
  assert.equal(read(), '{\n    "plex_url": "http://plex:32400",\n    "max_tags": 70,\n    "concurrency": 1\n}\n');
  await config(['unset', 'plex_url']);
  assert.deepEqual(Object.keys(JSON.parse(read())), ['max_tags', 'concurrency']);
  assert.match((await config(['unset', 'plex_url'])).stdout, /is not in .*nothing to do/);
});

test('an unknown key, a wrong value and one value too many are refused, and nothing is written', async (t) => {
  const { config, file } = setupHarbour(t);
  for (const [args, said] of [
    [['set', 'max_tgs', '60'], /There is no setting "max_tgs"\.\n {2}Did you mean max_tags\?/],
    [['set', 'max_tags', '5000'], /max_tags must be a whole number from 10 to 500, but the command line says "5000"/],
    [['set', 'lock_fields', 'maybe'], /lock_fields must be true or false/],
    [['set', 'max_tags', '60', '70'], /max_tags takes one value, and 2 are given/],
    [['set', 'path_map', 'here=there'], /path_map/],
    [['set', 'plex_token', 'short'], /plex_token .*\(hidden\)/],
    [['unset', 'max_tgs'], /Did you mean max_tags/],
    [['set', 'max_tags'], /value/],
  ] as const) {
    const refused = await config(args);
    assert.equal(refused.code, 2, args.join(' '));
    assert.match(refused.stderr, said);
    assert.doesNotMatch(refused.stderr, /short"/);
  }
  assert.equal(existsSync(file), false);
});

test('a secret on the command line is warned of, and is shown nowhere; from standard input it is not', async (t) => {
  const { config, read } = setupHarbour(t);
  const token = 'harbourLantern1234';
  const typed = await config(['set', 'plex_token', token]);
  assert.match(typed.stderr, /history of your shell may keep plex_token now/);
  const piped = await config(['set', 'plex_token', '-', '--json'], { input: `${token}\n` });
  assert.equal(piped.stderr, '');
  assert.deepEqual(JSON.parse(piped.stdout).value, '(hidden)');
  assert.equal(JSON.parse(read()).plex_token, token);
  assert.doesNotMatch(`${typed.stdout}${typed.stderr}${piped.stdout}`, new RegExp(token));
});

test('a token takes the place of its file, and the file that of the token: both are refused', async (t) => {
  const { config, read, write } = setupHarbour(t);
  write('{"plex_token": "harbourLantern1234"}\n');
  await config(['set', 'plex_token_file', 'token']);
  assert.deepEqual(JSON.parse(read()), { plex_token_file: join(process.cwd(), 'token') });
});

test('where the environment counts instead, that is said', async (t) => {
  const { config } = setupHarbour(t);
  const { stderr } = await config(['set', 'max_tags', '60'], { env: { PLEXSYNC_MAX_TAGS: '70' } });
  assert.match(stderr, /PLEXSYNC_MAX_TAGS is set in the environment, and counts instead of the file/);
});

test('a file with keys that nobody knows is mended one by one, and told what is left', async (t) => {
  const { config, read, write } = setupHarbour(t);
  write('{"plex_read_timeout": 30, "debug_logging": true, "max_tgs": 60}\n');
  const shown = await config(['show']);
  assert.equal(shown.code, 2);
  assert.match(shown.stderr, /has 3 unknown settings: "plex_read_timeout", "debug_logging", "max_tgs"\./);
  assert.match(
    shown.stderr,
    /plex_read_timeout: now read_timeout; debug_logging: now --verbose; max_tgs: did you mean max_tags\?/,
  );
  assert.match(shown.stderr, /docs\/from-the-python-plugin\.md/);
  await config(['unset', 'plex_read_timeout']);
  await config(['unset', 'max_tgs']);
  const { stderr } = await config(['set', 'read_timeout', '40s']);
  assert.match(stderr, /cannot be used yet: .*unknown setting "debug_logging"/);
  assert.equal((await config(['unset', 'debug_logging'])).stderr, '');
  assert.deepEqual(JSON.parse(read()), { read_timeout: '40s' });
});

test('a file that is no JSON, or read-only, is left as it is; a link stays one', async (t) => {
  const { config, read, write, file, dataDir } = setupHarbour(t);
  write('{"max_tags": 60,}\n');
  assert.match((await config(['set', 'max_tags', '70'])).stderr, /is no JSON/);
  assert.equal(read(), '{"max_tags": 60,}\n');
  write('{}\n');
  chmodSync(file, 0o400);
  const refused = await config(['set', 'max_tags', '70']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /cannot be written: it is read-only\.\n {2}Make it writable: chmod u\+w /);
  chmodSync(file, 0o600);
  const target = join(dataDir, 'elsewhere.json');
  writeFileSync(target, '{}\n');
  const link = join(dataDir, 'link.json');
  symlinkSync(target, link);
  assert.equal((await config(['set', 'max_tags', '70', '--config', link])).code, 0);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.deepEqual(JSON.parse(readFileSync(target, 'utf8')), { max_tags: 70 });
});

test('without a terminal there is no editor, and the other way is named', async (t) => {
  const { config } = setupHarbour(t);
  const { code, stderr } = await config(['edit']);
  assert.equal(code, 2);
  assert.match(stderr, /There is no terminal for an editor\.\n {2}Use plexsync config set KEY VALUE\./);
});

test('an edit that a run could not use is shown again, and only a usable one takes the place of the file', async (t) => {
  const { read, write, dataDir } = setupHarbour(t);
  write('{"max_tags": 60}\n');
  const editor = join(dataDir, 'editor.sh');
  writeFileSync(
    editor,
    'case $(cat "$1") in *60*) sed -i s/60/5000/ "$1";; *) echo "{\\"quiet_hours\\": \\"00:00-12:00, 12:00-00:00\\"}" > "$1";; esac\n',
  );
  const env = { PLEXSYNC_DATA_DIR: dataDir, EDITOR: `sh ${editor}` };
  await runMain(['enqueue', '1'], { env });
  const session = startAtTerminal(`${process.execPath} ${BIN} config edit`, { columns: 100, rows: 30, env });
  await session.see('must be a whole number from 10 to 500');
  await session.see('Edit it again?');
  assert.equal(read(), '{"max_tags": 60}\n');
  session.type('y\r');
  await session.see('Wrote ');
  assert.equal((await session.ended).code, 0);
  assert.equal(read(), '{"quiet_hours": "00:00-12:00, 12:00-00:00"}\n');
  assert.deepEqual(
    readdirSync(dataDir).filter((name) => /config|editor/.test(name)),
    ['config.json', 'editor.sh'],
  );
  const { stdout } = await runMain(['stats'], { env });
  assert.match(stdout, /^writing\tthe quiet hours last until /m);
});

test('text that was refused is kept beside the file when one gives up, with Ctrl-C too', async (t) => {
  const { read, write, dataDir } = setupHarbour(t);
  write('{"max_tags": 60}\n');
  const editor = join(dataDir, 'my editor.sh');
  writeFileSync(editor, '#!/bin/sh\nsed -i s/60/5000/ "$2"\n', { mode: 0o700 });
  const env = { PLEXSYNC_DATA_DIR: dataDir, VISUAL: `"${editor}" --wait` };
  for (const [keys, expected] of [
    ['n\r', 2],
    ['\u0003', 130],
  ] as const) {
    const session = startAtTerminal(`${process.execPath} ${BIN} config edit`, { columns: 100, rows: 30, env });
    await session.see('Edit it again?');
    session.type(keys);
    await session.see('kept as');
    assert.equal((await session.ended).code, expected);
    assert.equal(read(), '{"max_tags": 60}\n');
    const kept = join(dataDir, 'config.json.refused');
    assert.equal(readFileSync(kept, 'utf8'), '{"max_tags": 5000}\n');
    assert.equal(statSync(kept).mode & 0o777, 0o600);
    rmSync(kept);
  }
});

test('a hang-up at the question leaves no copy behind, and keeps what was refused', async (t) => {
  const { read, write, dataDir, file } = setupHarbour(t);
  write('{"max_tags": 60}\n');
  const [editor, pid] = [join(dataDir, 'editor.sh'), join(dataDir, 'pid')];
  writeFileSync(editor, `echo $PPID > "${pid}"; sed -i s/60/5000/ "$1"\n`);
  const env = { PLEXSYNC_DATA_DIR: dataDir, EDITOR: `sh ${editor}` };
  const session = startAtTerminal(`${process.execPath} ${BIN} config edit`, { columns: 100, rows: 30, env });
  await session.see('Edit it again?');
  process.kill(Number(readFileSync(pid, 'utf8')), 'SIGHUP');
  assert.equal((await session.ended).code, 129);
  assert.deepEqual([read(), readFileSync(`${file}.refused`, 'utf8')], ['{"max_tags": 60}\n', '{"max_tags": 5000}\n']);
  assert.deepEqual(
    readdirSync(dataDir).filter((name) => name.includes('config-edit')),
    [],
  );
});

test('a secret is asked for at a terminal without being shown', async (t) => {
  const { read, dataDir } = setupHarbour(t);
  const env = { PLEXSYNC_DATA_DIR: dataDir };
  const session = startAtTerminal(`${process.execPath} ${BIN} config set plex_token -`, {
    columns: 100,
    rows: 30,
    env,
  });
  await session.see('plex_token (not shown):');
  session.type('harbourLantern1234\r');
  const { code, sent } = await session.ended;
  assert.equal(code, 0, sent);
  assert.equal(JSON.parse(read()).plex_token, 'harbourLantern1234');
  assert.doesNotMatch(sent, /harbourLantern|history of your shell/);
});

test('what keeps a setting from being used is said at once', async (t) => {
  const { config } = setupHarbour(t);
  const graphql = await config(['set', 'stash_url', 'http://stash:9999/graphql']);
  assert.equal(graphql.code, 0);
  assert.match(graphql.stderr, /cannot be used yet: stash_url .* ends in \/graphql/);
  const fixed = await config(['set', 'stash_url', 'http://stash:9999']);
  assert.equal(fixed.stderr, '');
  const { stderr } = await config(['set', 'plex_token_file', '/nowhere/token'], {
    env: { PLEX_TOKEN: 'harbourLantern1234' },
  });
  assert.match(stderr, /plex_token_file from .*config\.json does not count: plex_token from PLEX_TOKEN is stronger\./);
});

test('an editor that fails, or leaves no file, changes nothing; what was refused before is kept', async (t) => {
  const { read, write, dataDir, file } = setupHarbour(t);
  write('{"max_tags": 60}\n');
  const editor = join(dataDir, 'editor.sh');
  writeFileSync(editor, 'grep -q 5000 "$1" && exit 3; sed -i s/60/5000/ "$1"\n');
  const start = (EDITOR: string) =>
    startAtTerminal(`${process.execPath} ${BIN} config edit`, {
      ...{ columns: 100, rows: 30, env: { PLEXSYNC_DATA_DIR: dataDir, EDITOR } },
    });
  const failing = start(`sh ${editor}`);
  await failing.see('Edit it again?');
  failing.type('y\r');
  await failing.see('kept as');
  await failing.see('The editor ended with 3.');
  assert.equal((await failing.ended).code, 2);
  assert.match(readFileSync(`${file}.refused`, 'utf8'), /5000/);
  const gone = start('rm');
  await gone.see('The editor has left no file.');
  assert.equal((await gone.ended).code, 2);
  chmodSync(file, 0o400);
  const closed = start('rm');
  await closed.see('it is read-only');
  assert.equal((await closed.ended).code, 2);
  assert.equal(read(), '{"max_tags": 60}\n');
});

test('what root writes belongs to whom the file belonged, or else the folder, and stays closed to others', {
  skip: process.getuid?.() !== 0,
}, async (t) => {
  const { config, file, dataDir, write } = setupHarbour(t);
  const [owner, group, other] = [4711, 4712, 4713];
  const owned = (path: string): unknown => {
    const { uid, gid, mode } = statSync(path);
    return [uid, gid, mode & 0o777];
  };
  mkdirSync(dataDir);
  chownSync(dataDir, owner, group);
  assert.equal((await config(['set', 'max_tags', '60'])).code, 0);
  assert.deepEqual(owned(file), [owner, group, 0o600], 'a new file');
  write('{ "max_tags": 60 }');
  chmodSync(file, 0o640);
  chownSync(file, other, group);
  assert.equal((await config(['set', 'max_tags', '61'])).code, 0);
  assert.deepEqual(owned(file), [other, group, 0o600], 'one that is replaced');
});

test('a value that begins with a dash goes behind --, and the complaint says so', async (t) => {
  const { config, read } = setupHarbour(t);
  for (const words of [
    ['notify_command', 'sh', '-c', 'true'],
    ['notify_command', 'curl', '--fail'],
  ]) {
    const refused = await config(['set', ...words]);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /dash put --: plexsync config set KEY -- VALUE\n$/);
  }
  assert.match((await config(['show', '-c'])).stderr, /\n {2}plexsync config show --help shows what there is\.\n$/);
  assert.equal((await config(['set', 'notify_command', '--', 'sh', '-c', 'true'])).code, 0);
  assert.deepEqual(JSON.parse(read()).notify_command, ['sh', '-c', 'true']);
});
