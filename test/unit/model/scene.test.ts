import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UsageError } from '../../../src/core/model/errors.ts';
import type { SceneData, SceneEdit } from '../../../src/core/model/scene.ts';
import { contentKeys, parseGivenScene, parseScene } from '../../../src/core/model/scene.ts';

const parse = (input: unknown): SceneEdit => parseScene(input, 'line 3');
const dataOf = (input: object): SceneData => parse({ scene_id: 1, ...input }).data;

function refusal(input: unknown): string {
  try {
    parse(input);
  } catch (thrown) {
    if (thrown instanceof UsageError) return thrown.message;
    throw thrown;
  }
  return assert.fail('the scene was accepted');
}

test('a flat scene is taken as it is', () => {
  const scene = {
    path: '/data/harbour.mp4',
    size: 1_024,
    duration: 60.5,
    updated_at: '2024-05-01T10:00:00Z',
    title: 'The Old Harbour',
    details: 'Boats come and go.',
    date: '2024-05-01',
    rating100: 85,
    studio: 'Quay Films',
    tagline: 'All at sea',
    performers: ['Ada Mole', 'Bo Pier'],
    tags: ['Boats'],
    poster_url: 'http://stash.test/1.jpg',
    background_url: 'http://stash.test/2.jpg',
  };
  assert.deepEqual(parse({ scene_id: 123, ...scene }), { sceneId: 123, bare: false, data: scene });
});

test('the nested shape of Stash gives the same scene', () => {
  const nested = {
    id: '123',
    title: 'The Old Harbour',
    studio: { name: 'Quay Films', url: 'http://quay.test' },
    performers: [{ name: 'Ada Mole' }, { name: 'Bo Pier' }],
    tags: [{ id: '9', name: 'Boats' }],
    files: [
      { path: '/data/harbour.mp4', size: 1_024, duration: 60.5 },
      { path: '/data/copy.mp4', size: 2_048, duration: 60.5 },
    ],
    paths: { screenshot: 'http://stash.test/1.jpg' },
  };
  assert.deepEqual(parse(nested), {
    sceneId: 123,
    bare: false,
    data: {
      path: '/data/harbour.mp4',
      size: 1_024,
      duration: 60.5,
      files: [
        { path: '/data/harbour.mp4', size: 1_024, duration: 60.5 },
        { path: '/data/copy.mp4', size: 2_048, duration: 60.5 },
      ],
      title: 'The Old Harbour',
      studio: 'Quay Films',
      performers: ['Ada Mole', 'Bo Pier'],
      tags: ['Boats'],
      poster_url: 'http://stash.test/1.jpg',
    },
  });
});

test('files are kept where a scene has several, each once, and only with the path among them', () => {
  const [first, second] = [{ path: '/data/a.mp4', size: 1 }, { path: '/data/b.mp4' }];
  const filesOf = (scene: object) => parse({ scene_id: 1, ...scene }).data.files;
  assert.deepEqual(filesOf({ files: [first, { ...second, size: null }, first] }), [first, second]);
  assert.deepEqual(filesOf({ path: second.path, files: [first, second] }), [first, second]);
  assert.equal(filesOf({ path: '/data/c.mp4', files: [first, second] }), undefined);
  assert.equal(filesOf({ files: [first] }), undefined);
});

test('an id may be a number or digits, under scene_id or id', () => {
  for (const input of [{ scene_id: 7 }, { scene_id: '7' }, { id: 7 }, { id: '7' }, { scene_id: 7, id: 8 }])
    assert.equal(parse(input).sceneId, 7);
});

test('an id that is no positive whole number is refused by name', () => {
  for (const scene_id of [0, -1, 1.5, '0', '07', '7a', '', null, true, '99999999999999999999'])
    assert.match(refusal({ scene_id }), /^line 3: scene_id must be a whole number from 1 to/);
});

test('a scene without an id is refused', () => {
  assert.equal(refusal({ title: 'The Old Harbour' }), 'line 3: scene_id is missing.');
});

test('a scene that is not an object is refused', () => {
  for (const input of [null, 5, 'harbour', [], undefined])
    assert.equal(refusal(input), 'line 3: a scene must be a JSON object.');
});

test('unknown keys are ignored', () => {
  assert.deepEqual(dataOf({ tide: 'high', o_counter: 3 }), {});
});

test('a value of the wrong type is refused with its key and the value', () => {
  const wrong: readonly [string, unknown][] = [
    ['title', 5],
    ['details', ['Boats']],
    ['path', false],
    ['size', '12'],
    ['size', -1],
    ['rating100', 101],
    ['rating100', -1],
    ['rating100', 8.5],
    ['rating100', '80'],
    ['studio', 5],
    ['performers', 'Ada Mole'],
    ['tags', ['Boats', 5]],
    ['tagline', {}],
    ['date', 20_240_501],
    ['poster_url', 1],
  ];
  for (const [key, value] of wrong) {
    const message = refusal({ scene_id: 1, [key]: value });
    assert.ok(message.startsWith(`line 3: ${key} must `), message);
    // A list or an object may be of any size, and is not repeated.
    assert.ok(typeof value === 'object' || message.endsWith(`, not ${JSON.stringify(value)}.`), message);
  }
});

test('a date may be a year alone, a month or a day', () => {
  for (const date of ['2024', '2024-05', '2024-05-01', '2024-02-29', '0099-01-01'])
    assert.equal(dataOf({ date }).date, date);
});

test('a day that does not exist is refused as a date', () => {
  for (const date of [
    '2023-02-29',
    '2024-13',
    '2024-00',
    '2024-04-31',
    '2024-5-1',
    '24',
    '01.05.2024',
    '2024-05-01T00:00',
  ])
    assert.match(refusal({ scene_id: 1, date }), /date must be a date/);
});

test('an absent key stays absent', () => {
  assert.deepEqual(Object.keys(dataOf({ title: 'The Old Harbour' })), ['title']);
});

test('null and empty text both say: clear it', () => {
  for (const key of ['details', 'date', 'studio', 'tagline', 'background_url']) {
    assert.deepEqual(dataOf({ [key]: null }), { [key]: null });
    assert.deepEqual(dataOf({ [key]: '' }), { [key]: null });
  }
  assert.deepEqual(dataOf({ rating100: null }), { rating100: null });
  assert.deepEqual(dataOf({ poster_url: '' }), { poster_url: null });
});

test('null and an empty list both say: clear the list', () => {
  for (const key of ['performers', 'tags']) {
    assert.deepEqual(dataOf({ [key]: null }), { [key]: [] });
    assert.deepEqual(dataOf({ [key]: [] }), { [key]: [] });
  }
});

test('a rating of zero is kept as it was said', () => {
  assert.deepEqual(dataOf({ rating100: 0 }), { rating100: 0 });
});

test('an empty title or path is as good as none', () => {
  assert.deepEqual(dataOf({ title: '', path: '' }), {});
  assert.deepEqual(dataOf({ title: null, path: null }), {});
});

test('an edit with nothing but an id is bare', () => {
  assert.equal(parse({ scene_id: 1 }).bare, true);
  assert.equal(parse({ scene_id: 1, updated_at: '2024-05-01T10:00:00Z' }).bare, true);
});

test('an edit that says anything of the scene is not bare', () => {
  assert.equal(parse({ scene_id: 1, tags: [] }).bare, false);
  assert.equal(parse({ scene_id: 1, path: '/data/harbour.mp4' }).bare, false);
});

test('the keys that identify the file are not content', () => {
  assert.deepEqual(contentKeys({ path: '/data/a.mp4', size: 1, duration: 2, updated_at: 'x', tags: [], title: 'T' }), [
    'tags',
    'title',
  ]);
});

const anyData: fc.Arbitrary<SceneData> = fc.record(
  {
    path: fc.constantFrom('/data/a.mp4', '/data/b.mp4'),
    title: fc.constantFrom('Harbour', 'Lighthouse', 'Garden'),
    details: fc.constantFrom(null, 'Boats', 'Roses'),
    rating100: fc.constantFrom(null, 0, 80),
    tagline: fc.constantFrom(null, 'All at sea', 'Ashore'),
    tags: fc.constantFrom<string[][]>([], ['Boats'], ['Roses', 'Tide']),
  },
  { requiredKeys: [], noNullPrototype: true },
);
test('a scene that was parsed, written and parsed again is the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1 }), anyData, (id, data) => {
      const once = parse({ scene_id: id, ...data });
      assert.deepEqual(parse(JSON.parse(JSON.stringify({ scene_id: once.sceneId, ...once.data }))), once);
    }),
  );
});

test('size and duration are taken from the file with the path, not from another one', () => {
  const scene = { scene_id: 1, path: '/data/b.mp4', files: [{ path: '/data/a.mp4', size: 5 }] };
  assert.deepEqual(parseScene(scene, 'The scene').data, { path: '/data/b.mp4' });
});

test('a blank title or path counts as absent, so that it hides no earlier one', () => {
  assert.deepEqual(parseScene({ scene_id: 1, title: '  ', path: ' ', tagline: 'x' }, 'The scene').data, {
    tagline: 'x',
  });
});

test('a poster_url of null clears, also beside a screenshot', () => {
  const scene = { scene_id: 1, poster_url: null, paths: { screenshot: 'http://127.0.0.1/shot' } };
  assert.deepEqual(parseScene(scene, 'The scene'), { sceneId: 1, bare: false, data: { poster_url: null } });
});

test('a list of nothing but blanks is refused, since it would clear the list in Plex', () => {
  assert.throws(
    () => parseScene({ scene_id: 1, tags: ['', '\u0000'] }, 'The scene'),
    /tags must be names, or an empty list to clear them/,
  );
});

test('whoever writes a scene gives the whole path of its file, by the rules of any system', () => {
  for (const path of ['/data/pier.mp4', 'C:\\quay\\pier.mp4', 'd:/quay/pier.mp4', '\\\\nas\\quay\\pier.mp4', ''])
    assert.equal(parseGivenScene({ scene_id: 1, path }, 'line 3').sceneId, 1, path);
  for (const path of ['pier.mp4', './pier.mp4', '~/pier.mp4', 'C:pier.mp4'])
    assert.throws(() => parseGivenScene({ scene_id: 1, path }, 'line 3', { path: '--path' }), {
      message: `line 3: --path must be the whole path of a file, not ${JSON.stringify(path)}.`,
    });
});

test('a path that is a folder, an address or no path of any system is refused with the reason', () => {
  const refused = (path: string, why: string): void =>
    assert.throws(() => parseGivenScene({ scene_id: 1, files: [{ path }] }, 'line 3'), {
      message: `line 3: path must be the whole path of a file, not ${JSON.stringify(path)}, which ${why}.`,
    });
  for (const folder of ['/data/', 'C:\\quay\\', '/data/quay/..', '/']) refused(folder, 'is a folder');
  refused('/data/pier\0.mp4', 'holds a NUL character');
  refused('smb://nas/quay/pier.mp4', 'is an address');
  refused('\\\\nas\\quay', 'is a share of the network');
});

test('the same mistake is told first, whichever keys were met before, and words of JavaScript are no keys', () => {
  const told = (scene: object): string => {
    try {
      parseScene({ scene_id: 1, ...scene }, 'It');
      return 'none';
    } catch (thrown) {
      return String(thrown);
    }
  };
  assert.match(told({ tags: 5 }), /tags must be/);
  assert.match(told({ tags: 5, tagline: 5 }), /tagline must be/);
  assert.equal(told({ toString: 5, constructor: null, hasOwnProperty: [] }), 'none');
});
