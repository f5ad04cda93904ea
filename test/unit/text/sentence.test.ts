import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  asName,
  asPath,
  foreign,
  listed,
  mapOutside,
  ours,
  plainText,
  say,
  withoutStop,
} from '../../../src/core/text/sentence.ts';
import { shellPaths, shellWord } from '../../../src/core/text/shell-word.ts';

test('a sentence keeps apart what came from outside, also from a sentence within it', () => {
  const inner = say`${1} of ${asName('Films')}`;
  const said = say`It saw ${inner}: ${listed([asPath('/a'), foreign('b')])}${''}.`;
  assert.equal(plainText(said), 'It saw 1 of Films: /a, b.');
  assert.equal(plainText(mapOutside(said, () => '#')), 'It saw 1 of #: #, #.');
});

test('a text that may be anybody’s cannot be put into a sentence unnamed', () => {
  const text = String(process.pid);
  // @ts-expect-error A bare string says nothing of what it is.
  assert.equal(plainText(say`pid ${text}`), `pid ${text}`);
  // @ts-expect-error Nor does one that is built of others.
  assert.equal(plainText(say`pid ${text + text}`), `pid ${text}${text}`);
  assert.equal(plainText(say`pid ${ours(text)}`), `pid ${text}`);
});

test('a full stop at the end goes, but for one that is part of a name', () => {
  const ends = [say`It ended.`, say`It said ${foreign('no.')}`, say`See ${asName('Co.')}`, say``];
  assert.deepEqual(ends.map(withoutStop).map(plainText), ['It ended', 'It said no', 'See Co.', '']);
});

test('paths for a shell read as one shell word, whose quotes are no part of a path', () => {
  const path = fc.string({ unit: fc.constantFrom('a', '/', ' ', "'", '$', 'ä'), minLength: 1 });
  fc.assert(
    fc.property(path, path, (from, to) => {
      const words = shellPaths([from, to]);
      assert.equal(plainText(words), shellWord(`${from}=${to}`));
      assert.match(plainText(mapOutside(words, () => '#')), /^(#=#|'#=#')$/);
    }),
  );
});
