import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { UsageError } from '../../core/model/errors.ts';
import { MOST_PIPED_BYTES, readBounded } from '../../read-bounded.ts';
import { whyNotRead } from '../../settings/file-errors.ts';
import { readInput } from '../../terminal/streams.ts';

/**
 * The bytes of a file, as they are asked for. Those of a pipe are all read at once: whoever fills it may be slow, and the
 * queue must not be locked meanwhile.
 * @throws {UsageError}
 */
export async function readChunks(source: string, stdin: number): Promise<Iterable<Uint8Array>> {
  try {
    const fd = source === '-' ? stdin : openSync(source, 'r');
    if (fstatSync(fd).isFile()) return chunksOf(fd, source);
    return piecesOf(source === '-' ? await readInput(fd, MOST_PIPED_BYTES) : readAndClose(fd));
  } catch (thrown) {
    throw unreadable(source, thrown);
  }
}

const CHUNK_BYTES = 65_536;

function* chunksOf(fd: number, source: string): Generator<Uint8Array> {
  try {
    for (;;) {
      const chunk = new Uint8Array(CHUNK_BYTES);
      const length = readSync(fd, chunk);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } catch (thrown) {
    throw thrown instanceof UsageError ? thrown : unreadable(source, thrown);
  } finally {
    if (source !== '-') closeSync(fd);
  }
}

function readAndClose(fd: number): Uint8Array {
  try {
    return readBounded(fd, MOST_PIPED_BYTES);
  } finally {
    closeSync(fd);
  }
}

/** More at once may be longer than any text. */
function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) yield bytes.subarray(start, start + CHUNK_BYTES);
}

function unreadable(source: string, thrown: unknown): UsageError {
  return new UsageError(
    `${nameOf(source)} cannot be read: ${whyNotRead(thrown)}.`,
    (thrown as NodeJS.ErrnoException).code === 'ERR_FS_FILE_TOO_LARGE'
      ? 'Save it as a file, which may have any size, and give that.'
      : 'Give a JSON or NDJSON file, or - for standard input.',
  );
}

/** What a source is called in a sentence. */
export function nameOf(source: string): string {
  return source === '-' ? 'standard input' : source;
}
