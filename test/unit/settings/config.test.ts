import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import * as z from 'zod/mini';
import { settingFlags } from '../../../src/command-line/outlines/setting-options.ts';
import { UsageError } from '../../../src/core/model/errors.ts';
import { requirePlex } from '../../../src/settings/access.ts';
import type { ConfigSources, LoadedSettings } from '../../../src/settings/load.ts';
import { loadSettings, unknownEnv } from '../../../src/settings/load.ts';
import { schemaOf } from '../../../src/settings/schema.ts';
import type { Setting } from '../../../src/settings/setting.ts';
import type { Settings } from '../../../src/settings/table.ts';
import { flagOf, SETTING_NAMES, SETTINGS, variableOf } from '../../../src/settings/table.ts';
import { scratchDir } from '../../helpers/scratch.ts';

const NOWHERE = '/no/such/harbour';
const TOKEN = 'lighthouse-token';

async function loadAll(given: Partial<ConfigSources> = {}): Promise<LoadedSettings> {
  return await loadSettings({ flags: {}, env: {}, dataDir: NOWHERE, configFile: undefined, ...given });
}

async function load(given: Partial<ConfigSources> = {}): Promise<Settings> {
  return (await loadAll(given)).settings;
}

async function refusal(given: Partial<ConfigSources>): Promise<UsageError> {
  try {
    await load(given);
  } catch (thrown) {
    if (thrown instanceof UsageError) return thrown;
    throw thrown;
  }
  return assert.fail('the settings were accepted');
}

function dataDirWith(t: TestContext, config: unknown): string {
  const dataDir = scratchDir(t, 'config');
  writeFileSync(join(dataDir, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  return dataDir;
}

test('without anything given the defaults hold', async () => {
  const settings = await load();
  assert.equal(settings.plex_url, undefined);
  assert.equal(settings.plex_token, undefined);
  assert.equal(settings.strict_matching, true);
  assert.equal(settings.preserve_plex_edits, false);
  assert.equal(settings.lock_fields, true);
  assert.equal(settings.max_retries, 5);
  assert.equal(settings.connect_timeout, 5_000);
  assert.equal(settings.read_timeout, 30_000);
  assert.equal(settings.concurrency, 2);
  assert.equal(settings.max_tags, 100);
  assert.equal(settings.max_performers, 50);
  assert.deepEqual(settings.plex_library, []);
  assert.deepEqual(settings.path_map, []);
  assert.equal(settings.sync_poster, undefined);
  assert.equal(settings.sync_background, false);
  const text = SETTING_NAMES.filter((each) => /^sync_(?!poster|background)/.test(each));
  for (const name of text) assert.equal(settings[name], true, name);
});

test('a flag wins over the environment, that over the file, that over the default', async (t) => {
  const dataDir = dataDirWith(t, { max_tags: 30 });
  const env = { PLEXSYNC_MAX_TAGS: '20' };
  assert.equal((await load({ flags: { max_tags: '10' }, env, dataDir })).max_tags, 10);
  assert.equal((await load({ env, dataDir })).max_tags, 20);
  assert.equal((await load({ dataDir })).max_tags, 30);
  assert.equal((await load()).max_tags, 100);
});

test('an empty variable is as good as none', async (t) => {
  const dataDir = dataDirWith(t, { max_tags: 30 });
  assert.equal((await load({ env: { PLEXSYNC_MAX_TAGS: '' }, dataDir })).max_tags, 30);
});

test('a flag that says false wins over an environment that says true', async () => {
  assert.equal(
    (await load({ flags: { strict_matching: false }, env: { PLEXSYNC_STRICT_MATCHING: 'true' } })).strict_matching,
    false,
  );
});

test('the three names that everyone knows need no prefix', async () => {
  const env = { PLEX_URL: 'http://plex.test:32400', PLEX_TOKEN: TOKEN, PLEX_LIBRARY: 'Harbours' };
  const settings = await load({ env });
  assert.equal(settings.plex_url, 'http://plex.test:32400');
  assert.equal(settings.plex_token, TOKEN);
  assert.deepEqual(settings.plex_library, ['Harbours']);
});

test('--config names another file than the one in the data directory', async (t) => {
  const dataDir = dataDirWith(t, { max_tags: 30 });
  const configFile = join(dataDirWith(t, { max_tags: 40 }), 'config.json');
  assert.equal((await load({ dataDir, configFile })).max_tags, 40);
});

test('a data directory without a config file is no fault, a --config that is missing is', async () => {
  assert.equal((await load({ dataDir: NOWHERE })).max_tags, 100);
  assert.match(
    (await refusal({ configFile: `${NOWHERE}/config.json` })).message,
    /\/no\/such\/harbour\/config\.json.*does not exist/,
  );
});

test('a --config that is a directory is said to be one', async () => {
  assert.match((await refusal({ configFile: tmpdir() })).message, /is a directory/);
});

test('an unknown setting in the file is refused with the file and the nearest name', async (t) => {
  const dataDir = dataDirWith(t, { max_tgs: 20 });
  const { message, hint } = await refusal({ dataDir });
  assert.match(message, /config\.json has an unknown setting "max_tgs"/);
  assert.match(message, new RegExp(dataDir));
  assert.equal(hint, 'Did you mean max_tags?');
});

test('an unknown setting that is like none is refused with the way to see all', async (t) => {
  const { hint = '' } = await refusal({ dataDir: dataDirWith(t, { wheelbarrow_of_roses_and_ivy: 1 }) });
  assert.equal(hint, 'plexsync config show lists all there are; see also man plexsync-config.');
});

test('an unknown variable of ours is a warning with the nearest name, or the way to see all', () => {
  assert.deepEqual(unknownEnv({ PLEXSYNC_STRICT_MATCHNG: 'true', PLEXSYNC_WHEELBARROW_OF_ROSES: '1' }), [
    'The environment variable PLEXSYNC_STRICT_MATCHNG is no setting, and was passed over. Did you mean PLEXSYNC_STRICT_MATCHING?',
    'The environment variable PLEXSYNC_WHEELBARROW_OF_ROSES is no setting, and was passed over. plexsync config show lists all there are; see also man plexsync-config.',
  ]);
});

test('what Kubernetes injects for a service of our name is passed over', () => {
  const env = {
    PLEXSYNC_SERVICE_HOST: '10.0.0.1',
    PLEXSYNC_SERVICE_PORT: '9',
    PLEXSYNC_PORT: 'x',
    PLEXSYNC_PORT_9_TCP: 'x',
  };
  assert.deepEqual(unknownEnv(env), []);
});

test('variables of others, the data directory and those for tests are no settings', async () => {
  const env = { HOME: '/home/keeper', PLEX_CLAIM: 'x', PLEXSYNC_DATA_DIR: '/data', PLEXSYNC_TEST_NOW: '1' };
  assert.equal((await load({ env })).max_tags, 100);
});

test('a wrong value is refused with its key, its origin, itself and what is allowed', async (t) => {
  const dataDir = dataDirWith(t, { max_tags: 501 });
  const fromFile = (await refusal({ dataDir })).message;
  assert.match(fromFile, /^max_tags must be a whole number from 10 to 500, but .*config\.json says 501\.$/);
  assert.ok(fromFile.includes(dataDir));
  assert.equal(
    (await refusal({ env: { PLEXSYNC_MAX_TAGS: '9' } })).message,
    'max_tags must be a whole number from 10 to 500, but PLEXSYNC_MAX_TAGS says "9".',
  );
  assert.equal(
    (await refusal({ flags: { max_tags: 'many' } })).message,
    'max_tags must be a whole number from 10 to 500, but --max-tags says "many".',
  );
});

test('each number is taken at both ends of its range and refused beyond them', async () => {
  const ranges = [
    ['max_retries', 1, 20],
    ['concurrency', 1, 8],
    ['max_tags', 10, 500],
    ['max_performers', 10, 500],
  ] as const;
  for (const [name, min, max] of ranges) {
    assert.equal((await load({ flags: { [name]: String(min) } }))[name], min);
    assert.equal((await load({ flags: { [name]: max } }))[name], max);
    for (const wrong of [min - 1, max + 1, min + 0.5, '', ' ', null])
      assert.ok((await refusal({ flags: { [name]: wrong } })).message.startsWith(name), `${name} ${wrong}`);
  }
});

test('a time limit may have a unit; without one it is in seconds', async () => {
  for (const value of [20, '20', '20s', '20000ms'])
    assert.equal((await load({ flags: { read_timeout: value } })).read_timeout, 20_000);
  assert.equal((await load({ flags: { read_timeout: '2m' } })).read_timeout, 120_000);
});

test('a time limit beyond its range is refused with the range', async () => {
  for (const value of ['4s', '121s', 'soon', '1h']) {
    const { message } = await refusal({ flags: { read_timeout: value } });
    assert.match(message, /^read_timeout must be from 5s to 120s/, value);
  }
  assert.match((await refusal({ flags: { connect_timeout: 31 } })).message, /^connect_timeout must be from 1s to 30s/);
});

test('a switch takes true and false, 1 and 0, yes and no, in any case', async () => {
  for (const word of ['true', 'TRUE', '1', 'yes', true])
    assert.equal((await load({ flags: { preserve_plex_edits: word } })).preserve_plex_edits, true, String(word));
  for (const word of ['false', 'False', '0', 'no', false])
    assert.equal((await load({ flags: { sync_tags: word } })).sync_tags, false, String(word));
});

test('a switch takes no other word', async () => {
  assert.equal(
    (await refusal({ env: { PLEXSYNC_SYNC_TAGS: 'maybe' } })).message,
    'sync_tags must be true or false, but PLEXSYNC_SYNC_TAGS says "maybe".',
  );
});

test('an address without http:// is refused for that', async () => {
  for (const name of ['plex_url', 'stash_url'] as const)
    for (const typed of ['127.0.0.1:44909', 'plex.example', 'http:/plex', ''])
      assert.match(
        (await refusal({ flags: { [name]: typed } })).message,
        /that begins with http:\/\/ or https:\/\/, but/,
      );
  const { message } = await refusal({ flags: { plex_url: 'http://keeper@plex' } });
  assert.match(message, /without user, password or query/);
});

test('an address is http or https, without its trailing slashes', async () => {
  const urlOf = async (plex_url: string) => (await load({ flags: { plex_url } })).plex_url;
  assert.equal(await urlOf('http://plex.test:32400/'), 'http://plex.test:32400');
  assert.equal(await urlOf(' https://plex.test/plex// '), 'https://plex.test/plex');
  for (const wrong of ['plex.test:32400', 'ftp://plex.test', 'harbour', 5])
    assert.match((await refusal({ flags: { plex_url: wrong } })).message, /^plex_url must be an http or https address/);
});

test('a token is trimmed, at least ten long, and plain', async () => {
  assert.equal((await load({ flags: { plex_token: ` ${TOKEN}\n` } })).plex_token, TOKEN);
  assert.match(
    (await refusal({ flags: { plex_token: 'quay' } })).message,
    /^plex_token must have at least 10 characters/,
  );
  assert.match(
    (await refusal({ flags: { plex_token: 'light house token' } })).message,
    /^plex_token must be plain ASCII/,
  );
});

test('an error about the token shows where it came from and not what it is', async (t) => {
  const wrong = 'leuchtturm-schlüssel';
  const dataDir = dataDirWith(t, { plex_token: wrong });
  for (const [given, origin] of [
    [{ flags: { plex_token: wrong } }, '--plex-token'],
    [{ env: { PLEX_TOKEN: wrong } }, 'PLEX_TOKEN'],
    [{ dataDir }, 'config.json'],
  ] as const) {
    const { message, hint } = await refusal(given);
    assert.ok(message.includes(origin));
    assert.ok(!`${message} ${hint}`.includes('leuchtturm'));
  }
});

test('an error about another setting does not show the token beside it', async () => {
  const { message, hint } = await refusal({ flags: { plex_token: TOKEN, max_tags: 1 }, env: { PLEX_TOKEN: TOKEN } });
  assert.ok(!`${message} ${hint}`.includes(TOKEN));
});

test('libraries are a list of whole names, or a text that only Plex can divide', async (t) => {
  const librariesOf = async (plex_library: unknown) =>
    (await load({ dataDir: dataDirWith(t, { plex_library }) })).plex_library;
  assert.deepEqual(await librariesOf(['Harbours', 'Films, Old', ' Gardens', ' ']), [
    'Harbours',
    'Films, Old',
    ' Gardens',
  ]);
  assert.deepEqual(await librariesOf('Harbours'), ['Harbours']);
  assert.deepEqual(await librariesOf('Films, Old'), [{ typed: 'Films, Old' }]);
  assert.deepEqual((await load({ env: { PLEX_LIBRARY: ' Films' } })).plex_library, [' Films']);
  assert.deepEqual((await load({ env: { PLEX_LIBRARY: 'Films, Old' } })).plex_library, [{ typed: 'Films, Old' }]);
});

test('a folder in a path map may have a comma in its name', async (t) => {
  const films = { from: '/data/Films, Old', to: '/media/Films, Old' };
  const drive = { from: 'D:\\a,b', to: '/mnt/a;b' };
  const text = '/data/Films, Old=/media/Films, Old; D:\\a,b=/mnt/a;b;';
  assert.deepEqual((await load({ env: { PLEXSYNC_PATH_MAP: text } })).path_map, [films, drive]);
  const path_map = ['/data/Films, Old=/media/Films, Old', drive];
  assert.deepEqual((await load({ dataDir: dataDirWith(t, { path_map }) })).path_map, [films, drive]);
  for (const unclear of ['/data=/media,/mole', '/a=/b,c=/d'])
    await assert.rejects(load({ env: { PLEXSYNC_PATH_MAP: unclear } }), /path_map must/, unclear);
});

test('a path map is a pair, several pairs, or objects', async () => {
  const expected = [
    { from: '/data', to: '/media' },
    { from: 'D:\\films', to: '/mnt/films' },
  ];
  const forms: unknown[] = [
    '/data=/media,D:\\films=/mnt/films',
    '/data = /media ; D:\\films=/mnt/films;',
    ['/data=/media', 'D:\\films=/mnt/films'],
    expected,
    ['/data=/media', expected[1]],
  ];
  for (const path_map of forms) assert.deepEqual((await load({ flags: { path_map } })).path_map, expected);
});

test('a path map without two folders is refused', async () => {
  for (const path_map of ['/data', '/data=', '=/media', ['/data=/media', '/mole'], [{ from: '/data' }], '/a=/b=/c'])
    assert.match((await refusal({ flags: { path_map } })).message, /^path_map .*--path-map/, String(path_map));
});

test('a config file that is no JSON object is refused by name', async (t) => {
  for (const text of ['[]', '5', 'null', '"harbour"'])
    assert.match((await refusal({ dataDir: dataDirWith(t, text) })).message, /config\.json must hold one JSON object/);
  assert.match((await refusal({ dataDir: dataDirWith(t, '{') })).message, /config\.json is no JSON/);
});

test('what Plex needs is there, or what is missing is named with every way to give it', async () => {
  assert.deepEqual(requirePlex(await loadAll({ flags: { plex_url: 'http://plex.test', plex_token: TOKEN } })), {
    baseUrl: 'http://plex.test',
    token: TOKEN,
    trust: { certificates: 'verified', ca: undefined },
  });
  for (const [flags, flag, variable] of [
    [{ plex_token: TOKEN }, '--plex-url', 'PLEX_URL'],
    [{ plex_url: 'http://plex.test' }, '--plex-token', 'PLEX_TOKEN'],
  ] as const) {
    const loaded = await loadAll({ flags });
    assert.throws(
      () => requirePlex(loaded),
      (thrown) =>
        thrown instanceof UsageError && Boolean(thrown.hint?.includes(flag) && thrown.hint.includes(variable)),
    );
  }
});

test('a token may stand in a file, and the stronger source of the two counts', async (t) => {
  const dir = scratchDir(t, 'config');
  const file = join(dir, 'token');
  writeFileSync(file, 'token-from-a-file\n');
  const url = { plex_url: 'http://plex.test' };
  const tokenOf = async (given: Partial<ConfigSources>) =>
    requirePlex(await loadAll({ ...given, flags: { ...url, ...given.flags } })).token;
  assert.equal(await tokenOf({ env: { PLEX_TOKEN_FILE: file } }), 'token-from-a-file');
  assert.equal(await tokenOf({ env: { PLEX_TOKEN_FILE: file }, flags: { plex_token: TOKEN } }), TOKEN);
  assert.equal(await tokenOf({ env: { PLEX_TOKEN: TOKEN }, flags: { plex_token_file: file } }), 'token-from-a-file');
  await assert.rejects(tokenOf({ env: { PLEX_TOKEN: TOKEN, PLEX_TOKEN_FILE: file } }), {
    message: 'Both PLEX_TOKEN and PLEX_TOKEN_FILE are given.',
  });
  await assert.rejects(
    tokenOf({ flags: { plex_token_file: join(dir, 'none') } }),
    /none .*cannot be read: it does not exist/,
  );
  writeFileSync(file, 'short');
  await assert.rejects(tokenOf({ flags: { plex_token_file: file } }), /holds no token/);
});

test('a token on the command line is warned of, and so is a config file that others can read', async (t) => {
  const dataDir = dataDirWith(t, { plex_token: TOKEN });
  chmodSync(join(dataDir, 'config.json'), 0o644);
  const { warnings } = await loadAll({ dataDir, flags: { stash_api_key: TOKEN } });
  assert.equal(warnings.length, 2);
  assert.match(warnings[0] ?? '', /config\.json holds a token, and others .* chmod 600/);
  assert.match(warnings[1] ?? '', /can see --stash-api-key .* set STASH_API_KEY, or give --stash-api-key-file/);
  chmodSync(join(dataDir, 'config.json'), 0o600);
  assert.deepEqual((await loadAll({ dataDir })).warnings, []);
});

test('a config file that is no JSON is refused with line and column, and nothing of it is quoted', async (t) => {
  for (const [text, place] of [
    ['{\n "max_tags": 1,\n "plex_token": abcdefghijkl }', /an unexpected sign at line 3, column 16/],
    ['{"max_tags" 10}', /a colon is missing at line 1, column 13/],
    ['{"max_tags": 10,}', /a name in double quotes is missing at line 1, column 17/],
    ['', /a value is missing at line 1, column 1/],
    ['{"plex_token": "abcdefghijkl', /does not end at line 1, column 16/],
  ] as const) {
    const { message } = await refusal({ dataDir: dataDirWith(t, text) });
    assert.match(message, /config\.json is no JSON/);
    assert.match(message, place);
    assert.ok(!message.includes('bcdefghijkl'), message);
  }
});

test('a switch that is on by default, or that may be undecided, says what its --no- flag does', () => {
  for (const name of SETTING_NAMES) {
    const { type, fallback, help, off }: Setting = SETTINGS[name];
    assert.equal(off !== undefined, type.kind === 'switch' && fallback !== false, name);
    assert.notEqual(off, help, name);
  }
  const [shown] = settingFlags('strict_matching');
  assert.deepEqual(shown, {
    flags: '--no-strict-matching',
    help: 'write to the likeliest item where none is proven to be the scene’s (env: PLEXSYNC_STRICT_MATCHING=false)',
    isHidden: false,
  });
});

test('help shows both flags of a switch that is undecided until one is given', () => {
  assert.deepEqual(
    settingFlags('sync_poster').map(({ flags, isHidden }) => [flags, isHidden]),
    [
      ['--sync-poster', false],
      ['--no-sync-poster', false],
    ],
  );
});

test('a comment in the config file is named as what it is', async (t) => {
  const dataDir = dataDirWith(t, {});
  writeFileSync(join(dataDir, 'config.json'), '// the harbour\n{}');
  assert.match(
    (await refusal({ dataDir })).message,
    /is no JSON: a comment, which JSON does not allow, at line 1, column 1\.$/,
  );
});

test('every setting has a flag and a variable of its own', () => {
  const flags = SETTING_NAMES.map(flagOf);
  const variables = SETTING_NAMES.map(variableOf);
  assert.equal(new Set(flags).size, SETTING_NAMES.length);
  assert.equal(new Set(variables).size, SETTING_NAMES.length);
  for (const flag of flags) assert.match(flag, /^[a-z]+(-[a-z]+)*$/);
});

test('a secret in an address is not repeated', async () => {
  for (const plex_url of [
    'http://127.0.0.1:32400?X-Plex-Token=abcdefghijkl',
    'http://me:abcdefghijkl@127.0.0.1:32400',
  ]) {
    const { message } = await refusal({ flags: { plex_url } });
    assert.match(message, /plex_url must be/);
    assert.ok(!message.includes('abcdefghijkl'));
  }
});

test('a mapping of blanks is refused', async () => {
  assert.match((await refusal({ flags: { path_map: [' = '] } })).message, /path_map must look like/);
});

test('a choice takes its words alone, in any case', async () => {
  assert.equal((await load({ flags: { clear_empty: 'Never' } })).clear_empty, 'never');
  assert.equal(
    (await refusal({ flags: { clear_empty: 'sometimes' } })).message,
    'clear_empty must be ours, always or never, but --clear-empty says "sometimes".',
  );
});

test('a retention is in days, with or without the unit', async () => {
  for (const name of ['dlq_retention_days', 'journal_days'] as const) {
    for (const value of [7, '7', '7d', '168h'])
      assert.equal((await load({ flags: { [name]: value } }))[name], 7 * 86_400_000);
    assert.match((await refusal({ flags: { [name]: 366 } })).message, /must be from 1d to 365d/);
    assert.equal((await load())[name], 30 * 86_400_000);
  }
});

test('every default is what its own schema makes of it', async () => {
  const settings = await load();
  for (const name of SETTING_NAMES) {
    const { type, fallback }: Setting = SETTINGS[name];
    if (fallback === undefined) assert.equal(settings[name], undefined);
    else assert.deepEqual(settings[name], z.parse(schemaOf(type), fallback), name);
  }
});

test('a token in quotes, or with its name before it, is recognised as such and not repeated', async () => {
  const token = 'xY7abcDEF123ghiJKL45';
  for (const [value, words] of [
    [`"${token}"`, /plex_token must be the token alone, without the quotes around it/],
    [`'${token}'`, /without the quotes/],
    [`PLEX_TOKEN=${token}`, /must be the token alone, without a name and a = before it/],
    [`export X-Plex-Token=${token}`, /without a name/],
  ] as const) {
    const { message } = await refusal({ env: { PLEX_TOKEN: value } });
    assert.match(message, words);
    assert.ok(!message.includes(token), message);
  }
  assert.equal((await load({ env: { PLEX_TOKEN: 'abcdefghijklmnop==' } })).plex_token, 'abcdefghijklmnop==');
});
