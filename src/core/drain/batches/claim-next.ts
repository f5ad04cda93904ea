import type { Job } from '../../model/job.ts';
import type { DrainContext } from '../drain-context.ts';
import type { ClaimRequest } from '../ports/queue.ts';
import { rescueEvents } from '../ports/rescue-events.ts';
import type { Tally } from '../ports/tally.ts';
import { SUSPICIOUSLY_MANY } from '../servers/stash-identity.ts';

/** How long a lease lasts: longer than the slowest attempt, and renewed long before it ends. */
export const LEASE_MS = 120_000;
/** One GET reads this many items, so one claim takes as many jobs (plex-api.md 3 advises at most 50 to 100). */
export const BATCH_SIZE = 100;

/** What claiming needs. */
export type ClaimUses = Pick<
  DrainContext,
  'queue' | 'systemic' | 'scenes' | 'guard' | 'random' | 'emit' | 'now' | 'options'
>;

/** How many jobs to claim at most, and whether others are in flight meanwhile. */
export type Claiming = { readonly most: number; readonly beside: NonNullable<ClaimRequest['beside']> };

/**
 * Claims the next batch: the next jobs in order, or, where the run is in doubt, a sample of the whole backlog. A Stash in
 * trouble is tried with few jobs first: as many as it takes to notice a wrong one. While it is away, nothing that needs
 * it is claimed.
 */
export function claimNext(context: ClaimUses, { most, beside }: Claiming, tally: Tally): readonly Job[] {
  const { queue, systemic, scenes, guard, random, options } = context;
  const batchSize = options.batchSize ?? BATCH_SIZE;
  const isInDoubt = systemic.doubted() !== undefined;
  const stash = scenes.state();
  const few = { limit: Math.min(most, SUSPICIOUSLY_MANY), choice: 'needing_stash', beside } as const;
  const onTrial = stash === 'on_trial' && !isInDoubt ? claim(context, few, tally) : [];
  // Neither are those on trial a sample, nor is the one job while Plex's breaker is half-open.
  const isTrial = onTrial.length > 0 || (!isInDoubt && guard.batchLimit(2) === 1);
  const wanted = isTrial ? undefined : systemic.wantedSample();
  // Of a few jobs that a person lets run, those that are next come first.
  const isBounded = !isInDoubt && queue.doubt() === undefined && most < (wanted ?? 0);
  const sample = isBounded ? undefined : wanted;
  const limit = Math.min(sample ?? batchSize, most);
  const choice = stash === 'away' || (stash === 'on_trial' && isInDoubt) ? 'without_stash' : 'any';
  const spread = sample === undefined ? undefined : random();
  const jobs = onTrial.length > 0 || limit <= 0 ? onTrial : claim(context, { limit, choice, spread, beside }, tally);
  systemic.begin({ claimed: sample === undefined ? 'in_order' : 'sample', jobs: jobs.length });
  return jobs;
}

function claim(
  { queue, emit, now, guard }: ClaimUses,
  { limit, ...which }: Pick<ClaimRequest, 'limit' | 'choice' | 'spread' | 'beside'>,
  tally: Tally,
): readonly Job[] {
  const request = { now: now(), limit: guard.batchLimit(limit), leaseMs: LEASE_MS };
  const { jobs, rescued } = queue.claim({ ...request, ...which });
  tally.buried += rescued.buried.length;
  for (const event of rescueEvents(rescued)) emit(event);
  for (const { id, sceneId, attempt } of jobs) {
    emit({ kind: 'claimed', jobId: id, sceneId, attempt });
  }
  return jobs;
}
