import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeProcessLock } from '../../../../src/queue/store/process-locks.ts';
import { edit, setup } from '../../../helpers/queue-world.ts';

test('a role that a living process has is not given to another one, who learns its pid', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const first = takeProcessLock(world.stores(), 'watch', 17);
  assert.ok(first.kind === 'ours');
  assert.deepEqual(takeProcessLock(world.stores(), 'watch', 18), { kind: 'taken', pid: 17 });
  // Who was turned away left nothing that looks alive: the first one has the role still.
  assert.deepEqual(takeProcessLock(world.stores(), 'watch', 19), { kind: 'taken', pid: 17 });
  const other = takeProcessLock(world.stores(), 'tasks', 20);
  assert.equal(other.kind, 'ours', 'the other role is free');
  first.release();
  if (other.kind === 'ours') other.release();
});

test('a role is free again once whoever had it has ended', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const first = takeProcessLock(world.stores(), 'watch', 17);
  assert.ok(first.kind === 'ours');
  first.release();
  const second = takeProcessLock(world.stores(), 'watch', 18);
  assert.ok(second.kind === 'ours');
  assert.deepEqual(takeProcessLock(world.stores(), 'watch', 19), { kind: 'taken', pid: 18 });
  second.release();
});
