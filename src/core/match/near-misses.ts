import { areOtherFiles, compareFacts } from '../model/file-facts.ts';
import type { PlexFile } from '../model/plex-item.ts';
import type { Candidate, SceneFile } from './evidence.ts';
import { fileName, fileStem, isSamePath, lastNames, nameKey, sharedFolders, spelledName } from './paths.ts';

/** A file that is not the scene's but may explain why the scene's was not found. */
export type NearMiss = {
  /**
   * `other_size`, `other_duration`: the same name, but this fact differs. `other_ending`: the names differ only after
   * the last dot. `same_folder`: another file in a folder of that name.
   */
  readonly kind: 'other_size' | 'other_duration' | 'other_ending' | 'same_folder';
  readonly candidate: Candidate;
  readonly file: PlexFile;
  /** Folders above the file that both sides share. */
  readonly sharedFolders: number;
};

const RANK: Readonly<Record<NearMiss['kind'], number>> = {
  other_size: 0,
  other_duration: 1,
  other_ending: 2,
  same_folder: 3,
};

/** More than these explain nothing further. */
const MOST = 5;

/** What to search for in paths to find near misses: the name without its ending, and the folder's name. */
export function nearMissQueries(spelledPath: string): readonly string[] {
  const [above = ''] = lastNames(spelledPath, 2).split('/').slice(0, -1);
  return [...new Set([fileStem(spelledName(spelledPath)), above])].filter((text) => text !== '');
}

/** Whether the file would be a candidate if its size or duration did not differ. */
export function isRuledOut({ kind }: NearMiss): boolean {
  return kind === 'other_size' || kind === 'other_duration';
}

/** The files closest to the scene's among items that are not it, closest first, whatever order they come in. */
export function nearMisses(
  scene: SceneFile,
  mappedPath: string,
  candidates: readonly Candidate[],
): readonly NearMiss[] {
  const all = new Map<string, NearMiss>();
  for (const candidate of candidates) {
    for (const file of candidate.files) {
      const kind = kindOf(scene, mappedPath, file);
      const shared = sharedFolders(file.path, mappedPath);
      if (kind !== undefined)
        all.set(`${candidate.ratingKey}\n${file.path}`, { kind, candidate, file, sharedFolders: shared });
    }
  }
  const likeness = ({ file }: NearMiss): number => commonStart(fileName(file.path), fileName(mappedPath));
  return [...all]
    .toSorted(
      ([keyA, a], [keyB, b]) =>
        RANK[a.kind] - RANK[b.kind] ||
        b.sharedFolders - a.sharedFolders ||
        likeness(b) - likeness(a) ||
        (keyA < keyB ? -1 : 1),
    )
    .map(([, miss]) => miss)
    .slice(0, MOST);
}

function kindOf(scene: SceneFile, mappedPath: string, file: PlexFile): NearMiss['kind'] | undefined {
  const [name, wanted] = [nameKey(file.path), nameKey(mappedPath)];
  if (name === wanted) return ruledOutBy(scene, mappedPath, file);
  if (fileStem(name) === fileStem(wanted)) return 'other_ending';
  return sharedFolders(file.path, mappedPath) > 0 ? 'same_folder' : undefined;
}

/** A file of the same name is a candidate, unless its facts differ and its path is not the scene's. */
function ruledOutBy(scene: SceneFile, mappedPath: string, file: PlexFile): NearMiss['kind'] | undefined {
  const facts = compareFacts(scene, file);
  if (!areOtherFiles(facts) || isSamePath(file.path, mappedPath)) return undefined;
  return facts.size === 'different' ? 'other_size' : 'other_duration';
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}
