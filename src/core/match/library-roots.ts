import type { Sentence } from '../model/sentence.ts';
import { say } from '../model/sentence.ts';
import { shellPaths } from '../model/shell-word.ts';
import { dropTail, foldersBelow, isInFolder, isSamePath, sharedEnd, sharedFolders } from './paths.ts';

/** Library folders as Plex sees them, where they are known: those of one library, and those of all libraries of its server. */
export type LibraryFolders = {
  readonly sectionFolders?: readonly string[] | undefined;
  readonly serverFolders?: readonly string[] | undefined;
};

/** Why a shared tail of folders proves nothing: the scene's path points to another library folder than the file's. */
export type RootConflict = {
  /** The library folder that holds the file. */
  readonly own: string;
  /** The one that the scene's path names; `undefined` when it names none of several. */
  readonly other: string | undefined;
};

/** The folder of its library that holds a file, and how many folders lie between; of folders in each other the inner one. */
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
 * Holds the folders above the shared tail against the library folders of the whole server; `undefined` when none speaks
 * against the file, or its own is unknown. Says nothing of sizes: one that agrees outranks it.
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
    // What of the scene's path stands where the library folder, or the branch in it, stands in the file's.
    const head = dropTail(scenePath, 1 + Math.min(below, shared));
    const agreeing = Math.max(0, shared - below);
    const other = (folders.serverFolders ?? [])
      .filter((root) => !isSamePath(root, own))
      .filter((root) => {
        const named = sharedEnd(head, root);
        // Two folders of one name, on two disks say: nothing tells which is meant, unless the path lies in one of them.
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

/** Where the scene's path lies in a library folder already, its file is expected there. */
function isHomeOf(scenePath: string, plexPath: string, root: string): boolean {
  return isInFolder(scenePath, root) && !isInFolder(plexPath, root);
}

function hasSeveral({ sectionFolders = [] }: LibraryFolders): boolean {
  return sectionFolders.some((folder) => !isSamePath(folder, sectionFolders[0] ?? folder));
}

/** What the conflict means, and what helps, for a person. */
export function adviceOnRoots({ own, other }: RootConflict): Sentence {
  return other === undefined
    ? say`Its library has several folders, and the scene's path does not name the one that holds it, ${shellPaths([own])}. A size that agrees would prove it.`
    : say`It lies in the library folder ${shellPaths([own])}, and the scene's path points to another one, ${shellPaths([other])}: let Plex scan that. A size that agrees would prove it.`;
}
