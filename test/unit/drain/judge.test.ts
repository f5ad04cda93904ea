import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ended } from '../../../src/core/drain/ports/endings.ts';
import { giveBackFailed } from '../../../src/core/drain/steps/judge.ts';
import { SyncError } from '../../../src/core/model/errors.ts';
import { ours } from '../../../src/core/text/sentence.ts';

const job = { id: 1, sceneId: 1 } as Ended['job'];

test('of a batch that a stop gives back, a scene that is gone from Stash stays gone', () => {
  const gone: Ended = { job, outcome: { kind: 'gone' } };
  const failed: Ended = { job, outcome: { kind: 'failed', error: new SyncError('low_confidence', ours('no proof')) } };
  assert.deepEqual(
    giveBackFailed([gone, failed]).map(({ outcome }) => outcome.kind),
    ['gone', 'given_back'],
  );
});
