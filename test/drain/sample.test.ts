/** Where the head of the queue fails, a sample of the whole backlog decides whether the configuration is to blame. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { SceneEdit } from '../../src/core/model/scene.ts';
import type { DrainWorld } from '../helpers/drain-world.ts';
import { ALWAYS, addItems, bare, fileOf, idsTo, lighthouse, setBreaker, setup } from '../helpers/drain-world.ts';

const idsFrom = (first: number, count: number): number[] => idsTo(count).map((n) => first + n - 1);

/** Scenes whose file has the name of one in Plex, and nothing by which it would be proven. */
function unproven({ plex }: DrainWorld, ids: readonly number[]): SceneEdit[] {
  for (const id of ids) plex.addItem({ sectionKey: '1', file: `/harbour/a/deep/${id}.mp4` });
  return ids.map((id) => lighthouse(id, { path: `/data/${id}.mp4` }));
}

/** Scenes of a folder that Plex does not know. */
function elsewhere(ids: readonly number[]): SceneEdit[] {
  return ids.map((id) => lighthouse(id, { path: `/data/${id}.mp4` }));
}

/** Scenes whose file is at its path in Plex. */
function right({ plex }: DrainWorld, ids: readonly number[]): SceneEdit[] {
  addItems(plex, ...ids);
  return ids.map((id) => lighthouse(id));
}

/** Plex refuses every edit of these scenes' items. */
function refuse({ plex }: DrainWorld, ids: readonly number[]): () => void {
  const keys = new Set(ids.map((id) => String(100 + id)));
  return plex.fail(
    ({ route, query }) => route === 'edit' && query.some(([key, value]) => key === 'id' && keys.has(value)),
    { kind: 'status', status: 400 },
    ALWAYS,
  );
}

/** A directory that has never matched anything, and one that has. */
async function both(t: TestContext, show: (created: DrainWorld) => Promise<void>): Promise<void> {
  await t.test('in a directory that never matched anything', async (inner) => await show(await setup(inner)));
  await t.test('in a directory that has worked before', async (inner) => {
    const created = await setup(inner);
    created.enqueue(...right(created, [900]));
    await created.run();
    created.plex.resetRequests();
    await show(created);
  });
}

/** What is left in the queue, the most attempts and misses that a job has spent, and the dead letters. */
function standing({ world }: DrainWorld): Record<string, unknown> {
  const [jobs] = world.sql(
    'SELECT count(*) AS jobs, coalesce(max(attempt + misses), 0) AS spent, count(lease_owner) AS leased FROM jobs',
  );
  return { ...jobs, letters: world.letters().length };
}

test('a hundred scenes that are not in Plex keep nobody from being written behind them', async (t) => {
  await both(t, async (created) => {
    created.enqueue(...elsewhere(idsTo(100)), ...right(created, idsFrom(201, 50)));
    const { tally, ends } = await created.run();
    assert.deepEqual([tally, ends], [{ waiting: 100, updated: 50 }, []]);
  });
});

test('a hundred scenes without proof become letters to be pinned, and those behind them are written', async (t) => {
  await both(t, async (created) => {
    created.enqueue(...unproven(created, idsTo(100)), ...right(created, idsFrom(201, 50)));
    const { tally, ends } = await created.run();
    assert.deepEqual([tally, ends], [{ buried: 100, updated: 50 }, []]);
    assert.deepEqual(
      created.world.sql('SELECT DISTINCT error_type FROM dead_letters WHERE choices IS NOT NULL', 'dlq.db'),
      [{ error_type: 'LowConfidenceMatch' }],
    );
  });
});

test('twenty scenes that Plex refuses become letters, and those behind them are written', async (t) => {
  await both(t, async (created) => {
    const refused = idsTo(20);
    created.enqueue(...right(created, [...refused, ...idsFrom(201, 150)]));
    refuse(created, refused);
    const { tally, ends } = await created.run();
    assert.deepEqual([tally, ends], [{ buried: 20, updated: 150 }, []]);
  });
});

test('one scene that is right among a thousand of which a tenth was tried is enough', async (t) => {
  const created = await setup(t);
  created.enqueue(...elsewhere(idsTo(1_000)));
  const middle = created.world.sql('SELECT id FROM jobs ORDER BY id LIMIT 1 OFFSET 505')[0]?.['id'];
  addItems(created.plex, 2_000);
  created.world.sql(`UPDATE jobs SET data = json_set(data, '$.path', '${fileOf(2_000)}') WHERE id = ${middle}`);
  const { tally, ends } = await created.run();
  assert.deepEqual([tally, ends], [{ updated: 1, waiting: 999 }, []]);
});

test('where all are wrong nothing is written or buried, and the missing mapping is named', async (t) => {
  await both(t, async (created) => {
    created.enqueue(...unproven(created, idsTo(250)));
    const { ends, report } = await created.run();
    assert.deepEqual(ends, ['misconfigured']);
    assert.match(JSON.stringify(report.ends), /100 of 100 would have it with --path-map \/data=\/harbour\/a\/deep/);
    assert.equal(created.plex.count('edit'), 0);
    assert.deepEqual(standing(created), { jobs: 250, spent: 0, leased: 0, letters: 0 });
  });
});

test('the failures at the head stay under their lease until the sample has decided', async (t) => {
  const created = await setup(t);
  created.enqueue(...right(created, [900]));
  await created.run();
  created.enqueue(...unproven(created, idsTo(100)), ...right(created, idsFrom(201, 50)));
  const seen: unknown[] = [];
  await created.run({}, { at: { claimed: () => seen.push(standing(created)) } });
  assert.deepEqual(seen, [
    { jobs: 150, spent: 1, leased: 100, letters: 0 },
    { jobs: 150, spent: 1, leased: 150, letters: 0 },
  ]);
});

test('a run that is cut off while it is in doubt decides nothing: the next one begins with a sample', async (t) => {
  const cuts: readonly (readonly [string, (created: DrainWorld) => void])[] = [
    ['signal', ({ stop }) => void Object.assign(stop, { signal: 'SIGTERM' })],
    ['time_up', ({ clock }) => void Object.assign(clock, { now: clock.now + 2_000 })],
  ];
  // Before the sample, before its first look-up, and after its last.
  const places = [
    ['settled', 1],
    ['claimed', 2],
    ['resolved', 2],
  ] as const;
  const wrong = idsTo(300);
  for (const [end, cut] of cuts) {
    for (const [place, time] of places) {
      const created = await setup(t);
      created.enqueue(...right(created, [900]));
      await created.run();
      created.enqueue(...unproven(created, wrong));
      let left = time;
      const atPlace = (): void => {
        left -= 1;
        if (left === 0) cut(created);
      };
      const { ends } = await created.run({ deadlineAt: created.clock.now + 1_000 }, { at: { [place]: atPlace } });
      assert.deepEqual(ends, [end], place);
      assert.deepEqual(standing(created), { jobs: 300, spent: 0, leased: 0, letters: 0 }, place);
      created.stop.signal = undefined;
      assert.equal((await created.run()).of('claimed').length, 100, 'a sample, and no more');
    }
  }
});

test('a sample that only waits for Stash decides nothing, and what was not in it is written', async (t) => {
  const created = await setup(t);
  const stash = await created.stash();
  created.enqueue(...right(created, [900]));
  await created.run();
  created.enqueue(...unproven(created, idsTo(100)), ...right(created, [850]));
  created.enqueue(...idsFrom(201, 200).map((id) => bare(id)));
  stash.fail('all', { kind: 'status', status: 503 }, ALWAYS);
  const { ends } = await created.run();
  assert.ok(!ends.includes('misconfigured'), ends.join());
  assert.equal(created.plex.item('950')?.title, 'Lighthouse 850');
  assert.deepEqual(standing(created), { jobs: 300, spent: 0, leased: 0, letters: 0 });
});

test('the mapping is the one that the sample shows, whatever the head of the queue looks like', async (t) => {
  const created = await setup(t);
  created.enqueue(...right(created, [900]));
  await created.run();
  for (const id of idsTo(100)) created.plex.addItem({ sectionKey: '1', file: `/harbour/${id}/deep/${id}.mp4` });
  created.enqueue(...elsewhere(idsTo(100)), ...unproven(created, idsFrom(201, 200)));
  const { report } = await created.run();
  assert.match(JSON.stringify(report.ends), /100 of 100 would have it with --path-map \/data=\/harbour\/a\/deep/);
});

test('a bounded run gets past ten jobs without proof: the run after it begins with a sample', async (t) => {
  const created = await setup(t);
  created.enqueue(...right(created, [900]));
  await created.run();
  created.enqueue(...unproven(created, idsTo(10)), ...right(created, idsFrom(201, 30)));
  const first = await created.run({ limit: 10 });
  assert.deepEqual([first.tally, first.ends], [{ released: 10 }, ['misconfigured']]);
  const second = await created.run({ limit: 10 });
  assert.deepEqual([second.tally, second.ends], [{ buried: 2, updated: 8 }, ['limit']]);
});

test('files in a folder of a library are only missing, however many: Plex has not scanned them yet', async (t) => {
  const created = await setup(t);
  created.enqueue(...idsTo(120).map((id) => lighthouse(id)));
  const { tally, ends } = await created.run();
  assert.deepEqual([tally, ends], [{ waiting: 120 }, []]);
});

test('so are those that a mapping puts there', async (t) => {
  const created = await setup(t);
  created.enqueue(...elsewhere(idsTo(120)));
  const { tally, ends } = await created.run({ mappings: [{ from: '/data', to: '/harbour' }] });
  assert.deepEqual([tally, ends], [{ waiting: 120 }, []]);
});

test('where missing files are skipped, they stop no run', async (t) => {
  const created = await setup(t);
  created.enqueue(...elsewhere(idsTo(120)));
  const { tally, ends } = await created.run({ notFound: { kind: 'skip', maxWaitMs: 7_200_000 } });
  assert.deepEqual([tally, ends], [{ skipped: 120 }, []]);
});

test('a dry run doubts as the real one does, and remembers nothing', async (t) => {
  const created = await setup(t);
  created.enqueue(...right(created, [900]));
  await created.run();
  created.enqueue(...unproven(created, idsTo(100)), ...right(created, idsFrom(201, 50)));
  const preview = await created.run({ mode: 'preview' });
  assert.deepEqual(preview.ends, []);
  assert.equal(preview.of('would_write').length, 50);
  assert.deepEqual(created.world.sql("SELECT value FROM meta WHERE name = 'doubt'"), []);
  assert.deepEqual(standing(created), { jobs: 150, spent: 0, leased: 0, letters: 0 });
});

test('the job on trial after an outage is the next in order, and no sample', async (t) => {
  const created = await setup(t);
  created.enqueue(...elsewhere(idsTo(120)), ...right(created, idsFrom(201, 30)));
  setBreaker(created, { kind: 'open', openedAt: created.clock.now - 61_000 });
  const { of, tally } = await created.run();
  assert.deepEqual(
    of('claimed')
      .slice(0, 4)
      .map(({ sceneId }) => sceneId),
    [1, 2, 4, 5],
  );
  assert.deepEqual(tally, { waiting: 120, updated: 30 });
});

test('where nothing ever matched, the job on trial is written, and proves the configuration by itself', async (t) => {
  const created = await setup(t);
  created.enqueue(...right(created, [850]), ...elsewhere(idsTo(120)));
  setBreaker(created, { kind: 'open', openedAt: created.clock.now - 61_000 });
  const { of, tally } = await created.run();
  assert.deepEqual(tally, { updated: 1, waiting: 120 });
  const claimed = of('claimed').map(({ sceneId }) => sceneId);
  assert.deepEqual(claimed.slice(0, 4), [850, 1, 2, 3]);
});
