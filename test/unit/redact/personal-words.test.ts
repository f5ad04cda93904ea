import assert from 'node:assert/strict';
import { test } from 'node:test';
import { learnDocument, maskDocument } from '../../../src/redact/personal-words.ts';

function learnt(learn: (masker: { learn(kind: string, text: string): void }) => void): string[] {
  const words: string[] = [];
  learn({ learn: (kind, text) => void words.push(`${kind} ${text}`) });
  return words;
}

test('each text of a job is masked by its kind', () => {
  const job = {
    scene_id: 3,
    path: '/films/pier.mp4',
    title: 'Pier',
    details: 'A walk.',
    date: '2024-05-01',
    rating100: 80,
    studio: null,
    performers: ['Ada', 'Bea'],
    tags: [],
  };
  assert.deepEqual(
    learnt((masker) => learnDocument(job, masker)),
    ['path /films/pier.mp4', 'title Pier', 'text A walk.', 'name Ada', 'name Bea'],
  );
});

test('a record is masked down to the keys that are names', () => {
  const record = {
    fields: { title: { sent: 'Pier', kept: 'pier' }, userRating: { sent: '8.0', kept: '8' } },
    lists: { actor: { Ada: 'ADA' }, genre: { before: ['sea'], add: [], remove: [] } },
  };
  assert.deepEqual(maskDocument(record, { maskAs: (kind) => `<${kind}>` }), {
    fields: { title: { sent: '<title>', kept: '<title>' }, userRating: { sent: '8.0', kept: '8' } },
    lists: { actor: { '<name>': '<name>' }, genre: { before: ['<name>'], add: [], remove: [] } },
  });
});

test('an item to choose is masked but for its key', () => {
  const choice = { rating_key: '512', title: 'Pier', library: 'Films', file: '/films/pier.mp4' };
  assert.deepEqual(maskDocument([choice], { maskAs: (kind) => `<${kind}>` }), [
    { rating_key: '512', title: '<title>', library: '<name>', file: '<path>' },
  ]);
});
