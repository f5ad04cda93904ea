import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlexItem } from '../../../src/core/model/plex-item.ts';
import type { SceneData } from '../../../src/core/model/scene.ts';
import type { Written } from '../../../src/core/model/scene-record.ts';
import { isCut, NOTHING_WRITTEN } from '../../../src/core/model/scene-record.ts';
import { desiredStateOf } from '../../../src/core/write/desired-state.ts';
import type { EditPlan } from '../../../src/core/write/edit-plan.ts';
import { isEmptyPlan, planEdits } from '../../../src/core/write/edit-plan.ts';
import { verifyPlan } from '../../../src/core/write/verify-plan.ts';
import { BY_HAND, itemWith, RULES } from './plex-model.ts';

const planFor = (scene: SceneData, item: PlexItem, written: Written = NOTHING_WRITTEN): EditPlan =>
  planEdits(desiredStateOf(scene, RULES, BY_HAND), item, written, RULES);
const summary = (text: string): PlexItem => itemWith({ fields: { summary: text } });
const genres = (...names: string[]): PlexItem => itemWith({ lists: { genre: names } });

test('a plan that landed as sent is proven and counts as ours', () => {
  const plan = planFor({ details: 'Boats.', tags: ['Tide'] }, genres('Sea'));
  const after = itemWith({ fields: { summary: 'Boats.' }, lists: { genre: ['Sea', 'Tide'] } });
  assert.deepEqual(verifyPlan(plan, after), {
    lost: [],
    altered: [],
    written: { fields: { summary: { sent: 'Boats.', kept: 'Boats.' } }, lists: { genre: { Tide: 'Tide' } } },
  });
});

test('a field that still has its old value was lost', () => {
  assert.deepEqual(verifyPlan(planFor({ details: 'Boats.' }, summary('Ships.')), summary('Ships.')).lost, ['summary']);
});

test('a field that was to be cleared and still has its value was lost', () => {
  assert.deepEqual(verifyPlan(planFor({ details: null }, summary('Ships.')), summary('Ships.')).lost, ['summary']);
});

test('an empty field that stayed empty was lost', () => {
  assert.deepEqual(verifyPlan(planFor({ details: 'Boats.' }, summary('')), summary('')).lost, ['summary']);
});

test('a value in a form of Plex’s own is a warning, and the form is remembered', () => {
  const plan = planFor({ details: 'Boats  ☂ at sea' }, summary('Ships.'));
  const { lost, altered, written } = verifyPlan(plan, summary('boats at sea'));
  assert.deepEqual(lost, []);
  assert.deepEqual(altered, [{ field: 'summary', sent: 'Boats ☂ at sea', kept: 'boats at sea' }]);
  assert.ok(isEmptyPlan(planFor({ details: 'Boats ☂ at sea' }, summary('boats at sea'), written)));
});

test('a value whose own form is what stood there before is a warning too', () => {
  const { lost, altered } = verifyPlan(planFor({ details: 'BOATS!' }, summary('boats')), summary('boats'));
  assert.deepEqual(lost, []);
  assert.deepEqual(altered, [{ field: 'summary', sent: 'BOATS!', kept: 'boats' }]);
});

test('a summary that was cut to fit is remembered with the whole, by which it is known as cut', () => {
  const whole = 'The keeper rows out at dawn and counts the boats that came home.';
  const plan = planFor({ details: `${whole} ${whole}` }, summary(''));
  const cut = { ...plan, fields: plan.fields.map((edit) => ({ ...edit, value: whole })) };
  const { written, lost } = verifyPlan(cut, summary(whole));
  assert.deepEqual(lost, []);
  assert.deepEqual(written.fields.summary, { sent: `${whole} ${whole}`, kept: whole });
  assert.ok(isCut(written.fields.summary ?? { sent: '', kept: '' }));
});

test('a long value that was taken whole, and of which Plex keeps the beginning, is its own form and not planned again', () => {
  const whole = 'The keeper rows out at dawn and counts the boats that came home. '.repeat(9).trim();
  const plan = planFor({ details: whole }, summary(''));
  const { written } = verifyPlan(plan, summary(whole.slice(0, 129)));
  assert.deepEqual(written.fields.summary, { sent: whole, kept: whole.slice(0, 129), shortened: 'by_plex' });
  assert.ok(isEmptyPlan(planFor({ details: whole }, summary(whole.slice(0, 129)), written)));
});

test('a cut that stays though the whole was taken is Plex’s own, where it was known as a cut, and else a loss', () => {
  const whole = 'The keeper rows out at dawn and counts the boats that came home. '.repeat(9).trim();
  const cut = summary(whole.slice(0, 129));
  const written: Written = { fields: { summary: { sent: whole, kept: whole.slice(0, 129) } }, lists: {} };
  const again = verifyPlan(planFor({ details: whole }, cut, written), cut, written);
  assert.deepEqual([again.lost, again.written.fields.summary?.shortened], [[], 'by_plex']);
  assert.deepEqual(verifyPlan(planFor({ details: whole }, cut), cut).lost, ['summary']);
});

test('a list that lacks an added name was lost', () => {
  assert.deepEqual(verifyPlan(planFor({ tags: ['Tide'] }, genres('Sea')), genres('Sea')).lost, ['genre']);
});

test('a list that still has a removed name was lost', () => {
  const plan = planFor({ tags: ['Tide'] }, genres('Tide', 'Boats'), {
    fields: {},
    lists: { genre: { Boats: 'Boats', Tide: 'Tide' } },
  });
  assert.deepEqual(verifyPlan(plan, genres('Tide', 'Boats')).lost, ['genre']);
  assert.deepEqual(verifyPlan(plan, genres('Tide')).lost, []);
});

test('a list that lost a name of the user was lost', () => {
  assert.deepEqual(verifyPlan(planFor({ tags: ['Tide'] }, genres('Sea')), genres('Tide')).lost, ['genre']);
});

test('a name in another case landed', () => {
  const { lost, written } = verifyPlan(planFor({ tags: ['Tide'] }, genres('Sea')), genres('sea', 'TIDE'));
  assert.deepEqual(lost, []);
  assert.deepEqual(written.lists.genre, { Tide: 'TIDE' });
});

test('a name in a form of Plex’s own is a warning, and the form is remembered', () => {
  const { lost, altered, written } = verifyPlan(planFor({ tags: ['Tide!'] }, genres('Sea')), genres('Sea', 'Tide'));
  assert.deepEqual(lost, []);
  assert.deepEqual(altered, [{ field: 'genre', sent: 'Tide!', kept: 'Tide' }]);
  assert.deepEqual(written.lists.genre, { 'Tide!': 'Tide' });
  assert.ok(isEmptyPlan(planFor({ tags: ['Tide!'] }, genres('Sea', 'Tide'), written)));
});

test('several lost fields are all named', () => {
  const before = itemWith({ fields: { summary: 'Ships.', tagline: 'Ashore' }, lists: { genre: ['Sea'] } });
  const plan = planFor({ details: 'Boats.', tagline: 'All at sea', tags: ['Tide'] }, before);
  assert.deepEqual([...verifyPlan(plan, before).lost].toSorted(), ['genre', 'summary', 'tagline']);
});

test('what the plan did not write stays ours as it was', () => {
  const written: Written = {
    fields: { tagline: { sent: 'A', kept: 'a' } },
    lists: { actor: { 'Ada Mole': 'ADA MOLE' } },
  };
  const plan = planFor({ details: 'Boats.' }, summary(''), written);
  const verified = verifyPlan(plan, summary('Boats.')).written;
  assert.deepEqual(verified.fields.tagline, written.fields.tagline);
  assert.deepEqual(verified.lists.actor, written.lists.actor);
});

test('an added name that Plex treats as an existing one is not lost', () => {
  const before = itemWith({ lists: { genre: ['Tide'] } });
  const plan = planEdits(desiredStateOf({ tags: ['Tide!'] }, RULES, BY_HAND), before, NOTHING_WRITTEN, RULES);
  const { lost, altered } = verifyPlan(plan, before);
  assert.deepEqual(lost, []);
  assert.deepEqual(altered, [{ field: 'genre', sent: 'Tide!', kept: 'Tide' }]);
});
