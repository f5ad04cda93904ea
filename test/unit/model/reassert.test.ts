import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UsageError } from '../../../src/core/model/errors.ts';
import {
  isTakenBack,
  PLEX_NAMES,
  parseReassert,
  REASSERT_FIELDS,
  reassertWords,
  unionOf,
} from '../../../src/core/model/reassert.ts';

const someFields = fc.option(fc.subarray([...REASSERT_FIELDS]), { nil: undefined });

test('names are taken in any case and order, and as Plex and the scene JSON have them', () => {
  assert.deepEqual(parseReassert('Tags, title'), ['title', 'tags']);
  assert.deepEqual(parseReassert('summary,rating100,genres,actors'), ['details', 'rating', 'performers', 'tags']);
  assert.deepEqual(parseReassert('ALL'), REASSERT_FIELDS);
});

test('an unknown name is refused with the nearest known one, and a scene id with where it goes', () => {
  const complaint = (text: string): string => {
    try {
      parseReassert(text);
    } catch (thrown) {
      assert.ok(thrown instanceof UsageError);
      return `${thrown.message} ${thrown.hint}`;
    }
    throw new Error(`${text} was taken`);
  };
  assert.match(complaint('tag,titel'), /no field "tag"; did you mean tags\?/);
  assert.match(complaint('title,preformers'), /did you mean performers\?/);
  assert.match(complaint('x'), /no field "x"\. Give some of title, details/);
  assert.match(complaint(''), /no field ""\./);
  assert.match(complaint('title,'), /no field ""\./);
  assert.match(complaint('123'), /looks like a scene id.*enqueue 123 --reassert/);
});

test('every field has a name in Plex of its own', () => {
  assert.equal(new Set(Object.values(PLEX_NAMES)).size, REASSERT_FIELDS.length);
});

test('what either wants back is wanted of both, in one order', () => {
  fc.assert(
    fc.property(someFields, someFields, (one, other) => {
      const both = unionOf(one, other);
      assert.deepEqual(both, unionOf(other, one));
      assert.deepEqual(unionOf(both, one), both);
      for (const fields of [one, other]) assert.ok(isTakenBack(fields, both));
      assert.equal(both === undefined, one === undefined && other === undefined);
      for (const field of both ?? []) assert.ok(one?.includes(field) || other?.includes(field));
    }),
  );
});

test('fields are worded for a question', () => {
  assert.equal(reassertWords(['title']), 'the title');
  assert.equal(reassertWords(['title', 'details', 'tags']), 'the title, the summary and the tags');
  assert.equal(reassertWords(REASSERT_FIELDS), 'every field');
});
