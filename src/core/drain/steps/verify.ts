import { SyncError } from '../../model/errors.ts';
import type { PictureEdit, PictureField, PictureRecord } from '../../model/picture.ts';
import type { PlexItem } from '../../model/plex-item.ts';
import { asTitle, listed, ours, say } from '../../text/sentence.ts';
import { lockedBy } from '../../write/edit-plan.ts';
import { verifyPlan } from '../../write/verify-plan.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { Ended, StopSigns } from '../ports/endings.ts';
import { endedInPart, failed, finished, givenBack, isStopping, landedRecord, sharedFailure } from '../ports/endings.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { Planned } from '../ports/stages.ts';
import type { PictureCounts } from '../servers/picture-counts.ts';
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
    const shown = afterPictures(work, read.item, context);
    const preserving = options.rules.preservePlexEdits;
    emit({ kind: 'written', sceneId: job.sceneId, title: read.item.fields.title, plan: shown.plan, preserving });
    for (const entry of altered) emit({ kind: 'altered', sceneId: job.sceneId, altered: entry });
    const edited = lockedBy(work.plan, options.rules);
    if (work.unfinished !== undefined) return endedInPart(job, work.unfinished, landedRecord(shown, written, edited));
    return finished(shown, 'updated', { written, edited });
  });
}

/** The job with its item as it is now. A picture whose path is still the old one was not kept. */
function afterPictures(work: Planned, item: PlexItem, { counts }: Pick<Uses, 'counts'>): Planned {
  const { pictures: done, plan } = work;
  if (done === undefined) return { ...work, item };
  const lost = done.edits.filter(({ field, shownBefore }) => item.pictures[field] === shownBefore);
  const kept = done.edits.filter((edit) => !lost.includes(edit)).map(({ field }) => field);
  for (const _ of kept) counts.written();
  const records = Object.fromEntries(
    Object.entries(done.records).map(([field, record]) => [field, recordShown(field as PictureField, record)]),
  );
  function recordShown(field: PictureField, record: PictureRecord): PictureRecord | undefined {
    if (lost.some((edit) => edit.field === field)) return done?.intended[field];
    return kept.includes(field) ? { ...record, shown: item.pictures[field] } : record;
  }
  const failure =
    done.failure ?? (lost.length > 0 ? { kind: 'failed' as const, error: notKept(item, lost) } : undefined);
  const pictures = plan.pictures?.filter((edit) => !lost.includes(edit));
  return { ...work, item, plan: { ...plan, pictures }, pictures: { ...done, records, failure } };
}

function notKept(item: PlexItem, lost: readonly PictureEdit[]): SyncError {
  const named = listed(lost.map(({ field }) => ours(field === 'thumb' ? 'poster' : 'background')));
  const message = say`Plex took the picture of "${asTitle(item.fields.title)}" but shows the old one: ${named}`;
  return new SyncError('plex_unverified', message);
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
