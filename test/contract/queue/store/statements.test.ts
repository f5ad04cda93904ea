import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { compileOnUse } from '../../../../src/queue/store/statements.ts';

function setup() {
  const db = new Database(':memory:');
  db.exec("CREATE TABLE piers (name TEXT); INSERT INTO piers VALUES ('North'), ('South')");
  const compiled: string[] = [];
  const prepare = db.prepare.bind(db);
  Object.assign(db, {
    prepare: (sql: string) => {
      compiled.push(sql);
      return prepare(sql);
    },
  });
  return { db: compileOnUse(db), compiled };
}

const NAMES = 'SELECT name FROM piers ORDER BY name';

test('a statement is compiled at its first use, and what is wrong with it shows there', () => {
  const { db, compiled } = setup();
  const names = db.prepare(NAMES);
  const wrong = db.prepare('SELECT name FROM lighthouses');
  assert.deepEqual(compiled, []);
  assert.deepEqual(names.get(), { name: 'North' });
  assert.throws(() => wrong.all(), /no such table: lighthouses/);
});

test('the same text is compiled once, however often it is prepared', () => {
  const { db, compiled } = setup();
  for (const name of ['East', 'West', 'Old']) db.prepare('INSERT INTO piers VALUES (?)').run(name);
  assert.equal(db.prepare('SELECT count(*) AS count FROM piers').pluck().get(), 5);
  assert.equal(db.prepare('SELECT count(*) AS count FROM piers').pluck().get(), 5);
  assert.equal(compiled.length, 2);
});

test('who plucks a statement leaves its other users their rows', () => {
  const { db } = setup();
  const rows = db.prepare(NAMES);
  const names = db.prepare(NAMES).pluck();
  assert.deepEqual(names.all(), ['North', 'South']);
  assert.deepEqual(rows.all(), [{ name: 'North' }, { name: 'South' }]);
  assert.deepEqual(names.all(), ['North', 'South']);
});

test('who reads row by row may use the same text meanwhile', () => {
  const { db } = setup();
  const seen: unknown[] = [];
  for (const row of db.prepare(NAMES).iterate()) seen.push([row, db.prepare(NAMES).all().length]);
  assert.deepEqual(seen, [
    [{ name: 'North' }, 2],
    [{ name: 'South' }, 2],
  ]);
});

test('a statement promises no call that it does not have', () => {
  const { db } = setup();
  const statement = db.prepare(NAMES);
  // @ts-expect-error: a lazy statement has no raw()
  assert.equal(statement.raw, undefined);
  // @ts-expect-error: nor its columns
  assert.equal(statement.columns, undefined);
  assert.deepEqual(Object.keys(statement), ['run', 'get', 'all', 'iterate', 'pluck']);
});
