import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortened } from '../../../src/core/text/shortened.ts';

test('a value of sixty letters stays whole, and a longer one ends with an ellipsis in their place', () => {
  const sixty = 'Harbour '.repeat(8).slice(0, 60);
  assert.equal(shortened(sixty), sixty);
  assert.equal(shortened(`${sixty}s`), `${sixty.slice(0, 59)}…`);
});

test('no letter is cut in two', () => {
  assert.equal(shortened('🚢'.repeat(61)), `${'🚢'.repeat(59)}…`);
  assert.equal(shortened('🚢'.repeat(60)), '🚢'.repeat(60));
});
