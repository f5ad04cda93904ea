/** An option is not taken for the value of the one before it: a dry run would be real. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionWithoutValue } from '../../../src/command-line/missing-value.ts';
import { ALL, COMMANDS } from '../../../src/command-line/outlines/commands.ts';
import { FREQUENT } from '../../../src/command-line/outlines/frequent.ts';
import { GLOBAL_OPTIONS } from '../../../src/command-line/outlines/global-options.ts';
import { settingFlags } from '../../../src/command-line/outlines/setting-options.ts';

// The build puts it in.
Object.assign(globalThis, { PLEXSYNC_VERSION: '0.0.0' });
const { parseTyped } = await import('../../../src/command-line/parse.ts');

const missing = (...argv: readonly string[]): string | undefined => optionWithoutValue(argv, ALL)?.long;

for (const { name, options = [], settings = [] } of COMMANDS)
  test(`each option of ${name} that takes a value is told to need one before an option`, () => {
    const taking = [...options, ...settings.flatMap(settingFlags), ...GLOBAL_OPTIONS].filter(({ flags }) =>
      flags.includes('<'),
    );
    const words = name.split(' ');
    for (const flag of taking.flatMap(({ flags }) => flags.replace(/ <.*$/, '').split(', ')))
      for (const next of ['--dry-run', '--config=a.json', '-q', '-qv', '-h', '-V', '--version', '--'])
        assert.ok(missing(...words, flag, next, 'x') !== undefined, `${name} ${flag} ${next}`);
  });

test('it is told of short options in one word, before the command, and before another mistake', () => {
  assert.equal(missing('enqueue', '2', '-qd', '--dry-run'), '--data-dir');
  assert.equal(missing('-d', '--dry-run', 'enqueue', '2'), '--data-dir');
  assert.equal(missing('process', '--config', '--limit', '5'), '--config');
  assert.equal(missing('enqueue', '2', '--title', 'x', '--tag', '--'), '--tag');
});

test('a value with a dash is a value where no option is spelled so', () => {
  for (const value of ['-5', '-', '-x', '-nsfw', '--- Beacon', '--a=b c', '--a story', '-?'])
    assert.equal(missing('enqueue', '2', '--title', value), undefined, value);
  assert.equal(missing('enqueue', '2', '--title=--dry-run'), undefined);
  assert.equal(missing('enqueue', '2', '-d-q', '-v', '-q'), undefined);
  assert.equal(missing('enqueue', '2', '--dry-run', '-q'), undefined);
  assert.equal(missing('config', 'set', 'plex_library', '--', '--config', '--json'), undefined);
});

test('a line in doubt is none that is read without all commands known', () => {
  assert.equal(parseTyped(['enqueue', '2', '--title', 'x', '--config', '--dry-run'], FREQUENT), undefined);
  assert.notEqual(parseTyped(['enqueue', '2', '--title', '-x', '--config', 'a.json'], FREQUENT), undefined);
});
