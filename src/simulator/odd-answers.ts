import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const CHUNK_BYTES = 65_536;

/** Announces a whole body, sends the first half of it and closes the connection. */
export function sendCut(
  response: ServerResponse,
  { status, headers, body }: { status: number; headers: Readonly<Record<string, string>>; body: string | Buffer },
): void {
  const whole = Buffer.from(body);
  response.writeHead(status, { ...headers, 'Content-Length': Math.max(whole.length, 1) });
  response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => response.socket?.destroy());
}

/**
 * Streams `bytes` bytes that begin and end as a JPEG does, as fast as they are read and no further; `onSent` is told of
 * each piece.
 */
export function sendFlood(
  response: ServerResponse,
  {
    bytes,
    contentType = 'image/jpeg',
    length,
    onSent,
  }: { bytes: number; contentType?: string; length: 'announced' | 'unknown'; onSent: (bytes: number) => void },
): void {
  const lengthHeader = length === 'announced' ? { 'Content-Length': bytes } : {};
  response.writeHead(200, { 'Content-Type': contentType, ...lengthHeader });
  // A client that has had enough is no failure of the server.
  pipeline(Readable.from(pieces(bytes, onSent)), response).catch(() => response.destroy());
}

function* pieces(bytes: number, onSent: (bytes: number) => void): Generator<Buffer> {
  for (let sent = 0; sent < bytes; sent += CHUNK_BYTES) {
    const piece = Buffer.alloc(Math.min(CHUNK_BYTES, bytes - sent));
    if (sent === 0) piece.set([0xff, 0xd8, 0xff, 0xe0].slice(0, piece.length));
    if (sent + piece.length === bytes && piece.length >= 2) piece.set([0xff, 0xd9], piece.length - 2);
    onSent(piece.length);
    yield piece;
  }
}
