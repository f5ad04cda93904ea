/** What Stash answers, and what becomes of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StashLook } from '../../../src/core/model/stash-scene.ts';
import { openEnvelope } from '../../../src/stash/envelope.ts';
import { toChanges, toPage } from '../../../src/stash/lists.ts';
import { toLook } from '../../../src/stash/scenes.ts';

const SCENE = {
  id: '42',
  updated_at: '2024-05-01T22:00:00+11:00',
  title: 'The Old Harbour',
  details: 'Boats come and go.',
  date: '2024-05',
  rating100: 80,
  organized: true,
  studio: { name: 'Quay Films' },
  performers: [{ name: 'Ada Mole' }],
  tags: [{ name: 'Boats' }],
  files: [
    { path: '/data/harbour.mp4', size: 1_024, duration: 60.5 },
    { path: '/data/copy.mp4', size: 2_048, duration: 61 },
  ],
  paths: { screenshot: 'http://0.0.0.0:9999/prefix/scene/42/screenshot?t=1714561200&apikey=secret' },
};

const lookAt = (part: unknown): StashLook =>
  toLook(42, part, { complaint: undefined, baseUrl: 'https://stash.test/curated' });

function sceneOf(part: unknown) {
  const look = lookAt(part);
  return look.kind === 'found' ? look.scene : assert.fail(JSON.stringify(look));
}

test('a scene has its files, the primary one first, its metadata and a picture under our own way to Stash', () => {
  assert.deepEqual(sceneOf(SCENE), {
    sceneId: 42,
    updatedAt: '2024-05-01T22:00:00+11:00',
    data: {
      path: '/data/harbour.mp4',
      size: 1_024,
      duration: 60.5,
      files: [
        { path: '/data/harbour.mp4', size: 1_024, duration: 60.5 },
        { path: '/data/copy.mp4', size: 2_048, duration: 61 },
      ],
      updated_at: '2024-05-01T22:00:00+11:00',
      title: 'The Old Harbour',
      details: 'Boats come and go.',
      date: '2024-05',
      rating100: 80,
      studio: 'Quay Films',
      performers: ['Ada Mole'],
      tags: ['Boats'],
      poster_url: 'https://stash.test/curated/scene/42/screenshot?t=1714561200',
    },
  });
});

test('what is empty in Stash is there and empty, but a title and a file that are not there are not', () => {
  const nothing = { title: '', details: '', date: null, rating100: null, studio: null };
  const { data } = sceneOf({ ...SCENE, ...nothing, performers: [], tags: [], files: [], paths: { screenshot: null } });
  assert.deepEqual(data, {
    updated_at: '2024-05-01T22:00:00+11:00',
    details: null,
    date: null,
    rating100: null,
    studio: null,
    performers: [],
    tags: [],
    poster_url: null,
  });
});

test('a rating out of its range is taken to its nearest end', () => {
  assert.equal(sceneOf({ ...SCENE, rating100: 150 }).data.rating100, 100);
  assert.equal(sceneOf({ ...SCENE, rating100: -1 }).data.rating100, 0);
});

test('a scene that makes no sense fails alone, with its reason', () => {
  const messageOf = (part: unknown): string => {
    const look = lookAt(part);
    assert.ok(look.kind === 'failed' && look.error.code === 'stash_malformed', JSON.stringify(look));
    return look.error.message;
  };
  assert.match(messageOf('a scene'), /damaged scene 42/);
  assert.match(messageOf(undefined), /damaged scene 42/);
});

test('a value of a scene that cannot be read is left alone, and the rest is taken', () => {
  const whole = lookAt(SCENE);
  assert.ok(whole.kind === 'found');
  const odd = { date: 'last spring', rating100: 'high', title: { text: 'Fog' }, tags: [{ name: null }], studio: 7 };
  for (const [key, value] of Object.entries(odd)) {
    const look = lookAt({ ...SCENE, [key]: value });
    assert.ok(look.kind === 'found', `${key}: ${JSON.stringify(look)}`);
    const { [key as 'date']: _left, ...rest } = whole.scene.data;
    assert.deepEqual(look.scene.data, rest, key);
  }
});

test('a scene is gone only where nothing went wrong with it', () => {
  assert.deepEqual(lookAt(null), { kind: 'gone' });
  const complaint = { message: 'database is locked', alias: 's42', kind: 'failure' } as const;
  const look = toLook(42, null, { complaint, baseUrl: 'http://stash.test' });
  assert.ok(look.kind === 'failed' && look.error.code === 'stash_error');
  assert.match(look.error.message, /^Stash could not read scene 42: database is locked$/);
});

test('complaints are told apart by what they are about', () => {
  const opened = openEnvelope(
    JSON.stringify({
      data: null,
      errors: [
        { message: 'no\u0007 such\nfield', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
        { message: 'broken', path: ['s42', 'studio'] },
      ],
    }),
  );
  assert.deepEqual(opened, {
    data: undefined,
    complaints: [
      { message: 'no such field', alias: undefined, kind: 'misfit' },
      { message: 'broken', alias: 's42', kind: 'failure' },
    ],
  });
  for (const other of ['', '<html>', '[]', '{}', '{"data":null}', '{"MediaContainer":{}}']) {
    assert.equal(openEnvelope(other), undefined, other);
  }
});

const row = (id: number, at = '2024-05-01T10:00:00Z', more: object = {}) => ({
  id: String(id),
  updated_at: at,
  ...more,
});

test('a full page says from where to go on, and a short one is the last', () => {
  const data = { page: { count: 7, scenes: [row(3, undefined, { files: [{ path: '/data/a.mp4' }] }), row(9)] } };
  assert.deepEqual(toPage(data, 2), {
    scenes: [
      { sceneId: 3, updatedAt: '2024-05-01T10:00:00Z', paths: ['/data/a.mp4'] },
      { sceneId: 9, updatedAt: '2024-05-01T10:00:00Z', paths: [] },
    ],
    nextAfterId: 9,
    left: 7,
  });
  assert.equal(toPage(data, 3)?.nextAfterId, undefined);
  assert.equal(toPage({}, 3), undefined);
});

test('lists of changes are one page, up to where all of them are complete', () => {
  const renamed = { tags: [{ updated_at: '2024-05-02T10:00:00Z' }, { updated_at: '2024-01-01T10:00:00Z' }] };
  const data = {
    own: { scenes: [row(1), row(8)] },
    tags_filter: { scenes: [row(1, undefined, renamed), row(4, undefined, renamed)] },
  };
  assert.deepEqual(toChanges(data, ['tags_filter'], 2), {
    scenes: [
      { sceneId: 1, stamp: '2024-05-02T10:00:00Z' },
      { sceneId: 4, stamp: '2024-05-02T10:00:00Z' },
    ],
    nextAfterId: 4,
  });
  const last = toChanges(data, ['tags_filter'], 3);
  assert.deepEqual(
    last?.scenes.map(({ sceneId }) => sceneId),
    [1, 4, 8],
  );
  assert.equal(last?.nextAfterId, undefined);
  assert.equal(toChanges({ own: data.own }, ['tags_filter'], 2), undefined);
});

test('one odd value of a listed scene hides neither it nor the page', () => {
  const fine = { id: '1', updated_at: '2024-05-01T22:00:00Z' };
  for (const odd of [
    { updated_at: null },
    { files: null },
    { files: [null, { path: null, updated_at: 3 }] },
    { tags: [{ updated_at: null }, null] },
    { performers: 'none' },
    { studio: { updated_at: null } },
  ]) {
    const scenes = [fine, { ...fine, id: '2', ...odd }];
    const told = JSON.stringify(odd);
    assert.deepEqual(
      toPage({ page: { count: 2, scenes } }, 2)?.scenes.map(({ sceneId }) => sceneId),
      [1, 2],
      told,
    );
    assert.equal(toChanges({ own: { scenes } }, [], 3)?.scenes.length, 2, told);
  }
});

test('a scene without a readable time of its change, or a complaint without words, is read all the same', () => {
  assert.equal(sceneOf({ ...SCENE, updated_at: null }).data.title, SCENE.title);
  assert.equal(sceneOf({ ...SCENE, paths: 'none' }).data.title, SCENE.title);
  const body = JSON.stringify({ data: { s1: null }, errors: [{ message: null, path: ['s1'] }] });
  assert.deepEqual(
    openEnvelope(body)?.complaints.map(({ alias }) => alias),
    ['s1'],
  );
});
