/** What systemd, cron, launchd and Windows are given runs this installation, whatever signs its paths have. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packagedUnits } from '../../../scripts/packaged-units.ts';
import { SERVICE_INSTALL } from '../../../src/command-line/outlines/service.ts';
import type { ServiceFacts } from '../../../src/commands/service/facts.ts';
import { EVERY_MINUTES } from '../../../src/commands/service/facts.ts';
import { cronLine, launchdPlist, windowsTask } from '../../../src/commands/service/other-schedulers.ts';
import { unitsOf } from '../../../src/commands/service/units.ts';
import { scratchDir } from '../../helpers/scratch.ts';

const FACTS: ServiceFacts = {
  ...{ scope: 'system', mode: 'watch', node: '/usr/bin/node', bin: '/usr/lib/plexsync/bin/plexsync.js' },
  ...{ dataDir: '/var/lib/plexsync', instances: 'one', configFile: undefined, tokenFile: undefined, user: 'media' },
  ...{ keyFile: undefined, reads: [] },
};
const ODD = '/srv/my $100%/quay "old"';

function service(facts: Partial<ServiceFacts>): string {
  return unitsOf({ ...FACTS, ...facts })[0]?.text ?? '';
}

test('a path with blanks, quotes, dollars and per cents is one word of the unit', () => {
  const text = service({ dataDir: ODD });
  assert.match(text, /--data-dir "\/srv\/my \$\$100%%\/quay \\"old\\""$/m);
  assert.match(text, /^ReadWritePaths="\/srv\/my \$100%%\/quay \\"old\\""$/m);
});

test('a system service is shut off from all but its data, and gets the token as a credential', () => {
  const text = service({ tokenFile: '/etc/plexsync/token' });
  for (const line of [
    'ProtectSystem=strict',
    'ProtectHome=true',
    'PrivateDevices=true',
    'CapabilityBoundingSet=',
    'User=media',
  ])
    assert.ok(text.split('\n').includes(line), line);
  assert.match(text, /^LoadCredential=plex_token:\/etc\/plexsync\/token\nEnvironment=PLEX_TOKEN_FILE=%d\/plex_token$/m);
  assert.doesNotMatch(service({}), /plex_token/, 'a token in the config file needs none');
  const key = service({ keyFile: '/home/quay/key' });
  assert.match(
    key,
    /^LoadCredential=stash_api_key:\/home\/quay\/key\nEnvironment=STASH_API_KEY_FILE=%d\/stash_api_key$/m,
  );
  assert.match(key, /^ProtectHome=true$/m, 'which root reads for it');
  for (const seen of [{ node: '/home/quay/bin/node' }, { reads: ['/srv/ca.pem', '/home/quay/bin/tell'] }])
    assert.match(service(seen), /^ProtectHome=read-only$/m);
});

test('a user’s service has only what a user’s manager can do everywhere', () => {
  const text = service({ scope: 'user', user: undefined, tokenFile: '/home/quay/token', keyFile: '/k' });
  assert.doesNotMatch(text, /^(Protect|Private|Capability|User|LoadCredential)/m);
  assert.match(text, /^Environment=PLEX_TOKEN_FILE=\/home\/quay\/token\nEnvironment=STASH_API_KEY_FILE=\/k$/m);
  assert.match(text, /^NoNewPrivileges=true$/m);
});

test('a timer runs each five minutes and is enabled by itself; a template has a data directory for each instance', () => {
  const [run, timer] = unitsOf({ ...FACTS, mode: 'timer' });
  assert.match(run?.text ?? '', /^Type=oneshot$/m);
  assert.doesNotMatch(run?.text ?? '', /Install/);
  assert.match(timer?.text ?? '', /^OnUnitInactiveSec=5min$/m);
  const [template] = unitsOf({ ...FACTS, instances: 'several', dataDir: '/srv/plexsync' });
  assert.deepEqual(
    [template?.name, /--data-dir \/srv\/plexsync\/%i$/m.test(template?.text ?? '')],
    ['plexsync@.service', true],
  );
});

test('the help says how often a timer runs', () => {
  const timer = SERVICE_INSTALL.options?.find(({ flags }) => flags === '--timer');
  assert.match(timer?.help ?? '', new RegExp(`^a run every ${EVERY_MINUTES} minutes;`));
});

test('a shell gets from the cron line the very words, and cron no per cent', (t) => {
  const dir = scratchDir(t);
  const script = join(dir, 'words.sh');
  writeFileSync(script, 'printf "%s\\n" "$@"\n');
  const line = cronLine({ ...FACTS, node: '/bin/sh', bin: script, dataDir: ODD });
  const [, command = ''] = /^\*\/5 \* \* \* \* {2}(.*)$/.exec(line) ?? [];
  assert.doesNotMatch(command.replaceAll('\\%', ''), /%/);
  const { stdout } = spawnSync('/bin/sh', ['-c', command.replaceAll('\\%', '%')], { encoding: 'utf8' });
  assert.deepEqual(stdout.trim().split('\n'), ['process', '--cron', '--max-time', '4m', '--data-dir', ODD]);
});

test('launchd and Windows get the same command', () => {
  assert.match(launchdPlist({ ...FACTS, dataDir: '/a&b' }), /<string>\/a&amp;b<\/string>/);
  assert.match(launchdPlist({ ...FACTS, mode: 'timer' }), /<key>StartInterval<\/key><integer>300<\/integer>/);
  const task = windowsTask({ ...FACTS, mode: 'timer', node: 'C:\\Program Files\\node.exe' });
  assert.match(task, /^schtasks \/Create \/TN plexsync \/SC MINUTE \/MO 5 \/TR "\\"C:\\Program Files\\node\.exe\\" /);
});

test('the units in packaging and on the page are what the program writes', () => {
  const page = readFileSync('docs/running.md', 'utf8');
  const units = packagedUnits();
  assert.deepEqual(
    globSync('packaging/systemd/*')
      .map((file) => file.split('/').at(-1))
      .sort(),
    [...units.keys()].sort(),
  );
  for (const [name, text] of units)
    assert.equal(readFileSync(`packaging/systemd/${name}`, 'utf8'), text, `npm run man: ${name}`);
  for (const name of ['plexsync.service', 'plexsync.timer'])
    assert.ok(page.includes(`\`\`\`ini\n${units.get(name)}\`\`\``), name);
});

const ANALYZE = spawnSync('systemd-analyze', ['--version']).error === undefined;

test('systemd finds no fault in the units', { skip: ANALYZE ? false : 'systemd-analyze is not installed' }, (t) => {
  const dir = scratchDir(t);
  mkdirSync(join(dir, 'units'));
  const node = process.execPath;
  const files = unitsOf({ ...FACTS, mode: 'timer', node, bin: '/bin/true', user: undefined }).map(({ name, text }) => {
    const file = join(dir, 'units', name);
    writeFileSync(file, text);
    return file;
  });
  const { stderr } = spawnSync('systemd-analyze', ['verify', ...files], { encoding: 'utf8' });
  const about = stderr.split('\n').filter((line) => /plexsync/.test(line) && !/network-online/.test(line));
  assert.deepEqual(about, []);
});
