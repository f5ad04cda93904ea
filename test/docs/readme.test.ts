/** The README and the users' pages in `docs` may not drift from the program, nor from each other. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { optionsBehind } from '../../src/command-line/options-first.ts';
import { COMMANDS, GROUPS } from '../../src/command-line/outlines/commands.ts';
import { GLOBAL_OPTIONS } from '../../src/command-line/outlines/global-options.ts';
import { settingFlags } from '../../src/command-line/outlines/setting-options.ts';
import type { CommandSpec } from '../../src/command-line/outlines/spec.ts';
import { EXIT } from '../../src/exit.ts';
import type { Setting } from '../../src/settings/setting.ts';
import type { SettingName } from '../../src/settings/table.ts';
import { SETTING_NAMES, SETTINGS, variableOf } from '../../src/settings/table.ts';
import { startStashServer } from '../../src/simulator/stash/server.ts';
import { BLOCK, withoutBlocks } from '../helpers/markdown.ts';
import { setup } from '../helpers/rig.ts';
import { runMain } from '../helpers/run-main.ts';

const PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...globSync('docs/*.md')];
const pages = new Map(PAGES.map((page) => [page, readFileSync(page, 'utf8')]));
const readme = pages.get('README.md') ?? '';
const names = [...GROUPS, ...COMMANDS].map(({ name }) => name);

let help = '';
for (const name of ['', ...names]) help += `${(await runMain([...name.split(' '), '--help'])).stdout}\n`;

/** Everything in a page that is written as code: whole lines of its blocks, and the spans in its prose. */
function codeIn(page: string): readonly string[] {
  const blocks = [...page.matchAll(BLOCK)].flatMap(([, , block = '']) => block.replaceAll('\\\n', ' ').split('\n'));
  const spans = [...withoutBlocks(page).matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
  return [...blocks, ...spans.map((span) => span.replace(/\s+/g, ' '))];
}

/** The words behind each `plexsync` that begins a command, up to the end of the command. */
function commandLinesIn(code: string): readonly (readonly string[])[] {
  return [...code.matchAll(/(?:^|[\s/])plexsync((?: (?!plexsync )(?:"[^"]*"|'[^']*'|[^\s"'`|&;<>#]+))+)/g)].map(
    ([, words = '']) => words.trim().match(/"[^"]*"|'[^']*'|\S+/g) ?? [],
  );
}

type OptionKinds = ReadonlyMap<string, 'switch' | 'value'>;

function optionKinds(flags: readonly string[]): OptionKinds {
  return new Map(
    flags.flatMap((text) =>
      (text.match(/(?<!\S)--?[a-z][a-z-]*/g) ?? []).map((flag) => [flag, text.includes('<') ? 'value' : 'switch']),
    ),
  );
}

const GLOBALS = optionKinds([...GLOBAL_OPTIONS.map(({ flags }) => flags), '-h, --help', '-V, --version']);

function optionsOf({ options = [], settings = [] }: CommandSpec): OptionKinds {
  const ofSettings = settings.flatMap((name) => settingFlags(name).map(({ flags }) => flags));
  return new Map([...GLOBALS, ...optionKinds([...options.map(({ flags }) => flags), ...ofSettings])]);
}

/** What is wrong with a command line; `undefined` when the program would understand its words. */
function faultOf(typed: readonly string[]): string | undefined {
  const words = optionsBehind(typed);
  const start = afterGlobals(words);
  const [first = '', second = ''] = words.slice(start);
  if (first === '' || first === 'help') return undefined;
  const command = COMMANDS.find(({ name }) => name === first || name === `${first} ${second}`);
  if (command === undefined) return `there is no command ${first}`;
  const known = optionsOf(command);
  const unknown = words.slice(start).find((word) => /^--?[a-z]/.test(word) && !known.has(word.split('=')[0] ?? ''));
  return unknown === undefined ? undefined : `${command.name} has no option ${unknown}`;
}

/** The index of the first word that is no global option and no value of one. */
function afterGlobals(words: readonly string[]): number {
  const [first = '', ...rest] = words;
  const kind = GLOBALS.get(first);
  if (kind === undefined) return 0;
  const taken = kind === 'value' ? 2 : 1;
  return taken + afterGlobals(rest.slice(taken - 1));
}

test('every command line in the README and in docs names a command and its options', () => {
  const lines = [...pages].flatMap(([page, text]) =>
    codeIn(text)
      .flatMap(commandLinesIn)
      .map((words) => ({ page, words })),
  );
  assert.ok(lines.length > 60, `${lines.length} lines`);
  for (const { page, words } of lines) {
    const fault = faultOf(words);
    assert.equal(fault, undefined, `${page}: plexsync ${words.join(' ')}: ${fault}`);
  }
});

test('a command line with a word that does not exist is found out', () => {
  const faults = (line: string): readonly unknown[] => commandLinesIn(line).map(faultOf);
  assert.deepEqual(faults('plexsync proces'), ['there is no command proces']);
  assert.deepEqual(faults('plexsync dlq lst'), ['there is no command dlq']);
  assert.deepEqual(faults('sudo -u x plexsync -d /a stats --forever'), ['stats has no option --forever']);
  assert.deepEqual(faults('*/5 * * * * plexsync process --cron && curl --fail'), [undefined]);
  assert.deepEqual(faults('docker exec plexsync plexsync stats --jso'), ['stats has no option --jso']);
});

test('every option and setting that a page names by itself exists', () => {
  const elsewhere = new Set(['--global']);
  for (const [page, text] of pages)
    for (const code of codeIn(text)) {
      const [option = ''] = code.match(/^--[a-z][a-z-]+/) ?? [];
      if (option === '' || elsewhere.has(option)) continue;
      assert.ok(help.includes(option) || isHiddenFlag(option), `${page}: ${option} is not in the help`);
    }
});

function isHiddenFlag(option: string): boolean {
  return SETTING_NAMES.some((name) => settingFlags(name).some(({ flags }) => flags.split(' ')[0] === option));
}

test('no page installs plexsync from a registry that does not have it, and the tarball is the one that is packed', () => {
  const { name, version } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>;
  const packages = [...pages].flatMap(([page, text]) =>
    codeIn(text)
      .flatMap(installedPackages)
      .map((installed) => ({ page, installed })),
  );
  assert.deepEqual([...new Set(packages.map(({ page }) => page))], ['README.md', 'docs/docker.md']);
  for (const { page, installed } of packages)
    assert.match(installed, new RegExp(`^\\.?/(tmp/)?${name}(-${version})?\\.tgz$`), `${page}: ${installed}`);
  for (const [page, text] of pages)
    for (const [tarball] of text.matchAll(/plexsync-\d[\w.-]*tgz/g))
      assert.equal(tarball, `${name}-${version}.tgz`, page);
});

test('what an install names is found out, however it is written', () => {
  assert.deepEqual(installedPackages('RUN npm install --global plexsync \\'), ['plexsync']);
  assert.deepEqual(installedPackages('npm i -g ./a.tgz && pnpm add plexsync@latest'), ['./a.tgz', 'plexsync@latest']);
  assert.deepEqual(installedPackages('npx --yes plexsync@0.1.0 demo'), ['plexsync@0.1.0']);
  assert.deepEqual(installedPackages('npm ci && npx plexsync demo'), []);
});

/** The packages that the commands of a line fetch: those named by an install, and one that npx is to fetch. */
function installedPackages(code: string): readonly string[] {
  const installs = code.matchAll(/\b(?:p?npm|yarn|bun) (?:global )?(?:install|i|add)\b([^&|;#\\]*)/g);
  const fetched = code.matchAll(/\bnpx (?:--?\w+ )*(\S+@\S+)/g);
  const named = [...installs].flatMap(([, words = '']) => words.trim().split(/\s+/));
  return [...named, ...[...fetched].map(([, word = '']) => word)].filter(
    (word) => word !== '' && !word.startsWith('-'),
  );
}

test('the README is at most 150 lines long', () => {
  assert.ok(readme.trimEnd().split('\n').length <= 150);
});

test('the README begins with what runs in a clone, without a server', () => {
  const [, trial = ''] = /^## Try it\n([\s\S]*?)^## /m.exec(readme) ?? [];
  const [first = ''] = [...trial.matchAll(BLOCK)].map(([, , block = '']) => block);
  assert.match(first, /^npm ci && npx plexsync demo .*\nnpm ci && npm test /);
});

test('the page on Docker mounts the spool where it has the plugin look for it', () => {
  const page = pages.get('docs/docker.md') ?? '';
  const [, target] = /source: plexsync\n +target: (\S+)\n +volume:\n +subpath: spool\n/.exec(page) ?? [];
  assert.ok(target !== undefined);
  assert.ok(page.includes(`plugin install --plugins-dir /stash-plugins --spool-as ${target} --yes`));
  assert.ok(page.includes(`./plexsync/spool:${target}`));
  assert.match(page, /command: \["process", "--watch"\]/);
});

test('the README leads to every page of docs, and names every command', () => {
  for (const page of PAGES.slice(1)) assert.ok(readme.includes(`(${page}`), `no link to ${page}`);
  const listed = /^## Commands\n[\s\S]*?(?=^## )/m.exec(readme)?.[0] ?? '';
  for (const { name } of COMMANDS) assert.match(listed, new RegExp(`^\\| .*\`(plexsync )?${name}\\b`, 'm'), name);
});

test('every exit code stands on its page and in the help', () => {
  const page = pages.get('docs/exit-codes.md') ?? '';
  for (const code of [...Object.values(EXIT), 129, 130, 143]) {
    assert.match(page, new RegExp(`^\\| (\\d+, )*${code}[,| ]`, 'm'), `docs/exit-codes.md: ${code}`);
    assert.match(help, new RegExp(`^ {2}(\\d+, )*${code}[, ]`, 'm'), `help: ${code}`);
  }
});

test('the page of the settings lists each, with the environment names and defaults of the program', () => {
  const page = pages.get('docs/configuration.md') ?? '';
  const rows = [...page.matchAll(/^\| (`[a-z_`, ]+) \| (`[A-Z_`, ]+) \| (.*?) \|$/gm)];
  const listed: string[] = [];
  for (const [, settings = '', variables = '', defaults = ''] of rows) {
    const shown = defaults.split(', ').map((value) => value.replaceAll('`', ''));
    for (const [index, [, name = '']] of [...settings.matchAll(/`([a-z_]+)`/g)].entries()) {
      assert.ok((SETTING_NAMES as readonly string[]).includes(name), `${name} is no setting`);
      listed.push(name);
      const { fallback }: Setting = SETTINGS[name as SettingName];
      assert.ok(variables.includes(`\`${variableOf(name as SettingName)}\``), `${name}: ${variables}`);
      if (fallback !== undefined && !Array.isArray(fallback))
        assert.equal(shown[index] ?? shown[0], String(fallback), name);
    }
  }
  assert.deepEqual(listed.sort(), [...SETTING_NAMES].sort());
});

test('the page of the settings says what each is for, and names no other', () => {
  const page = pages.get('docs/configuration.md') ?? '';
  for (const name of SETTING_NAMES) assert.ok(page.includes(`\`${name}\``), name);
  for (const [, name = ''] of page.matchAll(/`([a-z]+_[a-z_]+)`/g))
    assert.ok((SETTING_NAMES as readonly string[]).includes(name), `${name} is no setting`);
});

test('the help of every command names its options with default and environment variable', () => {
  for (const name of SETTING_NAMES) assert.ok(help.replace(/\s+/g, ' ').includes(`env: ${variableOf(name)}`), name);
});

test('what the page on scenes has curl ask Stash is JSON, and its answer can be enqueued', async (t) => {
  const stash = await startStashServer({});
  t.after(() => stash.close());
  stash.addScene({ title: 'The Pier', files: ['/media/pier.mp4'], tags: ['sea'] });
  const [, body = ''] = /^ {2}--data '(.*)' \|$/m.exec(pages.get('docs/scenes-as-json.md') ?? '') ?? [];
  JSON.parse(body);
  const headers = { 'Content-Type': 'application/json' };
  const answer = await (await fetch(`${stash.url}/graphql`, { method: 'POST', headers, body })).json();
  const { scenes } = (answer as { data: { findScenes: { scenes: readonly Record<string, unknown>[] } } }).data
    .findScenes;
  // The line of jq.
  const filled = scenes.map((scene) =>
    Object.fromEntries(
      Object.entries(scene).filter(([, value]) => !['null', '""', '[]'].includes(JSON.stringify(value))),
    ),
  );
  const { run, sql } = await setup(t);
  const input = filled.map((scene) => JSON.stringify(scene)).join('\n');
  assert.equal((await run(['enqueue', '-'], { input })).code, 0);
  const [job] = sql('SELECT scene_id, held, data FROM jobs');
  assert.deepEqual([job?.['scene_id'], job?.['held']], [1, 0]);
  const { path, title, tags } = JSON.parse(String(job?.['data']));
  assert.deepEqual([path, title, tags], ['/media/pier.mp4', 'The Pier', ['sea']]);
});
