import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeProcessLock } from '../../../../src/queue/store/process-locks.ts';
import { watchWork } from '../../../../src/queue/views/watch-work.ts';
import { claim, edits, LEASE_MS, NOW, setup } from '../../../helpers/queue-world.ts';

test('the drain of a watch is its work as long as it renews its leases', (t) => {
  const world = setup(t);
  world.enqueue(edits(3));
  assert.equal(watchWork(world.stores(), NOW), undefined);
  const drain = world.drain({ startedBy: 'watch' });
  assert.equal(watchWork(world.stores(), NOW), undefined, 'nothing is claimed');
  claim(drain);
  assert.equal(watchWork(world.stores(), NOW), 'drain');
  assert.equal(watchWork(world.stores(), NOW + LEASE_MS), undefined, 'it hangs');
  drain.renew(NOW + 2 * LEASE_MS);
  assert.equal(watchWork(world.stores(), NOW + LEASE_MS), 'drain');
});

test('a drain that a person, cron or a script started is no work of the watch', (t) => {
  for (const startedBy of ['person', 'cron', 'script'] as const) {
    const world = setup(t);
    world.enqueue(edits(1));
    claim(world.drain({ startedBy }));
    assert.equal(watchWork(world.stores(), NOW), undefined, startedBy);
  }
});

test('the drain of a watch that was killed is no work, though its leases still stand', async (t) => {
  const world = setup(t);
  world.enqueue(edits(1));
  const child = world.child({ do: 'hold', ifBusy: 'stand_down', limit: 1, now: NOW });
  await child.next();
  world.sql("UPDATE runs SET started_by = 'watch'");
  assert.equal(watchWork(world.stores(), NOW), 'drain');
  await child.kill();
  assert.equal(watchWork(world.stores(), NOW), undefined);
});

test('tasks of the plugin are work while a watch lives too', (t) => {
  const world = setup(t);
  world.enqueue(edits(1));
  const tasks = takeProcessLock(world.stores(), 'tasks', 17);
  assert.equal(watchWork(world.stores(), NOW), undefined, 'cron does them');
  const watch = takeProcessLock(world.stores(), 'watch', 17);
  assert.equal(watchWork(world.stores(), NOW), 'tasks');
  assert.ok(tasks.kind === 'ours' && watch.kind === 'ours');
  tasks.release();
  assert.equal(watchWork(world.stores(), NOW), undefined);
  watch.release();
});
