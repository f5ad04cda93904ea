/** The man pages, the help and the completion say what the program does. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { manPages, releaseDate } from '../../scripts/man-pages.ts';
import { COMMANDS } from '../../src/command-line/outlines/commands.ts';
import { SETTING_NAMES, SETTINGS, variableOf } from '../../src/settings/table.ts';
import { runMain } from '../helpers/run-main.ts';

const plain = (roff: string): string =>
  roff
    .replaceAll(/\\f[BR]/g, '')
    .replaceAll('\\-', '-')
    .replaceAll('\\e', '\\')
    .replaceAll('\\&', '');
const MANDOC = spawnSync('mandoc', ['-T', 'lint', '/dev/null']).error === undefined;
const optionsIn = (text: string): Set<string> => new Set(text.match(/(?<![\w-])--[a-z][a-z-]+/g));

test('every man page is what the descriptions of the commands make of it', () => {
  const pages = manPages();
  const written = readdirSync('man').filter((name) => /\.[15]$/.test(name));
  assert.deepEqual(written.sort(), [...pages.keys()].sort());
  for (const [name, text] of pages) assert.equal(readFileSync(`man/${name}`, 'utf8'), text, `npm run man: ${name}`);
});

test('npm installs every man page, since each is listed', () => {
  const { man } = JSON.parse(readFileSync('package.json', 'utf8')) as { man: readonly string[] };
  assert.deepEqual(
    man,
    [...manPages().keys()].sort().map((name) => `./man/${name}`),
    'npm run man',
  );
});

test('a page is dated by the newest release, and the same wherever it is made', () => {
  assert.equal(releaseDate('## [Unreleased]\n\n## [0.2.0] - 2027-03-01\n\n## [0.1.0] - 2026-12-01\n'), '2027-03-01');
  assert.match(releaseDate('## [Unreleased]\n'), /^\d{4}-\d{2}-\d{2}$/);
  for (const text of manPages().values()) assert.match(text, /^\.TH "[^"]+" "[15]" "\d{4}-\d{2}-\d{2}" "plexsync \d/m);
});

test('the synopsis is one line', () => {
  for (const [name, text] of manPages())
    if (name.endsWith('.1')) assert.match(text, /^\.SH SYNOPSIS\n\\fBplexsync[^\n]*\n\.SH DESCRIPTION$/m, name);
});

/** What mandoc complains of and may: the line of NAME has to be one line, and examples are shown as they are typed. */
const LINT_EXCEPTION = /STYLE: input text line longer than 80 bytes/;

test('mandoc finds nothing in the pages but long lines', { skip: MANDOC ? false : 'mandoc is not installed' }, () => {
  const { stdout } = spawnSync('mandoc', ['-T', 'lint', '-W', 'style', ...globSync('man/*.[15]')], {
    encoding: 'utf8',
  });
  assert.deepEqual(
    stdout.split('\n').filter((line) => line !== '' && !LINT_EXCEPTION.test(line)),
    [],
  );
});

test('the man page of a command names every option of its help, and no other', async () => {
  for (const { name } of COMMANDS) {
    const { stdout, code } = await runMain([...name.split(' '), '--help']);
    assert.equal(code, 0, name);
    const page = plain(readFileSync(`man/plexsync-${name.replaceAll(' ', '-')}.1`, 'utf8'));
    const [inHelp, inPage] = [optionsIn(stdout), optionsIn(page)];
    assert.deepEqual(
      [...inPage].filter((option) => !inHelp.has(option)),
      [],
      `${name}: only in the man page`,
    );
    assert.deepEqual(
      [...inHelp].filter((option) => !inPage.has(option)),
      [],
      `${name}: only in the help`,
    );
  }
});

test('the main page names every command, global option and variable, and plexsync-config every setting', async () => {
  const main = plain(readFileSync('man/plexsync.1', 'utf8'));
  const { stdout } = await runMain(['--help']);
  for (const option of optionsIn(stdout)) if (option !== '--version') assert.ok(main.includes(option), option);
  for (const { name } of COMMANDS) assert.ok(main.includes(name), name);
  const config = readFileSync('man/plexsync-config.5', 'utf8');
  for (const name of SETTING_NAMES) {
    assert.ok(main.includes(variableOf(name)), name);
    assert.ok(config.includes(`\\fB${name}\\fR`), name);
    assert.ok(plain(config).replaceAll('\n', ' ').includes(SETTINGS[name].help), name);
  }
});

test('the exit codes stand in the help topic and in the man page, for each command', async () => {
  for (const line of [
    ['help', 'exit-codes'],
    ['--help', 'exit-codes'],
  ]) {
    const { stdout, code } = await runMain(line);
    assert.equal(code, 0);
    for (const { name, exitCodes } of COMMANDS)
      assert.match(stdout, new RegExp(`^ {2}${name} +${exitCodes.join(' ')}$`, 'm'), name);
  }
});

test('each shell has its script, and an unknown one is refused with those there are', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout, code } = await runMain(['completion', shell]);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`plexsync completion --line ${shell} `));
  }
  const { stderr, code } = await runMain(['completion', 'cmd']);
  assert.equal(code, 2);
  assert.match(stderr, /no completion for "cmd".*\n.*bash, zsh, fish/);
});
