/** A data directory or a config file that cannot be used: one sentence in every command, and never a stack. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runMain } from '../../helpers/run-main.ts';
import { scratchDir } from '../../helpers/scratch.ts';

const env = { PLEX_URL: 'http://127.0.0.1:9', PLEX_TOKEN: 'lantern-token-1234' };
const COMMANDS = [
  ['process'],
  ['process', '--watch'],
  ['match-test', '/media/a.mp4'],
  ['diff', '1'],
  ['config', 'show'],
  ['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Pier'],
  ['enqueue', '1'],
  ['stats'],
  ['queue', 'list'],
  ['dlq', 'list'],
  ['status', '1'],
  ['plugin', 'status'],
  ['resume'],
];

const PLACES: readonly (readonly [name: string, path: (dir: string) => string])[] = [
  ['a file', (dir) => join(dir, 'file')],
  ['below a file', (dir) => join(dir, 'file', 'data')],
  ['300 characters long', (dir) => join(dir, 'x'.repeat(300))],
];

const WHY = /is a file, not a directory|a part of its path is a file|a name in its path is too long|is a file where/;

for (const [name, path] of PLACES)
  test(`a data directory that is ${name} is told in one sentence by every command`, async (t) => {
    const dir = scratchDir(t);
    writeFileSync(join(dir, 'file'), 'a garden gate');
    for (const args of COMMANDS) {
      const { code, stderr } = await runMain([...args, '--data-dir', path(dir)], { env });
      assert.equal(code, 6, `${args.join(' ')}: ${stderr}`);
      assert.match(stderr, WHY, args.join(' '));
      assert.doesNotMatch(stderr, /\n\s+at |This is a bug/, args.join(' '));
    }
    assert.equal((await runMain(['report', '--data-dir', path(dir)], { env })).code, 0);
  });

const DEEP = [`${'['.repeat(100_000)}`, `{"path_map": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`];

test('a config file that is nested by the thousand is told in one sentence', async (t) => {
  const dir = scratchDir(t);
  for (const text of DEEP) {
    writeFileSync(join(dir, 'config.json'), text);
    for (const args of [['process'], ['config', 'show'], ['match-test', '/media/a.mp4']]) {
      const { code, stderr } = await runMain([...args, '--data-dir', dir], { env });
      assert.equal(code, 2, stderr);
      assert.match(stderr, /nested too deeply/);
    }
  }
});

test('a data directory that cannot be made, and is no link, is not called one', async () => {
  const { code, stderr } = await runMain(
    ['enqueue', '1', '--path', '/media/a.mp4', '--title', 'x', '--data-dir', '/proc/none'],
    { env },
  );
  assert.equal(code, 6, stderr);
  assert.match(stderr, /\/proc\/none is not there, and cannot be made\./);
});
