import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { pictureType } from '../../src/simulator/picture-type.ts';
import type { PictureType } from '../helpers/pictures.ts';
import { picture } from '../helpers/pictures.ts';

/** Around each of these a further comment or block is needed. */
const SIZES = [300, 422, 424, 550, 552, 806, 65_600, 65_702, 65_704, 65_772, 131_310, 300_000];
const TYPES: readonly PictureType[] = ['jpeg', 'png', 'webp', 'gif'];

for (const type of TYPES) {
  test(`a ${type} has exactly the size asked for, its type in its first bytes, and is complete`, () => {
    const odd = type === 'webp' ? [] : SIZES.flatMap((bytes) => [bytes - 1, bytes + 1]);
    for (const bytes of [...SIZES, ...odd]) {
      const made = picture('harbour', { type, bytes });
      assert.equal(made.length, bytes);
      assert.equal(pictureType(made), `image/${type}`);
      assert.ok(isComplete[type](made), String(bytes));
      assert.ok(!isComplete[type](made.subarray(0, -1)), String(bytes));
    }
  });

  test(`a ${type} of one content has always the same bytes, and of another content others`, () => {
    assert.deepEqual(picture('harbour', { type }), picture('harbour', { type }));
    assert.notDeepEqual(picture('harbour', { type }), picture('lighthouse', { type }));
    assert.notDeepEqual(picture('harbour', { type, bytes: 400 }), picture('lighthouse', { type, bytes: 400 }));
  });
}

test('a size that cannot be is refused', () => {
  assert.throws(() => picture('harbour', { bytes: 100 }), /as small as that/);
  assert.throws(() => picture('harbour', { type: 'webp', bytes: 301 }), /exactly 301 bytes/);
});

const isComplete: Readonly<Record<PictureType, (bytes: Buffer) => boolean>> = {
  jpeg: (bytes) => bytes.subarray(-2).toString('hex') === 'ffd9',
  gif: (bytes) => bytes.at(-1) === 0x3b,
  webp: (bytes) => bytes.readUInt32LE(4) === bytes.length - 8,
  png: isCompletePng,
};

function isCompletePng(bytes: Buffer): boolean {
  let at = 8;
  while (at + 12 <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    const end = at + 8 + length;
    if (end + 4 > bytes.length || crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32BE(end)) return false;
    if (bytes.toString('latin1', at + 4, at + 8) === 'IEND') return end + 4 === bytes.length;
    at = end + 4;
  }
  return false;
}
