import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fileName } from '../../../src/core/match/paths.ts';
import { UsageError } from '../../../src/core/model/errors.ts';
import { isAbsolutePath, parseFileArgument } from '../../../src/core/model/file-argument.ts';

test('a whole path is taken as it is, of any system', () => {
  for (const path of [
    '/data/a.mp4',
    'C:\\films\\a.mp4',
    'c:/films/a.mp4',
    '\\\\nas\\films\\a.mp4',
    '/data/..a',
    '/a b',
  ])
    assert.equal(parseFileArgument(path), path);
});

for (const [what, text, message] of [
  ['an empty path', '', /is empty/],
  ['a blank path', '  ', /is empty/],
  ['a relative path', 'films/a.mp4', /relative/],
  ['a path relative to a drive', 'C:a.mp4', /relative/],
  ['a path with a NUL', '/data/a\0.mp4', /NUL/],
  ['an address', 'https://plex/a.mp4', /address/],
  ['a file address', 'file:///data/a.mp4', /address/],
  ['a folder', '/data/films/', /folder/],
  ['a folder of Windows', 'C:\\films\\', /folder/],
  ['a server of the network', '\\\\nas', /share/],
  ['a share of the network', '\\\\nas\\films', /share/],
  ['the folder above', '/data/films/..', /folder/],
] as const) {
  test(`${what} is refused with an example`, () => {
    assert.throws(
      () => parseFileArgument(text),
      (thrown) => thrown instanceof UsageError && message.test(thrown.message) && thrown.hint !== undefined,
    );
  });
}

test('a refused text is named in one sentence, and any other is the whole path of a file', () => {
  const part = fc.constantFrom('/', '\\', 'C:', 'films', '.', '..', '\0', ' ', 'https:', 'a.mp4');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 7 }), (parts) => {
      const text = parts.join('');
      try {
        assert.equal(parseFileArgument(text), text);
        assert.ok(isAbsolutePath(text) && !text.includes('\0') && fileName(text) !== '');
      } catch (thrown) {
        assert.ok(thrown instanceof UsageError, String(thrown));
        assert.match(thrown.message, /^[^\n]+\.$/);
      }
    }),
  );
});
