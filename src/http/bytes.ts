import type { Readable } from 'node:stream';
import { toBrokenOff } from './no-answer.ts';

/** The bytes of an answer; of one that is too large none, and its size where the server told it before. */
export type BytesBody =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'too_large'; readonly bytes: number | undefined };

/**
 * Reads a body whole, or stops at the first byte too many and closes the connection: what is larger is neither read nor
 * held. A body that ends before its announced length is no answer.
 */
export async function readBytes(
  body: Readable,
  { mostBytes, saidBytes }: { readonly mostBytes: number; readonly saidBytes: number },
): Promise<BytesBody | ReturnType<typeof toBrokenOff>> {
  if (saidBytes > mostBytes) {
    body.destroy();
    return { kind: 'too_large', bytes: saidBytes };
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > mostBytes) return { kind: 'too_large', bytes: undefined };
      chunks.push(chunk);
    }
  } catch (thrown) {
    return toBrokenOff(thrown);
  }
  return { kind: 'whole', bytes: Buffer.concat(chunks, length) };
}
