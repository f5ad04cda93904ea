/** What a line means is the same, whether all is declared to the parser or only what the line names. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL, COMMANDS } from '../../../src/command-line/outlines/commands.ts';
import { GLOBAL_OPTIONS } from '../../../src/command-line/outlines/global-options.ts';
import { settingFlags } from '../../../src/command-line/outlines/setting-options.ts';
import type { OptionSpec } from '../../../src/command-line/outlines/spec.ts';
import type { Parsed, Reading } from '../../../src/command-line/program.ts';

// The build puts it in.
Object.assign(globalThis, { PLEXSYNC_VERSION: '0.0.0' });
const { createProgram } = await import('../../../src/command-line/program.ts');

function read(declared: Reading['declared'], argv: readonly string[]) {
  let parsed: Parsed | undefined;
  const found = (line: Parsed): void => {
    parsed = line;
  };
  createProgram(argv, { table: ALL, declared, found }).parse([...argv], { from: 'user' });
  assert.ok(parsed, `${argv.join(' ')} was not found`);
  const { command, invocation, options }: Parsed = parsed;
  const { given, ...others } = invocation;
  const names = (command.options ?? []).map(({ flags }) => /--([a-z-]+)/.exec(flags)?.[1] ?? '');
  const values = names.map((name) => [name, given.has(name), given.text(name), given.list(name)]);
  const globals = GLOBAL_OPTIONS.map(({ flags }) => /--(?:no-)?([a-z-]+)/.exec(flags)?.[1] ?? '').map((name) => {
    const key = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return [key, (options as Record<string, unknown>)[key]];
  });
  return { name: command.name, ...others, values, globals };
}

/** The words for one option, in each spelling that it has. */
function wordsFor({ flags }: OptionSpec): readonly (readonly string[])[] {
  const spellings = flags.replace(/ .*$/, '').includes(',') ? flags.split(', ') : [flags];
  const takesValue = flags.includes('<');
  return spellings.flatMap((spelling) => {
    const flag = spelling.split(' ')[0] ?? '';
    if (!takesValue) return [[flag]];
    return flag.startsWith('--') ? [[flag, '7'], [`${flag}=7`]] : [[flag, '7'], [`${flag}7`]];
  });
}

for (const command of COMMANDS) {
  const operands = (command.operands ?? []).filter(({ name }) => name.startsWith('<')).map(() => '4711');
  const own = [...(command.options ?? []), ...(command.settings ?? []).flatMap(settingFlags)];
  const line = (words: readonly string[]): readonly string[] => [...command.name.split(' '), ...operands, ...words];

  test(`${command.name} is read in the same way with each of its options`, () => {
    assert.deepEqual(read('typed', line([])), read('all', line([])));
    for (const words of [...own, ...GLOBAL_OPTIONS].flatMap(wordsFor))
      assert.deepEqual(read('typed', line(words)), read('all', line(words)), words.join(' '));
  });
}

test('a value with a dash stays a value, and what follows -- is no option', () => {
  for (const argv of [
    ['enqueue', '4711', '--title=--no-lock-fields'],
    ['enqueue', '4711', '--title', '--- Beacon'],
    ['enqueue', '4711', '--title', '-'],
    ['enqueue', '4711', '-d-q', '--config=-q'],
    ['config', 'set', 'plex_library', '--', '--config', '--json'],
    ['enqueue', '--', '--title'],
    ['process', '-s', '-v', '--limit', '-5'],
    ['process', '-s', '--log-format', 'plain'],
  ])
    assert.deepEqual(read('typed', argv), read('all', argv), argv.join(' '));
});

test('a line with the version in it is read with all declared, wherever that stands', () => {
  for (const flag of ['-V', '--version']) {
    const argv = ['enqueue', '4711', '--title', flag];
    const isRead = (declared: Reading['declared']): boolean => {
      let found = false;
      try {
        createProgram(argv, { table: ALL, declared, found: () => (found = true) }).parse(argv, { from: 'user' });
      } catch {
        return false;
      }
      return found;
    };
    assert.deepEqual([isRead('typed'), isRead('all')], [false, false], flag);
  }
});

test('an option is not taken for the value of the one before it, which would make a dry run real', () => {
  const isRead = (declared: Reading['declared'], argv: readonly string[]): boolean => {
    let parsed: Parsed | undefined;
    const found = (line: Parsed): void => {
      parsed = line;
    };
    try {
      createProgram(argv, { table: ALL, declared, found }).parse([...argv], { from: 'user' });
    } catch (thrown) {
      assert.match(String(thrown), /argument missing/, argv.join(' '));
    }
    return parsed !== undefined;
  };
  const takesValue = ({ flags }: OptionSpec): boolean => flags.includes('<');
  const { options = [] } = COMMANDS.find(({ name }) => name === 'enqueue') ?? {};
  const refused = [...GLOBAL_OPTIONS, ...options]
    .filter(takesValue)
    .flatMap(({ flags }) => flags.replace(/ <.*$/, '').split(', '))
    .flatMap((flag) => [
      ['enqueue', '2', flag, '--dry-run'],
      ['enqueue', '2', flag, '-q'],
      ['enqueue', '2', flag, '--config=a.json'],
      ['enqueue', flag, '--dry-run', '2'],
    ]);
  assert.ok(refused.length > 40);
  for (const argv of [...refused, ['enqueue', '2', '-qd', '--dry-run']])
    assert.deepEqual([isRead('typed', argv), isRead('all', argv)], [false, false], argv.join(' '));
  assert.equal(isRead('all', ['-d', '--quiet', 'enqueue', '2']), false);
});
