/** Taking back what was edited in Plex: who is asked, what is said, and what comes of it. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { setup } from '../../helpers/rig.ts';
import { BIN } from '../../helpers/start-bin.ts';
import { startAtTerminal } from '../../helpers/terminal.ts';

/** Three scenes of Stash, written; of two a person has edited the title in Plex, of one the tags. */
async function setupEdited(t: TestContext) {
  const stash = await startStashServer({});
  t.after(() => stash.close());
  const rig = await setup(t);
  const run: typeof rig.run = async (args, more = {}) =>
    await rig.run(args, { ...more, env: { STASH_URL: stash.url, ...more.env } });
  const scenes = ['pier', 'quay', 'mole'].map((name) => ({
    item: rig.plex.addItem({ sectionKey: '1', file: `/media/${name}.mp4` }),
    id: stash.addScene({ title: `The ${name}`, tags: ['sea'], files: [`/media/${name}.mp4`] }),
  }));
  const ids = scenes.map(({ id }) => String(id));
  await run(['enqueue', ...ids]);
  assert.equal((await run(['process'])).code, 0);
  const [pier, quay, mole] = scenes;
  assert.ok(pier && quay && mole);
  rig.plex.editByHand(pier.item, { title: 'A person’s' });
  rig.plex.editByHand(quay.item, { title: 'Another’s' });
  rig.plex.editByHand(mole.item, { genres: [] });
  await run(['enqueue', ...ids]);
  await run(['process']);
  const titles = (): unknown[] => scenes.map(({ item }) => rig.plex.item(item)?.title);
  const waiting = () => rig.sql('SELECT scene_id, reassert FROM jobs ORDER BY scene_id');
  return { ...rig, run, ids, pier, quay, mole, titles, waiting, env: { ...rig.env, STASH_URL: stash.url } };
}

test('more than one scene is asked for, with how many and on which server; --yes answers', async (t) => {
  const { run, ids, titles, waiting } = await setupEdited(t);
  const asked = await run(['enqueue', ...ids, '--reassert']);
  assert.equal(asked.code, 2);
  assert.match(
    asked.stderr,
    /Take every field of 3 scenes back from Plex \(Plex server \S+\), over what was edited there \(queue of \S+\)\? There is no terminal to ask at\.\n {2}Run again with --yes\./,
  );
  assert.deepEqual(waiting(), []);
  assert.equal((await run(['enqueue', ...ids, '--reassert', '--yes'])).code, 0);
  assert.equal((await run(['process'])).code, 0);
  assert.deepEqual(titles(), ['The pier', 'The quay', 'The mole']);
  const { left } = JSON.parse((await run(['stats', '--json'])).stdout) as { left: unknown };
  assert.deepEqual(left, { fields: 0, scenes: 0 });
});

test('one scene is taken back without a question, and the queue shows what it takes back', async (t) => {
  const { run, pier, titles, waiting } = await setupEdited(t);
  assert.equal((await run(['enqueue', String(pier.id), '--reassert=title,tags'])).code, 0);
  assert.deepEqual(waiting(), [{ scene_id: pier.id, reassert: '["title","tags"]' }]);
  const [job] = JSON.parse((await run(['queue', 'list', '--json'])).stdout) as { reassert: unknown }[];
  assert.deepEqual(job?.reassert, ['title', 'tags']);
  assert.match((await run(['queue', 'list'])).stdout, /takes back from Plex: title, tags/);
  assert.match((await run(['status', String(pier.id)])).stdout, /^takes back\ttitle, tags$/m);
  const status = JSON.parse((await run(['status', String(pier.id), '--json'])).stdout) as { jobs: unknown[] };
  assert.deepEqual((status.jobs[0] as { reassert: unknown }).reassert, ['title', 'tags']);
  await run(['process']);
  assert.deepEqual(titles(), ['The pier', 'Another’s', 'The mole']);
});

test('--all, --recent and a file of several scenes ask as well', async (t) => {
  const { run, ids, waiting } = await setupEdited(t);
  for (const which of ['--all', '--recent'])
    assert.match(
      (await run(['enqueue', which, '--reassert', 'title'])).stderr,
      /Put 3 scenes of Stash at \S+ into the queue of \S+, and take the title back from Plex \(Plex server \S+\), over what was edited there\? There is no terminal/,
    );
  const input = JSON.stringify(ids.map((id) => ({ scene_id: Number(id), title: 'x', path: `/media/${id}.mp4` })));
  const file = await run(['enqueue', '--file', '-', '--reassert', 'title'], { input });
  assert.deepEqual([file.code, waiting()], [2, []]);
  assert.match(file.stderr, /Take the title of 3 scenes back/);
  assert.equal((await run(['enqueue', '--file', '-', '--reassert', 'title', '-y'], { input })).code, 0);
  assert.equal(waiting().length, 3);
  assert.equal((await run(['enqueue', '--all', '--reassert', 'tags', '-y'])).code, 0);
  assert.deepEqual([...new Set(waiting().map(({ reassert }) => reassert))], ['["title","tags"]']);
});

test('an unknown field is a usage error with the nearest known one, before anything is asked or done', async (t) => {
  const { run, ids, waiting } = await setupEdited(t);
  for (const args of [
    ['enqueue', ...ids, '--reassert', 'titel'],
    ['enqueue', '--all', '--reassert', 'titel'],
    ['reconcile', '--reassert', 'titel'],
  ]) {
    const { code, stderr } = await run(args);
    assert.deepEqual([code, /did you mean title\?/.test(stderr)], [2, true], stderr);
  }
  const swallowed = await run(['enqueue', '--reassert', '4711']);
  assert.match(swallowed.stderr, /looks like a scene id[\s\S]*enqueue 4711 --reassert/);
  assert.deepEqual(waiting(), []);
});

test('reconcile --reassert takes the scenes of which that field was left, and no others', async (t) => {
  const { run, pier, quay, mole, titles, waiting } = await setupEdited(t);
  const dry = await run(['reconcile', '--reassert', 'title', '--dry-run']);
  assert.match(
    dry.stdout,
    /^2 scenes with the title left as edited in Plex \(\d+, \d+\): dry run, nothing was changed\.$/m,
  );
  const asked = await run(['reconcile', '--reassert', 'title']);
  assert.match(asked.stderr, /Take the title of 2 scenes back from Plex \(Plex server \S+\).*There is no terminal/);
  assert.deepEqual([asked.code, waiting()], [2, []]);
  const done = await run(['reconcile', '--reassert', 'title', '--yes', '--json']);
  const document = JSON.parse(done.stdout) as Record<string, unknown>;
  assert.deepEqual(
    [document['scope'], document['enqueued'], document['reassert']],
    ['left', 2, { fields: ['title'], count: 2, first: [pier.id, quay.id] }],
  );
  await run(['process']);
  assert.deepEqual(titles(), ['The pier', 'The quay', 'The mole']);
  const one = await run(['reconcile', '--reassert', 'tags']);
  assert.match(one.stdout, /1 scene with the tags left as edited in Plex \(\d+\): 1 scene enqueued\./);
  assert.deepEqual(
    waiting().map(({ scene_id }) => scene_id),
    [mole.id],
  );
  assert.match((await run(['reconcile', '--reassert', 'studio'])).stdout, /^0 scenes .*: nothing to do\.$/m);
});

test('reconcile --reassert leaves undone scenes, and counts them', async (t) => {
  const { run, sql, pier, quay, waiting } = await setupEdited(t);
  sql(`INSERT INTO undone (scene_id, content, run_id, undone_at) VALUES (${pier.id}, NULL, 1, 1)`);
  const dry = await run(['reconcile', '--reassert', 'title', '--dry-run', '--json']);
  const told = JSON.parse(dry.stdout) as Record<string, unknown>;
  assert.deepEqual([told['undone'], told['reassert']], [1, { fields: ['title'], count: 1, first: [quay.id] }]);
  const done = await run(['reconcile', '--reassert', 'title']);
  assert.match(done.stdout, /1 undone scene left \(plexsync queue release --all writes it again\): 1 scene enqueued\./);
  assert.deepEqual(
    waiting().map(({ scene_id }) => scene_id),
    [quay.id],
  );
});

test('reconcile --reassert goes with no option of a comparison', async (t) => {
  const { run } = await setupEdited(t);
  for (const option of ['--all', '--full', '--since=7d', '--allow-removals', '--pictures']) {
    const { code, stderr } = await run(['reconcile', '--reassert', 'title', option]);
    assert.deepEqual([code, /--reassert and --[a-z-]+ exclude each other/.test(stderr)], [2, true], option);
  }
});

test('No at the question changes nothing', async (t) => {
  const { env, ids, waiting } = await setupEdited(t);
  const size = { columns: 200, rows: 30 };
  const session = startAtTerminal(`${process.execPath} ${BIN} enqueue ${ids.join(' ')} --reassert`, { ...size, env });
  await session.see('[y/N]');
  session.type('\r');
  assert.deepEqual([(await session.ended).code, waiting()], [0, []]);
});
