/** A file that is replaced is whole at each moment, through a power cut too. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
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

test('a device or a pipe is left as it is, also behind a link, and a link to a file is replaced', (t) => {
  const dir = scratchDir(t);
  const at = (name: string): string => join(dir, name);
  execFileSync('mkfifo', [at('pipe')]);
  fs.writeFileSync(at('file'), 'Low water.');
  fs.symlinkSync('pipe', at('to-pipe'));
  // As /dev/stdout is one, which may lead to a file.
  fs.symlinkSync('/proc/self/exe', at('to-process'));
  for (const name of ['pipe', 'to-pipe', 'to-process']) {
    const before = fs.lstatSync(at(name)).ino;
    assert.throws(() => replaceFile(at(name), 'High water.', { mode: 0o600 }), { code: 'NOT_A_FILE' }, name);
    assert.equal(fs.lstatSync(at(name)).ino, before, name);
  }
  fs.symlinkSync('file', at('to-file'));
  fs.symlinkSync('nowhere', at('to-nothing'));
  for (const name of ['to-file', 'to-nothing', 'new']) {
    replaceFile(at(name), 'High water.', { mode: 0o600 });
    assert.ok(fs.lstatSync(at(name)).isFile(), name);
  }
  assert.equal(fs.readFileSync(at('file'), 'utf8'), 'Low water.');
  assert.throws(() => replaceFile(dir, 'High water.', { mode: 0o600 }), { code: /EISDIR|ENOTDIR|EEXIST|EBUSY/ });
});
