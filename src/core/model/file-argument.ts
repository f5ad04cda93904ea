import { UsageError } from './errors.ts';

/** Shows a person what a whole path is. */
export const PATH_EXAMPLE = 'Give the whole path of one file, as Stash shows it: /data/harbour/lantern-row.mp4.';

/** Why a text cannot be the whole path of a file. */
export type PathFault = 'nul' | 'address' | 'relative' | 'folder' | 'share';

/** What is wrong with the form of a path, by the rules of every system; `undefined` when nothing is. */
export function pathFaultOf(text: string): PathFault | undefined {
  if (text.includes('\0')) return 'nul';
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return 'address';
  if (!isAbsolutePath(text)) return 'relative';
  if (/[\\/](\.{1,2})?$/.test(text)) return 'folder';
  return /^\\\\[^\\/]+([\\/]+[^\\/]+)?$/.test(text) ? 'share' : undefined;
}

/**
 * Parses a path that a person typed, of a file on the machine of Stash or Plex: the file is never looked up here, so
 * only the form of the path is judged.
 * @throws {UsageError} for a text that cannot be the whole path of a file.
 */
export function parseFileArgument(text: string): string {
  if (text.trim() === '') throw new UsageError('The path is empty.', PATH_EXAMPLE);
  const fault = pathFaultOf(text);
  if (fault === undefined) return text;
  throw new UsageError(`${fault === 'nul' ? 'The path' : `"${text}"`} ${FAULTS[fault]}.`, PATH_EXAMPLE);
}

const FAULTS: Readonly<Record<PathFault, string>> = {
  nul: 'holds a NUL character',
  address: 'is an address, not a path',
  relative: 'is a relative path',
  folder: 'is a folder, not a file',
  share: 'is a share of the network, not a file in it',
};

/** Whether a path is absolute by the rules of any system: Stash may run on a different one than we do. */
export function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') || path.startsWith('\\\\') || /^[a-z]:[\\/]/i.test(path);
}
