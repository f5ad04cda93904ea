import type { LookUpPlace } from '../../match/look-up.ts';
import { folderOf, isUnder, lastNames, mapPath, normalisePath } from '../../match/paths.ts';
import type { Section } from '../../model/plex-item.ts';

/** A folder as Plex spells it, and a library that holds it. */
export type FolderToScan = { readonly section: Section; readonly folder: string };

/**
 * The folders of files as Plex sees them, each once per library that holds it. A folder in no library is left out: Plex
 * would accept the request and scan nothing.
 * @param paths as Stash sees them
 */
export function foldersToScan(paths: readonly string[], { sections, mappings }: LookUpPlace): readonly FolderToScan[] {
  const folders = new Map(
    paths.map((path) => {
      const mapped = mapPath(path, mappings);
      return [folderOf(mapped.path), mapped.spelled];
    }),
  );
  return [...folders].flatMap(([folder, file]) =>
    sections.flatMap((section): readonly FolderToScan[] => {
      const location = section.folders.find((place) => isUnder(folder, normalisePath(place)));
      return location === undefined ? [] : [{ section, folder: spelledLike(location, folder, file) }];
    }),
  );
}

/**
 * Plex compares the path with its location letter by letter, so the path begins exactly as the location does,
 * backslashes included, and goes on as the names are spelled.
 */
function spelledLike(location: string, folder: string, spelledFile: string): string {
  const below = folder.slice(normalisePath(location).replace(/\/$/, '').length).split('/').slice(1);
  if (below.length === 0 || below[0] === '') return location;
  const separator = location.includes('\\') ? '\\' : '/';
  const names = lastNames(spelledFile, below.length + 1)
    .split('/')
    .slice(0, -1);
  return [location.replace(/[\\/]+$/, ''), ...names].join(separator);
}
