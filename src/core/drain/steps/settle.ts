import { NOT_FOUND_TRIES, RETRY_RULES, release, settlementFor } from '../../failures/retry-policy.ts';
import type { SyncError } from '../../model/errors.ts';
import type { FailureSettlement, Job, PicturesSettlement, Settled, Settlement } from '../../model/job.ts';
import { isNothingToWrite } from '../../model/job.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { Ended, Outcome } from '../ports/endings.ts';
import type { WorkerEvent } from '../ports/events.ts';
import type { PictureFailure } from '../ports/pictures.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { DrainQueue, SettleEntry } from '../ports/queue.ts';
import type { Tally } from '../ports/tally.ts';
import type { RequestWatch } from '../servers/request-watch.ts';
import { previewEvent } from './preview.ts';

type Uses = Pick<DrainDeps, 'emit' | 'now' | 'random'> & {
  readonly queue: Pick<DrainQueue, 'settle'>;
  readonly requests: Pick<RequestWatch, 'chargeFor' | 'takeNews'>;
  readonly options: Pick<DrainOptions, 'maxRetries' | 'mode' | 'notFound'>;
};

/**
 * Decides what becomes of every job of a batch and applies it in one transaction.
 * @returns how many jobs were put off, to be claimed again in this drain.
 */
export function settle(ended: readonly Ended[], context: Uses, tally: Tally): number {
  const { emit, now, queue } = context;
  const inOrder = ended.toSorted((a, b) => a.job.id - b.job.id);
  const entries = inOrder.map(({ job, outcome, planned }) => ({
    job,
    planned,
    settlement: settlementOf(job, outcome, context),
    landed: 'landed' in outcome ? outcome.landed : undefined,
  }));
  const settled = queue.settle(entries, now(), context.requests.takeNews());
  for (const [index, entry] of entries.entries()) {
    const how = settled[index] ?? 'lease_lost';
    count(tally, entry, { how, mode: context.options.mode });
    for (const event of eventsFor(entry, how, context)) emit(event);
  }
  return entries.filter(({ settlement }) => isPutOff(settlement)).length;
}

/** Whether the job comes again in this drain: then this was no end of it. */
function isPutOff(settlement: Settlement): settlement is Extract<Settlement, { kind: 'defer' | 'put_back' }> {
  return settlement.kind === 'defer' || settlement.kind === 'put_back';
}

function settlementOf(job: Job, outcome: Outcome, context: Uses): Settlement {
  switch (outcome.kind) {
    case 'updated':
    case 'unchanged':
    case 'nothing_given':
    case 'all_left_out':
      return { kind: 'complete', change: outcome.kind, record: outcome.record, notes: outcome.notes };
    case 'pictures': {
      const { kind, change, record, notes, failure } = outcome;
      return { kind, change, record, notes, rest: restOf(failure, job, context) };
    }
    case 'failed':
      return afterFailure(outcome.error, job, context);
    case 'shared_failure':
      return release(outcome.error, context.now());
    case 'given_back':
      return { kind: 'give_back' };
    case 'undone':
      return { kind: 'undone', content: outcome.content };
    case 'removes':
      return { kind: 'removals', values: outcome.values };
    case 'put_back':
    case 'defer':
      return { kind: outcome.kind };
    case 'gone':
      return { kind: 'gone' };
    case 'without_file':
      return { kind: 'skip', error: outcome.error };
  }
}

type Clock = Pick<Uses, 'now' | 'random' | 'options' | 'requests'>;

function afterFailure(error: SyncError, job: Job, { now, random, options, requests }: Clock): FailureSettlement {
  return settlementFor(error, job, {
    charge: requests.chargeFor(job, error),
    maxRetries: options.maxRetries,
    notFound: options.notFound,
    now: now(),
    random: random(),
  });
}

/** What becomes of a picture that is not done. It has tries of its own, which begin once all else is written. */
function restOf(failure: PictureFailure, job: Job, context: Clock): PicturesSettlement['rest'] {
  switch (failure.kind) {
    case 'given_back':
      return { kind: 'give_back' };
    case 'shared':
      return release(failure.error, context.now());
    case 'failed':
      return afterFailure(failure.error, job.rest === undefined ? withNewTries(job) : job, context);
  }
}

function withNewTries(job: Job): Job {
  const { enqueuedAt } = job.waited;
  return { ...job, spent: { failures: 0, misses: 0 }, waited: { enqueuedAt, failedAt: undefined, times: 0, ms: 0 } };
}

type End = { readonly how: Settled; readonly mode: DrainOptions['mode'] };

function count(tally: Tally, { job, settlement }: SettleEntry, { how, mode }: End): void {
  if (how === 'lease_lost') tally.leaseLost += 1;
  else if (how === 'superseded') tally.superseded += 1;
  else if (how === 'gone') tally.gone += 1;
  else if (settlement.kind === 'pictures') {
    const end = tallyKey(settlement.rest);
    // A preview tells of each job once: nothing has become of its picture yet.
    const isToldWhole = mode === 'preview' && job.rest === undefined;
    if (!isToldWhole) tally[end] += 1;
    if (job.rest !== undefined) return;
    tally[settlement.change] += 1;
    // A release is no end, so that the job has but one.
    if (isToldWhole || end !== 'released') tally.pictures += 1;
  } else if (settlement.kind === 'complete' && job.rest !== undefined) tally.restDone += 1;
  else if (!isPutOff(settlement)) tally[tallyKey(settlement)] += 1;
}

function tallyKey(settlement: Exclude<Settlement, { kind: 'defer' | 'put_back' | 'pictures' }>): keyof Tally {
  switch (settlement.kind) {
    case 'complete':
      return isNothingToWrite(settlement.change) ? 'nothing' : settlement.change;
    case 'retry':
      return settlement.spends === 'miss' ? 'waiting' : 'retried';
    case 'wait':
      return 'retried';
    case 'gone':
      return 'gone';
    case 'skip':
      return settlement.error.code === 'no_file_path' ? 'withoutFile' : 'skipped';
    case 'dead':
      return 'buried';
    case 'removals':
      return 'removals';
    case 'undone':
      return 'undone';
    case 'release':
    case 'give_back':
      return 'released';
  }
}

function eventsFor(
  { job, settlement, planned }: SettleEntry & Pick<Ended, 'planned'>,
  how: Settled,
  context: Uses,
): readonly WorkerEvent[] {
  if (context.options.mode === 'preview')
    return [previewEvent(job, settlement, planned)].filter((event) => event !== undefined);
  if (settlement.kind !== 'pictures' || how !== 'applied')
    return [eventFor(job, settlement, how, context)].filter((event) => event !== undefined);
  const then = eventFor(job.rest === undefined ? withNewTries(job) : job, settlement.rest, how, context);
  const about = { jobId: job.id, sceneId: job.sceneId };
  const completed = { kind: 'completed', ...about, change: settlement.change, left: 'pictures' } as const;
  return [...(job.rest === undefined ? [completed] : []), ...(then === undefined ? [] : [then])];
}

/** The event to report for a settlement; a job released untried has none. */
function eventFor(job: Job, settlement: Settlement, how: Settled, { now, options }: Uses): WorkerEvent | undefined {
  const about = { jobId: job.id, sceneId: job.sceneId };
  if (how !== 'applied') return { kind: how, ...about };
  switch (settlement.kind) {
    case 'complete':
      return { kind: 'completed', ...about, change: settlement.change, left: 'nothing' };
    case 'retry': {
      const isMiss = settlement.spends === 'miss';
      return {
        kind: 'retrying',
        ...about,
        reason: settlement.spends,
        attempt: (isMiss ? job.spent.misses : job.spent.failures) + 1,
        of: isMiss ? NOT_FOUND_TRIES : options.maxRetries,
        waitMs: settlement.availableAt - now(),
        message: settlement.error.said,
      };
    }
    case 'dead': {
      const { code, said } = settlement.error;
      const rule = RETRY_RULES[code];
      const exhausted = rule.class === 'transient' || rule.class === 'not_found';
      return {
        kind: 'buried',
        ...about,
        errorType: rule.errorType,
        message: said,
        retries: rule.class === 'not_found' ? job.spent.misses : job.spent.failures + job.waited.times,
        exhausted,
      };
    }
    case 'gone':
      return { kind: 'gone', ...about };
    case 'skip':
      return { kind: settlement.error.code === 'no_file_path' ? 'without_file' : 'skipped', ...about };
    case 'removals':
      return { kind: 'removal_held', ...about, values: settlement.values };
    case 'undone':
      return { kind: 'undone', ...about };
    case 'wait':
    case 'release': {
      const waitMs = Math.max(0, settlement.availableAt - now());
      return { kind: 'released', ...about, message: settlement.error.said, waitMs };
    }
    case 'give_back':
    case 'put_back':
    case 'defer':
    case 'pictures':
      return undefined;
  }
}
