import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { PlexServerOptions } from '../../src/simulator/plex/server.ts';
import type { Rig } from '../helpers/rig.ts';
import { setup } from '../helpers/rig.ts';

/** Enough look-ups for a drain to list a small library. */
const MANY = 20;

type World = Rig & {
  /** Enqueues scenes of these files, numbered from `firstId`. */
  enqueue(files: readonly string[], firstId?: number): Promise<void>;
  titlesOf(keys: readonly string[]): (string | undefined)[];
};

async function world(t: TestContext, options: Partial<PlexServerOptions> = {}): Promise<World> {
  const rig = await setup(t, options);
  return {
    ...rig,
    enqueue: async (files, firstId = 1) => {
      const scenes = files.map((path, index) => ({ scene_id: firstId + index, path, title: `Scene ${path}` }));
      assert.equal((await rig.run(['enqueue', '-'], { input: JSON.stringify(scenes) })).code, 0);
    },
    titlesOf: (keys) => keys.map((key) => rig.plex.item(key)?.title),
  };
}

const quays = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `/media/Quay ${from + index}/film.${from + index}.mp4`);
const titles = (files: readonly string[]): string[] => files.map((file) => `Scene ${file}`);

function addAll({ plex }: Rig, files: readonly string[]): string[] {
  return files.map((file) => plex.addItem({ sectionKey: '1', file }));
}

test('1,000 jobs in a library of 10,000 unknown items cost a listing, and no look-up for each', async (t) => {
  const rig = await world(t);
  const files = quays(10_000);
  const keys = addAll(rig, files);
  await rig.enqueue(files.slice(0, 1_000));
  const result = await rig.run(['process', '-v']);
  assert.equal(result.code, 0, result.stderr);
  assert.ok(rig.plex.count('listing') <= 11, `${rig.plex.count('listing')} requests to find 1,000 files`);
  assert.deepEqual(rig.titlesOf(keys.slice(0, 1_000)), titles(files.slice(0, 1_000)));
  assert.match(result.stderr, /Listed 'Adult' in 11 requests instead of searching for each file: 10000 items/);
  assert.deepEqual(rig.sql('SELECT * FROM jobs'), []);
});

test('a drain with few files looks each of them up, and never lists a library', async (t) => {
  const rig = await world(t);
  addAll(rig, quays(3_000));
  await rig.enqueue(quays(2));
  assert.equal((await rig.run(['process'])).code, 0);
  assert.equal(rig.plex.count('listing'), 2);
});

test('a file that is absent is not listed for at each of its tries', async (t) => {
  let now = Date.now() - 3_600_000;
  const rig = await world(t, { now: () => now });
  addAll(rig, quays(3_000));
  now = Date.now();
  rig.plex.addItem({ sectionKey: '1', file: '/media/latest.mp4' });
  await rig.enqueue(['/media/nowhere.mp4']);
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    rig.plex.resetRequests();
    assert.equal((await rig.run(['process'])).code, 0);
    const filtered = rig.plex.requests.filter(({ route }) => route === 'listing');
    assert.ok(filtered.length <= 3, `${filtered.length} listing requests at try ${attempt}`);
    rig.makeDue();
  }
});

test('the next drain asks a listed library only for what has changed, and finds what is new, moved or made anew', async (t) => {
  const rig = await world(t);
  const files = quays(MANY + 30);
  const keys = addAll(rig, files);
  await rig.enqueue(files.slice(0, MANY));
  assert.equal((await rig.run(['process'])).code, 0);

  // A silent move, an item made anew under another key, and one that was added.
  const [moved, remade] = [MANY, MANY + 1] as const;
  rig.plex.moveFile(keys[moved] ?? '', '/media/elsewhere/moved.mp4');
  rig.plex.removeItem(keys[remade] ?? '');
  const anew = rig.plex.addItem({ sectionKey: '1', file: files[remade] ?? '' });
  const added = rig.plex.addItem({ sectionKey: '1', file: '/media/new pier.mp4' });
  rig.plex.resetRequests();
  const wanted = ['/media/elsewhere/moved.mp4', files[remade] ?? '', '/media/new pier.mp4', ...files.slice(MANY + 2)];
  await rig.enqueue(wanted, 100);
  const result = await rig.run(['process', '-v']);
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(
    rig.titlesOf([keys[moved] ?? '', anew, added, ...keys.slice(MANY + 2)]),
    titles(wanted),
    result.stderr,
  );
  assert.ok(rig.plex.count('listing') <= 6, `${rig.plex.count('listing')} requests`);
});

test('an index that is gone, damaged, foreign or a folder costs one listing, and nothing else', async (t) => {
  const rig = await world(t);
  const all = quays(5 * MANY);
  const keys = addAll(rig, all);
  const file = join(rig.dataDir, 'index.db');
  const damages: readonly (() => void)[] = [
    () => undefined,
    () => rmSync(file),
    () => writeFileSync(file, 'this is no database, and long enough to be taken for one'.repeat(100)),
    () => {
      rmSync(file);
      rig.sql('VACUUM INTO :x'.replace(':x', `'${file}'`));
    },
  ];
  for (const [index, damage] of damages.entries()) {
    if (index > 0)
      for (const name of readdirSync(rig.dataDir)) if (/^index\.db-/.test(name)) rmSync(join(rig.dataDir, name));
    damage();
    const files = all.slice(index * MANY, (index + 1) * MANY);
    await rig.enqueue(files, index * MANY + 1);
    const result = await rig.run(['process', '-v']);
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(rig.titlesOf(keys.slice(index * MANY, (index + 1) * MANY)), titles(files));
  }
});

for (const [what, quirks] of [
  ['ignores the file filter', { fileFilter: 'ignored' }],
  ['refuses the file filter with 500', { fileFilter: 'error' }],
  ['ignores the filter and tells no dates', { fileFilter: 'ignored', rowDates: 'none' }],
  ['ignores the filter and pages', { fileFilter: 'ignored', paging: 'ignored' }],
  ['ignores the filter and sends short pages', { fileFilter: 'ignored', maxPageSize: 7 }],
  ['ignores the filter and sends pages of one row', { fileFilter: 'ignored', maxPageSize: 1 }],
] as const) {
  test(`a server that ${what} gets its one job right, and a miss is a miss`, async (t) => {
    const rig = await world(t, { quirks });
    const files = quays(40);
    const keys = addAll(rig, files);
    await rig.enqueue([files[33] ?? '', '/media/nowhere.mp4']);
    const result = await rig.run(['process']);
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(rig.titlesOf([keys[33] ?? '']), titles([files[33] ?? '']));
    assert.deepEqual(rig.sql('SELECT scene_id, misses, failures FROM jobs'), [{ scene_id: 2, misses: 1, failures: 0 }]);
    assert.match(result.stderr, /search by file name in 'Adult': listing the library instead/);
    const shown = await rig.run(['match-test', files[7] ?? '', '--json']);
    assert.equal(JSON.parse(shown.stdout).rating_key, keys[7]);
  });
}

for (const [what, quirks] of [
  ['rows without updatedAt', { rowDates: 'no-updatedAt' }],
  ['rows without dates', { rowDates: 'none' }],
  ['short pages', { maxPageSize: 3 }],
  ['no paging', { paging: 'ignored' }],
] as const) {
  test(`a library with ${what} is listed whole, and later changes are found`, async (t) => {
    const rig = await world(t, { quirks });
    const files = quays(3 * MANY);
    const keys = addAll(rig, files);
    await rig.enqueue(files.slice(0, 2 * MANY));
    assert.equal((await rig.run(['process'])).code, 0);
    rig.plex.moveFile(keys[2 * MANY] ?? '', '/media/moved.mp4');
    const added = rig.plex.addItem({ sectionKey: '1', file: '/media/added.mp4' });
    const wanted = ['/media/moved.mp4', '/media/added.mp4', ...files.slice(2 * MANY + 1)];
    await rig.enqueue(wanted, 1_000);
    const result = await rig.run(['process', '-v']);
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(rig.titlesOf([keys[2 * MANY] ?? '', added, ...keys.slice(2 * MANY + 1)]), titles(wanted));
  });
}

test('file names that mean something in a filter, in a URL or in Unicode are found, one by one and in a listing', async (t) => {
  const names = [
    'Love, Harbour.mp4',
    ',.mp4',
    'a,b,c.mp4',
    '=equals=.mp4',
    '<less.mp4',
    '>more.mp4',
    '!bang.mp4',
    '100% wave.mp4',
    'salt & pepper.mp4',
    'number #1.mp4',
    'one + one.mp4',
    `"double" and 'single'.mp4`,
    '🌊 tide 🌙.mp4',
    'Caf\u0065\u0301 du port.mp4',
    'Ré.mp4',
    `${'long '.repeat(50)}.mp4`,
  ];
  for (const batch of [4, names.length]) {
    const rig = await world(t);
    const keys = names.map((name) => rig.plex.addItem({ sectionKey: '1', file: `/media/${name}` }));
    addAll(rig, quays(50));
    for (let start = 0; start < names.length; start += batch) {
      const some = names.slice(start, start + batch).map((name) => `/media/${name.normalize('NFC')}`);
      await rig.enqueue(some, start + 1);
      const result = await rig.run(['process']);
      assert.equal(result.code, 0, result.stderr);
      assert.deepEqual(rig.sql('SELECT scene_id, last_error FROM jobs'), []);
      assert.deepEqual(
        rig.titlesOf(keys.slice(start, start + batch)).map((title) => title?.normalize('NFC')),
        titles(some).map((title) =>
          title
            .slice(0, 255)
            .trimEnd()
            .replace(/ \S*$/, title.length > 255 ? '' : '$&'),
        ),
      );
    }
  }
});

test('what lies in the trash, and what Plex converted itself, is no file of a scene', async (t) => {
  const rig = await world(t);
  const files = quays(MANY);
  addAll(rig, files);
  const trashed = rig.plex.addItem({ sectionKey: '1', file: '/media/gone.mp4', inTrash: true });
  const converted = rig.plex.addItem({ sectionKey: '1', file: '/media/a.mkv', optimizedFile: '/media/small.mp4' });
  for (const wanted of [[], files]) {
    await rig.enqueue([...wanted, '/media/gone.mp4', '/media/small.mp4'], 1);
    assert.equal((await rig.run(['process'])).code, 0);
    assert.notEqual(rig.plex.item(trashed)?.title, 'Scene /media/gone.mp4');
    assert.notEqual(rig.plex.item(converted)?.title, 'Scene /media/small.mp4');
    assert.equal(rig.sql('SELECT scene_id FROM jobs WHERE misses > 0').length, 2);
    rig.sql('DELETE FROM jobs');
  }
});

test('a proof by elimination out of an index is confirmed at Plex before anything is written', async (t) => {
  const rig = await world(t);
  const files = quays(2 * MANY);
  const keys = addAll(rig, files);
  const rival = rig.plex.addItem({ sectionKey: '1', file: '/media/West/deep/other.mp4' });
  await rig.enqueue(files.slice(0, MANY));
  assert.equal((await rig.run(['process'])).code, 0);
  // Another file of that name comes to the very path, in silence: the index knows only one that shares a folder.
  const near = rig.plex.addItem({ sectionKey: '1', file: '/mnt/West/pier.mp4' });
  await rig.enqueue(files.slice(MANY, 2 * MANY), 200);
  assert.equal((await rig.run(['process'])).code, 0);
  rig.plex.moveFile(rival, '/data/West/pier.mp4');
  await rig.enqueue(['/data/West/pier.mp4', ...files.slice(0, 5)], 500);
  const result = await rig.run(['process', '-v']);
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(rig.titlesOf([rival]), ['Scene /data/West/pier.mp4'], result.stderr);
  assert.equal(rig.plex.item(near)?.title, 'pier');
  assert.equal(keys.length, 2 * MANY);
});

/** Runs `act` once Plex is sent its first edit: the listing of the drain is over then. */
async function duringWrites(rig: Rig, args: readonly string[], act: () => void) {
  const running = rig.run(args);
  while (rig.plex.count('edit') === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  act();
  return await running;
}

const TWO_FOLDERS = [{ key: '1', title: 'Adult', locations: ['/media', '/backup'] }];

for (const fileFilter of ['contains', 'ignored'] as const)
  test(`an item made anew after the listing is found, and no namesake is proven by what is left, the file filter ${fileFilter}`, async (t) => {
    const rig = await world(t, { sections: TWO_FOLDERS, latencyMs: 3, quirks: { fileFilter } });
    const files = quays(200);
    addAll(rig, files);
    const first = rig.plex.addItem({ sectionKey: '1', file: '/media/Studio/01.mp4' });
    const namesake = rig.plex.addItem({ sectionKey: '1', file: '/backup/Studio/01.mp4', title: 'namesake' });
    // A directory in which something was found once takes its jobs in order.
    await rig.enqueue(files.slice(199), 999);
    await rig.run(['process']);
    rig.plex.resetRequests();
    // In the second batch, long after the listing.
    await rig.enqueue([...files.slice(0, 150), '/media/Studio/01.mp4']);
    let anew = '';
    const result = await duringWrites(rig, ['process', '-v'], () => {
      rig.plex.removeItem(first);
      anew = rig.plex.addItem({ sectionKey: '1', file: '/media/Studio/01.mp4' });
    });
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(rig.titlesOf([anew, namesake]), ['Scene /media/Studio/01.mp4', 'namesake'], result.stderr);
  });

test('a pin whose file was moved after the listing follows it to where it is', async (t) => {
  const rig = await world(t, { sections: TWO_FOLDERS, latencyMs: 3 });
  const files = quays(200);
  addAll(rig, files);
  const pinned = rig.plex.addItem({ sectionKey: '1', file: '/media/Studio/pinned.mp4', title: 'pinned' });
  await rig.enqueue(files.slice(199), 998);
  await rig.run(['process']);
  rig.plex.resetRequests();
  await rig.enqueue(files.slice(0, 150));
  await rig.enqueue(['/data/other.mp4'], 999);
  assert.equal((await rig.run(['pin', '999', pinned])).code, 0);
  let holder = '';
  const result = await duringWrites(rig, ['process', '-v'], () => {
    rig.plex.moveFile(pinned, '/media/Studio/other.mp4');
    holder = rig.plex.addItem({ sectionKey: '1', file: '/media/Studio/pinned.mp4' });
  });
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(rig.titlesOf([holder, pinned]), ['Scene /data/other.mp4', 'pinned'], result.stderr);
});

test('an index that cannot be used costs no listing, and one that fails in mid-drain no job', async (t) => {
  const rig = await world(t, { latencyMs: 1 });
  const files = quays(400);
  const keys = addAll(rig, files);
  await rig.enqueue(files.slice(0, 50));
  mkdirSync(join(rig.dataDir, 'index.db'));
  const folder = await rig.run(['process', '-v']);
  assert.equal(folder.code, 0, folder.stderr);
  assert.equal(rig.plex.count('listing'), 50);
  assert.match(folder.stderr, /The file index cannot be used, files are searched for one by one/);

  rmSync(join(rig.dataDir, 'index.db'), { recursive: true });
  await rig.enqueue(files.slice(50), 51);
  const damaged = await duringWrites(rig, ['process', '-v'], () => {
    // Gone, so that it has to be corrected in the index, which is full of nonsense by then.
    rig.plex.removeItem(keys[250] ?? '');
    for (const name of ['index.db', 'index.db-wal']) writeFileSync(join(rig.dataDir, name), 'x'.repeat(400_000));
  });
  assert.equal(damaged.code, 0, damaged.stderr);
  const rest = keys.filter((_, index) => index !== 250);
  assert.deepEqual(rig.titlesOf(rest), titles(files.filter((_, index) => index !== 250)));
  assert.deepEqual(rig.sql('SELECT scene_id FROM jobs'), [{ scene_id: 251 }]);
});

test('a listing that does not fit into --max-time is given up for single searches', async (t) => {
  const rig = await world(t);
  const files = quays(20_000);
  addAll(rig, files);
  await rig.enqueue(files.slice(0, 300));
  rig.plex.setLatency(150);
  const result = await rig.run(['process', '-v', '--max-time', '3s']);
  assert.equal(result.code, 5, result.stderr);
  assert.match(result.stderr, /Listing 'Adult' given up after 1 request: /);
  assert.ok(rig.plex.count('edit') > 0, result.stderr);
});

test('where a server cannot be asked for a name, an absent file costs a listing at its first try, not at each', async (t) => {
  let now = Date.now() - 3_600_000;
  const rig = await world(t, { quirks: { fileFilter: 'ignored' }, now: () => now });
  addAll(rig, quays(5_000));
  now = Date.now();
  rig.plex.addItem({ sectionKey: '1', file: '/media/latest.mp4' });
  await rig.enqueue(['/media/nowhere.mp4']);
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    rig.plex.resetRequests();
    assert.equal((await rig.run(['process'])).code, 0);
    const most = attempt === 1 ? 12 : 5;
    assert.ok(rig.plex.count('listing') <= most, `${rig.plex.count('listing')} listing requests at try ${attempt}`);
    rig.makeDue();
  }
});
