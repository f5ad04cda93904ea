import { RETRY_RULES } from '../../failures/retry-policy.ts';
import { holdingFolder } from '../../match/near/left-out.ts';
import type { PathMapping } from '../../match/paths.ts';
import { isInFolder, isSamePath, mapPath, normalisePath, pathMapWords, sharedEnd } from '../../match/paths.ts';
import type { LookedUp } from '../../match/sample/file-sample.ts';
import { judgeSample } from '../../match/sample/file-sample.ts';
import type { SyncError, SyncErrorCode } from '../../model/errors.ts';
import type { Section } from '../../model/plex-item.ts';
import type { Sentence } from '../../text/sentence.ts';
import { asName, listed, ours, say } from '../../text/sentence.ts';
import { shellPaths } from '../../text/shell-word.ts';
import type { Halt } from './plex-guard.ts';

/** After this many permanent failures of one kind in a row without a success in the run, the configuration is doubted. */
const SAME_FAILURE_LIMIT = 10;
/** After this many look-ups that all miss, in a data directory that never matched anything, the paths are suspected. */
const MISSING_LIMIT = 100;
/** This many unproven look-ups are enough to see what they have in common. */
const UNPROVEN_LIMIT = 100;
/** The most jobs of a sample. */
const SAMPLE_SIZE = 100;
/** The same where an earlier run saw writes refused, so that a run each minute does not write much in vain. */
const REFUSED_SAMPLE_SIZE = 20;

/**
 * What becomes of the failures of a batch. `hold`: a sample of the backlog decides first; `stop`: the configuration is
 * wrong; `give_back`: the sample said nothing.
 */
export type Judgement = 'settle' | 'hold' | 'stop' | 'give_back';

/** Watches how a run's jobs end for the sign that the configuration is wrong, and not the jobs. */
export type SystemicWatch = {
  /** Notes how a job ended: `undefined` is a success. */
  note(error: SyncError | undefined): void;
  /** Notes a complete look that found nothing. */
  noteMissing(scenePath: string): void;
  noteFound(): void;
  /** Notes a look that found candidates without proof: together such looks may show the missing mapping. */
  noteUnproven(looked: LookedUp): void;
  /** Whether a job of this run was right: then no failure is the configuration's. */
  succeeded(): boolean;
  /** The code of which so many in a row failed that the configuration is doubted. */
  doubted(): SyncErrorCode | undefined;
  /** The size of the sample of the backlog that must come next; `undefined` where the next jobs are taken in order. */
  wantedSample(): number | undefined;
  /** Whether the run is in doubt and no sample is under way: nothing more is written before one was tried. */
  awaitsSample(): boolean;
  /** Notes how the next batch was claimed, and how many jobs it has. */
  begin(batch: Batch): void;
  /** What the batch that has ended, and is noted, means for its failures and those held before. */
  judgement(): Judgement;
  /** Why the run stops, by what is known now. */
  verdict(): Extract<Halt, { kind: 'misconfigured' }> | undefined;
};

type Batch = { readonly claimed: 'in_order' | 'sample'; readonly jobs: number };
type Streak = { readonly code: SyncErrorCode; readonly count: number; readonly message: Sentence };

/**
 * The head of a queue may be wrong where the rest is right. So a run that doubts its configuration goes on with a
 * sample of the whole backlog; where nothing ever matched, or an earlier run was in doubt, it begins with one.
 */
export function createSystemicWatch(facts: {
  readonly sections: readonly Section[];
  /** The libraries that `plex_library` leaves out, and the line that takes one in. */
  readonly leftOut?: readonly Section[];
  readonly libraryLine?: ((title: string) => Sentence) | undefined;
  readonly mappings: readonly PathMapping[];
  readonly everMatched: boolean;
  /** The failure that made an earlier run doubt, if no job has been right since. */
  readonly doubted?: SyncErrorCode | undefined;
}): SystemicWatch {
  let streak: Streak | undefined;
  let longest: Streak | undefined;
  let succeeded = false;
  let found = facts.everMatched;
  let batch: (Batch & { readonly failed: number }) | undefined;
  let missing: readonly string[] = [];
  let unproven: readonly LookedUp[] = [];
  const doubt = (): Streak | undefined =>
    !succeeded && longest !== undefined && longest.count >= SAME_FAILURE_LIMIT ? longest : undefined;
  const isNothingFound = (): boolean => !found && missing.length >= MISSING_LIMIT;
  const isSampleNext = (): boolean =>
    batch === undefined
      ? !succeeded && (!facts.everMatched || facts.doubted !== undefined)
      : batch.claimed === 'in_order' && doubt() !== undefined;

  return {
    note: (error) => {
      if (error === undefined) succeeded = true;
      else if (batch !== undefined) batch = { ...batch, failed: batch.failed + 1 };
      streak = error === undefined ? undefined : longerBy(streak, error);
      if (streak !== undefined && streak.count > (longest?.count ?? 0)) longest = streak;
    },
    noteMissing: (scenePath) => {
      const { path } = mapPath(scenePath, facts.mappings);
      // There the paths agree, and Plex has only not scanned the file yet.
      const isInLibrary = facts.sections.some(({ folders }) => folders.some((folder) => isInFolder(path, folder)));
      if (!isInLibrary && missing.length < MISSING_LIMIT) missing = [...missing, scenePath];
    },
    noteFound: () => {
      found = true;
    },
    noteUnproven: (looked) => {
      // A success proves the configuration: unproven looks after it are not kept.
      if (!succeeded && unproven.length < UNPROVEN_LIMIT) unproven = [...unproven, looked];
    },
    succeeded: () => succeeded,
    doubted: () => doubt()?.code,
    wantedSample: () => {
      if (!isSampleNext()) return undefined;
      const wasRefused = facts.doubted?.startsWith('plex') ?? false;
      return batch === undefined && wasRefused ? REFUSED_SAMPLE_SIZE : SAMPLE_SIZE;
    },
    awaitsSample: () => doubt() !== undefined && batch?.claimed !== 'sample',
    begin: (next) => {
      // Jobs on trial come before the first sample, and do not stand for it.
      if (batch === undefined && next.claimed === 'in_order' && isSampleNext()) return;
      batch = { ...next, failed: 0 };
      // The sample shows more of the files than the head of the queue does.
      if (next.claimed === 'sample' && next.jobs >= SAME_FAILURE_LIMIT) unproven = [];
    },
    judgement: () => {
      if (doubt() === undefined) return isNothingFound() ? 'stop' : 'settle';
      if (batch?.claimed !== 'sample') return 'hold';
      // An empty sample means that nothing else is left; one without a failure of its own was only released.
      return batch.jobs === 0 || batch.failed > 0 ? 'stop' : 'give_back';
    },
    verdict: () => {
      const doubted = doubt();
      if (doubted !== undefined)
        return sameFailure(
          doubted,
          doubted.code === 'low_confidence' ? missingMapping(unproven, facts.mappings) : undefined,
        );
      return isNothingFound() ? nothingFound(missing, facts) : undefined;
    },
  };
}

/** The streak after another failure; only permanent ones of one kind make a streak. */
function longerBy(streak: Streak | undefined, { code, said }: SyncError): Streak | undefined {
  if (RETRY_RULES[code].class !== 'permanent') return undefined;
  return streak?.code === code ? { ...streak, count: streak.count + 1 } : { code, count: 1, message: said };
}

function sameFailure(streak: Streak, addition: Sentence | undefined): Extract<Halt, { kind: 'misconfigured' }> {
  const { errorType } = RETRY_RULES[streak.code];
  return {
    kind: 'misconfigured',
    message: say`Stopped: ${streak.count} jobs in a row failed with ${ours(errorType)} and none succeeded. The first: ${streak.message}`,
    hint: say`${HINTS[streak.code] ?? OTHER_HINT}${addition ?? ''}`,
  };
}

/** The `--path-map` line that the files agree on, if they do: one file alone may suggest it by chance. */
function missingMapping(unproven: readonly LookedUp[], mappings: readonly PathMapping[]): Sentence | undefined {
  const { total, proposal } = judgeSample(unproven, mappings);
  if (proposal === undefined) return undefined;
  return say` ${proposal.exact} of ${total} would have it with ${listed(proposal.mappings.map(pathMapWords), ' ')}`;
}

const HINTS: Partial<Record<SyncErrorCode, Sentence>> = {
  low_confidence: say`Set path_map so that each file has its exact path in Plex, then run again.`,
  no_file_path: say`These scenes were enqueued without a path; enqueue them again with one.`,
};

const OTHER_HINT = say`Mend the cause, then run again; what became a dead letter before the stop comes back with plexsync dlq retry.`;

/**
 * Says what is probably wrong when nothing was found at all. If the scenes lie in a folder that no library has, it adds
 * the `--path-map` line that would map them.
 */
function nothingFound(
  missing: readonly string[],
  facts: Parameters<typeof createSystemicWatch>[0],
): Extract<Halt, { kind: 'misconfigured' }> {
  const { sections } = facts;
  const root = commonFolder(missing);
  const folders = sections.flatMap(({ folders: paths }) => paths);
  const all = sections.flatMap(({ serverFolders }) => serverFolders);
  const isOutside = !folders.some((folder) => isInFolder(root, folder));
  const where = folders.length === 0 ? 'no folder' : listed(folders.map((folder) => shellPaths([folder])));
  const [only] = folders;
  const suggestion =
    isOutside && folders.length === 1 && only !== undefined && !namesAnother(root, only, all)
      ? say` If both are the same folder: ${missing.length} of ${missing.length} would be under it with ${pathMapWords({ from: root, to: only })}`
      : '';
  return {
    kind: 'misconfigured',
    message: say`Stopped: 0 of ${missing.length} files were found in Plex, and none ever was. Stash has them under ${shellPaths([root])}; the libraries hold ${where}.`,
    hint: say`Check plex_library, path_map, and that Plex has scanned.${inLeftOut(missing, facts)}${suggestion}`,
  };
}

/** Names the library that is left out and whose folders hold most of the missing files, if any does. */
function inLeftOut(
  missing: readonly string[],
  { leftOut = [], mappings, libraryLine }: Parameters<typeof createSystemicWatch>[0],
): Sentence {
  const paths = missing.map((path) => mapPath(path, mappings).path);
  const [most] = leftOut
    .map((section) => ({ section, held: paths.filter((path) => holdingFolder([section], path).length > 0).length }))
    .toSorted((a, b) => b.held - a.held);
  if (most === undefined || most.held === 0) return say``;
  const { title } = most.section;
  const line = libraryLine === undefined ? say`.` : say`: ${libraryLine(title)}`;
  return say` ${most.held} of ${missing.length} lie in a folder of library "${asName(title)}", which plex_library leaves out${line}`;
}

/** Whether a Stash folder, or one above it, has the name of a library folder other than the candidate's. */
function namesAnother(stashFolder: string, folder: string, serverFolders: readonly string[]): boolean {
  const above = normalisePath(stashFolder).split('/');
  return serverFolders
    .filter((other) => !isSamePath(other, folder))
    .some((other) => above.some((name) => sharedEnd(name, other) > 0));
}

function commonFolder(paths: readonly string[]): string {
  const [first = [], ...rest] = paths.map((path) => normalisePath(path).split('/').slice(0, -1));
  const differsAt = (parts: readonly string[]): number => first.findIndex((part, index) => parts[index] !== part);
  const ends = rest.map(differsAt).filter((index) => index >= 0);
  return first.slice(0, Math.min(first.length, ...ends)).join('/') || '/';
}
