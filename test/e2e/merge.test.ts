import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from '../helpers/rig.ts';

for (const tagSemantics of ['merge', 'replace'] as const) {
  test(`with ${tagSemantics} semantics: five genres and one tag added make six, a dropped tag goes, a genre added in Plex stays`, async (t) => {
    const { plex, run } = await setup(t, { tagSemantics });
    const genres = ['g1', 'g2', 'g3', 'g4', 'g5'];
    const roles = [
      { tag: 'Ada Quay', role: 'The keeper', thumb: 'http://127.0.0.1/ada.jpg' },
      { tag: 'Ben Pier', role: 'The pilot' },
    ];
    const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a', genres, roles });
    const sync = async (...args: string[]) => {
      await run(['enqueue', '1', '--path', '/media/a.mp4', ...args]);
      const result = await run(['process']);
      assert.equal(result.code, 0, result.stderr);
      return result;
    };

    await sync('--tag', 'sea, and salt', '--performer', 'Cleo Strand');
    assert.deepEqual(plex.item(ratingKey)?.genres, [...genres, 'sea, and salt']);
    const after = plex.item(ratingKey)?.roles ?? [];
    assert.deepEqual(
      after.map(({ tag, role, thumb }) => [tag, role ?? '', thumb ?? '']),
      [
        ['Ada Quay', 'The keeper', 'http://127.0.0.1/ada.jpg'],
        ['Ben Pier', 'The pilot', ''],
        ['Cleo Strand', '', ''],
      ],
    );

    plex.editByHand(ratingKey, { genres: [...genres, 'sea, and salt', 'by hand'] });
    await sync('--tag', 'dunes');
    assert.deepEqual(plex.item(ratingKey)?.genres, [...genres, 'by hand', 'dunes']);

    // What the user removed in Plex stays removed while Stash still has it.
    plex.editByHand(ratingKey, { genres: [...genres, 'by hand'] });
    const left = await sync('--tag', 'dunes');
    assert.deepEqual(plex.item(ratingKey)?.genres, [...genres, 'by hand']);
    assert.match(left.stderr, /Left the tags of scene 1 as it is: a name we wrote was removed in Plex/);
  });
}

test('a field edited in Plex since we wrote it is left; one an agent changed is written again', async (t) => {
  const { plex, run } = await setup(t);
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  const sync = async (...args: string[]) => {
    await run(['enqueue', '1', '--path', '/media/a.mp4', ...args]);
    return await run(['process']);
  };
  await sync('--title', 'Ours', '--details', 'First summary');
  plex.editByHand(ratingKey, { summary: 'By hand' });
  const left = await sync('--title', 'Ours too', '--details', 'Second summary');
  assert.equal(plex.item(ratingKey)?.summary, 'By hand');
  assert.equal(plex.item(ratingKey)?.title, 'Ours too');
  assert.match(left.stderr, /Left the summary of scene 1 as it is: it was edited in Plex/);

  plex.setLocks(ratingKey, []);
  plex.refreshMetadata(ratingKey, { title: 'From an agent' });
  await sync('--title', 'Ours too');
  assert.equal(plex.item(ratingKey)?.title, 'Ours too');
});

test('every field of a scene arrives, a partial date padded and the rating out of ten', async (t) => {
  const { plex, run, dir } = await setup(t);
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  const scene = {
    id: '5',
    title: 'Lantern  Row',
    details: 'First paragraph.\r\n\r\nSecond\u0000 one.',
    date: '2024-05',
    rating100: 85,
    studio: { name: 'North Quay' },
    performers: [{ name: 'Ada Quay' }],
    tags: [{ name: 'sea' }, { name: 'Sea ' }],
    files: [{ path: '/media/a.mp4', size: 5, duration: 2.5 }],
  };
  await run(['enqueue', '-'], { input: JSON.stringify([scene]) });
  const result = await run(['process'], { env: { XDG_DATA_HOME: dir } });
  assert.equal(result.code, 0, result.stderr);
  const item = plex.item(ratingKey);
  assert.equal(item?.title, 'Lantern Row');
  assert.equal(item?.summary, 'First paragraph.\n\nSecond one.');
  assert.equal(item?.originallyAvailableAt, '2024-05-01');
  assert.equal(item?.userRating, 8.5);
  assert.equal(item?.studio, 'North Quay');
  assert.deepEqual(item?.collections, ['North Quay']);
  assert.deepEqual(item?.genres, ['sea']);
});

test('an inline empty value clears, and a title is never cleared', async (t) => {
  const { plex, run } = await setup(t);
  const file = '/media/a.mp4';
  const ratingKey = plex.addItem({
    sectionKey: '1',
    file,
    title: 'Kept',
    summary: 'old',
    genres: ['x'],
    userRating: 7,
    collections: ['Mine'],
  });
  await run([
    'enqueue',
    '1',
    '--path',
    file,
    '--title',
    '',
    '--details',
    '',
    '--tag',
    '',
    '--rating',
    '',
    '--studio',
    '',
  ]);
  const result = await run(['process']);
  assert.equal(result.code, 0, result.stderr);
  const item = plex.item(ratingKey);
  assert.equal(item?.title, 'Kept');
  assert.ok(!item?.summary);
  assert.equal(item?.userRating, undefined);
  assert.deepEqual(item?.genres, []);
  assert.deepEqual(item?.collections, ['Mine']);
});

test('a value that Plex keeps in its own form is said once and not written again', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  plex.normaliseOnEdit((field, value) => (field === 'title' ? value.replace('!', '') : value));
  const args = ['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Ahoy!'];
  await run(args);
  const first = await run(['process']);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /Plex keeps the title of scene 1 as 'Ahoy' \(sent: 'Ahoy!'\)/);
  await run(args);
  plex.resetRequests();
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.count('edit'), 0);
});

test('a write that Plex accepts and drops is tried again', async (t) => {
  const { plex, run, sql } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  plex.normaliseOnEdit(() => undefined);
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Dropped']);
  const result = await run(['process']);
  assert.equal(result.code, 1, result.stderr);
  assert.match(result.stderr, /accepted the edit of "a" but did not keep: title/);
  assert.deepEqual(sql('SELECT failures FROM jobs'), [{ failures: 1 }]);
});

test('a very long summary is cut to fit a server that refuses long requests, and not sent again at each run', async (t) => {
  const { plex, run } = await setup(t, { maxTargetBytes: 4_096 });
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  const details = 'Möwen über dem Hafen. '.repeat(400);
  const scene = JSON.stringify({ scene_id: 1, path: '/media/a.mp4', title: 'Gulls', details });
  await run(['enqueue', '-'], { input: scene });
  const result = await run(['process']);
  assert.equal(result.code, 0, result.stderr);
  assert.match(result.stderr, /The summary of scene 1 is too long for the server: cut to \d+ characters/);
  assert.ok((plex.item(ratingKey)?.summary?.length ?? 0) > 500);
  await run(['enqueue', '-'], { input: scene });
  plex.resetRequests();
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.count('edit'), 0);
});

test('a scene that is given twice is counted once', async (t) => {
  const { run } = await setup(t);
  const first = await run(['enqueue', '6', '6']);
  assert.match(first.stdout, /^1 scene enqueued: 1 new\n$/);
  assert.match(first.stderr, /Enqueued sync job for scene 6 in /);
  assert.match(first.stderr, /1 scene has no data/);
  const again = await run(['enqueue', '6', '7', '6']);
  assert.match(again.stdout, /^2 scenes enqueued: 1 new, 1 merged into a waiting job\n$/);
  const { enqueued, scenes } = JSON.parse((await run(['enqueue', '6', '6', '--json'])).stdout);
  assert.deepEqual([enqueued, scenes], [2, 1]);
});
