import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Reply, Source } from '../../../src/terminal/answers/keys.ts';
import { keysOf } from '../../../src/terminal/answers/keys.ts';

/** A keyboard that notes its modes, and a source of its keys. */
function sit() {
  const modes: boolean[] = [];
  const keyboard = Object.assign(new PassThrough(), { setRawMode: (mode: boolean) => void modes.push(mode) });
  const abort = new AbortController();
  return { modes, keyboard, abort, source: keysOf(keyboard, abort.signal) };
}

/** Asks, and types once the question stands there. */
async function answer(source: Source, type: () => void): Promise<Reply> {
  return await source.next(() => void setImmediate().then(type));
}

test('one key answers, and those that came before the question or behind the answer do not', async () => {
  const { keyboard, source } = sit();
  // Pressed while something was done, and not read yet.
  void setImmediate()
    .then(() => setImmediate())
    .then(() => keyboard.write('p'));
  const first = await answer(source, () => keyboard.write('rpp'));
  assert.deepEqual(first, { kind: 'key', key: 'r' });
  keyboard.write('p');
  assert.deepEqual(await answer(source, () => keyboard.write('s')), { kind: 'key', key: 's' });
});

test('Enter is an empty answer, and an arrow one key that is none', async () => {
  const { keyboard, source } = sit();
  assert.deepEqual(await answer(source, () => keyboard.write('\r')), { kind: 'key', key: '' });
  assert.deepEqual(await answer(source, () => keyboard.write('\u001b[A')), { kind: 'key', key: 'Esc' });
});

test('Ctrl-C stops wherever it stands, Ctrl-D, a signal and the end of the terminal end', async () => {
  const typed = async (keys: string): Promise<Reply> => {
    const { keyboard, source } = sit();
    return await answer(source, () => keyboard.write(keys));
  };
  assert.deepEqual(await typed('\u0003'), { kind: 'stopped', signal: 'SIGINT' });
  assert.deepEqual(await typed('p\u0003'), { kind: 'stopped', signal: 'SIGINT' });
  assert.deepEqual(await typed('\u0004'), { kind: 'ended' });
  const { keyboard, source, abort } = sit();
  assert.deepEqual(await answer(source, () => abort.abort()), { kind: 'ended' });
  assert.deepEqual(await answer(source, () => keyboard.write('p')), { kind: 'ended' });
  const gone = sit();
  gone.keyboard.end();
  assert.deepEqual(await answer(gone.source, () => undefined), { kind: 'ended' });
});

test('Ctrl-C is a signal while nothing is asked, and the mode of the terminal is put back', async () => {
  const { keyboard, source, modes } = sit();
  await answer(source, () => keyboard.write('r'));
  // Whoever did not hear it would wait for ever.
  const heard = once(process, 'SIGINT', { signal: AbortSignal.timeout(5_000) });
  keyboard.write('\u0003');
  await heard;
  assert.deepEqual(modes, [true]);
  source.close();
  assert.deepEqual([modes, keyboard.isPaused()], [[true, false], true]);
});
