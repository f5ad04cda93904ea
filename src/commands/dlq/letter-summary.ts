import { normalisePath } from '../../core/match/paths.ts';

/** How many letters are in or below a folder; `undefined` when their file is not known. */
export type FolderCount = { readonly folder: string | undefined; readonly count: number };

/** The letters of one error type, most frequent first. */
export type LetterGroup = {
  readonly errorType: string;
  readonly count: number;
  readonly folders: readonly FolderCount[];
};

/** Groups letters by error type, and each type by folder. */
export function summariseLetters(
  letters: Iterable<{ readonly errorType: string; readonly path: string | undefined }>,
): readonly LetterGroup[] {
  const types = Map.groupBy(letters, ({ errorType }) => errorType);
  return [...types]
    .map(([errorType, ofType]) => ({
      errorType,
      count: ofType.length,
      folders: countFolders(ofType.map(({ path }) => path)),
    }))
    .toSorted((a, b) => b.count - a.count || compare(a.errorType, b.errorType));
}

/** A top folder such as `/data` is often the mount of everything; folders from the second level on are specific. */
const TELLING_DEPTH = 2;
/** With more folders than this, their common parent is shown instead. */
const MOST_FOLDERS = 5;

function countFolders(paths: readonly (string | undefined)[]): readonly FolderCount[] {
  const known = paths.filter((path) => path !== undefined).map(foldersOf);
  const unknown = paths.length - known.length;
  return [
    ...divide(known).toSorted((a, b) => b.count - a.count || compare(a.folder ?? '', b.folder ?? '')),
    ...(unknown > 0 ? [{ folder: undefined, count: unknown }] : []),
  ];
}

/** The deepest folder that all paths share; it is divided further while it is too close to the top to be specific. */
function divide(paths: readonly (readonly string[])[]): readonly FolderCount[] {
  const [first, ...rest] = paths;
  if (first === undefined) return [];
  const differsAt = (parts: readonly string[]): number => {
    const index = first.findIndex((part, at) => parts[at] !== part);
    return index < 0 ? first.length : index;
  };
  const depth = Math.min(first.length, ...new Set(rest.map(differsAt)));
  const whole: FolderCount = { folder: first.slice(0, depth).join('/') || '/', count: paths.length };
  if (first.slice(0, depth).filter((part) => part !== '').length >= TELLING_DEPTH) return [whole];
  const children = [...Map.groupBy(paths, (parts) => parts[depth])];
  const isTelling = children.length <= MOST_FOLDERS && children.every(([child]) => child !== undefined);
  return isTelling ? children.flatMap(([, inside]) => divide(inside)) : [whole];
}

function foldersOf(path: string): readonly string[] {
  return normalisePath(path).split('/').slice(0, -1);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
