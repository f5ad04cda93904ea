import type { Agreement, Agreements } from '../../model/file-facts.ts';
import { areOtherFiles, compareFacts } from '../../model/file-facts.ts';
import type { PlexFile } from '../../model/plex-item.ts';
import type { Sentence } from '../../text/sentence.ts';
import { asPath, asTitle, ours, say } from '../../text/sentence.ts';
import type { Candidate, SceneFile } from '../evidence.ts';
import { fileName, fileStem, isSamePath, lastNames, nameKey, sharedFolders, spelledName } from '../paths.ts';
import type { NearName } from './near-names.ts';
import { namePieces, nearName } from './near-names.ts';

/** A file that is not the scene's but may explain why the scene's was not found. */
export type NearMiss = {
  /**
   * `other_size`, `other_duration`: the same name, but this fact differs. `same_folder`: another file in a folder of
   * that name. The others: the names nearly agree.
   */
  readonly kind: 'other_size' | 'other_duration' | NearName | 'same_folder';
  readonly candidate: Candidate;
  readonly file: PlexFile;
  /** How size and duration compare. */
  readonly facts: Agreements;
  /** Folders above the file that both sides share. */
  readonly sharedFolders: number;
};

const RANK: Readonly<Record<NearMiss['kind'], number>> = {
  other_size: 0,
  other_duration: 1,
  smb_signs: 2,
  other_ending: 3,
  other_signs: 4,
  one_letter: 5,
  longer_name: 6,
  same_folder: 7,
};

const FACT_RANK: Readonly<Record<Agreement, number>> = { same: 0, unknown: 1, different: 2 };

/** More than these explain nothing further. */
const MOST = 5;

/** What to search for in paths to find near misses: the name without its ending, and the folder's name. */
export function nearMissQueries(spelledPath: string): readonly string[] {
  const [above = ''] = lastNames(spelledPath, 2).split('/').slice(0, -1);
  return [...new Set([fileStem(spelledName(spelledPath)), above])].filter((text) => text !== '');
}

/**
 * The one text to search for where no more than one request is worth it: the name without its ending, or what is
 * longest of it between signs that SMB replaces.
 */
export function nearestNameQuery(spelledPath: string): string | undefined {
  const [longest] = fileStem(spelledName(spelledPath))
    .split(/[":*?<>|\uF001-\uF07F]+/)
    .map((run) => run.trim())
    .toSorted((a, b) => b.length - a.length);
  return longest === '' ? undefined : longest;
}

/** What to search for where that brought no name that nearly agrees: a name may differ anywhere. */
export function nearNameQueries(spelledPath: string): readonly string[] {
  return namePieces(spelledName(spelledPath));
}

/** Whether a person may find that the file is the scene's: its name is the same, or nearly. */
export function mayBeMeant({ kind }: NearMiss): boolean {
  return kind !== 'same_folder';
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
      const facts = compareFacts(scene, file);
      if (kind !== undefined)
        all.set(`${candidate.ratingKey}\n${file.path}`, { kind, candidate, file, facts, sharedFolders: shared });
    }
  }
  const likeness = ({ file }: NearMiss): number => commonStart(fileName(file.path), fileName(mappedPath));
  return [...all]
    .toSorted(
      ([keyA, a], [keyB, b]) =>
        RANK[a.kind] - RANK[b.kind] ||
        FACT_RANK[a.facts.size] - FACT_RANK[b.facts.size] ||
        FACT_RANK[a.facts.duration] - FACT_RANK[b.facts.duration] ||
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
  const near = nearName(name, wanted, compareFacts(scene, file));
  return near ?? (sharedFolders(file.path, mappedPath) > 0 ? 'same_folder' : undefined);
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

const KIND_WORDS: Readonly<Record<NearMiss['kind'], Sentence>> = {
  other_size: say`the same name and another size`,
  other_duration: say`the same name and another duration`,
  other_ending: say`the same name and another ending`,
  smb_signs: say`the same name but for the signs that SMB replaces`,
  other_signs: say`the same letters and other signs`,
  one_letter: say`a name that differs in one letter`,
  longer_name: say`more or fewer words behind the name, and the same duration`,
  same_folder: say`the same folder and another name`,
};

/** Names the item of a near miss, and how its file differs. */
export function nearWords({ kind, candidate, file }: NearMiss): Sentence {
  const { ratingKey, title } = candidate;
  return say`item ${ours(ratingKey)} "${asTitle(title)}" has ${asPath(file.path)}, with ${KIND_WORDS[kind]}`;
}
