/** How the bin loads built files, where nothing is kept of them. */
import assert from 'node:assert/strict';
import fs, { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { scratchDir } from '../../helpers/scratch.ts';

type Load = (name: string) => Record<string, unknown>;
const { loaderOf } = createRequire(import.meta.url)('../../../bin/compiled-code.js') as {
  loaderOf(dist: string, options: { cache: undefined; typed: readonly string[] }): Load;
};

function setup(t: TestContext, files: Readonly<Record<string, string>>) {
  const dist = scratchDir(t);
  const write = (name: string, text: string): void => writeFileSync(join(dist, name), text);
  for (const [name, text] of Object.entries({ 'cli.cjs': '// build\n', ...files })) write(name, text);
  return { dist, write, load: loaderOf(dist, { cache: undefined, typed: [] }) };
}

test('built files load each other once, in a circle too, and everything else as the bin does', (t) => {
  const { dist, load } = setup(t, {
    'a.cjs': 'exports.name = "a"; exports.b = require("./b.cjs"); exports.again = require("./b.cjs");',
    'b.cjs': 'exports.early = require("./a.cjs").name; exports.place = [__dirname, __filename];',
    'c.cjs':
      'exports.fs = require("node:fs"); exports.zod = require.resolve("zod/package.json"); module.exports.d = 4;',
  });
  const { b, again } = load('a.cjs') as { b: Record<string, unknown>; again: unknown };
  assert.equal(b, again);
  assert.deepEqual([b['early'], b['place']], ['a', [dist, join(dist, 'b.cjs')]]);
  const { fs, zod, d } = load('c.cjs') as { fs: { readFileSync: unknown }; zod: string; d: number };
  assert.deepEqual([typeof fs.readFileSync, d], ['function', 4]);
  assert.match(zod, /node_modules.zod.package\.json$/);
});

test('a file that failed is loaded anew, and one that is gone is told as Node tells it', (t) => {
  const { write, load } = setup(t, { 'a.cjs': 'exports.half = true; require("./b.cjs"); exports.whole = true;' });
  assert.throws(() => load('a.cjs'), { code: 'MODULE_NOT_FOUND' });
  write('b.cjs', '');
  assert.deepEqual({ ...load('a.cjs') }, { half: true, whole: true });
});

test('a built file that comes in parts is read to its end', (t) => {
  const { load } = setup(t, { 'a.cjs': `exports.long = "${'pier '.repeat(1_000)}";` });
  const { readSync } = fs;
  t.mock.method(fs, 'readSync', (fd: number, to: Buffer, offset: number, length: number) =>
    readSync(fd, to, offset, Math.min(length, 1_000), null),
  );
  assert.equal(String(load('a.cjs')['long']).length, 5_000);
});
