/** A file that is replaced is whole at each moment, through a power cut too. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { replaceFile } from '../../src/replace-file.ts';
import { scratchDir } from '../helpers/scratch.ts';

test('the new file is on the disk, with all its text, before it takes the place of the old one', (t) => {
  const file = join(scratchDir(t), 'config.json');
  fs.writeFileSync(file, '{}');
  const calls: string[] = [];
  const { fsyncSync, renameSync } = fs;
  t.mock.method(fs, 'fsyncSync', (handle: number) => {
    calls.push(`${fs.fstatSync(handle).size} bytes on the disk`);
    fsyncSync(handle);
  });
  t.mock.method(fs, 'renameSync', (from: string, to: string) => {
    calls.push('in place');
    renameSync(from, to);
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  replaceFile(file, '{"strict_matching":true}', { mode: 0o600 });
  assert.deepEqual(calls, ['24 bytes on the disk', 'in place']);
  assert.equal(fs.readFileSync(file, 'utf8'), '{"strict_matching":true}');
});

test('a file system that cannot be asked to write out is no failure, and a disk that fails is', (t) => {
  const file = join(scratchDir(t), 'config.json');
  let code = 'EINVAL';
  t.mock.method(fs, 'fsyncSync', () => {
    throw Object.assign(new Error(code), { code });
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  replaceFile(file, 'one', { mode: 0o600 });
  assert.equal(fs.readFileSync(file, 'utf8'), 'one');
  code = 'EIO';
  assert.throws(() => replaceFile(file, 'two', { mode: 0o600 }), { code });
  assert.equal(fs.readFileSync(file, 'utf8'), 'one');
});
