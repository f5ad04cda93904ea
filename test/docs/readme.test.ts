/** The README may not drift from the program. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { EXIT } from '../../src/exit.ts';
import type { Setting, SettingName } from '../../src/settings.ts';
import { SETTING_NAMES, SETTINGS, variableOf } from '../../src/settings.ts';
import { runBin } from '../helpers/rig.ts';

const readme = readFileSync('README.md', 'utf8');
const COMMANDS = [
  [],
  ['enqueue'],
  ['process'],
  ['stats'],
  ['dlq'],
  ['dlq', 'list'],
  ['dlq', 'show'],
  ['dlq', 'retry'],
  ['dlq', 'purge'],
  ['demo'],
];

const help = (await Promise.all(COMMANDS.map(async (command) => (await runBin([...command, '--help'])).stdout))).join(
  '\n',
);

test('every option the README names is in the help', () => {
  const options = new Set([...readme.matchAll(/(?<=[\s`(])--[a-z][a-z-]+/g)].map(([option]) => option));
  // Of npm, not ours.
  options.delete('--global');
  assert.ok(options.size > 20);
  for (const option of options) assert.ok(help.includes(option), `${option} is not in the help`);
});

test('every exit code stands in the README and in the help', () => {
  for (const code of [...Object.values(EXIT), 129, 130, 143]) {
    assert.match(readme, new RegExp(`^\\| (\\d+, )*${code}[,| ]`, 'm'), `README: ${code}`);
    assert.match(help, new RegExp(`^ {2}(\\d+, )*${code}[, ]`, 'm'), `help: ${code}`);
  }
});

test('the settings of the README have the environment names and defaults of the program', () => {
  const rows = [...readme.matchAll(/^\| (`[a-z_`, …]+) \| (.*?) \| (.*?) \|$/gm)];
  assert.ok(rows.length >= 10);
  for (const [, names = '', variables = '', defaults = ''] of rows) {
    const shown = defaults.split(', ').map((value) => value.replaceAll('`', ''));
    for (const [index, [, name = '']] of [...names.matchAll(/`([a-z_]+)`/g)].entries()) {
      assert.ok((SETTING_NAMES as readonly string[]).includes(name), `${name} is no setting`);
      const { fallback }: Setting = SETTINGS[name as SettingName];
      if (!variables.includes('…'))
        assert.ok(variables.includes(`\`${variableOf(name as SettingName)}\``), `${name}: ${variables}`);
      if (fallback !== undefined && !Array.isArray(fallback))
        assert.equal(shown[index] ?? shown[0], String(fallback), name);
    }
  }
});

test('the help of every command names its options with default and environment variable', () => {
  for (const name of SETTING_NAMES) assert.ok(help.replace(/\s+/g, ' ').includes(`env: ${variableOf(name)}`), name);
});
