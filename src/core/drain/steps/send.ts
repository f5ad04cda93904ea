import { hasFailedOften } from '../../failures/charge.ts';
import { asSyncError } from '../../model/errors.ts';
import type { Job } from '../../model/job.ts';
import type { ScalarField } from '../../model/plex-item.ts';
import { SUMMARY_TOO_LONG } from '../../write/cut-summary.ts';
import { lockOf } from '../../write/desired-state.ts';
import type { Delivery, Part, RefusedPart } from '../../write/parts.ts';
import { afterRefusal, firstParts } from '../../write/parts.ts';
import { joinedPlan, partsAgain } from '../../write/parts-again.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainPlex } from '../ports/ports.ts';
import type { DrainQueue } from '../ports/queue.ts';
import type { Planned } from '../ports/stages.ts';
import type { LongRequests } from '../servers/long-requests.ts';
import type { PlexGuard } from '../servers/plex-guard.ts';
import type { ReadAgainUses } from './read-again.ts';
import { isOutdated, planRest } from './read-again.ts';

/** What sending an item's edits needs. */
export type SendUses = ReadAgainUses & {
  readonly queue: Pick<DrainQueue, 'holds'>;
  readonly plex: Pick<DrainPlex, 'edit'>;
  readonly guard: Pick<PlexGuard, 'ask' | 'halted'>;
  readonly longRequests: Pick<LongRequests, 'lengthOf' | 'noteTaken' | 'noteTooLong'>;
  readonly options: Pick<DrainOptions, 'maxRetries' | 'rules'>;
};

/** What was sent, and the plan it was sent by: on a slow server that may have been made anew. */
export type Sent = { readonly work: Planned; readonly delivery: Delivery };

/**
 * Writes one item: all its edits in one request, or, when that is refused, each part in its own request. Ends early
 * when the run may no longer write, or at the first error that no part caused.
 */
export async function send(planned: Planned, context: SendUses): Promise<Sent> {
  let work = planned;
  const lengthOf = (part: Part): number => context.longRequests.lengthOf(work, part);
  let waiting = [...firstParts(work.plan, lengthOf)];
  const attempt = hasFailedOften(work.job, context.options.maxRetries) ? 'last' : 'earlier';
  const taken: Part[] = [];
  const keptCut: ScalarField[] = [];
  const refusedParts: RefusedPart[] = [];
  let cutFromBytes: number | undefined;
  const endedBy = (end: Delivery['end']): Sent => {
    tellCut(taken, work, context);
    return { work, delivery: { taken, keptCut, refusedParts, end } };
  };
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    if (!mayWrite(work.job, context)) return endedBy({ kind: 'halted' });
    if (isOutdated(work, context.now())) {
      const fresh = await planRest(work, taken, context);
      if (fresh === undefined) return endedBy({ kind: 'halted' });
      work = { ...fresh, plan: joinedPlan(fresh.plan, taken) };
      waiting = [...partsAgain(fresh.plan, { taken, keptCut, refusedParts, waiting: [part, ...waiting] })];
      continue;
    }
    const error = await put(part, work, context);
    if (error === undefined) {
      taken.push(part);
      // That a shorter one was taken shows that the longer one was refused for its length, whatever was answered.
      if (cutFromBytes !== undefined && summaryOf(part) !== undefined) context.longRequests.noteTooLong(cutFromBytes);
      continue;
    }
    const next = afterRefusal(part, { code: error.code, attempt }, lengthOf);
    switch (next.kind) {
      case 'failed':
        return endedBy({ kind: 'failed', error, part });
      case 'split':
        waiting.unshift(...next.parts);
        break;
      case 'shorter':
        cutFromBytes = lengthOf(part);
        waiting.unshift(next.part);
        break;
      case 'keptCut':
        keptCut.push(next.field);
        context.emit({ kind: 'left_alone', sceneId: work.job.sceneId, left: SUMMARY_TOO_LONG });
        break;
      case 'refused':
        refusedParts.push({ key: next.key, bytes: lengthOf(part), error });
        break;
    }
  }
  return endedBy({ kind: 'all_sent' });
}

/** A process that slept past its lease must not overwrite what another process has written since. */
function mayWrite({ lease }: Job, { now, queue, guard }: SendUses): boolean {
  return guard.halted() === undefined && queue.holds(lease, now());
}

/** Sends one request; returns the error if it failed. */
async function put(part: Part, work: Planned, { plex, guard, options, longRequests }: SendUses) {
  const bytes = longRequests.lengthOf(work, part);
  try {
    await guard.ask(() => plex.edit(work.item, part, lockOf(options.rules)));
    longRequests.noteTaken(bytes);
    return undefined;
  } catch (thrown) {
    const error = asSyncError(thrown);
    if (error.code === 'plex_too_long') longRequests.noteTooLong(bytes);
    return error;
  }
}

function tellCut(taken: readonly Part[], { plan, job }: Planned, { emit }: SendUses): void {
  const sent = summaryOf({ fields: taken.flatMap(({ fields }) => fields) });
  if (sent === undefined || sent === summaryOf(plan)) return;
  emit({ kind: 'summary_cut', sceneId: job.sceneId, length: sent.length });
}

function summaryOf({ fields }: Pick<Part, 'fields'>): string | undefined {
  return fields.find(({ field }) => field === 'summary')?.value;
}
