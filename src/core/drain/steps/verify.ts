import { SyncError } from '../../model/errors.ts';
import type { Written } from '../../model/scene-record.ts';
import { isCut } from '../../model/scene-record.ts';
import { lockedBy } from '../../write/edit-plan.ts';
import { verifyPlan } from '../../write/verify-plan.ts';
import type { DrainContext, Ended } from '../drain-context.ts';
import { failed, givenBack, isStopping, notesOf, recordOf, refused, sharedFailure } from '../drain-context.ts';
import type { Planned } from './plan.ts';
import { readItems } from './read.ts';

/** Reads the written items again: what did not land is tried again, what Plex spells its own way is remembered. */
export async function verify(batch: readonly Planned[], context: DrainContext): Promise<readonly Ended[]> {
  const { deps, guard, options } = context;
  if (batch.length === 0) return [];
  // Where Plex may not be asked, the write is proven by the next attempt, which finds nothing left to do.
  if (guard.halts().some(({ kind }) => kind === 'breaker_open' || kind === 'unauthorized'))
    return batch.map(({ job }) => givenBack(job));
  const reads = await readItems(
    batch.map(({ item }) => item.ratingKey),
    deps,
    guard,
  );
  return batch.map((work): Ended => {
    const { job } = work;
    const read = reads.get(work.item.ratingKey);
    if (read?.kind === 'shared') return isStopping(context) ? givenBack(job) : sharedFailure(job, read.error);
    if (read?.kind === 'error') return failed(job, read.error);
    if (read?.kind !== 'item')
      return failed(job, new SyncError('plex_not_found', `Plex item ${work.item.ratingKey} vanished after the write`));
    const { lost, altered, written } = verifyPlan(work.plan, read.item);
    if (lost.length > 0) {
      const message = `Plex accepted the edit of "${work.item.fields.title}" but did not keep: ${lost.join(', ')}`;
      return failed(job, new SyncError('plex_unverified', message));
    }
    const preserving = options.rules.preservePlexEdits;
    deps.emit({ kind: 'written', sceneId: job.sceneId, title: read.item.fields.title, plan: work.plan, preserving });
    for (const entry of altered) deps.emit({ kind: 'altered', sceneId: job.sceneId, altered: entry });
    noteOwnCut(work, written, context);
    const record = recordOf({ ...work, item: read.item }, written, lockedBy(work.plan, options.rules));
    if (work.refusal !== undefined) return refused(job, work.refusal, record);
    return { job, outcome: { kind: 'updated', record, notes: notesOf(work) } };
  });
}

/** A summary that was taken whole, and of which Plex keeps the beginning, would be so again: as if it was too long. */
function noteOwnCut(work: Planned, { fields }: Written, { longRequests }: DrainContext): void {
  const summary = work.plan.fields.filter(({ field }) => field === 'summary');
  if (fields.summary === undefined || !isCut(fields.summary)) return;
  if (summary[0]?.value === fields.summary.sent)
    longRequests.refused(longRequests.lengthOf(work, { fields: summary, lists: [] }));
}
