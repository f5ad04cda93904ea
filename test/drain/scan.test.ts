/** Plex is asked to look into the folders of files that it does not have, where that is wanted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlexServer } from '../../src/simulator/plex/server.ts';
import { addItems, lighthouse, setup } from '../helpers/drain-world.ts';

const SCAN = { scanning: 'request' } as const;

function scanned({ requests }: PlexServer): readonly (string | undefined)[] {
  return requests
    .filter(({ route }) => route === 'refresh')
    .map(({ query }) => query.find(([key]) => key === 'path')?.[1]);
}

test('the folders of missing files are scanned, once what was found is written', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1), lighthouse(2, { path: '/harbour/new/2.mp4' }), lighthouse(3, { path: '/elsewhere/3.mp4' }));
  const { tally, of } = await run(SCAN);
  assert.deepEqual([tally, scanned(plex)], [{ updated: 1, waiting: 2 }, ['/harbour/new']]);
  assert.deepEqual(of('scan_requested'), [
    { kind: 'scan_requested', section: 'Harbour Films', folder: '/harbour/new' },
  ]);
  assert.equal(plex.requests.at(-1)?.route, 'refresh');
});

test('nothing is scanned unless it is wanted, and never in a preview', async (t) => {
  const { plex, clock, enqueue, run } = await setup(t);
  enqueue(lighthouse(1));
  await run({ ...SCAN, mode: 'preview' });
  await run({ scanning: 'leave' });
  clock.now += 60_000;
  assert.deepEqual(scanned(plex), []);
  await run(SCAN);
  assert.deepEqual(scanned(plex), ['/harbour']);
});

test('what failed otherwise needs no scan', async (t) => {
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, 1);
  enqueue(lighthouse(1));
  plex.fail('edit', { kind: 'status', status: 400 });
  assert.deepEqual((await run(SCAN)).tally, { buried: 1 });
  assert.deepEqual(scanned(plex), []);
});
