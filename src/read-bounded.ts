import { closeSync, openSync, readSync } from 'node:fs';

const MEBIBYTE = 1_048_576;

/** The most that a file of settings, a token or a certificate has. */
export const MOST_SETTINGS_BYTES = 16 * MEBIBYTE;

/** The most that is read of what is piped, which is held in memory whole: some 400,000 scenes. */
export const MOST_PIPED_BYTES = 256 * MEBIBYTE;

const CHUNK_BYTES = 65_536;

/**
 * Reads a file, a pipe or a device to its end. One without an end, such as /dev/zero, would else fill the memory.
 * @throws errors of the file system, and `moreThan(mostBytes)` where there is more
 */
export function readBounded(source: string | number, mostBytes: number): Buffer {
  const fd = typeof source === 'number' ? source : openSync(source, 'r');
  try {
    const parts: Buffer[] = [];
    const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    for (let left = mostBytes; ; ) {
      const length = readSync(fd, chunk);
      if (length === 0) return Buffer.concat(parts);
      left -= length;
      if (left < 0) throw moreThan(mostBytes);
      parts.push(Buffer.from(chunk.subarray(0, length)));
    }
  } finally {
    if (typeof source === 'string') closeSync(fd);
  }
}

/** An error with the code that Node has for it, `ERR_FS_FILE_TOO_LARGE`. Its message ends a sentence: `it has …`. */
export function moreThan(mostBytes: number): Error {
  const error = new Error(`it has more than ${mostBytes / MEBIBYTE} MiB`);
  return Object.assign(error, { code: 'ERR_FS_FILE_TOO_LARGE' });
}
