/** What may happen between two steps, two runs or two people, and must end right all the same. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setup as setupRig } from '../../helpers/rig.ts';

async function setup(t: Parameters<typeof setupRig>[0], count: number, options: Parameters<typeof setupRig>[1] = {}) {
  const rig = await setupRig(t, options);
  const scenes = Array.from({ length: count }, (_, index) => ({
    scene_id: index + 1,
    path: `/media/${index + 1}.mp4`,
    title: `Quay ${index + 1}`,
  }));
  const keys = scenes.map(({ path }) => rig.plex.addItem({ sectionKey: '1', file: path, title: 'untitled' }));
  if (count > 0) await rig.run(['enqueue', '-'], { input: JSON.stringify(scenes) });
  return { ...rig, keys };
}

test('a Plex edit between a failed write and its retry is kept, and our tag still arrives', async (t) => {
  const { plex, run, makeDue, keys } = await setup(t, 0);
  const key = plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a', genres: ['old'] });
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'New', '--tag', 'sea']);
  plex.fail('edit', { kind: 'status', status: 500 });
  assert.equal((await run(['process'])).code, 1);
  plex.editByHand(key, { genres: ['old', 'My own'] });
  makeDue();
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual(plex.item(key)?.genres, ['old', 'My own', 'sea']);
  await run(['enqueue', '1', '--tag', 'dunes']);
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual(plex.item(key)?.genres, ['old', 'My own', 'dunes']);
  assert.deepEqual(keys, []);
});

test('a drain that slept past its lease writes nothing over what another has written since', async (t) => {
  const { plex, run, start, sql, keys } = await setup(t, 1);
  const meanwhile = Promise.withResolvers<void>();
  plex.fail('listing', { kind: 'late', after: meanwhile.promise });
  const asleep = start(['process']);
  while (plex.count('listing') === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  asleep.kill('SIGSTOP');
  // The lease runs out while it sleeps; an edit comes, and another drain takes over.
  sql('UPDATE jobs SET lease_expires_at = 1');
  await run(['enqueue', '1', '--title', 'Newer']);
  const other = await run(['process', '--parallel']);
  assert.equal(other.code, 0, other.stderr);
  asleep.kill('SIGCONT');
  meanwhile.resolve();
  const woken = await asleep.ended;
  assert.match(woken.stderr, /was taken over by another run/);
  assert.equal(plex.item(keys[0] ?? '')?.title, 'Newer');
  assert.equal(plex.count('edit'), 1);
  assert.equal(JSON.parse(String(sql('SELECT written FROM scenes')[0]?.['written'])).fields.title.sent, 'Newer');
});

for (const route of ['listing', 'edit'] as const) {
  test(`a scene that goes from Stash while its job is at the ${route} is not remembered`, async (t) => {
    const { plex, run, spawn, sql } = await setup(t, 1);
    const meanwhile = Promise.withResolvers<void>();
    plex.fail(route, { kind: 'late', after: meanwhile.promise });
    const drain = spawn(['process']);
    while (plex.count(route) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const hookContext = { id: 1, type: 'Scene.Destroy.Post', input: null };
    assert.equal((await run(['hook'], { input: JSON.stringify({ args: { hookContext } }) })).code, 0);
    meanwhile.resolve();
    const { code, stderr } = await drain;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Job 1 dropped: scene 1 is not in Stash/);
    assert.deepEqual([sql('SELECT * FROM scenes'), sql('SELECT * FROM jobs')], [[], []]);
    assert.equal(plex.count('edit'), route === 'edit' ? 1 : 0);
  });
}

test('a batch that ends with an outage leaves the breaker open', async (t) => {
  const { plex, run } = await setup(t, 40);
  assert.equal((await run(['process', '-q'])).code, 0);
  const scenes = Array.from({ length: 40 }, (_, index) => ({
    scene_id: index + 1,
    title: index < 20 ? `Quay ${index + 1}` : 'Changed',
  }));
  await run(['enqueue', '-'], { input: JSON.stringify(scenes) });
  plex.fail(
    ({ route }) => route === 'edit' || (route === 'identity' && plex.count('edit') > 0),
    { kind: 'drop' },
    Number.POSITIVE_INFINITY,
  );
  plex.resetRequests();
  const result = await run(['process']);
  assert.equal(result.code, 4, result.stderr);
  assert.doesNotMatch(result.stderr, /CLOSED/);
  assert.equal(JSON.parse((await run(['stats', '--json'])).stdout).breaker.plex.state, 'open');
});

test('a run with little time writes what it found, and says with exit 5 what it left', async (t) => {
  const { plex, run, sql } = await setup(t, 250);
  plex.setLatency(20);
  const first = await run(['process', '--max-time', '1s']);
  assert.equal(first.code, 5, first.stderr);
  const left = sql('SELECT count(*) AS jobs FROM jobs')[0]?.['jobs'];
  assert.ok(Number(left) < 250, 'nothing was written');
  assert.equal(plex.count('edit'), 250 - Number(left));
});

test('an outage is exit 4 also when --limit was reached', async (t) => {
  const { plex, run } = await setup(t, 5);
  plex.fail(
    ({ route }) => route !== 'sections' && (route !== 'identity' || plex.count('listing') > 0),
    { kind: 'drop' },
    Number.POSITIVE_INFINITY,
  );
  assert.equal((await run(['process', '--limit', '2'])).code, 4);
});

test('a signal during the first contact exits 130 and is no failure of the server', async (t) => {
  const { plex, start, sql } = await setup(t, 1);
  plex.fail('sections', { kind: 'hang' });
  const running = start(['process']);
  while (plex.count('sections') === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  running.kill('SIGINT');
  const result = await running.ended;
  assert.equal(result.code, 130, result.stderr);
  assert.deepEqual(sql('SELECT * FROM breakers'), []);
});

test('a server that asks for patience in a shared read costs one request and no attempt', async (t) => {
  const { plex, run, sql } = await setup(t, 50);
  plex.fail('item', { kind: 'status', status: 429, headers: { 'Retry-After': '60' } }, Number.POSITIVE_INFINITY);
  const result = await run(['process']);
  assert.equal(plex.count('item'), 1);
  assert.deepEqual(sql('SELECT DISTINCT attempt, failures FROM jobs'), [{ attempt: 0, failures: 0 }]);
  assert.equal(result.code, 4, result.stderr);
});

test('a Retry-After of nothing gets the usual wait', async (t) => {
  const { plex, run, sql } = await setup(t, 1);
  plex.fail('edit', { kind: 'status', status: 429, headers: { 'Retry-After': '0' } }, Number.POSITIVE_INFINITY);
  assert.equal((await run(['process'])).code, 1);
  assert.equal(plex.count('edit'), 1);
  assert.ok(Number(sql('SELECT available_at FROM jobs')[0]?.['available_at']) > Date.now() + 2_000);
});

test('a refused token is not tried again for a quarter of an hour, another one at once', async (t) => {
  const { plex, run } = await setup(t, 1);
  const bad = { PLEX_TOKEN: 'not-the-right-one' };
  assert.equal((await run(['process'], { env: bad })).code, 3);
  plex.resetRequests();
  const again = await run(['process'], { env: bad });
  assert.equal(again.code, 3);
  assert.match(again.stderr, /Authentication failed: Unauthorized/);
  assert.equal(plex.count(), 0);
  await run(['process'], { env: { ...bad, PLEXSYNC_TEST_NOW: String(Date.now() + 16 * 60_000) } });
  assert.equal(plex.count(), 1);
  assert.equal((await run(['process'])).code, 0);
});

test('adopting the server that is bound already forgets nothing', async (t) => {
  const { run, sql } = await setup(t, 1);
  await run(['process']);
  await run(['enqueue', '1', '--title', 'Again']);
  assert.equal((await run(['process', '--adopt-server'])).code, 0);
  assert.equal(sql('SELECT * FROM scenes').length, 1);
});

test('a file renamed on both sides keeps its item and what we know of it', async (t) => {
  const { plex, run, keys } = await setup(t, 1);
  await run(['enqueue', '1', '--tag', 'sea']);
  await run(['process']);
  plex.moveFile(keys[0] ?? '', '/media/renamed.mp4');
  await run(['enqueue', '1', '--path', '/media/renamed.mp4', '--tag', 'dunes']);
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual(plex.item(keys[0] ?? '')?.genres, ['dunes']);
});

test('the newest file of a library wakes a job that waits for another of its name once, not for ever', async (t) => {
  const { plex, run, sql, makeDue } = await setup(t, 0);
  plex.addItem({ sectionKey: '1', file: '/media/A/01.mp4', size: 100 });
  await run(['enqueue', '-'], {
    input: JSON.stringify({ scene_id: 1, path: '/media/B/01.mp4', size: 200, title: 'B' }),
  });
  for (let look = 0; look < 5; look += 1) {
    await run(['process']);
    makeDue();
  }
  assert.ok(Number(sql('SELECT misses FROM jobs')[0]?.['misses']) >= 4);
});

test('a scene that was matched by a guess is still known by its path', async (t) => {
  const { plex, run } = await setup(t, 0);
  const key = plex.addItem({ sectionKey: '1', file: '/media/A/01.mp4' });
  await run(['enqueue', '1', '--path', '/media/B/01.mp4', '--title', 'Guessed']);
  await run(['process', '--no-strict-matching']);
  await run(['enqueue', '1', '--tagline', 'quiet']);
  assert.equal((await run(['process', '--no-strict-matching'])).code, 0);
  assert.equal(plex.item(key)?.tagline, 'quiet');
});

test('a job awaiting Stash that gets inline data is written, and goes on waiting for Stash', async (t) => {
  const { run, plex, sql } = await setup(t, 0);
  const key = plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  await run(['enqueue', '5']);
  await run(['enqueue', '5', '--path', '/media/a.mp4', '--title', 'By hand']);
  const result = await run(['process']);
  assert.equal(result.code, 0, result.stderr);
  assert.equal(plex.item(key)?.title, 'By hand');
  assert.deepEqual(sql('SELECT data, held FROM jobs'), [{ data: '{}', held: 1 }]);
});

test('a clock that was far ahead once does not freeze what it has put off', async (t) => {
  const { run, plex, keys } = await setup(t, 0);
  const key = plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'On time'], {
    env: { PLEXSYNC_TEST_NOW: '2049-01-01T00:00:00Z' },
  });
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.item(key)?.title, 'On time');
  assert.deepEqual(keys, []);
});

test('a job that only ever kills its process becomes a dead letter, reported and counted', async (t) => {
  const { run, spawn, sql } = await setup(t, 1);
  for (let kill = 0; kill < 3; kill += 1) {
    const killed = await spawn(['process', '--max-retries', '1'], { env: { PLEXSYNC_TEST_KILL_AT: 'claimed' } });
    assert.equal(killed.signal, 'SIGKILL');
  }
  const result = await run(['process', '--max-retries', '1']);
  assert.equal(result.code, 1, result.stderr);
  assert.match(result.stderr, /moved to DLQ after 1 retries: AttemptLost/);
  assert.deepEqual(sql('SELECT error_type FROM dead_letters', 'dlq.db'), [{ error_type: 'AttemptLost' }]);
});

test('a look at a data directory makes no file in it', async (t) => {
  const { run, dataDir } = await setup(t, 1);
  for (const args of [['stats'], ['process', '--stats-only'], ['dlq', 'list']]) assert.equal((await run(args)).code, 0);
  assert.equal(existsSync(join(dataDir, 'dlq.db')), false);
});

test('one item whose answer is damaged fails alone and holds up no other', async (t) => {
  const { plex, run, sql, keys } = await setup(t, 20);
  const poisoned = keys[6] ?? '';
  const hits = ({ route, path }: { route: string; path: string }): boolean =>
    route === 'item' && path.split('/').at(-1)?.split(',').includes(poisoned) === true;
  plex.fail(hits, { kind: 'garbage' }, Number.POSITIVE_INFINITY);
  const result = await run(['process']);
  assert.equal(result.code, 1, result.stderr);
  assert.deepEqual(sql('SELECT scene_id, failures FROM jobs'), [{ scene_id: 7, failures: 1 }]);
});

test('a summary that was cut, landed and was never read back is not taken for the user’s', async (t) => {
  const { plex, run } = await setup(t, 0, { maxTargetBytes: 4_096 });
  const key = plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  const sync = async (details: string) => {
    await run(['enqueue', '-'], { input: JSON.stringify({ scene_id: 1, path: '/media/a.mp4', details }) });
    return await run(['process']);
  };
  await sync('first');
  // The write lands, the read after it does not.
  let armed = false;
  const lift = plex.fail(
    ({ route }) => {
      if (route === 'edit') armed = true;
      return armed && (route === 'item' || route === 'identity');
    },
    { kind: 'drop' },
    Number.POSITIVE_INFINITY,
  );
  assert.equal((await sync('Gulls over the harbour. '.repeat(300))).code, 4);
  lift();
  assert.equal((await run(['process'])).code, 0);
  const last = await sync('third');
  assert.doesNotMatch(last.stderr, /edited in Plex/);
  assert.equal(plex.item(key)?.summary, 'third');
});

test('a proof moves along with the file: an item that holds the old file again is not written', async (t) => {
  const { plex, run } = await setup(t, 0);
  const first = plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Scene a']);
  await run(['process']);
  plex.moveFile(first, '/media/b.mp4');
  await run(['enqueue', '1', '--path', '/media/b.mp4', '--tagline', 'moved']);
  assert.equal((await run(['process'])).code, 0);
  plex.moveFile(first, '/media/a.mp4');
  const second = plex.addItem({ sectionKey: '1', file: '/media/b.mp4', title: 'b' });
  await run(['enqueue', '1', '--path', '/media/b.mp4', '--title', 'Scene b']);
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.item(first)?.title, 'Scene a');
  assert.equal(plex.item(second)?.title, 'Scene b');
});

test('a scene that took the place of another in its item inherits it', async (t) => {
  const { plex, run } = await setup(t, 0);
  const key = plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--tag', 'sea']);
  await run(['process']);
  plex.moveFile(key, '/media/b.mp4');
  await run(['enqueue', '2', '--path', '/media/b.mp4', '--tag', 'sky']);
  const result = await run(['process']);
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(plex.item(key)?.genres, ['sky']);
});

test('an edit without a path finds its file also after the server was adopted, and while a bare request waits', async (t) => {
  const { plex, run, keys, sql } = await setup(t, 1);
  await run(['process']);
  await run(['enqueue', '1']);
  await run(['enqueue', '1', '--title', 'By hand']);
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.item(keys[0] ?? '')?.title, 'By hand');
  sql(
    `UPDATE meta SET value = json_object('machineIdentifier', 'another', 'sectionUuids', json_array()) WHERE name = 'plex_binding'`,
  );
  await run(['enqueue', '1', '--title', 'Adopted']);
  const adopted = await run(['process', '--adopt-server']);
  assert.equal(adopted.code, 0, adopted.stderr);
  assert.equal(plex.item(keys[0] ?? '')?.title, 'Adopted');
});
