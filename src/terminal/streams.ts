import { writeSync } from 'node:fs';

/** What a command reads and writes, as file descriptors. */
export type Streams = { readonly stdin: number; readonly stdout: number; readonly stderr: number };

/** Those that the process was started with. */
export const PROCESS_STREAMS: Streams = { stdin: 0, stdout: 1, stderr: 2 };

/** Whether a text has arrived, as far as we have to care. */
export type Outcome = { readonly kind: 'written' } | { readonly kind: 'lost'; readonly reason: string };

const WRITTEN: Outcome = { kind: 'written' };

/**
 * Writes at once: nothing is lost when the process ends, and a hook pays for no stream. A reader that has gone
 * (`plexsync … | head`) is no failure.
 */
export function writeText(fd: number, text: string): Outcome {
  let rest: Uint8Array = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === 'EPIPE') return WRITTEN;
      // A full disk under a log must not stop the work; a result that was lost shows in the exit code.
      if (code !== 'EAGAIN') return { kind: 'lost', reason: code ?? 'unknown reason' };
      // A full pipe whose other end is slow: wait a little, without giving up the order of lines.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  return WRITTEN;
}
