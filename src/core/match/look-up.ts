import type { Section } from '../model/plex-item.ts';
import type { Candidate, MatchResult, SceneFile } from './evidence.ts';
import { matchScene } from './evidence.ts';
import type { MappedPath, PathMapping } from './paths.ts';
import { mapPath, spelledName } from './paths.ts';
import { titleQueries } from './title-queries.ts';

/** What one complete look in a section found, and how many requests it took. */
export type Found = { readonly candidates: readonly Candidate[]; readonly requests: number };

/**
 * How candidates are found. By file name: `index` from an earlier listing, `file_name` at the server, `listing` by
 * reading a whole section that cannot be searched by name. `title` is the last resort after `file_name`.
 */
export type LookUpRule = 'index' | 'file_name' | 'listing' | 'title';

/** One rule tried in one section: what was asked, how many items answered and how many requests it took. */
export type LookUpStep = {
  readonly rule: LookUpRule;
  readonly section: Section;
  readonly query: string;
  readonly found: number;
  readonly requests: number;
};

/** Where to look, and how Stash paths map to Plex paths. */
export type LookUpPlace = { readonly sections: readonly Section[]; readonly mappings: readonly PathMapping[] };

/** A look-up with everything that led to its verdict. */
export type LookUp = {
  readonly mapped: MappedPath;
  /** What was looked for: the file's own name, letter by letter. */
  readonly name: string;
  readonly steps: readonly LookUpStep[];
  /** Every item that was seen, including those that the evidence ruled out. */
  readonly candidates: readonly Candidate[];
  readonly match: MatchResult;
};

/**
 * How to look in a section. Each function looks completely or throws; the title search proves nothing alone and is
 * optional.
 */
export type Finders = {
  byName(section: Section, name: string): Promise<Found & { readonly rule: Exclude<LookUpRule, 'title'> }>;
  readonly byTitle?: ((section: Section, title: string) => Promise<Found>) | undefined;
};

/**
 * Looks a scene's file up in every section and judges what was found: the only way from a path to an item. Errors are
 * passed on unchanged, so that only a complete look ever says "none".
 */
export async function lookUpFile(file: SceneFile, place: LookUpPlace, finders: Finders): Promise<LookUp> {
  const { sections, mappings } = place;
  const mapped = mapPath(file.path, mappings);
  const name = spelledName(mapped.spelled);
  const steps: LookUpStep[] = [];
  const candidates: Candidate[] = [];
  for (const section of sections) {
    const { rule, ...found } = await finders.byName(section, name);
    steps.push({ rule, section, query: name, found: found.candidates.length, requests: found.requests });
    candidates.push(...found.candidates);
  }
  const look = { mapped, name, steps, candidates, match: matchScene(file, candidates, mappings) };
  const unlisted = steps.filter(({ rule }) => rule === 'file_name').map(({ section }) => section);
  if (look.match.kind !== 'none' || finders.byTitle === undefined) return look;
  return await searchTitles(file, look, { mappings, sections: unlisted, byTitle: finders.byTitle });
}

/** Searches for titles derived from the file name, until an item turns up that has the file. */
async function searchTitles(
  file: SceneFile,
  look: LookUp,
  { sections, mappings, byTitle }: LookUpPlace & { readonly byTitle: NonNullable<Finders['byTitle']> },
): Promise<LookUp> {
  const steps = [...look.steps];
  const candidates = new Map(look.candidates.map((candidate) => [candidate.ratingKey, candidate]));
  for (const query of sections.length === 0 ? [] : titleQueries(look.mapped.spelled)) {
    for (const section of sections) {
      const { candidates: titled, requests } = await byTitle(section, query);
      steps.push({ rule: 'title', section, query, found: titled.length, requests });
      for (const candidate of titled) candidates.set(candidate.ratingKey, candidate);
    }
    const all = [...candidates.values()];
    const match = matchScene(file, all, mappings);
    if (match.kind !== 'none') return { ...look, steps, candidates: all, match };
  }
  return { ...look, steps, candidates: [...candidates.values()] };
}
