import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlexItem } from '../../../src/core/model/plex-item.ts';
import type { SceneData } from '../../../src/core/model/scene.ts';
import type { Written } from '../../../src/core/model/scene-record.ts';
import { NOTHING_WRITTEN } from '../../../src/core/model/scene-record.ts';
import {
  afterTaken,
  afterTooLong,
  leftOf,
  retriesCut,
  withoutSummary,
  wouldBeRefused,
} from '../../../src/core/write/cut-summary.ts';
import { desiredStateOf } from '../../../src/core/write/desired-state.ts';
import type { EditPlan } from '../../../src/core/write/edit-plan.ts';
import { isEmptyPlan, planEdits } from '../../../src/core/write/edit-plan.ts';
import { BY_HAND, itemWith, RULES } from './plex-model.ts';

const NOW = 1_750_000_000_000;
const HOUR_MS = 3_600_000;
const WHOLE = 'The keeper rows out at dawn and counts the boats that came home. '.repeat(40).trim();
const CUT = WHOLE.slice(0, 961).trim();
const WROTE_CUT: Written = { fields: { summary: { sent: WHOLE, kept: CUT } }, lists: {} };

const planFor = (scene: SceneData, item: PlexItem, written: Written): EditPlan =>
  planEdits(desiredStateOf(scene, RULES, BY_HAND), item, written, RULES);
const summary = (text: string, ...locked: string[]): PlexItem => itemWith({ fields: { summary: text }, locked });

test('a summary that stands in Plex cut is planned whole again, as one of ours', () => {
  const plan = planFor({ details: WHOLE }, summary(CUT, 'summary'), WROTE_CUT);
  assert.deepEqual(plan.fields, [{ field: 'summary', before: CUT, value: WHOLE }]);
  assert.deepEqual(plan.left, []);
  assert.ok(retriesCut(plan, WROTE_CUT));
});

test('a cut summary that a person edited in Plex is theirs', () => {
  const plan = planFor({ details: WHOLE }, summary(`${CUT} Mine.`, 'summary'), WROTE_CUT);
  assert.deepEqual(plan.left, [{ field: 'summary', reason: 'edited_in_plex' }]);
  assert.ok(!retriesCut(plan, WROTE_CUT));
});

test('a summary that is new in Stash is no retry, though it begins like what stands in Plex', () => {
  const longer = `${WHOLE} And the lamp is lit.`;
  assert.ok(!retriesCut(planFor({ details: longer }, summary(CUT), WROTE_CUT), WROTE_CUT));
  const short: Written = { fields: { summary: { sent: CUT, kept: CUT } }, lists: {} };
  assert.ok(!retriesCut(planFor({ details: WHOLE }, summary(CUT), short), short));
});

test('a short value that Plex keeps the beginning of is its own form, and not planned again', () => {
  const own: Written = { fields: { summary: { sent: 'Boats and more', kept: 'Boats' } }, lists: {} };
  assert.ok(isEmptyPlan(planFor({ details: 'Boats and more' }, summary('Boats'), own)));
});

test('a cut that Plex keeps in a form of its own is known as one', () => {
  const kept = CUT.toUpperCase().replaceAll('.', '');
  const written: Written = { fields: { summary: { sent: WHOLE, kept } }, lists: {} };
  assert.ok(retriesCut(planFor({ details: WHOLE }, summary(kept), written), written));
});

test('without its cut summary a plan leaves it ours as it stands', () => {
  const plan = planFor({ details: WHOLE, tags: ['sea'] }, summary(CUT), WROTE_CUT);
  const rest = withoutSummary(plan, WROTE_CUT);
  assert.deepEqual([rest.fields, rest.lists], [[], plan.lists]);
  assert.deepEqual(rest.written, { ...WROTE_CUT, lists: { genre: { sea: 'sea' } } });
  assert.ok(isEmptyPlan(withoutSummary(planFor({ details: WHOLE }, summary(CUT), WROTE_CUT), WROTE_CUT)));
});

test('what a sync leaves says that the summary is cut, as long as Plex shows our cut', () => {
  const left = { field: 'genre', reason: 'removed_in_plex' } as const;
  assert.deepEqual(leftOf({ left: [left] }, summary(CUT), WROTE_CUT), [left, { field: 'summary', reason: 'too_long' }]);
  assert.deepEqual(leftOf({ left: [left] }, summary('Mine.'), WROTE_CUT), [left]);
  assert.deepEqual(leftOf({ left: [] }, summary(CUT), NOTHING_WRITTEN), []);
  const whole: Written = { fields: { summary: { sent: WHOLE, kept: WHOLE } }, lists: {} };
  assert.deepEqual(leftOf({ left: [] }, summary(WHOLE), whole), []);
});

test('a summary that was never cut is no retry', () => {
  assert.ok(!retriesCut(planFor({ details: WHOLE }, summary(''), NOTHING_WRITTEN), NOTHING_WRITTEN));
  assert.ok(!retriesCut(planFor({ title: 'Gulls' }, summary(CUT), WROTE_CUT), WROTE_CUT));
});

test('the shortest refusal of the last hour counts, from its own time', () => {
  const first = afterTooLong(undefined, 5_000, NOW);
  assert.deepEqual(first, { bytes: 5_000, at: NOW });
  assert.equal(afterTooLong(first, 6_000, NOW + 1), first);
  assert.deepEqual(afterTooLong(first, 4_000, NOW + 1), { bytes: 4_000, at: NOW + 1 });
  assert.deepEqual(afterTooLong(first, 6_000, NOW + HOUR_MS), { bytes: 6_000, at: NOW + HOUR_MS });
  assert.deepEqual(afterTooLong(first, 6_000, NOW - 1), { bytes: 6_000, at: NOW - 1 });
});

test('a request that is taken ends what a shorter one, or one as long, was refused for', () => {
  const known = { bytes: 5_000, at: NOW };
  assert.equal(afterTaken(known, 4_999), known);
  assert.equal(afterTaken(known, 5_000), undefined);
});

test('a retry waits for an hour after the refusal of a request no longer than its own', () => {
  const known = { bytes: 5_000, at: NOW };
  assert.equal(wouldBeRefused(5_000, known, NOW), true);
  assert.equal(wouldBeRefused(4_999, known, NOW), false);
  assert.equal(wouldBeRefused(5_000, undefined, NOW), false);
  assert.equal(wouldBeRefused(5_000, known, NOW + HOUR_MS - 1), true);
  assert.equal(wouldBeRefused(5_000, known, NOW + HOUR_MS), false);
  assert.equal(wouldBeRefused(5_000, known, NOW - 1), false);
});
