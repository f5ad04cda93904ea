import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceOf, releasedError } from '../../../src/commands/diff/difference.ts';
import type { WorkerEvent } from '../../../src/core/drain/ports/events.ts';
import { plainText, say } from '../../../src/core/text/sentence.ts';

type Reason = Extract<WorkerEvent, { kind: 'would_not_write' }>['reason'];

const ended = (reason: Reason): WorkerEvent => {
  return { kind: 'would_not_write', jobId: 1, sceneId: 7, reason, message: say`a reason`, planned: undefined };
};
const verdictOf = (reason: Reason, undone: 'stays' | 'edited_since' | 'no'): string | undefined =>
  differenceOf([ended(reason)], undone)?.verdict;

test('an undone scene that would be written is left, and one that is right or fails is so anyway', () => {
  assert.equal(verdictOf('removals', 'stays'), 'undone');
  assert.equal(verdictOf('removals', 'edited_since'), 'hold');
  assert.equal(verdictOf('unchanged', 'stays'), 'right');
  assert.equal(verdictOf('failure', 'stays'), 'fail');
});

test('where there is nothing to write a difference says that nothing was compared, and why', () => {
  const notesOf = (reason: Reason) => differenceOf([ended(reason)], 'no')?.notes.map(plainText);
  assert.equal(verdictOf('nothing_given', 'no'), 'right');
  assert.deepEqual(notesOf('nothing_given'), ['Nothing was compared: nothing is given but its file.']);
  assert.deepEqual(notesOf('all_left_out'), ['Nothing was compared: the settings leave out all that is given.']);
  assert.deepEqual(notesOf('unchanged'), []);
});

test('a job that was not looked at to the end has no verdict, and the reason is that of an outage', () => {
  assert.equal(releasedError([ended('released')])?.code, 'plex_unavailable');
  assert.equal(releasedError([ended('failure')]), undefined);
  assert.equal(differenceOf([], 'no'), undefined);
  assert.equal(differenceOf([ended('released')], 'no'), undefined);
});
