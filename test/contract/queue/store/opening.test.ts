import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { StoreError, UsageError } from '../../../../src/core/model/errors.ts';
import { DLQ_SCHEMA, QUEUE_SCHEMA } from '../../../../src/queue/store/migrations.ts';
import { openDatabase, prepareDataDir } from '../../../../src/queue/store/open.ts';
import { openPreviewStores } from '../../../../src/queue/store/preview-stores.ts';
import { openIntake } from '../../../../src/queue/work/intake.ts';
import { openStores } from '../../../../src/queue/work/open-stores.ts';
import type { ChildOptions, World } from '../../../helpers/queue-world.ts';
import { edit, edits, NOW, setup } from '../../../helpers/queue-world.ts';

const OPENERS = { intake: openIntake, stores: openStores } as const;
type How = keyof typeof OPENERS;

/** Every file below `path`: its mode, and its bytes as a hash. */
function snapshot(path: string): Record<string, string> {
  const names = readdirSync(path, { recursive: true }).map(String).toSorted();
  return Object.fromEntries(
    ['', ...names].map((name) => {
      const file = join(path, name);
      const stat = lstatSync(file);
      const mode = stat.mode.toString(8);
      if (stat.isSymbolicLink()) return [name, `${mode} ${readlinkSync(file)}`];
      return [name, stat.isFile() ? `${mode} ${createHash('sha256').update(readFileSync(file)).digest('hex')}` : mode];
    }),
  );
}

/** A data directory with jobs in queue.db and a dlq.db, closed, so that all stands in the two files. */
function withData(world: World): World {
  world.enqueue(edits(200));
  world.stores();
  world.close();
  assert.deepEqual(Object.keys(snapshot(world.dir.path)), ['', 'dlq.db', 'queue.db']);
  return world;
}

function assertRefused(
  world: World,
  how: How,
  [type, sentence]: readonly [typeof StoreError | typeof UsageError, string],
): void {
  const before = snapshot(world.dir.path);
  assert.throws(
    () => OPENERS[how](world.dir).close(),
    (thrown) => {
      assert.ok(thrown instanceof type, String(thrown));
      assert.equal(thrown.message, sentence.replaceAll('DIR', world.dir.path));
      assert.ok(thrown.hint !== undefined && thrown.hint !== '');
      return true;
    },
  );
  assert.deepEqual(snapshot(world.dir.path), before);
}

function sqlite(file: string, text: string): void {
  rmSync(file, { force: true });
  const db = new Database(file);
  db.exec(text);
  db.close();
}

type Damage = {
  readonly name: string;
  readonly make: (file: string) => void;
  /** With FILE for its path. */
  readonly sentence: string;
};

const DAMAGES: readonly Damage[] = [
  { name: 'of 0 bytes', make: (file) => writeFileSync(file, ''), sentence: 'FILE is empty; it was left untouched.' },
  {
    name: 'full of garbage',
    make: (file) => writeFileSync(file, 'The harbour lies quiet. '.repeat(500)),
    sentence: 'FILE is not a database; it was left untouched.',
  },
  {
    name: 'cut within its header',
    make: (file) => truncateSync(file, 60),
    sentence: 'FILE is not a database; it was left untouched.',
  },
  {
    name: 'cut in half',
    make: (file) => truncateSync(file, Math.floor(statSync(file).size / 8192) * 4096),
    sentence: 'FILE is damaged (SQLITE_CORRUPT).',
  },
  {
    name: 'of another program',
    make: (file) => sqlite(file, 'CREATE TABLE gardens (name TEXT); INSERT INTO gardens VALUES (1)'),
    sentence: 'FILE belongs to another program; it was left untouched.',
  },
  {
    name: 'of another program with an id of its own, in WAL mode',
    make: (file) =>
      sqlite(file, 'PRAGMA journal_mode = WAL; PRAGMA application_id = 4242; CREATE TABLE gardens (name TEXT)'),
    sentence: 'FILE belongs to another program; it was left untouched.',
  },
  {
    name: 'of a newer plexsync',
    make: (file) => {
      const db = new Database(file);
      db.pragma('user_version = 99');
      db.close();
    },
    sentence: 'FILE was written by a newer plexsync (schema 99, this one knows OURS); it was left untouched.',
  },
];

for (const { name, make, sentence } of DAMAGES) {
  for (const [file, how] of [
    ['queue.db', 'intake'],
    ['queue.db', 'stores'],
    ['dlq.db', 'stores'],
  ] as const) {
    test(`a ${file} ${name} is refused to ${how} and left as it is, byte by byte`, (t) => {
      const world = withData(setup(t));
      make(join(world.dir.path, file));
      const ours = file === 'queue.db' ? QUEUE_SCHEMA : DLQ_SCHEMA;
      const told = sentence.replace('FILE', join('DIR', file)).replace('OURS', String(ours.migrations.length));
      assertRefused(world, how, [StoreError, told]);
    });
  }
}

test('a swapped pair of databases is refused: each has its own mark', (t) => {
  const world = withData(setup(t));
  const [queue, dlq] = ['queue.db', 'dlq.db'].map((name) => join(world.dir.path, name)) as [string, string];
  const bytes = readFileSync(queue);
  writeFileSync(queue, readFileSync(dlq));
  writeFileSync(dlq, bytes);
  assertRefused(world, 'intake', [StoreError, 'DIR/queue.db belongs to another program; it was left untouched.']);
});

test('a dangling link in the place of a database is refused, and nothing is made through it', (t) => {
  for (const file of ['queue.db', 'dlq.db']) {
    const world = withData(setup(t));
    const target = join(dirname(world.dir.path), `elsewhere-${file}`);
    rmSync(join(world.dir.path, file));
    symlinkSync(target, join(world.dir.path, file));
    const before = snapshot(world.dir.path);
    assert.throws(() => openStores(world.dir));
    if (file === 'queue.db') assert.throws(() => openIntake(world.dir));
    assert.deepEqual([existsSync(target), snapshot(world.dir.path)], [false, before]);
  }
});

test('a link to a database of ours is followed', (t) => {
  const world = withData(setup(t));
  const [file, target] = [join(world.dir.path, 'queue.db'), join(dirname(world.dir.path), 'moved.db')];
  writeFileSync(target, readFileSync(file));
  rmSync(file);
  symlinkSync(target, file);
  world.enqueue([edit(999)]);
  assert.equal(world.sql('SELECT 1 FROM jobs').length, 201);
});

test('intake makes a missing directory, parents too, for its user alone', (t) => {
  const world = setup(t);
  const dir = { ...world.dir, path: join(world.dir.path, 'deep', 'down') };
  openIntake(dir).close();
  assert.equal(statSync(dir.path).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(dir.path), ['queue.db']);
});

test('what is opened again is as it was: no step of the schema runs twice', (t) => {
  const world = withData(setup(t));
  const before = snapshot(world.dir.path);
  openIntake(world.dir).close();
  openStores(world.dir).close();
  assert.deepEqual(snapshot(world.dir.path), before);
});

test('both databases are in WAL mode, synchronous FULL, STRICT tables, with our marks', (t) => {
  const world = withData(setup(t));
  const { queueDb, dlqDb } = world.stores();
  for (const [db, { mark, ours }] of [
    [queueDb, { mark: 0x506c7851, ours: QUEUE_SCHEMA }],
    [dlqDb, { mark: 0x506c7844, ours: DLQ_SCHEMA }],
  ] as const) {
    const pragmas = ['journal_mode', 'synchronous', 'busy_timeout', 'application_id', 'user_version'];
    assert.deepEqual(
      pragmas.map((name) => db.pragma(name, { simple: true })),
      ['wal', 2, 5_000, mark, ours.migrations.length],
    );
    const loose = db.prepare(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
    );
    assert.deepEqual(loose.all(), []);
  }
});

test('a missing directory is not made for those who only look, who are told where its name came from', (t) => {
  const world = setup(t);
  assert.throws(() => openStores({ ...world.dir, origin: 'PLEXSYNC_DATA_DIR' }), {
    name: 'UsageError',
    message: `There is no data directory at ${world.dir.path} (from PLEXSYNC_DATA_DIR).`,
  });
  assert.equal(existsSync(world.dir.path), false);
});

test('a directory without a queue is not given one by those who only look', (t) => {
  const world = setup(t);
  mkdirSync(world.dir.path);
  assertRefused(world, 'stores', [UsageError, 'There is no queue.db in DIR (from --data-dir).']);
});

test('a directory below a file cannot be made, and the file stays', (t) => {
  const world = setup(t);
  writeFileSync(world.dir.path, 'a garden gate');
  const below = { ...world.dir, path: join(world.dir.path, 'data') };
  assert.throws(() => openIntake(below), {
    name: 'StoreError',
    message: `${below.path} cannot be reached: a part of its path is a file (ENOTDIR).`,
  });
  assert.equal(readFileSync(world.dir.path, 'utf8'), 'a garden gate');
});

const LETTERS_OF_THE_PLUGIN = `CREATE TABLE dead_letters (id INTEGER PRIMARY KEY, job_id INTEGER, scene_id INTEGER,
  job_data BLOB, error_type TEXT, error_message TEXT, stack_trace TEXT, retry_count INTEGER, failed_at TIMESTAMP)`;
const PREDECESSORS: readonly { readonly name: string; readonly make: (dir: string) => void }[] = [
  {
    name: 'its queue/data.db',
    make: (dir) => {
      mkdirSync(join(dir, 'queue'), { recursive: true });
      sqlite(join(dir, 'queue', 'data.db'), 'CREATE TABLE ack_queue_default (_id INTEGER PRIMARY KEY, data BLOB)');
    },
  },
  {
    name: 'its dlq.db',
    make: (dir) => {
      mkdirSync(dir, { recursive: true });
      sqlite(join(dir, 'dlq.db'), LETTERS_OF_THE_PLUGIN);
    },
  },
];

for (const { name, make } of PREDECESSORS) {
  for (const how of ['intake', 'stores'] as const) {
    test(`a directory of the Python plugin, known by ${name}, is refused to ${how} and left as it is`, (t) => {
      const world = setup(t);
      make(world.dir.path);
      const sentence = 'DIR (from --data-dir) is a data directory of the Python plugin; it was left untouched.';
      assertRefused(world, how, [UsageError, sentence]);
    });
  }
}

/** Someone whom the modes of files bind: root drops to nobody, everyone else is bound already. */
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
const bound: ChildOptions = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

/** Gives the directory and all in it to whom the child runs as, with these modes. */
function handOver(world: World, { dirMode, fileMode }: { readonly dirMode: number; readonly fileMode: number }): void {
  const give = (path: string, mode: number): void => {
    if (isRoot) chownSync(path, NOBODY, NOBODY);
    chmodSync(path, mode);
  };
  if (isRoot) chmodSync(dirname(world.dir.path), 0o755);
  for (const name of readdirSync(world.dir.path)) give(join(world.dir.path, name), fileMode);
  give(world.dir.path, dirMode);
}

const MODES: readonly {
  readonly name: string;
  readonly modes: Parameters<typeof handOver>[1];
  readonly sentence: RegExp;
}[] = [
  {
    name: 'a read-only directory with read-only files',
    modes: { dirMode: 0o500, fileMode: 0o400 },
    sentence: /^DIR\/queue\.db (is read-only|cannot be opened) \(SQLITE_(READONLY|CANTOPEN)\w*\)\.$/,
  },
  {
    name: 'a read-only directory',
    modes: { dirMode: 0o500, fileMode: 0o600 },
    sentence: /^DIR\/queue\.db (is read-only|cannot be opened) \(SQLITE_(READONLY|CANTOPEN)\w*\)\.$/,
  },
  {
    name: 'files that may not be read',
    modes: { dirMode: 0o700, fileMode: 0o000 },
    sentence: /^DIR\/(queue|dlq)\.db may not be accessed \(EACCES\)\.$/,
  },
];

for (const { name, modes, sentence } of MODES) {
  for (const how of ['intake', 'stores'] as const) {
    test(`${name}: ${how} gets one sentence, and nothing changes`, async (t) => {
      const world = withData(setup(t));
      const bytes = (): unknown =>
        Object.entries(snapshot(world.dir.path)).map(([file, text]) => [file, text.split(' ')[1]]);
      const before = bytes();
      handOver(world, modes);
      const said = await world.child({ do: 'open', how }, bound).next();
      chmodSync(world.dir.path, 0o700);
      for (const file of readdirSync(world.dir.path)) chmodSync(join(world.dir.path, file), 0o600);
      assert.equal(said['name'], 'StoreError', JSON.stringify(said));
      assert.match(String(said['message']).replaceAll(world.dir.path, 'DIR'), sentence);
      assert.match(String(said['hint']), /--data-dir/);
      assert.deepEqual(bytes(), before);
    });
  }
}

test('a directory that may not be made gets one sentence', async (t) => {
  const world = setup(t);
  mkdirSync(world.dir.path);
  handOver(world, { dirMode: 0o500, fileMode: 0o400 });
  const path = join(world.dir.path, 'data');
  const said = await world.child({ do: 'open', how: 'intake' }, { ...bound, path }).next();
  chmodSync(world.dir.path, 0o700);
  assert.deepEqual([said['name'], said['message']], ['StoreError', `${path} may not be accessed (EACCES).`]);
  assert.deepEqual(readdirSync(world.dir.path), []);
});

test('an empty read-only directory gets one sentence from intake, and no file', async (t) => {
  const world = setup(t);
  mkdirSync(world.dir.path);
  handOver(world, { dirMode: 0o500, fileMode: 0o400 });
  const said = await world.child({ do: 'open', how: 'intake' }, bound).next();
  chmodSync(world.dir.path, 0o700);
  assert.equal(said['name'], 'StoreError', JSON.stringify(said));
  assert.match(
    String(said['message']),
    /queue\.db (may not be accessed \(EACCES\)|cannot be opened \(SQLITE_CANTOPEN\))\.$/,
  );
  assert.deepEqual(readdirSync(world.dir.path), []);
});

test('a queue that another program holds locked is named as such, and keeps its bytes', (t) => {
  const world = withData(setup(t));
  const holder = new Database(join(world.dir.path, 'queue.db'));
  t.after(() => holder.close());
  const intake = openIntake(world.dir);
  t.after(() => intake.close());
  holder.exec('BEGIN IMMEDIATE');
  assert.throws(() => intake.enqueue([edit(999)], { priority: 'hand', now: NOW }), {
    name: 'StoreError',
    message: `${world.dir.path}/queue.db is locked by another program (SQLITE_BUSY).`,
  });
  holder.exec('ROLLBACK');
  assert.equal(intake.enqueue([edit(999)], { priority: 'hand', now: NOW }).length, 1);
});

for (const fileName of ['queue.db', 'dlq.db'] as const) {
  test(`${fileName} that is a directory, or a link that leads nowhere, gets one sentence`, (t) => {
    const world = setup(t);
    world.enqueue([edit(1)]);
    world.stores();
    world.close();
    const file = join(world.dir.path, fileName);
    rmSync(file);
    mkdirSync(file);
    assert.throws(() => openStores(world.dir), {
      name: 'StoreError',
      message: `${file} is a directory where a file should be (EISDIR).`,
    });
    rmSync(file, { recursive: true });
    symlinkSync(join(world.dir.path, 'nowhere.db'), file);
    assert.throws(() => openStores(world.dir), { name: 'StoreError', message: /leads nowhere/ });
    assert.equal(existsSync(join(world.dir.path, 'nowhere.db')), false);
  });
}

test('a data directory that is a file gets one sentence', (t) => {
  const world = setup(t);
  writeFileSync(world.dir.path, 'a note');
  assert.throws(() => openIntake(world.dir), { name: 'StoreError', message: /is a file, not a directory/ });
  assert.throws(() => openStores(world.dir), { name: 'StoreError', message: /is a file, not a directory/ });
});

test('a preview of a directory without a queue says so, and makes none', (t) => {
  const world = setup(t);
  prepareDataDir(world.dir, 'create');
  assert.throws(() => openPreviewStores(world.dir), {
    name: 'UsageError',
    message: `There is no queue.db in ${world.dir.path} (from --data-dir).`,
  });
  assert.deepEqual(readdirSync(world.dir.path), []);
});

test('a database that cannot be created is reported with the reason, and leaves nothing behind', (t) => {
  const world = setup(t);
  prepareDataDir(world.dir, 'create');
  const schema = { ...QUEUE_SCHEMA, migrations: ['CREATE TABLE pier (mole TEXT) STRICT', 'CREATE NONSENSE'] };
  assert.throws(() => openDatabase(world.dir, schema, { mode: 'create' }), /syntax error/);
  assert.deepEqual(readdirSync(world.dir.path), []);
});
