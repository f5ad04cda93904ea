import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLeftCounter } from '../../../src/core/model/left-as-edited.ts';

test('each field of a scene that was left as edited in Plex counts once, whatever the reason', () => {
  const { note, count } = createLeftCounter();
  note(1, { field: 'title', reason: 'edited_in_plex' });
  note(1, { field: 'title', reason: 'edited_in_plex' });
  note(1, { field: 'userRating', reason: 'rated_in_plex' });
  note(2, { field: 'genre', reason: 'removed_in_plex' });
  assert.deepEqual(count(), { fields: 3, scenes: 2 });
});

test('what a setting or a limit leaves is no edit of a person', () => {
  const { note, count } = createLeftCounter();
  note(1, { field: 'title', reason: 'preserved' });
  note(2, { field: 'summary', reason: 'too_long' });
  for (const reason of ['locked_in_plex', 'uploaded_in_plex', 'overlay'] as const) note(3, { field: 'thumb', reason });
  assert.deepEqual(count(), { fields: 0, scenes: 0 });
});
