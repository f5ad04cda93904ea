import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { setup } from '../../helpers/rig.ts';

/** Three scenes of Stash that were written and undone. */
async function undone(t: TestContext) {
  const rig = await setup(t);
  const stash = await startStashServer();
  t.after(() => stash.close());
  const { plex } = rig;
  const keys = [1, 2, 3].map((id) => {
    stash.addScene({ id, title: `Pier ${id}`, files: [{ path: `/media/${id}.mp4` }] });
    return plex.addItem({ sectionKey: '1', file: `/media/${id}.mp4`, title: `${id}` });
  });
  const run: typeof rig.run = (args, options) =>
    rig.run(args, { ...options, env: { STASH_URL: stash.url, ...options?.env } });
  await run(['enqueue', '--all', '--yes']);
  await run(['process']);
  assert.equal((await run(['undo', '--run', '1', '--yes'])).code, 0);
  const titles = () => keys.map((key) => plex.item(key)?.title);
  assert.deepEqual(titles(), ['1', '2', '3']);
  return { ...rig, run, stash, titles };
}

test('undone scenes are left by all that asks for many, and counted', async (t) => {
  const { run, titles } = await undone(t);
  const all = await run(['enqueue', '--all', '--yes']);
  assert.match(
    all.stdout,
    /^0 scenes enqueued: 0 new, 0 merged.*, 3 undone scenes left \(plexsync queue release --all writes them again\)/,
  );
  const recent = JSON.parse((await run(['enqueue', '--recent', '7d', '--json'])).stdout) as Record<string, unknown>;
  assert.deepEqual([recent['enqueued'], recent['undone']], [0, 3]);
  const reconciled = await run(['reconcile', '--yes']);
  assert.match(reconciled.stdout, /^undone\t3\t-$/m);
  assert.match(
    reconciled.stdout,
    /looked at, 3 undone scenes left \(plexsync queue release --all .*: nothing to do\.$/m,
  );
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual(titles(), ['1', '2', '3']);
  const stats = JSON.parse((await run(['stats', '--json'])).stdout) as Record<string, unknown>;
  assert.equal(stats['undone'], 3);
  assert.match(
    (await run(['status', '2'])).stdout,
    /^undone\tby run 2 on .*plexsync queue release 2 writes it again$/m,
  );
});

test('a person’s word for one scene ends it for that scene', async (t) => {
  const { run, titles } = await undone(t);
  await run(['enqueue', '1']);
  const released = await run(['queue', 'release', '2']);
  assert.equal(released.code, 0, released.stderr);
  assert.match(released.stdout, /^1 undone scene released: due with the next run\.\nNext: plexsync process$/m);
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual(titles(), ['Pier 1', 'Pier 2', '3']);
});

test('what a released job waits for is said, with the step that ends it', async (t) => {
  const { run, sql } = await undone(t);
  for (const id of [1, 2, 3]) {
    const event = JSON.stringify({ args: { hookContext: { id, type: 'Scene.Update.Post', input: null } } });
    await run(['hook'], { input: event });
  }
  await run(['process']);
  // As a run leaves one that would remove too much, and one of a directory whose runs do not know Stash.
  sql('UPDATE jobs SET removals = 1 WHERE scene_id = 1');
  sql(`DELETE FROM meta WHERE name = 'claims_held'`);
  const unknown = { env: { STASH_URL: '' } };
  const json = JSON.parse((await run(['queue', 'release', '3', '--json'], unknown)).stdout) as Record<string, unknown>;
  assert.deepEqual([json['released'], json['no_stash'], json['removals']], [1, 1, 0]);
  const both = await run(['queue', 'release', '--all', '--yes'], unknown);
  assert.equal(
    both.stdout,
    '2 undone scenes released: 1 without a Stash to ask, 1 held back, since it would remove too much.\n' +
      'Next: set stash_url, then plexsync resume allows what is removed, then plexsync process\n',
  );
});

test('all are released once it is confirmed', async (t) => {
  const { run, titles } = await undone(t);
  const asked = await run(['queue', 'release', '--all']);
  assert.equal(asked.code, 2);
  assert.match(asked.stderr, /Let 3 undone scenes of .* be written again, which was undone\?/);
  assert.match(
    (await run(['queue', 'release', '--all', '--dry-run'])).stdout,
    /^3 undone scenes would be released: 1, 2, 3\./,
  );
  assert.equal((await run(['queue', 'release', '--all', '--yes'])).code, 0);
  await run(['process']);
  assert.deepEqual(titles(), ['Pier 1', 'Pier 2', 'Pier 3']);
  assert.match((await run(['queue', 'release', '--all'])).stdout, /^No scene is undone\.$/m);
});

test('what is released wrongly is answered in a sentence', async (t) => {
  const { run } = await undone(t);
  assert.match(
    (await run(['queue', 'release', '9'])).stderr,
    /Not undone: scene 9\.\n.*plexsync enqueue 9 writes it in any case/,
  );
  for (const words of [[], ['1', '--all'], ['x'], ['1', '1']]) {
    const { code, stderr } = await run(['queue', 'release', ...words]);
    assert.equal(code, 2, words.join(' '));
    assert.doesNotMatch(stderr, /^\s+at /m);
  }
});

test('a hook for an undone scene leaves it, and its job is shown as undone', async (t) => {
  const { run, titles, stash } = await undone(t);
  const event = JSON.stringify({ args: { hookContext: { id: 3, type: 'Scene.Update.Post', input: null } } });
  await run(['hook'], { input: event });
  const { code, stdout } = await run(['process']);
  assert.equal(code, 0);
  assert.match(stdout, /1 undone, and left as they are/);
  assert.match((await run(['queue', 'list', '--state', 'undone'])).stdout, /\tundone\t-\t.*plexsync queue release 3$/m);
  stash.editScene(3, { title: 'Mole' });
  await run(['hook'], { input: event });
  await run(['process']);
  assert.deepEqual(titles(), ['1', '2', 'Mole']);
});

test('reconcile writes what Stash has changed since the undo, even where a job waits, and says the same beforehand', async (t) => {
  const { run, titles, stash } = await undone(t);
  await run(['hook'], {
    input: JSON.stringify({ args: { hookContext: { id: 2, type: 'Scene.Update.Post', input: null } } }),
  });
  await run(['process']);
  for (const id of [1, 2]) stash.editScene(id, { title: `Mole ${id}` });
  type Told = Readonly<Record<string, unknown>>;
  const dry = JSON.parse((await run(['reconcile', '--dry-run', '--json'])).stdout) as Told;
  assert.deepEqual([dry['undone'], dry['enqueued']], [1, 0]);
  const asked = await run(['reconcile']);
  assert.match(asked.stderr, /Put 2 scenes into the queue/);
  const done = JSON.parse((await run(['reconcile', '--yes', '--json'])).stdout) as Told;
  assert.deepEqual([done['undone'], done['enqueued']], [1, 2]);
  await run(['process']);
  assert.deepEqual(titles(), ['Mole 1', 'Mole 2', '3']);
  const stats = JSON.parse((await run(['stats', '--json'])).stdout) as Told;
  assert.equal(stats['undone'], 1);
});

test('a dry run and the summary count what stays undone', async (t) => {
  const { run } = await undone(t);
  await run(['hook'], {
    input: JSON.stringify({ args: { hookContext: { id: 2, type: 'Scene.Update.Post', input: null } } }),
  });
  assert.match((await run(['process', '--dry-run'])).stdout, /nothing was written: 1 undone, and left as they are/);
  const lines = (await run(['process', '--json'])).stdout.trim().split('\n');
  const summary = JSON.parse(lines.at(-1) ?? '') as Readonly<Record<string, unknown>>;
  assert.deepEqual([summary['undone'], summary['failed'] ?? 0, summary['exit_code']], [1, 0, 0]);
  assert.match(
    (await run(['process'])).stdout,
    /Held \(undone\): 1 of undone scenes; plexsync queue release --all writes/,
  );
});
