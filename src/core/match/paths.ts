import type { Sentence } from '../model/sentence.ts';
import { plainText, say } from '../model/sentence.ts';
import { shellPaths } from '../model/shell-word.ts';

/** One line of `path_map`: where Stash sees a folder, and where Plex sees the same one. */
export type PathMapping = { readonly from: string; readonly to: string };

/** A path in the one spelling that comparisons use: forward slashes, NFC, no repeated or trailing slash. */
export function normalisePath(path: string): string {
  const slashed = path.normalize('NFC').replaceAll('\\', '/');
  // A UNC path keeps its two leading slashes: `//nas/media` and `/nas/media` are different places.
  const lead = slashed.startsWith('//') ? '/' : '';
  const joined = lead + slashed.replace(/\/+/g, '/');
  return joined.length > 1 && joined.endsWith('/') ? joined.slice(0, -1) : joined;
}

/** The last part of a path: the file's own name. */
export function fileName(path: string): string {
  const normal = normalisePath(path);
  return normal.slice(normal.lastIndexOf('/') + 1);
}

/** A file's name without what follows its last dot; a dot that opens the name is part of it. */
export function fileStem(name: string): string {
  return name.replace(/(?<=.)\.[^.]*$/, '');
}

/** What all spellings of one file name have in common: NFC, without case. Takes a path, or a bare name. */
export function nameKey(path: string): string {
  return fileName(path).toLowerCase();
}

/** The folder that holds a file, in the spelling of `normalisePath`; `/` at the root. */
export function folderOf(path: string): string {
  return dropTail(path, 1) || '/';
}

/** What two paths end in alike: the file's name with the folders above it that both have, as `path` spells them. */
export function sharedTail(path: string, other: string): string {
  return normalisePath(path)
    .split('/')
    .slice(-1 - sharedFolders(path, other))
    .join('/');
}

/** How many folders directly above the file two paths have in common; 0 when only the names agree. */
export function sharedFolders(a: string, b: string): number {
  return sharedEnd(dropTail(a, 1), dropTail(b, 1));
}

/** How many names two folders end in alike, whatever their case; a drive and a server are names too. */
export function sharedEnd(a: string, b: string): number {
  const [namesA, namesB] = [namesIn(a), namesIn(b)];
  let shared = 0;
  while (shared < namesA.length && shared < namesB.length && namesA.at(-1 - shared) === namesB.at(-1 - shared))
    shared += 1;
  return shared;
}

function namesIn(folder: string): string[] {
  return normalisePath(folder)
    .toLowerCase()
    .split('/')
    .filter((part) => part !== '');
}

/** A path as Plex sees it, and which mapping made it so; `undefined` when none applies and the path is as Stash has it. */
export type MappedPath = { readonly path: string; readonly mapping: PathMapping | undefined };

/** Applies the mapping with the longest matching prefix; a prefix matches only up to a folder boundary. */
export function mapPath(path: string, mappings: readonly PathMapping[]): MappedPath {
  const normal = normalisePath(path);
  let best: { readonly mapping: PathMapping; readonly rest: string } | undefined;
  for (const mapping of mappings) {
    const rest = restBelow(normal, normalisePath(mapping.from));
    // The less is left, the longer the prefix.
    if (rest !== undefined && (best === undefined || rest.length < best.rest.length)) best = { mapping, rest };
  }
  if (best === undefined) return { path: normal, mapping: undefined };
  const { mapping, rest } = best;
  const target = normalisePath(mapping.to);
  if (rest === '') return { path: target, mapping };
  return { path: target.endsWith('/') ? target + rest : `${target}/${rest}`, mapping };
}

/** Whether a path lies in a folder, or is the folder itself. */
export function isInFolder(path: string, folder: string): boolean {
  return isUnder(normalisePath(path), normalisePath(folder));
}

/** A mapping as it is typed on a command line, quoted where a shell needs it. */
export function pathMapFlag(mapping: PathMapping): string {
  return plainText(pathMapWords(mapping));
}

/** The flag, with its folders told apart. */
export function pathMapWords({ from, to }: PathMapping): Sentence {
  return say`--path-map ${shellPaths([from, to])}`;
}

/** The way back: a path as Plex sees it, as Stash sees the same file. `mapping` is the one that was turned round. */
export function unmapPath(path: string, mappings: readonly PathMapping[]): MappedPath {
  const turned = mappings.map(({ from, to }): PathMapping => ({ from: to, to: from }));
  const { path: stashPath, mapping } = mapPath(path, turned);
  return { path: stashPath, mapping: mapping && { from: mapping.to, to: mapping.from } };
}

/** Whether two paths name one file or folder: slashes do not count, nor does case below a drive of Windows. */
export function isSamePath(a: string, b: string): boolean {
  return isInFolder(a, b) && isInFolder(b, a);
}

/** Whether a path is the folder or lies in it, up to a folder boundary; both in the spelling of `normalisePath`. */
export function isUnder(path: string, folder: string): boolean {
  return restBelow(path, folder) !== undefined;
}

/** How many folders lie between a folder and a file in it; `undefined` when the file is not in it. */
export function foldersBelow(path: string, folder: string): number | undefined {
  const rest = restBelow(normalisePath(path), normalisePath(folder));
  return rest === undefined ? undefined : rest.split('/').length - 1;
}

/** What of a path is below a folder, `''` for the folder itself; `undefined` when the path is not in it. */
function restBelow(path: string, folder: string): string | undefined {
  // A share of the network is not in the root of this machine.
  if (path === '' || path.startsWith('//') !== folder.startsWith('//')) return undefined;
  const [parts, above] = [path.split('/'), folder === '/' ? [''] : folder.split('/')];
  const isIn = above.every((part, index) => isSamePart(part, parts[index], folder));
  return isIn ? parts.slice(above.length).join('/') : undefined;
}

/** Below a drive of Windows case does not tell two folders apart; anywhere else it may. */
function isSamePart(a: string, b: string | undefined, folder: string): boolean {
  return a === b || (/^[a-z]:/i.test(folder) && a.toLowerCase() === b?.toLowerCase());
}

/**
 * The `path_map` line that would turn `stashPath` into `plexPath`: what is left of each after their shared tail.
 * `undefined` when they share no folder, since a bare file name proves no mapping.
 */
export function derivePathMapping(stashPath: string, plexPath: string): PathMapping | undefined {
  const shared = sharedFolders(stashPath, plexPath);
  if (shared === 0) return undefined;
  const from = dropTail(stashPath, shared + 1) || '/';
  const to = dropTail(plexPath, shared + 1) || '/';
  return isSamePath(from, to) ? undefined : { from, to };
}

/** What is left of a path without so many of its last names; `''` when nothing is. */
export function dropTail(path: string, names: number): string {
  return normalisePath(path).split('/').slice(0, -names).join('/');
}
