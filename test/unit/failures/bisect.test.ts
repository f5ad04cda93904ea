import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bisect } from '../../../src/core/failures/bisect.ts';

test('what is answered for is asked for once, all of it', async () => {
  const asked: (readonly number[])[] = [];
  const unasked = await bisect([1, 2, 3], (part) => {
    asked.push(part);
    return Promise.resolve('done');
  });
  assert.deepEqual([asked, unasked], [[[1, 2, 3]], []]);
  assert.deepEqual(await bisect([], () => assert.fail('nothing to ask for')), []);
});

test('a fault is halved until it is one id’s, in order, and the others are answered for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(200), { maxLength: 60 }), fc.func(fc.boolean()), async (ids, bad) => {
      const isBad = (id: number): boolean => bad(id);
      const done: number[] = [];
      const alone: number[] = [];
      const unasked = await bisect(ids, (part) => {
        if (!part.some((id) => isBad(id))) done.push(...part);
        else if (part.length === 1) alone.push(...part);
        else return Promise.resolve('halve');
        return Promise.resolve('done');
      });
      assert.deepEqual([done, alone, unasked], [ids.filter((id) => !isBad(id)), ids.filter((id) => isBad(id)), []]);
    }),
  );
});

test('after a stop nothing more is asked for, and what was not answered for is returned', async () => {
  let requests = 0;
  const unasked = await bisect([1, 2, 3, 4], (part) => {
    requests += 1;
    if (part.length === 4) return Promise.resolve('halve');
    return Promise.resolve(part.includes(1) ? 'done' : 'stop');
  });
  assert.deepEqual([requests, unasked], [3, [3, 4]]);
});
