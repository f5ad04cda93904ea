import { RETRY_RULES } from '../../failures/retry-policy.ts';
import type { LookedUp } from '../../match/file-sample.ts';
import { judgeSample } from '../../match/file-sample.ts';
import type { PathMapping } from '../../match/paths.ts';
import { isInFolder, isSamePath, normalisePath, pathMapWords, sharedEnd } from '../../match/paths.ts';
import type { SyncError, SyncErrorCode } from '../../model/errors.ts';
import type { Section } from '../../model/plex-item.ts';
import type { Sentence } from '../../text/sentence.ts';
import { listed, ours, say } from '../../text/sentence.ts';
import { shellPaths } from '../../text/shell-word.ts';
import type { Halt } from './plex-guard.ts';

/**
 * After this many permanent failures of one kind in a row without a success in the run, the configuration is suspected.
 */
const SAME_FAILURE_LIMIT = 10;
/** After this many look-ups that all miss, in a data directory that never matched anything, the paths are suspected. */
const MISSING_LIMIT = 100;
/** This many unproven look-ups are enough to see what they have in common. */
const SAMPLE_LIMIT = 100;

/** Watches how a run's jobs end for the sign that the configuration is wrong, and not the jobs. */
export type SystemicWatch = {
  /** Notes how a job ended: `undefined` is a success. */
  note(error: SyncError | undefined): void;
  /** Notes a complete look that found nothing. */
  noteMissing(scenePath: string): void;
  noteFound(): void;
  /** Notes a look that found candidates without proof: together such looks may show the missing mapping. */
  noteUnproven(looked: LookedUp): void;
  verdict(): Extract<Halt, { kind: 'misconfigured' }> | undefined;
};

export function createSystemicWatch(facts: {
  readonly sections: readonly Section[];
  readonly mappings: readonly PathMapping[];
  readonly everMatched: boolean;
}): SystemicWatch {
  let streak: { code: SyncErrorCode; count: number; message: Sentence } | undefined;
  let succeeded = false;
  let found = facts.everMatched;
  const missing: string[] = [];
  const unproven: LookedUp[] = [];
  return {
    note: (error) => {
      if (error === undefined) succeeded = true;
      if (error === undefined || RETRY_RULES[error.code].class !== 'permanent') streak = undefined;
      else if (streak?.code === error.code) streak = { ...streak, count: streak.count + 1 };
      else streak = { code: error.code, count: 1, message: error.said };
    },
    noteMissing: (scenePath) => missing.push(scenePath),
    noteFound: () => {
      found = true;
    },
    noteUnproven: (looked) => {
      // A success proves the configuration: unproven looks after it are not kept.
      if (!succeeded && unproven.length < SAMPLE_LIMIT) unproven.push(looked);
    },
    verdict: () => {
      if (!succeeded && streak !== undefined && streak.count >= SAME_FAILURE_LIMIT)
        return sameFailure(
          streak,
          streak.code === 'low_confidence' ? missingMapping(unproven, facts.mappings) : undefined,
        );
      if (!found && missing.length >= MISSING_LIMIT) return nothingFound(missing, facts.sections);
      return undefined;
    },
  };
}

function sameFailure(
  streak: { readonly code: SyncErrorCode; readonly count: number; readonly message: Sentence },
  addition: Sentence | undefined,
): Extract<Halt, { kind: 'misconfigured' }> {
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
  sections: readonly Section[],
): Extract<Halt, { kind: 'misconfigured' }> {
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
    hint: say`Check plex_library, path_map, and that Plex has scanned.${suggestion}`,
  };
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
