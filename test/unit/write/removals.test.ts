/** What counts as a removal of ours, and when so many are too many. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Intent, Written } from '../../../src/core/model/scene-record.ts';
import type { DesiredState } from '../../../src/core/write/desired-state.ts';
import { intentOf, planEdits } from '../../../src/core/write/edit-plan.ts';
import type { MostRemovals, PlannedValues } from '../../../src/core/write/removals.ts';
import { isTooMuch, removalsIn, valuesHeld, whichWait } from '../../../src/core/write/removals.ts';
import { itemWith, RULES } from './plex-model.ts';

const WRITTEN: Written = {
  fields: { title: { sent: 'Pier', kept: 'Pier' }, summary: { sent: 'Fog.', kept: 'Fog.' } },
  lists: { genre: { sea: 'Sea', sand: 'sand', fog: 'fog' }, collection: {} },
};
const ITEM = itemWith({
  fields: { title: 'Pier', summary: 'Fog.' },
  lists: { genre: ['Sea', 'sand', 'fog', 'quay'] },
});

const NOTHING_WANTED: DesiredState = {
  fields: {},
  lists: {},
  clearsOurs: new Set(),
  yielding: new Set(),
  saidByStash: new Set(),
};

function counted(wanted: Partial<DesiredState['fields']>, genre: readonly string[], before?: Intent): number {
  const lists = { genre: { names: genre, clearsAll: genre.length === 0, capped: 0 } };
  const plan = planEdits({ ...NOTHING_WANTED, fields: wanted, lists }, ITEM, WRITTEN, RULES);
  return removalsIn(plan, WRITTEN, before);
}

test('a field of ours that is cleared and each name of ours that goes count one', () => {
  assert.equal(counted({ summary: '' }, ['sea', 'sand']), 2);
});

test('what a person put there counts nothing when it is cleared', () => {
  assert.equal(counted({}, []), 3);
  assert.equal(
    removalsIn({ fields: [{ field: 'tagline', before: 'Ahoy', value: '' }], lists: [] }, WRITTEN, undefined),
    0,
  );
});

test('a field that gets another value counts nothing', () => {
  assert.equal(counted({ title: 'Quay', summary: 'Sun.' }, ['sea', 'sand', 'fog']), 0);
});

test('a renamed name counts nothing, and of two merged into a new one only one counts', () => {
  assert.equal(counted({}, ['sea', 'sand', 'mist']), 0);
  assert.equal(counted({}, ['sea', 'mist']), 1);
});

test('what an earlier attempt noted is not counted again', () => {
  const plan = planEdits(
    {
      ...NOTHING_WANTED,
      fields: { summary: '' },
      lists: { genre: { names: ['sea', 'mist'], clearsAll: false, capped: 0 } },
    },
    ITEM,
    WRITTEN,
    RULES,
  );
  const before = intentOf(plan);
  assert.equal(removalsIn(plan, WRITTEN, before), 0);
  assert.equal(counted({ summary: '' }, ['mist'], before), 1);
});

test('held are fields that are not empty, and names', () => {
  assert.equal(valuesHeld(WRITTEN), 5);
  assert.equal(valuesHeld({ fields: { tagline: { sent: '', kept: '' } }, lists: {} }), 0);
});

test('too much is more than 500 and more than a fifth, or more than a person’s own number', () => {
  const cases: readonly [removed: number, held: number, most: MostRemovals, expected: boolean][] = [
    [501, 2_500, undefined, true],
    [500, 0, undefined, false],
    [600, 3_000, undefined, false],
    [601, 3_000, undefined, true],
    [11, 1_000_000, 10, true],
    [10, 10, 10, false],
    [1, 1_000, 0, true],
    [1_000_000, 0, 'off', false],
  ];
  for (const [removed, held, most, expected] of cases)
    assert.equal(isTooMuch({ removed, held }, most), expected, `${removed} of ${held}, ${most}`);
});

const plans = fc.array(fc.record({ held: fc.nat(50), removed: fc.nat(50) }), { maxLength: 30 });
const most = fc.oneof(fc.constant(undefined), fc.nat(200));

test('a plan that removes nothing never waits, and once one waits each that removes does', () => {
  fc.assert(
    fc.property(plans, fc.record({ held: fc.nat(5_000), removed: fc.nat(700) }), most, (batch, before, limit) => {
      const waits = whichWait(batch, { counted: before, jobs: 'none' }, limit);
      const first = waits.indexOf(true);
      for (const [index, { removed }] of batch.entries())
        assert.equal(waits[index], removed > 0 && first >= 0 && index >= first);
    }),
  );
});

test('what goes on together with what went before is never too much', () => {
  fc.assert(
    fc.property(plans, most, (batch, limit) => {
      const waits = whichWait(batch, { counted: { held: 0, removed: 0 }, jobs: 'none' }, limit);
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
      const going = batch.filter((_, index) => !waits[index]);
      const total: PlannedValues = {
        held: sum(batch.map(({ held }) => held)),
        removed: sum(going.map(({ removed }) => removed)),
      };
      assert.equal(isTooMuch(total, limit), false);
    }),
  );
});

test('while jobs wait, even a single removal waits with them, unless the guard is off', () => {
  const batch = [
    { held: 9, removed: 1 },
    { held: 9, removed: 0 },
  ];
  const standing = { counted: { held: 0, removed: 0 }, jobs: 'wait' } as const;
  assert.deepEqual(whichWait(batch, standing, undefined), [true, false]);
  assert.deepEqual(whichWait(batch, standing, 'off'), [false, false]);
});
