import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PictureLook } from '../../../src/core/model/picture.ts';
import type { PictureNeed } from '../../../src/core/pictures/needs.ts';
import { afterLook, inheritedRecords, leftPictures, recordAfter, wasTold } from '../../../src/core/pictures/records.ts';
import { NEW, OURS, oursAt, pictured, SHOT, SHOWN, THEIRS, writing } from './picture-model.ts';

const ABOUT = { item: pictured(), context: writing() };

function need(known: PictureNeed['known'], version = '5'): PictureNeed {
  return { field: 'thumb', source: SHOT, version, known, ask: 'source' };
}

function look(sha1: string): PictureLook {
  return { kind: 'picture', picture: { bytes: new Uint8Array(300), sha1, contentType: 'image/jpeg' }, etag: '"2"' };
}

const SAME: PictureLook = { kind: 'same' };

test('the same picture in a new version asks Plex nothing, and only its version is renewed', () => {
  for (const seen of [SAME, look(OURS)]) {
    const after = afterLook(need(oursAt('4')), seen, ABOUT);
    const etag = seen.kind === 'picture' ? '"2"' : '"1"';
    assert.deepEqual(after, { kind: 'settled', record: oursAt('5', { etag }) });
  }
});

test('another picture asks Plex, and so does the same one where the item shows another', () => {
  assert.equal(afterLook(need(oursAt('4')), look(NEW), ABOUT).kind, 'ask_plex');
  assert.equal(afterLook(need(oursAt('4', { shown: '/other' })), SAME, ABOUT).kind, 'ask_plex');
  assert.equal(afterLook(need(undefined), look(NEW), ABOUT).kind, 'ask_plex');
});

test('a placeholder is remembered as no picture yet, and what is ours in Plex is not forgotten', () => {
  const after = afterLook(need(oursAt('4')), { kind: 'none', etag: '"3"' }, ABOUT);
  assert.deepEqual(after, {
    kind: 'settled',
    record: { state: 'none', source: SHOT, version: '5', etag: '"3"', ours: OURS, shown: SHOWN },
  });
  const still = afterLook(need({ state: 'none', source: SHOT, version: '5', etag: '"3"' }, '6'), SAME, ABOUT);
  assert.equal(still.kind === 'settled' && still.record.state, 'none');
});

test('bytes that Plex refused are not sent again, and others are', () => {
  const refused = oursAt('4', { state: 'refused', sha1: NEW });
  assert.equal(afterLook(need(refused), SAME, ABOUT).kind, 'settled');
  assert.equal(afterLook(need(refused), look(THEIRS), ABOUT).kind, 'ask_plex');
});

test('what was left is told again only for another picture, or another reason', () => {
  const picture = { source: SHOT, version: '6', sha1: NEW };
  const told = oursAt('5', { state: 'left', why: 'overlay', sha1: NEW });
  const record = recordAfter({ kind: 'left', why: 'overlay' }, need(told), picture, ABOUT.item);
  assert.equal(wasTold(need(told), record), true);
  assert.equal(wasTold(need({ ...told, sha1: THEIRS }), record), false);
  assert.equal(wasTold(need({ ...told, why: 'preserved' }), record), false);
  assert.deepEqual(leftPictures({ thumb: record }, ['thumb', 'art']), [{ field: 'thumb', reason: 'overlay' }]);
  assert.deepEqual(leftPictures({ thumb: record }, ['art']), []);
});

test('of another scene’s pictures only that counts which the item still shows', () => {
  assert.deepEqual(inheritedRecords({ thumb: oursAt('4') }, pictured()), {
    thumb: { state: 'new', source: '', ours: OURS },
  });
  assert.deepEqual(inheritedRecords({ thumb: oursAt('4', { shown: '/other' }) }, pictured()), {});
});
