import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PictureRecord } from '../../../src/core/model/picture.ts';
import { awaitsDecision, leavesGiven, pictureNeeds } from '../../../src/core/pictures/needs.ts';
import { NEW, OURS, oursAt, pictured, SHOT, THEIRS, writing } from './picture-model.ts';

const SCENE = { poster_url: `${SHOT}?t=5` };

function asks(known: PictureRecord | undefined, { item = pictured(), context = writing(), scene = SCENE } = {}) {
  return pictureNeeds(scene, item, known && { thumb: known }, context).map(({ field, ask }) => [field, ask]);
}

test('a picture that was never looked at is asked for at its source', () => {
  assert.deepEqual(asks(undefined), [['thumb', 'source']]);
});

test('the same version, with the same picture shown, asks nobody', () => {
  assert.deepEqual(asks(oursAt('5')), []);
});

test('another version asks the source, whatever is shown', () => {
  assert.deepEqual(asks(oursAt('4')), [['thumb', 'source']]);
  assert.deepEqual(asks(oursAt('4', { shown: '/other' })), [['thumb', 'source']]);
});

test('another source is another picture, even with the same version', () => {
  assert.deepEqual(asks(oursAt('5', { source: 'http://stash.example/scene/8/screenshot' })), [['thumb', 'source']]);
});

test('the same version with another picture shown asks Plex alone', () => {
  assert.deepEqual(asks(oursAt('5', { shown: '/other' })), [['thumb', 'plex']]);
});

test('a write that was cut short asks Plex, and the source once it has another picture', () => {
  const intended = { source: SHOT, version: '5', sha1: NEW, before: null };
  assert.deepEqual(asks(oursAt('4', { intended })), [['thumb', 'plex']]);
  assert.deepEqual(asks({ state: 'new', source: SHOT, intended }), [['thumb', 'plex']]);
  assert.deepEqual(asks(oursAt('5', { intended: { ...intended, version: '4' } })), [['thumb', 'plex']]);
  assert.deepEqual(asks(oursAt('3', { intended: { ...intended, version: '4' } })), [['thumb', 'source']]);
});

for (const state of ['none', 'refused'] as const) {
  test(`a source that was "${state}" is asked again only when its version moves`, () => {
    assert.deepEqual(asks(oursAt('5', { state, shown: '/other' })), []);
    assert.deepEqual(asks(oursAt('4', { state })), [['thumb', 'source']]);
  });
}

test('an address without a version is asked each time', () => {
  const scene = { poster_url: '/harbour/cover.jpg' };
  const known: PictureRecord = { state: 'ours', source: '/harbour/cover.jpg', sha1: OURS };
  assert.deepEqual(asks(known, { scene }), [['thumb', 'source']]);
});

const LEFT = [
  {
    name: 'an overlay that is still there',
    known: oursAt('5', { state: 'left', why: 'overlay', sha1: NEW }),
    kept: { item: pictured({ labels: ['overlay'] }) },
    gone: [{ item: pictured() }, { item: pictured({ labels: ['Overlay'] }), context: writing({ overlay: 'release' }) }],
  },
  {
    name: 'a lock of somebody else',
    known: oursAt('5', { state: 'left', why: 'locked_in_plex', sha1: NEW, ours: undefined }),
    kept: { item: pictured({ locked: ['thumb'] }) },
    gone: [
      { item: pictured({ locked: ['art'] }) },
      { item: pictured({ locked: ['thumb'] }), context: writing({ takeover: 'always' }) },
    ],
  },
  {
    name: 'an upload of somebody else',
    known: oursAt('5', { state: 'left', why: 'uploaded_in_plex', sha1: NEW, ours: undefined }),
    kept: {},
    gone: [{ context: writing({ takeover: 'always' }) }],
  },
  {
    name: 'what preserve_plex_edits keeps',
    known: oursAt('5', { state: 'left', why: 'preserved', sha1: NEW, ours: undefined }),
    kept: { context: writing({ takeover: 'always' }, { preservePlexEdits: true }) },
    gone: [{ context: writing() }],
  },
] as const;

for (const { name, known, kept, gone } of LEFT) {
  test(`${name} is not looked at again until that changes`, () => {
    assert.deepEqual(asks(known, kept), []);
    for (const change of gone) assert.deepEqual(asks(known, change), [['thumb', 'plex']]);
  });
}

test('with preserve_plex_edits a lock stays, even where all is taken over', () => {
  const known = oursAt('5', { state: 'left', why: 'locked_in_plex', sha1: NEW, ours: undefined });
  const context = writing({ takeover: 'always' }, { preservePlexEdits: true });
  assert.deepEqual(asks(known, { item: pictured({ locked: ['thumb'] }), context }), []);
});

test('nothing is asked where pictures are left, or nobody has decided', () => {
  for (const poster of ['leave', 'unset'] as const)
    assert.deepEqual(asks(undefined, { context: writing({ poster }) }), []);
});

test('a scene without a picture asks nobody', () => {
  for (const poster_url of [undefined, null, ''])
    assert.deepEqual(
      pictureNeeds(
        { ...(poster_url === undefined ? {} : { poster_url }) },
        pictured(),
        undefined,
        writing({ background: 'write' }),
      ),
      [],
    );
});

test('the background is the same picture, or one of its own where that is given', () => {
  const both = writing({ background: 'write' });
  const needs = (scene: object, context = both) =>
    pictureNeeds(scene, pictured(), undefined, context).map(({ field, source }) => [field, source]);
  assert.deepEqual(needs(SCENE), [
    ['thumb', SHOT],
    ['art', SHOT],
  ]);
  const own = { ...SCENE, background_url: '/harbour/pier.png' };
  const parted = [
    ['thumb', SHOT],
    ['art', '/harbour/pier.png'],
  ];
  assert.deepEqual(needs(own), parted);
  assert.deepEqual(needs(own, writing()), parted, 'given by hand');
  assert.deepEqual(needs(own, writing({ poster: 'leave', background: 'write' })), [['art', '/harbour/pier.png']]);
  assert.deepEqual(needs(own, writing({ poster: 'unset' })), []);
  assert.deepEqual(needs(SCENE, writing()), [['thumb', SHOT]]);
});

test('an address that cannot be read is looked at once', () => {
  const scene = { poster_url: 'file:///harbour/cover.jpg' };
  assert.deepEqual(asks(undefined, { scene }), [['thumb', 'source']]);
  const refused: PictureRecord = { state: 'refused', source: scene.poster_url, version: '' };
  assert.deepEqual(asks(refused, { scene }), []);
});

test('a picture awaits a decision where there is none of ours yet', () => {
  const unset = writing({ poster: 'unset' });
  assert.equal(awaitsDecision(SCENE, undefined, unset), true);
  assert.equal(awaitsDecision(SCENE, { thumb: { state: 'left', source: SHOT, sha1: THEIRS } }, unset), true);
  assert.equal(awaitsDecision(SCENE, { thumb: oursAt('4') }, unset), false);
  assert.equal(awaitsDecision({ poster_url: null }, undefined, unset), false);
  assert.equal(awaitsDecision(SCENE, undefined, writing({ poster: 'leave' })), false);
});

test('a picture that was given by hand is left where pictures are turned off, and one of Stash is not given', () => {
  const off = writing({ poster: 'leave', background: 'leave' });
  const given = new Set<never>();
  assert.ok(leavesGiven(SCENE, given, off));
  assert.ok(leavesGiven({ background_url: SHOT }, given, off));
  assert.ok(!leavesGiven({ background_url: SHOT }, given, writing({ poster: 'leave', background: 'write' })));
  assert.ok(!leavesGiven(SCENE, new Set(['poster_url'] as const), off));
  assert.ok(!leavesGiven({ poster_url: '', background_url: null }, given, off));
  for (const poster of ['write', 'unset'] as const)
    assert.ok(!leavesGiven(SCENE, given, writing({ poster, background: 'leave' })), poster);
});
