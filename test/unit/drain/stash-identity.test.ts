/** When a Stash that says of every scene that it is gone is believed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Witnesses } from '../../../src/core/drain/servers/stash-identity.ts';
import { doubtAbout, doubtOfSweep } from '../../../src/core/drain/servers/stash-identity.ts';

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
