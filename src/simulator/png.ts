import { crc32, deflateSync } from 'node:zlib';

export type Pixel = readonly [red: number, green: number, blue: number];

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** An empty text chunk: length, name, `Comment` with its end, checksum. */
const TEXT_FRAME_BYTES = 20;

/** The text that makes a PNG of `bytes` bytes, when one without any text has `bare`; undefined where none is needed. */
function padding(comment: string, { bare, bytes }: { bare: number; bytes: number | undefined }): string {
  if (bytes === undefined) return comment;
  const missing = bytes - bare - TEXT_FRAME_BYTES;
  if (missing < comment.length) throw new Error(`this PNG cannot be as small as ${bytes} bytes`);
  return comment.padEnd(missing, ' ');
}

/** A complete PNG whose colours `pixel` tells; `comment` (ASCII) travels as text and is filled up to a size of `bytes`. */
export function createPng(
  { width, height, pixel }: { width: number; height: number; pixel: (x: number, y: number) => Pixel },
  { comment, bytes }: { comment: string; bytes?: number | undefined },
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits a colour, true colour; the other three bytes have one legal value, 0.
  header.set([8, 2], 8);
  const rows = Array.from({ length: height }, (_, y) => [
    // Each row begins with its filter: none.
    0,
    ...Array.from({ length: width }, (_, x) => pixel(x, y)).flat(),
  ]);
  const head = Buffer.concat([SIGNATURE, chunk('IHDR', header)]);
  const tail = Buffer.concat([chunk('IDAT', deflateSync(Buffer.from(rows.flat()))), chunk('IEND', Buffer.alloc(0))]);
  const text = padding(comment, { bare: head.length + tail.length, bytes });
  return Buffer.concat([head, chunk('tEXt', Buffer.from(`Comment\0${text}`, 'latin1')), tail]);
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}
