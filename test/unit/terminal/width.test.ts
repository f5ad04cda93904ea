import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cutToWidth, displayWidth, wrapToWidth, wrapWords } from '../../../src/terminal/width.ts';

/** Text as scenes may bring it: Latin, wide, joined, marked. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc
    .array(fc.constantFrom('quay', ' ', '港', '🌊', '👩‍👩‍👧', 'e\u0301', 'ร้าน', '❤️', '🇳🇴', 'lighthouse'), {
      maxLength: 20,
    })
    .map((parts) => parts.join('')),
);

test('a letter takes one column, with its marks too', () => {
  assert.deepEqual(['a', 'é', 'e\u0301', 'quay', ''].map(displayWidth), [1, 1, 1, 4, 0]);
});

test('wide letters and emoji take two', () => {
  assert.deepEqual(['港', 'か', '항', 'Ａ', '🌊', '❤️'].map(displayWidth), [2, 2, 2, 2, 2, 2]);
});

test('a joined emoji counts as a terminal shows it that cannot join', () => {
  assert.equal(displayWidth('👩‍👩‍👧'), 6);
});

test('what was cut off leaves an ellipsis, and no blank before it', () => {
  assert.equal(cutToWidth('North Quay', 10), 'North Quay');
  assert.equal(cutToWidth('North Quay', 9), 'North Qu…');
  assert.equal(cutToWidth('North Quay', 7), 'North…');
  assert.equal(cutToWidth('港港港', 4), '港…');
  assert.equal(cutToWidth('North', 0), '');
});

test('lines break between words, and inside a word that fits no line', () => {
  assert.deepEqual(wrapToWidth('the old lighthouse by the sea', 12), ['the old', 'lighthouse', 'by the sea']);
  assert.deepEqual(wrapToWidth('see /media/lighthouse', 8), ['see', '/media/l', 'ighthous', 'e']);
  assert.deepEqual(wrapToWidth('', 8), ['']);
});

test('cut text is never wider than asked for', () => {
  fc.assert(
    fc.property(anyText, fc.nat(40), (text, width) => {
      assert.ok(displayWidth(cutToWidth(text, width)) <= width);
    }),
  );
});

test('wrapping loses nothing but spaces, and no line is too wide where each sign fits', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 8, max: 40 }), (text, width) => {
      const lines = wrapToWidth(text, width);
      assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
      for (const line of lines) assert.ok(displayWidth(line) <= width || !line.includes(' '), line);
    }),
  );
});

test('words wrap whole, an indentation stays, and a path is never broken', () => {
  assert.deepEqual(wrapWords('  Try plexsync enqueue 7 again', 16), ['  Try plexsync', '  enqueue 7', '  again']);
  const path = '/media/North Quay/2024/lantern-row.mp4'.replaceAll(' ', '_');
  assert.deepEqual(wrapWords(`See ${path} there`, 16), ['See', path, 'there']);
  assert.deepEqual(wrapWords('', 16), ['']);
});
