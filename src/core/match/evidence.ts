import type { Agreement, Agreements, FileFacts } from '../model/file-facts.ts';
import { areOtherFiles, compareFacts } from '../model/file-facts.ts';
import type { PlexFile } from '../model/plex-item.ts';
import type { Sentence } from '../text/sentence.ts';
import { say } from '../text/sentence.ts';
import type { LibraryFolders, RootConflict } from './library-roots.ts';
import { adviceOnRoots, libraryFolderOf, rootConflict } from './library-roots.ts';
import type { PathMapping } from './paths.ts';
import { derivePathMapping, isSamePath, mapPath, nameKey, normalisePath, sharedFolders } from './paths.ts';

/** An item that may be the scene's, with its files, as a look-up found it. */
export type Candidate = LibraryFolders & {
  readonly ratingKey: string;
  readonly title: string;
  readonly sectionKey: string;
  readonly sectionTitle: string;
  readonly files: readonly PlexFile[];
};

/** What is known of the scene's file, as Stash sees it. */
export type SceneFile = FileFacts & { readonly path: string };

/** The evidence for and against a candidate, from its best file. An equal duration alone proves nothing. */
export type Evidence = Agreements & {
  readonly candidate: Candidate;
  readonly file: string;
  /**
   * `case` when the paths differ only in case, on a file system that may ignore it; below a Windows drive that is
   * `exact`.
   */
  readonly path: 'exact' | 'case' | 'differs';
  /** Folders above the file that both sides share. */
  readonly sharedFolders: number;
  /**
   * `other`: the library has the file in a folder that the scene's path does not have; `other_root`: the scene's path
   * points to another library folder.
   */
  readonly branch: 'same' | 'other' | 'other_root' | 'unknown';
};

export type MatchResult =
  /** Proven: writing is safe. */
  | {
      readonly kind: 'high';
      readonly best: Evidence;
      readonly rule: 'path' | 'size' | 'folders';
      readonly considered: readonly Evidence[];
    }
  /** There are candidates but no proof. `best` is what relaxed matching would take. */
  | {
      readonly kind: 'low';
      readonly best: Evidence;
      readonly considered: readonly Evidence[];
      /** The mapping that would make the path exact; absent where `conflict` contradicts it. */
      readonly suggestion: PathMapping | undefined;
      readonly conflict: RootConflict | undefined;
      /** Set when several files of the scene prove different items, and its primary one none. */
      readonly isSplit?: true;
    }
  | { readonly kind: 'none' };

/**
 * Decides which candidate is the scene's item. Pure: the same evidence gives the same verdict, in whatever order the
 * candidates come.
 */
export function matchScene(
  scene: SceneFile,
  candidates: readonly Candidate[],
  mappings: readonly PathMapping[],
): MatchResult {
  const mapped = mapPath(scene.path, mappings);
  const considered = candidates.flatMap((candidate) => evidenceFor(scene, mapped.path, candidate)).toSorted(byStrength);
  const [best] = considered;
  if (best === undefined) return { kind: 'none' };
  const alone = (proof: readonly Evidence[]): Evidence | undefined => (proof.length === 1 ? proof[0] : undefined);

  const samePath = strongest(considered, (evidence) => PATH_RANK[evidence.path]).filter(
    ({ path }) => path !== 'differs',
  );
  if (samePath.length > 0) {
    const only = alone(samePath);
    return only
      ? { kind: 'high', best: only, rule: 'path', considered }
      : { kind: 'low', best, considered, suggestion: undefined, conflict: undefined };
  }
  const sameSize = considered.filter((evidence) => evidence.size === 'same');
  const bySize = alone(sameSize);
  if (bySize) return { kind: 'high', best: bySize, rule: 'size', considered };
  const byFolders = alone(strongest(considered, (evidence) => evidence.sharedFolders));
  // A longer tail must not outvote an equal size elsewhere. When a mapping applies, the exact path was expected: then a
  // shared tail proves something only together with the size.
  const sizesAllow = byFolders?.size === 'same' || (sameSize.length === 0 && mapped.mapping === undefined);
  // A season of another studio may end in the same folder name but lie in another folder of the library, or in another
  // library.
  const isBranchRight = byFolders?.size === 'same' || byFolders?.branch === 'same' || byFolders?.branch === 'unknown';
  if (byFolders && byFolders.sharedFolders > 0 && sizesAllow && isBranchRight) {
    return { kind: 'high', best: byFolders, rule: 'folders', considered };
  }
  const conflict =
    best.size === 'same' ? undefined : rootConflict([mapped.path, scene.path], best.file, best.candidate);
  const suggestion = conflict === undefined ? derivePathMapping(scene.path, best.file) : undefined;
  return { kind: 'low', best, considered, suggestion, conflict };
}

/**
 * What helps where a mapping would not: several items hold the same file, or the scene's path points to another library
 * folder. `undefined` for any other match.
 */
export function adviceOn(match: MatchResult): Sentence | undefined {
  if (match.kind !== 'low') return undefined;
  if (match.isSplit) return SPLIT;
  return adviceOnTwins(match.considered) ?? (match.conflict && adviceOnRoots(match.conflict));
}

const SPLIT = say`Other files of the scene are in different items, and its primary file is in none: merge them in Plex, or make the right file the primary one in Stash.`;

function adviceOnTwins(considered: readonly Evidence[]): Sentence | undefined {
  const twins = considered.filter(({ path }) => path === 'exact');
  if (twins.length < 2) return undefined;
  const libraries = new Set(twins.map(({ candidate }) => candidate.sectionKey));
  return libraries.size > 1
    ? say`Several libraries have this very file: set plex_library to the one that is meant.`
    : say`Several items of one library have this very file: merge them in Plex, or remove all but one.`;
}

/** A match made before: the scene's path then, and the Plex file that was proven to be it. */
export type ProvenMatch = { readonly scenePath: string; readonly file: string };

/**
 * The file of the scene that proves an item is still the scene's, the primary one before all others, and the Plex file
 * that it is; `undefined` when there is none.
 */
export function heldAmong(
  files: readonly SceneFile[],
  held: readonly PlexFile[],
  by: Parameters<typeof heldFile>[2],
): { readonly file: SceneFile; readonly provenFile: string } | undefined {
  for (const file of files) {
    const provenFile = heldFile(file, held, by);
    if (provenFile !== undefined) return { file, provenFile };
  }
  return undefined;
}

/**
 * The file that proves an item is still the scene's: the one at its mapped path, or the one proven earlier for this
 * scene path. `undefined` when there is neither.
 */
export function heldFile(
  scene: SceneFile,
  files: readonly PlexFile[],
  { proven, mappings }: { readonly proven: ProvenMatch; readonly mappings: readonly PathMapping[] },
): string | undefined {
  const mapped = mapPath(scene.path, mappings).path;
  const held = files.find((file) => {
    const path = comparePaths(file.path, mapped);
    if (path === 'exact') return true;
    const isKnown = path === 'case' || (scene.path === proven.scenePath && file.path === proven.file);
    return isKnown && !areOtherFiles(compareFacts(scene, file));
  });
  return held?.path;
}

function evidenceFor(scene: SceneFile, mappedPath: string, candidate: Candidate): Evidence[] {
  const perFile = candidate.files
    .filter((file) => nameKey(file.path) === nameKey(mappedPath))
    .map(
      (file): Evidence => ({
        candidate,
        file: file.path,
        path: comparePaths(file.path, mappedPath),
        ...compareFacts(scene, file),
        sharedFolders: sharedFolders(file.path, mappedPath),
        branch: branchOf(file.path, mappedPath, candidate),
      }),
    )
    // A file with another size or duration under another path is a different file, even if only the case differs.
    .filter((evidence) => evidence.path === 'exact' || !areOtherFiles(evidence))
    .toSorted(byStrength);
  return perFile.slice(0, 1);
}

/**
 * Compares the file's whole path below its library folder with the scene's path, and then the library folder itself.
 */
function branchOf(path: string, mappedPath: string, folders: LibraryFolders): Evidence['branch'] {
  const held = libraryFolderOf(path, folders);
  if (held === undefined) return 'unknown';
  if (held.below > sharedFolders(path, mappedPath)) return 'other';
  return rootConflict([mappedPath], path, folders) === undefined ? 'same' : 'other_root';
}

function strongest(all: readonly Evidence[], strength: (evidence: Evidence) => number): Evidence[] {
  const most = Math.max(...all.map(strength));
  return all.filter((evidence) => strength(evidence) === most);
}

function comparePaths(a: string, b: string): Evidence['path'] {
  if (isSamePath(a, b)) return 'exact';
  return normalisePath(a).toLowerCase() === normalisePath(b).toLowerCase() ? 'case' : 'differs';
}

const PATH_RANK: Readonly<Record<Evidence['path'], number>> = { exact: 2, case: 1, differs: 0 };
const FACT_RANK: Readonly<Record<Agreement, number>> = { same: 2, unknown: 1, different: 0 };

/** Strongest first; rating key and file break ties, so that the order of the candidates cannot. */
function byStrength(a: Evidence, b: Evidence): number {
  return (
    PATH_RANK[b.path] - PATH_RANK[a.path] ||
    FACT_RANK[b.size] - FACT_RANK[a.size] ||
    b.sharedFolders - a.sharedFolders ||
    // After the folders: a shared tail may prove an item, so the file with the longest one represents it.
    FACT_RANK[b.duration] - FACT_RANK[a.duration] ||
    compareText(a.candidate.ratingKey, b.candidate.ratingKey) ||
    compareText(a.file, b.file)
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
