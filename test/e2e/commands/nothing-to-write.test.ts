/** A scene of which nothing is given but its file: there is nothing to write, and nobody says that it was synced. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';

type Document = Record<string, unknown>;

test('a job of nothing but a path says that there was nothing to write, and status claims no sync', async (t) => {
  const { plex, run, sql } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  await run(['enqueue', '5', '--path', '/media/a.mp4']);
  const planned = await run(['process', '--dry-run']);
  assert.match(planned.stdout, /^Scene 5: nothing to write: nothing was given but its file$/m);
  assert.match(planned.stdout, /^Dry run, nothing was written: 1 with nothing to write$/m);

  const ran = await run(['process']);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /Job 1 completed \(nothing to write: nothing was given but its file\)/);
  assert.match(ran.stdout, /Processed: 1, Failed: 0 .*\n {2}1 with nothing to write$/m);
  assert.doesNotMatch(ran.stdout + ran.stderr, /already right/);

  const { stdout } = await run(['status', '5']);
  assert.match(stdout, /last synced\s+never: there was nothing to write/);
  const { item } = JSON.parse((await run(['status', '5', '--json'])).stdout) as { item: Document };
  assert.deepEqual([item['synced_at'], item['written']], [null, []]);
  assert.equal((await run(['status', '5', '--wait', '5s'])).code, 0, 'it has come to a good end');
  assert.match((await run(['match-test', '--scene', '5'])).stdout, /nothing was written/);
  assert.deepEqual(sql(`SELECT name, value FROM totals WHERE name IN ('updated', 'unchanged')`), [
    { name: 'unchanged', value: 1 },
  ]);
});

test('a title that is empty, and what the settings leave out, are nothing to write either', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  plex.addItem({ sectionKey: '1', file: '/media/b.mp4', title: 'b' });
  await run(['enqueue', '5', '--path', '/media/a.mp4', '--title', ' ']);
  await run(['enqueue', '6', '--path', '/media/b.mp4', '--tag', 'sea']);
  plex.addItem({ sectionKey: '1', file: '/media/c.mp4', title: 'c' });
  await run(['enqueue', '7', '--path', '/media/c.mp4', '--poster', '']);
  const { stdout } = await run(['process', '--no-sync-tags', '--json']);
  const events = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Document]));
  assert.deepEqual(
    events.filter(({ event }) => event === 'completed').map(({ scene_id, change }) => [scene_id, change]),
    [
      [5, 'nothing_given'],
      [6, 'all_left_out'],
      [7, 'nothing_given'],
    ],
  );
  const { exit_code, unchanged, nothing_to_write } = events.at(-1) ?? {};
  assert.deepEqual([exit_code, unchanged, nothing_to_write], [0, 0, 3]);
});

test('without a title, what is given is compared: a list and a field that are right are right', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a', summary: 'Grey', locked: ['summary'] });
  plex.addItem({ sectionKey: '1', file: '/media/b.mp4', title: 'b', genres: ['sea'], locked: ['genre'] });
  await run(['enqueue', '5', '--path', '/media/a.mp4', '--details', 'Grey']);
  await run(['enqueue', '6', '--path', '/media/b.mp4', '--tag', 'sea']);
  const { stdout } = await run(['process', '--json']);
  const summary = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Document;
  assert.deepEqual([summary['unchanged'], summary['nothing_to_write']], [2, 0]);
});

test('the time of the last sync stays where a later job has nothing to write', async (t) => {
  const { plex, run, sql } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  await run(['enqueue', '5', '--path', '/media/a.mp4', '--title', 'Pier']);
  await run(['process']);
  sql('UPDATE scenes SET written_at = 1000');
  await run(['enqueue', '5', '--path', '/media/a.mp4']);
  await run(['process']);
  const { item } = JSON.parse((await run(['status', '5', '--json'])).stdout) as { item: Document };
  assert.deepEqual([item['synced_at'], item['written']], ['1970-01-01T00:00:01.000Z', ['title']]);
});

test('a job with nothing to write that finds another item takes over no time and nothing left alone from the old one', async (t) => {
  const { plex, run, sql } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  plex.addItem({ sectionKey: '1', file: '/media/b.mp4', title: 'b' });
  await run(['enqueue', '5', '--path', '/media/a.mp4', '--title', 'Pier']);
  await run(['process']);
  sql(`UPDATE scenes SET left_alone = '[{"field":"summary","reason":"edited_in_plex"}]'`);
  await run(['enqueue', '5', '--path', '/media/b.mp4']);
  await run(['process']);
  const { stdout } = await run(['status', '5']);
  assert.match(stdout, /^plex file\t\/media\/b\.mp4$/m);
  assert.match(stdout, /^last synced\tnever: there was nothing to write \(/m);
  assert.doesNotMatch(stdout, /left alone/);
});

test('an edit of which Plex refused a part is no sync, whatever became of its letter', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  plex.fail('edit', { kind: 'status', status: 400 }, 99);
  await run(['enqueue', '5', '--path', '/media/a.mp4', '--title', 'Pier']);
  assert.equal((await run(['process'])).code, 1);
  await run(['dlq', 'purge', '--all', '--yes']);
  assert.match((await run(['status', '5'])).stdout, /^last synced\tbegun, and not known to have ended$/m);
  assert.equal((await run(['status', '5', '--wait', '5s'])).code, 1);
});
