import assert from 'node:assert/strict';
import { test } from 'node:test';
import { halfDone } from '../../../src/commands/backup/half-done.ts';
import { StoreError } from '../../../src/core/model/errors.ts';

const FULL = new StoreError(
  '/data/queue.db cannot grow: the disk is full (SQLITE_FULL).',
  'Free some space on that disk and run again; nothing is lost.',
  'half_done',
);

test('a restore that ends half-way says what is new, what is not, and where what was there is', () => {
  const { message, hint } = halfDone(FULL, '/data/before-restore-1.backup');
  assert.equal(
    message,
    '/data/queue.db cannot grow: the disk is full (SQLITE_FULL); so the dead letters are those of the backup, and the queue is not.',
  );
  assert.match(hint, /^Free some space on that disk and run again\. Until the same restore succeeds, let nothing run/);
  assert.match(hint, /What was there before is in \/data\/before-restore-1\.backup, and can be restored likewise\.$/);
});

test('where there was nothing before, no file is named', () => {
  assert.doesNotMatch(halfDone(FULL, undefined).hint, /before/);
});
