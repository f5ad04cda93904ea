import type { LookUpPlace } from '../../match/look-up.ts';
import { folderOf, isUnder, mapPath, normalisePath } from '../../match/paths.ts';
import type { Section } from '../../model/plex-item.ts';

/** A folder as Plex spells it, and a library that holds it. */
export type FolderToScan = { readonly section: Section; readonly folder: string };

/**
 * The folders of files as Plex sees them, each once per library that holds it. A folder in no library is left out: Plex
 * would accept the request and scan nothing.
 * @param paths as Stash sees them
 */
export function foldersToScan(paths: readonly string[], { sections, mappings }: LookUpPlace): readonly FolderToScan[] {
  const folders = new Set(paths.map((path) => folderOf(mapPath(path, mappings).path)));
  return [...folders].flatMap((folder) =>
    sections.flatMap((section): readonly FolderToScan[] => {
      const location = section.folders.find((place) => isUnder(folder, normalisePath(place)));
      return location === undefined ? [] : [{ section, folder: spelledLike(location, folder) }];
    }),
  );
}

/**
 * Plex compares the path with its location letter by letter, so the path begins exactly as the location does,
 * backslashes included.
 */
function spelledLike(location: string, folder: string): string {
  const rest = folder.slice(normalisePath(location).replace(/\/$/, '').length);
  if (rest === '' || rest === '/') return location;
  const separator = location.includes('\\') ? '\\' : '/';
  return location.replace(/[\\/]+$/, '') + rest.replaceAll('/', separator);
}
