/** Pictures that are complete and can be shown, made of bytes of a wanted content and size. */
import { createHash } from 'node:crypto';
import { createPng } from '../../src/simulator/png.ts';

export type PictureType = 'jpeg' | 'png' | 'webp' | 'gif';

/**
 * A picture of one colour that carries `content` as its comment, so that two contents give two pictures of other bytes.
 * `bytes` is its exact size (for WebP an even one); the smallest are below 200 bytes and the length of the content.
 */
export function picture(
  content: string,
  { type = 'jpeg', bytes }: { type?: PictureType; bytes?: number | undefined } = {},
): Buffer {
  const shade = Number.parseInt(sha1(Buffer.from(content)).slice(0, 2), 16);
  const comment = Buffer.from(content);
  const made = MAKERS[type]({ shade, comment, bytes });
  if (bytes !== undefined && made.length !== bytes) throw new Error(`no ${type} has exactly ${bytes} bytes`);
  return made;
}

/** SHA-1 in hex: the name under which Plex keeps an upload of these bytes. */
export function sha1(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex');
}

type Wish = { shade: number; comment: Buffer; bytes: number | undefined };

const MAKERS: Readonly<Record<PictureType, (wish: Wish) => Buffer>> = {
  jpeg: createJpeg,
  png: ({ shade, comment, bytes }) =>
    createPng(
      { width: 2, height: 3, pixel: () => [shade, shade, 128] },
      { comment: comment.toString('latin1'), bytes },
    ),
  webp: createWebp,
  gif: createGif,
};

/** `comment` and as many spaces as `bytes` leaves room for beside `bare` bytes of the rest. */
function filled(comment: Buffer, { bare, bytes }: { bare: number; bytes: number | undefined }): Buffer {
  if (bytes === undefined) return comment;
  if (bytes - bare < comment.length) throw new Error('no picture of this content is as small as that');
  return Buffer.concat([comment, Buffer.alloc(bytes - bare - comment.length, ' ')]);
}

const JPEG_START = Buffer.from([0xff, 0xd8]);
const JPEG_COMMENT_MAX = 65_533;
const JPEG_COMMENT_FRAME = 4;

function createJpeg({ shade, comment, bytes }: Wish): Buffer {
  const image = Buffer.concat([
    segment(0xe0, [...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    // Every step of quantisation is 8, so that the one coefficient of a block is twice the distance from grey.
    segment(0xdb, [0, ...Array.from({ length: 64 }, () => 8)]),
    // 8 bits, 8 by 8, one component.
    segment(0xc0, [8, 0, 8, 0, 8, 1, 1, 0x11, 0]),
    ...jpegTables(shade - 128),
    segment(0xda, [1, 1, 0, 0, 63, 0]),
    jpegScan(shade - 128),
    Buffer.from([0xff, 0xd9]),
  ]);
  const bare = JPEG_START.length + image.length;
  return Buffer.concat([JPEG_START, ...jpegComments(comment, { bare, bytes }), image]);
}

function jpegComments(comment: Buffer, { bare, bytes }: { bare: number; bytes: number | undefined }): Buffer[] {
  const room = (bytes ?? bare + JPEG_COMMENT_FRAME + comment.length) - bare;
  const count = Math.ceil(room / (JPEG_COMMENT_MAX + JPEG_COMMENT_FRAME));
  const text = filled(comment, { bare: 0, bytes: room - count * JPEG_COMMENT_FRAME });
  const share = Math.ceil(text.length / count);
  return Array.from({ length: count }, (_, index) => segment(0xfe, text.subarray(index * share, (index + 1) * share)));
}

function segment(marker: number, data: ArrayLike<number>): Buffer {
  const frame = Buffer.from([0xff, marker, 0, 0]);
  frame.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([frame, Uint8Array.from(data)]);
}

const bitsOf = (value: number): number => 32 - Math.clz32(Math.abs(value));

/** One code of one bit each: for the size of the block's mean, and for the end of the block. */
function jpegTables(mean: number): Buffer[] {
  const oneCode = [1, ...Array.from({ length: 15 }, () => 0)];
  return [segment(0xc4, [0x00, ...oneCode, bitsOf(mean)]), segment(0xc4, [0x10, ...oneCode, 0])];
}

function jpegScan(mean: number): Buffer {
  const size = bitsOf(mean);
  const coded = mean < 0 ? mean + 2 ** size - 1 : mean;
  const bits = `0${size === 0 ? '' : coded.toString(2).padStart(size, '0')}0`;
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  const scanned = (padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  // A byte 0xFF within the scan is followed by 0, so that it is no marker.
  return Buffer.from(scanned.flatMap((byte) => (byte === 0xff ? [byte, 0] : [byte])));
}

function createWebp({ shade, comment, bytes }: Wish): Buffer {
  const parts = [webpChunk('VP8X', Buffer.alloc(10)), webpChunk('VP8L', lossless(shade))];
  const bare = 12 + 8 + parts.reduce((sum, { length }) => sum + length, 0);
  const body = Buffer.concat([
    Buffer.from('WEBP'),
    ...parts,
    // Readers pass over chunks that they do not know.
    webpChunk('NOTE', filled(comment, { bare, bytes })),
  ]);
  const frame = Buffer.from('RIFF\0\0\0\0');
  frame.writeUInt32LE(body.length, 4);
  return Buffer.concat([frame, body]);
}

/** One pixel: its size, no transform, five codes of one symbol each, and so no bit for the pixel itself. */
function lossless(shade: number): Buffer {
  const bits: number[] = [];
  const write = (value: number, count: number): void => {
    for (let bit = 0; bit < count; bit += 1) bits.push((value >> bit) & 1);
  };
  write(0, 14 + 14 + 1 + 3);
  write(0, 3);
  for (const symbol of [shade, shade, 128, 255, 0]) {
    // A simple code, of one symbol, of eight bits.
    write(0b101, 3);
    write(symbol, 8);
  }
  const packed = Array.from({ length: Math.ceil(bits.length / 8) }, (_, index) =>
    bits.slice(index * 8, index * 8 + 8).reduce((byte, bit, place) => byte | (bit << place), 0),
  );
  return Buffer.from([0x2f, ...packed]);
}

function webpChunk(name: string, data: Buffer): Buffer {
  const frame = Buffer.from(`${name}\0\0\0\0`);
  frame.writeUInt32LE(data.length, 4);
  return Buffer.concat([frame, data, Buffer.alloc(data.length % 2)]);
}

const GIF_BLOCK_MAX = 255;

function createGif({ shade, comment, bytes }: Wish): Buffer {
  const head = Buffer.from([...Buffer.from('GIF89a'), 1, 0, 1, 0, 0x80, 0, 0, shade, shade, 128, 0, 0, 0]);
  const tail = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b]);
  const bare = head.length + tail.length + 3;
  const room = bytes === undefined ? undefined : bytes - bare;
  const blocks = room === undefined ? 0 : Math.ceil(room / (GIF_BLOCK_MAX + 1));
  const text = filled(comment, { bare: 0, bytes: room === undefined ? undefined : room - blocks });
  return Buffer.concat([head, Buffer.from([0x21, 0xfe]), ...gifBlocks(text, blocks), Buffer.from([0]), tail]);
}

function gifBlocks(text: Buffer, wanted: number): Buffer[] {
  const count = Math.max(wanted, Math.ceil(text.length / GIF_BLOCK_MAX));
  const share = Math.ceil(text.length / count);
  return Array.from({ length: count }, (_, index) => {
    const block = text.subarray(index * share, (index + 1) * share);
    return Buffer.concat([Buffer.from([block.length]), block]);
  });
}
