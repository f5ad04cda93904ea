import type { Run } from '../../queue/tables/runs.ts';
import type { Stop } from '../../queue/tables/stopped.ts';
import { spanText } from '../../settings/duration.ts';
import { counted } from '../shared/counted.ts';
import { lastRunFaultOf } from '../shared/last-run-fault.ts';

/** The bounds of `stats --check`; an absent bound is not checked. */
export type Bounds = {
  readonly maxDead?: number | undefined;
  /** How long the oldest job may have waited. */
  readonly maxAgeMs?: number | undefined;
  /** How long a server may have been away. */
  readonly maxOutageMs?: number | undefined;
  /** How long ago the last run without a failure may be. */
  readonly maxSilenceMs?: number | undefined;
};

/** Used when no bound is given: a job may wait for hours until Plex knows its file, but a day is too long. */
export const DEFAULT_BOUNDS: Bounds = {
  maxDead: 0,
  maxAgeMs: 86_400_000,
  maxOutageMs: 3_600_000,
  maxSilenceMs: 86_400_000,
};

/** What the check looks at. Instants are epoch ms, `undefined` when unknown. */
export type Health = {
  readonly dead: number;
  readonly oldestPendingAt: number | undefined;
  readonly outageSince: number | undefined;
  readonly stashOutageSince: number | undefined;
  readonly lastSuccessAt: number | undefined;
  readonly firstRunAt: number | undefined;
  readonly stopped: Pick<Stop, 'code' | 'since' | 'hint'> | undefined;
  readonly lastRun: Pick<Run, 'started_at' | 'exit_code'> | undefined;
};

/** An exceeded bound: dead letters are counted, all others are in ms. */
type Exceeded = {
  readonly bound: 'max_dead' | 'max_age' | 'max_outage' | 'max_silence';
  readonly value: number;
  readonly limit: number;
  /** Which server was away. */
  readonly server?: 'plex' | 'stash' | undefined;
};

/** Writing is stopped, or the last run did nothing: that has no bound. */
type Stopped = { readonly bound: 'stopped'; readonly code: string; readonly since: number; readonly hint: string };

export type Violation = Exceeded | Stopped;

/**
 * What stops writing, whatever the bounds, and the bounds that are exceeded at `now`, not just reached.
 */
export function violationsOf(health: Health, bounds: Bounds, now: number): readonly Violation[] {
  const since = (at: number | undefined): number => (at === undefined ? 0 : now - at);
  type Reading = readonly [Exceeded['bound'], value: number, limit: number | undefined, server?: Exceeded['server']];
  const readings: readonly Reading[] = [
    ['max_dead', health.dead, bounds.maxDead],
    ['max_age', since(health.oldestPendingAt), bounds.maxAgeMs],
    ['max_outage', since(health.outageSince), bounds.maxOutageMs, 'plex'],
    ['max_outage', since(health.stashOutageSince), bounds.maxOutageMs, 'stash'],
    ['max_silence', since(silentSince(health)), bounds.maxSilenceMs],
  ];
  const exceeded = readings.flatMap(([bound, value, limit, server]): Exceeded[] =>
    limit !== undefined && value > limit ? [{ bound, value, limit, ...(server === undefined ? {} : { server }) }] : [],
  );
  return [...stopOf(health), ...exceeded];
}

/**
 * Since when no run has ended well. If none ever did, since the first one, or since the oldest job was enqueued: an edit
 * makes a job that waits a young one. A queue in which nothing waits is not silent.
 */
export function silentSince({
  lastSuccessAt,
  oldestPendingAt,
  firstRunAt,
}: Pick<Health, 'lastSuccessAt' | 'oldestPendingAt' | 'firstRunAt'>): number | undefined {
  if (lastSuccessAt !== undefined || oldestPendingAt === undefined) return lastSuccessAt;
  return Math.min(oldestPendingAt, firstRunAt ?? oldestPendingAt);
}

function stopOf({ stopped, lastRun }: Health): readonly Stopped[] {
  if (stopped !== undefined) {
    const { code, since, hint } = stopped;
    return [{ bound: 'stopped', code, since, hint }];
  }
  const fault = lastRunFaultOf(lastRun);
  if (fault === undefined) return [];
  return [{ bound: 'stopped', code: fault.code, since: fault.startedAt, hint: `The last run ${fault.words}.` }];
}

/** The given bounds, or `DEFAULT_BOUNDS` when none was given. */
export function boundsOr(given: Bounds): Bounds {
  return Object.values(given).some((bound) => bound !== undefined) ? given : DEFAULT_BOUNDS;
}

/** What a person has to look at although every bound holds. */
export type Waiting = {
  readonly dead: number;
  /** Jobs that wait until Stash can supply their scenes. */
  readonly noStash: number;
  /** Jobs that wait until somebody allows what they remove. */
  readonly removals: number;
  /** Jobs that have been due for long, where no run has ended well yet. */
  readonly neverTaken: number;
  /** Until when a person paused writing, in words. */
  readonly paused?: string | undefined;
};

/** The first run comes by cron or a watch within the hour. */
const FIRST_RUN_WITHIN_MS = 3_600_000;

/** How many jobs are due although the first run should have taken them by now. */
export function neverTakenOf(health: Health & { readonly due: number }, now: number): number {
  const since = silentSince(health);
  const isOverdue = health.lastSuccessAt === undefined && since !== undefined && now - since > FIRST_RUN_WITHIN_MS;
  return isOverdue ? health.due : 0;
}

/** One line that says that all is well, and what waits for a person all the same. */
export function wellLine({ dead, noStash, removals, neverTaken, paused }: Waiting): string {
  const waits = [
    dead > 0 && `${counted(dead, 'dead letter')} (plexsync dlq resolve)`,
    noStash > 0 && `${counted(noStash, 'job')} without a Stash to ask (plexsync queue list)`,
    removals > 0 && `${counted(removals, 'job')} that would remove too much (plexsync resume)`,
    neverTaken > 0 && `${counted(neverTaken, 'job')} due, and no run has ended well yet (plexsync process)`,
    paused !== undefined && `writing is ${paused}`,
  ].filter((part) => part !== false);
  return waits.length === 0
    ? 'ok: nothing needs you, and every bound holds'
    : `ok: every bound holds; for you to look at: ${waits.join(', ')}`;
}

/** One line for a person, or for the mail of a cron job: every exceeded bound with its value. */
export function checkLine(violations: readonly Violation[]): string {
  return violations.map(violationWords).join('; ');
}

function violationWords(violation: Violation): string {
  if (violation.bound === 'stopped') return `stopped (${violation.code}): ${violation.hint}`;
  const { bound, value, limit, server } = violation;
  switch (bound) {
    case 'max_dead':
      return `${value} ${value === 1 ? 'dead letter' : 'dead letters'} (--max-dead ${limit})`;
    case 'max_age':
      return `the oldest job has waited for ${spanText(value)} (--max-age ${spanText(limit)})`;
    case 'max_outage':
      return `${server === 'stash' ? 'Stash' : 'the server'} has been away for ${spanText(value)} (--max-outage ${spanText(limit)})`;
    case 'max_silence':
      return `no run has ended well for ${spanText(value)} (--max-silence ${spanText(limit)})`;
  }
}
