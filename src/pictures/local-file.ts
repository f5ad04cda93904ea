import { constants } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import type { PictureAddress } from '../core/pictures/address.ts';
import { MOST_PICTURE_BYTES, tooLarge } from '../core/pictures/judge-bytes.ts';
import { unusablePicture } from '../core/pictures/unusable.ts';
import { ours, say } from '../core/text/sentence.ts';
import { whyNotRead } from '../settings/file-errors.ts';

export type FileAddress = Extract<PictureAddress, { kind: 'file' }>;

/**
 * Reads a picture from a file of this machine, no more of it than Plex takes. A pipe or a device is not waited for.
 * @throws {SyncError} `picture_unusable`
 */
export async function readPictureFile(address: FileAddress): Promise<Uint8Array> {
  try {
    return await readRegular(await insideItsFolder(address), address);
  } catch (thrown) {
    if (typeof (thrown as NodeJS.ErrnoException).syscall !== 'string') throw thrown;
    throw unusablePicture(address, say`cannot be read: ${ours(whyNotRead(thrown))}`);
  }
}

/** A link may name another file beside it; one that leads away may lead to what nobody meant to show. */
async function insideItsFolder(address: FileAddress): Promise<string> {
  const [file, folder] = await Promise.all([realpath(address.path), realpath(dirname(address.path))]);
  if (file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return file;
  throw unusablePicture(address, say`is a link that leads out of its folder`);
}

/** O_NONBLOCK: to open a pipe without a writer would wait for one. */
const JUST_READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

async function readRegular(path: string, address: FileAddress): Promise<Uint8Array> {
  const file = await open(path, JUST_READ);
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw unusablePicture(address, say`is a folder`);
    if (!stats.isFile()) throw unusablePicture(address, say`is a pipe or a device, and no file`);
    if (stats.size > MOST_PICTURE_BYTES) throw unusablePicture(address, tooLarge(stats.size));
    const bytes = Buffer.allocUnsafe(stats.size);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

/** What changes with a file's content: its size and time. `undefined` where there is no file. */
export async function fileVersion(path: string): Promise<string | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    return `${size}-${Math.floor(mtimeMs)}`;
  } catch (thrown) {
    if (typeof (thrown as NodeJS.ErrnoException).syscall !== 'string') throw thrown;
    return undefined;
  }
}
