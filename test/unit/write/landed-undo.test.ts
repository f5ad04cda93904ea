import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change } from '../../../src/core/model/journal.ts';
import { NOTHING_WRITTEN } from '../../../src/core/model/scene-record.ts';
import { landedUndo } from '../../../src/core/write/journal-changes.ts';

const TITLE: Change = { kind: 'field', field: 'title', before: 'Beacon', after: 'one', locked: true, unlocked: true };
const TAGS: Change = { kind: 'list', field: 'genre', before: [], add: ['Sea'], remove: ['Night'], locked: false };
const LOCK: Change = { kind: 'lock', field: 'summary', locked: true, unlocked: true };

const OURS = { ...NOTHING_WRITTEN, fields: { title: { sent: 'Beacon', kept: 'Beacon' } } };

test('what stands there as we had written it was not undone, nor a lock that goes with it', () => {
  assert.deepEqual(landedUndo([TITLE, LOCK], { written: OURS }), []);
  assert.deepEqual(landedUndo([TITLE, LOCK], { written: NOTHING_WRITTEN }), [TITLE, LOCK]);
  assert.deepEqual(landedUndo([LOCK], { written: OURS }), [LOCK]);
  const respelt = { ...NOTHING_WRITTEN, fields: { title: { sent: 'beacon', kept: 'Beacon' } } };
  assert.deepEqual(landedUndo([TITLE], { written: respelt }), []);
});

test('of names what was put back or taken out is what the item shows', () => {
  const outcome = (genre: readonly string[]) => ({
    written: NOTHING_WRITTEN,
    names: { genre, collection: [], actor: [] },
  });
  assert.deepEqual(landedUndo([TAGS], outcome(['Night'])), []);
  assert.deepEqual(landedUndo([TAGS], outcome(['sea'])), [TAGS]);
  assert.deepEqual(landedUndo([TAGS], outcome([])), [{ ...TAGS, add: [] }]);
  assert.deepEqual(landedUndo([TAGS], { written: NOTHING_WRITTEN }), [TAGS]);
});
