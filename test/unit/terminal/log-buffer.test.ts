import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { LogBuffer } from '../../../src/terminal/log/log-buffer.ts';
import { createLogBuffer } from '../../../src/terminal/log/log-buffer.ts';
import type { Level } from '../../../src/terminal/log/log-format.ts';
import { entryOf } from '../../helpers/log-entry.ts';

const NOW = Date.UTC(2026, 10, 27, 6, 30);

function setup(t: TestContext, complaint?: string) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const writes: string[][] = [];
  const told: string[] = [];
  const append = (entries: readonly { line: string }[]): string | undefined => {
    writes.push(entries.map(({ line }) => line));
    return complaint;
  };
  const buffer: LogBuffer = createLogBuffer([{ append }], (sentence) => told.push(sentence));
  const add = (line: string, level: Level = 'info'): void => buffer.add({ ...entryOf(line, NOW), level });
  return { buffer, writes, told, add, tick: (ms: number) => t.mock.timers.tick(ms) };
}

test('what is logged within a second is one write', (t) => {
  const { writes, add, tick } = setup(t);
  add('Ebb');
  tick(600);
  add('Flood', 'debug');
  tick(399);
  assert.deepEqual(writes, []);
  tick(1);
  assert.deepEqual(writes, [['Ebb', 'Flood']]);
  add('Slack');
  tick(1_000);
  assert.deepEqual(writes.at(-1), ['Slack']);
});

test('a warning and an error are written at once, behind what waited', (t) => {
  const { writes, add, tick } = setup(t);
  for (const level of ['warning', 'error'] as const) {
    add('Ebb');
    add('Storm', level);
    assert.deepEqual(writes.at(-1), ['Ebb', 'Storm'], level);
  }
  tick(5_000);
  assert.equal(writes.length, 2, 'nothing waits any more');
});

test('a thousand entries are written without waiting, and a flush writes the rest once', (t) => {
  const { buffer, writes, add } = setup(t);
  for (let index = 1; index <= 1_001; index += 1) add(`Wave ${index}`);
  assert.deepEqual(
    writes.map(({ length }) => length),
    [1_000],
  );
  buffer.flush();
  buffer.flush();
  assert.deepEqual(writes.slice(1), [['Wave 1001']]);
});

test('what a file complains of is told', (t) => {
  const { buffer, told, add } = setup(t, 'The log file is gone');
  add('Ebb');
  buffer.flush();
  assert.deepEqual(told, ['The log file is gone']);
});
