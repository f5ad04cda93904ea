import type { Sentence } from '../text/sentence.ts';
import { say } from '../text/sentence.ts';
import { shellPaths } from '../text/shell-word.ts';
import { dropTail, foldersBelow, isInFolder, isSamePath, sharedEnd, sharedFolders } from './paths.ts';

/**
 * Library folders as Plex sees them, as far as they are known: those of one library, and those of all libraries of its
 * server.
 */
export type LibraryFolders = {
  readonly sectionFolders?: readonly string[] | undefined;
  readonly serverFolders?: readonly string[] | undefined;
};

/** Why a shared tail of folders proves nothing: the scene's path points to another library folder than the file's. */
export type RootConflict = {
  /** The library folder that holds the file. */
  readonly own: string;
  /** The one that the scene's path names; `undefined` when it names none of the library's several folders. */
  readonly other: string | undefined;
};

/** The library folder that holds a file, and how many folders lie between; the innermost one if they are nested. */
export function libraryFolderOf(
  path: string,
  { sectionFolders = [] }: LibraryFolders,
): { readonly folder: string; readonly below: number } | undefined {
  const holding = sectionFolders.flatMap((folder) => {
    const below = foldersBelow(path, folder);
    return below === undefined ? [] : [{ folder, below }];
  });
  return holding.toSorted((a, b) => a.below - b.below || (a.folder < b.folder ? -1 : 1))[0];
}

/**
 * Compares the folders above the shared tail with the library folders of the whole server; `undefined` when none
 * contradicts the file, or its own is unknown. Ignores sizes: an equal size outranks a conflict.
 * @param scenePaths the scene's path, mapped, as Stash has it, or both: the first that conflicts decides
 */
export function rootConflict(
  scenePaths: readonly string[],
  plexPath: string,
  folders: LibraryFolders,
): RootConflict | undefined {
  const held = libraryFolderOf(plexPath, folders);
  if (held === undefined) return undefined;
  const { folder: own, below } = held;
  for (const scenePath of scenePaths) {
    const shared = sharedFolders(scenePath, plexPath);
    // The part of the scene's path that corresponds to the library folder, or to the branch in it.
    const head = dropTail(scenePath, 1 + Math.min(below, shared));
    const agreeing = Math.max(0, shared - below);
    const other = (folders.serverFolders ?? [])
      .filter((root) => !isSamePath(root, own))
      .filter((root) => {
        const named = sharedEnd(head, root);
        // Two library folders with the same name, for example on two disks: the path tells which one only if it lies in
        // one of them.
        const isTwin = named > 0 && named === agreeing && !isInFolder(scenePath, own);
        return isHomeOf(scenePath, plexPath, root) || named > agreeing || isTwin;
      })
      .toSorted((a, b) => sharedEnd(head, b) - sharedEnd(head, a) || (a < b ? -1 : 1))[0];
    if (other !== undefined) return { own, other };
    const isUnnamed = below <= shared && agreeing === 0 && !isSamePath(head || '/', own);
    if (isUnnamed && hasSeveral(folders)) return { own, other: undefined };
  }
  return undefined;
}

/** A scene path that already lies in a library folder means that its file is expected there. */
function isHomeOf(scenePath: string, plexPath: string, root: string): boolean {
  return isInFolder(scenePath, root) && !isInFolder(plexPath, root);
}

function hasSeveral({ sectionFolders = [] }: LibraryFolders): boolean {
  return sectionFolders.some((folder) => !isSamePath(folder, sectionFolders[0] ?? folder));
}

/** Explains the conflict to a person, and what helps. */
export function adviceOnRoots({ own, other }: RootConflict): Sentence {
  return other === undefined
    ? say`Its library has several folders, and the scene's path does not name the one that holds it, ${shellPaths([own])}. A size that agrees would prove it.`
    : say`It lies in the library folder ${shellPaths([own])}, and the scene's path points to another one, ${shellPaths([other])}: let Plex scan that. A size that agrees would prove it.`;
}
