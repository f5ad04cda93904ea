/** When a drain may ask Stash, and what its trouble means for those who need it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../../src/core/model/errors.ts';
import { ALWAYS, addItems, bare, DOWN, fileOf, idsTo, lighthouse, setup } from '../helpers/drain-world.ts';

const MINUTE_MS = 60_000;
const FAILING = { kind: 'status', status: 500 } as const;

/** A world with so many scenes in Stash, whose items Plex has, and a bare job for each. */
async function setupScenes(t: Parameters<typeof setup>[0], count: number) {
  const created = await setup(t);
  const stash = await created.stash();
  for (const id of idsTo(count)) stash.addScene({ title: `Pier ${id}`, tags: ['fog'], files: [{ path: fileOf(id) }] });
  addItems(created.plex, ...idsTo(count));
  created.enqueue(...idsTo(count).map((id) => bare(id)));
  return { ...created, stash };
}

const stashBreaker = ({ world }: Pick<Awaited<ReturnType<typeof setupScenes>>, 'world'>): unknown =>
  JSON.parse(String(world.sql(`SELECT state FROM breakers WHERE server = 'stash'`)[0]?.['state'] ?? 'null'));

test('five failures in a row leave Stash alone for a minute, and then one query is the probe', async (t) => {
  const created = await setupScenes(t, 1);
  const { stash, clock, run } = created;
  const lift = stash.fail('graphql', DOWN, ALWAYS);
  for (let count = 0; count < 4; count += 1) assert.deepEqual((await run()).ends, ['stash_unreachable']);
  const fifth = await run();
  assert.deepEqual([fifth.ends, fifth.of('stash_breaker_opened').length], [['stash_breaker_open'], 1]);
  stash.resetRequests();
  const shut = await run();
  assert.deepEqual([shut.ends, stash.count()], [['stash_breaker_open'], 0]);
  assert.deepEqual(shut.of('claimed'), []);
  clock.now += MINUTE_MS;
  lift();
  assert.deepEqual((await run()).tally, { updated: 1 });
  assert.deepEqual(stashBreaker(created), { kind: 'closed', failures: 0 });
});

test('a Stash that answers for any scene is well, whatever fails for another', async (t) => {
  const created = await setupScenes(t, 3);
  const { stash, run } = created;
  const lift = stash.fail('graphql', DOWN, ALWAYS);
  for (let count = 0; count < 4; count += 1) await run();
  lift();
  stash.fail(({ query = '' }) => query.includes('s2:'), FAILING, 3);
  assert.deepEqual((await run()).tally, { updated: 2, retried: 1 });
  assert.deepEqual(stashBreaker(created), { kind: 'closed', failures: 0 });
});

test('where each query fails alone and none is answered for, it may be the server all the same', async (t) => {
  const created = await setupScenes(t, 1);
  created.stash.fail('PlexsyncScenes', FAILING);
  assert.deepEqual((await created.run()).tally, { retried: 1 });
  assert.deepEqual(stashBreaker(created), { kind: 'closed', failures: 1 });
});

test('once Stash was in trouble the run asks it nothing more', async (t) => {
  const { stash, world, run } = await setupScenes(t, 101);
  world.sql('UPDATE jobs SET priority = 1 WHERE scene_id > 50');
  stash.fail('graphql', DOWN);
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends, stash.count()], [{ released: 100 }, ['stash_unreachable'], 1]);
});

test('what was answered before the trouble is written, and only the rest goes back', async (t) => {
  const { stash, run } = await setupScenes(t, 4);
  // The four together and the second half fail; in the end it is silent.
  stash.fail(({ rootFields = [] }) => rootFields.filter((field) => field === 'findScene').length === 4, FAILING);
  stash.fail(({ query = '' }) => query.includes('s3:'), DOWN);
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ updated: 2, released: 2 }, ['stash_unreachable']]);
});

test('a refused key holds up those who need Stash, and is no outage', async (t) => {
  const created = await setupScenes(t, 1);
  created.stash.fail('graphql', { kind: 'status', status: 401 });
  assert.deepEqual((await created.run()).ends, ['stash_unauthorized']);
  assert.equal(stashBreaker(created), null);
});

test('what is no Stash, or not to be trusted, holds them up until a person has seen to it', async (t) => {
  const created = await setupScenes(t, 1);
  created.enqueue(lighthouse(7));
  const scenes = () => Promise.reject(new UsageError('The certificate is not trusted', 'Accept it.'));
  const { ends, tally, report } = await created.run({}, { stash: { scenes } });
  assert.deepEqual([ends, tally], [['stash_misconfigured'], { released: 1, waiting: 1 }]);
  assert.deepEqual(report.ends, [
    { kind: 'stash_misconfigured', message: 'The certificate is not trusted', hint: 'Accept it.' },
  ]);
  assert.equal(stashBreaker(created), null);
});

test('a bug there is not taken for an outage', async (t) => {
  const { run } = await setupScenes(t, 1);
  const scenes = () => Promise.reject(new TypeError('a bug'));
  await assert.rejects(run({}, { stash: { scenes } }), /a bug/);
});

test('a query that a stop cut off says nothing about Stash', async (t) => {
  const created = await setupScenes(t, 1);
  const { stash, stop, run } = created;
  const cutOff = (): boolean => {
    stop.signal = 'SIGTERM';
    return true;
  };
  stash.fail(cutOff, DOWN);
  assert.deepEqual((await run()).ends, ['signal']);
  assert.equal(stashBreaker(created), null);
});

test('a run without a bare job asks nothing, and hears nothing of the trouble with Stash', async (t) => {
  const { world, stash, enqueue, run } = await setupScenes(t, 1);
  const lift = stash.fail('graphql', DOWN, ALWAYS);
  for (let count = 0; count < 5; count += 1) await run();
  lift();
  stash.resetRequests();
  world.sql('DELETE FROM jobs');
  enqueue(lighthouse(1));
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends, stash.count()], [{ updated: 1 }, [], 0]);
});

test('a Stash that was away is tried with a few jobs, and the rest of the backlog stays untouched', async (t) => {
  const { stash, clock, world, run } = await setupScenes(t, 250);
  const lift = stash.fail('graphql', DOWN, ALWAYS);
  const claims: number[] = [];
  for (let runs = 0; runs < 8; runs += 1) {
    claims.push((await run()).of('claimed').length);
    clock.now += 1_000;
  }
  assert.deepEqual(claims, [100, 10, 10, 10, 10, 0, 0, 0]);
  assert.deepEqual(world.sql('SELECT DISTINCT attempt FROM jobs'), [{ attempt: 0 }]);
  lift();
  clock.now += MINUTE_MS;
  assert.deepEqual((await run()).tally, { updated: 250 });
});

test('a Stash that refuses the key, asks for patience or is another server is left alone for a minute', async (t) => {
  const html = { kind: 'status', status: 200, body: '<html></html>', contentType: 'text/html' } as const;
  for (const fault of [{ kind: 'status', status: 401 }, { kind: 'status', status: 429 }, html] as const) {
    const { stash, clock, world, run } = await setupScenes(t, 20);
    const lift = stash.fail('graphql', fault, ALWAYS);
    const first = await run();
    lift();
    stash.resetRequests();
    clock.now += MINUTE_MS - 1;
    const resting = await run();
    assert.deepEqual([resting.ends, resting.of('claimed'), stash.count()], [first.ends, [], 0]);
    assert.match(JSON.stringify(resting.report.ends), /\(less than a minute ago\)/);
    clock.now += 1;
    assert.deepEqual((await run()).tally, { updated: 20 });
    assert.deepEqual(world.sql(`SELECT * FROM meta WHERE name = 'stash_trouble'`), [], 'it is over');
  }
});

test('with another address or key Stash is asked at once', async (t) => {
  const { stash, run } = await setupScenes(t, 1);
  stash.fail('graphql', { kind: 'status', status: 401 });
  assert.deepEqual((await run()).ends, ['stash_unauthorized']);
  assert.deepEqual((await run({ stashFingerprint: () => 'another key' })).tally, { updated: 1 });
});

test('a Stash that is away is not told to those who do not need it', async (t) => {
  const { stash, world, enqueue, run } = await setupScenes(t, 1);
  stash.fail('graphql', DOWN, ALWAYS);
  for (let runs = 0; runs < 5; runs += 1) await run();
  world.sql('DELETE FROM jobs');
  enqueue(lighthouse(1, { title: 'Lantern' }));
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ updated: 1 }, []]);
});

test('while Stash is away, those who do not need it are written', async (t) => {
  const { stash, enqueue, plex, run } = await setupScenes(t, 3);
  stash.fail('graphql', DOWN, ALWAYS);
  for (let runs = 0; runs < 5; runs += 1) await run();
  addItems(plex, 9);
  enqueue(lighthouse(9));
  const { tally, ends, of } = await run();
  assert.deepEqual([tally, ends, of('claimed').length], [{ updated: 1 }, ['stash_breaker_open'], 1]);
});
