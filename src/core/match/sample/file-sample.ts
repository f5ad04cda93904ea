import { areOtherFiles, compareFacts } from '../../model/file-facts.ts';
import type { Section } from '../../model/plex-item.ts';
import { evenly } from '../evenly.ts';
import type { SceneFile } from '../evidence.ts';
import { matchScene } from '../evidence.ts';
import { rootConflict } from '../library-roots.ts';
import type { LookUp } from '../look-up.ts';
import type { PathMapping } from '../paths.ts';
import { isInFolder, isSamePath, mapPath, nameKey } from '../paths.ts';
import type { PathPair } from './derive-mapping.ts';
import { deriveMappings, isNearlyAll, leadsTo } from './derive-mapping.ts';

/** A file known to the data directory: waiting, dead-lettered, or written to an item of the given section. */
export type SampledFile = SceneFile & {
  readonly from: 'waiting' | 'dead' | 'written';
  readonly sectionKey: string | undefined;
  readonly sceneId?: number | undefined;
  /** The dead letter it comes from. */
  readonly letterId?: number | undefined;
};

/** Files of one library, or files that lie in no library's folders. */
export type SampleGroup = { readonly section: Section | undefined; readonly files: readonly SampledFile[] };

/**
 * Groups files by the library they were written to, or whose folders hold their mapped path; at most `most` of each,
 * spread evenly, since neighbours tend to share a folder. Files written to a library we do not look in are left out.
 */
export function groupSample(
  files: readonly SampledFile[],
  place: { readonly sections: readonly Section[]; readonly mappings: readonly PathMapping[] },
  most: number,
): readonly SampleGroup[] {
  const { sections, mappings } = place;
  const groups = new Map<string | undefined, SampledFile[]>();
  for (const file of files) {
    const known = sections.find(({ key }) => key === file.sectionKey);
    if (file.from === 'written' && known === undefined) continue;
    const { path } = mapPath(file.path, mappings);
    const section =
      known ?? sections.find(({ folders }) => folders.some((folder) => folder !== '' && isInFolder(path, folder)));
    groups.set(section?.key, [...(groups.get(section?.key) ?? []), file]);
  }
  const inOrder = [...sections, undefined].map((section) => ({ section, files: groups.get(section?.key) ?? [] }));
  return inOrder
    .filter((group) => group.files.length > 0)
    .map((group) => ({ ...group, files: evenly(group.files, most) }));
}

/** A file and the result of looking it up. */
export type LookedUp<File extends SceneFile = SceneFile> = { readonly file: File; readonly look: LookUp };

/** How many files of a sample are found, and how many would be with the mappings that the others support. */
export type SampleVerdict = {
  readonly total: number;
  /** Proven by any rule. */
  readonly found: number;
  /** Proven by their exact path. */
  readonly exact: number;
  /** The first file that is not found. */
  readonly missing: SceneFile | undefined;
  readonly proposal:
    | { readonly mappings: readonly PathMapping[]; readonly found: number; readonly exact: number }
    | undefined;
};

/** Of the files of one name, so many are compared: the likeliest, which share a size or the most folders. */
const MOST_NAMESAKES = 12;
/** So many pairs of a whole sample are compared in one go; during that no signal is heard. */
const MOST_PAIRS = 700;

/**
 * Judges a sample, and derives the missing `path_map` lines from the files that are not at their path.
 * @param mappings those by which the files were looked up
 */
export function judgeSample(sample: readonly LookedUp[], mappings: readonly PathMapping[]): SampleVerdict {
  const most = Math.max(1, Math.min(MOST_NAMESAKES, Math.floor(MOST_PAIRS / sample.length)));
  const looked = sample.map((one) => withLikeliest(one, most));
  const now = countOf(looked.map(({ look }) => look.match));
  const aside = looked.filter(({ look }) => !isExact(look.match));
  const { likely = [], doubted = [] } = Object.groupBy(aside.flatMap(pairsOf), ({ kind }) => kind);
  const agreed = deriveMappings(likely, doubted).map(({ mapping }) => mapping);
  const derived = agreed.length > 0 ? agreed : mappingOfMatched(aside, doubted);
  const then = bestOf(derived, (lines) => countWith(looked, mappingsWith(lines, mappings)));
  const isBetter = then !== undefined && then.exact > now.exact && then.found >= now.found;
  const missing = looked.find(({ look }) => look.match.kind !== 'high')?.file;
  return { total: looked.length, ...now, missing, proposal: isBetter ? then : undefined };
}

/**
 * The first lines that lead most files to their paths: one for a few files may lie inside the folder of another, and
 * lead the others of that folder astray.
 */
function bestOf(derived: readonly PathMapping[], count: (lines: readonly PathMapping[]) => Count) {
  const proposals = derived.map((_, index) => {
    const lines = derived.slice(0, index + 1);
    return { mappings: lines, ...count(lines) };
  });
  return proposals.toSorted((a, b) => b.exact - a.exact || a.mappings.length - b.mappings.length)[0];
}

/** All mappings once the derived ones are added; one of them replaces an existing one for the same folder. */
export function mappingsWith(
  derived: readonly PathMapping[],
  mappings: readonly PathMapping[],
): readonly PathMapping[] {
  const kept = mappings.filter(({ from }) => !derived.some((mapping) => isSamePath(mapping.from, from)));
  return [...derived, ...kept];
}

/**
 * The one line that maps every file that is matched, though not by its path, to its item. Unmatched files are ignored,
 * except those that it would map to another library folder.
 */
function mappingOfMatched(aside: readonly LookedUp[], doubted: readonly PathPair[]): readonly PathMapping[] {
  const pairs = aside.flatMap(({ file, look: { match } }): PathPair[] =>
    match.kind === 'high' ? [{ stash: file.path, plex: match.best.file, size: 'same' }] : [],
  );
  const derived = deriveMappings(pairs);
  const [only] = derived;
  const isAgreed = derived.length === 1 && only?.explained === new Set(pairs.map(({ stash }) => stash)).size;
  if (!isAgreed) return [];
  const misled = new Set(doubted.filter((pair) => leadsTo(only.mapping, pair)).map(({ stash }) => stash));
  return isNearlyAll(only.explained, only.explained + misled.size) ? [only.mapping] : [];
}

function withLikeliest({ file, look }: LookedUp, most: number): LookedUp {
  const { match, candidates } = look;
  if (match.kind === 'none' || candidates.length <= most) return { file, look };
  const likeliest = new Set(match.considered.slice(0, most).map(({ candidate }) => candidate));
  return { file, look: { ...look, candidates: [...likeliest] } };
}

type Count = { readonly found: number; readonly exact: number };

function countWith(looked: readonly LookedUp[], mappings: readonly PathMapping[]): Count {
  return countOf(looked.map(({ file, look }) => matchScene(file, look.candidates, mappings)));
}

function countOf(matches: readonly LookUp['match'][]): Count {
  return { found: matches.filter(({ kind }) => kind === 'high').length, exact: matches.filter(isExact).length };
}

function isExact(match: LookUp['match']): boolean {
  return match.kind === 'high' && match.rule === 'path';
}

/** A pair is `doubted` when the library folders contradict it and no equal size outranks them. */
type JudgedPair = PathPair & { readonly kind: 'likely' | 'doubted' };

function pairsOf({ file, look }: LookedUp): JudgedPair[] {
  const named = look.candidates.flatMap((candidate) =>
    candidate.files
      .filter(({ path }) => nameKey(path) === nameKey(look.name))
      .map((plexFile) => ({ candidate, plexFile })),
  );
  return named.flatMap(({ candidate, plexFile }): JudgedPair[] => {
    const facts = compareFacts(file, plexFile);
    if (areOtherFiles(facts)) return [];
    const [stash, plex] = [file.path, plexFile.path];
    if (facts.size === 'same') return [{ stash, plex, size: 'same', kind: 'likely' }];
    const isDoubted = rootConflict([look.mapped.path, stash], plex, candidate) !== undefined;
    return [{ stash, plex, size: 'unknown', kind: isDoubted ? 'doubted' : 'likely' }];
  });
}
