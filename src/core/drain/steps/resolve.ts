import { NOT_FOUND_TRIES, RETRY_RULES } from '../../failures/retry-policy.ts';
import type { Candidate, MatchResult, SceneFile } from '../../match/evidence.ts';
import { adviceOn } from '../../match/evidence.ts';
import type { LookUp, LookUpRule, LookUpStep } from '../../match/look-up.ts';
import { leftOutWords } from '../../match/near/left-out.ts';
import type { NearMiss } from '../../match/near/near-misses.ts';
import { mayBeMeant, nearMisses, nearWords } from '../../match/near/near-misses.ts';
import { pathMapWords } from '../../match/paths.ts';
import { MOST_CHOICES, pinCommand } from '../../match/pin.ts';
import type { FileMatch } from '../../match/scene-files.ts';
import { decideByFiles, otherFileOf } from '../../match/scene-files.ts';
import type { ItemChoice } from '../../model/errors.ts';
import { asSyncError, SyncError } from '../../model/errors.ts';
import type { RequestKind } from '../../model/request-kind.ts';
import type { OtherFile } from '../../model/scene-record.ts';
import type { Sentence } from '../../text/sentence.ts';
import { asName, asPath, asTitle, listed, ours, say, withoutStop } from '../../text/sentence.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { Ended, Step, StopSigns } from '../ports/endings.ts';
import { failed, givenBack, isStopping, split } from '../ports/endings.ts';
import { mapConcurrently } from '../ports/map-concurrently.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { Hydrated, Resolved } from '../ports/stages.ts';
import { isPinned } from '../ports/stages.ts';
import type { FileFinder, Looked, LookKind } from '../servers/file-finder.ts';
import type { MissHints } from '../servers/miss-hints.ts';
import type { PlexGuard } from '../servers/plex-guard.ts';
import type { RequestWatch } from '../servers/request-watch.ts';
import type { SystemicWatch } from '../servers/systemic.ts';
import type { PinUses } from './pins.ts';
import { followPin, resolveFromPin } from './pins.ts';

/** What a look-up needs; the steps that look again need it too. */
export type LookUpUses = PinUses &
  StopSigns &
  Pick<DrainDeps, 'emit' | 'pause'> & {
    readonly guard: Pick<PlexGuard, 'halts' | 'halted' | 'isTimeUp' | 'answered' | 'fault'>;
    readonly systemic: Pick<SystemicWatch, 'noteFound' | 'noteMissing' | 'noteUnproven'>;
    readonly finder: FileFinder;
    readonly missHints: MissHints;
    readonly requests: Pick<RequestWatch, 'succeeded' | 'failed'>;
    readonly options: Pick<DrainOptions, 'concurrency' | 'libraryLine' | 'matching' | 'mappings' | 'notFound'>;
  };

/** Path → rating key: from a pin, from the last sync, or by look-up. */
export async function resolve(batch: readonly Hydrated[], context: LookUpUses): Promise<Step<Resolved>> {
  const known = batch.map((work) => resolveFromPin(work, context) ?? resolveFromRecord(work) ?? work);
  const unknown = known.filter((work): work is Hydrated => !('ratingKey' in work));
  const looked = await lookUpAll(unknown, context);
  return {
    going: [...known.filter((work): work is Resolved => 'ratingKey' in work), ...looked.going],
    ended: looked.ended,
  };
}

/**
 * Path → rating key by look-ups alone: for pins that lost their item, and for files without a record that still holds.
 */
export async function lookUpAll(batch: readonly Hydrated[], context: LookUpUses): Promise<Step<Resolved>> {
  const { guard, systemic, options, finder } = context;
  await finder.expect(batch.length);
  const ends = await mapConcurrently(batch, options.concurrency, async (work): Promise<Resolved | Ended> => {
    await context.pause();
    // When the time is up, files already found are still written and no more are looked up.
    if (guard.halted() !== undefined || guard.isTimeUp()) return givenBack(work.job);
    try {
      const found = await (isPinned(work) ? followPin(work, context) : lookUp(work, context));
      systemic.noteFound();
      guard.answered();
      return found;
    } catch (thrown) {
      return afterFailedLook(work, asSyncError(thrown), context);
    }
  });
  return split(ends, (end) => end);
}

function afterFailedLook({ job, file }: Hydrated, error: SyncError, context: LookUpUses): Ended {
  const { guard, systemic, requests, options } = context;
  guard.fault(error);
  if (isStopping(context) && RETRY_RULES[error.code].class !== 'permanent') return givenBack(job);
  if (error.code === 'plex_not_found' && options.notFound.kind === 'wait') systemic.noteMissing(file.path);
  if (error.code === 'low_confidence') systemic.noteFound();
  requests.failed(job, error);
  return failed(job, error);
}

/** The item of an earlier sync, checked on the read that follows anyway: takes no extra request. */
function resolveFromRecord(work: Hydrated): Resolved | undefined {
  const { record } = work;
  if (record?.provenFile === undefined) return undefined;
  const file = work.files.find(({ path }) => path === record.scenePath) ?? work.file;
  return { ...work, file, ratingKey: record.ratingKey, provenFile: record.provenFile, from: 'record' };
}

/**
 * Looks the scene's files up in every library. An error keeps its own class: only a complete look that found nothing is
 * "not found".
 * @throws {SyncError} `plex_not_found`, `low_confidence`, or the error of the look-up.
 */
async function lookUp(work: Hydrated, context: LookUpUses): Promise<Resolved> {
  const { emit, systemic, options, finder, requests } = context;
  const { job } = work;
  const { file, look, from, match, others, steps } = await lookUpFiles(work, finder);
  const { name } = look;
  for (const { rule, requests: sent } of steps) {
    const kind = ASKED_BY[rule];
    if (kind !== undefined && sent > 0) requests.succeeded(kind, [job]);
  }
  switch (match.kind) {
    case 'none':
      throw await notFound(work, { file, look }, context);
    case 'high':
      return {
        ...work,
        file,
        others,
        ratingKey: match.best.candidate.ratingKey,
        provenFile: match.best.file,
        from,
      };
    case 'low': {
      const taken = options.matching === 'relaxed';
      emit({ kind: 'low_confidence', sceneId: job.sceneId, file: name, candidates: match.considered, taken });
      if (!taken) {
        systemic.noteUnproven({ file, look });
        throw new SyncError('low_confidence', describeLow(name, match, job.sceneId), { choices: choicesOf(match) });
      }
      return { ...work, file, others, ratingKey: match.best.candidate.ratingKey, provenFile: undefined, from };
    }
  }
}

/** The error for a file that no library has, with what is known about where it may be. */
async function notFound(
  work: Hydrated,
  { file, look }: { readonly file: SceneFile; readonly look: LookUp },
  { finder, missHints, options }: Pick<LookUpUses, 'finder' | 'missHints' | 'options'>,
): Promise<SyncError> {
  const missed = say`No Plex item found for filename: ${asPath(look.name)}`;
  const leftOut = await missHints.leftOut(file, lookKindOf(work));
  if (leftOut !== undefined) {
    const line = options.libraryLine === undefined ? '' : say`: ${options.libraryLine(leftOut.library)}`;
    return new SyncError('plex_not_found', say`${missed}; ${leftOutWords(leftOut)}${line}`);
  }
  const nearIn = (candidates: readonly Candidate[]): readonly NearMiss[] =>
    nearMisses(file, look.mapped.path, candidates).filter(mayBeMeant);
  const seen = nearIn(look.candidates);
  const isWorth = seen.length === 0 && isLastTry(work) && !finder.isBulk();
  const near = isWorth ? nearIn(await missHints.near(file)) : seen;
  const choices = near.map(({ candidate: { ratingKey, title, sectionTitle: library }, file: { path } }) => {
    return { ratingKey, title, library, file: path };
  });
  return new SyncError('plex_not_found', say`${missed}${nearestWords(near, work.job.sceneId)}`, { choices });
}

function nearestWords([nearest]: readonly NearMiss[], sceneId: number): Sentence {
  if (nearest === undefined) return say``;
  const pin = ours(pinCommand(sceneId, nearest.candidate.ratingKey));
  return say`; ${nearWords(nearest)}. If it is that: ${pin}`;
}

/** The kind of request by which each rule asks for one job's file. */
const ASKED_BY: Partial<Record<LookUpRule, RequestKind>> = { file_name: 'plex GET file', title: 'plex GET title' };

type LookedFile = Looked & FileMatch;

/** Looks for the primary file, and for the others only where that one proves nothing; `others` if they were. */
async function lookUpFiles(
  work: Hydrated,
  finder: FileFinder,
): Promise<LookedFile & { readonly others: readonly OtherFile[] | undefined; readonly steps: readonly LookUpStep[] }> {
  const kind = lookKindOf(work);
  const lookFor = async (file: SceneFile): Promise<LookedFile> => {
    const looked = await finder.look(file, { kind, sceneId: work.job.sceneId });
    return { ...looked, file, match: looked.look.match };
  };
  const [primary = work.file, ...others] = work.files;
  const looked: [LookedFile, ...LookedFile[]] = [await lookFor(primary)];
  if (looked[0].match.kind !== 'high') for (const other of others) looked.push(await lookFor(other));
  const decided = decideByFiles(looked);
  const isComplete = looked.length === work.files.length;
  const rest = looked.filter(({ file }) => file !== decided.file).map(otherFileOf);
  return { ...decided, others: isComplete ? rest : undefined, steps: looked.flatMap(({ look }) => look.steps) };
}

/** A miss is confirmed at Plex on a job's first try and on its last, before it becomes a dead letter. */
function lookKindOf(work: Hydrated | Resolved): LookKind {
  if ('from' in work && work.from === 'index') return 'at_plex';
  const { misses } = work.job.spent;
  return misses === 0 || isLastTry(work) ? 'first_or_last' : 'between';
}

function isLastTry({ job: { spent } }: Hydrated): boolean {
  return spent.misses >= NOT_FOUND_TRIES;
}

type LowMatch = Extract<MatchResult, { kind: 'low' }>;

function choicesOf({ considered }: LowMatch): readonly ItemChoice[] {
  return considered.slice(0, MOST_CHOICES).map(({ candidate: { ratingKey, title, sectionTitle: library }, file }) => {
    return { ratingKey, title, library, file };
  });
}

function describeLow(name: string, match: LowMatch, sceneId: number): Sentence {
  const shown = choicesOf(match).map(
    ({ ratingKey, title, library, file }) =>
      say`${ours(ratingKey)} "${asTitle(title)}" (${asName(library)}) ${asPath(file)}`,
  );
  const left = match.considered.length - shown.length;
  const more = left > 0 ? say`; and ${left} more` : '';
  const count = match.considered.length === 1 ? '1 candidate' : say`${match.considered.length} candidates`;
  const advice =
    match.suggestion === undefined ? adviceOn(match) : say`If this is the file: ${pathMapWords(match.suggestion)}`;
  const hint = advice === undefined ? '' : say`. ${withoutStop(advice)}`;
  const { ratingKey } = match.best.candidate;
  const pin = say`. If it is ${ours(ratingKey)}: ${ours(pinCommand(sceneId, ratingKey))}`;
  return say`${count} for ${asPath(name)}, and none is proven to be the scene's file: ${listed(shown, '; ')}${more}${hint}${pin}`;
}
