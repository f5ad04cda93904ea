import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseScenes } from '../../../src/commands/enqueue/scene-file.ts';
import { UsageError } from '../../../src/core/model/errors.ts';
import type { SceneEdit } from '../../../src/core/model/scene.ts';

/** The bytes of a text in small pieces, as if they came one after the other. */
function* inPieces(text: string, length = 7): Generator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
}

const scenesOf = (text: string): SceneEdit[] => [...parseScenes(inPieces(text), 'harbour.json')];
const idsOf = (text: string): number[] => scenesOf(text).map(({ sceneId }) => sceneId);

function refusal(text: string): UsageError {
  try {
    scenesOf(text);
  } catch (thrown) {
    if (thrown instanceof UsageError) return thrown;
    throw thrown;
  }
  return assert.fail('the file was accepted');
}

test('a file may hold one object, over as many lines as it likes', () => {
  const [scene] = scenesOf('{\n  "scene_id": 7,\n  "title": "The Old Harbour"\n}\n');
  assert.deepEqual(scene, { sceneId: 7, bare: false, data: { title: 'The Old Harbour' } });
});

test('a file may hold an array', () => {
  assert.deepEqual(idsOf('[{"scene_id": 1},\n {"id": "2"}]'), [1, 2]);
});

test('a file may hold one object a line', () => {
  assert.deepEqual(idsOf('{"scene_id": 1}\n{"scene_id": 2}\n{"scene_id": 3}\n'), [1, 2, 3]);
});

test('empty lines and Windows line ends between objects are no fault', () => {
  assert.deepEqual(idsOf('{"scene_id": 1}\r\n\r\n   \r\n{"scene_id": 2}\r\n'), [1, 2]);
});

test('a byte order mark is no fault in any form', () => {
  for (const text of ['{"scene_id": 1}', '[{"scene_id": 1}]', '{"scene_id": 1}\n{"scene_id": 1}'])
    assert.equal(idsOf(`\ufeff${text}`)[0], 1);
});

test('the order of the scenes is kept, repeats too', () => {
  assert.deepEqual(idsOf('{"scene_id": 2}\n{"scene_id": 1}\n{"scene_id": 2}'), [2, 1, 2]);
});

test('a broken line is named by its number in the file, empty lines counted', () => {
  assert.match(refusal('{"scene_id": 1}\r\n\r\n{"scene_id": }\r\n').message, /^harbour\.json, line 3 is no JSON: /);
});

test('a wrong value is named by its line and its key', () => {
  const { message } = refusal('{"scene_id": 1}\n\n{"scene_id": 2, "rating100": 500}');
  assert.match(message, /^harbour\.json, line 3: rating100 must be a whole number from 0 to 100, not 500\.$/);
});

test('a wrong value in an array is named by its place', () => {
  assert.match(
    refusal('[{"scene_id": 1}, {"title": "The Old Harbour"}]').message,
    /^harbour\.json, entry 2: scene_id is missing/,
  );
});

test('a broken document is named as one, not as its first line', () => {
  for (const text of [
    '{\n  "scene_id": 1,\n}',
    '[\n{"scene_id": 1},\n]',
    '[{"scene_id": 1},\n{"scene_id": }]',
    '{"scene_id": 1',
  ])
    assert.match(refusal(text).message, /^harbour\.json is no JSON: /, text);
});

test('several mistakes are named at once by their lines, and those beyond five are counted', () => {
  const two = refusal('{"scene_id": 1}\n{"scene_id": }\n{"scene_id": 2}\n{"scene_id": 3, "title": 5}');
  assert.match(two.message, /^harbour\.json, line 2 is no JSON: [^.]*\. Line 4: title must be text, not 5\.$/);
  assert.equal(two.hint, 'Correct them and run again; nothing was enqueued.');
  const many = refusal(JSON.stringify(Array.from({ length: 9 }, (_, index) => ({ scene_id: index < 2 ? 1 : 0 }))));
  assert.match(many.message, /^harbour\.json, entry 3: scene_id .* Entry 7: scene_id [^.]*\. And 2 more\.$/);
  assert.doesNotMatch(many.message, /Entry 8/);
  assert.match(refusal('scene_id,title\n1,a\n2,b').message, /^harbour\.json, line 1 is no JSON: [^.]*\.$/);
  assert.match(refusal('scene\n{"scene_id": 1}\n{"scene_id": 0}').message, /line 1 is no JSON: .* Line 3: scene_id/);
});

test('after a thousand mistakes a long file is read no further', () => {
  const { message } = refusal(Array(3_000).fill('{"scene_id": 0}').join('\n'));
  assert.match(message, / And 995 more at least\.$/);
});

test('an empty file is refused', () => {
  for (const text of ['', ' \r\n\t', '\ufeff']) assert.equal(refusal(text).message, 'harbour.json is empty.');
});

test('an empty array is refused', () => {
  assert.equal(refusal('[]').message, 'harbour.json holds no scene.');
});

test('what is JSON but no scene is refused', () => {
  assert.match(refusal('5').message, /^harbour\.json: a scene must be a JSON object/);
  assert.match(refusal('"a"\n"b"').message, /^harbour\.json, line 1: a scene must be a JSON object/);
});

test('every refusal says that nothing was enqueued', () => {
  for (const text of ['', '[]', '5', '{', '{"scene_id": 1}\n{', '[{"scene_id": 0}]'])
    assert.match(refusal(text).hint ?? '', /nothing was enqueued/, text);
});

test('scenes come as their lines are read, and a mistake on the way is named when it is reached', () => {
  const read: number[] = [];
  function* told(): Generator<Uint8Array> {
    for (const [index, line] of ['{"scene_id": 1}', '{"scene_id": 2}', '{"scene_id": 3}', '{"id": -1}'].entries()) {
      read.push(index + 1);
      yield Buffer.from(`${line}\n`);
    }
  }
  const scenes = parseScenes(told(), 'harbour.json');
  assert.equal(scenes.next().value?.sceneId, 1);
  assert.deepEqual(read, [1, 2], 'one more line tells what form the file has');
  assert.equal(scenes.next().value?.sceneId, 2);
  assert.equal(scenes.next().value?.sceneId, 3);
  assert.throws(() => scenes.next(), /harbour\.json, line 4/);
});

test('a letter of several bytes may be cut by the end of a piece, and bytes that are no UTF-8 are refused', () => {
  const [scene] = parseScenes(inPieces('{"scene_id": 1, "title": "Mole Nørrehavn ⚓"}', 1), 'harbour.json');
  assert.equal(scene?.data.title, 'Mole Nørrehavn ⚓');
  const latin1 = Buffer.from('{"scene_id": 1, "title": "Nørre"}', 'latin1');
  assert.throws(() => [...parseScenes([latin1], 'harbour.json')], /harbour\.json is not UTF-8 text/);
  assert.throws(() => [...parseScenes([Buffer.from('{"scene_id": 1}\n'), Buffer.from([0xc3])], 'x')], /not UTF-8/);
});

test('a line of many pieces is one line, and a piece of many lines is as many', () => {
  const array = `[${[1, 2, 3].map((id) => `{"scene_id":${id},"title":"${'Light '.repeat(20)}"}`).join(',')}]`;
  for (const length of [1, 2, 64, 100_000])
    assert.deepEqual(
      [...parseScenes(inPieces(array, length), 'harbour.json')].map(({ sceneId }) => sceneId),
      [1, 2, 3],
    );
  const lines = '{"scene_id": 1}\n{"scene_id": 2}\n\n{"scene_id": 3}';
  for (const length of [1, 5, 17, 100_000])
    assert.deepEqual(
      [...parseScenes(inPieces(lines, length), 'harbour.json')].map(({ sceneId }) => sceneId),
      [1, 2, 3],
    );
});

test('what is longer than any text is refused before it is all read', () => {
  const piece = Buffer.alloc(1_048_576, 'a');
  for (const end of ['', '\n']) {
    let pieces = 0;
    const forEver = function* (): Generator<Uint8Array> {
      for (;;) {
        pieces += 1;
        yield Buffer.from(pieces === 1 ? `[${end}` : end);
        yield piece;
        if (pieces > 300) return;
      }
    };
    assert.throws(
      () => [...parseScenes(forEver(), 'harbour.json')],
      /harbour\.json has a line, or one JSON value, of more than/,
    );
    assert.ok(end !== '' || pieces < 300);
  }
});

test('what begins as no JSON does is refused at once, however long it goes on', () => {
  let pieces = 0;
  const forEver = function* (): Generator<Uint8Array> {
    for (;;) {
      pieces += 1;
      assert.ok(pieces < 5);
      yield Buffer.from('y\n'.repeat(100));
    }
  };
  assert.throws(() => [...parseScenes(forEver(), 'harbour.json')], /harbour\.json, line 1 is no JSON: /);
});

test('lines may be longer together than any text', () => {
  const line = Buffer.from(`${' '.repeat(1_000_000)}{"scene_id": 7}\n`);
  const many = function* (): Generator<Uint8Array> {
    for (let count = 0; count < 300; count += 1) yield line;
  };
  let count = 0;
  for (const { sceneId } of parseScenes(many(), 'harbour.json')) count += sceneId;
  assert.equal(count, 2_100);
});
