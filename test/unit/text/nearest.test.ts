import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nearest } from '../../../src/core/text/nearest.ts';

const HARBOUR = ['lighthouse', 'breakwater', 'mooring', 'quay'];

test('a letter too few, too many, wrong or swapped still finds the name', () => {
  for (const typed of ['lighthose', 'lighthouuse', 'lighthause', 'lightohuse'])
    assert.equal(nearest(typed, HARBOUR), 'lighthouse');
});

test('case does not count', () => {
  assert.equal(nearest('MOORING', HARBOUR), 'mooring');
});

test('a name that is like none is not guessed at', () => {
  assert.equal(nearest('wheelbarrow', ['quay', 'mooring']), undefined);
});

test('a short word is meant with one slip at most, a swap of two letters among them', () => {
  const commands = ['hook', 'dlq', 'runs', 'pin'];
  assert.equal(nearest('foo', commands), undefined);
  for (const [typed, meant] of [
    ['dql', 'dlq'],
    ['rnus', 'runs'],
    ['hok', 'hook'],
    ['pim', 'pin'],
  ] as const)
    assert.equal(nearest(typed, commands), meant);
});

test('the only name that begins with three letters or more is meant, however long it is', () => {
  const flags = ['--cron', '--concurrency', '--limit'];
  assert.equal(nearest('--conc', flags), '--concurrency');
  assert.equal(nearest('--co', ['--concurrency']), undefined);
  assert.equal(nearest('moor', ['mooring', 'moorings']), undefined);
});

test('nothing is near when nothing is known', () => {
  assert.equal(nearest('quay', []), undefined);
});

test('of two names the closer one is meant', () => {
  assert.equal(nearest('max_tgs', ['max_retries', 'max_tags']), 'max_tags');
});

test('a known name is always nearest to itself', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z_]{1,12}$/), { minLength: 1 }), (known) => {
      for (const name of known) assert.equal(nearest(name, known), name);
    }),
  );
});
