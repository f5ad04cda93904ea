import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withSignsOfLife } from '../../../src/commands/process/watch/signs-of-life.ts';

test('each question of a watch to Stash is a sign of life, and gets its answer', async () => {
  const said: string[] = [];
  const presence = () => {
    said.push('asked');
    return Promise.resolve({ total: 3, present: new Set<number>() });
  };
  const client = withSignsOfLife({ presence }, () => void said.push('alive'));
  assert.equal((await client.presence()).total, 3);
  await client.presence();
  assert.deepEqual(said, ['alive', 'asked', 'alive', 'asked']);
});
