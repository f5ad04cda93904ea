import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toJsonText } from '../../../src/terminal/json-text.ts';
import { sanitize } from '../../../src/terminal/sanitize.ts';

const MARKS = '\u009b31m\u0085\u200e\u200f\u061c\u202e\u2066\u2028\u007f';

test('JSON for a terminal has C1 controls and direction marks as escapes, and is the same value', () => {
  const text = toJsonText({ title: `Pier ${MARKS} lights`, [MARKS]: 1 }, 2);
  assert.doesNotMatch(text, /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/);
  assert.deepEqual(JSON.parse(text), { title: `Pier ${MARKS} lights`, [MARKS]: 1 });
  fc.assert(
    fc.property(fc.json(), (json) => {
      const value: unknown = JSON.parse(json);
      assert.deepEqual(JSON.parse(toJsonText(value)), value);
    }),
  );
});

test('text for a terminal keeps no mark that changes the direction of writing', () => {
  assert.equal(sanitize(`Pier${MARKS}`).replaceAll(' ', ''), 'Pier31m');
});

test('JSON holds whole characters alone, and what looks like an escape stays as it is', () => {
  const half = 'Pier \ud83d';
  assert.equal(toJsonText([half, '\udc00', { [half]: 1 }]), '["Pier \\ufffd","\\ufffd",{"Pier \\ufffd":1}]');
  for (const whole of ['\\ud83d', '\\\\ud83d', 'a\\', '🚢', 'C:\\udaten'])
    assert.equal(JSON.parse(toJsonText(whole)), whole);
});
