/** A process that dies at any step of a picture: the next one ends in the same state, and knows what is ours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Checkpoint } from '../../src/core/drain/ports/ports.ts';
import type { Change } from '../../src/core/model/journal.ts';
import type { AtStep } from '../helpers/drain-world.ts';
import { art, COVER, NO_REQUESTS, OTHER_COVER, setupPictures, upload } from '../helpers/picture-world.ts';

const BOTH = { pictures: { background: 'write', overlay: 'release' } } as const;

const STEPS: readonly Checkpoint[] = [
  'intended',
  'picture_read',
  'picture_intended',
  'picture_written',
  'written',
  'verified',
];

/** Dies as the step is reached for the nth time. */
function killAt(step: Checkpoint, nth: number): AtStep {
  let count = 0;
  return {
    [step]: () => {
      count += 1;
      if (count === nth) throw new Error('killed');
    },
  };
}

for (const step of STEPS) {
  for (const nth of step === 'picture_intended' || step === 'picture_written' ? [1, 2] : [1]) {
    test(`killed at ${step} (${nth}), for a first picture and for a changed one, the next run makes it right`, async (t) => {
      const world = await setupPictures(t);
      for (const cover of [COVER, OTHER_COVER]) {
        world.clock.now += 60_000;
        world.server.setCover(1, cover);
        world.again();
        await assert.rejects(world.drain(BOTH, { at: killAt(step, nth) }), /killed/);
        const { tally } = await world.drain(BOTH);
        assert.equal((tally.updated ?? 0) + (tally.unchanged ?? 0), 1);
        assert.ok(world.requests().uploads <= 2);
        const item = world.plex.item('101') ?? assert.fail();
        assert.deepEqual([item.selectedPoster, item.selectedArt], [upload(cover), art(cover)]);
        assert.deepEqual(
          ['thumb', 'art'].filter((field) => item.locked.includes(field)),
          ['thumb', 'art'],
        );
        assert.deepEqual([world.known('thumb')?.state, world.known('thumb')?.intended], ['ours', undefined]);
        world.again();
        assert.deepEqual([(await world.drain(BOTH)).tally, world.requests()], [{ unchanged: 1 }, NO_REQUESTS]);
      }
      const { posters } = world.plex.item('101') ?? assert.fail();
      assert.equal(posters.filter((key) => key.startsWith('upload://')).length, 2, 'nothing was uploaded twice');
    });
  }
}

test('what was uploaded before a kill is not uploaded again, nor read again', async (t) => {
  const world = await setupPictures(t);
  await assert.rejects(world.drain({}, { at: killAt('picture_written', 1) }), /killed/);
  await world.drain();
  assert.deepEqual(world.requests(), { look: 0, lists: 1, uploads: 0, selects: 0, edits: 1 });
});

test('a poster that a person selects after a kill is theirs', async (t) => {
  const world = await setupPictures(t);
  await assert.rejects(world.drain({}, { at: killAt('picture_written', 1) }), /killed/);
  const theirs = world.plex.uploadByHand('101', 'posters', OTHER_COVER);
  const { of } = await world.drain();
  assert.deepEqual(
    of('left_alone').map(({ left }) => left.reason),
    ['edited_in_plex'],
  );
  assert.equal(world.plex.item('101')?.selectedPoster, theirs);
});

for (const step of ['picture_intended', 'picture_written', 'written', 'verified'] as const) {
  test(`killed at ${step}, the journal still has the picture that was selected before`, async (t) => {
    const world = await setupPictures(t);
    const { selectedPoster } = world.plex.item('101') ?? assert.fail();
    await assert.rejects(world.drain({}, { at: killAt(step, 1) }), /killed/);
    await world.drain();
    const rows = world.world.sql('SELECT changes, state FROM journal');
    const changes = rows.flatMap((row) => JSON.parse(String(row['changes'])) as readonly Change[]);
    const pictures = changes.filter(({ kind }) => kind === 'picture');
    assert.ok(pictures.length > 0);
    for (const picture of pictures)
      assert.deepEqual(picture, { ...picture, before: selectedPoster, after: upload(COVER) });
    assert.ok(rows.every(({ state }) => state === 'closed'));
  });
}
