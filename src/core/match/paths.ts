import type { Sentence } from '../text/sentence.ts';
import { plainText, say } from '../text/sentence.ts';
import { shellPaths } from '../text/shell-word.ts';

/** One line of `path_map`: a folder as Stash sees it, and the same folder as Plex sees it. */
export type PathMapping = { readonly from: string; readonly to: string };

/** A path that is normal already, as most are: ASCII names, each behind one slash. Paths are compared by the thousand. */
const PLAIN = /^\/?[ -.0-[\]-~]+(?:\/[ -.0-[\]-~]+)*$/;

/** Spells a path the one way comparisons use: forward slashes, NFC, no repeated or trailing slash. */
export function normalisePath(path: string): string {
  if (PLAIN.test(path)) return path;
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

/**
 * The last part of a path letter by letter, for asking a server: one that compares letters as they are stored does not
 * find a name that NFC has changed.
 */
export function spelledName(path: string): string {
  return path.split(/[\\/]+/).findLast((part) => part !== '') ?? '';
}

/** A file's name without its last ending; a leading dot is part of the name. */
export function fileStem(name: string): string {
  return name.replace(/(?<=.)\.[^.]*$/, '');
}

/** A key that all spellings of a file name share: NFC, without case. Takes a path or a bare name. */
export function nameKey(path: string): string {
  return fileName(path).toLowerCase();
}

/** The folder that holds a file, in the spelling of `normalisePath`; `/` at the root. */
export function folderOf(path: string): string {
  return dropTail(path, 1) || '/';
}

/** The shared tail of two paths: the file name and the folders above it that both have, as `path` spells them. */
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

/** How many trailing names two folders share, ignoring case; a drive and a server count as names. */
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

/** A path as the other server sees it. */
export type MappedPath = {
  /** In the spelling of `normalisePath`. */
  readonly path: string;
  /** The same with each name letter by letter as its source spells it, for asking a server. */
  readonly spelled: string;
  /** `undefined` when none applies and the path is as Stash has it. */
  readonly mapping: PathMapping | undefined;
};

/** Applies the mapping with the longest matching prefix; a prefix matches only up to a folder boundary. */
export function mapPath(path: string, mappings: readonly PathMapping[]): MappedPath {
  const normal = normalisePath(path);
  let best: { readonly mapping: PathMapping; readonly rest: string } | undefined;
  for (const mapping of mappings) {
    const rest = restBelow(normal, normalisePath(mapping.from));
    // The shorter the rest, the longer the prefix.
    if (rest !== undefined && (best === undefined || rest.length < best.rest.length)) best = { mapping, rest };
  }
  if (best === undefined) return { path: normal, spelled: path, mapping: undefined };
  const { mapping, rest } = best;
  const target = normalisePath(mapping.to);
  if (rest === '') return { path: target, spelled: mapping.to, mapping };
  const spelledRest = lastNames(path, rest.split('/').length);
  const under = (folder: string, below: string): string =>
    folder.endsWith('/') ? folder + below : `${folder}/${below}`;
  return { path: under(target, rest), spelled: under(mapping.to, spelledRest), mapping };
}

/** The last `count` names of a path as they are spelled there. */
export function lastNames(path: string, count: number): string {
  return path
    .split(/[\\/]+/)
    .filter((part) => part !== '')
    .slice(-count)
    .join('/');
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

/** Maps a Plex path back to Stash. `mapping` is the one that was reversed. */
export function unmapPath(path: string, mappings: readonly PathMapping[]): MappedPath {
  const turned = mappings.map(({ from, to }): PathMapping => ({ from: to, to: from }));
  const { mapping, ...mapped } = mapPath(path, turned);
  return { ...mapped, mapping: mapping && { from: mapping.to, to: mapping.from } };
}

/** Whether two paths name one file or folder: slashes are ignored, and below a Windows drive case is too. */
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

/** The part of a path below a folder, `''` for the folder itself; `undefined` when the path is not in it. */
function restBelow(path: string, folder: string): string | undefined {
  // A network share is not inside the root of this machine.
  if (path === '' || path.startsWith('//') !== folder.startsWith('//')) return undefined;
  const [parts, above] = [path.split('/'), folder === '/' ? [''] : folder.split('/')];
  const isIn = above.every((part, index) => isSamePart(part, parts[index], { folder, index }));
  return isIn ? parts.slice(above.length).join('/') : undefined;
}

/**
 * Below a Windows drive, names that differ only in case are the same, and so are the server and the share of a network
 * path; elsewhere they may not be.
 */
function isSamePart(
  a: string,
  b: string | undefined,
  at: { readonly folder: string; readonly index: number },
): boolean {
  if (a === b) return true;
  // `//server/share/…` in parts: two empty ones, the server, the share.
  const hasNoCase = /^[a-z]:/i.test(at.folder) || (at.folder.startsWith('//') && at.index < 4);
  return hasNoCase && a.toLowerCase() === b?.toLowerCase();
}

/**
 * The `path_map` line that would turn `stashPath` into `plexPath`: both without their shared tail. `undefined` when
 * they share no folder, since a file name alone proves no mapping.
 */
export function derivePathMapping(stashPath: string, plexPath: string): PathMapping | undefined {
  const shared = sharedFolders(stashPath, plexPath);
  if (shared === 0) return undefined;
  const from = dropTail(stashPath, shared + 1) || '/';
  const to = dropTail(plexPath, shared + 1) || '/';
  return isSamePath(from, to) ? undefined : { from, to };
}

/** A path without its last `names` names; `''` when nothing is left. */
export function dropTail(path: string, names: number): string {
  return normalisePath(path).split('/').slice(0, -names).join('/');
}
