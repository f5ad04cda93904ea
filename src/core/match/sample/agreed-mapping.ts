import type { SceneFile } from '../evidence.ts';
import { matchScene } from '../evidence.ts';
import type { PathMapping } from '../paths.ts';
import { mapPath } from '../paths.ts';
import type { LookedUp } from './file-sample.ts';
import { judgeSample, mappingsWith } from './file-sample.ts';

/** So many files that agree on one line are no chance. */
export const ENOUGH_FILES = 20;

/** How many files of a sample speak for a mapping, and how many do not. */
type Counts = {
  readonly total: number;
  /** At the path of their item, by the proposed lines or without them. */
  readonly agreeing: number;
  /** Plex has no file of their name. */
  readonly missing: number;
};

/** What a sample of files says about `path_map`. */
export type MappingVerdict = Counts &
  /** Each file that Plex has is where the present mappings lead. */
  (
    | { readonly kind: 'fits' }
    /** These lines may be proposed: `mappings` is all of `path_map` with them. */
    | { readonly kind: 'agreed'; readonly derived: readonly PathMapping[]; readonly mappings: readonly PathMapping[] }
    /** Too few files agree, or one contradicts: `derived` is a guess, and may be empty. */
    | {
        readonly kind: 'unsure';
        readonly derived: readonly PathMapping[];
        readonly mappings: readonly PathMapping[];
        readonly contradicting: SceneFile | undefined;
      }
    /** Plex has none of the files. */
    | { readonly kind: 'unknown' }
  );

/**
 * Decides whether the sample proves a `path_map`: `ENOUGH_FILES` agree on each line of it, or every file there is, and
 * no file contradicts.
 * @param mappings those by which the files were looked up
 * @param extent `all` when the sample holds every file there is
 */
export function judgeMapping(
  sample: readonly LookedUp[],
  { mappings, extent }: { readonly mappings: readonly PathMapping[]; readonly extent: 'all' | 'some' },
): MappingVerdict {
  const derived = sample.length === 0 ? [] : (judgeSample(sample, mappings).proposal?.mappings ?? []);
  const all = mappingsWith(derived, mappings);
  const places = sample.map((one) => placeOf(one, all, derived));
  const agreeing = places.filter(({ kind }) => kind === 'right').length;
  const missing = places.filter(({ kind }) => kind === 'missing').length;
  const contradicting = sample[places.findIndex(({ kind }) => kind === 'wrong')]?.file;
  const counts: Counts = { total: sample.length, agreeing, missing };
  if (missing === sample.length) return { kind: 'unknown', ...counts };
  if (derived.length === 0 && contradicting === undefined) return { kind: 'fits', ...counts };
  const isWhole = extent === 'all' && missing === 0;
  const isProven = derived.length > 0 && (isWhole || derived.every((line) => supportOf(line, places) >= ENOUGH_FILES));
  return isProven && contradicting === undefined
    ? { kind: 'agreed', derived, mappings: all, ...counts }
    : { kind: 'unsure', derived, mappings: all, contradicting, ...counts };
}

type Place =
  | { readonly kind: 'right'; readonly by: PathMapping | undefined }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'missing' };

/** Where `mappings` lead a file; a file of another size at a path that `derived` leads to shows the line to be wrong. */
function placeOf({ file, look }: LookedUp, mappings: readonly PathMapping[], derived: readonly PathMapping[]): Place {
  const match = matchScene(file, look.candidates, mappings);
  if (match.kind === 'none') return { kind: 'missing' };
  if (match.kind === 'low' || match.rule !== 'path') return { kind: 'wrong' };
  const by = derived.find((line) => line === mapPath(file.path, mappings).mapping);
  return by !== undefined && match.best.size === 'different' ? { kind: 'wrong' } : { kind: 'right', by };
}

function supportOf(line: PathMapping, places: readonly Place[]): number {
  return places.filter((place) => place.kind === 'right' && place.by === line).length;
}
