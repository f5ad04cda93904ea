/** Nothing is due, and a job waits for its file: Plex is asked now and then, quietly, and nobody else asks it anything. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';
import type { RunOptions } from '../../helpers/run-main.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** A world in which scene 1 waits for its file, and its next try is an hour away. */
async function setupWaiting(t: TestContext) {
  const rig = await setup(t);
  const start = Date.now();
  const at = (ms: number, options: RunOptions = {}): RunOptions => {
    const env = { PLEXSYNC_TEST_NOW: new Date(start + ms).toISOString(), ...options.env };
    return { ...options, env };
  };
  await rig.run(['enqueue', '1', '--path', '/media/quay/pier.mp4', '--title', 'Pier'], at(0));
  assert.equal((await rig.run(['process'], at(SECOND_MS))).code, 0);
  rig.sql(`UPDATE jobs SET available_at = ${start + 60 * MINUTE_MS}`);
  rig.plex.resetRequests();
  return { ...rig, at };
}

const routes = ({ plex }: Pick<Rig, 'plex'>): readonly string[] => plex.requests.map(({ route }) => route);

test('a file that Plex gets on a quiet evening is written at the next look, an hour before its time', async (t) => {
  const rig = await setupWaiting(t);
  const { plex, run, at, sql } = rig;
  assert.equal((await run(['process'], at(MINUTE_MS))).code, 0);
  assert.deepEqual(routes(rig), ['sections', 'listing'], 'nothing came, and nothing else was asked');
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/quay/pier.mp4', title: 'a' });
  const result = await run(['process'], at(2 * MINUTE_MS));
  assert.equal(result.code, 0);
  assert.equal(plex.item(ratingKey)?.title, 'Pier', result.stderr);
  assert.deepEqual(sql('SELECT id FROM jobs'), []);
});

test('cron wakes it too, and has nothing to say', async (t) => {
  const { plex, run, at } = await setupWaiting(t);
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/quay/pier.mp4', title: 'a' });
  const { code, stdout, stderr } = await run(['process', '--cron'], at(MINUTE_MS));
  assert.deepEqual([code, stdout, stderr], [0, '', '']);
  assert.equal(plex.item(ratingKey)?.title, 'Pier');
});

test('the question is asked once a minute, whoever looks', async (t) => {
  const { plex, run, at } = await setupWaiting(t);
  for (const second of [0, 1, 30, 59]) await run(['process'], at(MINUTE_MS + second * SECOND_MS));
  assert.equal(plex.count('sections'), 1);
  await run(['process'], at(2 * MINUTE_MS));
  assert.equal(plex.count('sections'), 2);
  await run(['process'], at(0));
  assert.equal(plex.count('sections'), 3, 'a clock that was set back ends it no more than one set forward');
});

test('while nothing waits, or only a dead letter does, Plex is not contacted', async (t) => {
  const rig = await setup(t);
  const { plex, run, sql } = rig;
  await run(['enqueue', '1', '--path', '/media/quay/pier.mp4', '--title', 'Pier']);
  await run(['process']);
  sql('UPDATE jobs SET available_at = 0, misses = 12');
  await run(['process']);
  assert.deepEqual(
    sql('SELECT error_type FROM dead_letters', 'dlq.db').map(({ error_type }) => error_type),
    ['PlexNotFound'],
  );
  plex.resetRequests();
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.count(), 0);
});

test('a letter rides along with a question that is asked for a job', async (t) => {
  const { plex, run, at, sql } = await setupWaiting(t);
  await run(['enqueue', '2', '--path', '/media/quay/mole.mp4', '--title', 'Mole'], at(0));
  await run(['process'], at(SECOND_MS));
  sql('UPDATE jobs SET available_at = 0, misses = 12 WHERE scene_id = 2');
  await run(['process'], at(2 * SECOND_MS));
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/quay/mole.mp4', title: 'a' });
  assert.equal((await run(['process'], at(MINUTE_MS))).code, 0);
  assert.equal(plex.item(ratingKey)?.title, 'Mole');
  assert.deepEqual(sql('SELECT id FROM dead_letters', 'dlq.db'), []);
});

test('a failure there changes neither breaker nor exit code, and is not told', async (t) => {
  const { plex, run, at, sql } = await setupWaiting(t);
  const before = sql('SELECT * FROM breakers');
  const quiet = await run(['process'], at(0));
  for (const [minute, status] of [500, 503, 401, 403].entries()) {
    const recover = plex.fail('all', { kind: 'status', status }, Number.POSITIVE_INFINITY);
    const { code, stderr } = await run(['process'], at((minute + 1) * MINUTE_MS));
    assert.deepEqual([code, stderr], [0, quiet.stderr], String(status));
    recover();
  }
  assert.deepEqual(sql('SELECT * FROM breakers'), before);
  assert.deepEqual(sql(`SELECT name FROM meta WHERE name = 'refused_token'`), []);
  assert.deepEqual(sql('SELECT misses, failures FROM jobs'), [{ misses: 1, failures: 0 }]);
});

test('nothing is asked while the breaker is open, the token refused, or no Plex set', async (t) => {
  const { plex, run, at, sql } = await setupWaiting(t);
  const openedAt = Date.now();
  sql(`INSERT OR REPLACE INTO breakers (server, state)
    VALUES ('plex', '${JSON.stringify({ kind: 'open', openedAt, failures: 5 })}')`);
  assert.equal((await run(['process'], at(MINUTE_MS))).code, 0);
  sql('DELETE FROM breakers');
  assert.equal((await run(['process'], at(2 * MINUTE_MS, { env: { PLEX_URL: '' } }))).code, 0);
  assert.equal(plex.count(), 0);
  await run(['enqueue', '2', '--path', '/media/quay/mole.mp4', '--title', 'Mole'], at(0));
  const wrong = { env: { PLEX_TOKEN: 'no-such-token' } };
  assert.equal((await run(['process'], at(2 * MINUTE_MS, wrong))).code, 3);
  sql('UPDATE jobs SET available_at = available_at + 3600000');
  plex.resetRequests();
  assert.equal((await run(['process'], at(30 * MINUTE_MS, wrong))).code, 0);
  assert.equal(plex.count(), 0);
});

test('another server at the address wakes nobody, and is not taken for ours', async (t) => {
  const { run, at, sql } = await setupWaiting(t);
  const other = await setup(t, { machineIdentifier: 'other', sections: [{ key: '1', title: 'Adult', uuid: 'other' }] });
  other.plex.addItem({ sectionKey: '1', file: '/media/quay/pier.mp4' });
  const env = { PLEX_URL: other.plex.url, PLEX_TOKEN: other.plex.token };
  assert.equal((await run(['process'], at(MINUTE_MS, { env }))).code, 0);
  assert.equal(other.plex.count('listing'), 0);
  assert.deepEqual(sql('SELECT misses FROM jobs'), [{ misses: 1 }]);
});

test('after a week the own server is asked for its name once, in a quiet look too', async (t) => {
  const { plex, run, at, sql } = await setupWaiting(t);
  const week = 7 * 24 * 60 * MINUTE_MS;
  sql(`UPDATE jobs SET available_at = available_at + ${week}`);
  for (const minute of [1, 2, 3]) assert.equal((await run(['process'], at(week + minute * MINUTE_MS))).code, 0);
  assert.deepEqual([plex.count('sections'), plex.count('identity')], [3, 1]);
  plex.fail('sections', { kind: 'status', status: 503 });
  for (const minute of [4, 5, 6]) await run(['process'], at(week + minute * MINUTE_MS));
  assert.equal(plex.count('identity'), 2, 'and once after it was away');
  assert.equal(sql('SELECT * FROM runs').length, 1, 'all of them were quiet looks');
});
