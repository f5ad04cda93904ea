import assert from 'node:assert/strict';
import { test } from 'node:test';
import { desiredStateOf, SYNC_TOGGLES } from '../../../src/core/write/desired-state.ts';
import { BY_HAND, RULES } from './plex-model.ts';

const FULL = {
  title: ' The Old Harbour ',
  details: 'Dawn.\r\n\r\n\r\nNight.',
  date: '2024-05-01',
  rating100: 85,
  studio: 'Quay Films',
  tagline: 'All at sea',
  performers: ['Ada Mole'],
  tags: ['Boats', 'boats '],
};

test('a scene turns into the fields and lists of Plex, cleaned', () => {
  assert.deepEqual(desiredStateOf(FULL, RULES, BY_HAND), {
    fields: {
      title: 'The Old Harbour',
      summary: 'Dawn.\n\nNight.',
      originallyAvailableAt: '2024-05-01',
      userRating: '8.5',
      studio: 'Quay Films',
      tagline: 'All at sea',
    },
    lists: {
      actor: { names: ['Ada Mole'], clearsAll: false, capped: 0 },
      genre: { names: ['Boats'], clearsAll: false, capped: 0 },
      collection: { names: ['Quay Films'], clearsAll: false, capped: 0 },
    },
    clearsOurs: new Set(),
    yielding: new Set(),
    saidByStash: new Set(),
  });
});

test('what the scene does not say is not wanted', () => {
  assert.deepEqual(desiredStateOf({ path: '/data/harbour.mp4', size: 1 }, RULES, BY_HAND), {
    fields: {},
    lists: {},
    clearsOurs: new Set(),
    yielding: new Set(),
    saidByStash: new Set(),
  });
});

test('an empty value is wanted empty', () => {
  const { fields } = desiredStateOf(
    { details: null, date: null, rating100: null, studio: null, tagline: null },
    RULES,
    BY_HAND,
  );
  assert.deepEqual(fields, { summary: '', originallyAvailableAt: '', userRating: '', studio: '', tagline: '' });
});

test('a title is never wanted empty', () => {
  for (const title of ['', '  ', '\u0000']) assert.deepEqual(desiredStateOf({ title }, RULES, BY_HAND).fields, {});
});

test('an empty list clears all, an empty studio only our own collection', () => {
  const { lists } = desiredStateOf({ performers: [], tags: [], studio: null }, RULES, BY_HAND);
  assert.equal(lists.actor?.clearsAll, true);
  assert.equal(lists.genre?.clearsAll, true);
  assert.deepEqual(lists.collection, { names: [], clearsAll: false, capped: 0 });
});

test('a partial date is padded to the first', () => {
  const dateOf = (date: string) => desiredStateOf({ date }, RULES, BY_HAND).fields.originallyAvailableAt;
  assert.equal(dateOf('2024'), '2024-01-01');
  assert.equal(dateOf('2024-05'), '2024-05-01');
});

test('a rating is in tenths, spelled as Plex spells it', () => {
  const ratingOf = (rating100: number) => desiredStateOf({ rating100 }, RULES, BY_HAND).fields.userRating;
  assert.deepEqual([0, 1, 80, 85, 100].map(ratingOf), ['', '0.1', '8', '8.5', '10']);
});

test('names past the cap are cut and counted, after repeats are gone', () => {
  const rules = { ...RULES, maxTags: 2, maxPerformers: 1 };
  const { lists } = desiredStateOf(
    { tags: ['Boats', 'boats', 'Tide', 'Roses', 'Ivy'], performers: ['Ada', 'Bo'] },
    rules,
    BY_HAND,
  );
  assert.deepEqual(lists.genre, { names: ['Boats', 'Tide'], clearsAll: false, capped: 2 });
  assert.deepEqual(lists.actor, { names: ['Ada'], clearsAll: false, capped: 1 });
});

test('each switch holds back what it names, and nothing else', () => {
  const held = {
    studio: 'studio',
    summary: 'summary',
    tagline: 'tagline',
    date: 'originallyAvailableAt',
    rating: 'userRating',
    performers: 'actor',
    tags: 'genre',
    collection: 'collection',
  } as const;
  const everything = desiredStateOf(FULL, RULES, BY_HAND);
  const all = [...Object.keys(everything.fields), ...Object.keys(everything.lists)];
  for (const toggle of SYNC_TOGGLES) {
    const wanted = desiredStateOf(FULL, { ...RULES, sync: { ...RULES.sync, [toggle]: false } }, BY_HAND);
    const kept = [...Object.keys(wanted.fields), ...Object.keys(wanted.lists)];
    assert.deepEqual(
      all.filter((key) => !kept.includes(key)),
      [held[toggle]],
    );
  }
});
