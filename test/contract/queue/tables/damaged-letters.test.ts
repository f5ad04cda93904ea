/** Letters that a hand or a fault of the disk has spoilt: they are left for a person, and stop nothing. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import type { DeadLetter } from '../../../../src/queue/tables/dead-letters/letter.ts';
import {
  letterChoicesOf,
  letterDataOf,
  letterEditOf,
  letterFaultOf,
  letterFileOf,
} from '../../../../src/queue/tables/dead-letters/letter.ts';
import { openDeadLetterActions } from '../../../../src/queue/work/dead-letter-actions.ts';
import type { World } from '../../../helpers/queue-world.ts';
import { BURY, COMPLETE, claimOne, edit, NOW, settle, setup } from '../../../helpers/queue-world.ts';

/** A letter of scene 1 that says a title. */
function withLetter(world: World): DeadLetter {
  world.enqueue([edit(1, { title: 'Pier' })]);
  const drain = world.drain();
  settle(drain, claimOne(drain), BURY);
  const [letter] = openDeadLetterActions(world.stores()).list({});
  assert.ok(letter);
  return letter;
}

/** Writes over a letter what the checks of the table would refuse too. */
function spoil({ dir }: World, columns: { readonly job_data?: string; readonly stamps?: string }): void {
  const db = new Database(join(dir.path, 'dlq.db'));
  db.pragma('ignore_check_constraints = ON');
  for (const [name, value] of Object.entries(columns)) db.prepare(`UPDATE dead_letters SET ${name} = ?`).run(value);
  db.close();
}

const SPOILT = [
  [{ job_data: 'The lamp is out' }, 'its job_data is no JSON object'],
  [{ job_data: '["Pier"]' }, 'its job_data is no JSON object'],
  [{ job_data: 'null' }, 'its job_data is no JSON object'],
  [{ stamps: '[]' }, 'its stamps are no JSON object'],
] as const;

for (const [columns, fault] of SPOILT)
  test(`a letter with ${JSON.stringify(columns)} is reported as damaged and left, by a retry and by a job that completes`, (t) => {
    const world = setup(t);
    const letter = withLetter(world);
    spoil(world, columns);
    const before = world.letters();
    const actions = openDeadLetterActions(world.stores());
    const damaged = [{ letterId: letter.id, sceneId: 1, how: 'damaged', fault }];
    assert.deepEqual(actions.preview(actions.list({})), damaged);
    assert.deepEqual(actions.retry(actions.list({}), NOW), damaged);
    world.enqueue([edit(1, { title: 'Mole' })]);
    const drain = world.drain();
    assert.equal(settle(drain, claimOne(drain), COMPLETE), 'applied');
    assert.deepEqual([world.letters(), world.sql('SELECT * FROM jobs')], [before, []]);
  });

test('a letter with a value that no scene can have is reported by its field, and left', (t) => {
  const world = setup(t);
  const letter = withLetter(world);
  spoil(world, { job_data: '{"scene_id":1,"tags":7}' });
  const actions = openDeadLetterActions(world.stores());
  const [retried] = actions.retry([letter], NOW);
  assert.equal(retried?.how, 'damaged');
  assert.match(retried.fault ?? '', /tags.*[^.]$/);
  assert.equal(world.letters().length, 1);
  assert.equal(letterFaultOf(letter), undefined, 'as it was before, nothing is wrong with it');
});

test('what a damaged letter still holds is shown, and the rest is absent', () => {
  assert.equal(letterDataOf({ job_data: '{"title":' }), undefined);
  assert.equal(letterEditOf({ job_data: '{}', stamps: '7', bare_at: null }), undefined);
  assert.equal(letterFileOf({ job_data: '{"path":7,"size":5}' }), undefined);
  assert.equal(letterFileOf({ job_data: '{"size":5}' }), undefined);
  assert.deepEqual(letterFileOf({ job_data: '{"path":"/harbour/1.mp4","size":"5"}' }), {
    path: '/harbour/1.mp4',
    size: undefined,
    durationMs: undefined,
  });
  for (const choices of [null, '{}', 'Pier']) assert.deepEqual(letterChoicesOf({ choices }), []);
});
