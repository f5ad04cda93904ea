import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { asName, foreign, plainText, say } from '../../src/core/text/sentence.ts';
import type { RotatingLogOptions } from '../../src/terminal/log/log-file.ts';
import { createKeptLogs, createLogFile, createRotatingLog } from '../../src/terminal/log/log-file.ts';
import type { LogEntry } from '../../src/terminal/log/log-format.ts';
import { readReportEntry } from '../../src/terminal/log/report-log.ts';
import { localTime } from '../../src/terminal/time.ts';
import { entryOf } from '../helpers/log-entry.ts';
import { scratchDirOnDisk } from '../helpers/scratch.ts';

const CHILD = fileURLToPath(new URL('../helpers/children/log-child.ts', import.meta.url));
const NOW = Date.UTC(2026, 10, 22, 18, 4, 5);

function setup(t: TestContext, options: Partial<RotatingLogOptions> = {}) {
  const dir = scratchDirOnDisk(t, 'log');
  const path = join(dir, 'x.log');
  const all: RotatingLogOptions = { path, maxBytes: 200, keep: 3, ifUnwritable: 'tell', ...options };
  return { dir, path, options: all, log: createRotatingLog(all) };
}

const entry = (line: string): LogEntry => entryOf(line, NOW);
const read = (path: string): string => readFileSync(path, 'utf8');
/** The lines of a log and of all that was set aside, oldest first, each without time and level. */
function linesOf(path: string, keep: number): readonly string[] {
  const files = [...Array.from({ length: keep }, (_, index) => `${path}.${keep - index}`), path];
  return files
    .filter((file) => existsSync(file))
    .flatMap((file) => read(file).trimEnd().split('\n'))
    .map((line) => line.replace(/^\S+ \S+ \S+ info /, ''));
}

test('a line has the local time with its offset and its level, in a file nobody else may read', (t) => {
  const { path, log } = setup(t);
  assert.equal(log.append([{ ...entry('[PlexSync] Tide'), level: 'debug' }]), undefined);
  assert.equal(read(path), `${localTime(NOW)} debug [PlexSync] Tide\n`);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('several entries are lines of one write', (t) => {
  const { path, log } = setup(t);
  log.append([entry('Ebb'), entry('Flood')]);
  log.append([]);
  assert.equal(read(path), `${localTime(NOW)} info Ebb\n${localTime(NOW)} info Flood\n`);
});

test('a file that is full is set aside, and the oldest goes', (t) => {
  const { dir, path, log } = setup(t);
  for (let index = 1; index <= 40; index++) log.append([entry(`Tide ${index}`)]);
  assert.deepEqual(readdirSync(dir).sort(), ['x.log', 'x.log.1', 'x.log.2', 'x.log.3']);
  const lines = linesOf(path, 3);
  assert.equal(lines.at(-1), 'Tide 40');
  assert.deepEqual(
    lines,
    Array.from({ length: lines.length }, (_, index) => `Tide ${41 - lines.length + index}`),
  );
});

async function logAtOnce(options: RotatingLogOptions, count: number): Promise<string> {
  let said = '';
  const children = ['ada', 'bo', 'cy', 'di'].map((name) => {
    const child = spawn(process.execPath, [CHILD, JSON.stringify(options), name, String(count)]);
    child.stdout.on('data', (chunk) => (said += chunk));
    return once(child, 'close');
  });
  await Promise.all(children);
  return said;
}

test('several processes that write and set aside at once lose no line and tear none', async (t) => {
  const { path, options } = setup(t, { maxBytes: 4_000, keep: 100 });
  assert.equal(await logAtOnce(options, 800), '');
  const expected = ['ada', 'bo', 'cy', 'di'].flatMap((name) =>
    Array.from({ length: 800 }, (_, index) => `${name} ${index + 1} of the tide`),
  );
  assert.deepEqual(linesOf(path, 100).toSorted(), expected.toSorted());
  assert.ok(!existsSync(`${path}.lock`));
});

test('where old lines go, they go from the start: of each process the newest stay', async (t) => {
  const { path, options } = setup(t, { maxBytes: 4_000, keep: 1 });
  assert.equal(await logAtOnce(options, 800), '');
  const lines = linesOf(path, 1);
  assert.ok(lines.length > 0);
  for (const name of ['ada', 'bo', 'cy', 'di']) {
    const numbers = lines.filter((line) => line.startsWith(`${name} `)).map((line) => Number(line.split(' ')[1]));
    assert.deepEqual(
      numbers.toSorted((a, b) => a - b),
      Array.from({ length: numbers.length }, (_, index) => 801 - numbers.length + index),
      name,
    );
  }
});

test('while another process sets the file aside, lines go on into it', (t) => {
  const { path, log } = setup(t);
  writeFileSync(`${path}.lock`, '');
  for (let index = 1; index <= 20; index++) assert.equal(log.append([entry(`Tide ${index}`)]), undefined);
  assert.equal(linesOf(path, 3).length, 20);
  assert.ok(!existsSync(`${path}.1`));
});

test('a lock whose process died is removed, and the file set aside again', (t) => {
  const { path, log } = setup(t);
  writeFileSync(`${path}.lock`, '');
  utimesSync(`${path}.lock`, 1_000, 1_000);
  for (let index = 1; index <= 20; index++) log.append([entry(`Tide ${index}`)]);
  assert.ok(existsSync(`${path}.1`));
  assert.ok(!existsSync(`${path}.lock`));
});

test('a file that cannot be written is reported once, and nothing is thrown', (t) => {
  const { dir } = setup(t);
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const [path, reason] of [
    [join(dir, 'none', 'x.log'), 'ENOENT'],
    [dir, 'EISDIR'],
    ['/dev/full', 'ENOSPC'],
    [pipe, 'ENXIO'],
  ] as const) {
    const log = createLogFile(path);
    const complaint = log.append([entry('one')]);
    assert.equal(
      complaint,
      `[PlexSync] The log file ${path} cannot be written (${reason}). The work goes on; check its directory and its rights.`,
    );
    assert.equal(log.append([entry('two')]), undefined);
  }
});

test('a file that cannot be set aside is reported once, and keeps growing', (t) => {
  const { path, log } = setup(t);
  // Directories stand where the files should go.
  for (const number of [1, 2, 3]) mkdirSync(join(`${path}.${number}`, 'inner'), { recursive: true });
  const complaints = Array.from({ length: 20 }, (_, index) => log.append([entry(`Tide ${index}`)])).filter(Boolean);
  assert.equal(complaints.length, 1);
  assert.match(complaints[0] ?? '', /cannot be set aside and keeps growing/);
  assert.equal(read(path).split('\n').length, 21);
});

test('behind a symbolic link the file is set aside, and the link stays', (t) => {
  const { dir, log, path } = setup(t);
  const real = join(dir, 'real.log');
  writeFileSync(real, '');
  symlinkSync(real, path);
  for (let index = 1; index <= 5; index++) log.append([entry(`Tide ${index} of this long day by the sea`)]);
  assert.deepEqual(
    readdirSync(dir).filter((name) => name.endsWith('.1')),
    ['real.log.1'],
  );
});

test('the logs of a data directory are kept only where there is a queue, and never complain', (t) => {
  const { dir } = setup(t);
  const append = (directory: string, line: LogEntry): unknown =>
    createKeptLogs(directory).flatMap((log) => log.append([line]) ?? []);
  assert.deepEqual(append(dir, entry('too early')), []);
  assert.deepEqual(append(join(dir, 'none'), entry('nowhere')), []);
  assert.deepEqual(readdirSync(dir), []);
  writeFileSync(join(dir, 'queue.db'), '');
  append(dir, entry('[PlexSync] Tide'));
  assert.match(read(join(dir, 'plexsync.log')), /info \[PlexSync\] Tide\n$/);
});

test('the log for reports tells the parts of a line apart, and has no slips', (t) => {
  const { dir } = setup(t);
  writeFileSync(join(dir, 'queue.db'), '');
  const said = say`[PlexSync] ${asName('Films')}: ${foreign('gone')}`;
  for (const about of ['work', 'usage_error'] as const)
    for (const log of createKeptLogs(dir)) log.append([{ ...entry(plainText(said)), said, about }]);
  assert.equal(read(join(dir, 'plexsync.log')).trimEnd().split('\n').length, 2);
  const lines = read(join(dir, 'report-log.ndjson')).trimEnd().split('\n');
  assert.deepEqual(lines.map(readReportEntry), [{ at: NOW, level: 'info', pieces: said.pieces }]);
  assert.equal(statSync(join(dir, 'report-log.ndjson')).mode & 0o777, 0o600);
});

test('an entry that is torn is none, and a part of a kind nobody knows is personal', () => {
  for (const line of ['{"at":1,"level":"info","pie', 'null', '{"at":1,"level":"shout","pieces":[]}', '{"at":1}'])
    assert.equal(readReportEntry(line), undefined, line);
  const pieces = ['a ', { personal: 'Ada', kind: 'friend' }, { said: 'Bo' }, 7, null];
  const read = readReportEntry(JSON.stringify({ at: 1, level: 'info', pieces }));
  assert.deepEqual(read?.pieces.slice(0, 1), ['a ']);
  for (const piece of read?.pieces.slice(1) ?? [])
    assert.ok(typeof piece === 'object' && 'kind' in piece && piece.kind === 'text');
});

test('a log file that could not be written is told before anything is logged, once', (t) => {
  const { dir, path } = setup(t);
  writeFileSync(path, '');
  for (const [wrong, code] of [
    [dir, 'EISDIR'],
    [join(dir, 'none', 'x.log'), 'ENOENT'],
    [join(path, 'x.log'), 'ENOTDIR'],
  ] as const) {
    const log = createLogFile(wrong);
    const told = log.check() ?? '';
    assert.ok(told.includes(wrong) && told.includes(code), told);
    assert.equal(log.append([entry('Tide')]), undefined);
  }
  const fine = createLogFile(join(dir, 'new.log'));
  assert.equal(fine.check(), undefined);
  assert.equal(existsSync(join(dir, 'new.log')), false);
});
