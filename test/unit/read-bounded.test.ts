import assert from 'node:assert/strict';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readBounded } from '../../src/read-bounded.ts';
import { scratchDir } from '../helpers/scratch.ts';

test('a file is read whole up to the bound, and refused with one byte more', (t) => {
  const file = join(scratchDir(t), 'log');
  // Longer than what is read at once, and no part of it like another.
  const text = Array.from({ length: 20_000 }, (_, index) => `Tide ${index}.`).join('\n');
  writeFileSync(file, text);
  assert.equal(readBounded(file, text.length).toString(), text);
  assert.throws(() => readBounded(file, text.length - 1), { code: 'ERR_FS_FILE_TOO_LARGE' });
});

test('what was open before stays open, and what was not is closed', (t) => {
  const file = join(scratchDir(t), 'log');
  writeFileSync(file, 'Low water.');
  const given = openSync(file, 'r');
  assert.equal(readBounded(given, 100).toString(), 'Low water.');
  // The lowest free number is the next one: had it been left open, the number would be another.
  const next = openSync(file, 'r');
  closeSync(next);
  readBounded(file, 100);
  assert.throws(() => readBounded(file, 1));
  const after = openSync(file, 'r');
  assert.equal(after, next);
  closeSync(after);
  closeSync(given);
});
