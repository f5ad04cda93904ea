/** What stops writing until somebody does something: `stats` and `stats --check` tell it at once, and when it is over. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';

type Stopped = { readonly code: string; readonly since: string; readonly hint: string } | null;
type Stats = {
  readonly stopped: Stopped;
  readonly outage_since: string | null;
  readonly stash_outage_since: string | null;
};

async function statsOf({ run }: Rig): Promise<Stats> {
  return JSON.parse((await run(['stats', '--json'])).stdout) as Stats;
}

async function enqueue({ run }: Rig, ...ids: readonly number[]): Promise<void> {
  const scenes = ids.map((id) => ({ scene_id: id, path: `/media/${id}.mp4`, title: `Pier ${id}` }));
  assert.equal((await run(['enqueue', '--file', '-'], { input: JSON.stringify(scenes) })).code, 0);
}

const WRONG = { PLEX_TOKEN: 'not-the-token-of-this-plex' };

test('a refused token is told by stats and fails the check at once, until a token is accepted', async (t) => {
  const rig = await setup(t);
  rig.plex.addItem({ sectionKey: '1', file: '/media/1.mp4' });
  await enqueue(rig, 1);
  assert.equal((await rig.run(['process'], { env: WRONG })).code, 3);
  const { stopped } = await statsOf(rig);
  assert.equal(stopped?.code, 'unauthorized');
  assert.match(stopped?.hint ?? '', /PLEX_TOKEN/);
  assert.doesNotMatch(JSON.stringify(stopped), /not-the-token/);
  const check = await rig.run(['stats', '--check', '--max-dead', '9']);
  assert.equal(check.code, 1);
  assert.match(check.stderr, /stopped \(unauthorized\)/);
  assert.match((await rig.run(['stats'])).stdout, /stopped\s+unauthorized, since/);

  await rig.run(['process'], { env: WRONG });
  assert.equal((await statsOf(rig)).stopped?.since, stopped?.since);
  assert.equal((await rig.run(['process'])).code, 0);
  assert.equal((await statsOf(rig)).stopped, null);
  assert.equal((await rig.run(['stats', '--check'])).code, 0);
});

test('a last run that could not work as plexsync is set up is told by stats as by its check', async (t) => {
  const rig = await setup(t);
  rig.plex.addItem({ sectionKey: '1', file: '/media/1.mp4' });
  await enqueue(rig, 1);
  assert.equal((await rig.run(['process', '--plex-library', 'Lighthouses'])).code, 2);
  const said = /could not work as plexsync was set up; plexsync doctor says whether that is still so/;
  const { stdout } = await rig.run(['stats']);
  assert.match(stdout, /^last run\s.*exit code 2: it could not work as plexsync was set up;/m);
  assert.doesNotMatch(stdout, /^stopped/m);
  assert.match((await rig.run(['stats', '--check', '--max-dead', '9'])).stderr, said);
  assert.match((await rig.run(['status', '1'])).stdout, /due, but the last run could not work as /);
  assert.equal((await rig.run(['process'])).code, 0);
  assert.doesNotMatch((await rig.run(['stats'])).stdout, /could not work/);
});

test('an outage in between does not end a stop, and neither does a run with nothing due', async (t) => {
  const rig = await setup(t);
  await enqueue(rig, 1);
  await rig.run(['process'], { env: WRONG });
  await rig.run(['process'], { env: { PLEX_URL: 'http://127.0.0.1:9' } });
  assert.equal((await statsOf(rig)).stopped?.code, 'unauthorized');
  rig.sql('UPDATE jobs SET available_at = available_at + 60000');
  assert.equal((await rig.run(['process'])).code, 0);
  assert.equal((await statsOf(rig)).stopped?.code, 'unauthorized');
  rig.sql('DELETE FROM jobs');
  await rig.run(['process']);
  assert.equal((await statsOf(rig)).stopped, null);
});

test('a run that stopped because every job fails is told with what is probably wrong', async (t) => {
  const rig = await setup(t);
  const ids = Array.from({ length: 12 }, (_, index) => index + 1);
  for (const id of ids) rig.plex.addItem({ sectionKey: '1', file: `/media/${id}.mp4` });
  const mend = rig.plex.fail(
    (request) => request.route === 'edit',
    { kind: 'status', status: 400 },
    Number.POSITIVE_INFINITY,
  );
  await enqueue(rig, ...ids);
  assert.equal((await rig.run(['process'])).code, 2);
  const { stopped } = await statsOf(rig);
  assert.equal(stopped?.code, 'misconfigured');
  assert.match(stopped?.hint ?? '', /PlexPermanentError/);
  assert.equal((await rig.run(['stats', '--check', '--max-dead', '99'])).code, 1);
  mend();
  rig.makeDue();
  await rig.run(['process']);
  assert.equal((await statsOf(rig)).stopped, null);
});

test('jobs that would remove too much are told as a stop, until they are allowed or dropped', async (t) => {
  const rig = await setup(t);
  rig.plex.addItem({ sectionKey: '1', file: '/media/1.mp4' });
  const write = async (tags: readonly string[]): Promise<void> => {
    await rig.run([
      'enqueue',
      '1',
      '--path',
      '/media/1.mp4',
      '--title',
      'Pier',
      ...tags.flatMap((tag) => ['--tag', tag]),
    ]);
    await rig.run(['process', '--max-removals', '0']);
  };
  await write(['fog']);
  await write(['']);
  assert.equal((await statsOf(rig)).stopped?.code, 'removals');
  assert.match((await rig.run(['stats', '--check'])).stderr, /stopped \(removals\): 1 job waits .*--allow-removals/);
  await rig.run(['queue', 'drop', '--state', 'removals', '--yes']);
  assert.equal((await statsOf(rig)).stopped, null);
});

test('another max_removals has what waits judged anew', async (t) => {
  const rig = await setup(t);
  const key = rig.plex.addItem({ sectionKey: '1', file: '/media/1.mp4' });
  const enqueueTag = async (tag: string): Promise<void> => {
    await rig.run(['enqueue', '1', '--path', '/media/1.mp4', '--title', 'Pier', '--tag', tag]);
  };
  await enqueueTag('fog');
  await rig.run(['process']);
  await enqueueTag('');
  assert.equal((await rig.run(['process', '--max-removals', '0'])).code, 2);
  const raised = await rig.run(['process', '--max-removals', '1']);
  assert.deepEqual([raised.code, rig.plex.item(key)?.genres], [0, []], raised.stderr);
  assert.equal((await statsOf(rig)).stopped, null);
});

/** A rig with a Stash that has scene 1 of item 1. */
async function withStash(t: TestContext) {
  const rig = await setup(t);
  const stash = await startStashServer();
  t.after(() => stash.close());
  rig.plex.addItem({ sectionKey: '1', file: '/media/1.mp4' });
  rig.plex.addItem({ sectionKey: '1', file: '/media/2.mp4' });
  const id = stash.addScene({ title: 'Harbour', files: ['/media/1.mp4'] });
  return { ...rig, id, up: { STASH_URL: stash.url }, down: { STASH_URL: 'http://127.0.0.1:9' } };
}

test('the check sees an outage of Stash, which a run that did not ask Stash does not end', async (t) => {
  const { id, up, down, ...rig } = await withStash(t);
  await rig.run(['enqueue', String(id)]);
  assert.equal((await rig.run(['process'], { env: down })).code, 4);
  rig.sql(`UPDATE meta SET value = value - 7200000 WHERE name = 'stash_outage_since'`);
  const { stash_outage_since: since, outage_since: earliest } = await statsOf(rig);
  assert.ok(since !== null && since === earliest);
  await enqueue(rig, 2);
  await rig.run(['process']);
  assert.equal((await statsOf(rig)).stash_outage_since, since);
  const check = await rig.run(['stats', '--check']);
  assert.equal(check.code, 1);
  assert.match(check.stderr, /Stash has been away for 2h/);

  rig.sql('DELETE FROM breakers');
  rig.makeDue();
  assert.equal((await rig.run(['process'], { env: up })).code, 0);
  assert.equal((await statsOf(rig)).stash_outage_since, null);
});

test('a Stash that refuses the key is told as a stop, until it answers', async (t) => {
  const { id, ...rig } = await withStash(t);
  const locked = await startStashServer({ apiKey: 'the-key-of-the-harbour' });
  t.after(() => locked.close());
  locked.addScene({ title: 'Harbour', files: ['/media/1.mp4'] });
  await rig.run(['enqueue', String(id)]);
  assert.equal((await rig.run(['process'], { env: { STASH_URL: locked.url } })).code, 3);
  assert.equal((await statsOf(rig)).stopped?.code, 'stash_unauthorized');
  rig.makeDue();
  const env = { STASH_URL: locked.url, STASH_API_KEY: 'the-key-of-the-harbour' };
  assert.equal((await rig.run(['process'], { env })).code, 0);
  assert.equal((await statsOf(rig)).stopped, null);
});

test('a token that is not asked about again is told with its times, and what lets it', async (t) => {
  const { plex, run } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/1.mp4', '--title', 'Pier']);
  plex.fail('sections', { kind: 'status', status: 401 }, Number.POSITIVE_INFINITY);
  assert.doesNotMatch((await run(['process'])).stderr, /not asked again/);
  const words =
    /refused this token, and was not asked again \(refused at (\S+ \S+ \S+); asked again from (\S+ \S+ \S+) on, or after plexsync resume\)/;
  const [, at = '', again = ''] = words.exec((await run(['process'])).stderr) ?? [];
  assert.equal(
    Date.parse(again.replace(' ', 'T').replace(' ', '')) - Date.parse(at.replace(' ', 'T').replace(' ', '')),
    900_000,
  );
  assert.match((await run(['stats'])).stdout, words);
});
