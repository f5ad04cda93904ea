import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

/** The lines of an input, one by one, as they are asked for. */
export type LineSource = {
  /** The next line; `undefined` at the end of the input, or once it was aborted. */
  next(): Promise<string | undefined>;
  close(): void;
};

/** Reads standard input, or a file that stands for it, line by line. */
export function linesOf(fd: number, aborted: AbortSignal): LineSource {
  const input = fd === process.stdin.fd ? process.stdin : Readable.from([readFileSync(fd)]);
  const reader = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const lines = reader[Symbol.asyncIterator]();
  const isAborted = new Promise<undefined>((resolve) =>
    aborted.addEventListener('abort', () => resolve(undefined), { once: true }),
  );
  return {
    next: async () => {
      const line = await Promise.race([lines.next(), isAborted]);
      return line === undefined || line.done === true ? undefined : line.value.trim();
    },
    // What is not read any more must not keep the process alive.
    close: () => {
      reader.close();
      input.destroy();
    },
  };
}
