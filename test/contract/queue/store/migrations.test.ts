/** A step of a schema that was shipped keeps its text, comments included: SQLite stores it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { DLQ_SCHEMA, QUEUE_SCHEMA } from '../../../../src/queue/store/migrations.ts';
import { openInMemory } from '../../../../src/queue/store/open.ts';

/** A hash for each step in turn; the newest are without one until they are shipped. */
const SHIPPED = {
  queue: [
    '3d7c046a7fa9c5c2',
    'a19fbbbd6a11b685',
    'a34bb4394dc8bfda',
    '56e98aa1bb2c5e14',
    '0c5066e649cd8154',
    '0c2ba586adc432ac',
    'f2ddd12c8062336e',
    '498c114ba9898a09',
    '22fe6927cc36b982',
    'a83e2bd92de3284c',
    '57d22cbe42e90918',
    'db267fcce884d790',
    '26834ac565549f29',
  ],
  dlq: ['dcd9acbe3227e363', 'a18e4a9321491f98', '2ed66837be2186c0', 'ce23b3484ac15687', 'd6535de6146aca71'],
};

const SCHEMAS = { queue: QUEUE_SCHEMA, dlq: DLQ_SCHEMA };

for (const name of ['queue', 'dlq'] as const)
  test(`no shipped step of ${name}.db changes`, () => {
    const steps = SCHEMAS[name].migrations.map((sql) => createHash('sha256').update(sql).digest('hex').slice(0, 16));
    const shipped = SHIPPED[name];
    assert.ok(shipped.length <= steps.length);
    assert.deepEqual(steps.slice(0, shipped.length), shipped);
  });

for (const name of ['queue', 'dlq'] as const)
  test(`the parts of ${name}.db are what its steps leave`, () => {
    const made = openInMemory(SCHEMAS[name]).prepare<[], { name: string }>(
      `SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    );
    assert.deepEqual(
      SCHEMAS[name].parts.toSorted(),
      made.all().map((part) => part.name),
    );
  });

test('jobs that wait for permission, have it or are undone stay so when their column is made anew', () => {
  const db = new Database(':memory:');
  const at = QUEUE_SCHEMA.migrations.findIndex((step) => step.includes('removals_before'));
  for (const step of QUEUE_SCHEMA.migrations.slice(0, at)) db.exec(step);
  const insert = db.prepare(`
    INSERT INTO jobs (scene_id, state, data, stamps, priority, available_at, enqueued_at, removals, undone)
    VALUES (?, 'pending', '{"path":"/a.mp4"}', '{}', 0, 1, 1, ?, ?)`);
  for (const [scene, removals, undone] of [
    [1, 0, 0],
    [2, 1, 0],
    [3, 2, 0],
    [4, 0, 1],
    [5, 0, 0],
  ])
    insert.run(scene, removals, undone);
  db.exec('DELETE FROM jobs WHERE scene_id = 5');
  db.exec(QUEUE_SCHEMA.migrations[at] ?? '');
  assert.deepEqual(db.prepare('SELECT scene_id, removals, held FROM jobs ORDER BY id').raw().all(), [
    [1, 0, 0],
    [2, 1, 2],
    [3, 2, 0],
    [4, 0, 3],
  ]);
  assert.throws(() => db.exec('UPDATE jobs SET removals = 3'), /CHECK constraint failed/);
  assert.equal(insert.run(6, 0, 0).lastInsertRowid, 6, 'no id comes twice');
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  db.close();
});
