/** The end of a job of which Plex took a part: what landed is known at once, and the letter keeps the rest. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyncError } from '../../../../src/core/model/errors.ts';
import type { Job, Settlement } from '../../../../src/core/model/job.ts';
import type { SceneKey } from '../../../../src/core/model/scene.ts';
import type { SceneRecord } from '../../../../src/core/model/scene-record.ts';
import { say } from '../../../../src/core/text/sentence.ts';
import type { OpenDrainQueue } from '../../../../src/queue/work/drain-queue.ts';
import type { World } from '../../../helpers/queue-world.ts';
import { BURY, claimOne, edit, LEASE_MS, NOW, RECORD, settle, setup } from '../../../helpers/queue-world.ts';

const LANDED: SceneRecord = {
  ...RECORD,
  written: { fields: { title: { sent: 'Pier', kept: 'Pier' } }, lists: {} },
};
const refused = (...keys: SceneKey[]): Settlement => ({
  kind: 'dead',
  error: new SyncError('plex_too_long', say`Too long: performers`, { refusedKeys: keys }),
});
const settleParts = (drain: OpenDrainQueue, job: Job, settlement: Settlement, now = NOW) =>
  drain.settle([{ job, settlement, landed: LANDED }], now)[0];
const said = (world: World): unknown[] => world.letters().map(({ job_data }) => JSON.parse(String(job_data)));
const PIER = { path: '/harbour/1.mp4', title: 'Pier', performers: ['Ada Mole'] };

test('what landed of a failed job is recorded with its end, and no write is under way any more', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, PIER)]);
  const drain = world.drain();
  const job = claimOne(drain);
  const intent = { fields: { title: { before: '', value: 'Pier' } }, lists: {} };
  drain.intend([{ ...RECORD, sceneId: 1, lease: job.lease, intent, sectionTitle: 'Harbour films' }], NOW);
  assert.equal(settleParts(drain, job, refused('performers')), 'applied');
  assert.deepEqual(drain.record(1), LANDED);
  // It was not synced: when it last was, and what was left then, stay as they were.
  assert.deepEqual(world.sql('SELECT written_at, section_title FROM scenes'), [
    { written_at: null, section_title: 'Harbour films' },
  ]);
});

test('what landed is recorded too where the job is given back or a newer edit takes it over', (t) => {
  for (const newer of ['none', 'waits'] as const) {
    const world = setup(t);
    world.enqueue([edit(1, PIER)]);
    const drain = world.drain();
    const job = claimOne(drain);
    if (newer === 'waits') world.enqueue([edit(1, { title: 'Mole' })]);
    const how = settleParts(drain, job, newer === 'waits' ? refused('performers') : { kind: 'give_back' });
    assert.equal(how, newer === 'waits' ? 'superseded' : 'applied');
    assert.deepEqual([drain.record(1), world.letters()], [LANDED, []]);
  }
});

test('a job that is tried again keeps what is left, and an older letter loses what was written', (t) => {
  for (const kind of ['retry', 'release'] as const) {
    const world = setup(t);
    world.enqueue([edit(1, { title: 'Old', tagline: 'Calm' })]);
    const drain = world.drain();
    settle(drain, claimOne(drain), BURY);
    world.enqueue([edit(1, { ...PIER, size: 7 })], { now: NOW + 1 });
    const error = new SyncError('plex_error', say`Plex answered 500`, { refusedKeys: ['performers'] });
    const settlement: Settlement =
      kind === 'retry'
        ? { kind, error, availableAt: NOW + 2, spends: 'failure' }
        : { kind, error, availableAt: NOW + 2 };
    assert.equal(settleParts(drain, claimOne(drain, NOW + 1), settlement), 'applied');
    const { data } = world.onlyJob();
    assert.deepEqual(JSON.parse(String(data)), { path: '/harbour/1.mp4', performers: ['Ada Mole'], size: 7 });
    assert.deepEqual(said(world), [{ scene_id: 1, tagline: 'Calm' }]);
  }
});

test('a failed attempt of which nothing was written leaves the job whole', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, PIER)]);
  const drain = world.drain();
  const error = new SyncError('plex_error', say`Plex answered 500`);
  settle(drain, claimOne(drain), { kind: 'retry', error, availableAt: NOW, spends: 'failure' });
  assert.deepEqual(JSON.parse(String(world.onlyJob()['data'])), PIER);
});

test('where a newer edit takes over what is to be tried again, an older letter waits for it', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { title: 'Old', tagline: 'Calm' })]);
  const drain = world.drain();
  settle(drain, claimOne(drain), BURY);
  world.enqueue([edit(1, PIER)], { now: NOW + 1 });
  const job = claimOne(drain, NOW + 1);
  world.enqueue([edit(1, { studio: 'Quay' })], { now: NOW + 2 });
  const error = new SyncError('plex_error', say`Plex answered 500`, { refusedKeys: ['performers'] });
  const settlement: Settlement = { kind: 'retry', error, availableAt: NOW + 2, spends: 'failure' };
  assert.equal(settleParts(drain, job, settlement), 'superseded');
  assert.deepEqual(JSON.parse(String(world.onlyJob()['data'])), { ...PIER, studio: 'Quay' });
  assert.deepEqual(said(world), [{ scene_id: 1, title: 'Old', tagline: 'Calm' }]);
});

test('under a lost lease, and of a scene that was forgotten, nothing is recorded', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, PIER)]);
  const [late, other] = [world.drain(), world.drain()];
  const lost = claimOne(late);
  const taken = claimOne(other, NOW + LEASE_MS);
  assert.equal(settleParts(late, lost, refused('performers'), NOW + LEASE_MS), 'lease_lost');
  assert.equal(late.record(1), undefined);
  world.sql('UPDATE jobs SET forgotten = 1');
  assert.equal(settleParts(other, taken, refused('performers'), NOW + LEASE_MS), 'gone');
  assert.deepEqual([other.record(1), world.letters()], [undefined, []]);
});

test('the letter keeps what was refused and the file, and an older one loses what was written', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, { title: 'Old', tagline: 'Calm' })]);
  const drain = world.drain();
  settle(drain, claimOne(drain), BURY);
  world.enqueue([edit(1, { ...PIER, size: 7 })], { now: NOW + 1 });
  settleParts(drain, claimOne(drain, NOW + 1), refused('performers'));
  assert.deepEqual(said(world), [
    { scene_id: 1, tagline: 'Calm' },
    { scene_id: 1, path: '/harbour/1.mp4', performers: ['Ada Mole'], size: 7 },
  ]);
});

test('a letter for which nothing was written keeps all of the job', (t) => {
  const world = setup(t);
  world.enqueue([edit(1, PIER)]);
  const drain = world.drain();
  settle(drain, claimOne(drain), BURY);
  assert.deepEqual(said(world), [{ scene_id: 1, ...PIER }]);
});

test('where the refused part came from Stash the letter asks Stash again, and where it was given by hand it does not', (t) => {
  for (const [refusedKey, bareAt] of [
    ['performers', 'asked'],
    ['tagline', 'not asked'],
  ] as const) {
    const world = setup(t);
    world.enqueue([{ sceneId: 1, bare: true, data: {} }]);
    const drain = world.drain({ stash: 'asked' });
    world.enqueue([edit(1, { tagline: 'Calm', title: 'Pier' })], { now: NOW + 1 });
    const job = claimOne(drain, NOW + 1);
    const filled: Job = {
      ...job,
      bare: 'filled',
      data: { ...PIER, tagline: 'Calm' },
      overStash: { tagline: 'Calm', title: 'Pier' },
    };
    settleParts(drain, filled, refused(refusedKey));
    assert.equal(world.letters()[0]?.['bare_at'] === null ? 'not asked' : 'asked', bareAt);
    assert.deepEqual(said(world), [refusedKey === 'tagline' ? { scene_id: 1, tagline: 'Calm' } : { scene_id: 1 }]);
  }
});

test('the shortest request that was too long is known again by the address and token it was refused for', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const known = { bytes: 4_096, at: NOW };
  world.drain().saveTooLong('by the proxy', known);
  const drain = world.drain();
  assert.deepEqual(
    drain.tooLong(() => 'by the proxy'),
    known,
  );
  assert.equal(
    drain.tooLong(() => 'around it'),
    undefined,
  );
  drain.saveTooLong('by the proxy', undefined);
  assert.equal(
    drain.tooLong(() => 'by the proxy'),
    undefined,
  );
});
