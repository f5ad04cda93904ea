/** The queue as a preview sees it, over real files that are open for reading alone. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { createPreviewQueue } from '../../../../src/core/drain/preview-queue.ts';
import type { Settlement } from '../../../../src/core/model/job.ts';
import { openPreviewStores } from '../../../../src/queue/store/preview-stores.ts';
import { openPreviewReads } from '../../../../src/queue/work/preview-queue.ts';
import {
  COMPLETE,
  claimOne,
  edits,
  LEASE_MS,
  NOW,
  RECORD,
  sceneIds,
  settle,
  setup,
} from '../../../helpers/queue-world.ts';

type World = ReturnType<typeof setup>;

function preview(t: TestContext, world: World) {
  world.close();
  const stores = openPreviewStores(world.dir);
  t.after(() => stores.close());
  const reads = openPreviewReads(stores, 'not_asked');
  const queue = createPreviewQueue(reads);
  const claim = (limit: number) => queue.claim({ now: NOW, limit, leaseMs: LEASE_MS }).jobs;
  return { stores, reads, queue, claim };
}

test('a preview is given each due job once, in the order of a run, and one that waits its turn again', (t) => {
  const world = setup(t);
  world.enqueue(edits(3), { priority: 'bulk' });
  world.enqueue([{ sceneId: 9, bare: false, data: { path: '/harbour/9.mp4', title: 'Mole' } }]);
  world.enqueue([{ sceneId: 8, bare: false, data: { path: '/harbour/8.mp4', title: 'Later' } }], { now: NOW + 60_000 });
  const { queue, claim } = preview(t, world);
  const first = claim(2);
  assert.deepEqual(sceneIds(first).toSorted(), [1, 9], 'hand edits go before bulk');
  const [job] = first;
  assert.ok(job !== undefined);
  queue.settle([{ job, settlement: { kind: 'defer' } }], NOW);
  assert.deepEqual(sceneIds(claim(2)).toSorted(), [job.sceneId, 2].toSorted());
  assert.deepEqual([sceneIds(claim(10)), sceneIds(claim(10))], [[3], []]);
});

test('a preview alone sees what it would have written', (t) => {
  const world = setup(t);
  world.enqueue(edits(2));
  const drain = world.drain();
  settle(drain, claimOne(drain), COMPLETE);
  const { queue, reads, claim } = preview(t, world);
  assert.deepEqual([queue.sceneOf('501'), queue.hasRecords()], [1, true]);
  const [job] = claim(1);
  assert.ok(job !== undefined);
  const taken: Settlement = { ...COMPLETE, record: { ...RECORD, scenePath: '/harbour/2.mp4' } } as Settlement;
  queue.settle([{ job, settlement: taken }], NOW);
  assert.deepEqual([queue.sceneOf('501'), queue.record(2)?.scenePath], [2, '/harbour/2.mp4']);
  assert.deepEqual([queue.record(1)?.ratingKey, queue.record(1)?.scenePath], ['', '/harbour/1.mp4']);
  assert.deepEqual([reads.sceneOf('501'), reads.record(2)], [1, undefined]);
  queue.settle([{ job, settlement: { kind: 'gone' } }], NOW);
  assert.deepEqual([queue.record(2), queue.sceneOf('501')], [undefined, undefined]);
});

test('a preview that adopts another server knows of no item and no pin, and the directory of all', (t) => {
  const world = setup(t);
  world.enqueue(edits(1));
  const drain = world.drain();
  settle(drain, claimOne(drain), COMPLETE);
  world.sql(`INSERT INTO pins VALUES (4, '504', '1', 'Mole', '/harbour/4.mp4', ${NOW})`);
  world.sql(`INSERT INTO undone VALUES (5, NULL, 1, ${NOW})`);
  world.sql(`INSERT INTO undone_elsewhere VALUES ('another', 6, '1:then', 2, ${NOW}), ('a third', 7, NULL, 3, ${NOW})`);
  const { queue, reads } = preview(t, world);
  assert.deepEqual([queue.pin(4)?.ratingKey, queue.pinnedTo('504')], ['504', [4]]);
  const undone = () => [5, 6, 7].map((sceneId) => queue.undone(sceneId) !== undefined);
  assert.deepEqual(undone(), [true, false, false]);
  queue.adopt({ machineIdentifier: 'another', sectionUuids: [] });
  assert.deepEqual([queue.record(1)?.ratingKey, queue.record(1)?.scenePath], ['', '/harbour/1.mp4']);
  assert.deepEqual(
    [queue.sceneOf('501'), queue.pin(4), queue.pinnedTo('504'), queue.hasRecords()],
    [undefined, undefined, [], false],
  );
  assert.equal(queue.binding()?.machineIdentifier, 'another');
  assert.deepEqual(undone(), [false, true, false]);
  assert.deepEqual([reads.sceneOf('501'), reads.pin(4)?.ratingKey, reads.binding()], [1, '504', undefined]);
});

test('a preview reads all as it stood when it began, whatever a run does meanwhile', (t) => {
  const world = setup(t);
  world.enqueue(edits(3));
  world.stores();
  const { claim, reads } = preview(t, world);
  world.enqueue(edits(5));
  world.sql('DELETE FROM jobs WHERE scene_id < 3');
  assert.deepEqual([reads.dueCount(NOW), sceneIds(claim(10)), reads.leasedElsewhere()], [3, [1, 2, 3], 0]);
});

test('the breaker of a preview is its own, and its databases take no write', (t) => {
  const world = setup(t);
  world.enqueue(edits(1));
  world.stores();
  const { queue, reads, stores } = preview(t, world);
  queue.saveBreaker('plex', { kind: 'open', openedAt: NOW });
  assert.deepEqual([queue.breaker('plex').kind, queue.breaker('stash').kind], ['open', 'closed']);
  assert.equal(reads.breaker('plex').kind, 'closed');
  for (const db of [stores.queueDb, stores.dlqDb])
    assert.throws(() => db.exec('CREATE TABLE extra (a)'), { code: 'SQLITE_READONLY' });
});
