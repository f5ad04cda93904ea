/** The one place that tells an outage from one bad request, and knows when to stop. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ALWAYS,
  addItems,
  DOWN,
  idsTo,
  lighthouse,
  lighthouses,
  onRequest,
  setBreaker,
  setup,
} from '../helpers/drain-world.ts';

const FAILING = { kind: 'status', status: 500 } as const;

/** A world in which so many lighthouses are to be written, on a server that is known already. */
async function setupDue(t: Parameters<typeof setup>[0], count: number) {
  const created = await setup(t);
  addItems(created.plex, ...idsTo(count));
  created.enqueue(...lighthouses(count));
  await created.run({ limit: 0 });
  created.plex.resetRequests();
  return created;
}

test('a request without an answer is followed by one question whether Plex is there', async (t) => {
  const { plex, run } = await setupDue(t, 1);
  plex.fail('item', DOWN);
  const { tally, of } = await run();
  assert.deepEqual([tally, plex.count('identity')], [{ retried: 1 }, 1]);
  assert.match(of('released')[0]?.message ?? '', /, though Plex is up$/);
});

test('where that is silent too, it is an outage: nothing is spent', async (t) => {
  const { plex, world, run } = await setupDue(t, 1);
  plex.fail(({ route }) => route === 'item' || route === 'identity', DOWN, ALWAYS);
  const { tally, report } = await run();
  assert.deepEqual([tally, world.onlyJob()['failures'], plex.count('identity')], [{ released: 1 }, 0, 1]);
  assert.match(JSON.stringify(report.ends), /"unreachable","message":"Plex is starting or in maintenance/);
});

test('an answer of any other kind is not asked after', async (t) => {
  const { plex, run } = await setupDue(t, 1);
  plex.fail('item', { kind: 'garbage' });
  assert.deepEqual([(await run()).tally, plex.count('identity')], [{ retried: 1 }, 0]);
});

test('a request that a stop cut off is not asked after', async (t) => {
  const { plex, stop, run } = await setupDue(t, 1);
  onRequest(plex, { route: 'item', fault: DOWN }, () => {
    stop.signal = 'SIGTERM';
  });
  const { ends } = await run();
  assert.deepEqual([ends, plex.count('identity')], [['signal'], 0]);
});

test('a stop is no outage and counts for no breaker, wherever it cuts in', async (t) => {
  for (const route of ['listing', 'item', 'edit'] as const) {
    const { plex, stop, world, run } = await setupDue(t, 12);
    onRequest(plex, { route, fault: DOWN }, () => {
      stop.signal = 'SIGTERM';
    });
    const { ends, tally } = await run();
    assert.deepEqual([ends, tally], [['signal'], { released: 12 }], route);
    assert.deepEqual(world.sql('SELECT * FROM breakers'), []);
  }
});

test('a bug in that question is not taken for silence', async (t) => {
  const { plex, run } = await setupDue(t, 1);
  plex.fail('item', DOWN);
  const identity = () => Promise.reject(new TypeError('a bug'));
  const { tally, of } = await run({}, { plex: { identity } });
  assert.deepEqual([tally, of('retrying')[0]?.message], [{ retried: 1 }, 'a bug']);
});

test('only faults of the server count for the breaker', async (t) => {
  const { plex, world, run } = await setupDue(t, 6);
  plex.fail('edit', { kind: 'status', status: 429 }, 6);
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ retried: 5, released: 1 }, ['failing']]);
  assert.deepEqual(world.sql('SELECT * FROM breakers'), []);
});

test('a job of which Plex knows nothing says nothing against it', async (t) => {
  const { world, enqueue, run } = await setup(t);
  enqueue(...lighthouses(6));
  const { tally, ends } = await run();
  assert.deepEqual([tally, ends], [{ waiting: 6 }, []]);
  assert.deepEqual(world.sql('SELECT * FROM breakers'), []);
});

test('faults with a success between them are not in a row', async (t) => {
  const { plex, world, run } = await setupDue(t, 9);
  let writes = 0;
  plex.fail(
    ({ route }) => {
      if (route === 'edit') writes += 1;
      return route === 'edit' && writes !== 5;
    },
    FAILING,
    ALWAYS,
  );
  const { tally, ends, of } = await run();
  assert.deepEqual([tally, ends, of('breaker_opened')], [{ updated: 1, retried: 8 }, [], []]);
  assert.deepEqual(world.sql('SELECT state FROM breakers'), [{ state: '{"kind":"closed","failures":0}' }]);
});

test('an opened breaker is reported once, however many requests were in flight', async (t) => {
  const { plex, run } = await setupDue(t, 12);
  plex.fail('edit', FAILING, ALWAYS);
  const { ends, of } = await run({ concurrency: 4 });
  assert.deepEqual([ends, of('breaker_opened').length], [['breaker_open'], 1]);
});

test('a success on a closed breaker writes nothing', async (t) => {
  const { run } = await setupDue(t, 3);
  const saveBreaker = (): void => assert.fail('it is closed already');
  const { tally, of } = await run({}, { queue: { saveBreaker } });
  assert.deepEqual([tally, of('breaker_closed')], [{ updated: 3 }, []]);
});

test('a fault in the one trial opens the breaker again at once', async (t) => {
  const created = await setupDue(t, 3);
  const { plex, clock, world, run } = created;
  setBreaker(created, { kind: 'half_open' });
  plex.fail('edit', FAILING, ALWAYS);
  const { tally, ends, of } = await run();
  assert.deepEqual([tally, ends, of('claimed').length], [{ retried: 1 }, ['breaker_open'], 1]);
  assert.deepEqual(JSON.parse(String(world.sql('SELECT state FROM breakers')[0]?.['state'])), {
    kind: 'open',
    openedAt: clock.now,
    of: 'fingerprint',
  });
});

test('each reason to stop is reported once, the first one first', async (t) => {
  const { plex, stop, run } = await setupDue(t, 4);
  plex.fail(
    ({ route }) => {
      if (route === 'edit') stop.signal = 'SIGTERM';
      return route === 'edit';
    },
    { kind: 'status', status: 403 },
    ALWAYS,
  );
  const { report } = await run({ concurrency: 2 });
  assert.deepEqual(
    report.ends.map(({ kind }) => kind),
    ['signal', 'forbidden'],
  );
});

test('jobs released for a shared request make the run report it, except after a stop or a refusal', async (t) => {
  const cases = [
    [{ kind: 'status', status: 429 } as const, ['unreachable']],
    [{ kind: 'status', status: 401 } as const, ['unauthorized']],
  ] as const;
  for (const [fault, ends] of cases) {
    const { plex, run } = await setupDue(t, 2);
    plex.fail('item', fault);
    assert.deepEqual((await run()).ends, ends);
  }
  const { plex, stop, run } = await setupDue(t, 2);
  onRequest(plex, { route: 'item', fault: { kind: 'status', status: 429 } }, () => {
    stop.signal = 'SIGTERM';
  });
  assert.deepEqual((await run()).ends, ['signal']);
});

test('an edit enqueued after the run began is done by it', async (t) => {
  const { plex, enqueue, run } = await setupDue(t, 1);
  addItems(plex, 2);
  let isDone = false;
  const settled = (): void => {
    if (!isDone) enqueue(lighthouse(2));
    isDone = true;
  };
  assert.deepEqual((await run({}, { at: { settled } })).tally, { updated: 2 });
});
