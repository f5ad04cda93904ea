import type { SettleEntry } from '../../../core/drain/ports/queue.ts';
import type { SyncError } from '../../../core/model/errors.ts';
import type { PictureRecords } from '../../../core/model/picture.ts';
import type { SceneKey } from '../../../core/model/scene.ts';
import { contentKeys } from '../../../core/model/scene.ts';
import type { StampedEdit } from '../../../core/model/scene-edit.ts';
import { unsaidBy } from '../../../core/model/scene-edit.ts';
import type { JobRow } from '../../tables/jobs/jobs.ts';
import { editOf, reassertOf, toColumns } from '../../tables/jobs/jobs.ts';

/** The error of a job, or of its pictures, that is not tried again. */
export function deadOf({ settlement }: Pick<SettleEntry, 'settlement'>): SyncError | undefined {
  const end = settlement.kind === 'pictures' ? settlement.rest : settlement;
  return end.kind === 'dead' ? end.error : undefined;
}

const PICTURE_KEYS: ReadonlySet<SceneKey> = new Set(['poster_url', 'background_url']);

/** The row with only its pictures. Where Stash was not asked yet, it still has all else that Stash will say. */
export function onlyPicturesOf(row: JobRow, { job }: Pick<SettleEntry, 'job'>): JobRow {
  const edit = editOf(row);
  const isOfText = new Set<string>(contentKeys(edit.data).filter((key) => !PICTURE_KEYS.has(key)));
  const keep = <T extends object>(of: T): T =>
    Object.fromEntries(Object.entries(of).filter(([key]) => !isOfText.has(key))) as T;
  const left = { data: keep(edit.data), stamps: keep(edit.stamps), bareAt: edit.bareAt };
  const isAsked = row.bare_at === null || job.bare === 'filled';
  return { ...row, ...toColumns(left), ...(isAsked ? { rest: 'pictures', reassert: null } : {}) };
}

/** What a job has written, whole or in part; Stash's values count only if Stash was asked. */
export function saidBy(row: JobRow, { job, settlement }: SettleEntry): StampedEdit | undefined {
  const edit = editOf(row);
  if (settlement.kind === 'complete') return job.bare === 'filled' ? edit : { ...edit, bareAt: undefined };
  if (settlement.kind === 'pictures') {
    const text = contentKeys(edit.data).filter((key) => !PICTURE_KEYS.has(key));
    const data = Object.fromEntries(text.map((key) => [key, edit.data[key]]));
    return { ...edit, data, bareAt: job.bare === 'filled' ? edit.bareAt : undefined };
  }
  const refusedKeys = 'error' in settlement ? settlement.error.refusedKeys : [];
  if (refusedKeys.length === 0) return undefined;
  const keys = contentKeys(edit.data).filter((key) => !refusedKeys.includes(key));
  const isStashSaid = job.bare === 'filled' && refusedKeys.every((key) => Object.hasOwn(job.overStash, key));
  return {
    data: Object.fromEntries(keys.map((key) => [key, edit.data[key]])),
    stamps: edit.stamps,
    bareAt: isStashSaid ? edit.bareAt : undefined,
  };
}

/**
 * Whether a job has left a picture of its scene out, since its source still has what cannot be used: a letter about that
 * stays.
 */
export function leavesPictures(
  { settlement }: Pick<SettleEntry, 'settlement'>,
  known: PictureRecords | undefined,
): boolean {
  if (settlement.kind !== 'complete') return false;
  return Object.values(settlement.record.pictures ?? known ?? {}).some(({ state }) => state === 'refused');
}

/** What a job has taken back from Plex; one that was written in part may not have. */
export function takenBackBy(row: JobRow, { settlement }: SettleEntry): ReturnType<typeof reassertOf> {
  return settlement.kind === 'complete' || settlement.kind === 'pictures' ? reassertOf(row) : undefined;
}

/** The row with only what is still to be written. */
export function leftOf(row: JobRow, said: StampedEdit | undefined): JobRow {
  return said === undefined ? row : { ...row, ...toColumns(unsaidBy(editOf(row), said)) };
}
