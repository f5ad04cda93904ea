import { parsePathMappings } from './mappings.ts';
import type { PathMapping } from './paths.ts';
import { folderOf, mapPath, normalisePath, sharedTail } from './paths.ts';

/** A file as Stash sees it, and one in Plex that may be it: the same name, and no size that says otherwise. */
export type PathPair = {
  readonly stash: string;
  readonly plex: string;
  readonly size: 'same' | 'unknown';
};

/** A mapping that many files speak for. */
export type DerivedMapping = {
  readonly mapping: PathMapping;
  /** How many different files it leads to the very path of one they are paired with. */
  readonly explained: number;
};

/** Mappings that explain fewer of the paired files than this are chance, or only a part of the truth. */
const NEARLY_ALL = 0.8;

/**
 * The `path_map` lines that lead nearly all of the paired files from Stash to Plex, the one that explains most first;
 * none when they do not agree. A file may be paired with many: that the files agree is what tells the right pair. The
 * order of the pairs never matters.
 * @param doubted pairs that something speaks against: their files count, and they explain none
 */
export function deriveMappings(
  pairs: readonly PathPair[],
  doubted: readonly PathPair[] = [],
): readonly DerivedMapping[] {
  const files = new Set([...pairs, ...doubted].map(({ stash }) => stash));
  const derived: DerivedMapping[] = [];
  let left = pairs;
  const next = (): DerivedMapping | undefined =>
    strongest(
      left,
      derived.map(({ mapping }) => mapping),
    );
  for (let best = next(); best !== undefined; best = next()) {
    const { mapping } = best;
    const explained = new Set(left.filter((pair) => leadsTo(mapping, pair)).map(({ stash }) => stash));
    derived.push({ mapping, explained: explained.size });
    left = left.filter(({ stash }) => !explained.has(stash));
  }
  const total = derived.reduce((sum, { explained }) => sum + explained, 0);
  return isNearlyAll(total, files.size) ? derived : [];
}

/** Whether so many files are enough of so many to believe what they say. */
export function isNearlyAll(count: number, total: number): boolean {
  return count >= total * NEARLY_ALL;
}

/** The mapping that most files agree on and that may stand beside `others`; `undefined` when what is left proves none. */
function strongest(pairs: readonly PathPair[], others: readonly PathMapping[]): DerivedMapping | undefined {
  const options = new Map<string, PathMapping>();
  for (const pair of pairs) {
    const mapping = mappingOf(pair);
    if (mapping !== undefined) options.set(`${mapping.from}=${mapping.to}`, mapping);
  }
  const ranked = [...options.entries()]
    // What `path_map` would refuse is no advice: a second way from one folder, say.
    .filter(([, mapping]) => parsePathMappings([...others, mapping]).kind === 'mappings')
    .map(([key, mapping]) => {
      const agreeing = pairs.filter((pair) => leadsTo(mapping, pair));
      return { key, mapping, agreeing, explained: new Set(agreeing.map(({ stash }) => stash)).size };
    })
    .filter(({ agreeing, explained }) => explained > 1 || agreeing.some(provesByItself))
    .toSorted(
      (a, b) => b.explained - a.explained || a.mapping.from.length - b.mapping.from.length || (a.key < b.key ? -1 : 1),
    );
  return ranked[0];
}

/** A name alone is shared by chance; a folder above it, or the size, is not. */
function provesByItself({ stash, plex, size }: PathPair): boolean {
  return size === 'same' || sharedTail(stash, plex).includes('/');
}

/** What is left of each path before their shared tail. */
function mappingOf({ stash, plex }: PathPair): PathMapping | undefined {
  const parts = sharedTail(stash, plex).split('/').length;
  const from = above(stash, parts);
  const to = above(plex, parts);
  return from === to ? undefined : { from, to };
}

function above(path: string, parts: number): string {
  let folder = normalisePath(path);
  for (let part = 0; part < parts; part += 1) folder = folderOf(folder);
  return folder;
}

/** Whether a mapping turns the one path of a pair into the other. */
export function leadsTo(mapping: PathMapping, { stash, plex }: PathPair): boolean {
  const mapped = mapPath(stash, [mapping]);
  return mapped.mapping !== undefined && mapped.path.toLowerCase() === normalisePath(plex).toLowerCase();
}
