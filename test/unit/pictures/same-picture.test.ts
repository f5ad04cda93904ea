import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSamePicture, isUploadOf } from '../../../src/core/model/picture.ts';
import { uploadKey } from '../../../src/core/pictures/choice.ts';

const [HARBOUR, PIER] = ['a'.repeat(40), 'b'.repeat(40)];

test('two keys name one picture when they are equal, or name uploads of the same bytes in any case', () => {
  const key = uploadKey('thumb', HARBOUR);
  assert.ok(isSamePicture(key, key));
  assert.ok(isSamePicture(key, `upload://posters/${HARBOUR.toUpperCase()}`));
  assert.ok(isSamePicture(`upload://posters/${HARBOUR.toUpperCase()}`, key));
  assert.ok(isSamePicture(null, null));
  assert.ok(isSamePicture('media://frame.jpg', 'media://frame.jpg'));
  for (const other of [null, uploadKey('thumb', PIER), `media://${HARBOUR}`, 'upload://posters/', ''])
    assert.ok(!isSamePicture(key, other) && !isSamePicture(other, key), String(other));
});

test('a key is that of an upload of these pictures by its last part alone', () => {
  assert.ok(isUploadOf(uploadKey('art', PIER), [HARBOUR, PIER]));
  for (const key of [null, `media://${PIER}`, `upload://posters/x${PIER}`, uploadKey('art', PIER)])
    assert.ok(!isUploadOf(key, [HARBOUR]), String(key));
});
