/** Dead letters of jobs that take fields back from Plex. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReassertField } from '../../../../src/core/model/reassert.ts';
import type { SceneEdit } from '../../../../src/core/model/scene.ts';
import { openDeadLetterActions } from '../../../../src/queue/work/dead-letter-actions.ts';
import type { World } from '../../../helpers/queue-world.ts';
import { BURY, claimOne, edit, NOW, settle, setup } from '../../../helpers/queue-world.ts';

const BARE: SceneEdit = { sceneId: 1, bare: true, data: { path: '/harbour/1.mp4' } };

function bury(world: World, reassert: readonly ReassertField[] | undefined, asked = BARE): void {
  world.enqueue([asked], { reassert });
  const drain = world.drain();
  settle(drain, claimOne(drain), BURY);
}

const kept = (world: World): unknown[] => world.letters().map((letter) => letter['reassert']);

test('a letter that takes fields back is not replaced by a later one that does not', (t) => {
  const world = setup(t);
  bury(world, ['title']);
  bury(world, undefined);
  assert.deepEqual(kept(world), ['["title"]', null]);
});

test('it is replaced by one that takes back at least as much', (t) => {
  const world = setup(t);
  bury(world, ['title']);
  bury(world, ['title', 'tags']);
  assert.deepEqual(kept(world), ['["title","tags"]']);
});

test('retried beside a job under way it asks Stash again, with what it takes back', (t) => {
  const world = setup(t);
  bury(world, ['title']);
  world.enqueue([BARE]);
  claimOne(world.drain());
  const actions = openDeadLetterActions(world.stores());
  actions.retry(actions.list({}), NOW);
  assert.deepEqual(world.sql(`SELECT reassert FROM jobs WHERE state = 'pending'`), [{ reassert: '["title"]' }]);
});

test('retried beside a newer edit by hand it does not bring old values back', (t) => {
  const world = setup(t);
  bury(world, ['title'], edit(1, { title: 'Pier' }));
  world.enqueue([edit(1, { title: 'Mole' })]);
  claimOne(world.drain());
  const actions = openDeadLetterActions(world.stores());
  assert.deepEqual(
    actions.retry(actions.list({}), NOW).map(({ how }) => how),
    ['covered'],
  );
});

test('a letter whose list of fields is damaged takes nothing back', (t) => {
  const world = setup(t);
  bury(world, ['title']);
  world.sql(`UPDATE dead_letters SET reassert = '{"title": 1}'`, 'dlq.db');
  const actions = openDeadLetterActions(world.stores());
  actions.retry(actions.list({}), NOW);
  assert.deepEqual(world.sql('SELECT reassert FROM jobs'), [{ reassert: null }]);
});
