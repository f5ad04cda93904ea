import { spanText } from '../../settings/duration.ts';

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
  readonly lastSuccessAt: number | undefined;
};

/** An exceeded bound: dead letters are counted, all others are in ms. */
export type Violation = {
  readonly bound: 'max_dead' | 'max_age' | 'max_outage' | 'max_silence';
  readonly value: number;
  readonly limit: number;
};

/**
 * The bounds that are exceeded at `now`, not just reached. If no run ever succeeded, the silence began when the oldest
 * job was enqueued; a queue that never had a job is not silent.
 */
export function violationsOf(health: Health, bounds: Bounds, now: number): readonly Violation[] {
  const since = (at: number | undefined): number => (at === undefined ? 0 : now - at);
  const readings: readonly (readonly [Violation['bound'], value: number, limit: number | undefined])[] = [
    ['max_dead', health.dead, bounds.maxDead],
    ['max_age', since(health.oldestPendingAt), bounds.maxAgeMs],
    ['max_outage', since(health.outageSince), bounds.maxOutageMs],
    ['max_silence', since(health.lastSuccessAt ?? health.oldestPendingAt), bounds.maxSilenceMs],
  ];
  return readings.flatMap(([bound, value, limit]) =>
    limit !== undefined && value > limit ? [{ bound, value, limit }] : [],
  );
}

/** The given bounds, or `DEFAULT_BOUNDS` when none was given. */
export function boundsOr(given: Bounds): Bounds {
  return Object.values(given).some((bound) => bound !== undefined) ? given : DEFAULT_BOUNDS;
}

/** One line for a person, or for the mail of a cron job: every exceeded bound with its value, or that all is well. */
export function checkLine(violations: readonly Violation[]): string {
  if (violations.length === 0) return 'ok: every bound holds';
  return violations.map(violationWords).join('; ');
}

function violationWords({ bound, value, limit }: Violation): string {
  switch (bound) {
    case 'max_dead':
      return `${value} ${value === 1 ? 'dead letter' : 'dead letters'} (--max-dead ${limit})`;
    case 'max_age':
      return `the oldest job has waited for ${spanText(value)} (--max-age ${spanText(limit)})`;
    case 'max_outage':
      return `the server has been away for ${spanText(value)} (--max-outage ${spanText(limit)})`;
    case 'max_silence':
      return `no run has ended well for ${spanText(value)} (--max-silence ${spanText(limit)})`;
  }
}
