/** A change of the config file touches nothing but the key it is about. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { changedText } from '../../../src/settings/config-file.ts';

test('a new key is indented as the others are, and its line ends as theirs do', () => {
  for (const [before, after] of [
    ['{\n    "max_tags": 60\n}\n', '{\n    "max_tags": 60,\n    "concurrency": 1\n}\n'],
    ['{\n\t"max_tags": 60\n}\n', '{\n\t"max_tags": 60,\n\t"concurrency": 1\n}\n'],
    ['{\r\n  "max_tags": 60\r\n}\r\n', '{\r\n  "max_tags": 60,\r\n  "concurrency": 1\r\n}\r\n'],
    ['{}\n', '{\n  "concurrency": 1\n}\n'],
  ] as const)
    assert.equal(changedText(before, [{ key: 'concurrency', value: 1 }]), after);
});

test('a key that stands there several times is changed as the one that counts, and stands there once', () => {
  const text = '{"max_tags": 60, "concurrency": 1, "max_tags": 70, "max_tags": 80}';
  assert.equal(changedText(text, [{ key: 'max_tags', value: 90 }]), '{"concurrency": 1, "max_tags": 90}');
  assert.deepEqual(JSON.parse(changedText(text, [{ key: 'max_tags', value: undefined }])), { concurrency: 1 });
});

test('whatever a file holds, the other keys keep their values and their order', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue());
  const indent = fc.constantFrom(undefined, 2, 4, '\t');
  fc.assert(
    fc.property(
      object,
      fc.string(),
      fc.option(fc.jsonValue(), { nil: undefined }),
      indent,
      (before, key, value, gap) => {
        const text = JSON.stringify(before, null, gap);
        const after = JSON.parse(changedText(text, [{ key, value }])) as Record<string, unknown>;
        const own = JSON.parse(text) as Record<string, unknown>;
        const others = Object.keys(own).filter((name) => name !== key);
        assert.deepEqual(
          Object.keys(after).filter((name) => name !== key),
          others,
        );
        for (const name of others) assert.deepEqual(after[name], own[name]);
        assert.equal(Object.hasOwn(after, key), value !== undefined);
      },
    ),
  );
});
