import type { PictureBytes } from '../model/picture.ts';
import type { Sentence } from '../text/sentence.ts';
import { ours, say } from '../text/sentence.ts';

/** Plex answers 500 to a larger upload, which looks like a failure that may pass (plex-api.md 6). */
export const MOST_PICTURE_BYTES = 10_479_999;

/** What some bytes are. `drawing`: an SVG, which is also Stash's placeholder; `why` completes "the picture …". */
export type BytesVerdict =
  | { readonly kind: 'picture'; readonly contentType: PictureBytes['contentType'] }
  | { readonly kind: 'drawing' }
  | { readonly kind: 'unusable'; readonly why: Sentence };

/** Judges a picture by its first bytes, since servers and file names are often wrong about the type, and by its end. */
export function judgeBytes(bytes: Uint8Array): BytesVerdict {
  if (bytes.length === 0) return unusable(say`is empty`);
  if (bytes.length > MOST_PICTURE_BYTES) return unusable(tooLarge(bytes.length));
  const format = FORMATS.find(({ begins }) => begins(bytes));
  if (format === undefined) return judgeText(bytes);
  if (format.isComplete(bytes)) return { kind: 'picture', contentType: format.contentType };
  return unusable(say`is cut off: the end of it is missing`);
}

/** Why a picture of this size is not sent; completes "the picture …". Unknown where the rest was not read. */
export function tooLarge(bytes: number | undefined): Sentence {
  const limit = say`Plex takes less than ${grouped(MOST_PICTURE_BYTES + 1)}`;
  return bytes === undefined ? say`is too large: ${limit} bytes` : say`has ${grouped(bytes)} bytes, and ${limit}`;
}

function grouped(count: number): Sentence {
  return ours(count.toLocaleString('en'));
}

function unusable(why: Sentence): BytesVerdict {
  return { kind: 'unusable', why };
}

type Format = {
  readonly contentType: PictureBytes['contentType'];
  begins(bytes: Uint8Array): boolean;
  isComplete(bytes: Uint8Array): boolean;
};

const FORMATS: readonly Format[] = [
  {
    contentType: 'image/jpeg',
    begins: (bytes) => hasAt(bytes, 0, [0xff, 0xd8, 0xff]),
    isComplete: (bytes) => hasAt(bytes, usedLength(bytes) - 2, JPEG_END) || reachesJpegEnd(bytes),
  },
  {
    contentType: 'image/png',
    begins: (bytes) => hasAt(bytes, 0, [0x89, ...codes('PNG\r\n\x1a\n')]),
    isComplete: reachesPngEnd,
  },
  {
    contentType: 'image/gif',
    begins: (bytes) => hasAt(bytes, 0, codes('GIF8')),
    isComplete: (bytes) => bytes[usedLength(bytes) - 1] === GIF_END,
  },
  {
    contentType: 'image/webp',
    begins: (bytes) => hasAt(bytes, 0, codes('RIFF')) && hasAt(bytes, 8, codes('WEBP')),
    isComplete: (bytes) => bytes.length >= 12 && viewOf(bytes).getUint32(4, true) + 8 <= bytes.length,
  },
];

const GIF_END = 0x3b;
const JPEG_END = [0xff, 0xd9] as const;

/**
 * Whether a JPEG ends, whatever a camera or an editor put behind its end. The picture in its metadata has an end too, so
 * segments are passed over by their length.
 */
function reachesJpegEnd(bytes: Uint8Array): boolean {
  for (let at = 2; ; ) {
    const mark = bytes.indexOf(0xff, at);
    const code = bytes[mark + 1];
    if (mark < 0 || code === undefined) return false;
    if (code === JPEG_END[1]) return true;
    const isLone = code === 0 || code === 0xff || code === 1 || (code >= 0xd0 && code <= 0xd7);
    // After the header of a scan its data follows without a length, and holds no mark but these.
    const length = isLone ? 0 : ((bytes[mark + 2] ?? 0) << 8) | (bytes[mark + 3] ?? 0);
    at = code === 0xff ? mark + 1 : mark + 2 + length;
  }
}

/** Whether the chunks of a PNG lead to the one that ends it, with its checksum. */
function reachesPngEnd(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    if (hasAt(bytes, at + 4, codes('IEND'))) return true;
  }
  return false;
}

/** The length without zeros at the end, with which some programs fill up a block. */
function usedLength(bytes: Uint8Array): number {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length -= 1;
  return length;
}

const TEXT_START = 1_024;

function judgeText(bytes: Uint8Array): BytesVerdict {
  const start = new TextDecoder().decode(bytes.subarray(0, TEXT_START)).trimStart().toLowerCase();
  const isMarkup = start.startsWith('<');
  if (isMarkup && /<(?:!doctype\s+html|html|head|body)\b/.test(start)) return unusable(say`is an HTML page`);
  if (isMarkup && /^<(?:svg|\?xml|!doctype\s+svg|!--)/.test(start)) return { kind: 'drawing' };
  return unusable(say`is no JPEG, PNG, WebP or GIF`);
}

function codes(text: string): readonly number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}

function hasAt(bytes: Uint8Array, at: number, expected: readonly number[]): boolean {
  return expected.every((byte, index) => bytes[at + index] === byte);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
