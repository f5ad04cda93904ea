/** Files of a data directory that a kill, a full disk, another clock or another program has left in a bad state. */
import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { openFileIndex } from '../../../../src/file-index/file-index.ts';
import { openPreviewStores } from '../../../../src/queue/store/preview-stores.ts';
import { removeOldCopies } from '../../../../src/queue/store/upgrade-copies.ts';
import { recordIdleRun } from '../../../../src/queue/work/idle.ts';
import { openIntake } from '../../../../src/queue/work/intake.ts';
import { openStores } from '../../../../src/queue/work/open-stores.ts';
import { claim, edit, edits, LONGEST_WAIT_MS, NOW, setup } from '../../../helpers/queue-world.ts';

const CUT = { name: 'StoreError', message: /is cut off in the middle of a page: rows at its end are lost/ };
const OPENERS = [
  ['intake', openIntake],
  ['process', openStores],
  ['a preview', openPreviewStores],
] as const;

for (const [who, open] of OPENERS) {
  test(`a queue.db that ends within a page is refused to ${who} and keeps its bytes`, (t) => {
    const world = setup(t);
    world.enqueue(edits(300));
    world.stores();
    world.close();
    const file = join(world.dir.path, 'queue.db');
    truncateSync(file, statSync(file).size - 1_000);
    const before = readFileSync(file);
    assert.throws(() => open(world.dir), CUT);
    assert.deepEqual(readFileSync(file), before);
  });
}

test('a dlq.db that ends within a page is refused', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  world.stores();
  world.close();
  const file = join(world.dir.path, 'dlq.db');
  truncateSync(file, statSync(file).size - 1);
  assert.throws(() => openStores(world.dir), CUT);
});

test('a page that a power cut left unfinished is no damage while the write-ahead log still holds it', (t) => {
  const world = setup(t);
  world.enqueue(edits(50));
  const { queueDb } = world.stores();
  queueDb.pragma('wal_checkpoint(TRUNCATE)');
  world.enqueue(edits(300));
  const copy = { ...world.dir, path: `${world.dir.path}-copy` };
  mkdirSync(copy.path);
  for (const name of ['queue.db', 'queue.db-wal']) copyFileSync(join(world.dir.path, name), join(copy.path, name));
  // As if the first page beyond the file's old end had been begun.
  writeFileSync(join(copy.path, 'queue.db'), Buffer.alloc(100), { flag: 'a' });
  const stores = openStores(copy);
  t.after(() => stores.close());
  assert.deepEqual(stores.queueDb.prepare('SELECT count(*) AS count FROM jobs').get(), { count: 300 });
});

test('rubbish in the owners folder stops no run, and is swept', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const folder = join(world.dir.path, 'owners');
  mkdirSync(folder);
  writeFileSync(join(folder, 'rubbish.db'), 'x'.repeat(5_000));
  const drain = world.drain();
  assert.equal(claim(drain).length, 1);
  drain.end({ now: NOW, exitCode: 0, done: 0, failed: 0 });
  assert.equal(readdirSync(folder).includes('rubbish.db'), false);
});

test('what a killed first open left is swept after an hour, by the run that sees it', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  world.sql('DELETE FROM jobs');
  const folders = ['queue.db.new-Ab12cd', 'dlq.db.new-Ab12cd'].map((name) => join(world.dir.path, name));
  for (const folder of folders) mkdirSync(folder);
  const [old = '', young = ''] = folders;
  utimesSync(old, (NOW - 3_700_000) / 1_000, (NOW - 3_700_000) / 1_000);
  utimesSync(young, NOW / 1_000, NOW / 1_000);
  const idle = { now: NOW, retentionMs: 86_400_000, longestWaitMs: LONGEST_WAIT_MS, exitCode: 0 } as const;
  assert.equal(recordIdleRun(world.stores(), { ...idle, stash: 'asked' }), false);
  removeOldCopies(world.dir.path, NOW);
  assert.deepEqual(
    readdirSync(world.dir.path).filter((name) => name.includes('.new-')),
    ['dlq.db.new-Ab12cd'],
  );
});

test('the databases are for their user alone, whatever the umask', (t) => {
  const world = setup(t);
  const before = process.umask(0);
  t.after(() => process.umask(before));
  world.enqueue([edit(1)]);
  world.drain();
  const index = openFileIndex(world.dir.path, (reason) => assert.fail(reason));
  t.after(() => index.close());
  index.knownTotal({ key: '1', title: 'Gardens', type: 'movie', uuid: undefined, folders: [], serverFolders: [] });
  const files = readdirSync(world.dir.path, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  assert.ok(files.length >= 7, files.map(({ name }) => name).join());
  for (const { parentPath, name } of files) assert.equal(statSync(join(parentPath, name)).mode & 0o777, 0o600, name);
});

test('stored JSON that is damaged is told as damage of its file', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const { queueDb } = world.stores();
  queueDb.pragma('ignore_check_constraints = ON');
  queueDb.exec(`UPDATE jobs SET stamps = '{"path"'`);
  assert.throws(() => claim(world.drain()), { name: 'StoreError', message: /is damaged/ });
});

test('a schema whose text is damaged is told as damage of its file', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const { queueDb } = world.stores();
  queueDb.unsafeMode(true);
  queueDb.pragma('writable_schema = ON');
  queueDb.exec(`UPDATE sqlite_schema SET sql = replace(sql, 'job_key TEXT', 'jab_key TEXT') WHERE name = 'jobs'`);
  world.close();
  assert.throws(() => openStores(world.dir), { name: 'StoreError', message: /is damaged/ });
});

test('a database that lacks a table or an index is refused when it is opened, before Plex is written', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const { queueDb } = world.stores();
  queueDb.exec('DROP TABLE removals; DROP INDEX journal_open');
  world.close();
  const message = /queue\.db is damaged: it lacks journal_open, removals, removals_by_time\.$/;
  assert.throws(() => openStores(world.dir), { name: 'StoreError', message });
  assert.throws(() => openPreviewStores(world.dir), { name: 'StoreError', message });
});

/** A page that was begun and not ended, as a checkpoint leaves it that a power cut ends. */
function beginPage(dir: string): void {
  writeFileSync(join(dir, 'queue.db'), Buffer.alloc(100), { flag: 'a' });
}

test('a page that is not ended is no damage while another process reads from the log that completes it', (t) => {
  const world = setup(t);
  world.enqueue(edits(50));
  world.stores().queueDb.pragma('wal_checkpoint(TRUNCATE)');
  const reader = new Database(join(world.dir.path, 'queue.db'));
  t.after(() => reader.close());
  reader.exec('BEGIN; SELECT count(*) FROM jobs');
  world.enqueue(edits(300));
  beginPage(world.dir.path);
  const stores = openStores(world.dir);
  t.after(() => stores.close());
  assert.deepEqual(stores.queueDb.prepare('SELECT count(*) AS count FROM jobs').get(), { count: 300 });
});

test('a preview, which completes no page, reads a page that is not ended from the log', (t) => {
  const world = setup(t);
  world.enqueue(edits(50));
  world.stores().queueDb.pragma('wal_checkpoint(TRUNCATE)');
  world.enqueue(edits(300));
  const copy = { ...world.dir, path: `${world.dir.path}-copy` };
  mkdirSync(copy.path);
  for (const name of ['queue.db', 'queue.db-wal']) copyFileSync(join(world.dir.path, name), join(copy.path, name));
  beginPage(copy.path);
  const stores = openPreviewStores(copy);
  t.after(() => stores.close());
  assert.deepEqual(stores.queueDb.prepare('SELECT count(*) AS count FROM jobs').get(), { count: 300 });
});
