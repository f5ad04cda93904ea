import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';

type Document = Record<string, unknown>;

async function twoRuns(t: Parameters<typeof setup>[0]) {
  const rig = await setup(t);
  const { plex, run } = rig;
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a', genres: ['sand'] });
  await run(['enqueue', '5', '--path', '/media/a.mp4', '--title', 'Pier', '--tag', 'sea']);
  assert.equal((await run(['process'])).code, 0);
  await run(['enqueue', '5', '--path', '/media/a.mp4', '--title', 'Mole']);
  assert.equal((await run(['process', '--cron'])).code, 0);
  return rig;
}

test('runs are listed newest first, with what started them and what they changed', async (t) => {
  const { run, plex } = await twoRuns(t);
  plex.resetRequests();
  const { stdout, code } = await run(['runs', '--json']);
  assert.equal(code, 0);
  const [newest, oldest, ...more] = JSON.parse(stdout) as Document[];
  assert.deepEqual(more, []);
  const { started_at, ended_at, ...told } = newest ?? {};
  assert.match(String(started_at), /^\d{4}-.*Z$/);
  assert.ok(String(ended_at) >= String(started_at));
  assert.deepEqual(told, {
    ...{ id: 2, command: 'process', started_by: 'cron', exit_code: 0, done: 1, failed: 0, items: 1, fields: 1 },
  });
  assert.deepEqual([oldest?.['id'], oldest?.['started_by'], oldest?.['fields']], [1, 'script', 2]);
  const limited = await run(['runs', '--limit', '1']);
  assert.match(limited.stdout, /^2\t\d{4}-\S+Z\t\d+s\t1\t0\t1\t1\t0\tprocess, cron\t-\n$/);
  assert.equal(plex.count(), 0);
});

test('a run is shown item by item, before and after', async (t) => {
  const { run } = await twoRuns(t);
  const { stdout } = await run(['runs', 'show', '1']);
  assert.match(stdout, /^Run 1 \(process\) of .*: 1 done, 0 failed, exit code 0\n1 items? and 2 fields changed\n/);
  assert.match(stdout, /^a {2}scene 5, item \d+$/m);
  assert.match(stdout, /^title\t“a” → “Pier”$/m);
  assert.match(stdout, /^tags\t\+ sea$/m);
  const document = JSON.parse((await run(['runs', 'show', '1', '--json'])).stdout) as {
    edits: Document[];
    pruned: boolean;
  };
  assert.equal(document.pruned, false);
  assert.deepEqual(document.edits[0]?.['changes'], [
    { field: 'title', before: 'a', after: 'Pier', added: [], removed: [] },
    { field: 'genre', before: ['sand'], after: ['sand', 'sea'], added: ['sea'], removed: [] },
  ]);
});

test('what is asked wrongly is answered in a sentence', async (t) => {
  const { run } = await twoRuns(t);
  const unknown = await run(['runs', 'show', '9']);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /There is no run 9, or it is forgotten by now\.\n.*plexsync runs lists/);
  for (const words of [['sow', '1'], ['show'], ['show', '1', '2'], ['show', 'x'], ['--limit', '0']]) {
    const { code, stderr } = await run(['runs', ...words]);
    assert.equal(code, 2, words.join(' '));
    assert.doesNotMatch(stderr, /^\s+at /m);
  }
});

test('what has left the journal is named', async (t) => {
  const { run, sql } = await twoRuns(t);
  sql(`INSERT INTO meta (name, value) VALUES ('journal_pruned', '{"runId":1,"at":1}')`);
  sql('DELETE FROM journal WHERE run_id = 1');
  const { stdout, stderr } = await run(['runs', 'show', '1']);
  assert.match(stdout, /^1 item and 2 fields changed$/m);
  assert.match(stderr, /Edits of run 1 have left the journal, which keeps them for journal_days/);
  assert.doesNotMatch((await run(['runs', 'show', '2'])).stderr, /left the journal/);
});
