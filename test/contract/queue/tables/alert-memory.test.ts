import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertMemory } from '../../../../src/queue/tables/alert-memory.ts';
import { openAlertMemory } from '../../../../src/queue/tables/alert-memory.ts';
import { openDeadLetterActions } from '../../../../src/queue/work/dead-letter-actions.ts';
import { recordIdleRun } from '../../../../src/queue/work/idle.ts';
import { hasExpired, purgeExpired } from '../../../../src/queue/work/retention.ts';
import type { World } from '../../../helpers/queue-world.ts';
import {
  BURY,
  COMPLETE,
  claim,
  claimOne,
  edit,
  edits,
  failure,
  LONGEST_WAIT_MS,
  NOW,
  settle,
  setup,
} from '../../../helpers/queue-world.ts';

const DAY_MS = 86_400_000;
const IDLE_RUN = {
  now: NOW,
  retentionMs: DAY_MS,
  longestWaitMs: LONGEST_WAIT_MS,
  stash: 'not_asked',
  exitCode: 0,
} as const;

/** One dead letter per scene, from 1; scene n failed n days before NOW. */
function buryOnePerDay(world: World, count: number): void {
  world.enqueue(edits(count), { now: NOW - 100 * DAY_MS });
  const drain = world.drain();
  for (const job of claim(drain)) {
    const error = job.sceneId % 2 === 0 ? failure('plex_not_found', 'Nowhere') : failure('low_confidence', 'Unproven');
    settle(drain, job, { kind: 'dead', error }, NOW - job.sceneId * DAY_MS);
  }
  drain.end({ now: NOW, exitCode: 1, done: 0, failed: count });
}

const letters = (world: World): unknown[] => world.letters().map((letter) => letter['scene_id']);

test('letters older than the retention are removed and reported', (t) => {
  const world = setup(t);
  buryOnePerDay(world, 6);
  const retention = { now: NOW, retentionMs: 3 * DAY_MS };
  assert.equal(hasExpired(world.stores().dlqDb, retention), true);
  assert.deepEqual(purgeExpired(world.stores(), retention), {
    count: 3,
    byType: { PlexNotFound: 2, LowConfidenceMatch: 1 },
    sceneIds: [4, 5, 6],
  });
  assert.deepEqual(letters(world), [1, 2, 3]);
  assert.equal(hasExpired(world.stores().dlqDb, retention), false);
  assert.deepEqual(purgeExpired(world.stores(), retention), { count: 0, byType: {}, sceneIds: [] });
});

test('a run is not idle while a letter has expired', (t) => {
  const world = setup(t);
  buryOnePerDay(world, 3);
  assert.equal(recordIdleRun(world.stores(), IDLE_RUN), false);
  assert.equal(recordIdleRun(world.stores(), { ...IDLE_RUN, retentionMs: 30 * DAY_MS }), true);
});

test('a letter that a completed job has shortened is told with what it still says, once', (t) => {
  const world = setup(t);
  const told: unknown[] = [];
  world.enqueue([edit(1, { title: 'Pier' })]);
  const drain = world.drain({ onLetterShortened: (letter) => told.push(letter) });
  const finish = (data: Parameters<typeof edit>[1], settlement: typeof COMPLETE): void => {
    world.enqueue([edit(1, data)]);
    settle(drain, claimOne(drain), settlement);
  };
  finish({ title: 'Pier', tagline: 'Calm', tags: [] }, BURY);
  finish({ title: 'Mole' }, COMPLETE);
  assert.deepEqual(told, [{ letterId: 1, sceneId: 1, keys: ['tagline', 'tags'] }]);
  finish({ title: 'Quay' }, COMPLETE);
  assert.equal(told.length, 1);
  finish({ tagline: null, tags: ['sea'] }, COMPLETE);
  assert.equal(told.length, 1);
  assert.deepEqual(letters(world), []);
});

test('a backlog is counted over as many runs as it takes, and the next one from nothing', (t) => {
  const world = setup(t);
  const end = { now: NOW, exitCode: 5, done: 0, failed: 0 };
  world.enqueue(edits(5));
  const first = world.drain();
  assert.equal(first.backlogDone(), 0);
  settle(first, claimOne(first), COMPLETE);
  settle(first, claimOne(first), BURY);
  assert.equal(first.backlogDone(), 2);
  first.end(end);

  const second = world.drain();
  assert.equal(second.backlogDone(), 2);
  for (const job of claim(second)) settle(second, job, COMPLETE);
  assert.equal(second.backlogDone(), 5);
  second.end(end);

  world.enqueue([edit(9)]);
  const third = world.drain();
  assert.equal(third.backlogDone(), 0);
  settle(third, claimOne(third), COMPLETE);
  assert.equal(third.backlogDone(), 1);
});

test('a backlog that was dropped is over once a run finds nothing due', (t) => {
  const world = setup(t);
  world.enqueue(edits(3));
  const drain = world.drain();
  settle(drain, claimOne(drain), COMPLETE);
  drain.end({ now: NOW, exitCode: 5, done: 1, failed: 0 });
  world.sql('DELETE FROM jobs');
  assert.equal(recordIdleRun(world.stores(), IDLE_RUN), true);
  assert.equal(world.drain().backlogDone(), 0);
});

test('jobs that are due later do not count for the backlog', (t) => {
  const world = setup(t);
  world.enqueue(edits(2));
  const drain = world.drain();
  settle(drain, claimOne(drain), COMPLETE);
  const error = failure();
  settle(drain, claimOne(drain), { kind: 'retry', availableAt: NOW + 5_000, spends: 'failure', error });
  drain.end({ now: NOW, exitCode: 1, done: 1, failed: 1 });
  assert.equal(world.drain().backlogDone(), 0);
});

const PLEX = 'http://plex:32400';

const notices = (world: World): AlertMemory => openAlertMemory(world.stores());

test('an outage keeps its beginning until a run has seen its end', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  assert.equal(notices(world).outageSince(), undefined);
  notices(world).noteOutage(NOW, PLEX);
  notices(world).noteOutage(NOW + 5, PLEX);
  assert.equal(notices(world).outageSince(), NOW);
  notices(world).clearOutage();
  assert.equal(notices(world).outageSince(), undefined);
  notices(world).noteOutage(NOW + 9, PLEX);
  assert.equal(notices(world).outageSince(), NOW + 9);
});

test('a complaint is remembered by its words, and forgotten after a month', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const desk = notices(world);
  desk.noteComplaint('the token', NOW);
  desk.noteComplaint('100% full_', NOW + 1);
  assert.deepEqual(
    ['the token', '100% full_', 'the tokens'].map((key) => desk.complainedAt(key)),
    [NOW, NOW + 1, undefined],
  );
  desk.noteComplaint('the token', NOW + DAY_MS);
  assert.equal(desk.complainedAt('the token'), NOW + DAY_MS);
  desk.noteComplaint('another', NOW + 31 * DAY_MS);
  assert.deepEqual([desk.complainedAt('100% full_'), desk.complainedAt('the token')], [undefined, NOW + DAY_MS]);
  assert.equal(world.sql(`SELECT 1 FROM meta WHERE name LIKE 'complaint:%'`).length, 2);
});

test('letters are new since the last that was announced, and one that has gone is not announced', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const desk = notices(world);
  assert.deepEqual(desk.newLetters(), { byType: {}, lastId: 0 });
  buryOnePerDay(world, 4);
  assert.deepEqual(desk.newLetters(), { byType: { LowConfidenceMatch: 2, PlexNotFound: 2 }, lastId: 4 });
  desk.announceLetters(3);
  assert.deepEqual(desk.newLetters(), { byType: { PlexNotFound: 1 }, lastId: 4 });
  const letterDesk = openDeadLetterActions(world.stores());
  letterDesk.purge(letterDesk.list({}));
  assert.deepEqual(desk.newLetters(), { byType: {}, lastId: 4 });
});

test('letters of a dlq.db whose ids start over are new, whatever was announced before', (t) => {
  const world = setup(t);
  buryOnePerDay(world, 1);
  const desk = notices(world);
  desk.announceLetters(7);
  assert.deepEqual(desk.newLetters(), { byType: { LowConfidenceMatch: 1 }, lastId: 1 });
});

test('complaints are forgotten by how they begin, but for those that stand', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const desk = notices(world);
  for (const key of ['exit 2 no library', 'exit 2 100%_', 'exit 3 unauthorized']) desk.noteComplaint(key, NOW);
  desk.forgetComplaints('exit 2 ', ['exit 2 100%_']);
  const told = ['exit 2 no library', 'exit 2 100%_', 'exit 3 unauthorized'].map(desk.complainedAt);
  assert.deepEqual(told, [undefined, NOW, NOW]);
});

test('an outage of another address begins anew, and each server has its own', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const desk = notices(world);
  desk.noteOutage(NOW, 'http://anna:secret@plex:32400');
  desk.noteOutage(NOW + 1, PLEX, 'stash');
  assert.equal(desk.outageSince('plex', PLEX), NOW, 'who asks is no part of the address');
  assert.equal(desk.outageSince('plex', 'http://other:32400'), undefined);
  desk.noteOutage(NOW + 5, 'http://other:32400');
  assert.deepEqual([desk.outageSince(), desk.outageSince('plex', PLEX)], [NOW + 5, undefined]);
  assert.equal(desk.outageSince('stash', PLEX), NOW + 1);
  assert.doesNotMatch(JSON.stringify(world.sql('SELECT * FROM meta')), /secret/);
});

test('an outage that an older version noted, which knew no address, keeps its beginning', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  world.sql(`INSERT INTO meta (name, value) VALUES ('outage_since', '${NOW}')`);
  const desk = notices(world);
  desk.noteOutage(NOW + 5, PLEX);
  assert.equal(desk.outageSince('plex', PLEX), NOW);
});

test('an outage from the future begins now, and with nothing left in the queue an idle run ends it', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const desk = notices(world);
  desk.noteOutage(NOW + 90 * DAY_MS, PLEX);
  desk.noteOutage(NOW, PLEX);
  assert.equal(desk.outageSince(), NOW);
  world.sql('DELETE FROM jobs');
  assert.equal(recordIdleRun(world.stores(), IDLE_RUN), true);
  assert.equal(desk.outageSince(), undefined);
});

test('one run by a clock far ahead removes no letter', (t) => {
  const world = setup(t);
  buryOnePerDay(world, 2);
  const future = { now: NOW + 800 * DAY_MS, retentionMs: 30 * DAY_MS };
  assert.equal(purgeExpired(world.stores(), future).count, 0);
  world.sql(`INSERT INTO runs (owner, pid, started_at) VALUES ('someone', 1, ${NOW + 799 * DAY_MS})`);
  assert.equal(purgeExpired(world.stores(), future).count, 2);
});
