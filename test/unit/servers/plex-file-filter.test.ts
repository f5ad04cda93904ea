/** What of a file name is asked of Plex. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fileFilter, stableRun } from '../../../src/plex/file-filter.ts';

test('a name that every server stores alike is asked for as it is', () => {
  for (const name of ['harbour.mp4', '1.mp4', '夜の灯台.mp4', 'Маяк.mkv', '🌊 tide 🌙.mp4', `it's 100% (new) #1.mp4`])
    assert.equal(fileFilter(name), name);
});

test('letters that Unicode spells in two ways are left out, with the marks on them', () => {
  assert.equal(fileFilter('夜の\uFA10.mp4'), '夜の');
  assert.equal(fileFilter('Old pier and te\u0301.mp4'), 'Old pier and t');
  assert.equal(fileFilter('10 \u2126 lamp.mp4'), ' lamp.mp4');
  assert.equal(fileFilter('Marée.mp4'), 'Mar');
});

test('so is what a server may have failed to read', () => {
  assert.equal(fileFilter('Harbour \uFFFD.mp4'), 'Harbour ');
  assert.equal(fileFilter('Harbour \uD83C.mp4'), 'Harbour ');
});

test('a comma and a leading sign of comparison are never asked for', () => {
  assert.equal(fileFilter('Love, Harbour.mp4'), ' Harbour.mp4');
  assert.equal(fileFilter('=equals=.mp4'), 'equals=.mp4');
  assert.equal(fileFilter('<>!'), undefined);
});

test('where nothing telling is left, nothing is asked for', () => {
  for (const name of ['항구의 등대.mp4', 'é.mp4', ',.mp4', '\u2126.mp4', 'Ré.mp4', ''])
    assert.equal(fileFilter(name), undefined, name);
});

test('what is asked for stands in every spelling of the name', () => {
  // Letters that compose, decompose or reorder with their neighbours, beside some that never do.
  const letter = fc.oneof(
    fc.constantFrom(...'eE tK01.,-=', '\u0301', '\u0323', '\u0332', '\u0338', '\u3099', 'カ', '夜', 'が'),
    fc.constantFrom('\u1100', '\u1161', '\u11a8', '가', '각', '\uFA10', '\u212A', '\uFFFD', '\uD83C', '\uDF0A'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );
  const text = fc.array(letter, { maxLength: 20 }).map((letters) => letters.join(''));
  fc.assert(
    fc.property(text, (name) => {
      for (const asked of [fileFilter(name), stableRun(name)]) {
        if (asked === undefined) continue;
        assert.ok(asked.isWellFormed() && !/[,\uFFFD]/.test(asked));
        for (const form of ['NFC', 'NFD'] as const) assert.ok(name.normalize(form).includes(asked), form);
        assert.ok(name.includes(asked));
      }
    }),
    { numRuns: 2_000 },
  );
});
