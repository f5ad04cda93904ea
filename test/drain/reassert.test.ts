/** What was left as edited in Plex is taken back once, through every way a job may go. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { ReassertField } from '../../src/core/model/reassert.ts';
import { openDeadLetterActions } from '../../src/queue/work/dead-letter-actions.ts';
import type { DrainWorld } from '../helpers/drain-world.ts';
import { ALWAYS, addItems, bare, lighthouse, setup } from '../helpers/drain-world.ts';
import { RULES } from '../unit/write/plex-model.ts';

const DATA = { details: 'Fog.', rating100: 80, tags: ['fog', 'sea'], performers: ['Ada Quay'] };

/** Lighthouse 1, written and then edited in Plex by a person. */
async function setupEdited(t: TestContext): Promise<DrainWorld> {
  const world = await setup(t);
  addItems(world.plex, 1);
  world.enqueue(lighthouse(1, DATA));
  await world.run();
  world.plex.editByHand('101', { title: 'A person’s', summary: 'By hand.', genres: ['sea', 'sand'] });
  world.clock.now += 60_000;
  return world;
}

function reassert({ world, clock }: DrainWorld, fields: readonly ReassertField[], data = DATA): void {
  world.enqueue([lighthouse(1, data)], { now: clock.now, reassert: fields });
}

const wishes = ({ world }: DrainWorld) => world.sql('SELECT reassert FROM jobs').map((row) => row['reassert']);

test('the named fields are taken back, others stay as a person has them, and so does what others added', async (t) => {
  const drains = await setupEdited(t);
  const { plex, run } = drains;
  reassert(drains, ['title', 'tags']);
  const { of } = await run();
  const item = plex.item('101');
  assert.deepEqual([item?.title, item?.summary], ['Lighthouse 1', 'By hand.']);
  assert.deepEqual(item?.genres.toSorted(), ['fog', 'sand', 'sea']);
  assert.deepEqual(
    of('left_alone').map(({ left }) => left.field),
    ['summary'],
  );
});

test('it happens once: a later job leaves again what a person edits after it', async (t) => {
  const drains = await setupEdited(t);
  const { plex, enqueue, run, clock } = drains;
  reassert(drains, ['title']);
  await run();
  assert.equal(plex.item('101')?.title, 'Lighthouse 1');
  plex.editByHand('101', { title: 'Another person’s' });
  clock.now += 60_000;
  enqueue(lighthouse(1, DATA));
  await run();
  assert.equal(plex.item('101')?.title, 'Another person’s');
});

test('preserve_plex_edits gives way to an explicit wish', async (t) => {
  const drains = await setupEdited(t);
  reassert(drains, ['title']);
  await drains.run({ rules: { ...RULES, preservePlexEdits: true } });
  assert.equal(drains.plex.item('101')?.title, 'Lighthouse 1');
});

test('a dry run shows it, and leaves the wish', async (t) => {
  const drains = await setupEdited(t);
  reassert(drains, ['title']);
  const { of } = await drains.run({ mode: 'preview' });
  assert.deepEqual(
    of('would_write').flatMap(({ plan }) => plan.fields.map(({ field }) => field)),
    ['title'],
  );
  assert.deepEqual([drains.plex.item('101')?.title, wishes(drains)], ['A person’s', ['["title"]']]);
});

test('the wishes of jobs that are merged add up, and a later edit without one keeps them', async (t) => {
  const drains = await setupEdited(t);
  const { enqueue, plex, run } = drains;
  reassert(drains, ['tags']);
  reassert(drains, ['title']);
  enqueue(lighthouse(1, DATA), bare(1));
  assert.deepEqual(wishes(drains), ['["title","tags"]']);
  enqueue(lighthouse(1, DATA));
  await run();
  assert.equal(plex.item('101')?.title, 'Lighthouse 1');
});

test('a newer edit that takes over a job under way takes its wish over too', async (t) => {
  const drains = await setupEdited(t);
  const { enqueue, plex, run } = drains;
  reassert(drains, ['title']);
  const stop = plex.fail('edit', { kind: 'status', status: 500 }, ALWAYS);
  await run({}, { at: { written: () => enqueue(lighthouse(1, DATA)) } });
  stop();
  assert.deepEqual(wishes(drains), ['["title"]']);
});

test('a dead letter keeps the wish, and a retry has it', async (t) => {
  const drains = await setupEdited(t);
  const { plex, world, clock, run } = drains;
  reassert(drains, ['title']);
  const stop = plex.fail('edit', { kind: 'status', status: 400 }, ALWAYS);
  await run();
  stop();
  assert.deepEqual(
    world.letters().map((letter) => letter['reassert']),
    ['["title"]'],
  );
  const actions = openDeadLetterActions(world.stores());
  actions.retry(actions.list({}), clock.now);
  assert.deepEqual(wishes(drains), ['["title"]']);
  await run();
  assert.equal(plex.item('101')?.title, 'Lighthouse 1');
});

/** The wish of a bare job that went to a dead letter. */
async function setupLetter(t: TestContext): Promise<DrainWorld> {
  const drains = await setupEdited(t);
  const { plex, world, clock, run } = drains;
  const stash = await drains.stash();
  stash.addScene({ id: 1, title: 'Lighthouse 1', files: ['/harbour/1.mp4'] });
  world.enqueue([bare(1)], { now: clock.now, reassert: ['title'] });
  const stop = plex.fail('edit', { kind: 'status', status: 400 }, ALWAYS);
  await run();
  stop();
  assert.equal(world.letters().length, 1);
  clock.now += 60_000;
  return drains;
}

test('a success of the scene without the wish leaves its letter, one with it closes it', async (t) => {
  const { world, enqueue, clock, run } = await setupLetter(t);
  enqueue(bare(1));
  await run();
  assert.equal(world.letters().length, 1, 'the wish is not met');
  world.enqueue([bare(1)], { now: clock.now + 1, reassert: ['title', 'tags'] });
  clock.now += 1;
  await run();
  assert.deepEqual(world.letters(), []);
});

test('names removed by a person and a rating come back too, and what Stash dropped goes', async (t) => {
  const drains = await setupEdited(t);
  const { plex, run } = drains;
  plex.editByHand('101', { roles: [], userRating: 3 });
  reassert(drains, ['rating', 'performers', 'tags'], { ...DATA, tags: ['fog'] });
  await run();
  const item = plex.item('101');
  assert.deepEqual([item?.roles.map(({ tag }) => tag), item?.userRating], [['Ada Quay'], 8]);
  assert.deepEqual(item?.genres.toSorted(), ['fog', 'sand']);
});

test('a kill at any step ends in what was wanted, with the wish kept until it is met', async (t) => {
  for (const step of ['claimed', 'read', 'intended', 'written', 'verified'] as const) {
    const drains = await setupEdited(t);
    const { plex, clock, run } = drains;
    reassert(drains, ['title']);
    const kill = (): void => {
      throw new Error('killed');
    };
    await assert.rejects(run({}, { at: { [step]: kill } }), /killed/);
    assert.deepEqual(wishes(drains), ['["title"]'], step);
    clock.now += 300_000;
    await run();
    assert.equal(plex.item('101')?.title, 'Lighthouse 1', step);
    assert.deepEqual(wishes(drains), []);
  }
});
