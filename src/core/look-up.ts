import type { MappedPath, PathMapping } from './file-paths.ts';
import { fileName, mapPath } from './file-paths.ts';
import type { Candidate, MatchResult, SceneFile } from './match.ts';
import { matchScene } from './match.ts';
import type { Section } from './plex-item.ts';

/** What one complete look in a section brought, and how many requests it took. */
export type Found = { readonly candidates: readonly Candidate[]; readonly requests: number };

/** How candidates are looked for; the rules are tried in the order in which their steps are listed. */
export type LookUpRule = 'file_name';

/** One rule tried in one section: what was asked for, how many items answered and what it cost. */
export type LookUpStep = {
  readonly rule: LookUpRule;
  readonly section: Section;
  readonly query: string;
  readonly found: number;
  readonly requests: number;
};

/** Where to look, and what leads from a path in Stash to one in Plex. */
export type LookUpPlace = { readonly sections: readonly Section[]; readonly mappings: readonly PathMapping[] };

/** A look-up with everything that led to its verdict. */
export type LookUp = {
  readonly mapped: MappedPath;
  /** What was looked for: the file's own name. */
  readonly name: string;
  readonly steps: readonly LookUpStep[];
  /** Every item that was seen, also those that the evidence ruled out. */
  readonly candidates: readonly Candidate[];
  readonly match: MatchResult;
};

/**
 * Looks a scene's file up in every section and judges what was found: the one way from a path to an item. An error
 * while looking is passed on as it is, so that only a complete look ever says "none".
 * @param find every item of a section with a file of this name: a complete look, or a throw
 */
export async function lookUpFile(
  file: SceneFile,
  { sections, mappings }: LookUpPlace,
  find: (section: Section, name: string) => Promise<Found>,
): Promise<LookUp> {
  const mapped = mapPath(file.path, mappings);
  const name = fileName(mapped.path);
  const steps: LookUpStep[] = [];
  const candidates: Candidate[] = [];
  for (const section of sections) {
    const found = await find(section, name);
    steps.push({ rule: 'file_name', section, query: name, found: found.candidates.length, requests: found.requests });
    candidates.push(...found.candidates);
  }
  return { mapped, name, steps, candidates, match: matchScene(file, candidates, mappings) };
}
