/** Since when a server is away is told of one outage at one address, and of no other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';

const LONG = /It has been like this since \d/;

test('a refused token ends an outage: the next one begins anew', async (t) => {
  const { plex, run } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/1.mp4', '--title', 'Pier']);
  const isToldLong = async (): Promise<boolean> => {
    const mend = plex.fail('all', { kind: 'drop' }, Number.POSITIVE_INFINITY);
    const { code, stderr } = await run(['process']);
    mend();
    assert.equal(code, 4, stderr);
    return LONG.test(stderr);
  };
  assert.deepEqual([await isToldLong(), await isToldLong()], [false, true]);
  const refused = await run(['process'], { env: { PLEX_TOKEN: 'not-the-token-of-this-plex' } });
  assert.equal(refused.code, 3, refused.stderr);
  assert.equal(JSON.parse((await run(['stats', '--json'])).stdout).outage_since, null);
  assert.equal(await isToldLong(), false);
});

test('a refusal that is remembered asks nobody, and ends no outage', async (t) => {
  const { plex, run } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/1.mp4', '--title', 'Pier']);
  const refused = async (): Promise<void> => {
    assert.equal((await run(['process'], { env: { PLEX_TOKEN: 'not-the-token-of-this-plex' } })).code, 3);
  };
  const outage = async (): Promise<unknown> => JSON.parse((await run(['stats', '--json'])).stdout).outage_since;
  await refused();
  plex.fail('all', { kind: 'drop' }, Number.POSITIVE_INFINITY);
  assert.equal((await run(['process'])).code, 4);
  const since = await outage();
  assert.equal(typeof since, 'string');
  plex.resetRequests();
  await refused();
  assert.deepEqual([plex.requests.length, await outage()], [0, since]);
});

test('another address of the server is another outage', async (t) => {
  const { run } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/1.mp4', '--title', 'Pier']);
  const isToldLong = async (port: number): Promise<boolean> => {
    const { code, stderr } = await run(['process'], { env: { PLEX_URL: `http://127.0.0.1:${port}` } });
    assert.equal(code, 4, stderr);
    return LONG.test(stderr);
  };
  assert.deepEqual([await isToldLong(9), await isToldLong(9)], [false, true]);
  assert.deepEqual([await isToldLong(7), await isToldLong(7)], [false, true]);
});
