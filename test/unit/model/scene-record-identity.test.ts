import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlexItem } from '../../../src/core/model/plex-item.ts';
import type { SceneRecord, Written } from '../../../src/core/model/scene-record.ts';
import { isOfItem, lockedByUs, NOTHING_WRITTEN, writtenTo } from '../../../src/core/model/scene-record.ts';
import { itemWith, recordWith } from '../write/plex-model.ts';

const SPRING = 1_700_000_000;
const SUMMER = 1_710_000_000;

const WROTE: Written = {
  fields: { title: { sent: 'Lantern Row', kept: 'Lantern Row' }, summary: { sent: 'Boats.', kept: 'Boats.' } },
  lists: { genre: { fog: 'fog', sea: 'Sea' } },
};
const LOCKS = ['genre', 'summary', 'title'];

const record = (facts: Partial<SceneRecord> = {}): SceneRecord => ({
  ...recordWith(WROTE),
  addedAt: SPRING,
  locked: LOCKS,
  ...facts,
});

/** The item as we left it. */
const ours = (facts: Partial<PlexItem> = {}): PlexItem => ({
  ...itemWith({
    fields: { title: 'Lantern Row', summary: 'Boats.' },
    lists: { genre: ['fog', 'Sea', 'sand'] },
    locked: LOCKS,
    addedAt: SPRING,
  }),
  ...facts,
});

/** An item that a scan has made anew: the file's name for a title, and nothing else. */
const anew = (facts: Partial<PlexItem> = {}): PlexItem => ({
  ...itemWith({ fields: { title: 'harbour' }, addedAt: SUMMER }),
  ...facts,
});

const ROWS: readonly (readonly [what: string, isSame: boolean, record: SceneRecord, item: PlexItem])[] = [
  ['as it was left', true, record(), ours()],
  ['under another key', false, record({ ratingKey: '8' }), ours()],
  ['made anew', false, record(), anew()],
  ['made anew in the same second, so that nothing tells', true, record(), anew({ addedAt: SPRING })],
  ['its date edited, our locks there', true, record(), ours({ addedAt: SUMMER })],
  [
    'its date edited, all locks but one taken off',
    true,
    record(),
    ours({ addedAt: SUMMER, locked: new Set(['genre']) }),
  ],
  ['all our locks taken off, the date as it was', true, record(), ours({ locked: new Set() })],
  ['locks of ours gone, those of others there', false, record(), anew({ locked: new Set(['tagline']) })],
  ['locked, and Plex gives no date any more', false, record(), anew({ addedAt: undefined })],
  ['locked, and no date was known', false, record({ addedAt: undefined }), anew()],
  ['never locked, made anew', false, record({ locked: [] }), anew()],
  [
    'never locked, made anew, with our title alone',
    false,
    record({ locked: [] }),
    anew({ fields: { ...anew().fields, title: 'Lantern Row' } }),
  ],
  [
    'never locked, its date edited, a name of ours there',
    true,
    record({ locked: [] }),
    anew({ lists: { actor: [], genre: [{ tag: 'sea' }], collection: [] } }),
  ],
  [
    'never locked, its date edited, a value of ours there',
    true,
    record({ locked: [] }),
    anew({ fields: ours().fields }),
  ],
  ['never locked, no date on one side', true, record({ locked: [] }), anew({ addedAt: undefined })],
  ['an older record, locked', true, record({ locked: undefined, addedAt: undefined }), ours()],
  [
    'an older record, never locked',
    true,
    record({ locked: undefined, addedAt: undefined }),
    ours({ locked: new Set() }),
  ],
  ['an older record, made anew', false, record({ locked: undefined, addedAt: undefined }), anew()],
];

for (const [what, isSame, ofRecord, item] of ROWS) {
  test(`an item ${what}: ${isSame ? 'the same' : 'another one'}`, () => {
    assert.equal(isOfItem(ofRecord, item), isSame);
    assert.deepEqual(writtenTo(ofRecord, item, 'own'), isSame ? WROTE : NOTHING_WRITTEN);
  });
}

test('a cleared value does not mark a recreated item as ours', () => {
  const cleared: Written = { fields: { summary: { sent: '', kept: '' } }, lists: {} };
  assert.equal(isOfItem({ ...record({ locked: [] }), written: cleared }, anew()), false);
});

test('what a killed write has left is a sign of ours, where the record knew of none', () => {
  const intent = {
    fields: { summary: { before: '', value: 'Boats.' } },
    lists: { genre: { before: [], add: ['fog'], remove: [] } },
  };
  const first = { ...recordWith(NOTHING_WRITTEN, intent), addedAt: SPRING, locked: [] };
  const landed = [
    anew({ fields: ours().fields }),
    anew({ lists: { actor: [], genre: [{ tag: 'Fog' }], collection: [] } }),
  ];
  for (const item of landed) assert.equal(isOfItem(first, item), true);
  assert.equal(isOfItem(first, anew()), false);
  const locked = anew({ locked: new Set(['summary', 'tagline']) });
  assert.equal(isOfItem(first, locked), true);
  assert.deepEqual(lockedByUs(first, locked, []), ['summary'], 'the locks of that write are remembered');
});

test('an inherited record counts for the names that the item shows, and a field that was edited stays the person’s', () => {
  const edited = ours({
    fields: { ...ours().fields, summary: 'By hand.' },
    lists: { actor: [], genre: [{ tag: 'SEA' }], collection: [] },
  });
  assert.deepEqual(writtenTo(record(), edited, 'inherited'), {
    fields: WROTE.fields,
    lists: { actor: {}, genre: { sea: 'Sea' }, collection: {} },
  });
  assert.deepEqual(writtenTo(record(), edited, 'own'), WROTE);
});

test('what we locked is remembered with what an edit has locked, and begins anew on another item', () => {
  const item = ours({ locked: new Set(['genre', 'studio', 'tagline']) });
  assert.deepEqual(lockedByUs(record({ locked: ['genre', 'title'] }), item, ['studio', 'summary']), [
    'genre',
    'studio',
    'title',
  ]);
  assert.deepEqual(
    lockedByUs(record({ locked: undefined }), item, []),
    ['genre'],
    'an older record: what is written and locked',
  );
  assert.deepEqual(lockedByUs(record(), anew({ locked: new Set(['studio']) }), ['studio']), ['studio']);
  assert.deepEqual(lockedByUs(undefined, item, ['tagline']), ['tagline']);
});
