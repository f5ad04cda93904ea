import type { OtherFile } from '../model/scene-record.ts';
import type { MatchResult, SceneFile } from './evidence.ts';

/** What looking for one file of a scene led to. */
export type FileMatch = { readonly file: SceneFile; readonly match: MatchResult };

/**
 * The file that decides where a scene belongs, of all its files, the primary one first. A proof for the primary counts
 * most, then one for any other file. Where two others prove different items, neither counts: the result is `low`, with
 * both as candidates. Without a proof the first file with candidates decides.
 */
export function decideByFiles<Looked extends FileMatch>(looked: readonly [Looked, ...Looked[]]): Looked {
  const [primary] = looked;
  const proven = looked.filter(({ match }) => match.kind === 'high');
  const [first] = proven;
  if (primary.match.kind === 'high') return primary;
  if (first === undefined) return looked.find(({ match }) => match.kind === 'low') ?? primary;
  const bests = proven.flatMap(({ match }) => (match.kind === 'high' ? match.best : []));
  const items = new Map(bests.map((best) => [best.candidate.ratingKey, best]));
  if (items.size === 1) return first;
  const [best = bests[0]] = items.values();
  if (best === undefined) return first;
  const match: MatchResult = {
    kind: 'low',
    best,
    considered: [...items.values()],
    suggestion: undefined,
    conflict: undefined,
    isSplit: true,
  };
  return { ...first, match };
}

/** A file that was looked for, with the item that is proven to hold it, if any. */
export function otherFileOf({ file, match }: FileMatch): OtherFile {
  if (match.kind !== 'high') return { path: file.path };
  const { ratingKey, title, sectionTitle: library } = match.best.candidate;
  return { path: file.path, item: { ratingKey, title, library } };
}
