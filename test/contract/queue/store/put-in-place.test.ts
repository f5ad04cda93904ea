import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { StoreError } from '../../../../src/core/model/errors.ts';
import { putInPlace } from '../../../../src/queue/store/backup/put-in-place.ts';
import { edit, setup } from '../../../helpers/queue-world.ts';

const doNothing = (): void => undefined;

/** A queue with scene 1, and another one with scene 2 to be put in its place. */
function setupTwo(t: Parameters<typeof setup>[0]) {
  const present = setup(t);
  present.enqueue([edit(1)]);
  present.stores();
  const other = setup(t);
  other.enqueue([edit(2)]);
  const restored = other.stores();
  restored.dlqDb
    .prepare(`
      INSERT INTO dead_letters (job_id, job_key, scene_id, job_data, stamps, error_type, error_message, retry_count, failed_at)
      VALUES (1, 'k', 2, '{"scene_id":2}', '{}', 'plex_rejected', 'No', 1, '2025-06-15T00:00:00.000Z')`)
    .run();
  const there = (): unknown[] => [
    ...present.sql('SELECT scene_id FROM jobs').map(({ scene_id }) => scene_id),
    present.sql('SELECT * FROM dead_letters', 'dlq.db').length,
  ];
  return { present, restored, there, file: join(present.dir.path, 'queue.db'), path: present.dir.path };
}

test('from before the first change to the last nobody else writes, and what is there can be read', async (t) => {
  const { restored, there, file, path } = setupTwo(t);
  const seen: unknown[] = [];
  await putInPlace(restored, path, () => {
    seen.push(...there());
    const late = new Database(file, { timeout: 0 });
    t.after(() => late.close());
    assert.throws(() => late.exec('UPDATE jobs SET priority = 1'), { code: 'SQLITE_BUSY' });
  });
  assert.deepEqual(seen, [1, 0]);
  assert.deepEqual(there(), [2, 1]);
});

test('what refuses under the lock leaves both as they were', async (t) => {
  const { restored, there, path } = setupTwo(t);
  const refuse = (): never => {
    throw new Error('busy');
  };
  await assert.rejects(putInPlace(restored, path, refuse), /busy/);
  assert.deepEqual(there(), [1, 0]);
});

test('a queue that another program is writing to is waited for, and not passed over', async (t) => {
  const { restored, there, file, path } = setupTwo(t);
  const writer = new Database(file);
  t.after(() => writer.close());
  writer.exec('BEGIN IMMEDIATE');
  const { backup } = restored.queueDb;
  restored.queueDb.backup = async (...given) => {
    const done = await backup.apply(restored.queueDb, given);
    if (writer.inTransaction) writer.exec('COMMIT');
    return done;
  };
  await putInPlace(restored, path, () => assert.ok(!writer.inTransaction));
  assert.deepEqual(there(), [2, 1]);
});

test('a disk that fills up between the two is told as such', async (t) => {
  const { restored, there, path } = setupTwo(t);
  const { backup } = restored.queueDb;
  restored.queueDb.backup = async (file, options) => {
    const progress: NonNullable<typeof options>['progress'] = (at) => {
      const pages = options?.progress(at) ?? 0;
      if (pages > 0) throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' });
      return pages;
    };
    return await backup.call(restored.queueDb, file, { progress });
  };
  await assert.rejects(
    putInPlace(restored, path, doNothing),
    (thrown) => thrown instanceof StoreError && thrown.kind === 'half_done' && /disk is full/.test(thrown.message),
  );
  assert.deepEqual(there(), [1, 1]);
});

test('a disk that is full at once changes nothing', async (t) => {
  const { restored, there, path } = setupTwo(t);
  restored.dlqDb.backup = () => Promise.reject(Object.assign(new Error('full'), { code: 'SQLITE_FULL' }));
  await assert.rejects(
    putInPlace(restored, path, doNothing),
    (thrown) => thrown instanceof StoreError && thrown.kind === 'unusable',
  );
  assert.deepEqual(there(), [1, 0]);
});
