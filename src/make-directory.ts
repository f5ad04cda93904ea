import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory with those above it, and says whether it was missing. One level at a time: Node's recursive form
 * never returns on a file system that answers ENOENT, such as /proc.
 * @throws errors of the file system
 */
export function makeDirectory(path: string, mode = 0o777): boolean {
  if (isDirectory(path)) return false;
  const parent = dirname(path);
  // A drive that is not there is its own parent.
  if (parent !== path && !existsSync(parent)) makeDirectory(parent, mode);
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (thrown) {
    // Another process was faster; its directory is as good.
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST' || !isDirectory(path)) throw thrown;
    return false;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
