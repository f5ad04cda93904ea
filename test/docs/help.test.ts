/** What a person who asks for help sees, at a terminal of any width. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMANDS, GROUPS } from '../../src/command-line/outlines/commands.ts';
import { GLOBAL_OPTIONS } from '../../src/command-line/outlines/global-options.ts';
import { SETTING_NAMES, SETTINGS } from '../../src/settings/table.ts';
import { runMain } from '../helpers/run-main.ts';
import { BIN } from '../helpers/start-bin.ts';
import { runAtTerminal } from '../helpers/terminal.ts';

const NAMES = ['', ...GROUPS.map(({ name }) => name), ...COMMANDS.map(({ name }) => name)];

/** To be typed as they stand, and thus not broken. */
const isToBeCopied = (line: string, examples: readonly string[]): boolean =>
  line.startsWith('Usage: ') || examples.includes(line.trim()) || /^\S+: .*\$\(/.test(line);

for (const columns of [40, 80]) {
  test(`no help is wider than a terminal of ${columns} columns`, () => {
    const examples = COMMANDS.flatMap((command) => command.examples);
    const ask = NAMES.map((name) => `"${process.execPath}" "${BIN}" ${name} --help`);
    const lines = runAtTerminal([...ask, `"${process.execPath}" "${BIN}" help exit-codes`].join('; '), {
      columns,
      rows: 24,
    }).split(/\r?\n/);
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
