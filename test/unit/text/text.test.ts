import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cleanLine, cleanNames, cleanSummary, cutAtWord, foldName, isBeginning } from '../../../src/core/text/text.ts';

test('text is composed: a letter and its accent become one sign', () => {
  assert.equal(cleanLine('Cafe\u0301'), 'Café');
  assert.equal(cleanSummary('Cafe\u0301'), 'Café');
});

test('control characters and runs of white space become one space', () => {
  assert.equal(cleanLine('The\u0000old\u001b[31m\t\n  quay\u0085\u2028here'), 'The old [31m quay here');
});

test('outer white space goes', () => {
  assert.equal(cleanLine('\u00a0 Lighthouse \n'), 'Lighthouse');
});

test('half a surrogate pair does not survive', () => {
  assert.equal(cleanLine('a\ud83d b'), 'a\ufffd b');
});

test('a summary keeps its paragraphs, whatever ends its lines', () => {
  assert.equal(cleanSummary('Dawn.\r\nNoon.\rDusk.\n\nNight.'), 'Dawn.\nNoon.\nDusk.\n\nNight.');
});

test('at most one empty line parts two paragraphs', () => {
  assert.equal(cleanSummary('Dawn.\n\n \t\n\n\nNight.'), 'Dawn.\n\nNight.');
});

test('each line of a summary is cleaned like a line', () => {
  assert.equal(cleanSummary('  The \u0007 tide \n\u0000 turns  '), 'The tide\nturns');
});

test('the joiners inside an emoji stay', () => {
  const family = '👩‍👩‍👧';
  assert.equal(cleanLine(` ${family} `), family);
  assert.equal(cleanSummary(family), family);
});

test('a line of 255 signs stays whole, signs beyond the basic plane count once', () => {
  assert.equal(cleanLine('🌊'.repeat(255)), '🌊'.repeat(255));
  assert.equal(cleanLine('🌊'.repeat(256)), '🌊'.repeat(255));
});

test('a line that is too long ends after a whole word', () => {
  const cut = cleanLine('harbour '.repeat(60));
  assert.ok(cut.length <= 255 && cut.length > 240);
  assert.match(cut, /^(harbour )+harbour$/);
});

test('a summary may be 10,000 long and is then cut at a word', () => {
  const whole = `${'tide '.repeat(1_999)}tides`;
  assert.equal(cleanSummary(whole), whole);
  const cut = cleanSummary(`${whole} and more`);
  assert.ok(cut.length <= 10_000 && cut.length > 9_980);
  assert.match(cut, /tides?$/);
});

test('a cut never gives up more than a fifth for the sake of a word', () => {
  assert.equal(cutAtWord('sea breakwater', 10), 'sea breakw');
  assert.equal(cutAtWord('lighthouse keeper', 12), 'lighthouse');
});

test('names are cleaned, and repeats in another spelling go', () => {
  assert.deepEqual(
    cleanNames([' Harbour', 'harbour ', 'Cafe\u0301', 'CAFÉ', '', ' \u0000 ', 'Old  Quay', 'old quay']),
    ['Harbour', 'Café', 'Old Quay'],
  );
});

test('two spellings of a name meet: case, outer space, composition', () => {
  assert.equal(foldName(' CAFE\u0301  Mole'), foldName('café mole'));
  assert.notEqual(foldName('Harbour'), foldName('Harbor'));
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc
    .array(
      fc.constantFrom('tide', ' ', '\n', '\r\n', '\u0000', '\u0301', 'e', '🌊', '\u200d', '\u2029', '\t', '\ud83d'),
      {
        maxLength: 600,
      },
    )
    .map((parts) => parts.join('')),
);

test('cleaning twice is cleaning once', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      assert.equal(cleanLine(cleanLine(text)), cleanLine(text));
      assert.equal(cleanSummary(cleanSummary(text)), cleanSummary(text));
    }),
  );
});

test('no control character is left, but the line breaks of a summary', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      assert.doesNotMatch(cleanLine(text), /\p{Cc}/u);
      assert.doesNotMatch(cleanSummary(text).replaceAll('\n', ''), /\p{Cc}/u);
    }),
  );
});

test('clean text is well formed, composed, trimmed and within its limit', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      for (const [cleaned, limit] of [
        [cleanLine(text), 255],
        [cleanSummary(text), 10_000],
      ] as const) {
        assert.ok(cleaned.isWellFormed());
        assert.equal(cleaned, cleaned.normalize('NFC'));
        assert.equal(cleaned, cleaned.trim());
        assert.ok([...cleaned].length <= limit);
      }
    }),
  );
});

test('cleaned names are all different', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 8 })), (names) => {
      const keys = cleanNames(names).map(foldName);
      assert.equal(new Set(keys).size, keys.length);
      assert.ok(!keys.includes(''));
    }),
  );
});

test('a cut that falls between two words keeps the last word whole', () => {
  assert.equal(cutAtWord('aaaaaaaa b cc', 10), 'aaaaaaaa b');
});

test('a cut ends before what is read as one sign, unless that is all there is', () => {
  assert.equal(cutAtWord('👩‍👩‍👧👩‍👩‍👧', 7), '👩‍👩‍👧');
  assert.equal(cutAtWord('e\u0302\u0323e\u0302\u0323', 4), 'e\u0302\u0323');
  assert.equal(cutAtWord(`a${'\u0302'.repeat(9)}`, 5), `a${'\u0302'.repeat(4)}`);
});

const PROSE = 'The keeper rows out at dawn and counts the boats that came home. ';

test('a long text is the beginning of a longer one in the spelling of Plex too', () => {
  const whole = PROSE.repeat(3).trim();
  assert.equal(isBeginning(whole, PROSE.repeat(2).trim()), true);
  assert.equal(isBeginning(whole, PROSE.repeat(2).toUpperCase().replaceAll('.', '')), true);
  assert.equal(isBeginning('🌊'.repeat(90), '🌊'.repeat(80)), true);
});

test('a text is no beginning of one that differs in signs alone, of itself, of another, or where it is short', () => {
  const whole = `${PROSE.repeat(2)}☂`;
  assert.equal(isBeginning(whole, PROSE.repeat(2).trim()), false);
  assert.equal(isBeginning(whole, whole), false);
  assert.equal(isBeginning(PROSE.repeat(4), `Mine. ${PROSE.repeat(2)}`), false);
  assert.equal(isBeginning(PROSE.repeat(4), '🌊'.repeat(80)), false);
  assert.equal(isBeginning(PROSE, PROSE.slice(0, 30)), false);
});
