import { createHash } from 'node:crypto';
import { pictureType } from '../../picture-type.ts';

export type StashAnswer = {
  status: number;
  contentType: string;
  body: string | Buffer;
  headers?: Record<string, string>;
};

const PLACEHOLDER =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9"><rect width="16" height="9" fill="#394b59"/></svg>';

/** `ignored`: no ETag is sent and If-None-Match changes nothing. */
export type ConditionalImages = 'honoured' | 'ignored';

/** A plain answer without an image. */
export function bare(status: number, body: string): StashAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

/** An image, or the SVG placeholder, which is 200 too; 304 when the client has it (stash.md 6). */
export function imageAnswer(
  image: Buffer | undefined,
  {
    search,
    ifNoneMatch,
    conditional,
  }: { search: URLSearchParams; ifNoneMatch: string | undefined; conditional: ConditionalImages },
): StashAnswer {
  const body = image ?? Buffer.from(PLACEHOLDER);
  const caching = { 'Cache-Control': search.has('t') ? 'max-age=31536000, immutable' : 'no-cache' };
  const contentType = contentTypeOf(body);
  if (conditional === 'ignored') return { status: 200, contentType, body, headers: caching };
  const etag = `"${createHash('md5').update(body).digest('hex')}"`;
  const headers = { ETag: etag, ...caching };
  return isKnown(etag, ifNoneMatch)
    ? { status: 304, contentType, body: '', headers }
    : { status: 200, contentType, body, headers };
}

/** `If-None-Match` is a list, `*` for anything, and takes weak names for strong ones. */
function isKnown(etag: string, ifNoneMatch = ''): boolean {
  const names = ifNoneMatch.split(',').map((name) => name.trim().replace(/^W\//, ''));
  return names.includes('*') || names.includes(etag);
}

/** What the first bytes tell, whoever stored them and under which name; text that is no page counts as SVG. */
function contentTypeOf(body: Buffer): string {
  const picture = pictureType(body);
  if (picture !== undefined) return picture;
  const start = body.subarray(0, 512).toString('latin1').trimStart();
  if (/^<(?:!doctype html|html|head|body|script|title)[\s>]/i.test(start)) return 'text/html; charset=utf-8';
  return isText(start) ? 'image/svg+xml' : 'application/octet-stream';
}

function isText(start: string): boolean {
  return !/(?![\t\n\f\r])\p{Cc}/u.test(start);
}
