/** What V8 compiled in earlier runs is kept for the next ones; whatever is wrong with it costs time alone. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { FREQUENT } from '../../src/command-line/outlines/frequent.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';
import { scratchDir } from '../helpers/scratch.ts';
import { startBin } from '../helpers/start-bin.ts';

/** Of each built file its name, where its code is, and the time of the file. */
type Place = readonly [name: string, place: readonly [from: number, length: number, ofMs: number]];
type Head = { readonly build: string; readonly runs: number; readonly places: readonly Place[] };

const headIn = (kept: Buffer) => JSON.parse(kept.toString('latin1', 0, 16_384)) as Head;

/** A home of its own, in which nothing is kept yet. */
function setupHome(t: TestContext) {
  const dir = scratchDir(t);
  const folder = join(dir, '.cache', 'plexsync');
  const env = { HOME: dir, PLEXSYNC_DATA_DIR: join(dir, 'data') };
  const run = async (args: readonly string[], { more = {}, bin }: { more?: object; bin?: string } = {}) => {
    const options = { env: { ...env, ...more }, ...(bin === undefined ? {} : { bin }) };
    const { code, stdout, stderr } = await startBin(args, options).ended;
    assert.doesNotMatch(stderr, /^ {4}at /m);
    return { code, stdout };
  };
  const filesOf = (command: string) => {
    const names = existsSync(folder) ? readdirSync(folder).sort() : [];
    return names.filter((name) => name.startsWith(`${command}-`)).map((name) => join(folder, name));
  };
  const fileOf = (command: string) => {
    const [file, ...others] = filesOf(command);
    assert.deepEqual(others, []);
    return file ?? assert.fail(`nothing was kept of ${command}`);
  };
  const headOf = (command: string) => headIn(readFileSync(fileOf(command)));
  const stagesOf = (command: string) => headOf(command).places.map(([name]) => name.replace(/-.*/, ''));
  return { dir, folder, run, filesOf, fileOf, headOf, stagesOf };
}

/** An installation of its own in `dir`. */
function install(dir: string) {
  for (const part of ['bin', 'dist', 'package.json']) cpSync(part, join(dir, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(dir, 'node_modules'));
  return { bin: join(dir, 'bin', 'plexsync.js'), cli: join(dir, 'dist', 'cli.cjs') };
}

/** The environment in which a run loads `code` first. */
function loadingFirst(dir: string, code: string) {
  const file = join(dir, 'first.cjs');
  writeFileSync(file, code);
  return { NODE_OPTIONS: `--require ${JSON.stringify(file)}` };
}

const ENQUEUE = ['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier'];

test('five runs of a command add what they used, and then it stays', async (t) => {
  const { run, fileOf, headOf } = setupHome(t);
  for (let runs = 1; runs <= 5; runs += 1) {
    assert.equal((await run(ENQUEUE)).code, 0);
    assert.equal(headOf('enqueue').runs, runs, 'V8 took the code of the run before');
  }
  const file = fileOf('enqueue');
  const { ino } = statSync(file);
  await run(ENQUEUE);
  assert.equal(statSync(file).ino, ino);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

const NOBODY = { PLEX_URL: 'http://127.0.0.1:9', PLEX_TOKEN: 'lighthouse' };

test('a run that loads more than those before adds it', async (t) => {
  const { run, stagesOf, headOf } = setupHome(t);
  await run(ENQUEUE);
  await run(['queue', 'drop', '--all', '--yes']);
  for (let count = 0; count < 6; count += 1) assert.equal((await run(['process'])).code, 0);
  assert.deepEqual([headOf('process').runs, stagesOf('process').includes('drain')], [5, false]);
  await run(ENQUEUE);
  assert.equal((await run(['process'], { more: NOBODY })).code, 4);
  assert.deepEqual([headOf('process').runs, stagesOf('process').includes('drain')], [6, true]);
});

test('a run that loads less than those before takes nothing away', async (t) => {
  const { run, stagesOf, headOf } = setupHome(t);
  await run(ENQUEUE);
  assert.equal((await run(['process'], { more: NOBODY })).code, 4);
  await run(['queue', 'drop', '--all', '--yes']);
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual([headOf('process').runs, stagesOf('process').includes('drain')], [2, true]);
});

/** Each ruins a kept file in its own way. */
const RUINS: Readonly<Record<string, (kept: Buffer) => Buffer>> = {
  'a bit that fell over': (kept) => {
    const at = Math.floor(kept.length / 3);
    kept[at] = (kept[at] ?? 0) ^ 1;
    return kept;
  },
  'a file that ends early': (kept) => kept.subarray(0, kept.length - 4_096),
  'a file of half the length': (kept) => kept.subarray(0, kept.length / 2),
  'an empty file': () => Buffer.alloc(0),
  zeros: (kept) => Buffer.alloc(kept.length),
  'the code of another build': (kept) => {
    const text = kept.toString('latin1');
    const { build } = headIn(kept);
    return Buffer.from(text.replaceAll(build, `${build.slice(0, -4)}0000`), 'latin1');
  },
};

for (const [what, ruin] of Object.entries(RUINS))
  test(`${what} is not run, and replaced`, async (t) => {
    const { run, fileOf, headOf } = setupHome(t);
    for (const runs of [1, 2]) {
      await run(ENQUEUE);
      assert.equal(headOf('enqueue').runs, runs);
    }
    const file = fileOf('enqueue');
    writeFileSync(file, ruin(readFileSync(file)));
    assert.equal((await run(ENQUEUE)).code, 0);
    assert.equal(headOf('enqueue').runs, 1);
  });

test('what killed runs and an older Node have left is removed, and nothing that may be in use', async (t) => {
  const { folder, run, fileOf } = setupHome(t);
  await run(ENQUEUE);
  const kept = fileOf('enqueue');
  const hours = (count: number) => Date.now() / 1_000 - count * 3_600;
  const ages = {
    [`${basename(kept)}.a1`]: hours(2),
    [`${basename(kept)}.a2`]: hours(0),
    'enqueue-v1.0.0-x64-a.code': hours(31 * 24),
    'enqueue-v1.0.0-x64-b.code': hours(29 * 24),
    'stats-v1.0.0-x64-a.code': hours(31 * 24),
    'enqueue-notes.txt': hours(31 * 24),
  };
  for (const [name, at] of Object.entries(ages)) {
    writeFileSync(join(folder, name), '');
    utimesSync(join(folder, name), at, at);
  }
  await run(ENQUEUE);
  const gone = [`${basename(kept)}.a1`, 'enqueue-v1.0.0-x64-a.code'];
  const left = [basename(kept), ...Object.keys(ages).filter((name) => !gone.includes(name))];
  assert.deepEqual(readdirSync(folder).sort(), left.sort());
});

test('other flags of V8 have code of their own, and two that take turns leave each other alone', async (t) => {
  const { run, filesOf } = setupHome(t);
  const more = { NODE_OPTIONS: '--interpreted-frames-native-stack' };
  for (const options of [{}, { more }, {}, { more }]) assert.equal((await run(ENQUEUE, options)).code, 0);
  assert.deepEqual(
    filesOf('enqueue').map((file) => headIn(readFileSync(file)).runs),
    [2, 2],
  );
});

test('code that V8 refuses is compiled again', async (t) => {
  const { run, filesOf, fileOf, headOf } = setupHome(t);
  for (const _ of [1, 2]) await run(ENQUEUE);
  const [file, kept] = [fileOf('enqueue'), readFileSync(fileOf('enqueue'))];
  await run(ENQUEUE, { more: { NODE_OPTIONS: '--interpreted-frames-native-stack' } });
  const other = filesOf('enqueue').find((name) => name !== file) ?? assert.fail('no file of its own');
  rmSync(file);
  renameSync(other, file);
  assert.equal((await run(ENQUEUE)).code, 0);
  assert.equal(headOf('enqueue').runs, 1);
  writeFileSync(file, kept);
  await run(ENQUEUE);
  assert.equal(headOf('enqueue').runs, 3);
});

test('code of a file that no run loads is looked at too, before it is kept again', async (t) => {
  const { run, stagesOf, fileOf, headOf } = setupHome(t);
  await run(ENQUEUE);
  assert.equal((await run(['process'], { more: NOBODY })).code, 4);
  await run(['queue', 'drop', '--all', '--yes']);
  const file = fileOf('process');
  const kept = readFileSync(file);
  const [, [from]] = headIn(kept).places.find(([name]) => name.startsWith('drain')) ?? assert.fail('no drain');
  kept[from + 200] = 255 - (kept[from + 200] ?? 0);
  writeFileSync(file, kept);
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual([headOf('process').runs, stagesOf('process').includes('drain')], [2, false]);
});

test('a run that sets flags of V8 leaves the code of those without as it is', async (t) => {
  const { dir, run, stagesOf, headOf } = setupHome(t);
  await run(ENQUEUE);
  assert.equal((await run(['process'], { more: NOBODY })).code, 4);
  const scenes = Array.from({ length: 12 }, (_, index) => `{"scene_id":${index + 1},"path":"/media/${index}.mp4"}`);
  writeFileSync(join(dir, 'scenes.ndjson'), scenes.join('\n'));
  await run(['enqueue', '--file', join(dir, 'scenes.ndjson')]);
  const plex = await startPlexServer({ sections: [{ key: '1', title: 'Films', locations: ['/media'] }] });
  t.after(() => plex.close());
  const more = { PLEX_URL: plex.url, PLEX_TOKEN: plex.token, PLEXSYNC_TEST_NOW: String(Date.now() + 3_600_000) };
  assert.equal((await run(['process'], { more })).code, 0);
  assert.equal(headOf('process').runs, 1, 'twelve jobs');
  await run(['queue', 'drop', '--all', '--yes']);
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual([headOf('process').runs, stagesOf('process').includes('drain')], [2, true]);
});

test('a build that was replaced is run as it is now, and so is a file that was edited by hand', async (t) => {
  const { dir, run, filesOf } = setupHome(t);
  const { bin, cli } = install(join(dir, 'installed'));
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const shown = async () => (await run(['--version'], { bin })).stdout.trim();
  for (const _ of [1, 2]) assert.equal(await shown(), version);
  const [line = '', ...rest] = readFileSync(cli, 'latin1').split('\n');
  const saying = (other: string) => rest.join('\n').replaceAll(`\`${version}\``, `\`${other}\``);
  const { atime, mtime } = statSync(cli);
  // As npm unpacks it: with the same time, and with a line of its own.
  writeFileSync(cli, `${line.replace(/.$/, (last) => (last === '0' ? '1' : '0'))}\n${saying(`8${version.slice(1)}`)}`);
  utimesSync(cli, atime, mtime);
  assert.equal(await shown(), `8${version.slice(1)}`);
  assert.equal(filesOf('others').length, 2);
  writeFileSync(cli, `${line}\n${saying(`9${version.slice(1)}`)}`);
  assert.equal(await shown(), `9${version.slice(1)}`);
});

test('each frequent command has a file, wherever its word stands, and all others share one', async (t) => {
  const { dir, folder, run } = setupHome(t);
  const event = JSON.stringify({ args: { hookContext: { id: 1, type: 'Scene.Update.Post', input: null } } });
  const spawned = FREQUENT.commands.map(async ({ name }) => {
    const env = { HOME: dir, PLEXSYNC_DATA_DIR: join(dir, name) };
    await startBin(['--data-dir', join(dir, name), name, '1'], { env, input: event }).ended;
  });
  await Promise.all(spawned);
  for (const args of [['lighthouse'], ['lighthouse', '--help'], ['dlq', 'list'], ['--version'], []]) await run(args);
  const { version, arch } = process;
  const names = readdirSync(folder).map((name) => name.replace(/-[a-z0-9]+\.code$/, ''));
  const commands = [...FREQUENT.commands.map(({ name }) => name), 'others'];
  assert.deepEqual(names.sort(), commands.map((name) => `${name}-${version}-${arch}`).sort());
});

test('nothing is kept where that is turned off, where others may write, and of a long run', async (t) => {
  const { dir, folder, run, filesOf } = setupHome(t);
  const old = join(dir, 'old.cjs');
  writeFileSync(old, 'process.uptime = () => 11;');
  for (const more of [
    { NODE_DISABLE_COMPILE_CACHE: '1' },
    { NODE_V8_COVERAGE: join(dir, 'coverage') },
    { NODE_OPTIONS: `--require ${JSON.stringify(old)}` },
  ])
    assert.equal((await run(ENQUEUE, { more })).code, 0);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o777);
  assert.equal((await run(ENQUEUE)).code, 0);
  assert.deepEqual(filesOf('enqueue'), []);
  const elsewhere = join(dir, 'elsewhere');
  mkdirSync(elsewhere, { mode: 0o700 });
  rmSync(folder, { recursive: true });
  symlinkSync(elsewhere, folder);
  assert.equal((await run(ENQUEUE)).code, 0);
  assert.deepEqual(readdirSync(elsewhere), []);
});

test('a file that others may write is not run, nor one of somebody else', async (t) => {
  const { run, fileOf, headOf } = setupHome(t);
  const isRoot = process.getuid?.() === 0;
  const strangers = [
    (file: string) => chmodSync(file, 0o666),
    ...(isRoot ? [(file: string) => chownSync(file, 1, 1)] : []),
  ];
  for (const make of strangers) {
    for (const _ of [1, 2]) await run(ENQUEUE);
    make(fileOf('enqueue'));
    assert.equal((await run(ENQUEUE)).code, 0);
    assert.equal(headOf('enqueue').runs, 1);
  }
});

test('a pipe in place of a file is not waited for', { timeout: 20_000 }, async (t) => {
  const { run, fileOf } = setupHome(t);
  await run(ENQUEUE);
  const file = fileOf('enqueue');
  rmSync(file);
  execFileSync('mkfifo', ['-m', '600', file]);
  assert.equal((await run(ENQUEUE)).code, 0);
});

test('a file that is not run is closed, so that another one can take its place on Windows too', async (t) => {
  const { dir, folder, run } = setupHome(t);
  const more = loadingFirst(
    dir,
    `const fs = require('node:fs');
    const { renameSync } = fs;
    fs.renameSync = (from, to) => {
      const open = fs.readdirSync('/proc/self/fd').map((fd) => {
        try { return fs.readlinkSync('/proc/self/fd/' + fd); } catch { return ''; }
      });
      if (open.some((file) => file.includes('.code'))) console.log('open');
      renameSync(from, to);
    };`,
  );
  await run(ENQUEUE, { more });
  for (const ruin of [(kept: Buffer) => kept, (kept: Buffer) => Buffer.alloc(kept.length)]) {
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), ruin(readFileSync(join(folder, name))));
    assert.doesNotMatch((await run(ENQUEUE, { more })).stdout, /^open$/m);
  }
});

test('code is on the disk before it has its name, since a power cut may leave zeros in both copies', async (t) => {
  const { dir, run, fileOf } = setupHome(t);
  const more = loadingFirst(
    dir,
    `const fs = require('node:fs');
    const { fsyncSync, renameSync } = fs;
    const synced = [];
    fs.fsyncSync = (opened) => {
      synced.push([fs.readlinkSync('/proc/self/fd/' + opened), fs.fstatSync(opened).size].join());
      fsyncSync(opened);
    };
    fs.renameSync = (from, to) => {
      if (to.endsWith('.code')) console.log('on the disk: ' + synced.includes([from, fs.statSync(from).size].join()));
      renameSync(from, to);
    };`,
  );
  const { stdout } = await run(ENQUEUE, { more });
  assert.match(stdout, /^on the disk: true$/m);
  assert.ok(fileOf('enqueue'));
});

test('a disk that fails while code is read or written costs time alone, and leaves no half file', async (t) => {
  const { dir, folder, run } = setupHome(t);
  const failing = (call: string) =>
    loadingFirst(
      dir,
      `const fs = require('node:fs');
      const { ${call} } = fs;
      fs.${call} = (...given) => {
        if (/bytesOf|addUsed/.test(new Error().stack)) throw new Error('ESTALE');
        return ${call}(...given);
      };`,
    );
  for (const _ of [1, 2]) assert.equal((await run(ENQUEUE, { more: failing('readSync') })).code, 0);
  assert.equal(readdirSync(folder).length, 1);
  assert.equal((await run(ENQUEUE, { more: failing('writeFileSync') })).code, 0);
  assert.equal(readdirSync(folder).length, 1);
});
