/** Options of a command that stand before it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionsBehind } from '../../../src/command-line/options-first.ts';
import { COMMANDS } from '../../../src/command-line/outlines/commands.ts';
import { GLOBAL_OPTIONS } from '../../../src/command-line/outlines/global-options.ts';
import { settingFlags } from '../../../src/command-line/outlines/setting-options.ts';
import type { CommandSpec } from '../../../src/command-line/outlines/spec.ts';
import type { OptionWord } from '../../../src/command-line/read-words.ts';
import { toOptionWord } from '../../../src/command-line/read-words.ts';
import { UsageError } from '../../../src/core/model/errors.ts';

const optionsOf = ({ options = [], settings = [] }: CommandSpec): readonly OptionWord[] =>
  [...options, ...settings.flatMap(settingFlags)].map(toOptionWord);

const behind = (line: string): string => optionsBehind(line.split(' ')).join(' ');

function spellingsOf({ long, short, takes }: OptionWord): readonly (readonly string[])[] {
  const names = short === undefined ? [long] : [long, short];
  return takes === 'nothing' ? names.map((name) => [name]) : [...names.map((name) => [name, 'x']), [`${long}=x`]];
}

test('every option of every command may stand before it, or amid its name, in each of its spellings', () => {
  for (const command of COMMANDS)
    for (const words of optionsOf(command).flatMap(spellingsOf)) {
      const name = command.name.split(' ');
      assert.deepEqual(optionsBehind([...words, ...name, '7']), [...name, ...words, '7']);
      assert.deepEqual(optionsBehind([name[0] ?? '', ...words, ...name.slice(1)]), [...name, ...words]);
    }
});

test('an option takes a value in every command or in none, and a letter stands for one option', () => {
  const all = [...COMMANDS.flatMap(optionsOf), ...GLOBAL_OPTIONS.map(toOptionWord)];
  for (const [long, same] of Map.groupBy(all, (option) => option.long))
    assert.equal(new Set(same.map(({ takes }) => takes !== 'nothing')).size, 1, long);
  for (const [short, same] of Map.groupBy(all, (option) => option.short))
    if (short !== undefined) assert.equal(new Set(same.map(({ long }) => long)).size, 1, short);
});

test('what every command takes stays where it is, and a line that needs no change is none', () => {
  for (const line of ['--json stats', '-d /data -v process --limit 3', 'runs --limit 3 show 2', '--version', 'stats'])
    assert.equal(behind(line), line);
  assert.equal(behind('-d /data --limit 3 -q process -v'), '-d /data -q process --limit 3 -v');
  assert.equal(behind('-vy queue -s drop'), '-v queue drop -y -s');
});

test('a value is no command, and of an option whose value may be left out a command is no value', () => {
  assert.equal(behind('--studio process enqueue 5'), 'enqueue --studio process 5');
  assert.equal(behind('--recent 12h enqueue'), 'enqueue --recent 12h');
  assert.equal(behind('--reassert enqueue 12'), 'enqueue --reassert=all 12');
  assert.equal(behind('--reassert -y enqueue 12'), 'enqueue --reassert=all -y 12');
});

test('an option that nobody knows, or a command, is left for the parser to name', () => {
  assert.equal(behind('--plex-urll U process'), 'process --plex-urll U');
  assert.equal(behind('--plex-url U proces'), 'proces --plex-url U');
  assert.equal(behind('queue --state due lst'), 'queue lst --state due');
  for (const line of ['--bogus', '--bogus foo', '--plex-url U --help', '-y -V']) assert.equal(behind(line), line);
  assert.equal(behind('--plex-url U help process'), 'help process');
});

test('options of a command without one are told so', () => {
  const told = (line: string, message: string, hint: string): void =>
    assert.throws(() => behind(line), new UsageError(message, hint));
  told('--plex-url U', '--plex-url belongs to a command, and none is given.', 'plexsync --help shows what there is.');
  told(
    'queue -y',
    '--yes belongs to a command, and none of queue is given.',
    'plexsync queue --help shows what there is.',
  );
  told(
    '--limit process',
    '--limit belongs to a command, and none is given.',
    'The word after --limit is its value: give it one before process.',
  );
});
