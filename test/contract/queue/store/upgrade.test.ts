/** What is kept and what is left of a data directory that an older plexsync made. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { readClientIdentifier } from '../../../../src/queue/store/client-identifier.ts';
import type { Schema } from '../../../../src/queue/store/migrations.ts';
import { DLQ_SCHEMA, QUEUE_SCHEMA } from '../../../../src/queue/store/migrations.ts';
import { openDatabase, prepareDataDir } from '../../../../src/queue/store/open.ts';
import { openPreviewStores } from '../../../../src/queue/store/preview-stores.ts';
import { hasOldCopies, keepCopies, removeOldCopies } from '../../../../src/queue/store/upgrade-copies.ts';
import { findChosen } from '../../../../src/queue/work/undo-work.ts';
import type { World } from '../../../helpers/queue-world.ts';
import { edit, NOW, runSql, setup } from '../../../helpers/queue-world.ts';

const DAY_MS = 86_400_000;
const firstStep = (schema: Schema): Schema => ({ ...schema, parts: [], migrations: schema.migrations.slice(0, 1) });

/** Both databases as the first plexsync made them, with one job. */
function ofFirstSchema(t: TestContext): World {
  const world = setup(t);
  prepareDataDir(world.dir, 'create');
  for (const schema of [QUEUE_SCHEMA, DLQ_SCHEMA])
    openDatabase(world.dir, firstStep(schema), { mode: 'create' }).close();
  world.sql(`INSERT INTO jobs (scene_id, state, data, stamps, priority, available_at, enqueued_at)
    VALUES (1, 'pending', '{"title":"Pier"}', '{"title":5}', 0, 0, 0)`);
  return world;
}

const copiesIn = ({ dir }: World): readonly string[] =>
  readdirSync(dir.path).filter((name) => name.endsWith('.bak') || name.startsWith('upgrade-'));

test('before the first of two databases is brought up to date, both are kept as they were, once', (t) => {
  const world = ofFirstSchema(t);
  for (let time = 1; time <= 2; time += 1) {
    world.stores();
    world.close();
  }
  assert.deepEqual(copiesIn(world), ['dlq.db.schema-1.bak', 'queue.db.schema-1.bak']);
  assert.deepEqual(runSql(join(world.dir.path, 'queue.db.schema-1.bak'), 'SELECT scene_id, data FROM jobs'), [
    { scene_id: 1, data: '{"title":"Pier"}' },
  ]);
});

test('nothing is kept of a database that another process has brought up to date meanwhile', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  keepCopies(world.dir.path, ['queue.db'], { fileName: 'queue.db', version: QUEUE_SCHEMA.migrations.length - 1 });
  assert.deepEqual(copiesIn(world), []);
});

test('copies are kept for thirty days, begun ones for an hour, and whatever else lies there for ever', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const put = (name: string, madeAt: number): void => {
    const path = join(world.dir.path, name);
    if (name.startsWith('upgrade-')) mkdirSync(path);
    else writeFileSync(path, '');
    utimesSync(path, madeAt / 1_000, madeAt / 1_000);
  };
  put('queue.db.schema-1.bak', NOW - 30 * DAY_MS - 1_000);
  put('dlq.db.schema-2.bak', NOW - 30 * DAY_MS + 1_000);
  put('upgrade-abc', NOW - 3_601_000);
  put('upgrade-def', NOW - 3_599_000);
  put('my.bak', NOW - 400 * DAY_MS);
  assert.equal(hasOldCopies(world.dir.path, NOW), true);
  removeOldCopies(world.dir.path, NOW);
  assert.deepEqual(copiesIn(world).toSorted(), ['dlq.db.schema-2.bak', 'my.bak', 'upgrade-def']);
  assert.equal(hasOldCopies(world.dir.path, NOW), false);
  assert.ok(existsSync(join(world.dir.path, 'queue.db')));
});

test('a preview of an older schema reads copies, which go with it, and changes nothing', (t) => {
  const world = ofFirstSchema(t);
  const temp = join(world.dir.path, '..', 'temp');
  mkdirSync(temp);
  const { TMPDIR } = process.env;
  process.env['TMPDIR'] = temp;
  t.after(() => {
    if (TMPDIR === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = TMPDIR;
  });
  const stores = openPreviewStores(world.dir);
  assert.deepEqual(stores.queueDb.prepare('SELECT scene_id, claims FROM jobs').all(), [{ scene_id: 1, claims: 0 }]);
  assert.equal(readdirSync(temp).length, 1);
  stores.close();
  assert.deepEqual([readdirSync(temp), copiesIn(world)], [[], []]);
  assert.deepEqual(world.sql('PRAGMA user_version'), [{ user_version: 1 }]);
});

test('the client identifier is read out of a queue of ours, and out of nothing else', (t) => {
  const world = setup(t);
  assert.equal(readClientIdentifier(world.dir.path), undefined, 'no directory');
  world.enqueue([edit(1)]);
  const [{ value } = {}] = world.sql(`SELECT value FROM meta WHERE name = 'client_identifier'`);
  assert.equal(readClientIdentifier(world.dir.path), value);

  const file = join(world.dir.path, QUEUE_SCHEMA.fileName);
  for (const name of readdirSync(world.dir.path)) rmSync(join(world.dir.path, name));
  writeFileSync(file, 'no database '.repeat(100));
  assert.equal(readClientIdentifier(world.dir.path), undefined, 'no database');
  rmSync(file);
  const foreign = new Database(file);
  foreign.exec(`CREATE TABLE meta (name TEXT, value TEXT); INSERT INTO meta VALUES ('client_identifier', 'theirs')`);
  foreign.close();
  assert.equal(readClientIdentifier(world.dir.path), undefined, 'of another program');
});

test('edits of an earlier server whose name was not kept are never taken for ours', (t) => {
  const world = setup(t);
  prepareDataDir(world.dir, 'create');
  const before = QUEUE_SCHEMA.migrations.findIndex((sql) => sql.includes('CREATE TABLE journal_servers'));
  const older = { ...QUEUE_SCHEMA, parts: [], migrations: QUEUE_SCHEMA.migrations.slice(0, before) };
  openDatabase(world.dir, older, { mode: 'create' }).close();
  world.sql(`INSERT INTO meta (name, value) VALUES ('journal_other_server', '7')`);
  const insert = `INSERT INTO journal (id, run_id, job_id, scene_id, rating_key, section_key, title, changes, state, at)`;
  world.stores();
  for (const id of [7, 8]) world.sql(`${insert} VALUES (${id}, 1, 1, ${id}, '5', '1', '', '[]', 'closed', 0)`);
  const found = [7, 8].map((sceneId) => findChosen(world.stores().queueDb, { sceneId }));
  assert.deepEqual(
    found.map(({ items, givenUp }) => [items.length, givenUp]),
    [
      [0, [null]],
      [1, []],
    ],
  );
  assert.deepEqual(world.sql(`SELECT * FROM meta WHERE name = 'journal_other_server'`), []);
});
