/** What a person who asks for help sees, at a terminal of any width. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { COMMANDS, GROUPS } from '../../src/command-line/outlines/commands.ts';
import { GLOBAL_OPTIONS } from '../../src/command-line/outlines/global-options.ts';
import { SETTING_NAMES, SETTINGS } from '../../src/settings/table.ts';
import { runMain } from '../helpers/run-main.ts';
import { scratchDir } from '../helpers/scratch.ts';
import { runAtTerminal } from '../helpers/terminal.ts';

const NAMES = ['', ...GROUPS.map(({ name }) => name), ...COMMANDS.map(({ name }) => name)];
const LINES = [...NAMES.map((name) => [...name.split(' '), '--help'].filter(Boolean)), ['help', 'exit-codes']];

/** Asks for each help in turn, in one process: each at a process of its own took three seconds. */
const ASK_ALL = `(async () => {
  const { main } = require(${JSON.stringify(fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url)))});
  const streams = { stdin: 0, stdout: 1, stderr: 2 };
  for (const args of ${JSON.stringify(LINES)}) await main(args, process.env, streams);
})();`;

/** To be typed as they stand, and thus not broken. */
const isToBeCopied = (line: string, examples: readonly string[]): boolean =>
  line.startsWith('Usage: ') || examples.includes(line.trim()) || /^\S+: .*\$\(/.test(line);

for (const columns of [40, 80]) {
  test(`no help is wider than a terminal of ${columns} columns`, (t) => {
    const asking = join(scratchDir(t), 'ask-all.cjs');
    writeFileSync(asking, ASK_ALL);
    const examples = COMMANDS.flatMap((command) => command.examples);
    const shown = runAtTerminal(`"${process.execPath}" "${asking}"`, { columns, rows: 24 });
    const lines = shown.split(/\r?\n/);
    assert.equal(lines.filter((line) => line.startsWith('Usage: ')).length, NAMES.length);
    assert.ok(lines.length > 300);
    const wide = lines.filter((line) => line.length > columns && !isToBeCopied(line, examples));
    assert.deepEqual(wide, []);
  });
}

test('a command shows its own options before the settings it takes, and their help in whole words', async () => {
  const { stdout } = await runMain(['status', '--help']);
  assert.ok(stdout.indexOf('\nOptions:') < stdout.indexOf('\nConnection:'), stdout);
  assert.match(stdout, /^ {2}-h, --help +show help$/m);
});

test('every summary and every help of an option is lower case, and ends without a full stop', () => {
  const lines = [
    ...COMMANDS.map(({ summary }) => summary),
    ...GROUPS.map(({ summary }) => summary),
    ...[...GLOBAL_OPTIONS, ...COMMANDS.flatMap(({ options = [] }) => options)].map(({ help }) => help),
    ...COMMANDS.flatMap(({ operands = [] }) => operands.map(({ help }) => help)),
    ...SETTING_NAMES.map((name) => SETTINGS[name].help),
  ];
  // Names, formats and abbreviations keep their capitals.
  const isPlain = (line: string): boolean => /^([a-z-]|JSON|API|YYYY|Stash|Plex)/.test(line) && !line.endsWith('.');
  assert.deepEqual(
    lines.filter((line) => !isPlain(line)),
    [],
  );
});

test('help of a command in a group is that command’s, and help of what there is not is refused', async () => {
  const { code, stdout } = await runMain(['help', 'dlq', 'list']);
  assert.equal(code, 0);
  assert.equal(stdout, (await runMain(['dlq', 'list', '--help'])).stdout);
  for (const before of [
    ['--data-dir', '/srv/quay'],
    ['-q', '--no-color'],
  ])
    for (const ask of ['help', '--help']) assert.equal((await runMain([...before, ask, 'dlq', 'list'])).stdout, stdout);
  assert.deepEqual(await runMain(['-d', '/srv/quay', 'help', 'exit-codes']), await runMain(['help', 'exit-codes']));
  assert.match((await runMain(['-d', '/srv/quay', 'help', 'nope'])).stderr, /^plexsync: There is no command "nope"/);
  for (const [args, sentence] of [
    [['dlq', 'nope'], /^plexsync: There is no command "dlq nope"\.\n {2}plexsync dlq --help shows what there is\.\n$/],
    [['dlq', 'lst'], /^plexsync: There is no command "dlq lst"\.\n {2}Did you mean dlq list\?\n$/],
    [['enqueue', 'nope'], /"enqueue nope"/],
    [['nope'], /"nope"/],
  ] as const) {
    const refused = await runMain(['help', ...args]);
    assert.deepEqual([refused.code, refused.stdout], [2, '']);
    assert.match(refused.stderr, sentence);
  }
});
