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

test('what follows -- is no option', () => {
  const argv = ['enqueue', '--', '--title'];
  assert.deepEqual(read('typed', argv), read('all', argv));
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
