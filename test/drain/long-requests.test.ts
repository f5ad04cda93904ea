/** What was too long is remembered, so that a cut summary is not sent in vain again and again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addItems, idsTo, lighthouse, setup } from '../helpers/drain-world.ts';

const HOUR_MS = 3_600_000;
/** Too long for the proxy whole, and the first shorter request fits. */
const DETAILS = 'The keeper rows out at dawn and counts the boats that came home. '.repeat(60);
const TOO_LONG = { field: 'summary', reason: 'too_long' };

/** A world in which so many lighthouses were written with a cut summary, and are due again. */
async function setupCut(t: Parameters<typeof setup>[0], count = 1) {
  const created = await setup(t, { maxTargetBytes: 4_096 });
  const { plex, enqueue, run } = created;
  addItems(plex, ...idsTo(count));
  const again = (data = {}): void =>
    enqueue(...idsTo(count).map((id) => lighthouse(id, { details: DETAILS, ...data })));
  again();
  assert.deepEqual((await run()).tally, { updated: count });
  plex.resetRequests();
  again();
  return { ...created, again };
}

test('a cut summary is not sent again within the hour, and that it is cut stays told', async (t) => {
  const { plex, run } = await setupCut(t);
  const { tally, of } = await run();
  assert.deepEqual([tally, plex.count('edit')], [{ unchanged: 1 }, 0]);
  assert.deepEqual(of('left_alone'), [{ kind: 'left_alone', sceneId: 1, left: TOO_LONG }]);
});

test('after an hour it is tried: once for all of them where the limit is what it was', async (t) => {
  const { plex, clock, run } = await setupCut(t, 3);
  clock.now += HOUR_MS;
  const { tally, of } = await run();
  assert.deepEqual([tally, plex.count('edit')], [{ unchanged: 3 }, 1]);
  assert.equal(of('left_alone').length, 3);
});

test('once the limit was raised it arrives whole', async (t) => {
  const { plex, clock, run } = await setupCut(t);
  plex.setMaxTargetBytes(65_536);
  clock.now += HOUR_MS;
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.equal(plex.item('101')?.summary, DETAILS.trim());
});

test('beside another edit it is tried within the hour too, and what was taken shows that the limit was raised', async (t) => {
  const { plex, again, run } = await setupCut(t, 2);
  plex.setMaxTargetBytes(65_536);
  again({ title: 'Lantern Row' });
  assert.deepEqual((await run()).tally, { updated: 2 });
  assert.equal(plex.item('102')?.summary, DETAILS.trim());
  // Nothing is known as too long any more, so that a smaller one is not kept back.
  again({ title: 'Lantern Row' });
  assert.deepEqual((await run()).of('left_alone'), []);
});

test('a summary that was changed since is no repetition', async (t) => {
  const { plex, again, run } = await setupCut(t);
  again({ details: `Anew: ${DETAILS}` });
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.match(plex.item('101')?.summary ?? '', /^Anew: /);
});

test('what is known already is not stored again', async (t) => {
  const { plex, enqueue, run } = await setupCut(t);
  addItems(plex, 7);
  enqueue(lighthouse(7));
  const saved: unknown[] = [];
  const saveTooLong = (_fingerprint: string, tooLong: unknown): void => void saved.push(tooLong);
  const { tally } = await run({}, { queue: { saveTooLong } });
  assert.deepEqual([tally, saved], [{ unchanged: 1, updated: 1 }, []]);
});

test('another address of the server may have another limit', async (t) => {
  const { plex, run } = await setupCut(t);
  await run({ tokenFingerprint: () => 'another' });
  assert.equal(plex.count('edit'), 1);
});
