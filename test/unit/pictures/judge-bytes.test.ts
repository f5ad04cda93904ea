import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BytesVerdict } from '../../../src/core/pictures/judge-bytes.ts';
import { judgeBytes, MOST_PICTURE_BYTES, tooLarge } from '../../../src/core/pictures/judge-bytes.ts';
import { plainText } from '../../../src/core/text/sentence.ts';
import { picture } from '../../helpers/pictures.ts';

const TYPES = ['jpeg', 'png', 'webp', 'gif'] as const;

function told(verdict: BytesVerdict): string {
  return verdict.kind === 'unusable' ? plainText(verdict.why) : verdict.kind;
}

test('a whole picture of each type is told by its own bytes', () => {
  for (const type of TYPES) {
    const verdict = judgeBytes(picture('harbour', { type }));
    assert.deepEqual(verdict, { kind: 'picture', contentType: `image/${type}` });
  }
});

test('a picture that is cut off anywhere is never taken for a whole one', () => {
  const cut = fc.record({
    type: fc.constantFrom(...TYPES),
    content: fc.string({ maxLength: 40 }),
    share: fc.float({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });
  fc.assert(
    fc.property(cut, ({ type, content, share }) => {
      const whole = picture(content.replaceAll(/[^\x20-\x7e]/g, '-'), { type });
      const part = whole.subarray(0, Math.floor(whole.length * share));
      assert.notEqual(judgeBytes(part).kind, 'picture');
      if (part.length >= 12) assert.match(told(judgeBytes(part)), /cut off/);
    }),
  );
});

test('what a camera or a file system puts behind the end of a picture does not matter', () => {
  for (const type of TYPES) {
    assert.equal(judgeBytes(Buffer.concat([picture('mole', { type }), Buffer.alloc(512)])).kind, 'picture', type);
  }
  const trailer = Buffer.concat([picture('mole'), Buffer.from('SEFT made by a camera')]);
  assert.equal(judgeBytes(trailer).kind, 'picture');
});

test('the end of the small picture within a JPEG is not the end of the large one', () => {
  const small = picture('thumbnail');
  const [start, rest] = [picture('quay').subarray(0, 2), picture('quay').subarray(2)];
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(small.length + 2, 2);
  const whole = Buffer.concat([start, head, small, rest]);
  assert.equal(judgeBytes(whole).kind, 'picture');
  assert.match(told(judgeBytes(Buffer.concat([whole.subarray(0, -2), Buffer.from('more')]))), /cut off/);
});

test('what is no picture is told for what it is', () => {
  for (const [text, expected] of [
    ['', 'is empty'],
    ['\n <!DOCTYPE html>\n<title>Harbour</title>', 'is an HTML page'],
    ['<html><svg></svg></html>', 'is an HTML page'],
    ['<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', 'is an HTML page'],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'drawing'],
    ['\ufeff<?xml version="1.0"?><svg/>', 'drawing'],
    ['<!-- a lighthouse --><svg/>', 'drawing'],
    ['{"error":"no"}', 'is no JPEG, PNG, WebP or GIF'],
    ['BM a bitmap', 'is no JPEG, PNG, WebP or GIF'],
    ['RIFF....WAVEfmt', 'is no JPEG, PNG, WebP or GIF'],
  ] as const) {
    assert.equal(told(judgeBytes(Buffer.from(text))), expected, text);
  }
});

test('a picture is as large as Plex takes, and not a byte more', () => {
  assert.equal(judgeBytes(picture('pier', { bytes: MOST_PICTURE_BYTES })).kind, 'picture');
  const large = judgeBytes(picture('pier', { bytes: MOST_PICTURE_BYTES + 1 }));
  assert.equal(told(large), 'has 10,480,000 bytes, and Plex takes less than 10,480,000');
  assert.equal(plainText(tooLarge(undefined)), 'is too large: Plex takes less than 10,480,000 bytes');
});

test('no bytes whatever make the judgement fail', () => {
  const starts = [[0xff, 0xd8, 0xff], [...picture('a', { type: 'png' }).subarray(0, 8)], [...Buffer.from('GIF8')], []];
  fc.assert(
    fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), (start, rest) => {
      judgeBytes(Uint8Array.from([...start, ...rest]));
    }),
  );
});
