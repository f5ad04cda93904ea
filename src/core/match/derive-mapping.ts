import { parsePathMappings } from './mappings.ts';
import type { PathMapping } from './paths.ts';
import { folderOf, mapPath, normalisePath, sharedTail } from './paths.ts';

/** A file as Stash sees it, and a Plex file that may be the same: equal names, and sizes that do not contradict. */
export type PathPair = {
  readonly stash: string;
  readonly plex: string;
  readonly size: 'same' | 'unknown';
};

/** A mapping that many files support. */
export type DerivedMapping = {
  readonly mapping: PathMapping;
  /** How many different files it maps to the exact path of a file they are paired with. */
  readonly explained: number;
};

/** A mapping that explains a smaller share of the paired files is chance, or only a part of the answer. */
const NEARLY_ALL = 0.8;

/**
 * The `path_map` lines that lead nearly all of the paired files from Stash to Plex, the one that explains most first;
 * empty when the files do not agree. A file may be paired with many: agreement between files shows the right pair. The
 * order of the pairs does not matter.
 * @param doubted pairs with evidence against them: their files count, but they explain none
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

/** Whether `count` of `total` files is enough to trust what they agree on. */
export function isNearlyAll(count: number, total: number): boolean {
  return count >= total * NEARLY_ALL;
}

/** The mapping that most files agree on and that is compatible with `others`; `undefined` when the rest proves none. */
function strongest(pairs: readonly PathPair[], others: readonly PathMapping[]): DerivedMapping | undefined {
  const options = new Map<string, PathMapping>();
  for (const pair of pairs) {
    const mapping = mappingOf(pair);
    if (mapping !== undefined) options.set(`${mapping.from}=${mapping.to}`, mapping);
  }
  const ranked = [...options.entries()]
    // Skip what `path_map` would refuse, such as a second mapping of the same folder.
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

/** A shared name may be chance; a shared folder above it, or an equal size, is not. */
function provesByItself({ stash, plex, size }: PathPair): boolean {
  return size === 'same' || sharedTail(stash, plex).includes('/');
}

/** The prefixes of both paths before their shared tail. */
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

/** Whether a mapping turns the Stash path of a pair into its Plex path. */
export function leadsTo(mapping: PathMapping, { stash, plex }: PathPair): boolean {
  const mapped = mapPath(stash, [mapping]);
  return mapped.mapping !== undefined && mapped.path.toLowerCase() === normalisePath(plex).toLowerCase();
}
