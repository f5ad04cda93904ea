import { RETRY_RULES } from '../../failures/retry-policy.ts';
import type { Job } from '../../model/job.ts';
import type { Ended, Outcome } from '../ports/endings.ts';
import { givenBack } from '../ports/endings.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { DrainQueue } from '../ports/queue.ts';
import type { PlexGuard } from '../servers/plex-guard.ts';
import type { SystemicWatch } from '../servers/systemic.ts';

type Uses = Pick<DrainDeps, 'now'> & {
  readonly queue: Pick<DrainQueue, 'doubt' | 'saveDoubt'>;
  readonly guard: Pick<PlexGuard, 'halt' | 'halted' | 'isTimeUp' | 'trialEnded'>;
  readonly systemic: Pick<SystemicWatch, 'note' | 'succeeded' | 'doubted' | 'judgement' | 'verdict'>;
};

/** The ends of a batch that are settled now, and those that stay under their lease until a sample has decided. */
export type Judged = { readonly settled: readonly Ended[]; readonly held: readonly Ended[] };

/**
 * Decides whether the failures of a batch are the jobs' own, or those of a wrong configuration.
 * @param held ends of an earlier batch that wait for this decision
 */
export function judge(batch: readonly Ended[], held: readonly Ended[], context: Uses): Judged {
  const { guard, systemic } = context;
  noteEnds(batch, context);
  const judgement = systemic.judgement();
  rememberDoubt(context);
  switch (judgement) {
    case 'settle':
      return { settled: [...held, ...batch], held: [] };
    case 'hold':
      return { settled: batch.filter((end) => !isPermanent(end)), held: [...held, ...batch.filter(isPermanent)] };
    case 'stop': {
      // A run that was cut off has not seen its whole sample: it gives the attempts back without a verdict.
      const verdict = guard.halted() === undefined && !guard.isTimeUp() ? systemic.verdict() : undefined;
      if (verdict !== undefined) guard.halt(verdict);
      return { settled: giveBackFailed([...held, ...batch]), held: [] };
    }
    case 'give_back':
      return { settled: [...giveBackFailed(held), ...batch], held: [] };
  }
}

/** Gives the attempts back of jobs that failed; what landed of them in Plex still counts as ours. */
export function giveBackFailed(ends: readonly Ended[]): readonly Ended[] {
  return ends.map((end): Ended => {
    const { job, outcome } = end;
    if (outcome.kind !== 'failed') return end;
    return outcome.landed === undefined
      ? givenBack(job)
      : { job, outcome: { kind: 'given_back', landed: outcome.landed } };
  });
}

function noteEnds(batch: readonly Ended[], { guard, systemic }: Uses): void {
  for (const { job, outcome, noted } of batch.toSorted((a, b) => a.job.id - b.job.id)) {
    if (noted || isWithoutFile(job, outcome)) continue;
    if (outcome.kind === 'failed') systemic.note(outcome.error);
    if (isWritten(outcome)) systemic.note(undefined);
  }
  if (batch.some(({ outcome }) => provesPlexAlive(outcome))) guard.trialEnded();
}

/** The next run begins with a sample too, until a job is right. */
function rememberDoubt({ now, queue, systemic }: Uses): void {
  const known = queue.doubt();
  const code = systemic.doubted();
  if (code !== undefined && known?.code !== code) queue.saveDoubt({ code, since: known?.since ?? now() });
  if (systemic.succeeded() && known !== undefined) queue.saveDoubt(undefined);
}

function isPermanent({ outcome }: Ended): boolean {
  return outcome.kind === 'failed' && RETRY_RULES[outcome.error.code].class === 'permanent';
}

/** A scene without a file in Stash is a fact about that scene, and no sign of a wrong configuration. */
function isWithoutFile({ bare }: Job, outcome: Outcome): boolean {
  return bare === 'filled' && outcome.kind === 'failed' && outcome.error.code === 'no_file_path';
}

/**
 * Whether a job's end shows that Plex answers. Faults were counted as they happened, and a job without a file asked
 * nothing.
 */
function provesPlexAlive(outcome: Outcome): boolean {
  if (outcome.kind === 'failed') return outcome.error.code !== 'no_file_path';
  return isWritten(outcome) || outcome.kind === 'removes';
}

/** Whether the text of a job is right in Plex, whatever became of its pictures. */
function isWritten({ kind }: Outcome): boolean {
  switch (kind) {
    case 'updated':
    case 'unchanged':
    case 'nothing_given':
    case 'all_left_out':
    case 'pictures':
      return true;
    case 'failed':
    case 'shared_failure':
    case 'given_back':
    case 'undone':
    case 'removes':
    case 'put_back':
    case 'defer':
    case 'gone':
    case 'without_file':
      return false;
  }
}
