import { createHash } from 'node:crypto';

export type StashAnswer = {
  status: number;
  contentType: string;
  body: string | Buffer;
  headers?: Record<string, string>;
};

const PLACEHOLDER =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9"><rect width="16" height="9" fill="#394b59"/></svg>';

const SIGNATURES = [
  { type: 'image/jpeg', bytes: 'ffd8ff' },
  { type: 'image/png', bytes: '89504e470d0a1a0a' },
  { type: 'image/gif', bytes: '47494638' },
  { type: 'image/webp', bytes: '52494646' },
] as const;

/** A plain answer without an image. */
export function bare(status: number, body: string): StashAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

/** An image, or the SVG placeholder, which is 200 too; 304 when the client has it (stash.md 6). */
export function imageAnswer(
  image: Buffer | undefined,
  { search, ifNoneMatch }: { search: URLSearchParams; ifNoneMatch: string | undefined },
): StashAnswer {
  const body = image ?? Buffer.from(PLACEHOLDER);
  const etag = `"${createHash('md5').update(body).digest('hex')}"`;
  const headers = { ETag: etag, 'Cache-Control': search.has('t') ? 'max-age=31536000, immutable' : 'no-cache' };
  const contentType = image ? sniffed(image) : 'image/svg+xml';
  return ifNoneMatch === etag
    ? { status: 304, contentType, body: '', headers }
    : { status: 200, contentType, body, headers };
}

function sniffed(image: Buffer): string {
  const start = image.subarray(0, 8).toString('hex');
  return SIGNATURES.find(({ bytes }) => start.startsWith(bytes))?.type ?? 'application/octet-stream';
}
