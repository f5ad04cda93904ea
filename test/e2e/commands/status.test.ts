import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';
import { BIN } from '../../helpers/start-bin.ts';
import { runAtTerminal } from '../../helpers/terminal.ts';

type Document = Record<string, unknown>;

test('where is scene 4711? Written, with its library, a link and what was left, and no server is asked', async (t) => {
  const { plex, run } = await setup(t);
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  const sync = async (...args: string[]) => {
    await run(['enqueue', '4711', '--path', '/media/a.mp4', ...args]);
    await run(['process']);
  };
  await sync('--title', 'Pier', '--details', 'First', '--tag', 'sea');
  plex.editByHand(ratingKey, { summary: 'By hand' });
  await sync('--details', 'Second');
  plex.resetRequests();
  const result = await run(['status', '4711', '--json']);
  assert.equal(result.code, 0, result.stderr);
  const document = JSON.parse(result.stdout) as Document;
  assert.deepEqual([document['scene_id'], document['known'], document['jobs']], [4711, true, []]);
  const { link, synced_at, ...item } = document['item'] as Document;
  assert.deepEqual(item, {
    rating_key: ratingKey,
    section_key: '1',
    library: 'Adult',
    file: '/media/a.mp4',
    written: ['title', 'summary', 'genre'],
    left: [{ field: 'summary', reason: 'edited_in_plex' }],
    other_items: [],
  });
  assert.match(
    String(link),
    new RegExp(`^${plex.url}/#!/server/\\w+/details\\?key=%2Flibrary%2Fmetadata%2F${ratingKey}$`),
  );
  assert.match(String(synced_at), /^\d{4}-.*Z$/);

  const text = await run(['status', '4711'], { env: { PLEX_URL: '' } });
  assert.match(text.stdout, /^plex item\t\d+ in library Adult$/m);
  assert.match(text.stdout, /^link\thttps:\/\/app\.plex\.tv\/desktop\/#!\/server\//m);
  assert.match(text.stdout, /^left alone\tthe summary: it was edited in Plex since we wrote it$/m);
  assert.match(text.stdout, /^written by us\ttitle, summary, tags$/m);
  assert.equal(plex.count(), 0);
});

test('status names another item that holds a file of the scene', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  const other = plex.addItem({ sectionKey: '1', file: '/media/b.mp4', title: 'Pier, uncut' });
  const files = [{ path: '/media/a.mp4' }, { path: '/media/b.mp4' }];
  await run(['enqueue', '--file', '-'], { input: JSON.stringify({ scene_id: 4711, title: 'Pier', files }) });
  assert.equal((await run(['process'])).code, 0);
  const { stdout } = await run(['status', '4711']);
  const line = `other item\t${other} "Pier, uncut" in library Adult holds /media/b.mp4; merge them in Plex`;
  assert.match(stdout, new RegExp(`^${line}$`, 'm'));
  const document = JSON.parse((await run(['status', '4711', '--json'])).stdout) as { item: { other_items: unknown } };
  assert.deepEqual(document.item.other_items, [
    { path: '/media/b.mp4', rating_key: other, title: 'Pier, uncut', library: 'Adult' },
  ]);
});

test('a scene that waits says why, when it is tried again and what went wrong; a dead one what to do next', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/x/01.mp4' });
  await run(['enqueue', '1', '--path', '/media/new.mp4', '--title', 'New pier']);
  await run(['enqueue', '2', '--path', '/media/y/01.mp4', '--title', 'Mole']);
  await run(['enqueue', '3']);
  await run(['process']);
  const waiting = (await run(['status', '1'])).stdout;
  assert.match(waiting, /^waiting\tjob 1: its file is not in Plex yet, next try \d{4}-.*Z$/m);
  assert.match(waiting, /^attempts\t1 \(0 failed, 1 not found\)$/m);
  assert.match(waiting, /^to write\ttitle$/m);
  assert.match(waiting, /^last error\tPlexNotFound: /m);
  const dead = (await run(['status', '2'])).stdout;
  assert.match(dead, /^dead letter 1\tLowConfidenceMatch, /m);
  assert.match(dead, /^path\t\/media\/y\/01\.mp4$/m);
  assert.match(dead, /^next\tplexsync dlq show 1$/m);
  assert.match((await run(['status', '3'])).stdout, /^waiting\tjob 3: only Stash can say what to write \(no_stash\)$/m);
});

test('a scene of which nothing is known is said to be so, with exit code 1; no scene at all with 2', async (t) => {
  const { run } = await setup(t);
  await run(['enqueue', '1', '--title', 'Pier']);
  const unknown = await run(['status', '99']);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /Nothing is known of scene 99.*plexsync enqueue 99/);
  assert.equal(unknown.stdout, '');
  const json = await run(['status', '99', '--json']);
  assert.equal(json.code, 1);
  assert.deepEqual(JSON.parse(json.stdout), {
    scene_id: 99,
    known: false,
    jobs: [],
    dead_letters: [],
    path: null,
    item_taken_by: null,
    item: null,
    undone_by: null,
    pin: null,
  });
  for (const id of ['', 'pier', '0', '1.5']) {
    const refused = await run(['status', id]);
    assert.equal(refused.code, 2, id);
    assert.match(refused.stderr, /is no scene id/);
  }
});

test('a scene whose item was since written for another one says for which', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  for (const scene of ['1', '2']) {
    await run(['enqueue', scene, '--path', '/media/a.mp4', '--title', `Pier ${scene}`]);
    await run(['process', '--no-strict-matching']);
  }
  const loser = JSON.parse((await run(['status', '1', '--json'])).stdout) as Document;
  assert.deepEqual([loser['item'], loser['item_taken_by']], [null, 2]);
  assert.match((await run(['status', '1'])).stdout, /^plex item\tnone: .* written for scene 2 \(plexsync status 2\)$/m);
});

test('what a job would write can be seen before it is written', async (t) => {
  const { run } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Pier', '--tag', '']);
  const data = { path: '/media/a.mp4', title: 'Pier', tags: [] };
  const [job] = JSON.parse((await run(['queue', 'list', '--json'])).stdout) as Document[];
  assert.deepEqual([job?.['data'], job?.['from_stash']], [data, false]);
  const status = JSON.parse((await run(['status', '1', '--json'])).stdout) as { jobs: Document[] };
  assert.deepEqual(status.jobs[0]?.['data'], data);
  assert.match((await run(['status', '1'])).stdout, /^to write\ttitle, tags$/m);
});

test('at a narrow terminal the whole answer is there, in lines that fit', async (t) => {
  const { plex, run, dataDir } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a quiet harbour/01.mp4' });
  await run(['enqueue', '1', '--path', '/media/another quiet harbour/01.mp4', '--title', 'Mole']);
  await run(['process']);
  const line = `PLEXSYNC_DATA_DIR="${dataDir}" "${process.execPath}" "${BIN}"`;
  const size = { columns: 40, rows: 24 };
  const seen = runAtTerminal(`${line} status 1; ${line} config show`, size).split(/\r?\n/);
  assert.deepEqual(
    seen.filter((text) => text.length > 40),
    [],
  );
  const [letter] = JSON.parse((await run(['dlq', 'list', '--json'])).stdout) as Document[];
  const words = (text: string): string => text.replace(/\s+/g, '');
  assert.ok(words(seen.join('')).includes(words(String(letter?.['error_message']))), seen.join('\n'));
});
