/** When a Stash that says of every scene that it is gone is believed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Witnesses } from '../../../src/core/drain/servers/stash-identity.ts';
import { doubtAbout, doubtOfFew, doubtOfSweep } from '../../../src/core/drain/servers/stash-identity.ts';

const FEW: Witnesses = { gone: 2, total: 500, known: 0, present: 0 };

test('an empty Stash is never trusted', () => {
  assert.match(doubtAbout({ ...FEW, gone: 1, total: 0 })?.message ?? '', /no scenes at all/);
});

test('one known scene that is there proves the Stash, however many others are gone', () => {
  assert.equal(doubtAbout({ ...FEW, gone: 100, known: 20, present: 1 }), undefined);
});

test('three known scenes of which none is there speak against it, two are too few', () => {
  assert.match(doubtAbout({ ...FEW, known: 3 })?.message ?? '', /nor any that were written before/);
  assert.equal(doubtAbout({ ...FEW, known: 2 }), undefined);
});

test('where nothing else is known, nine that are gone are believed, and ten are not', () => {
  assert.equal(doubtAbout({ ...FEW, gone: 9 }), undefined);
  assert.match(doubtAbout({ ...FEW, gone: 10 })?.message ?? '', /knows none of the scenes that wait/);
});

test('reconcile refuses a Stash where none of three known scenes is unchanged', () => {
  assert.match(doubtOfSweep({ gone: 1, known: 3, present: 0 })?.message ?? '', /none of the 3 scenes/);
  for (const witnesses of [
    { gone: 0, known: 3, present: 0 },
    { gone: 1, known: 3, present: 1 },
    { gone: 1, known: 2, present: 0 },
  ])
    assert.equal(doubtOfSweep(witnesses), undefined);
});

test('a Stash that has less than half of the scenes known from it is not believed; of two nothing can be said', () => {
  assert.match(
    doubtOfFew({ known: 1_000, present: 499 })?.message ?? '',
    /^Stash has 499 of 1,000 scenes that were written/,
  );
  for (const witnesses of [
    { known: 1_000, present: 500 },
    { known: 2, present: 0 },
    { known: 0, present: 0 },
  ])
    assert.equal(doubtOfFew(witnesses), undefined);
});
