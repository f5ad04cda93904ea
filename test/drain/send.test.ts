/** How one item's edits are sent where a proxy before Plex takes no request beyond a length. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SceneData } from '../../src/core/model/scene.ts';
import { ALWAYS, addItems, lighthouse, onRequest, serveAnother, setup } from '../helpers/drain-world.ts';

const PROSE = 'The keeper rows out at dawn and counts the boats that came home. ';
const prose = (length: number): string => PROSE.repeat(Math.ceil(length / PROSE.length)).slice(0, length);
const crew = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${'Marguerite '.repeat(10)}of Pier ${index + 1}`);

/** A world in which one lighthouse is to be written, behind a proxy that takes so many bytes. */
async function setupProxy(t: Parameters<typeof setup>[0], maxTargetBytes: number, data: SceneData) {
  const created = await setup(t, { maxTargetBytes });
  addItems(created.plex, 1);
  created.enqueue(lighthouse(1, data));
  return created;
}

test('a request that is too long is sent in its parts, and only what does not fit alone is left', async (t) => {
  const { plex, world, run } = await setupProxy(t, 4_000, { details: prose(2_000), performers: crew(50) });
  assert.deepEqual((await run()).tally, { buried: 1 });
  const { title, summary, roles } = plex.item('101') ?? {};
  assert.deepEqual([title, summary, roles], ['Lighthouse 1', prose(2_000).trim(), []]);
  const [letter] = world.letters();
  assert.equal(letter?.['error_type'], 'PlexRequestTooLong');
  assert.match(String(letter?.['error_message']), /: performers \(\d+ bytes\)\. .*; the rest is written$/);
});

test('a summary that does not fit alone is cut at a word, and that is reported', async (t) => {
  const { plex, run } = await setupProxy(t, 4_096, { details: prose(6_000) });
  const { tally, of } = await run();
  const { summary = '' } = plex.item('101') ?? {};
  assert.deepEqual(tally, { updated: 1 });
  assert.ok(prose(6_000).startsWith(summary.replace(/…$/, '')) && summary.length > 2_000, summary);
  assert.deepEqual(of('summary_cut'), [{ kind: 'summary_cut', sceneId: 1, length: summary.length }]);
});

test('a proxy that answers 400 to what is too long gets the summary cut too, and is known by it', async (t) => {
  const { plex, enqueue, clock, run } = await setupProxy(t, 65_536, { details: prose(6_000), tags: ['fog'] });
  const isLong = ({ route, path, query }: (typeof plex.requests)[number]): boolean =>
    route === 'edit' && path.length + query.flat().join('&').length > 4_000;
  plex.fail(isLong, { kind: 'status', status: 400 }, ALWAYS);
  const { tally, of } = await run();
  const { summary = '', genres } = plex.item('101') ?? {};
  assert.deepEqual([tally, genres, of('summary_cut').length], [{ updated: 1 }, ['fog'], 1]);
  assert.ok(prose(6_000).startsWith(summary.replace(/…$/, '')) && summary.length > 2_000, summary);
  plex.resetRequests();
  clock.now += 1_000;
  enqueue(lighthouse(1, { details: prose(6_000), tags: ['fog'] }));
  assert.deepEqual([(await run()).tally, plex.count('edit')], [{ unchanged: 1 }, 0], 'not tried again at once');
});

test('a summary that is refused for what it says is not cut below two kilobytes', async (t) => {
  const { plex, run } = await setupProxy(t, 65_536, { details: prose(6_000) });
  const hasSummary = ({ route, query }: (typeof plex.requests)[number]): boolean =>
    route === 'edit' && query.some(([key]) => key === 'summary.value');
  plex.fail(hasSummary, { kind: 'status', status: 400 }, ALWAYS);
  assert.deepEqual((await run()).tally, { buried: 1 });
  assert.deepEqual([plex.item('101')?.title, plex.item('101')?.summary ?? ''], ['Lighthouse 1', '']);
});

test('a summary that arrives whole is not told as cut', async (t) => {
  const { run } = await setupProxy(t, 65_536, { details: prose(6_000) });
  assert.deepEqual((await run()).of('summary_cut'), []);
});

test('at its last try an item that a server fails at is sent in its parts', async (t) => {
  const created = await setupProxy(t, 65_536, { tagline: 'Fog ahead' });
  const { plex, run } = created;
  serveAnother(created);
  const fails = ({ route, query }: (typeof plex.requests)[number]): boolean =>
    route === 'edit' && query.some(([key]) => key === 'tagline.value');
  const lift = plex.fail(fails, { kind: 'status', status: 500 }, 3);
  assert.deepEqual((await run({ maxRetries: 0 })).tally, { buried: 1 });
  lift();
  assert.deepEqual([plex.item('101')?.title, plex.item('101')?.tagline], ['Lighthouse 1', undefined]);
});

test('between two parts it is asked again whether the run may write', async (t) => {
  const { plex, clock, world, run } = await setupProxy(t, 4_000, { details: prose(2_000), performers: crew(50) });
  // The lease runs out as the first part is sent.
  onRequest(plex, { route: 'edit' }, () => {
    clock.now += 121_000;
  });
  await run();
  assert.equal(plex.count('edit'), 1);
  assert.equal(world.onlyJob()['state'], 'pending');
});
