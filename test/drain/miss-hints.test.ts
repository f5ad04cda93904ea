/** What a job that finds no item is told: where its file is after all, or which one may be meant. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ours, say } from '../../src/core/text/sentence.ts';
import { DOWN, lighthouse, lighthouses, setBreaker, setup } from '../helpers/drain-world.ts';

const SECTIONS = [
  { key: '1', title: 'Harbour Films', locations: ['/harbour'] },
  { key: '2', title: 'Garden Films', locations: ['/garden'] },
];

const HARBOUR_ONLY = {
  libraries: ['Harbour Films'],
  libraryLine: (title: string) => say`set it to ${ours(title)}`,
};

test('a file in a library that is left out is said to be there, with the line that takes it in', async (t) => {
  const { plex, world, enqueue, run } = await setup(t, { sections: SECTIONS });
  plex.addItem({ sectionKey: '2', file: '/elsewhere/garden/1.mp4' });
  enqueue(lighthouse(1, { path: '/elsewhere/garden/1.mp4' }));
  const { tally, of } = await run(HARBOUR_ONLY);
  assert.deepEqual(tally, { waiting: 1 });
  assert.equal(
    of('retrying')[0]?.message,
    'No Plex item found for filename: 1.mp4; it is in library "Garden Films", which plex_library leaves out: set it to Garden Films',
  );
  assert.equal(plex.count('edit'), 0);
  assert.equal(world.onlyJob()['misses'], 1);
});

test('a namesake there is told as such, and where no library is left out nothing more is asked', async (t) => {
  const { plex, enqueue, run } = await setup(t, { sections: SECTIONS });
  plex.addItem({ sectionKey: '2', file: '/other/place/1.mp4' });
  enqueue(lighthouse(1));
  assert.match(
    (await run(HARBOUR_ONLY)).of('retrying')[0]?.message ?? '',
    /; a file of its name is in library "Garden/,
  );
  enqueue(lighthouse(2));
  plex.resetRequests();
  assert.doesNotMatch((await run()).of('retrying')[0]?.message ?? '', /leaves out/);
});

test('an absent file asks a library that is left out at its first and last try alone', async (t) => {
  const { plex, clock, enqueue, run } = await setup(t, { sections: SECTIONS });
  enqueue(lighthouse(1));
  const asked: number[] = [];
  for (let tries = 0; tries < 13; tries += 1) {
    plex.resetRequests();
    await run(HARBOUR_ONLY);
    asked.push(plex.requests.filter(({ path }) => path.startsWith('/library/sections/2/all')).length);
    clock.now += 900_000;
  }
  assert.deepEqual(asked, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
});

test('of very many absent files the first ten are asked for, and the folders of the libraries tell of the others', async (t) => {
  const { plex, enqueue, run } = await setup(t, { sections: SECTIONS });
  enqueue(...lighthouses(40).map((edit) => ({ ...edit, data: { ...edit.data, path: `/garden/${edit.sceneId}.mp4` } })));
  const { of } = await run(HARBOUR_ONLY);
  assert.equal(plex.requests.filter(({ path }) => path.startsWith('/library/sections/2/all')).length, 10);
  const told = of('retrying').filter(({ message }) =>
    message.includes('it lies in a folder of library "Garden Films", which'),
  );
  assert.equal(told.length, 40);
});

test('a library that is left out and fails changes nothing about the miss', async (t) => {
  const { plex, world, enqueue, run } = await setup(t, { sections: SECTIONS });
  plex.fail(({ path }) => path.startsWith('/library/sections/2/'), DOWN);
  enqueue(lighthouse(1));
  assert.deepEqual((await run(HARBOUR_ONLY)).tally, { waiting: 1 });
  assert.equal(world.onlyJob()['misses'], 1);
});

test('a run that finds nothing at all says how many files lie in the library that is left out', async (t) => {
  const { enqueue, run } = await setup(t, { sections: SECTIONS });
  enqueue(
    ...lighthouses(120).map((edit) => ({ ...edit, data: { ...edit.data, path: `/garden/${edit.sceneId}.mp4` } })),
  );
  const { report } = await run(HARBOUR_ONLY);
  const [end] = report.ends;
  assert.equal(end?.kind, 'misconfigured');
  assert.match(
    JSON.stringify(end),
    /100 of 100 lie in a folder of library \\"Garden Films\\", which plex_library leaves out: set it to Garden Films/,
  );
});

test('a re-encoded file that the title search came across is named with the line that pins it', async (t) => {
  const { plex, world, clock, enqueue, run } = await setup(t);
  const key = plex.addItem({ sectionKey: '1', file: '/harbour/Lantern Row.mkv', title: 'Lantern Row' });
  enqueue(lighthouse(7, { path: '/harbour/Lantern Row.mp4' }));
  const { of } = await run();
  assert.equal(
    of('retrying')[0]?.message,
    `No Plex item found for filename: Lantern Row.mp4; item ${key} "Lantern Row" has /harbour/Lantern Row.mkv, with the same name and another ending. If it is that: plexsync pin 7 ${key}`,
  );
  for (let tries = 0; tries < 12; tries += 1) {
    clock.now += 900_000;
    await run();
  }
  const [letter] = world.letters();
  assert.equal(letter?.['error_type'], 'PlexNotFound');
  assert.match(String(letter?.['error_message']), new RegExp(`plexsync pin 7 ${key}$`));
  assert.equal(JSON.parse(String(letter?.['choices']))[0].rating_key, key);
  assert.equal(plex.item(key)?.title, 'Lantern Row');
});

test('where no file lies in a library that is left out, a run that finds nothing does not name it', async (t) => {
  const { enqueue, run } = await setup(t, { sections: SECTIONS });
  enqueue(...lighthouses(120).map((edit) => ({ ...edit, data: { ...edit.data, path: `/field/${edit.sceneId}.mp4` } })));
  const { report } = await run(HARBOUR_ONLY);
  assert.equal(report.ends[0]?.kind, 'misconfigured');
  assert.doesNotMatch(JSON.stringify(report.ends), /Garden/);
});

test('while the breaker is half-open the one job on trial asks nothing of libraries that are left out', async (t) => {
  const created = await setup(t, { sections: SECTIONS });
  const { plex, clock, enqueue, run } = created;
  enqueue(lighthouse(1));
  setBreaker(created, { kind: 'open', openedAt: clock.now - 120_000 });
  await run(HARBOUR_ONLY);
  assert.equal(plex.requests.filter(({ path }) => path.startsWith('/library/sections/2/all')).length, 0);
});

test('a library that plexsync cannot write to is asked for nothing', async (t) => {
  const { plex, enqueue, run } = await setup(t, {
    sections: [...SECTIONS.slice(0, 1), { key: '2', title: 'Serials', type: 'show', locations: ['/serials'] }],
  });
  enqueue(lighthouse(1, { path: '/serials/1.mp4' }));
  const { of } = await run(HARBOUR_ONLY);
  assert.equal(of('retrying')[0]?.message, 'No Plex item found for filename: 1.mp4');
  assert.equal(plex.requests.filter(({ path }) => path.startsWith('/library/sections/2/all')).length, 0);
});

for (const [count, asked] of [
  [3, 3],
  [30, 0],
] as const)
  test(`items of nearly the name are asked for at the last try alone, and not in bulk: ${count} files`, async (t) => {
    const { plex, clock, enqueue, run } = await setup(t);
    const absent = lighthouses(count).map(({ data, ...edit }) => ({
      ...edit,
      data: { ...data, path: `/sea/lighthouse ${edit.sceneId}.mp4` },
    }));
    enqueue(...absent);
    const seen: number[] = [];
    for (let tries = 0; tries < 13; tries += 1) {
      plex.resetRequests();
      await run();
      const isStem = ([name, value]: readonly string[]): boolean =>
        name === 'file' && /^lighthouse \d+$/.test(value ?? '');
      seen.push(plex.requests.filter(({ query }) => query.some(isStem)).length);
      clock.now += 900_000;
    }
    assert.deepEqual(seen, [...Array.from({ length: 12 }, () => 0), asked]);
  });

test('the letter of a file names the item that nearly has it and how to pin it', async (t) => {
  const { plex, world, clock, enqueue, run } = await setup(t);
  const key = plex.addItem({ sectionKey: '1', file: '/harbour/Pier\uF022 One.mp4', title: 'Another' });
  enqueue(lighthouse(1, { path: '/harbour/Pier: One.mp4' }));
  for (let tries = 0; tries < 13; tries += 1) {
    await run();
    clock.now += 900_000;
  }
  const letter = world.letters().find(({ scene_id }) => scene_id === 1);
  assert.match(String(letter?.['error_message']), new RegExp(`SMB replaces\\. If it is that: plexsync pin 1 ${key}$`));
  assert.equal(JSON.parse(String(letter?.['choices']))[0].rating_key, key);
  assert.equal(plex.count('edit'), 0);
});
