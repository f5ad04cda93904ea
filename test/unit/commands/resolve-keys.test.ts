import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LetterQuestion, Link, Question } from '../../../src/commands/dlq/resolve-keys.ts';
import { decide, helpOf, promptOf } from '../../../src/commands/dlq/resolve-keys.ts';
import { linksOf } from '../../../src/commands/dlq/resolve-links.ts';

const STASH: Link = { key: 's', name: 'Stash', url: 'http://stash:9999/scenes/7' };
const FIRST: Link = { key: '1', name: 'candidate 1', url: 'http://plex:32400/1' };

const LETTER: LetterQuestion = {
  ...{ kind: 'letter', candidates: 2, links: [STASH], errorType: 'LowConfidenceMatch', ofKind: 3, fault: undefined },
};

const letter = (changes: Partial<LetterQuestion>): LetterQuestion => ({ ...LETTER, ...changes });

test('each key of a letter has one meaning, in either case', () => {
  const meanings = Object.fromEntries(
    ['1', '2', 'r', 'P', 's', 'q', '?', 'o', 'a'].map((key) => [key, decide(LETTER, key)]),
  );
  const all: Question = { kind: 'all', errorType: 'LowConfidenceMatch', ofKind: 3 };
  assert.deepEqual(meanings, {
    '1': { kind: 'pin', candidate: 0 },
    '2': { kind: 'pin', candidate: 1 },
    r: { kind: 'retry' },
    P: { kind: 'purge' },
    s: { kind: 'skip' },
    q: { kind: 'quit' },
    '?': { kind: 'help' },
    o: { kind: 'open', link: STASH },
    a: { kind: 'ask', question: all },
  });
});

test('what is no key is asked again, whatever it is', () => {
  for (const key of ['', 'x', 'Esc', 'yes', 'retry', 'rr', '-1', '1.5', 'constructor', '__proto__', 'é'])
    assert.equal(decide(LETTER, key).kind, 'again', key);
  assert.equal(decide(letter({ links: [] }), 'o').kind, 'again');
});

test('a number without its candidate, and a letter that is damaged, cannot be carried out', () => {
  for (const key of ['0', '3', '12', '99999999999999999999']) assert.equal(decide(LETTER, key).kind, 'impossible', key);
  assert.equal(decide(letter({ candidates: 0 }), '1').kind, 'impossible');
  const damaged = letter({ fault: 'its job_data is no JSON object' });
  for (const key of ['r', '1']) assert.equal(decide(damaged, key).kind, 'impossible', key);
  assert.deepEqual(decide(damaged, 'p'), { kind: 'purge' });
  assert.equal(promptOf(damaged, 'DIR'), 'p purge, s skip, o open, a all 3 LowConfidenceMatch, q quit, ? help:');
});

test('for all of a kind nothing but the offered keys does anything, and to purge asks once more, default No', () => {
  const all = { kind: 'all', errorType: 'PlexNotFound', ofKind: 7 } as const;
  assert.deepEqual(decide(all, 'r'), { kind: 'all', action: 'retry' });
  assert.deepEqual(decide(all, 's'), { kind: 'all', action: 'skip' });
  const purge = decide(all, 'p');
  assert.deepEqual(purge, { kind: 'ask', question: { ...all, kind: 'purge_all' } });
  for (const key of ['', 'q', 'y', '1', 'a']) assert.deepEqual(decide(all, key), { kind: 'back' }, key);
  const last = { ...all, kind: 'purge_all' } as const;
  assert.deepEqual(decide(last, 'Y'), { kind: 'all', action: 'purge' });
  for (const key of ['', 'n', 'p', 'r', 'yes please']) assert.deepEqual(decide(last, key), { kind: 'back' }, key);
  assert.match(promptOf(all, 'DIR (Plex server X)'), /^All 7 PlexNotFound of DIR \(Plex server X\): r retry/);
  assert.match(promptOf(last, 'DIR'), /^Delete 7 dead letters \(PlexNotFound\) from DIR for good\?.*\[y\/N\]$/);
});

test('of several pages a second key says which, and any other opens none', () => {
  const several = decide(letter({ links: [STASH, FIRST] }), 'o');
  const question = { kind: 'link', links: [STASH, FIRST] } as const;
  assert.deepEqual(several, { kind: 'ask', question });
  assert.deepEqual(decide(question, '1'), { kind: 'open', link: FIRST });
  for (const key of ['', '2', 'p']) assert.deepEqual(decide(question, key), { kind: 'back' }, key);
  assert.equal(promptOf(question, 'DIR'), 'Open s Stash, 1 candidate 1; any other key none:');
});

test('the prompt and the help offer what the letter has', () => {
  assert.equal(
    promptOf(LETTER, 'DIR'),
    '1–2 pin, r retry, p purge, s skip, o open, a all 3 LowConfidenceMatch, q quit, ? help:',
  );
  const plain = letter({ candidates: 0, links: [], ofKind: 1 });
  assert.equal(promptOf(plain, 'DIR'), 'r retry, p purge, s skip, q quit, ? help:');
  assert.deepEqual(
    helpOf(plain).map(([key]) => key),
    ['r', 'p', 's', 'q'],
  );
  assert.deepEqual(
    helpOf(letter({ candidates: 1 })).map(([key]) => key),
    ['1', 'r', 'p', 's', 'o', 'a', 'q'],
  );
});

test('the pages are the scene, its item and the candidates, as far as their servers are known', () => {
  const pages = {
    ...{ sceneId: 7, stashUrl: 'http://stash:9999', plexUrl: undefined },
    ...{ machineIdentifier: 'harbour', ratingKey: '106', candidates: ['8', '9'] },
  };
  assert.deepEqual(
    linksOf(pages).map(({ key, url }) => [key, url]),
    [
      ['s', 'http://stash:9999/scenes/7'],
      ['p', 'https://app.plex.tv/desktop/#!/server/harbour/details?key=%2Flibrary%2Fmetadata%2F106'],
      ['1', 'https://app.plex.tv/desktop/#!/server/harbour/details?key=%2Flibrary%2Fmetadata%2F8'],
      ['2', 'https://app.plex.tv/desktop/#!/server/harbour/details?key=%2Flibrary%2Fmetadata%2F9'],
    ],
  );
  assert.deepEqual(linksOf({ ...pages, stashUrl: undefined, machineIdentifier: undefined }), []);
});
