/** The first contact of a drain: breaker, token, server and libraries, before any job is touched. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../../src/core/model/errors.ts';
import type { Section } from '../../src/core/model/plex-item.ts';
import { openMemoryIndex } from '../../src/file-index/file-index.ts';
import type { DrainWorld } from '../helpers/drain-world.ts';
import {
  ALWAYS,
  addItems,
  DOWN,
  lighthouse,
  onRequest,
  otherServer,
  setBreaker,
  setup,
  silence,
} from '../helpers/drain-world.ts';

const SECTION: Section = {
  ...{ key: '1', title: 'Gardens', type: 'movie', uuid: undefined },
  ...{ folders: ['/harbour'], serverFolders: ['/harbour'] },
};
const MINUTE_MS = 60_000;
const WEEK_MS = 7 * 24 * 60 * MINUTE_MS;
const REFUSED = { kind: 'status', status: 401 } as const;

/** A world in which one job is due, whose item Plex has. */
async function setupOne(...args: Parameters<typeof setup>): Promise<DrainWorld> {
  const created = await setup(...args);
  addItems(created.plex, 1);
  created.enqueue(lighthouse(1));
  return created;
}

function assertUntouched({ world, plex }: DrainWorld): void {
  const { state, attempt, claims } = world.onlyJob();
  assert.deepEqual([state, attempt, claims], ['pending', 0, 0]);
  assert.equal(plex.count('item') + plex.count('edit'), 0);
}

test('the libraries are told at the first contact, and the data directory is bound to the server', async (t) => {
  const { plex, clock, run } = await setupOne(t);
  const first = await run();
  assert.deepEqual(first.of('connected'), [{ kind: 'connected', libraries: ['Harbour Films'] }]);
  assert.equal(plex.count('identity'), 1);
  await run();
  assert.equal(plex.count('identity'), 1, 'the libraries tell whose they are');
  clock.now += WEEK_MS;
  await run();
  assert.equal(plex.count('identity'), 2, 'once a week it is asked for its name');
});

test('a refused token touches no job, and is not asked again for a quarter of an hour', async (t) => {
  const created = await setupOne(t);
  const { plex, clock, run } = created;
  const lift = plex.fail('sections', REFUSED, ALWAYS);
  assert.deepEqual((await run()).ends, ['unauthorized']);
  assertUntouched(created);
  plex.resetRequests();
  clock.now += 15 * MINUTE_MS - 1;
  assert.deepEqual((await run()).ends, ['unauthorized']);
  assert.equal(plex.count(), 0);
  clock.now += 1;
  lift();
  assert.deepEqual((await run()).tally, { updated: 1 });
});

test('another token, or a clock that was set back, is asked at once', async (t) => {
  const { plex, clock, run } = await setupOne(t);
  plex.fail('sections', REFUSED, 2);
  await run();
  clock.now -= 1;
  await run();
  assert.equal(plex.count('sections'), 2);
  clock.now += 2;
  assert.deepEqual((await run({ tokenFingerprint: () => 'another' })).tally, { updated: 1 });
});

test('a token that was accepted is not held against the one before', async (t) => {
  const { plex, enqueue, run } = await setupOne(t);
  plex.fail('sections', REFUSED);
  await run();
  await run({ tokenFingerprint: () => 'another' });
  enqueue(lighthouse(1, { title: 'Lantern Row' }));
  assert.deepEqual((await run()).tally, { updated: 1 });
});

test('a token that may not even read the libraries stops the run, and is no outage', async (t) => {
  const created = await setupOne(t);
  created.plex.fail('sections', { kind: 'status', status: 403 });
  assert.deepEqual((await created.run()).ends, ['forbidden']);
  assertUntouched(created);
  assert.deepEqual((await created.run()).tally, { updated: 1 }, 'it is asked again at once');
});

test('a Plex that is silent ends the run, and five such runs open the breaker', async (t) => {
  const created = await setupOne(t);
  const { plex, clock, run } = created;
  const lift = silence(plex);
  assert.deepEqual((await run()).ends, ['unreachable']);
  for (let count = 0; count < 3; count += 1) await run();
  const fifth = await run();
  assert.equal(fifth.of('breaker_opened').length, 1);
  plex.resetRequests();
  clock.now += MINUTE_MS - 1;
  assert.deepEqual((await run()).ends, ['breaker_open']);
  assert.equal(plex.count(), 0, 'an open breaker keeps every request back');
  assertUntouched(created);
  clock.now += 1;
  lift();
  const back = await run();
  assert.deepEqual(
    back.events.map(({ kind }) => kind).filter((kind) => kind.startsWith('breaker')),
    ['breaker_half_open', 'breaker_closed'],
  );
  assert.deepEqual(back.tally, { updated: 1 });
});

test('silence after the wait starts it anew, with one probe alone', async (t) => {
  const created = await setupOne(t);
  const { plex, clock, run } = created;
  setBreaker(created, { kind: 'open', openedAt: clock.now - MINUTE_MS });
  silence(plex);
  assert.deepEqual((await run()).ends, ['unreachable']);
  assert.deepEqual([plex.count('identity'), plex.count()], [1, 1]);
  clock.now += MINUTE_MS - 1;
  assert.deepEqual((await run()).ends, ['breaker_open']);
  assert.equal(plex.count(), 1);
});

test('a signal during the probe is the end, and decides nothing about the breaker', async (t) => {
  const created = await setupOne(t);
  const { plex, clock, stop, run } = created;
  setBreaker(created, { kind: 'open', openedAt: clock.now - MINUTE_MS });
  onRequest(plex, { route: 'identity', fault: DOWN }, () => {
    stop.signal = 'SIGTERM';
  });
  assert.deepEqual((await run()).ends, ['signal']);
  stop.signal = undefined;
  assert.deepEqual((await run()).tally, { updated: 1 }, 'the wait was not started anew');
});

test('a signal while the libraries are read is no outage', async (t) => {
  const created = await setupOne(t);
  const { plex, world, stop, run } = created;
  onRequest(plex, { route: 'sections', fault: DOWN }, () => {
    stop.signal = 'SIGINT';
  });
  assert.deepEqual((await run()).ends, ['signal']);
  assert.equal(plex.count('identity'), 0);
  assert.deepEqual(world.sql('SELECT * FROM breakers'), []);
  assertUntouched(created);
});

test('what is no Plex, and a library that is not there, is a matter for a person', async (t) => {
  const created = await setupOne(t);
  created.plex.fail('sections', { kind: 'status', status: 404 });
  await assert.rejects(created.run(), UsageError);
  await assert.rejects(created.run({ libraries: ['Gardens'] }), /Plex has no library "Gardens"/);
  assertUntouched(created);
});

test('a bug at the first contact is not taken for an outage', async (t) => {
  const { world, run } = await setupOne(t);
  const sections = () => Promise.reject(new TypeError('a bug'));
  await assert.rejects(run({}, { plex: { sections } }), /a bug/);
  await assert.rejects(run({}, { plex: { identity: sections } }), /a bug/);
  assert.deepEqual(world.sql('SELECT * FROM breakers'), []);
});

test('another server is refused, or adopted with nothing of the old one left', async (t) => {
  const created = await setupOne(t);
  const { world, run, enqueue } = created;
  await run();
  const server = await otherServer(t, created, { machineIdentifier: 'another' });
  addItems(server, 2);
  enqueue(lighthouse(1, { path: '/harbour/2.mp4', title: 'Rose' }));
  await assert.rejects(run({}, { server }), /belongs to the Plex server .*, but plex_url leads to another\./);
  assert.equal(world.onlyJob()['claims'], 0);
  const files = openMemoryIndex(() => undefined);
  files.noteTotal(SECTION, 7);
  world.sql(`INSERT INTO removals VALUES (1, 1, ${created.clock.now}, 1)`);
  const adopted = await run({ ifOtherServer: 'adopt' }, { server, files });
  assert.deepEqual(adopted.tally, { updated: 1 });
  assert.deepEqual(world.sql('SELECT job_id FROM removals'), []);
  assert.equal(files.knownTotal(SECTION), undefined);
  assert.equal(server.item('102')?.title, 'Rose');
  assert.deepEqual((await run({}, { server })).ends, [], 'it is bound to the new one');
});

test('a copy of the libraries on another server is refused where the address changed, or after a week', async (t) => {
  const sections = [{ key: '1', uuid: 'of-both', title: 'Harbour Films', locations: ['/harbour'] }];
  const created = await setupOne(t, { sections });
  const { world, clock, run } = created;
  await run();
  const server = await otherServer(t, created, { machineIdentifier: 'a-copy', sections });
  addItems(server, 1);
  created.enqueue(lighthouse(1, { title: 'Rose' }));
  await assert.rejects(run({ plexAddress: 'http://copy.example' }, { server }), /but plex_url leads to a-copy\./);
  clock.now += WEEK_MS;
  await assert.rejects(run({}, { server }), /but plex_url leads to a-copy\./);
  assert.deepEqual([server.count('edit'), world.onlyJob()['claims']], [0, 0]);
});

test('after an outage whoever answers is asked for its name', async (t) => {
  const { plex, run } = await setupOne(t);
  await run();
  const lift = silence(plex);
  assert.deepEqual((await run()).ends, ['unreachable']);
  lift();
  plex.resetRequests();
  await run();
  await run();
  assert.equal(plex.count('identity'), 1);
});

for (const fault of [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 404 },
  { kind: 'status', status: 200, contentType: 'text/html', body: '<html></html>' },
] as const)
  test(`after an answer ${JSON.stringify(fault)} too, whoever answers is asked for its name`, async (t) => {
    const { plex, run } = await setupOne(t);
    await run();
    const lift = plex.fail('sections', fault, ALWAYS);
    await run().catch(() => undefined);
    lift();
    plex.resetRequests();
    await run();
    assert.equal(plex.count('identity'), 1);
  });

test('a copy of the libraries at the old address is adopted at once, and that is told', async (t) => {
  const sections = [{ key: '1', uuid: 'of-both', title: 'Harbour Films', locations: ['/harbour'] }];
  const created = await setupOne(t, { sections });
  const { plex, run } = created;
  await run();
  const server = await otherServer(t, created, { machineIdentifier: 'a-copy', sections });
  const adopted = await run({ ifOtherServer: 'adopt' }, { server });
  assert.deepEqual(adopted.of('server_adopted'), [
    { kind: 'server_adopted', from: plex.machineIdentifier, to: 'a-copy' },
  ]);
  assert.deepEqual((await run({ plexAddress: 'http://copy.example' }, { server })).ends, [], 'it is bound to the copy');
  const again = await run({ ifOtherServer: 'adopt' }, { server });
  assert.deepEqual(again.of('server_adopted'), []);
});

test('a server whose libraries were all made anew is known by its name, and by them from then on', async (t) => {
  const created = await setupOne(t);
  const { plex, run } = created;
  await run();
  const { machineIdentifier } = plex;
  const sections = [{ key: '9', title: 'Harbour Films', locations: ['/harbour'] }];
  const server = await otherServer(t, created, { machineIdentifier, sections });
  assert.deepEqual((await run({}, { server })).ends, []);
  assert.equal(server.count('identity'), 1);
  await run({}, { server });
  assert.equal(server.count('identity'), 1);
});

test('the breaker of one address keeps no other address back', async (t) => {
  const { plex, run } = await setupOne(t);
  const lift = silence(plex);
  for (let count = 0; count < 5; count += 1) await run({ tokenFingerprint: () => 'the old address' });
  assert.deepEqual((await run({ tokenFingerprint: () => 'the old address' })).ends, ['breaker_open']);
  lift();
  assert.deepEqual((await run({ tokenFingerprint: () => 'the new address' })).tally, { updated: 1 });
});
