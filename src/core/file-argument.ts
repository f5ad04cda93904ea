import { UsageError } from './errors.ts';

/** What a whole path is. */
export const PATH_EXAMPLE = 'Give the whole path of one file, as Stash shows it: /data/harbour/lantern-row.mp4.';

/**
 * A path that a person typed, of a file on the machine of Stash or Plex: never looked up here, so that only its form
 * can be judged.
 * @throws {UsageError} for what cannot be the whole path of a file.
 */
export function parseFileArgument(text: string): string {
  if (text.trim() === '') throw new UsageError('The path is empty.', PATH_EXAMPLE);
  if (text.includes('\0')) throw new UsageError('The path holds a NUL character.', PATH_EXAMPLE);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) throw new UsageError(`"${text}" is an address, not a path.`, PATH_EXAMPLE);
  if (!isAbsolutePath(text)) throw new UsageError(`"${text}" is a relative path.`, PATH_EXAMPLE);
  if (/[\\/](\.{1,2})?$/.test(text)) throw new UsageError(`"${text}" is a folder, not a file.`, PATH_EXAMPLE);
  if (/^\\\\[^\\/]+([\\/]+[^\\/]+)?$/.test(text))
    throw new UsageError(`"${text}" is a share of the network, not a file in it.`, PATH_EXAMPLE);
  return text;
}

/** Whether a path begins at the top, by the rules of every system: Stash may run on another one than we do. */
export function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') || path.startsWith('\\\\') || /^[a-z]:[\\/]/i.test(path);
}
