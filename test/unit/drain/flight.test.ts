/** The batches in flight: they land in their order, and what one throws reaches who waits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFlight } from '../../../src/core/drain/batches/flight.ts';

const pause = async (): Promise<void> => await new Promise((resolve) => void setImmediate(resolve));

test('a batch is settled after the ones before it, whichever is written first', async () => {
  const flight = createFlight({ pause });
  const settled: string[] = [];
  const first = Promise.withResolvers<string>();
  flight.start(
    () => first.promise,
    (name) => void settled.push(name),
  );
  flight.start(
    async () => await Promise.resolve('second'),
    (name) => void settled.push(name),
  );
  await new Promise((resolve) => void setImmediate(resolve));
  assert.deepEqual([flight.size(), settled], [2, []]);
  first.resolve('first');
  await flight.until(() => flight.size() === 0);
  assert.deepEqual(settled, ['first', 'second']);
});

test('whoever waits is asked again when something moves, and goes on once one batch more has landed', async () => {
  const flight = createFlight({ pause });
  const one = Promise.withResolvers<string>();
  flight.start(
    () => one.promise,
    () => undefined,
  );
  let asked = 0;
  const waiting = flight.until(() => {
    asked += 1;
    return asked === 2;
  });
  await pause();
  assert.equal(asked, 1);
  flight.stir();
  assert.equal(asked, 1, 'the lanes go on first');
  await waiting;
  const landing = flight.oneLanded();
  one.resolve('one');
  await landing;
  assert.equal(flight.size(), 0);
  await flight.oneLanded();
});

test('what a batch throws is thrown where somebody waits, and the others land all the same', async () => {
  const flight = createFlight({ pause });
  const other = Promise.withResolvers<string>();
  const settled: string[] = [];
  flight.start(
    () => other.promise,
    (name) => void settled.push(name),
  );
  flight.start(
    () => Promise.reject(new Error('a bug')),
    () => undefined,
  );
  await assert.rejects(
    flight.until(() => false),
    /a bug/,
  );
  other.resolve('other');
  await flight.landed();
  assert.deepEqual([settled, flight.size()], [['other'], 0]);
});
