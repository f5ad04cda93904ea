/** What was typed as words, and words as they are typed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bashWords, zshWord } from '../../../src/command-line/completion/shell-text.ts';
import type { TypedWord } from '../../../src/command-line/completion/typed-words.ts';
import { typedWords } from '../../../src/command-line/completion/typed-words.ts';

const BREAKS = ' \t\n"\'@><=;|&(:';
const texts = (line: string): readonly string[] => typedWords(line).map(({ text }) => text);
const lastOf = (line: string): TypedWord => typedWords(line).at(-1) ?? assert.fail();

test('quotes and backslashes are read as a shell reads them, and nothing is expanded', () => {
  assert.deepEqual(texts('plexsync  stats'), ['plexsync', 'stats']);
  assert.deepEqual(texts('  plexsync stats '), ['plexsync', 'stats', '']);
  assert.deepEqual(texts(String.raw`a 'b c' "d \"e\" \x" f\ g ''`), ['a', 'b c', String.raw`d "e" \x`, 'f g', '']);
  assert.deepEqual(texts('a $(rm -r) `x`'), ['a', '$(rm', '-r)', '`x`']);
  assert.deepEqual(texts('a\nb\\'), ['a', 'b\\']);
  assert.deepEqual(texts('x 🚢\\ quay'), ['x', '🚢 quay']);
});

test('a redirection is no word, and where it leads is a file', () => {
  assert.deepEqual(texts('plexsync stats 2>/dev/null --json > out.json -v'), ['plexsync', 'stats', '--json', '-v']);
  for (const line of ['plexsync stats > ou', 'plexsync stats >ou', 'plexsync stats 2>>ou', 'plexsync stats &> ou'])
    assert.equal(lastOf(line).isTarget, true, line);
  assert.deepEqual(texts('a \\>b c'), ['a', '>b', 'c']);
});

const inBash = (line: string, word: string, type = '9'): string =>
  bashWords([{ word, help: '' }], { current: lastOf(line), breaks: BREAKS, type }).join();

test('bash gets what is behind its own parting signs, quoted as the word is', () => {
  assert.equal(inBash('x pro', 'process'), 'process');
  assert.equal(inBash('x --log-format=pl', '--log-format=plain'), 'plain');
  assert.equal(inBash('x Har', 'Harbour & Quay'), String.raw`Harbour\ \&\ Quay`);
  assert.equal(inBash(String.raw`x Harbour\ \&`, 'Harbour & Quay'), String.raw`Harbour\ \&\ Quay`);
  assert.equal(inBash('x "Harbour &', 'Harbour & "Quay"'), String.raw`Harbour & \"Quay\"`);
  assert.equal(inBash("x 'Har", "Harbour's $(x)"), String.raw`Harbour'\''s $(x)`);
  assert.equal(inBash('x Quay:', 'Quay: old'), String.raw`\ old`);
  assert.equal(inBash(String.raw`x Quay\:`, 'Quay: old'), String.raw`Quay:\ old`);
  assert.equal(inBash('x --plex-library="Ha', '--plex-library=Harbour Films'), 'Harbour Films');
  assert.equal(inBash('x Har', 'Hafen Öst'), String.raw`Hafen\ Öst`);
  assert.equal(inBash('x ', '$(touch x)`y`'), '\\$\\(touch\\ x\\)\\`y\\`');
});

test('bash shows meanings only where it lists several words', () => {
  const words = [
    { word: '12', help: 'Pier' },
    { word: '13', help: 'Quay '.repeat(30) },
  ];
  const shown = (type: string, some = words): readonly string[] =>
    bashWords(some, { current: lastOf('x '), breaks: BREAKS, type });
  for (const type of ['9', '63', '33', '64']) assert.deepEqual(shown(type)[0], '12  (Pier)');
  assert.ok((shown('9')[1] ?? '').length < 70);
  for (const type of ['37', '42', '']) assert.deepEqual(shown(type), ['12', '13']);
  assert.deepEqual(shown('9', words.slice(0, 1)), ['12']);
});

test('zsh gets a colon between a word and its meaning, and no other one unmarked', () => {
  assert.equal(zshWord({ word: String.raw`Quay: a\b`, help: 'x: y' }), String.raw`Quay\: a\\b:x: y`);
  assert.equal(zshWord({ word: 'bash', help: '' }), 'bash');
});
