/** What V8 compiled in earlier runs is kept for the next ones; whatever is wrong with it costs time alone. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { scratchDir } from '../helpers/scratch.ts';
import { startBin } from '../helpers/start-bin.ts';

type Head = {
  readonly build: string;
  readonly runs: number;
  readonly places: readonly (readonly [string, readonly [number, number]])[];
};

const headIn = (kept: Buffer) => JSON.parse(kept.toString('latin1', 0, 4_096)) as Head;

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
  const fileOf = (word: string) => {
    const [name, ...others] = existsSync(folder) ? readdirSync(folder).filter((file) => file.startsWith(word)) : [];
    assert.deepEqual(others, []);
    return name === undefined ? undefined : join(folder, name);
  };
  const headOf = (word: string) => {
    const file = fileOf(word);
    return file === undefined ? undefined : headIn(readFileSync(file));
  };
  const stagesOf = (word: string) => headOf(word)?.places.map(([name]) => name.replace(/-.*/, '')) ?? [];
  return { dir, folder, run, fileOf, headOf, stagesOf };
}

const ENQUEUE = ['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier'];

test('five runs of a command add what they used, and then it stays', async (t) => {
  const { run, fileOf, headOf } = setupHome(t);
  for (let runs = 1; runs <= 5; runs += 1) {
    assert.equal((await run(ENQUEUE)).code, 0);
    assert.equal(headOf('enqueue')?.runs, runs, 'V8 took the code of the run before');
  }
  const file = fileOf('enqueue') ?? assert.fail('nothing was kept');
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
  assert.deepEqual([headOf('process')?.runs, stagesOf('process').includes('drain')], [5, false]);
  await run(ENQUEUE);
  assert.equal((await run(['process'], { more: NOBODY })).code, 4);
  assert.deepEqual([headOf('process')?.runs, stagesOf('process').includes('drain')], [6, true]);
});

test('a run that loads less than those before takes nothing away', async (t) => {
  const { run, stagesOf, headOf } = setupHome(t);
  await run(ENQUEUE);
  assert.equal((await run(['process'], { more: NOBODY })).code, 4);
  await run(['queue', 'drop', '--all', '--yes']);
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual([headOf('process')?.runs, stagesOf('process').includes('drain')], [2, true]);
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
      assert.equal(headOf('enqueue')?.runs, runs);
    }
    const file = fileOf('enqueue') ?? assert.fail('nothing was kept');
    writeFileSync(file, ruin(readFileSync(file)));
    assert.equal((await run(ENQUEUE)).code, 0);
    assert.equal(headOf('enqueue')?.runs, 1);
  });

test('what killed runs and an older Node have left is removed, and nothing of another command or a Node in use', async (t) => {
  const { folder, run, fileOf } = setupHome(t);
  await run(ENQUEUE);
  const kept = fileOf('enqueue') ?? assert.fail('nothing was kept');
  const month = Date.now() / 1000 - 31 * 86_400;
  const others = ['enqueue-v1.0.0-x64.code', 'enqueue-v1.0.1-x64.code', 'enqueue-all-v1.0.0-x64.code', 'stats.code.99'];
  for (const name of [`${basename(kept)}.99`, ...others]) writeFileSync(join(folder, name), '');
  for (const name of ['enqueue-v1.0.0-x64.code', 'enqueue-all-v1.0.0-x64.code'])
    utimesSync(join(folder, name), month, month);
  await run(ENQUEUE);
  assert.deepEqual(readdirSync(folder).sort(), [basename(kept), ...others.slice(1)].sort());
});

test('code that V8 refuses, since it has other flags now, is compiled again', async (t) => {
  const { run, headOf } = setupHome(t);
  for (const _ of [1, 2]) await run(ENQUEUE);
  assert.equal(headOf('enqueue')?.runs, 2);
  assert.equal((await run(ENQUEUE, { more: { NODE_OPTIONS: '--interpreted-frames-native-stack' } })).code, 0);
  assert.equal(headOf('enqueue')?.runs, 1);
});

test('a build that was replaced is run as it is now', async (t) => {
  const { dir, run, headOf } = setupHome(t);
  const installed = join(dir, 'installed');
  for (const part of ['bin', 'dist', 'package.json']) cpSync(part, join(installed, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(installed, 'node_modules'));
  const bin = join(installed, 'bin', 'plexsync.js');
  const first = join(installed, 'dist', 'cli.cjs');
  for (const _ of [1, 2]) assert.match((await run(['--version'], { bin })).stdout, /^0\./);
  const before = headOf('plexsync');
  assert.equal(before?.runs, 2);
  const [line = '', ...rest] = readFileSync(first, 'latin1').split('\n');
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const later = rest.join('\n').replaceAll(`\`${version}\``, `\`9${version.slice(1)}\``);
  writeFileSync(first, `${line.replace(/.$/, (last) => (last === '0' ? '1' : '0'))}\n${later}`);
  assert.match((await run(['--version'], { bin })).stdout, /^9\./);
  assert.equal(headOf('plexsync')?.runs, 1);
});

test('nothing is kept of a word that is no command, where that is turned off, or where others may write', async (t) => {
  const { folder, run, fileOf } = setupHome(t);
  assert.equal((await run(['lighthouse'])).code, 2);
  assert.equal(fileOf('lighthouse'), undefined);
  assert.equal((await run(ENQUEUE, { more: { NODE_DISABLE_COMPILE_CACHE: '1' } })).code, 0);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o777);
  assert.equal((await run(ENQUEUE)).code, 0);
  assert.equal(fileOf(''), undefined);
});
