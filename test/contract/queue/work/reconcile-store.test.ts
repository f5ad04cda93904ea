/** What reconcile remembers of scenes that are as they were written. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { openReconcileStore } from '../../../../src/queue/work/reconcile-store.ts';
import { claimOne, edit, RECORD, settle, setup } from '../../../helpers/queue-world.ts';

const AT = '2026-05-01T10:00:00Z';

/** A scene that was written as Stash had it, by a plexsync that remembered this of its content. */
function setupWritten(t: TestContext, contentHash?: string) {
  const world = setup(t);
  world.enqueue([edit(7, { path: '/harbour/7.mp4' })]);
  const drain = world.drain();
  const notes = { sectionTitle: 'Harbour', left: [], stashUpdatedAt: AT, contentHash };
  settle(drain, claimOne(drain), { kind: 'complete', change: 'updated', record: RECORD, notes });
  const store = openReconcileStore(world.stores());
  const known = (): unknown => world.sql('SELECT stash_content FROM scenes')[0]?.['stash_content'];
  return { store, known };
}

test('a job is under way while it is worked on, unless its scene is forgotten meanwhile', (t) => {
  const world = setup(t);
  world.enqueue([edit(7), edit(8), edit(9)]);
  const store = openReconcileStore(world.stores());
  world.sql(
    `UPDATE jobs SET state = 'in_progress', lease_owner = 'pier', lease_expires_at = 9e12, forgotten = scene_id = 8 WHERE scene_id < 9`,
  );
  assert.deepEqual([...store.underWay([7, 8, 9, 10])], [7]);
  assert.deepEqual([...store.waiting([7, 8, 9, 10])], [9]);
});

const NOTE = { sceneId: 7, updatedAt: AT, before: undefined, contentHash: '1:b' };

test('a content is remembered where none was', (t) => {
  const { store, known } = setupWritten(t);
  store.noteContents([NOTE]);
  assert.equal(known(), '1:b');
  assert.equal(store.records([7]).get(7)?.contentHash, '1:b');
});

test('a content of an older version is replaced', (t) => {
  const { store, known } = setupWritten(t, '0:a');
  store.noteContents([{ ...NOTE, before: '0:a' }]);
  assert.equal(known(), '1:b');
});

test('a scene that was written since it was looked at keeps what that write remembered', (t) => {
  const { store, known } = setupWritten(t, '1:new');
  store.noteContents([NOTE]);
  assert.equal(known(), '1:new');
});

test('nor is a content remembered that belongs to another time', (t) => {
  const { store, known } = setupWritten(t);
  store.noteContents([{ ...NOTE, updatedAt: '2026-05-02T10:00:00Z' }]);
  assert.equal(known(), null);
});
