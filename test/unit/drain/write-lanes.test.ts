/** The lanes in which the writes of all batches in flight are sent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWriteLanes } from '../../../src/core/drain/batches/write-lanes.ts';

/** Writes that end when they are told to, by name. */
function writes() {
  const open = new Map<string, () => void>();
  const started: string[] = [];
  const write = async (name: string): Promise<string> => {
    started.push(name);
    await new Promise<void>((resolve) => void open.set(name, resolve));
    return name.toUpperCase();
  };
  const end = async (name: string): Promise<void> => {
    open.get(name)?.();
    await new Promise((resolve) => void setImmediate(resolve));
  };
  return { started, write, end };
}

test('so many are under way at a time, and their results keep the order of the batch', async () => {
  const { started, write, end } = writes();
  let ended = 0;
  const lanes = createWriteLanes(2, () => {
    ended += 1;
  });
  const results = lanes.of(0).map(['a', 'b', 'c'], write);
  assert.deepEqual([started, lanes.waiting()], [['a', 'b'], 1]);
  await end('b');
  assert.deepEqual([started, lanes.waiting(), ended], [['a', 'b', 'c'], 0, 1]);
  await end('c');
  await end('a');
  assert.deepEqual([await results, ended], [['A', 'B', 'C'], 3]);
});

test('what the older batch sends again goes before what the newer one has waiting', async () => {
  const { started, write, end } = writes();
  const lanes = createWriteLanes(1, () => undefined);
  const all = [lanes.of(1).map(['a'], write), lanes.of(2).map(['c', 'd'], write), lanes.of(1).map(['b'], write)];
  for (const name of ['a', 'b', 'c', 'd']) await end(name);
  await Promise.all(all);
  assert.deepEqual(started, ['a', 'b', 'c', 'd']);
});

test('a write that fails frees its lane', async () => {
  const lanes = createWriteLanes(1, () => undefined);
  const seen: string[] = [];
  const results = lanes.of(0).map(['a', 'b'], async (name) => {
    seen.push(name);
    await Promise.resolve();
    if (name === 'a') throw new Error('refused');
  });
  await assert.rejects(results, /refused/);
  assert.deepEqual(seen, ['a', 'b']);
});

test('once the lanes are closed nothing that waits is sent', async () => {
  const { started, write, end } = writes();
  const lanes = createWriteLanes(1, () => undefined);
  const results = lanes.of(0).map(['a', 'b'], write);
  const failed = assert.rejects(results, /the disk is full/);
  lanes.close(new Error('the disk is full'));
  await end('a');
  await failed;
  assert.deepEqual([started, lanes.waiting()], [['a'], 0]);
});
