import { SyncError } from '../../model/errors.ts';
import { intentOf } from '../../write/edit-plan.ts';
import type { Part } from '../../write/parts.ts';
import type { Ended, Step, StopSigns } from '../ports/endings.ts';
import { failed, givenBack, isStopping, recordOf, sharedFailure, split } from '../ports/endings.ts';
import type { Planned, Read } from '../ports/stages.ts';
import type { IntendUses, PlanUses } from './plan.ts';
import { intend, noteIntents, plan, planSafely } from './plan.ts';
import type { CheckUses, ReadUses } from './read.ts';
import { checkItem, readItems } from './read.ts';

/** What was read longer ago than this is not written: a person may have edited the item since. */
const WINDOW_MS = 10_000;

/** Whether an item has to be read again before its edits are sent. After a jump of the clock its age is not known. */
export function isOutdated({ readAt }: Pick<Read, 'readAt'>, now: number): boolean {
  return Math.abs(now - readAt) > WINDOW_MS;
}

/** What reading again needs. */
export type ReadAgainUses = ReadUses & CheckUses & PlanUses & IntendUses & StopSigns;

/**
 * Reads the items of unsent plans again, in one GET, and plans and notes their edits anew; the old note is replaced. A
 * job whose item was lost meanwhile is deferred, and looked up in a later batch.
 */
export async function planAgain(batch: readonly Planned[], context: ReadAgainUses): Promise<Step<Planned>> {
  const read = await readAgain(batch, context);
  const intended = intend(plan(read.going, context), context);
  return { going: intended.going, ended: [...read.ended, ...intended.ended] };
}

/**
 * Reads an item again of which some parts were taken, and plans and notes what is left. What was taken and has landed
 * counts as ours.
 * @returns `undefined` when the job cannot go on now.
 */
export async function planRest(
  work: Planned,
  taken: readonly Part[],
  context: ReadAgainUses,
): Promise<Planned | undefined> {
  const intent = intentOf({
    fields: taken.flatMap(({ fields }) => fields),
    lists: taken.flatMap(({ lists }) => lists),
  });
  const record = { ...recordOf(work, work.written), intent };
  const read = await readAgain([{ ...work, record, recordFrom: 'own' }], context);
  const [item] = read.going;
  const planned = item && planSafely(item, context);
  if (planned === undefined || planned instanceof SyncError) return undefined;
  return noteIntents([planned], context).going[0];
}

async function readAgain(batch: readonly Planned[], context: ReadAgainUses): Promise<Step<Read>> {
  if (context.guard.halted() !== undefined) return { going: [], ended: batch.map(({ job }) => givenBack(job)) };
  const reads = await readItems(batch, context);
  return split(batch, (work): Read | Ended => {
    const { job, recordFrom } = work;
    const checked = checkItem(work, reads.get(work.ratingKey) ?? { kind: 'gone' }, context);
    switch (checked.kind) {
      case 'read':
        // Whose record counts was decided when the item was first read.
        return { ...checked.work, record: work.record, recordFrom };
      case 'stale':
        return { job, outcome: { kind: 'defer' } };
      case 'shared':
        return isStopping(context) ? givenBack(job) : sharedFailure(job, checked.error);
      case 'failed':
        return failed(job, checked.error);
    }
  });
}
