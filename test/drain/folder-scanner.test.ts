/** Each folder is asked for once in a drain, and trouble there is nobody's failure. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOWN, lighthouse, lighthouses, onRequest, setup } from '../helpers/drain-world.ts';

const SCAN = { scanning: 'request' } as const;

/** A world in which two files in a folder each are missing, and more of the first come in a second batch. */
async function setupMissing(t: Parameters<typeof setup>[0]) {
  const created = await setup(t);
  created.enqueue(lighthouse(1, { path: '/harbour/a/1.mp4' }), lighthouse(2, { path: '/harbour/b/2.mp4' }));
  return created;
}

test('a folder is asked for once in a drain, whatever comes later', async (t) => {
  const { plex, enqueue, run } = await setupMissing(t);
  let isDone = false;
  const settled = (): void => {
    if (!isDone) enqueue(lighthouse(3, { path: '/harbour/a/3.mp4' }));
    isDone = true;
  };
  assert.deepEqual((await run(SCAN, { at: { settled } })).tally, { waiting: 3 });
  assert.equal(plex.count('refresh'), 2);
});

test('after a refused scan no other is requested, and it counts for neither job nor breaker', async (t) => {
  const { plex, world, run } = await setupMissing(t);
  plex.fail('refresh', { kind: 'status', status: 403 });
  const { tally, ends, of } = await run(SCAN);
  assert.deepEqual([tally, ends, plex.count('refresh')], [{ waiting: 2 }, [], 1]);
  assert.deepEqual(
    of('scan_failed').map(({ folder }) => folder),
    ['/harbour/a'],
  );
  assert.deepEqual(world.sql('SELECT * FROM breakers'), []);
});

test('a scan that a stop cut off is no failure to tell of', async (t) => {
  const { plex, stop, run } = await setupMissing(t);
  onRequest(plex, { route: 'refresh', fault: DOWN }, () => {
    stop.signal = 'SIGTERM';
  });
  const { of, ends } = await run(SCAN);
  assert.deepEqual([of('scan_failed'), ends, plex.count('refresh')], [[], ['signal'], 1]);
});

test('when the time is up, or a signal came, nothing more is asked for', async (t) => {
  for (const end of ['time', 'signal'] as const) {
    const { plex, clock, stop, run } = await setupMissing(t);
    onRequest(plex, { route: 'refresh' }, () => {
      if (end === 'time') clock.now += 1_000;
      else stop.signal = 'SIGTERM';
    });
    await run({ ...SCAN, deadlineAt: clock.now + 1_000 });
    assert.equal(plex.count('refresh'), 1);
  }
});

test('a bug there is not taken for trouble of Plex', async (t) => {
  const { enqueue, run } = await setup(t);
  enqueue(...lighthouses(1));
  const scanFolder = () => Promise.reject(new TypeError('a bug'));
  await assert.rejects(run(SCAN, { plex: { scanFolder } }), /a bug/);
});
