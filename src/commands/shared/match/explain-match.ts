import type { Candidate, SceneFile } from '../../../core/match/evidence.ts';
import { rootConflict } from '../../../core/match/library-roots.ts';
import type { LivePlex } from '../../../core/match/live-finders.ts';
import { liveFinders } from '../../../core/match/live-finders.ts';
import type { Found, LookUp, LookUpPlace } from '../../../core/match/look-up.ts';
import { lookUpFile } from '../../../core/match/look-up.ts';
import type { FoundLeftOut } from '../../../core/match/near/left-out.ts';
import { leftOutFile } from '../../../core/match/near/left-out.ts';
import type { NearMiss } from '../../../core/match/near/near-misses.ts';
import {
  isRuledOut,
  mayBeMeant,
  nearMisses,
  nearMissQueries,
  nearNameQueries,
} from '../../../core/match/near/near-misses.ts';
import type { PathMapping } from '../../../core/match/paths.ts';
import {
  derivePathMapping,
  fileName,
  folderOf,
  isInFolder,
  mapPath,
  normalisePath,
  unmapPath,
} from '../../../core/match/paths.ts';
import { decideByFiles, otherFileOf } from '../../../core/match/scene-files.ts';
import type { Section } from '../../../core/model/plex-item.ts';
import type { OtherFile } from '../../../core/model/scene-record.ts';

/** What an explanation needs from Plex. Either function may throw a `SyncError`. */
export type ExplainPlex = LivePlex & {
  /** At most `most` items with `text` in a file's path: hints, not a complete look. */
  filesLike(section: Section, text: string, most: number): Promise<Found>;
};

/** A verdict with everything a person needs to understand it. */
export type Explanation = {
  /** The file that decided. */
  readonly file: SceneFile;
  /** All files of the scene, the primary one first. */
  readonly files: readonly SceneFile[];
  readonly look: LookUp;
  /** Other items that hold a file of the scene. */
  readonly others: readonly OtherFile[];
  readonly nearMisses: readonly NearMiss[];
  /** Where the file was found among the libraries that `plex_library` leaves out, if no other one has it. */
  readonly leftOut: FoundLeftOut | undefined;
  /** Requests made only to find near misses, and in the libraries that are left out. */
  readonly extraRequests: number;
  /** The mapping that would make the path exact, if the file it leads to is the right one. */
  readonly suggestion: PathMapping | undefined;
  /**
   * Set when the given path is one as Plex sees it; `stashPath` is the same file as Stash sees it, if a mapping tells.
   */
  readonly plexSide: { readonly stashPath: string | undefined } | undefined;
};

/** Where to look, and the libraries in which a file can only be said to be. */
export type ExplainPlace = LookUpPlace & { readonly leftOut: readonly Section[] };

/** Enough to see similar files, in a folder of any size. */
const MOST_NEAR = 50;

/**
 * Looks the files of a scene up and judges them as the drain does; if nothing is found, looks further to report near
 * misses. Looks for all of them, also where the primary one decides, to name the items that hold the others.
 */
export async function explainMatch(
  files: readonly [SceneFile, ...SceneFile[]],
  place: ExplainPlace,
  plex: ExplainPlex,
): Promise<Explanation> {
  const [primary, ...rest] = files;
  const lookFor = async (one: SceneFile) => {
    const found = await lookUpFile(one, place, liveFinders(plex));
    return { file: one, look: found, match: found.match };
  };
  const looked: [Awaited<ReturnType<typeof lookFor>>, ...Awaited<ReturnType<typeof lookFor>>[]] = [
    await lookFor(primary),
  ];
  for (const one of rest) looked.push(await lookFor(one));
  const decided = decideByFiles(looked);
  const { file } = decided;
  const look = { ...decided.look, match: decided.match, steps: looked.flatMap((each) => each.look.steps) };
  const ownKey = look.match.kind === 'high' ? look.match.best.candidate.ratingKey : undefined;
  const others = looked
    .filter((each) => each !== decided && each.file !== file)
    .map(otherFileOf)
    .filter(({ item }) => item !== undefined && item.ratingKey !== ownKey);
  const elsewhere = look.match.kind === 'high' ? undefined : await lookInLeftOut(file, place, plex);
  const leftOut = elsewhere && leftOutFile(elsewhere);
  const isNear = look.match.kind === 'none' && leftOut?.certainty !== 'proven';
  const extra = isNear ? await lookAround(file, { place, look }, plex) : NOTHING;
  const all = nearMisses(file, look.mapped.path, [...look.candidates, ...extra.candidates]);
  // When there are candidates, only the ruled-out files are worth showing.
  const near = look.match.kind === 'none' ? all : all.filter(isRuledOut);
  return {
    file,
    files,
    look,
    others,
    nearMisses: near,
    leftOut,
    extraRequests: extra.requests + (elsewhere === undefined ? 0 : requestsIn(elsewhere)),
    suggestion: suggestionFor(file, place, { look, near }),
    plexSide: plexSideOf(file.path, place.mappings, look),
  };
}

const NOTHING: Found = { candidates: [], requests: 0 };

/** Looks by name alone, in the libraries that are left out. */
async function lookInLeftOut(
  file: SceneFile,
  { leftOut, mappings }: ExplainPlace,
  plex: ExplainPlex,
): Promise<LookUp | undefined> {
  if (leftOut.length === 0) return undefined;
  const { byName } = liveFinders(plex);
  return await lookUpFile(file, { sections: leftOut, mappings }, { byName });
}

function requestsIn({ steps }: LookUp): number {
  return steps.reduce((sum, { requests }) => sum + requests, 0);
}

/** Searches for files whose names are like that of the file, or that lie in its folder. */
async function lookAround(
  file: SceneFile,
  { place, look }: { readonly place: LookUpPlace; readonly look: LookUp },
  plex: ExplainPlex,
): Promise<Found> {
  const { spelled, path } = look.mapped;
  const candidates: Candidate[] = [];
  let requests = 0;
  const ask = async (queries: readonly string[]): Promise<void> => {
    for (const section of place.sections) {
      for (const query of queries) {
        const found = await plex.filesLike(section, query, MOST_NEAR);
        candidates.push(...found.candidates);
        requests += found.requests;
      }
    }
  };
  await ask(nearMissQueries(spelled));
  const isFound = nearMisses(file, path, [...look.candidates, ...candidates]).some(mayBeMeant);
  if (!isFound) await ask(nearNameQueries(spelled));
  return { candidates, requests };
}

function suggestionFor(
  file: SceneFile,
  { sections }: LookUpPlace,
  { look, near }: { readonly look: LookUp; readonly near: readonly NearMiss[] },
): PathMapping | undefined {
  const suggested = (plexPath: string): PathMapping | undefined => {
    const derived = derivePathMapping(file.path, plexPath);
    return derived !== undefined && mapPath(file.path, [derived]).path !== look.mapped.path ? derived : undefined;
  };
  const { match } = look;
  if (match.kind === 'low') return match.suggestion;
  if (match.kind === 'high') return match.rule === 'path' ? undefined : suggested(match.best.file);
  // A path outside every library was probably not mapped, or mapped wrongly: then the folder's place in Plex shows how.
  const isInside = sections.some(({ serverFolders }) =>
    serverFolders.some((folder) => isInFolder(look.mapped.path, folder)),
  );
  const name = fileName(look.mapped.path);
  const [closest] = near
    .filter(({ sharedFolders }) => sharedFolders > 0)
    .map(({ candidate, file: { path } }) => ({ candidate, path: `${folderOf(path)}/${name}` }))
    .filter(({ candidate, path }) => rootConflict([look.mapped.path, file.path], path, candidate) === undefined);
  return isInside || closest === undefined ? undefined : suggested(closest.path);
}

function plexSideOf(path: string, mappings: readonly PathMapping[], look: LookUp): Explanation['plexSide'] {
  const back = unmapPath(path, mappings);
  const stashPath = back.mapping === undefined ? undefined : back.path;
  if (look.mapped.mapping === undefined) return stashPath === undefined ? undefined : { stashPath };
  const given = normalisePath(path);
  const isInPlex = look.candidates.some(({ files }) => files.some((file) => normalisePath(file.path) === given));
  return isInPlex && look.mapped.path !== given ? { stashPath } : undefined;
}
