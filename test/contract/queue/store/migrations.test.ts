/** A step of a schema that was shipped keeps its text, comments included: SQLite stores it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
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
