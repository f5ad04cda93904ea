import { writeSync } from 'node:fs';
import { moreThan, readBounded } from '../read-bounded.ts';

/** What a command reads and writes, as file descriptors. */
export type Streams = { readonly stdin: number; readonly stdout: number; readonly stderr: number };

/** Those that the process was started with. */
export const PROCESS_STREAMS: Streams = { stdin: 0, stdout: 1, stderr: 2 };

/** Whether a text was written, as far as it matters to us. */
export type Outcome = { readonly kind: 'written' } | { readonly kind: 'lost'; readonly reason: string };

const WRITTEN: Outcome = { kind: 'written' };

/**
 * Writes synchronously: nothing is lost when the process ends, and a hook need not load a stream. A reader that has
 * closed the pipe (`plexsync … | head`) is no failure.
 */
export function writeText(fd: number, text: string): Outcome {
  let rest: Uint8Array = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === 'EPIPE') return WRITTEN;
      // A full disk under a log must not stop the work; a lost result shows in the exit code.
      if (code !== 'EAGAIN') return { kind: 'lost', reason: code ?? 'unknown reason' };
      // The pipe is full and its reader slow: wait a little, so that lines stay in order.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  return WRITTEN;
}

/**
 * Reads an input to its end. The first process of a container hears a signal only while it does not wait in the system,
 * so it pays for a stream.
 * @throws errors of the file system, and `moreThan(mostBytes)` where there is more
 */
export async function readInput(fd: number, mostBytes: number): Promise<Buffer> {
  if (process.pid !== 1 || fd !== process.stdin.fd) return readBounded(fd, mostBytes);
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of process.stdin as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > mostBytes) throw moreThan(mostBytes);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
