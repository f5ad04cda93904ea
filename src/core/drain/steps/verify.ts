import { SyncError } from '../../model/errors.ts';
import { asTitle, listed, ours, say } from '../../text/sentence.ts';
import { lockedBy } from '../../write/edit-plan.ts';
import { verifyPlan } from '../../write/verify-plan.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { Ended, StopSigns } from '../ports/endings.ts';
import { endedInPart, failed, finished, givenBack, isStopping, landedRecord, sharedFailure } from '../ports/endings.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { Planned } from '../ports/stages.ts';
import type { PictureCounts } from '../servers/picture-counts.ts';
import { checkPictures } from './picture-check.ts';
import type { ReadUses } from './read.ts';
import { readItems } from './read.ts';

type Uses = ReadUses &
  StopSigns &
  Pick<DrainDeps, 'emit'> & {
    readonly counts: Pick<PictureCounts, 'written'>;
    readonly options: Pick<DrainOptions, 'rules'>;
  };

/** Reads the written items again: what did not land is retried, and Plex's own spelling is remembered. */
export async function verify(batch: readonly Planned[], context: Uses): Promise<readonly Ended[]> {
  const { emit, guard, options } = context;
  if (guard.halts().some(({ kind }) => kind === 'breaker_open' || kind === 'unauthorized'))
    return batch.map((work) => unread(work, context) ?? givenBack(work.job));
  const reads = await readItems(
    batch.map(({ item: { ratingKey }, job }) => ({ ratingKey, job })),
    context,
  );
  return batch.map((work): Ended => {
    const { job } = work;
    const read = reads.get(work.item.ratingKey);
    if (read?.kind === 'shared')
      return unread(work, context) ?? (isStopping(context) ? givenBack(job) : sharedFailure(job, read.error));
    if (read?.kind === 'error') return unread(work, context) ?? failed(job, read.error);
    if (read?.kind !== 'item')
      return failed(
        job,
        new SyncError('plex_not_found', say`Plex item ${ours(work.item.ratingKey)} vanished after the write`, {
          request: 'plex GET items',
        }),
      );
    const { lost, altered, written } = verifyPlan(work.plan, read.item, work.written);
    if (lost.length > 0) {
      const message = say`Plex accepted the edit of "${asTitle(work.item.fields.title)}" but did not keep: ${listed(lost.map(ours))}`;
      return failed(job, new SyncError('plex_unverified', message));
    }
    const shown = checkPictures(work, read.item);
    for (const _ of shown.plan.pictures ?? []) context.counts.written();
    const preserving = options.rules.preservePlexEdits;
    const { ratingKey, fields } = read.item;
    emit({ kind: 'written', sceneId: job.sceneId, ratingKey, title: fields.title, plan: shown.plan, preserving });
    for (const entry of altered) emit({ kind: 'altered', sceneId: job.sceneId, altered: entry });
    const edited = lockedBy(work.plan, options.rules);
    if (work.unfinished !== undefined) return endedInPart(job, work.unfinished, landedRecord(shown, written, edited));
    return finished(shown, 'updated', { written, edited });
  });
}

/**
 * Ends a partly written job whose item cannot be read again: the accepted write has to count as proof. Other jobs are
 * proven by their next attempt, which finds nothing left to write.
 */
function unread({ unfinished, ...work }: Planned, { options }: Pick<Uses, 'options'>): Ended | undefined {
  if (unfinished === undefined) return undefined;
  const edited = lockedBy(work.plan, options.rules);
  const item = { ...work.item, locked: new Set([...work.item.locked, ...edited]) };
  return endedInPart(work.job, unfinished, landedRecord({ ...work, item }, work.plan.written, edited));
}
