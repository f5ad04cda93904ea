import type { DrainEnd } from '../../core/drain/drain.ts';
import type { PlannedItem, WorkerEvent } from '../../core/drain/ports/events.ts';
import { RETRY_RULES } from '../../core/failures/retry-policy.ts';
import { SyncError, UsageError } from '../../core/model/errors.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import { plainText, say } from '../../core/text/sentence.ts';
import type { Change } from '../../core/write/change.ts';
import { explainPlan } from '../../core/write/explain-plan.ts';
import type { ExitCode } from '../../exit.ts';
import { EXIT } from '../../exit.ts';
import type { Look } from './look.ts';

/** How the item was found: `found` is absent where the preview did not come so far. */
type Match = {
  readonly file: string | undefined;
  readonly by: Extract<WorkerEvent, { kind: 'found' }>['from'] | undefined;
  readonly confidence: 'high' | 'low' | 'none';
};

/** What `process` would do to one scene. */
export type Difference = {
  /**
   * `write`: the changes would be written. `hold`: they would wait for permission. `undone`: they would be left, since
   * the scene was undone. `fail`: nothing would be written.
   */
  readonly verdict: 'write' | 'right' | 'hold' | 'undone' | 'fail';
  readonly item: Omit<PlannedItem, 'plan'> | undefined;
  readonly match: Match;
  readonly changes: readonly Change[];
  /** Why nothing would be written, or not all of it. */
  readonly message: Sentence | undefined;
  /** What a failure would be called in a dead letter. */
  readonly errorType: string | undefined;
  /** What else is worth knowing. */
  readonly notes: readonly Sentence[];
};

type NotWritten = Extract<WorkerEvent, { kind: 'would_not_write' }>;
type Outcome = Extract<WorkerEvent, { kind: 'would_write' }> | NotWritten;

/**
 * Reads from the events of a preview of one job what would become of it; `undefined` when it was not looked at to the
 * end, for a reason that is the server's.
 */
export function differenceOf(events: readonly WorkerEvent[], undone: Look['undone']): Difference | undefined {
  const outcome = events.find((event): event is Outcome => OUTCOMES.has(event.kind));
  if (outcome === undefined || (outcome.kind === 'would_not_write' && outcome.reason === 'released')) return undefined;
  const planned = outcome.kind === 'would_write' ? outcome : outcome.planned;
  const changes = planned === undefined ? [] : explainPlan(planned.plan);
  const errorType = outcome.kind === 'would_not_write' ? outcome.errorType : undefined;
  return {
    verdict: undone === 'stays' ? verdictIfUndone(verdictOf(outcome)) : verdictOf(outcome),
    item: planned && { ratingKey: planned.ratingKey, title: planned.title, library: planned.library },
    match: matchOf(events, errorType),
    changes,
    message: outcome.message,
    errorType,
    notes: [
      ...UNDONE_NOTES[undone],
      ...(outcome.kind === 'would_not_write' ? (NOTHING_NOTES[outcome.reason] ?? []) : []),
      ...(events.some(({ kind }) => kind === 'thin_scene')
        ? [say`The scene has only a title in Stash so far, so its empty fields clear nothing (quality_gate).`]
        : []),
    ],
  };
}

const NOTHING_NOTES: Partial<Readonly<Record<NotWritten['reason'], readonly Sentence[]>>> = {
  nothing_given: [say`Nothing was compared: nothing is given but its file.`],
  all_left_out: [say`Nothing was compared: the settings leave out all that is given.`],
};

const UNDONE_NOTES: Readonly<Record<Look['undone'], readonly Sentence[]>> = {
  no: [],
  stays: [
    say`What was written for this scene was undone: process leaves it until it is enqueued by its id, released, or edited in Stash.`,
  ],
  edited_since: [
    say`What was written for this scene was undone, and Stash has something else of it by now: it is written again.`,
  ],
};

/** What would be written anyway, or removed with permission alone, is left; a scene that is right or fails is so anyway. */
function verdictIfUndone(verdict: Difference['verdict']): Difference['verdict'] {
  return verdict === 'write' || verdict === 'hold' ? 'undone' : verdict;
}

const OUTCOMES: ReadonlySet<WorkerEvent['kind']> = new Set<Outcome['kind']>(['would_write', 'would_not_write']);

function verdictOf(outcome: Outcome): Difference['verdict'] {
  if (outcome.kind === 'would_write') return 'write';
  switch (outcome.reason) {
    case 'unchanged':
    case 'nothing_given':
    case 'all_left_out':
      return 'right';
    case 'removals':
      return 'hold';
    case 'undone':
      return 'undone';
    case 'failure':
    case 'released':
      return 'fail';
  }
}

function matchOf(events: readonly WorkerEvent[], errorType: string | undefined): Match {
  const found = events.findLast((event) => event.kind === 'found');
  const low = events.findLast((event) => event.kind === 'low_confidence');
  // An item that is proven by its file may belong to another scene.
  const isLow = low !== undefined || errorType === RETRY_RULES.low_confidence.errorType;
  const confidence = isLow ? 'low' : found !== undefined ? 'high' : 'none';
  return { file: found?.file ?? low?.file, by: found?.from, confidence };
}

/** The exit code of a difference; a file that Plex does not have yet is no failure of `process`, and no answer here. */
export const VERDICT_EXITS: Readonly<Record<Difference['verdict'], ExitCode>> = {
  write: EXIT.done,
  right: EXIT.done,
  hold: EXIT.usage,
  undone: EXIT.done,
  fail: EXIT.jobsFailed,
};

/** Why the drain came to no answer, as an error; `undefined` for an end that says nothing about this job. */
export function errorOf(end: DrainEnd): SyncError | UsageError | undefined {
  switch (end.kind) {
    case 'unauthorized':
      return new SyncError('plex_unauthorized', end.message);
    case 'forbidden':
      return new SyncError('plex_forbidden', end.message);
    case 'unreachable':
    case 'failing':
    case 'breaker_open':
      return new SyncError('plex_unavailable', end.message);
    case 'stash_unauthorized':
      return new SyncError('stash_unauthorized', end.message);
    case 'stash_unreachable':
    case 'stash_breaker_open':
      return new SyncError('stash_unavailable', end.message);
    case 'misconfigured':
    case 'stash_misconfigured':
      return new UsageError(plainText(end.message), plainText(end.hint));
    case 'limit':
    case 'paused':
    case 'time_up':
    case 'removals':
    case 'signal':
      return undefined;
  }
}

/** Why a job was released that was not looked at to the end: a request that belongs to no job failed. */
export function releasedError(events: readonly WorkerEvent[]): SyncError | undefined {
  const released = events.find((event) => event.kind === 'would_not_write' && event.reason === 'released');
  const message = released?.kind === 'would_not_write' ? released.message : undefined;
  return message === undefined ? undefined : new SyncError('plex_unavailable', message);
}
