import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';

type Document = Record<string, unknown>;

/** Two items that a person has filled and a run has changed. */
async function written(t: TestContext) {
  const rig = await setup(t);
  const { plex, run } = rig;
  const keys = ['a', 'b'].map((name) => {
    const item = { file: `/media/${name}.mp4`, title: name, genres: ['sand'], locked: ['summary'] };
    const ratingKey = plex.addItem({ sectionKey: '1', ...item });
    plex.editByHand(ratingKey, { summary: 'By hand.' });
    return ratingKey;
  });
  const before = keys.map((key) => shown(plex.item(key)));
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Pier', '--details', 'Boats.', '--tag', 'sea']);
  await run(['enqueue', '2', '--path', '/media/b.mp4', '--title', 'Mole', '--details', 'Ships.', '--tag', 'sea']);
  assert.equal((await run(['process'])).code, 0);
  return { ...rig, keys, before };
}

function shown(item: Document | object | undefined): object {
  const { title, summary, genres, locked } = item as Record<string, readonly string[] | undefined>;
  return { title, summary, genres: genres?.toSorted(), locked: locked?.toSorted() };
}

test('an undo of a run puts back values, names and locks, and twice is once', async (t) => {
  const { plex, run, keys, before } = await written(t);
  const preview = await run(['undo', '--run', '1', '--dry-run']);
  assert.equal(preview.code, 0, preview.stderr);
  assert.match(preview.stdout, /^Pier {2}scene 1, item \d+: would be undone$/m);
  assert.match(preview.stdout, /^title\t“Pier” → “a”$/m);
  assert.match(preview.stdout, /Dry run, nothing was written: 2 items, 6 fields would be undone\./);
  assert.equal(plex.item(keys[0] ?? '')?.title, 'Pier');

  const undone = await run(['undo', '--run', '1', '--yes']);
  assert.equal(undone.code, 0, undone.stderr);
  assert.deepEqual(
    keys.map((key) => shown(plex.item(key))),
    before,
  );
  assert.match(undone.stdout, /2 items, 6 fields undone\.\nTaken back itself by: plexsync undo --run 2\./);

  const { stdout: status } = await run(['status', '1']);
  const [, syncedAt] = /^last synced\t(\S+Z), and undone since$/m.exec(status) ?? [];
  const document = JSON.parse((await run(['status', '1', '--json'])).stdout) as { item: Document };
  assert.equal(document.item['synced_at'], syncedAt);

  plex.resetRequests();
  const again = await run(['undo', '--run', '1', '--yes']);
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stderr, /Nothing to undo for run 1: all of it is undone already\./);
  assert.equal(plex.count('edit'), 0);

  // Nothing of it is ours now, and yet it was written.
  await run(['queue', 'release', '1']);
  assert.match((await run(['status', '1'])).stdout, new RegExp(`^last synced\t${syncedAt}$`, 'm'));
});

test('an undo can be undone, and is a run that says so', async (t) => {
  const { plex, run, keys } = await written(t);
  const after = keys.map((key) => shown(plex.item(key)));
  await run(['undo', '--run', '1', '--yes']);
  const runs = JSON.parse((await run(['runs', '--json'])).stdout) as Document[];
  assert.deepEqual(
    runs.map(({ command, undone_by, items }) => [command, undone_by, items]),
    [
      ['undo', undefined, 2],
      ['process', 2, 2],
    ],
  );
  const back = await run(['undo', '--run', '2', '--yes', '--json']);
  assert.equal(back.code, 0, back.stderr);
  assert.deepEqual(
    keys.map((key) => shown(plex.item(key))),
    after,
  );
  const document = JSON.parse(back.stdout) as Document;
  assert.deepEqual([document['run'], document['undone'], document['fields'], document['failed']], [3, 2, 6, 0]);
  const [process] = (JSON.parse((await run(['runs', '--json'])).stdout) as Document[]).slice(-1);
  assert.equal(process?.['undone_by'], undefined);
});

test('what a person changed since stays theirs, and is said', async (t) => {
  const { plex, run, keys, before } = await written(t);
  const [first = '', second = ''] = keys;
  plex.editByHand(first, { title: 'Mine', genres: ['sand', 'sea', 'own'] });
  const { stdout, code } = await run(['undo', '--run', '1', '--yes']);
  assert.equal(code, 0);
  assert.match(stdout, /^title\tleft, since it was changed in Plex after that$/m);
  assert.match(stdout, /; 1 left, since they were changed after that\./);
  const { title, summary, genres } = plex.item(first) ?? {};
  assert.deepEqual([title, summary, genres?.toSorted()], ['Mine', 'By hand.', ['own', 'sand']]);
  assert.deepEqual(shown(plex.item(second)), before[1]);
});

test('what a later run stands before is left, not undone for ever, and its scene is not frozen', async (t) => {
  const { plex, run, keys } = await written(t);
  const [first = ''] = keys;
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Quay']);
  await run(['process']);
  const left = await run(['undo', '--run', '1', '--yes']);
  assert.match(left.stdout, /^title\tleft, since run 2 has written it after that$/m);
  assert.equal(plex.item(first)?.title, 'Quay');
  await run(['undo', '--run', '2', '--yes']);
  assert.equal(plex.item(first)?.title, 'Pier');
  await run(['undo', '--run', '1', '--yes']);
  assert.equal(plex.item(first)?.title, 'a');
});

test('a server that asks for patience ends it after what was sent, and the same undo goes on', async (t) => {
  const { plex, run, keys } = await written(t);
  plex.fail('edit', { kind: 'status', status: 429 }, 1);
  const busy = await run(['undo', '--run', '1', '--yes', '--concurrency', '2']);
  assert.equal(busy.code, 4, busy.stderr);
  assert.equal((await run(['undo', '--run', '1', '--yes'])).code, 0);
  assert.deepEqual(
    keys.map((key) => plex.item(key)?.title),
    ['a', 'b'],
  );
});

test('it asks first, and takes one selection', async (t) => {
  const { run } = await written(t);
  const asked = await run(['undo', '--run', '1']);
  assert.equal(asked.code, 2);
  assert.match(asked.stderr, /Undo run 1: 2 edits of 2 items.*\? There is no terminal to ask at\.\n.*--yes/);
  for (const words of [
    [],
    ['--run', '1', '--scene', '1'],
    ['--since', 'soon'],
    ['--run', 'x'],
    ['--library', 'Nowhere'],
  ]) {
    const { code, stderr } = await run(['undo', ...words, '--yes']);
    assert.equal(code, 2, words.join(' '));
    assert.doesNotMatch(stderr, /^\s+at /m);
  }
  assert.match((await run(['undo', '--run', '9', '--yes'])).stderr, /There is no run 9/);
  assert.match(
    (await run(['undo', '--job', '99', '--yes'])).stderr,
    /Nothing to undo for job 99: the journal has no edit/,
  );
});

test('each selection takes back its own part alone', async (t) => {
  for (const [words, expected] of [
    [
      ['--scene', '1'],
      ['a', 'Mole'],
    ],
    [
      ['--job', '2'],
      ['Pier', 'b'],
    ],
    [
      ['--since', '1h'],
      ['a', 'b'],
    ],
    [
      ['--library', 'adult'],
      ['a', 'b'],
    ],
  ] as const) {
    const { plex, run, keys } = await written(t);
    const { code, stderr } = await run(['undo', ...words, '--yes']);
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      keys.map((key) => plex.item(key)?.title),
      expected,
      words.join(' '),
    );
  }
});

test('an item that is gone, or another one by now, is left and said', async (t) => {
  const { plex, run, keys } = await written(t);
  const [first = '', second = ''] = keys;
  plex.removeItem(first);
  plex.removeItem(second);
  plex.addItem({ sectionKey: '1', ratingKey: second, file: '/media/b.mp4', title: 'Mole', addedAt: 1_800_000_000 });
  const { stdout, code } = await run(['undo', '--run', '1', '--yes']);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`item ${first}: left: the item is gone from Plex$`, 'm'));
  assert.match(stdout, new RegExp(`item ${second}: left: another item is under its key by now$`, 'm'));
  assert.equal(plex.item(second)?.title, 'Mole');
});

test('an outage in the middle keeps what was undone, and the same undo goes on', async (t) => {
  const { plex, run, keys, before } = await written(t);
  plex.fail('edit', { kind: 'status', status: 503 }, 1);
  const broken = await run(['undo', '--run', '1', '--yes', '--concurrency', '1']);
  assert.equal(broken.code, 4, broken.stdout);
  assert.match(broken.stderr, /Run the same undo again to go on/);
  const done = await run(['undo', '--run', '1', '--yes']);
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(
    keys.map((key) => shown(plex.item(key))),
    before,
  );
});

test('a token that Plex refuses ends it with 3', async (t) => {
  const { run } = await written(t);
  const { code, stderr } = await run(['undo', '--run', '1', '--yes', '--plex-token', 'not-the-right-one']);
  assert.equal(code, 3);
  assert.doesNotMatch(stderr, /not-the-right-one/);
});

test('after a kill at any step the same undo ends as one that was not killed', async (t) => {
  for (const at of ['undo_intended', 'undo_written', 'undo_settled']) {
    const { plex, run, spawn, keys, before } = await written(t);
    const killed = await spawn(['undo', '--run', '1', '--yes'], { env: { PLEXSYNC_TEST_KILL_AT: at } });
    assert.equal(killed.signal, 'SIGKILL', `${at}: ${killed.stderr}`);
    const { stdout } = await run(['status', '1']);
    const isBegun = stdout.includes(', which is not finished: run the same undo again.');
    assert.equal(isBegun, at !== 'undo_settled', at);
    assert.equal(stdout.includes(', and undone since\n'), !isBegun, at);
    const done = await run(['undo', '--run', '1', '--yes']);
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(
      keys.map((key) => shown(plex.item(key))),
      before,
      at,
    );
    // What was put back is not ours: nothing of it is taken away later.
    await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Pier', '--tag', '']);
    await run(['process']);
    assert.deepEqual(plex.item(keys[0] ?? '')?.genres, [], at);
  }
});

test('where many scenes are undone, all are named by one word', async (t) => {
  const rig = await setup(t);
  const ids = [6, 5, 4, 3, 2, 1];
  for (const id of ids) {
    rig.plex.addItem({ sectionKey: '1', file: `/media/${id}.mp4`, title: 'as it was' });
    await rig.run(['enqueue', `${id}`, '--path', `/media/${id}.mp4`, '--title', 'Pier']);
  }
  assert.equal((await rig.run(['process'])).code, 0);
  assert.match(
    (await rig.run(['undo', '--scene', '6', '--yes'])).stdout,
    /Written again by: plexsync queue release 6$/m,
  );
  const back = await rig.run(['undo', '--run', '2', '--yes']);
  assert.match(back.stdout, /Taken back itself by: plexsync undo --run 3\.$/m, 'it holds no scene');
  assert.match(
    (await rig.run(['undo', '--run', '1', '--yes'])).stdout,
    /Written again by: plexsync queue release --all$/m,
  );
});

test('a dry run takes no job of a killed run for one under way, and one of a living run for such', async (t) => {
  const { plex, run, start, spawn } = await written(t);
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Mole']);
  await spawn(['process'], { env: { PLEXSYNC_TEST_KILL_AT: 'written' } });
  assert.match((await run(['undo', '--run', '1', '--dry-run'])).stdout, /would be undone/);
  assert.doesNotMatch((await run(['undo', '--run', '1', '--dry-run'])).stdout, /a run is working on its scene/);
  plex.fail('edit', { kind: 'hang' }, Number.POSITIVE_INFINITY);
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Quay']);
  const before = plex.count('edit');
  const draining = start(['process']);
  while (plex.count('edit') === before) await new Promise((resolve) => void setImmediate(resolve));
  assert.match((await run(['undo', '--run', '1', '--dry-run'])).stdout, /a run is working on its scene/);
  draining.kill('SIGKILL');
  await draining.ended;
});
