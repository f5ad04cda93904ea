import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PictureEdit } from '../../../src/core/model/picture.ts';
import { NOTHING_WRITTEN } from '../../../src/core/model/scene-record.ts';
import type { EditPlan } from '../../../src/core/write/edit-plan.ts';
import { previewText } from '../../../src/terminal/log/preview-text.ts';

const NOTHING: EditPlan = { fields: [], lists: [], left: [], capped: [], written: NOTHING_WRITTEN };

function linesOf(plan: Partial<EditPlan>): readonly string[] {
  const about = { kind: 'would_write', jobId: 1, sceneId: 7, ratingKey: '5', title: 'Pier', library: 'Films' } as const;
  return previewText({ ...about, plan: { ...NOTHING, ...plan }, message: undefined })
    .split('\n')
    .slice(1);
}

const POSTER: PictureEdit = { field: 'thumb', how: 'selected', bytes: undefined, before: null, shownBefore: '' };

test('a lock alone is told, and one that comes with its picture is not told twice', () => {
  const locks = [{ name: 'thumb', locked: true }];
  assert.deepEqual(linesOf({ locks }), ['  poster      locked']);
  assert.deepEqual(linesOf({ locks, pictures: [POSTER] }), ['  poster      selected']);
});

test('a label that goes with the old poster is told', () => {
  const labels = { whole: ['Mine'], remove: ['Overlay'] };
  assert.deepEqual(linesOf({ labels, pictures: [POSTER] }), ['  poster      selected', "  label       - 'Overlay'"]);
});
