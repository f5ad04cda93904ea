import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesFor } from '../../../src/commands/shared/log-wrapped.ts';
import { asPath, mapOutside, plainText, say } from '../../../src/core/text/sentence.ts';

const SENTENCE = say`Config file: ${asPath('/srv/South Sluice/config.json')}. It was read.`;

test('a sentence that is broken into lines has nothing personal left beside what is marked', () => {
  const lines = linesFor(SENTENCE, { kind: 'person', width: 20 });
  assert.ok(lines.length > 1);
  assert.equal(lines.map(plainText).join(' '), plainText(SENTENCE));
  assert.deepEqual(new Set(lines.map((line) => plainText(mapOutside(line, () => '#')))), new Set(['#']));
});

test('words of ours stay readable in lines, and a pipe gets the sentence with its parts', () => {
  const plain = say`And more of them: --limit shows all of them.`;
  for (const { pieces } of linesFor(plain, { kind: 'person', width: 20 }))
    for (const piece of pieces) assert.equal(typeof piece, 'string');
  assert.deepEqual(linesFor(SENTENCE, { kind: 'pipe' }), [SENTENCE]);
});
