import assert from 'node:assert/strict';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { linesOf } from '../../../src/terminal/answers/line-source.ts';
import { scratchDir } from '../../helpers/scratch.ts';

function sourceOf(t: TestContext, text: string) {
  const file = join(scratchDir(t), 'answers');
  writeFileSync(file, text);
  const fd = openSync(file, 'r');
  t.after(() => closeSync(fd));
  const stop = new AbortController();
  return { lines: linesOf(fd, stop.signal), stop };
}

test('lines come one by one without what ends them, the last one too', async (t) => {
  const { lines } = sourceOf(t, 'Mole\r\n\n  Pier é \nQuay');
  const read: (string | undefined)[] = [];
  for (let time = 0; time < 5; time += 1) read.push(await lines.next());
  assert.deepEqual(read, ['Mole', '', 'Pier é', 'Quay', undefined]);
  lines.close();
});

test('a line of a million characters is an answer, and a longer one is refused', async (t) => {
  const longest = 'a'.repeat(1_048_576);
  assert.equal(await sourceOf(t, longest).lines.next(), longest);
  await assert.rejects(sourceOf(t, `${longest}a`).lines.next(), /a line has more than a million characters/);
  const { lines } = sourceOf(t, `Mole\n${longest}a\nQuay`);
  assert.equal(await lines.next(), 'Mole');
  await assert.rejects(lines.next(), /a line has more than a million characters/);
});

test('once it is broken off there are no more lines', async (t) => {
  const { lines, stop } = sourceOf(t, 'Mole\nPier\n');
  assert.equal(await lines.next(), 'Mole');
  stop.abort();
  assert.equal(await lines.next(), undefined);
  lines.close();
});
