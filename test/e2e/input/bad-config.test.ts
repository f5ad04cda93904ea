/** A config file that cannot be used, however it is given: one sentence with its path, and what to do about it. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { runMain } from '../../helpers/run-main.ts';
import { scratchDir } from '../../helpers/scratch.ts';

const SECRET = 'lantern-secret-of-the-quay';

type Case = readonly [name: string, text: string, sentence: RegExp, hint?: RegExp];

const CASES: readonly Case[] = [
  ['is empty', '', /is no JSON: a value is missing at line 1, column 1\.$/],
  ['is no JSON', '{\n  "max_tags": 20,\n  oops\n}', /is no JSON: .* at line 3, column 3\.$/],
  ['has a comma too many', '{"max_tags": 20,\n}', /is no JSON: .* at line 2, column 1\.$/],
  ['breaks off in a token', `{"plex_token": "${SECRET}`, /is no JSON: .* at line 1, column 16\.$/],
  ['is an array', '[{"max_tags": 20}]', /must hold one JSON object\.$/],
  ['is text', '"max_tags"', /must hold one JSON object\.$/],
  [
    'has an unknown setting',
    '{"max_tgas": 20}',
    /has an unknown setting "max_tgas"\.$/,
    /^ {2}Did you mean max_tags\?$/,
  ],
  [
    'spells a setting as its flag',
    '{"max-tags": 20}',
    /has an unknown setting "max-tags"\.$/,
    /^ {2}Did you mean max_tags\?$/,
  ],
  ['has text for a switch', '{"enabled": "perhaps"}', /enabled must be true or false, but .* says "perhaps"\.$/],
  [
    'has a number for an address',
    '{"plex_url": 32400}',
    /plex_url must be an http or https address .* says "?32400"?\.$/,
  ],
  ['has a list for a token', `{"plex_token": ["${SECRET}"]}`, /plex_token must be text, but .* says \(hidden\)\.$/],
  [
    'has nothing for a number',
    '{"max_tags": null}',
    /max_tags must be a whole number from 10 to 500, but .* says null\.$/,
  ],
  [
    'maps folders both ways',
    '{"path_map": ["/data=/media", "/media=/data"]}',
    /path_map must not map both ways: keep \/data=\/media if \/data is where Stash sees it, else .*, but .* says \[.*\]\.$/,
  ],
  ['has a number out of range', '{"max_tags": 9}', /max_tags must be a whole number from 10 to 500, but .* says 9\.$/],
];

function setup(t: TestContext) {
  const dir = scratchDir(t, 'config');
  const dataDir = join(dir, 'data');
  mkdirSync(dataDir);
  return { dir, dataDir, file: join(dataDir, 'config.json'), env: { PLEXSYNC_DATA_DIR: dataDir } };
}

async function assertRefused(
  args: readonly string[],
  {
    env,
    path,
    sentence,
    hint = /^ {2}\S/,
  }: {
    readonly env: Readonly<Record<string, string>>;
    readonly path: string;
    readonly sentence: RegExp;
    readonly hint?: RegExp | undefined;
  },
): Promise<void> {
  const { code, stdout, stderr } = await runMain(args, { env });
  const [first = '', second = '', ...more] = stderr.trimEnd().split('\n');
  assert.equal(code, 2, stderr);
  assert.equal(stdout, '');
  assert.match(first, /^plexsync: /);
  assert.ok(first.includes(path), first);
  assert.match(first, sentence);
  assert.match(second, hint);
  assert.deepEqual(more, []);
  assert.ok(!stderr.includes('lantern'), stderr);
}

test('a config file that cannot be used is refused with its path and the place, by every command that reads it', async (t) => {
  const { dir, file, env } = setup(t);
  const named = join(dir, 'named.json');
  for (const [name, text, sentence, hint] of CASES) {
    await t.test(name, async () => {
      writeFileSync(file, text, { mode: 0o600 });
      writeFileSync(named, text, { mode: 0o600 });
      await assertRefused(['status', '1'], { env, path: file, sentence, hint });
      await assertRefused(['status', '1', '--config', named], { env, path: named, sentence, hint });
    });
  }
});

test('config show shows every setting where some are wrong, marks those, says why of each and ends with 2', async (t) => {
  const { dir, file, env } = setup(t);
  const none = join(dir, 'no-token');
  const values = { max_tags: 9, enabled: 'perhaps', plex_token: SECRET, plex_token_file: none, read_timeout: '10s' };
  writeFileSync(file, JSON.stringify(values), { mode: 0o600 });
  const { code, stdout, stderr } = await runMain(['config', 'show'], { env });
  assert.equal(code, 2);
  const rows = stdout.split('\n');
  assert.ok(rows.includes(`max_tags\t9\t${file} (wrong)`), stdout);
  assert.ok(rows.includes(`enabled\tperhaps\t${file} (wrong)`), stdout);
  assert.ok(rows.includes(`read_timeout\t10s\t${file}`), stdout);
  assert.ok(rows.includes(`plex_token_file\t${none}\t${file} (wrong)`), stdout);
  assert.match(stderr, /^plexsync: max_tags must be a whole number from 10 to 500, but .* says 9\.$/m);
  assert.match(stderr, /^plexsync: enabled must be true or false, but .* says "perhaps"\.$/m);
  assert.match(stderr, /^plexsync: Both plex_token and plex_token_file are given in .*\.$/m);
  assert.doesNotMatch(stderr, /See plexsync config show/);
  assert.ok(!(stdout + stderr).includes(SECRET));
  const document = JSON.parse((await runMain(['config', 'show', '--json'], { env })).stdout);
  assert.equal(document.problems.length, 3);
  assert.deepEqual([document.settings.max_tags.value, document.settings.read_timeout.problem], [9, null]);
});

test('config show says which of a token and its file counts, and that a file it names cannot be read', async (t) => {
  const { dir, file, env } = setup(t);
  const ca = join(dir, 'ca.pem');
  writeFileSync(file, JSON.stringify({ plex_token_file: join(dir, 'no-token'), plex_ca: ca }), { mode: 0o600 });
  const { code, stdout, stderr } = await runMain(['config', 'show'], { env: { ...env, PLEX_TOKEN: SECRET } });
  assert.equal(code, 2);
  assert.match(stdout, /^plex_token\t\(hidden\)\tPLEX_TOKEN$/m);
  assert.match(stdout, /^plex_token_file\t.*\(not used: plex_token counts\)$/m);
  assert.match(stderr, /plex_token_file from .* does not count: plex_token from PLEX_TOKEN is stronger/);
  assert.match(stderr, /^plexsync: The file .*ca\.pem \(plex_ca, .*\) cannot be read: it does not exist\.$/m);
  const doctor = await runMain(['doctor'], { env: { ...env, PLEX_TOKEN: SECRET } });
  assert.match(doctor.stdout, /^failure\tsettings\tThe file .*ca\.pem .*cannot be read/m);
  assert.match(doctor.stdout, /^ok\tsettings\tplex_token_file from .* does not count/m);
});

test('a --config that is missing, a directory or below a file is refused by name', async (t) => {
  const { dir, dataDir, file, env } = setup(t);
  writeFileSync(file, '{}');
  for (const [path, sentence] of [
    [join(dir, 'missing.json'), /The config file .* cannot be used: it does not exist\.$/],
    [dataDir, /The config file .* cannot be used: it is a directory\.$/],
    [join(file, 'deeper.json'), /The config file .* cannot be used: a part of its path is a file\.$/],
  ] as const)
    for (const command of [['config', 'show'], ['process'], ['match-test', '/harbour/1.mp4']])
      await assertRefused([...command, '--config', path], { env, path, sentence });
});

test('a config.json that is a directory is refused, not taken for none', async (t) => {
  const { file, env } = setup(t);
  mkdirSync(file);
  await assertRefused(['config', 'show'], { env, path: file, sentence: /it is a directory\.$/ });
});

test('a config.json that is a link to nothing is refused by name, not taken for none', async (t) => {
  const { dir, file, env } = setup(t);
  symlinkSync(join(dir, 'gone.json'), file);
  await assertRefused(['process'], {
    env,
    path: file,
    sentence: /it is a link to .*gone\.json, which is not there\.$/,
  });
});

test('a data directory in the environment is a whole path, and no ~ is taken for a folder', async (t) => {
  const { env } = setup(t);
  for (const [value, sentence] of [
    ['~/x', /^plexsync: PLEXSYNC_DATA_DIR says "~\/x", .*~\.\n {2}Write it without quotes, or as "\$HOME\/x"\.$/m],
    ['~', /^plexsync: PLEXSYNC_DATA_DIR says "~"/],
    ['quay/data', /^plexsync: PLEXSYNC_DATA_DIR must be a whole path, not "quay\/data"\.\n {2}Try \//],
  ] as const) {
    const { code, stderr } = await runMain(['stats'], { env: { ...env, PLEXSYNC_DATA_DIR: value } });
    assert.equal(code, 2, stderr);
    assert.match(stderr, sentence);
  }
  const flag = await runMain(['stats', '--data-dir=~/x'], { env });
  assert.match(flag.stderr, /^plexsync: --data-dir says "~\/x"/);
});

test('a config file that may not be read is refused', {
  skip: process.getuid?.() === 0 && 'root may read all',
}, async (t) => {
  const { file, env } = setup(t);
  writeFileSync(file, '{}');
  chmodSync(file, 0o000);
  await assertRefused(['config', 'show'], { env, path: file, sentence: /this user may not read it\.$/ });
});
