/** A Stash that has none of the scenes is not believed at once: the address may lead to another one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrainWorld } from '../helpers/drain-world.ts';
import { addItems, bare, DOWN, fileOf, idsTo, setup } from '../helpers/drain-world.ts';

/** A world with as many scenes, written from Stash, and the jobs of some that Stash never had. */
async function setupKnown(t: Parameters<typeof setup>[0], known: number) {
  const created = await setup(t);
  const stash = await created.stash();
  for (const id of idsTo(known)) stash.addScene({ title: `Pier ${id}`, tags: ['fog'], files: [{ path: fileOf(id) }] });
  addItems(created.plex, ...idsTo(known));
  created.enqueue(...idsTo(known).map((id) => bare(id)));
  if (known > 0) await created.run();
  return { ...created, stash };
}

function assertLeft({ world }: Pick<DrainWorld, 'world'>, count: number): void {
  const [row] = world.sql('SELECT count(*) AS count FROM jobs WHERE attempt = 0');
  assert.equal(row?.['count'], count);
}

test('while known scenes are there, those that are gone are believed to be', async (t) => {
  const { stash, enqueue, run } = await setupKnown(t, 3);
  for (const id of [1, 2]) stash.removeScene(id);
  enqueue(bare(1), bare(2));
  assert.deepEqual((await run()).tally, { gone: 2 });
  assert.equal(stash.count('PlexsyncPresence'), 1);
});

test('a Stash that has none of three known scenes either is another one', async (t) => {
  const created = await setupKnown(t, 3);
  const { stash, enqueue, run } = created;
  for (const id of [1, 2, 3]) stash.removeScene(id);
  stash.addScene({ id: 70, title: 'Of another Stash' });
  enqueue(bare(80));
  const { tally, ends, of } = await run();
  assert.deepEqual([tally, ends], [{ released: 1 }, ['stash_misconfigured']]);
  assert.match(of('released')[0]?.message ?? '', /nor any that were written before/);
  assertLeft(created, 1);
});

test('an empty Stash is not trusted', async (t) => {
  const created = await setupKnown(t, 0);
  created.enqueue(bare(1));
  assert.deepEqual((await created.run()).ends, ['stash_misconfigured']);
  assertLeft(created, 1);
});

test('where nothing is known, ten scenes at once are too many to be gone, and nine are not', async (t) => {
  const created = await setupKnown(t, 0);
  const { stash, clock, enqueue, run } = created;
  stash.addScene({ id: 70, title: 'Of another Stash' });
  enqueue(...idsTo(10).map((id) => bare(id)));
  assert.deepEqual((await run()).ends, ['stash_misconfigured']);
  assertLeft(created, 10);
  clock.now += 60_000;
  assert.deepEqual((await run({ limit: 9 })).tally, { gone: 9 });
});

test('one scene that is there vouches for the rest, and nothing more is asked', async (t) => {
  const { stash, enqueue, run } = await setupKnown(t, 1);
  enqueue(bare(1), ...idsTo(12).map((id) => bare(100 + id)));
  assert.deepEqual((await run()).tally, { gone: 12, unchanged: 1 });
  assert.equal(stash.count('PlexsyncPresence'), 0);
});

test('a question about it that fails leaves them all in the queue', async (t) => {
  const created = await setupKnown(t, 1);
  const { stash, enqueue, run } = created;
  enqueue(bare(80));
  stash.fail('PlexsyncPresence', DOWN);
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ released: 1 }, ['stash_unreachable']]);
  assertLeft(created, 1);
});
