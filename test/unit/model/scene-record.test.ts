import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlexItem } from '../../../src/core/model/plex-item.ts';
import type { SceneData } from '../../../src/core/model/scene.ts';
import type { Written } from '../../../src/core/model/scene-record.ts';
import { foldIntent, NOTHING_WRITTEN } from '../../../src/core/model/scene-record.ts';
import { desiredStateOf } from '../../../src/core/write/desired-state.ts';
import { intentOf, isEmptyPlan, planEdits } from '../../../src/core/write/edit-plan.ts';
import { BY_HAND, itemWith, RULES, recordWith } from '../write/plex-model.ts';

const planFor = (scene: SceneData, item: PlexItem, written: Written) =>
  planEdits(desiredStateOf(scene, RULES, BY_HAND), item, written, RULES);

/** What counts as ours after a write of `scene` over `before` was cut short, when the item is then found as `found`. */
function afterCrash(scene: SceneData, before: PlexItem, found: PlexItem, written: Written = NOTHING_WRITTEN): Written {
  return foldIntent(recordWith(written, intentOf(planFor(scene, before, written))), found);
}

const summary = (text: string, ...locked: string[]): PlexItem => itemWith({ fields: { summary: text }, locked });
const genres = (...names: string[]): PlexItem => itemWith({ lists: { genre: names } });
const wroteSummary = (sent: string, kept = sent): Written => ({ fields: { summary: { sent, kept } }, lists: {} });
const wroteTags = (...names: string[]): Written => ({
  fields: {},
  lists: { genre: Object.fromEntries(names.map((name) => [name, name])) },
});

test('without an unfinished write the record stands as it is', () => {
  assert.equal(foldIntent(recordWith(NOTHING_WRITTEN), summary('Mine.')), NOTHING_WRITTEN);
});

test('a field whose write never landed counts as before', () => {
  assert.deepEqual(afterCrash({ details: 'Boats.' }, summary('Ships.'), summary('Ships.')), NOTHING_WRITTEN);
  const ours = wroteSummary('Ships.');
  assert.deepEqual(afterCrash({ details: 'Boats.' }, summary('Ships.'), summary('Ships.'), ours), ours);
});

test('a field whose write landed counts as ours', () => {
  const folded = afterCrash({ details: 'Boats.' }, summary('Ships.'), summary('Boats.', 'summary'));
  assert.deepEqual(folded, wroteSummary('Boats.'));
});

test('a clearing that landed counts as ours: what a person writes there since is theirs', () => {
  const folded = afterCrash({ details: '' }, summary('Ships.'), summary('', 'summary'), wroteSummary('Ships.'));
  assert.deepEqual(folded, wroteSummary(''));
});

test('a field that landed in Plex’s own form counts as ours in that form, and is not sent again', () => {
  const found = summary('boats', 'summary');
  const folded = afterCrash({ details: 'Boats.' }, summary('Ships.'), found);
  assert.deepEqual(folded, wroteSummary('Boats.', 'boats'));
  assert.ok(isEmptyPlan(planFor({ details: 'Boats.' }, found, folded)));
});

test('at first contact with a value the user locked, a write that never landed is tried again', () => {
  const mine = summary('Mine.', 'summary');
  const folded = afterCrash({ details: 'Boats.' }, mine, mine);
  const plan = planFor({ details: 'Boats.' }, mine, folded);
  assert.deepEqual(plan.fields, [{ field: 'summary', before: 'Mine.', value: 'Boats.' }]);
  assert.deepEqual(plan.left, []);
});

test('a newer edit after a write that landed does not count as a user’s edit, even in a locked field', () => {
  const found = summary('Boats.', 'summary');
  const folded = afterCrash({ details: 'Boats.' }, summary('Ships.'), found, wroteSummary('Ships.'));
  assert.equal(planFor({ details: 'New boats.' }, found, folded).fields[0]?.value, 'New boats.');
});

test('a tag that never reached Plex is added again, not taken for removed by the user', () => {
  const folded = afterCrash({ tags: ['Tide'] }, genres('Sea'), genres('Sea'));
  const plan = planFor({ tags: ['Tide'] }, genres('Sea'), folded);
  assert.deepEqual(plan.lists[0]?.add, ['Tide']);
  assert.deepEqual(plan.left, []);
});

test('a tag that landed is ours, so dropping it from Stash removes it', () => {
  const found = genres('Sea', 'Tide');
  const folded = afterCrash({ tags: ['Tide'] }, genres('Sea'), found);
  assert.deepEqual(folded, wroteTags('Tide'));
  assert.deepEqual(planFor({ tags: ['Ivy'] }, found, folded).lists[0]?.remove, ['Tide']);
});

test('a tag that landed in another case is remembered in the spelling of Plex', () => {
  const folded = afterCrash({ tags: ['Tide'] }, genres('Sea'), genres('Sea', 'TIDE'));
  assert.deepEqual(folded.lists.genre, { Tide: 'TIDE' });
});

test('a removal that landed is done: the name is no longer ours and may be added again', () => {
  const folded = afterCrash({ tags: ['Sea'] }, genres('Sea', 'Tide'), genres('Sea'), wroteTags('Sea', 'Tide'));
  assert.deepEqual(folded, wroteTags('Sea'));
  assert.deepEqual(planFor({ tags: ['Sea', 'Tide'] }, genres('Sea'), folded).lists[0]?.add, ['Tide']);
});

test('a removal that never landed is tried again', () => {
  const item = genres('Sea', 'Tide');
  const folded = afterCrash({ tags: ['Sea'] }, item, item, wroteTags('Sea', 'Tide'));
  assert.deepEqual(planFor({ tags: ['Sea'] }, item, folded).lists[0]?.remove, ['Tide']);
});

test('a name the user removed before the crash stays removed after it', () => {
  const written = wroteTags('Boats');
  const folded = afterCrash({ tags: ['Boats', 'Tide'] }, genres('Sea'), genres('Sea', 'Tide'), written);
  const plan = planFor({ tags: ['Boats', 'Tide'] }, genres('Sea', 'Tide'), folded);
  assert.ok(isEmptyPlan(plan));
  assert.deepEqual(plan.left, [{ field: 'genre', reason: 'removed_in_plex' }]);
});

test('a write that landed in part is finished by the next plan', () => {
  const scene = { details: 'Boats.', tags: ['Tide'] };
  const before = itemWith({ fields: { summary: 'Ships.' }, lists: { genre: ['Sea'] } });
  const found = itemWith({ fields: { summary: 'Boats.' }, lists: { genre: ['Sea'] }, locked: ['summary'] });
  const plan = planFor(scene, found, afterCrash(scene, before, found));
  assert.deepEqual(plan.fields, []);
  assert.deepEqual(plan.lists[0]?.add, ['Tide']);
});

test('a name that landed in a form of Plex’s own before a crash is ours', () => {
  const intent = { fields: {}, lists: { genre: { before: ['Sea'], add: ['Tide!'], remove: [] } } };
  const item = itemWith({ lists: { genre: ['Sea', 'Tide'] } });
  assert.deepEqual(foldIntent(recordWith(NOTHING_WRITTEN, intent), item).lists.genre, { 'Tide!': 'Tide' });
});

test('the cut of a long value that landed in Plex’s own form counts as ours', () => {
  const whole = 'The keeper rows out at dawn and counts the boats that came home. '.repeat(4).trim();
  const found = summary(whole.slice(0, 129).toUpperCase().replaceAll('.', ''), 'summary');
  const folded = afterCrash({ details: whole }, summary('Ships.'), found);
  assert.deepEqual(folded, wroteSummary(whole, found.fields.summary));
});
