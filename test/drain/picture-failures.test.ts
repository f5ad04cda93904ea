/** Pictures that fail: they hold nothing back, and go on with tries of their own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyncError } from '../../src/core/model/errors.ts';
import { say } from '../../src/core/text/sentence.ts';
import { openDeadLetterActions } from '../../src/queue/work/dead-letter-actions.ts';
import { ALWAYS, addItems, bare, lighthouse, serveAnother } from '../helpers/drain-world.ts';
import type { PictureWorld } from '../helpers/picture-world.ts';
import { COVER, NO_REQUESTS, OTHER_COVER, setupPictures, upload } from '../helpers/picture-world.ts';
import { picture } from '../helpers/pictures.ts';

const PAGE = Buffer.from('<!doctype html><html><body>A page of the harbour</body></html>');
const ERROR = { kind: 'status', status: 500 } as const;

function retryLetters({ world, clock }: PictureWorld): void {
  const actions = openDeadLetterActions(world.stores());
  actions.retry(actions.list({}), clock.now);
}

/** The scene's poster and title in Plex. */
function shown({ plex }: PictureWorld) {
  const { title, selectedPoster } = plex.item('101') ?? assert.fail();
  return { title, poster: selectedPoster };
}

/** Moves on to when the job is due again. */
function waitForRetry({ world, clock }: PictureWorld): void {
  clock.now = Math.max(clock.now, Number(world.sql('SELECT available_at FROM jobs')[0]?.['available_at']));
}

function totals({ world }: PictureWorld): Record<string, number> {
  const rows = world.sql(`SELECT name, value FROM totals WHERE name IN ('updated', 'unchanged', 'dead_lettered')`);
  return Object.fromEntries(rows.map(({ name, value }) => [String(name), Number(value)]));
}

test('a failed upload lets the text be written, and the job goes on for its picture alone', async (t) => {
  const world = await setupPictures(t);
  serveAnother(world);
  const heal = world.plex.fail(({ method, route }) => method === 'POST' && route === 'posters', ERROR, ALWAYS);
  const first = await world.drain();
  assert.equal(shown(world).title, 'Lighthouse');
  assert.deepEqual(first.tally, { updated: 1, retried: 1, pictures: 1 });
  assert.deepEqual(
    first.of('completed').map(({ left }) => left),
    ['pictures'],
  );
  assert.deepEqual(
    first.of('retrying').map(({ attempt, of }) => [attempt, of]),
    [[1, 5]],
  );
  const [job] = world.world.sql('SELECT rest, failures, attempt, bare_at IS NOT NULL AS bare FROM jobs');
  assert.deepEqual(job, { rest: 'pictures', failures: 1, attempt: 1, bare: 1 });

  waitForRetry(world);
  heal();
  const second = await world.drain();
  assert.deepEqual([second.tally, second.of('completed').map(({ left }) => left)], [{ restDone: 1 }, ['nothing']]);
  assert.equal(shown(world).poster, upload(COVER));
  assert.deepEqual(world.requests(), { look: 1, lists: 1, uploads: 1, selects: 0, edits: 1 });
  assert.deepEqual([totals(world), world.world.sql('SELECT * FROM jobs')], [{ updated: 1 }, []]);
});

test('a picture has six tries of its own, and then a letter that holds nothing but pictures', async (t) => {
  const world = await setupPictures(t);
  world.plex.fail(({ method, route }) => method === 'POST' && route === 'posters', ERROR, ALWAYS);
  for (let run = 1; run <= 6; run += 1) {
    serveAnother(world);
    await world.drain();
    if (run < 6) waitForRetry(world);
  }
  const [letter] = world.world.letters();
  assert.deepEqual(
    [letter?.['rest'], letter?.['error_type'], letter?.['retry_count']],
    ['pictures', 'PlexTemporaryError', 5],
  );
  assert.deepEqual(totals(world), { updated: 1, dead_lettered: 1 });
});

test('a dry run tells of a scene once, whatever would become of its picture, and counts no failure for it', async (t) => {
  const world = await setupPictures(t);
  world.plex.fail('posters', ERROR, ALWAYS);
  const failing = await world.drain({ mode: 'preview' });
  assert.deepEqual(
    [failing.tally, failing.report.pictures],
    [
      { updated: 1, pictures: 1 },
      { written: 0, left: 0 },
    ],
  );
  assert.equal(failing.of('would_write').length, 1);
  // The text is right by then: nothing but the picture is left to be told.
  await world.drain();
  waitForRetry(world);
  const rest = await world.drain({ mode: 'preview' });
  assert.deepEqual(rest.tally, { retried: 1 });
});

test('text that a person changed meanwhile is not written again with the picture', async (t) => {
  const world = await setupPictures(t);
  serveAnother(world);
  world.plex.fail(({ method, route }) => method === 'POST' && route === 'posters', ERROR);
  await world.drain();
  world.server.editWithoutHook(1, { title: 'Lighthouse by night' });
  waitForRetry(world);
  const { tally } = await world.drain();
  assert.deepEqual([tally, shown(world)], [{ restDone: 1 }, { title: 'Lighthouse', poster: upload(COVER) }]);
});

test('a newer edit makes a whole job again of what only waited for its picture', async (t) => {
  const world = await setupPictures(t);
  serveAnother(world);
  world.plex.fail(({ method, route }) => method === 'POST' && route === 'posters', ERROR);
  await world.drain();
  world.server.editWithoutHook(1, { title: 'Lighthouse by night' });
  world.again();
  assert.deepEqual(world.world.sql('SELECT rest, failures FROM jobs'), [{ rest: null, failures: 0 }]);
  const { tally } = await world.drain();
  assert.deepEqual([tally, shown(world)], [{ updated: 1 }, { title: 'Lighthouse by night', poster: upload(COVER) }]);
});

test('an edit that comes while the picture fails takes over what is left of it', async (t) => {
  const world = await setupPictures(t);
  serveAnother(world);
  world.plex.fail(({ method, route }) => method === 'POST' && route === 'posters', ERROR);
  const edits = [lighthouse(1, { details: 'It blinks' })];
  const { tally } = await world.drain({ limit: 1 }, { at: { verified: () => world.enqueue(...edits.splice(0)) } });
  assert.deepEqual(tally, { updated: 1, retried: 1, pictures: 1 });
  assert.deepEqual(world.world.sql('SELECT rest, bare_at IS NOT NULL AS bare FROM jobs'), [{ rest: null, bare: 1 }]);
  await world.drain();
  assert.equal(shown(world).poster, upload(COVER));
});

for (const [name, cover] of [
  ['a page', PAGE],
  ['cut off', COVER.subarray(0, 100)],
  ['too large', Buffer.concat([COVER, Buffer.alloc(10_480_000)])],
] as const) {
  test(`a picture that is ${name} gets a letter of its own, is never sent, and is not asked for again`, async (t) => {
    const world = await setupPictures(t);
    world.server.setCover(1, cover);
    const { tally } = await world.drain();
    assert.deepEqual([tally, shown(world).title], [{ updated: 1, buried: 1, pictures: 1 }, 'Lighthouse']);
    assert.deepEqual([world.requests().uploads, world.known()?.state], [0, 'refused']);
    const [letter] = world.world.letters();
    assert.deepEqual([letter?.['rest'], letter?.['error_type']], ['pictures', 'PictureUnusable']);
    world.again();
    assert.deepEqual([(await world.drain()).tally, world.requests()], [{ unchanged: 1 }, NO_REQUESTS]);
    // It is still not written, so its letter stays.
    assert.equal(world.world.letters().length, 1);
    world.server.setCover(1, OTHER_COVER);
    world.again();
    await world.drain();
    assert.deepEqual([shown(world).poster, world.world.letters()], [upload(OTHER_COVER), []]);
  });
}

test('a letter for a picture puts back the picture alone, and asks for it again', async (t) => {
  const world = await setupPictures(t);
  world.server.setCover(1, PAGE);
  await world.drain();
  world.server.swapCover(1, OTHER_COVER);
  retryLetters(world);
  assert.deepEqual(world.world.sql('SELECT rest FROM jobs'), [{ rest: 'pictures' }]);
  world.server.editWithoutHook(1, { title: 'Lighthouse by night' });
  assert.deepEqual((await world.drain()).tally, { restDone: 1 });
  assert.deepEqual([shown(world), world.world.letters()], [{ title: 'Lighthouse', poster: upload(OTHER_COVER) }, []]);
});

test('pictures given by hand stay in the job alone, and no other key of it', async (t) => {
  const world = await setupPictures(t);
  serveAnother(world);
  addItems(world.plex, 2);
  const poster_url = `${world.server.url}/scene/1/screenshot?t=9`;
  world.enqueue(lighthouse(2, { details: 'Two', poster_url }));
  world.plex.fail(({ method, path }) => method === 'POST' && path.includes('/102/'), ERROR);
  await world.drain();
  const [job] = world.world.sql('SELECT data, rest FROM jobs');
  assert.deepEqual(JSON.parse(String(job?.['data'])), { path: '/harbour/2.mp4', poster_url });
  assert.equal(job?.['rest'], 'pictures');
  waitForRetry(world);
  await world.drain();
  assert.equal(world.plex.item('102')?.selectedPoster, upload(COVER));
});

test('while Stash is away pictures wait without an attempt, and their jobs count as done once', async (t) => {
  const world = await setupPictures(t);
  addItems(world.plex, 2);
  const poster_url = `${world.server.url}/scene/1/screenshot?t=9`;
  world.world.sql('DELETE FROM jobs');
  world.enqueue(lighthouse(2, { poster_url }));
  const heal = world.server.fail('all', { kind: 'status', status: 503 }, ALWAYS);
  const first = await world.drain();
  assert.deepEqual([first.tally, first.ends], [{ updated: 1, released: 1 }, ['stash_unreachable']]);
  assert.deepEqual(world.world.sql('SELECT rest, failures, attempt FROM jobs'), [
    { rest: 'pictures', failures: 0, attempt: 0 },
  ]);
  heal();
  const second = await world.drain();
  assert.deepEqual([second.tally, totals(world)], [{ restDone: 1 }, { updated: 1 }]);
  assert.equal(world.plex.item('102')?.selectedPoster, upload(COVER));
});

test('a Stash that refuses the key for pictures ends the run as elsewhere', async (t) => {
  const world = await setupPictures(t);
  world.server.fail('screenshot', { kind: 'status', status: 401 }, ALWAYS);
  const { tally, ends } = await world.drain();
  assert.deepEqual([tally, ends], [{ updated: 1, released: 1 }, ['stash_unauthorized']]);
});

test('one picture that Stash drops is not taken for an outage', async (t) => {
  const world = await setupPictures(t);
  serveAnother(world);
  world.server.fail('screenshot', { kind: 'drop' }, ALWAYS);
  const { tally, ends } = await world.drain();
  assert.deepEqual([tally, ends], [{ updated: 1, retried: 1, pictures: 1 }, []]);
  assert.equal(world.server.count('healthz'), 1);
});

test('a picture that Plex does not keep fails, and the text is done', async (t) => {
  const world = await setupPictures(t);
  const plex = { uploadPicture: async () => undefined };
  const { tally, of, report } = await world.drain({}, { plex });
  assert.deepEqual(tally, { updated: 1, retried: 1, pictures: 1 });
  assert.match(of('retrying')[0]?.message ?? '', /shows the old one: poster/);
  assert.deepEqual(report.pictures, { written: 0, left: 0 });
  waitForRetry(world);
  await world.drain();
  assert.equal(shown(world).poster, upload(COVER));
});

test('a picture that Plex refuses is not sent again while its bytes are the same', async (t) => {
  const world = await setupPictures(t);
  world.plex.fail(({ method, route }) => method === 'POST' && route === 'posters', { kind: 'status', status: 400 });
  assert.deepEqual((await world.drain()).tally, { updated: 1, buried: 1, pictures: 1 });
  world.clock.now += 60_000;
  world.server.editWithoutHook(1, { rating100: null });
  world.again();
  assert.deepEqual([(await world.drain()).tally, world.requests().uploads], [{ unchanged: 1 }, 0]);
});

test('a refused text part holds the lock of the picture back as little as the other way round', async (t) => {
  for (const [refused, kept] of [
    ['summary.value', 'thumb.locked'],
    ['thumb.locked', 'summary.value'],
  ] as const) {
    const world = await setupPictures(t);
    world.plex.fail(
      ({ route, query }) => route === 'edit' && query.some(([name]) => name === refused),
      { kind: 'status', status: 400 },
      ALWAYS,
    );
    await world.drain();
    const sent = world.plex.requests.filter(({ route, status }) => route === 'edit' && status === 200);
    assert.ok(
      sent.some(({ query }) => query.some(([name]) => name === kept)),
      refused,
    );
    assert.equal(shown(world).poster, upload(COVER));
    const [letter] = world.world.letters();
    assert.match(String(letter?.['error_message']), refused === 'thumb.locked' ? /poster lock/ : /summary/);
  }
});

test('a lock that was refused is sent with the next attempt', async (t) => {
  const world = await setupPictures(t);
  world.plex.fail(
    ({ route, query }) => route === 'edit' && query.some(([name]) => name === 'thumb.locked'),
    { kind: 'status', status: 400 },
    2,
  );
  await world.drain();
  assert.deepEqual(world.plex.item('101')?.locked.includes('thumb'), false);
  retryLetters(world);
  await world.drain();
  assert.deepEqual(world.plex.item('101')?.locked.includes('thumb'), true);
  assert.deepEqual(world.requests(), { look: 0, lists: 1, uploads: 0, selects: 0, edits: 1 });
});

test('a lost lease keeps a picture from being uploaded', async (t) => {
  const world = await setupPictures(t);
  world.enqueue(bare(1));
  const at = {
    picture_read: () => void world.world.sql(`UPDATE jobs SET lease_owner = 'another', claims = claims + 1`),
  };
  const { tally } = await world.drain({}, { at });
  assert.deepEqual([tally, world.requests().uploads, world.requests().edits], [{ leaseLost: 1 }, 0, 0]);
});

test('a run that is stopped while it reads a picture sends nothing more, and the job goes back whole', async (t) => {
  const world = await setupPictures(t);
  const at = {
    picture_read: () => {
      world.stop.signal = 'SIGINT';
    },
  };
  const { tally, ends } = await world.drain({}, { at });
  assert.deepEqual([tally, ends], [{ released: 1 }, ['signal']]);
  assert.deepEqual(world.requests(), { ...NO_REQUESTS, look: 1 });
  assert.deepEqual(world.world.sql('SELECT rest, attempt FROM jobs'), [{ rest: null, attempt: 0 }]);
});

test('a picture that cannot be used leaves no letter where a newer edit waits, which brings it too', async (t) => {
  const world = await setupPictures(t);
  world.server.setCover(1, PAGE);
  const edits = [lighthouse(1, { details: 'It blinks' })];
  await world.drain({ limit: 1 }, { at: { verified: () => world.enqueue(...edits.splice(0)) } });
  assert.deepEqual([world.world.letters(), world.world.sql('SELECT 1 FROM jobs').length], [[], 1]);
});

test('a letter for a picture is put beneath a waiting edit, which stays a whole job', async (t) => {
  const world = await setupPictures(t);
  world.server.setCover(1, PAGE);
  await world.drain();
  world.server.editWithoutHook(1, { title: 'Lighthouse by night' });
  world.again();
  retryLetters(world);
  assert.deepEqual(world.world.sql('SELECT rest FROM jobs'), [{ rest: null }]);
  await world.drain();
  assert.equal(shown(world).title, 'Lighthouse by night');
});

test('a scene that takes over an item may replace the picture of the one before, and no person’s', async (t) => {
  for (const theirs of [false, true]) {
    const world = await setupPictures(t);
    await world.drain();
    if (theirs) world.plex.uploadByHand('101', 'posters', OTHER_COVER);
    const poster_url = `${world.server.url}/scene/2/screenshot?t=9`;
    const cover = picture('a mole');
    world.server.addScene({ title: 'Mole', files: ['/harbour/1.mp4'], cover });
    world.enqueue({ sceneId: 2, bare: false, data: { path: '/harbour/1.mp4', title: 'Mole', poster_url } });
    const { tally } = await world.drain();
    assert.equal(tally.updated, 1);
    assert.equal(shown(world).poster, upload(theirs ? OTHER_COVER : cover), theirs ? 'theirs' : 'ours');
  }
});

test('a run that is stopped before it came to a picture asks nobody for it', async (t) => {
  const world = await setupPictures(t);
  const at = {
    intended: () => {
      world.stop.signal = 'SIGINT';
    },
  };
  await world.drain({}, { at });
  assert.deepEqual(world.requests(), NO_REQUESTS);
});

test('a read that a stop cut off is held against nobody', async (t) => {
  const world = await setupPictures(t);
  await world.drain();
  serveAnother(world);
  world.clock.now += 60_000;
  world.server.setCover(1, OTHER_COVER);
  world.again();
  const pictures = {
    look: () => {
      world.stop.signal = 'SIGINT';
      return Promise.reject(new SyncError('stash_error', say`Stash answered 500`, { request: 'stash GET picture' }));
    },
  };
  assert.deepEqual((await world.drain({}, { pictures })).tally, { unchanged: 1, released: 1 });
  assert.deepEqual(world.world.sql('SELECT rest, failures FROM jobs'), [{ rest: 'pictures', failures: 0 }]);
});

test('an item that was made anew under the same key has no picture of ours', async (t) => {
  const world = await setupPictures(t);
  await world.drain();
  world.plex.removeItem('101');
  world.clock.now += 60_000;
  addItems(world.plex, 1);
  const headers = { 'X-Plex-Token': world.plex.token };
  await fetch(`${world.plex.url}/library/metadata/101/posters`, {
    method: 'POST',
    headers,
    body: new Uint8Array(OTHER_COVER),
  });
  world.again();
  const { of } = await world.drain();
  assert.deepEqual(
    of('left_alone').map(({ left }) => left.reason),
    ['uploaded_in_plex'],
  );
});

test('what was taken back from Plex with the text is not taken back again for the picture', async (t) => {
  const failing = await setupPictures(t);
  serveAnother(failing);
  failing.world.enqueue([bare(1)], { reassert: ['title'] });
  failing.plex.fail(({ method, route }) => method === 'POST' && route === 'posters', ERROR, ALWAYS);
  await failing.drain();
  assert.deepEqual(failing.world.sql('SELECT rest, reassert FROM jobs'), [{ rest: 'pictures', reassert: null }]);

  const useless = await setupPictures(t);
  useless.server.setCover(1, PAGE);
  useless.world.enqueue([bare(1)], { reassert: ['title'] });
  await useless.drain();
  const [letter] = useless.world.letters();
  assert.deepEqual([letter?.['rest'], letter?.['reassert']], ['pictures', null]);
});
