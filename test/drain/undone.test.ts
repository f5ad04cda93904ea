/** A scene whose edits a person took back stays as it is, until a person or Stash says something else of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentHashOf } from '../../src/core/model/stash-content.ts';
import { staysUndone } from '../../src/core/model/undone.ts';
import { openDeadLetterActions } from '../../src/queue/work/dead-letter-actions.ts';
import { intakeOf } from '../../src/queue/work/intake.ts';
import type { DrainWorld } from '../helpers/drain-world.ts';
import { addItems, bare, lighthouse, setup } from '../helpers/drain-world.ts';

function undo({ world }: DrainWorld, content: string | null): void {
  const value = content === null ? 'NULL' : `'${content}'`;
  world.sql(`INSERT INTO undone (scene_id, content, run_id, undone_at) VALUES (1, ${value}, 7, 1)`);
}

const jobs = ({ world }: DrainWorld) => world.sql('SELECT undone, attempt, held FROM jobs');
const rows = ({ world }: DrainWorld) => world.sql('SELECT scene_id, content FROM undone');

async function ofStash(t: Parameters<typeof setup>[0]) {
  const world = await setup(t);
  const stash = await world.stash();
  addItems(world.plex, 1);
  const id = stash.addScene({ id: 1, title: 'Beacon', details: 'Boats.', files: [{ path: '/harbour/1.mp4' }] });
  world.enqueue(bare(id));
  await world.run();
  const [row] = world.world.sql('SELECT stash_content AS content FROM scenes');
  return { ...world, server: stash, content: String(row?.['content']) };
}

test('only other contents of one version end it', () => {
  const [then, now] = [{ title: 'Beacon' }, { title: 'Bell' }].map((data) => contentHashOf(data));
  assert.ok(then !== undefined && now !== undefined);
  assert.equal(staysUndone({ content: then }, now), false);
  assert.equal(staysUndone({ content: then }, then), true);
  assert.equal(staysUndone({ content: then }, undefined), true);
  assert.equal(staysUndone({ content: undefined }, now), true);
  assert.equal(staysUndone({ content: `0:${then.slice(2)}` }, now), true);
});

test('an undone scene is left while Stash says the same, with no request to Plex for it', async (t) => {
  const world = await ofStash(t);
  const { plex, enqueue, run, content } = world;
  undo(world, content);
  plex.editByHand('101', { title: 'as before' });
  enqueue(bare(1));
  const before = plex.count('item') + plex.count('edit');
  const { tally, of } = await run();
  assert.deepEqual([tally, of('undone').length], [{ undone: 1 }, 1]);
  assert.equal(plex.count('item') + plex.count('edit'), before);
  assert.deepEqual(jobs(world), [{ undone: 1, attempt: 0, held: 3 }]);
  assert.deepEqual((await run()).tally, {});
});

test('once Stash has something else, it is written and no longer undone', async (t) => {
  const world = await ofStash(t);
  const { plex, server, enqueue, run, content } = world;
  undo(world, content);
  enqueue(bare(1));
  await run();
  server.editScene(1, { title: 'Bell' });
  enqueue(bare(1));
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.deepEqual([plex.item('101')?.title, rows(world), jobs(world)], ['Bell', [], []]);
});

test('where it is not known what was undone, what Stash has now counts as that', async (t) => {
  const world = await ofStash(t);
  const { enqueue, run, content } = world;
  undo(world, null);
  enqueue(bare(1));
  assert.deepEqual((await run()).tally, { undone: 1 });
  assert.deepEqual(rows(world), [{ scene_id: 1, content }]);
});

test('an edit by hand from before the undo waits, and nothing of it is lost', async (t) => {
  const world = await setup(t);
  addItems(world.plex, 1);
  world.enqueue(lighthouse(1, { title: 'Beacon' }));
  undo(world, null);
  assert.deepEqual((await world.run()).tally, { undone: 1 });
  assert.equal(JSON.parse(String(world.world.onlyJob()['data'])).title, 'Beacon');
});

test('a dry run tells it and changes nothing', async (t) => {
  const world = await ofStash(t);
  undo(world, world.content);
  world.enqueue(bare(1));
  const { of } = await world.run({ mode: 'preview' });
  assert.deepEqual(
    of('would_not_write').map(({ reason }) => reason),
    ['undone'],
  );
  assert.deepEqual(jobs(world), [{ undone: 0, attempt: 0, held: 1 }]);
});

test('a letter that a person retries ends it, and one that comes back by itself does not', async (t) => {
  const world = await setup(t);
  world.enqueue(lighthouse(1, { title: 'Beacon' }));
  world.plex.fail('edit', { kind: 'status', status: 403 }, 9);
  addItems(world.plex, 1);
  await world.run();
  undo(world, null);
  await world.run({ tokenFingerprint: () => 'another' });
  assert.deepEqual([world.world.letters().length, jobs(world)], [0, [{ undone: 1, attempt: 0, held: 3 }]]);
  assert.equal(rows(world).length, 1);
  openDeadLetterActions(world.world.stores()).releaseUndone([1], world.clock.now);
  assert.deepEqual([rows(world), jobs(world)], [[], [{ undone: 0, attempt: 0, held: 0 }]]);
});

test('a scene that is gone from Stash, and another server, end it', async (t) => {
  const world = await ofStash(t);
  undo(world, world.content);
  intakeOf(world.world.stores()).forget([1]);
  assert.deepEqual(rows(world), []);
  undo(world, null);
  world.world.drain().adopt({ machineIdentifier: 'another', sectionUuids: [] });
  assert.deepEqual(rows(world), []);
});
