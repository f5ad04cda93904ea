/** The service is shown, asked for, written, started, told of and taken away again; systemd itself is a stand-in. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';
import { runMain } from '../../helpers/run-main.ts';
import { scratchDirOnDisk } from '../../helpers/scratch.ts';

/** A systemctl that writes down what it is asked, and fails where told. */
const SYSTEMCTL = `#!/bin/sh
echo "$@" >> "$CALLS"
case "$*" in *"$FAILS"*) [ -n "$FAILS" ] && { echo "No such bus" >&2; exit 1; } ;; esac
case "$*" in *show*plexsync*) printf 'ActiveState=active\\nSubState=running\\nResult=success\\nNextElapseUSecRealtime=\\n' ;; esac
exit 0
`;

async function setupHarbour(t: TestContext) {
  const { plex, dataDir } = await setup(t);
  const dir = scratchDirOnDisk(t, 'service');
  mkdirSync(dataDir, { recursive: true });
  const config = { plex_url: plex.url, plex_token: plex.token };
  writeFileSync(join(dataDir, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  writeFileSync(join(dir, 'systemctl'), SYSTEMCTL, { mode: 0o755 });
  const [units, calls] = [join(dir, 'units'), join(dir, 'calls')];
  const env = {
    PATH: `${dir}:/usr/bin:/bin`,
    PLEXSYNC_DATA_DIR: dataDir,
    PLEXSYNC_TEST_UNITS: units,
    CALLS: calls,
    FAILS: '',
  };
  const service = async (args: readonly string[], more: Record<string, string> = {}) =>
    await runMain(['service', ...args], { env: { ...env, ...more } });
  const called = (): string => (existsSync(calls) ? readFileSync(calls, 'utf8') : '');
  return { service, called, units, dataDir, dir, plexUrl: plex.url, token: plex.token };
}

test('install shows the units, asks, writes them and starts one; status and uninstall know them', async (t) => {
  const { service, called, units, dataDir } = await setupHarbour(t);
  const asked = await service(['install']);
  assert.equal(asked.code, 2);
  assert.match(asked.stdout, /plexsync\.service:\n {2}# Written by: plexsync service install\n {2}\[Unit\]/);
  assert.match(asked.stderr, /Write this unit, and start plexsync\.service\? There is no terminal to ask at/);
  assert.equal(existsSync(units), false);

  const done = await service(['install', '--yes']);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /Started plexsync\.service\. Next: plexsync service status/);
  const file = join(units, 'plexsync.service');
  assert.match(
    readFileSync(file, 'utf8'),
    new RegExp(`^ExecStart=\\S+ \\S+ process --watch --data-dir ${dataDir}$`, 'm'),
  );
  assert.equal(statSync(file).mode & 0o777, 0o644);
  assert.match(called(), /--user daemon-reload\n--user enable plexsync\.service\n--user restart plexsync\.service\n$/);

  const status = await service(['status']);
  assert.equal(status.code, 0);
  assert.match(status.stdout, /^unit\tplexsync\.service\nfile\t.*\nstate\tactive, running$/m);

  writeFileSync(join(units, 'plexsync.timer'), '[Timer]\nOnBootSec=1h\n');
  const gone = await service(['uninstall', '--yes']);
  assert.match(gone.stdout, /^Removed .*plexsync\.service\. The data directory stays\.\n$/);
  assert.match(called(), /--user disable --now plexsync\.service\n--user daemon-reload\n$/);
  assert.ok(existsSync(join(units, 'plexsync.timer')), 'which somebody else wrote');
  assert.equal((await service(['status'])).code, 1);
  assert.equal((await service(['uninstall', '--yes'])).stdout, 'No service is installed here; nothing to do.\n');
});

test('a timer, a template and a system service are what was asked for', async (t) => {
  const { service, called, units } = await setupHarbour(t);
  await service(['install', '--timer', '--yes']);
  assert.match(called(), /enable plexsync\.timer\n--user restart plexsync\.timer\n$/);
  const several = await service(['install', '--instances', '/srv/plexsync', '--system', '--user', 'media', '--yes']);
  assert.match(several.stdout, /For each folder in \/srv\/plexsync: systemctl enable --now plexsync@NAME/);
  assert.match(readFileSync(join(units, 'plexsync@.service'), 'utf8'), /^User=media$/m);
  const listed = JSON.parse((await service(['status', '--json'])).stdout);
  assert.deepEqual(
    listed.units.map(({ unit }: { unit: string }) => unit),
    ['plexsync.service', 'plexsync.timer', 'plexsync@.service'],
  );
});

test('installed again, what runs starts anew, and a watch and a timer take turns', async (t) => {
  const { service, called, units } = await setupHarbour(t);
  const calls = async (args: readonly string[]): Promise<readonly string[]> => {
    const before = called().length;
    const { code, stderr } = await service([...args, '--yes']);
    assert.equal(code, 0, stderr);
    return called()
      .slice(before)
      .split('\n')
      .filter((line) => line !== '' && !line.includes('show-environment'))
      .map((line) => line.replace('--user ', ''));
  };
  const started = (unit: string): string[] => ['daemon-reload', `enable ${unit}`, `restart ${unit}`];
  await calls(['install']);
  assert.deepEqual(await calls(['install']), started('plexsync.service'));
  assert.match((await service(['install', '--timer'])).stderr, /Write these units, stop plexsync\.service, and start/);
  assert.deepEqual(await calls(['install', '--timer']), [
    'disable --now plexsync.service',
    ...started('plexsync.timer'),
  ]);
  assert.deepEqual(await calls(['install', '--timer']), started('plexsync.timer'));
  const back = await service(['install', '--yes', '--json']);
  assert.deepEqual(JSON.parse(back.stdout).removed, [join(units, 'plexsync.timer')]);
  assert.match(called(), /disable --now plexsync\.timer\n--user daemon-reload\n--user enable plexsync\.service\n.*\n$/);
  assert.deepEqual(readdirSync(units), ['plexsync.service']);
});

test('of a template all instances are started anew, and stopped before it goes', async (t) => {
  const { service, called, units } = await setupHarbour(t);
  const template = ['install', '--instances', '/srv/quays', '--yes'];
  await service(template);
  assert.match(called(), /--user try-restart plexsync@\*\.service\n$/);
  await service(['install', '--yes']);
  const timer = await service([...template, '--timer']);
  assert.match(timer.stdout, /systemctl --user enable --now plexsync@NAME\.timer\n/);
  assert.match(called(), /disable plexsync@\.service\n--user stop plexsync@\*\.service\n--user daemon-reload\n.*\n$/);
  await service(['uninstall', '--yes']);
  assert.match(
    called(),
    /disable --now plexsync\.service\n--user disable plexsync@\.service plexsync@\.timer\n--user stop plexsync@\*\.service plexsync@\*\.timer\n--user daemon-reload\n$/,
  );
  assert.deepEqual(readdirSync(units), []);
});

test('without systemd, or where it does not answer, nothing is written and the cron line is the way out', async (t) => {
  const { service, units, dir } = await setupHarbour(t);
  const silent = await service(['install', '--yes'], { FAILS: 'show-environment' });
  assert.equal(silent.code, 2);
  assert.match(silent.stderr, /The systemd of this user does not answer\. Nothing was written\./);
  rmSync(join(dir, 'systemctl'));
  const none = await service(['install', '--yes'], { PATH: dir });
  assert.equal(none.code, 2);
  assert.match(
    none.stderr,
    /no systemd\. Nothing was written\.\n {2}Put this line into crontab -e instead: \*\/5 \* \* \* \* /,
  );
  assert.equal(existsSync(units), false);
});

test('what only the environment says, and a unit of somebody else, are refused before anything is written', async (t) => {
  const { service, units } = await setupHarbour(t);
  const unsaved = await service(['install', '--yes'], { STASH_URL: 'http://127.0.0.1:9' });
  assert.match(
    unsaved.stderr,
    /stash_url comes from STASH_URL, which a service does not have\.\n {2}Save it first: plexsync config set stash_url/,
  );
  const more = { PLEX_LIBRARY: 'Films', PLEXSYNC_PRESERVE_PLEX_EDITS: 'true', PLEX_TOKEN: 'lanternKey' };
  const several = await service(['install', '--system', '--print', 'systemd'], more);
  assert.deepEqual([several.code, several.stdout], [2, '']);
  assert.equal(
    several.stderr,
    'plexsync: plex_token, plex_library and preserve_plex_edits come from PLEX_TOKEN, PLEX_LIBRARY and ' +
      'PLEXSYNC_PRESERVE_PLEX_EDITS, which a service does not have.\n' +
      '  Save them first: plexsync config set plex_token -; plexsync config set plex_library …; ' +
      'plexsync config set preserve_plex_edits …\n',
  );
  mkdirSync(units);
  writeFileSync(join(units, 'plexsync.service'), '[Service]\nExecStart=/bin/true\n');
  const foreign = await service(['install', '--yes']);
  assert.equal(foreign.code, 2);
  assert.match(foreign.stderr, /plexsync\.service is there, and not written by plexsync/);
});

test('what systemd refuses is told as it says it', async (t) => {
  const { service } = await setupHarbour(t);
  const { code, stderr } = await service(['install', '--yes'], { FAILS: 'enable' });
  assert.equal(code, 2);
  assert.match(stderr, /systemctl enable plexsync\.service failed: No such bus\./);
});

test('--print prints for other schedulers, asks no systemd, and shows no token', async (t) => {
  const { service, called, token } = await setupHarbour(t);
  for (const [what, said] of [
    ['cron', /^\*\/5 \* \* \* \* {2}\S+ \S+ process --cron /],
    ['systemd', /^# plexsync\.service\n# Written by: /],
    ['launchd', /<plist version="1\.0">/],
    ['windows', /^schtasks \/Create/],
  ] as const) {
    const { code, stdout } = await service(['install', '--print', what]);
    assert.equal(code, 0, what);
    assert.match(stdout, said);
    assert.ok(!stdout.includes(token));
  }
  assert.equal((await service(['install', '--print', 'runit'])).code, 2);
  assert.equal(called(), '');
});

test('what the environment says once more than the config file is no loss, and files of secrets are handed on', async (t) => {
  const { service, dataDir, dir, token } = await setupHarbour(t);
  const config = join(dataDir, 'config.json');
  const saved = { ...JSON.parse(readFileSync(config, 'utf8')), plex_library: ['Films'], max_tags: 60 };
  writeFileSync(config, JSON.stringify(saved), { mode: 0o600 });
  const same = { PLEX_LIBRARY: 'Films', PLEXSYNC_MAX_TAGS: '60', PLEX_TOKEN: token };
  assert.equal((await service(['install', '--print', 'systemd'], same)).stderr, '');
  assert.equal((await service(['install', '--print', 'systemd'], { PLEXSYNC_MAX_TAGS: '61' })).code, 2);

  const key = join(dir, 'key');
  writeFileSync(key, 'lanternKey');
  const files = { STASH_API_KEY_FILE: key };
  const { stdout } = await service(['install', '--system', '--print', 'systemd'], files);
  assert.match(stdout, new RegExp(`^LoadCredential=stash_api_key:${key}$`, 'm'));
  assert.match(
    (await service(['install', '--print', 'cron'], files)).stderr,
    /^plexsync: stash_api_key_file comes from/,
  );
});

test('what init writes down of the environment is enough for a service', async (t) => {
  const { service, dataDir, plexUrl, token } = await setupHarbour(t);
  rmSync(join(dataDir, 'config.json'));
  const env = { PLEX_URL: plexUrl, PLEX_TOKEN: token, PLEX_LIBRARY: 'Adult', PLEXSYNC_READ_TIMEOUT: '40' };
  const refused = await service(['install', '--print', 'systemd'], env);
  assert.match(refused.stderr, /plex_url, plex_token, plex_library and read_timeout come from/);
  const written = await runMain(['init'], { env: { ...env, PLEXSYNC_DATA_DIR: dataDir } });
  assert.equal(written.code, 0, written.stderr);
  assert.equal((await service(['install', '--print', 'systemd'], env)).stderr, '');
});

test('a system service sees the homes where a setting names a file there', async (t) => {
  const { service, dataDir, dir, token } = await setupHarbour(t);
  const print = async (settings: object): Promise<string> => {
    const config = { plex_url: 'http://127.0.0.1:9', plex_token: token, ...settings };
    writeFileSync(join(dataDir, 'config.json'), JSON.stringify(config), { mode: 0o600 });
    return (await service(['install', '--system', '--print', 'systemd', '--data-dir', dataDir])).stdout;
  };
  const without = /^ProtectHome=(.*)$/m.exec(await print({}))?.[1];
  assert.equal(
    without,
    [dir, dataDir, process.execPath].some((path) => /^\/(home|root)\//.test(path)) ? 'read-only' : 'true',
  );
  assert.match(await print({ notify_command: ['sh', '/home/quay/tell.sh'] }), /^ProtectHome=read-only$/m);
});

test('of instances it is said that they do not have the environment', async (t) => {
  const { service } = await setupHarbour(t);
  const { code, stderr } = await service(['install', '--instances', '/srv/quays', '--print', 'systemd'], {
    PLEX_LIBRARY: 'Films',
  });
  assert.deepEqual([code, /does not have PLEX_LIBRARY: save that in the config file of each/.test(stderr)], [0, true]);
});
