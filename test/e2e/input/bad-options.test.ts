/** Every option of every command with what it cannot take, out of the descriptions that the parser itself works by. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { COMMANDS } from '../../../src/command-line/outlines/commands.ts';
import { GLOBAL_OPTIONS } from '../../../src/command-line/outlines/global-options.ts';
import { settingFlags } from '../../../src/command-line/outlines/setting-options.ts';
import type { CommandSpec, OptionSpec } from '../../../src/command-line/outlines/spec.ts';
import type { Setting } from '../../../src/settings/setting.ts';
import type { SettingName } from '../../../src/settings/table.ts';
import { flagOf, SETTING_NAMES, SETTINGS } from '../../../src/settings/table.ts';
import { runMain } from '../../helpers/run-main.ts';
import { scratchDir } from '../../helpers/scratch.ts';
import { wrongValues } from '../../helpers/wrong-values.ts';

const dir = scratchDir({ after }, 'options');
const env = { PLEXSYNC_DATA_DIR: join(dir, 'data') };
await runMain(['enqueue', '1', '--path', '/harbour/1.mp4', '--title', 'Lantern Row'], { env });

/** What an option cannot take, by what stands for its value in the help: of the wrong type, and out of range. */
const WRONG: Readonly<Record<string, readonly string[]>> = {
  '<n>': ['many', '-1', '1.5', '99999999999999999999'],
  '<0-100>': ['good', '101', '50.5'],
  '<bytes>': ['big', '-1', '99999999999999999999'],
  '<duration>': ['soon', '-5m'],
  '<time>': ['long', '-1', '1:75', '1:60:00', '0'],
  '<when>': ['yesterday', '2026-02-31'],
  '<date>': ['yesterday', '2026-13-40'],
  '<id>': ['pier', '0', '99999999999999999999'],
  '<state>': ['asleep'],
  '<type>': ['PlexNotFoud'],
  '<format>': ['colourful'],
  '<what>': ['runit'],
  '<fields>': ['titel', 'title,', 'x', '4711'],
  // Any text may be a path, a title or a name; that a file must be there is a matter of the command.
  '<file>': [],
  '<file|url>': [],
  '<dir>': [],
  '<folder>': [],
  '<path>': [],
  '<text>': [],
  '<name>': [],
};

/** Further, where one option has a range of its own. */
const OUT_OF_RANGE: Readonly<Record<string, readonly string[]>> = {
  'process --limit': ['0'],
  'process --max-time': ['0'],
  'stats --interval': ['0.01s', '25d'],
  'stats --max-age': ['0', '3651d'],
  'stats --max-outage': ['0', '3651d'],
  'stats --max-silence': ['0', '3651d'],
  'queue list --limit': ['0'],
};

/** What else must be on the line before an option means anything. */
const GOES_WITH: Readonly<Record<string, readonly string[]>> = {
  enqueue: ['7'],
  'match-test': ['/harbour/1.mp4'],
  diff: ['7'],
  'plugin install --spool-as': ['--plugins-dir', '.'],
  'status --wait': ['1'],
  'stats --max-dead': ['--check'],
  'stats --max-age': ['--check'],
  'stats --max-outage': ['--check'],
  'stats --max-silence': ['--check'],
  'stats --interval': ['--watch'],
  // It names all scenes, and goes with no id.
  'enqueue --file': [],
};

type Line = {
  readonly flag: string;
  readonly args: readonly string[];
  readonly secret?: string;
  readonly says?: RegExp;
};

const placeholderOf = ({ flags }: OptionSpec): string | undefined => /<.*>$/.exec(flags)?.[0];
const flagIn = ({ flags }: OptionSpec): string => /--[a-z-]+/.exec(flags)?.[0] ?? flags;
const takesEmpty = ({ help }: OptionSpec): boolean => /empty/.test(help);

function wrongLines({ name }: CommandSpec, option: OptionSpec): readonly Line[] {
  const flag = flagIn(option);
  const wrong = WRONG[placeholderOf(option) ?? ''];
  assert.ok(wrong, `${name} ${option.flags}: what it cannot take is not in the table`);
  const start = [...name.split(' '), ...(GOES_WITH[`${name} ${flag}`] ?? GOES_WITH[name] ?? [])];
  const values = [...(takesEmpty(option) ? [] : ['']), ...wrong, ...(OUT_OF_RANGE[`${name} ${flag}`] ?? [])];
  const twice = option.repeatable ? [] : [{ flag, args: [...start, flag, '1', flag, '1'] }];
  return [
    ...values.map((value) => ({ flag, args: [...start, flag, value] })),
    ...twice,
    { flag, args: [...start, flag] },
  ];
}

function settingLines(name: SettingName): readonly Line[] {
  const { type, value, repeatable, secret }: Setting = SETTINGS[name];
  if (type.kind === 'switch' && value === undefined) return [];
  const flag = `--${flagOf(name)}`;
  const lines = ['', ...wrongValues(type)].map((text) => ({
    flag,
    args: ['process', flag, text],
    ...(secret && text !== '' ? { secret: text } : {}),
  }));
  const token = 'lantern-secret';
  const twice = { flag, args: ['process', flag, token, flag, token], secret: token };
  return [...lines, ...(repeatable ? [] : [twice]), { flag, args: ['process', flag] }];
}

/** Runs `check` on all of them; the failures together, since one cause has many. */
async function checkAll<T>(all: readonly T[], check: (one: T) => Promise<string | undefined>): Promise<void> {
  const faults: string[] = [];
  for (const one of all) {
    const fault = await check(one);
    if (fault !== undefined) faults.push(fault);
  }
  assert.deepEqual(faults, []);
}

/** What is wrong with the refusal of this line: exit code 2, one sentence that names the option, one hint at most. */
async function faultOf({ flag, args, secret, says = /./ }: Line): Promise<string | undefined> {
  const { code, stdout, stderr } = await runMain(args, { env });
  const lines = stderr.trimEnd().split('\n');
  const [sentence = ''] = lines;
  // A setting is named as the config file has it, and its flag where the value came from.
  const isNamed = new RegExp(`${flag}(?![a-z-])`).test(sentence);
  const isRefused =
    code === 2 &&
    stdout === '' &&
    isNamed &&
    says.test(sentence) &&
    /^plexsync: .*[^.]\.?$/.test(sentence) &&
    lines.length <= 2 &&
    !/^ *at |Error:|undefined|NaN|\[object/m.test(stderr) &&
    !/lantern-secret/.test(stderr) &&
    (secret === undefined || !stderr.includes(secret));
  return isRefused ? undefined : `${JSON.stringify(args)} → ${code} ${stdout}${stderr}`;
}

test('every option of every command refuses what it cannot take, in one sentence that names it', async () => {
  const lines = COMMANDS.flatMap((command) =>
    (command.options ?? []).filter(placeholderOf).flatMap((option) => wrongLines(command, option)),
  );
  assert.ok(lines.length > 150);
  await checkAll(lines, faultOf);
});

test('every global option refuses what it cannot take', async () => {
  const show = COMMANDS.find(({ name }) => name === 'config show');
  assert.ok(show !== undefined);
  await checkAll(
    GLOBAL_OPTIONS.filter(placeholderOf).flatMap((option) => wrongLines(show, option)),
    faultOf,
  );
});

test('every setting with a value refuses as a flag what it cannot take, and no secret is repeated', async () => {
  await checkAll(SETTING_NAMES.flatMap(settingLines), faultOf);
});

test('an option whose help says what empty does takes it', async () => {
  const lines = COMMANDS.flatMap((command) =>
    (command.options ?? [])
      .filter(placeholderOf)
      .filter(takesEmpty)
      .map((option) => [...command.name.split(' '), ...(GOES_WITH[command.name] ?? []), flagIn(option), '']),
  );
  assert.ok(lines.length > 5);
  await checkAll(lines, async (args) => {
    const { code, stderr } = await runMain(args, { env });
    return code === 0 ? undefined : `${JSON.stringify(args)} → ${code} ${stderr}`;
  });
});

test('an option that goes with another one says so', async () => {
  const bounds = ['max-dead', 'max-age', 'max-outage', 'max-silence'].map((name) => `--${name}`);
  await checkAll(
    [
      ...bounds.map((flag) => ({ flag, args: ['stats', flag, '1'], says: /goes with --check\.$/ })),
      { flag: '--interval', args: ['stats', '--interval', '5s'], says: /goes with --watch\.$/ },
    ],
    faultOf,
  );
});

test('an option that would be the value of another one is not lost', async () => {
  const { code, stderr, stdout } = await runMain(['enqueue', '2', '--title', 'x', '--config', '--dry-run'], { env });
  assert.deepEqual([code, stdout], [2, '']);
  assert.equal(
    stderr,
    'plexsync: --config needs a value.\n  The word after it begins with a dash: a value that does is given as --config=VALUE.\n',
  );
});

test('a switch refuses a value and says that it takes none', async () => {
  const switches = new Map(
    COMMANDS.flatMap((command) =>
      [...(command.options ?? []), ...(command.name === 'process' ? SETTING_NAMES.flatMap(settingFlags) : [])].flatMap(
        (option) =>
          placeholderOf(option) === undefined && !/\[.*\]$/.test(option.flags)
            ? [[flagIn(option), command.name] as const]
            : [],
      ),
    ),
  );
  const lines = [...switches].map(([flag, command]) => ({
    flag,
    args: [...command.split(' '), `${flag}=yes`],
    says: /takes no value/,
  }));
  await checkAll(lines, faultOf);
});
