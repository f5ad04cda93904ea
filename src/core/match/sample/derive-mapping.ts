import { parsePathMappings } from '../mappings.ts';
import type { PathMapping } from '../paths.ts';
import { mapPath, normalisePath, sharedTail } from '../paths.ts';

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

/** More lines than anybody has mounts: files that agree on none are not explained one by one. */
const MOST_LINES = 8;

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
  let left = pairs.map(prepared);
  while (derived.length < MOST_LINES) {
    const best = strongest(
      left,
      derived.map(({ mapping }) => mapping),
    );
    if (best === undefined) break;
    derived.push({ mapping: best.mapping, explained: best.stashes.size });
    left = left.filter(({ pair }) => !best.stashes.has(pair.stash));
  }
  const total = derived.reduce((sum, { explained }) => sum + explained, 0);
  return isNearlyAll(total, files.size) ? derived : [];
}

/** Whether `count` of `total` files is enough to trust what they agree on. */
export function isNearlyAll(count: number, total: number): boolean {
  return count >= total * NEARLY_ALL;
}

/** A pair with its own mapping, and the keys of all that lead its Stash path to its Plex path. */
type Prepared = { readonly pair: PathPair; readonly own: PathMapping | undefined; readonly keys: readonly string[] };

/**
 * A mapping explains a pair if it splits both paths before a tail that they share: its own mapping, before the whole
 * shared tail, or that one with folders of the tail added to both sides.
 */
function prepared(pair: PathPair): Prepared {
  const [stash, plex] = [normalisePath(pair.stash).split('/'), normalisePath(pair.plex).split('/')];
  const shared = sharedTail(pair.stash, pair.plex).split('/').length;
  const mappings = Array.from({ length: shared }, (_, index) => ({
    from: above(stash, shared - index),
    to: above(plex, shared - index),
  })).filter(({ from, to }) => from !== to);
  return { pair, own: mappings[0], keys: mappings.map(keyOf) };
}

/** Plex paths are compared without regard to case. */
function keyOf({ from, to }: PathMapping): string {
  return `${from}\n${to.toLowerCase()}`;
}

type Option = { readonly mapping: PathMapping; readonly stashes: Set<string>; isProven: boolean };

/** The mapping that most files agree on and that is compatible with `others`; `undefined` when the rest proves none. */
function strongest(pairs: readonly Prepared[], others: readonly PathMapping[]): Option | undefined {
  const options = new Map<string, Option>();
  for (const { own } of pairs)
    if (own !== undefined && !options.has(keyOf(own)))
      options.set(keyOf(own), { mapping: own, stashes: new Set(), isProven: false });
  for (const { pair, keys } of pairs)
    for (const key of keys) {
      const option = options.get(key);
      option?.stashes.add(pair.stash);
      if (option !== undefined && provesByItself(pair)) option.isProven = true;
    }
  return (
    [...options]
      .filter(([, { stashes, isProven }]) => stashes.size > 1 || isProven)
      .toSorted(
        ([one, a], [other, b]) =>
          b.stashes.size - a.stashes.size || a.mapping.from.length - b.mapping.from.length || (one < other ? -1 : 1),
      )
      .map(([, option]) => option)
      // Skip what `path_map` would refuse, such as a second mapping of the same folder.
      .find(({ mapping }) => parsePathMappings([...others, mapping]).kind === 'mappings')
  );
}

/** A shared name may be chance; a shared folder above it, or an equal size, is not. */
function provesByItself({ stash, plex, size }: PathPair): boolean {
  return size === 'same' || sharedTail(stash, plex).includes('/');
}

/** The folder that is left without the last `names` parts of a path. */
function above(parts: readonly string[], names: number): string {
  return parts.slice(0, -names).join('/') || '/';
}

/** Whether a mapping turns the Stash path of a pair into its Plex path. */
export function leadsTo(mapping: PathMapping, { stash, plex }: PathPair): boolean {
  const mapped = mapPath(stash, [mapping]);
  return mapped.mapping !== undefined && mapped.path.toLowerCase() === normalisePath(plex).toLowerCase();
}
