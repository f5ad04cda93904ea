/** Pictures in a drain: which requests are sent, and what Plex, the queue and the record show after them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PictureWorld } from '../helpers/picture-world.ts';
import { art, COVER, NO_REQUESTS, OTHER_COVER, setupPictures, upload, writing } from '../helpers/picture-world.ts';
import { picture } from '../helpers/pictures.ts';

const BOTH = { pictures: { background: 'write' } } as const;

/** What Plex shows for the item of scene 1. */
function shown({ plex }: PictureWorld) {
  const item = plex.item('101') ?? assert.fail();
  return {
    title: item.title,
    poster: item.selectedPoster,
    art: item.selectedArt,
    locked: item.locked,
    labels: item.labels,
  };
}

test('a scene gets its picture, which is uploaded before the text is sent with its lock', async (t) => {
  const world = await setupPictures(t);
  const { tally, of, report } = await world.drain();
  assert.deepEqual(tally, { updated: 1 });
  assert.deepEqual(world.requests(), { look: 1, lists: 1, uploads: 1, selects: 0, edits: 1 });
  const { title, poster, locked } = shown(world);
  assert.deepEqual([title, poster, locked.includes('thumb')], ['Lighthouse', upload(COVER), true]);
  assert.deepEqual(
    of('written').map(({ plan }) => plan.pictures?.map(({ field, how, bytes }) => [field, how, bytes])),
    [[['thumb', 'uploaded', COVER.length]]],
  );
  assert.deepEqual(report.pictures, { written: 1, left: 0 });
  const order = world.plex.requests.map(({ method, route }) => `${method} ${route}`);
  assert.ok(order.indexOf('POST posters') < order.indexOf('PUT edit'));
});

test('an unchanged scene with both pictures asks neither server for pictures', async (t) => {
  const world = await setupPictures(t);
  await world.drain(BOTH);
  assert.deepEqual(world.requests(), { look: 1, lists: 2, uploads: 2, selects: 0, edits: 1 });
  assert.deepEqual([shown(world).poster, shown(world).art], [upload(COVER), art(COVER)]);
  world.again();
  assert.deepEqual((await world.drain(BOTH)).tally, { unchanged: 1 });
  assert.deepEqual(world.requests(), NO_REQUESTS);
});

test('a changed picture takes one read, and for each kind one list and one upload', async (t) => {
  const world = await setupPictures(t);
  await world.drain(BOTH);
  world.clock.now += 60_000;
  world.server.setCover(1, OTHER_COVER);
  world.again();
  assert.deepEqual((await world.drain(BOTH)).tally, { updated: 1 });
  assert.deepEqual(world.requests(), { look: 1, lists: 2, uploads: 2, selects: 0, edits: 1 });
  assert.deepEqual([shown(world).poster, shown(world).art], [upload(OTHER_COVER), art(OTHER_COVER)]);
});

test('a version that moves with the same picture is read conditionally, once', async (t) => {
  const world = await setupPictures(t);
  await world.drain(BOTH);
  world.clock.now += 60_000;
  world.server.editWithoutHook(1, { details: 'It blinks' });
  world.again();
  await world.drain(BOTH);
  assert.deepEqual(world.requests(), { ...NO_REQUESTS, look: 1, edits: 1 });
  assert.ok(world.server.requests.some(({ headers }) => headers['if-none-match'] !== undefined));
  world.again();
  await world.drain(BOTH);
  assert.deepEqual(world.requests(), NO_REQUESTS);
});

test('where Stash heeds no condition, the same bytes are told by their hash', async (t) => {
  const world = await setupPictures(t);
  world.server.setConditional('ignored');
  await world.drain();
  world.clock.now += 60_000;
  world.server.editWithoutHook(1, { rating100: null });
  world.again();
  await world.drain();
  assert.deepEqual(world.requests(), { ...NO_REQUESTS, look: 1 });
});

test('a picture that goes back to an older one is selected, and not uploaded again', async (t) => {
  const world = await setupPictures(t);
  await world.drain();
  for (const cover of [OTHER_COVER, COVER]) {
    world.clock.now += 60_000;
    world.server.setCover(1, cover);
    world.again();
    await world.drain();
  }
  assert.deepEqual(world.requests(), { look: 1, lists: 1, uploads: 0, selects: 1, edits: 1 });
  assert.equal(shown(world).poster, upload(COVER));
});

test('a placeholder is no picture yet, and no failure; it is asked again when its version moves', async (t) => {
  const world = await setupPictures(t);
  world.server.setCover(1, null);
  const first = await world.drain();
  assert.deepEqual([first.tally, world.requests()], [{ updated: 1 }, { ...NO_REQUESTS, look: 1, edits: 1 }]);
  assert.equal(world.known()?.state, 'none');
  world.again();
  await world.drain();
  assert.deepEqual(world.requests(), NO_REQUESTS);
  world.clock.now += 60_000;
  world.server.setCover(1, COVER);
  world.again();
  await world.drain();
  assert.equal(shown(world).poster, upload(COVER));
});

test('without lock_fields the picture is written, and its lock left as it is', async (t) => {
  const world = await setupPictures(t);
  const rules = writing({}, { lockFields: false });
  await world.drain({ rules });
  assert.deepEqual([shown(world).poster, shown(world).locked], [upload(COVER), []]);
  world.clock.now += 60_000;
  world.server.setCover(1, OTHER_COVER);
  world.again();
  const { tally } = await world.drain({ rules });
  assert.deepEqual([tally, world.requests().edits, shown(world).poster], [{ updated: 1 }, 0, upload(OTHER_COVER)]);
  world.again();
  assert.deepEqual([(await world.drain({ rules })).tally, world.requests()], [{ unchanged: 1 }, NO_REQUESTS]);
});

test('a poster that a person selects after ours is left, and said once for each picture of the scene', async (t) => {
  const world = await setupPictures(t);
  await world.drain();
  const theirs = world.plex.uploadByHand('101', 'posters', picture('a lantern'));
  world.again();
  const { of, tally, report } = await world.drain();
  assert.deepEqual(
    of('left_alone').map(({ left }) => left),
    [{ field: 'thumb', reason: 'edited_in_plex' }],
  );
  assert.deepEqual([tally, world.requests()], [{ unchanged: 1 }, { ...NO_REQUESTS, lists: 1 }]);
  assert.deepEqual(report.pictures, { written: 0, left: 1 });
  world.again();
  assert.deepEqual([(await world.drain()).of('left_alone'), world.requests()], [[], NO_REQUESTS]);

  world.clock.now += 60_000;
  world.server.setCover(1, OTHER_COVER);
  world.again();
  const changed = await world.drain();
  assert.deepEqual(changed.of('left_alone').length, 1);
  assert.deepEqual([shown(world).poster, world.requests().uploads], [theirs, 0]);
  const [row] = world.world.sql('SELECT left_alone FROM scenes');
  assert.equal(row?.['left_alone'], '[{"field":"thumb","reason":"edited_in_plex"}]');

  world.plex.selectByHand('101', 'posters', upload(COVER));
  world.again();
  await world.drain();
  assert.equal(shown(world).poster, upload(OTHER_COVER), 'ours again');
});

test('what somebody else uploaded or locked stays, until all is taken over', async (t) => {
  const world = await setupPictures(t);
  const theirs = world.plex.uploadByHand('101', 'posters', picture('a lantern'));
  const { tally, of } = await world.drain();
  assert.deepEqual([tally, shown(world).poster], [{ updated: 1 }, theirs]);
  assert.deepEqual(
    of('left_alone').map(({ left }) => left.reason),
    ['locked_in_plex'],
  );
  world.again();
  await world.drain();
  assert.deepEqual(world.requests(), NO_REQUESTS);
  world.again();
  await world.drain({ pictures: { takeover: 'always' } });
  assert.deepEqual(world.requests(), { look: 1, lists: 1, uploads: 1, selects: 0, edits: 1 });
  assert.equal(shown(world).poster, upload(COVER));
});

test('nobody has decided: only text is written, and the run tells how much would come', async (t) => {
  const world = await setupPictures(t);
  const { report, tally } = await world.drain({ pictures: { poster: 'unset' } });
  assert.deepEqual([tally, world.requests()], [{ updated: 1 }, { ...NO_REQUESTS, edits: 1 }]);
  assert.deepEqual(report.pictures, { written: 0, left: 0, awaiting: { count: 1, bytes: 300_000 } });
});

test('a dry run fetches and compares, and uploads nothing', async (t) => {
  const world = await setupPictures(t);
  const before = world.plex.item('101');
  const { of, report } = await world.drain({ mode: 'preview' });
  assert.deepEqual(report.pictures, { written: 1, left: 0 });
  assert.deepEqual(
    of('would_write').map(({ plan }) => plan.pictures?.map(({ how, bytes }) => [how, bytes])),
    [[['uploaded', COVER.length]]],
  );
  assert.deepEqual(world.requests(), { ...NO_REQUESTS, look: 1, lists: 1 });
  assert.deepEqual(world.plex.item('101'), before);
  assert.equal(world.known(), undefined);
  await world.drain();
  world.again();
  const second = await world.drain({ mode: 'preview' });
  assert.deepEqual([second.of('would_write'), world.requests()], [[], NO_REQUESTS]);
});

test('what took long is read again before the text is written', async (t) => {
  const world = await setupPictures(t);
  const { plex, clock } = world;
  const at = {
    picture_written: () => {
      clock.now += 11_000;
    },
  };
  const { tally } = await world.drain({}, { at });
  assert.deepEqual([tally, world.requests().uploads, world.requests().edits], [{ updated: 1 }, 1, 1]);
  assert.equal(plex.count('item'), 3, 'read, read again, verified');
  assert.deepEqual([shown(world).poster, shown(world).locked.includes('thumb')], [upload(COVER), true]);
});
