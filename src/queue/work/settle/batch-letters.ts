import { RETRY_RULES } from '../../../core/failures/retry-policy.ts';
import type { SyncError } from '../../../core/model/errors.ts';
import type { StampedEdit } from '../../../core/model/scene-edit.ts';
import type { Db } from '../../store/open.ts';
import type { ShortenedLetter } from '../../tables/dead-letters/dead-letters.ts';
import { prepareDeadLetters } from '../../tables/dead-letters/dead-letters.ts';
import type { LetterChoice, NewLetter } from '../../tables/dead-letters/letter.ts';
import { toLetter } from '../../tables/dead-letters/letter.ts';
import type { JobRow } from '../../tables/jobs/jobs.ts';
import { prepareScenes } from '../../tables/scenes.ts';
import type { HeldJob } from './held-job.ts';
import { deadOf, leavesPictures, leftOf, onlyPicturesOf, saidBy, takenBackBy } from './settled-edits.ts';

/** What a batch has done in dlq.db. */
export type LettersDone = {
  /** Whether a job of it was to leave a letter. */
  readonly isBuried: boolean;
  readonly shortened: readonly ShortenedLetter[];
};

/**
 * Prepares the letters of a batch: new ones of jobs that are not tried again, and older ones of which jobs have written
 * something. They commit in dlq.db, inside the queue's transaction; a batch without any does not touch dlq.db.
 */
export function prepareBatchLetters(
  db: Db,
  dlqDb: Db,
  { isSucceeded }: { isSucceeded(row: JobRow): boolean },
): (batch: readonly HeldJob[], now: number) => LettersDone {
  const scenes = prepareScenes(db);
  const letters = prepareDeadLetters(dlqDb);

  const closeCovered = ({ row, entry }: HeldJob, said: StampedEdit): readonly ShortenedLetter[] =>
    letters.closeCovered(row.scene_id, {
      ...said,
      reassert: takenBackBy(row, entry),
      leavesPictures: () => leavesPictures(entry, scenes.record(row.scene_id)?.pictures),
    });

  const writeOne = ({ row, entry }: HeldJob, now: number): readonly ShortenedLetter[] => {
    const said = saidBy(row, entry);
    const dead = deadOf(entry);
    if (dead !== undefined && entry.settlement.kind === 'dead') letters.insert(letterFor(leftOf(row, said), dead, now));
    // An older letter must not bring back values that were written over since.
    const shortened = said === undefined ? [] : closeCovered({ row, entry }, said);
    // After that, or its request to Stash would count as covered by the text.
    if (dead !== undefined && entry.settlement.kind === 'pictures' && !isSucceeded(row))
      letters.insert(letterFor(onlyPicturesOf(row, entry), dead, now));
    return shortened;
  };

  const writeAll = dlqDb.transaction((batch: readonly HeldJob[], now: number) =>
    batch.flatMap((held) => writeOne(held, now)),
  );

  /** A newer edit takes over what the job could not finish: then it leaves no letter. */
  const isTakenOver = ({ row, entry: { settlement } }: HeldJob): boolean =>
    settlement.kind !== 'complete' && settlement.kind !== 'pictures' && isSucceeded(row);

  return (batch, now) => {
    const inLetters = letters.scenesAmong(batch.map(({ row }) => row.scene_id));
    const concerned = batch.filter(
      (held) => held.row.forgotten === 0 && (isDead(held) || inLetters.has(held.row.scene_id)) && !isTakenOver(held),
    );
    if (concerned.length === 0) return { isBuried: false, shortened: [] };
    // The transaction reads before it writes: as immediate it waits for another writer instead of failing at once.
    return { isBuried: concerned.some(isDead), shortened: writeAll.immediate(concerned, now) };
  };
}

function isDead({ entry }: HeldJob): boolean {
  return deadOf(entry) !== undefined;
}

function toLetterChoice({ ratingKey, ...shown }: SyncError['choices'][number]): LetterChoice {
  return { rating_key: ratingKey, ...shown };
}

function letterFor(row: JobRow, error: SyncError, now: number): NewLetter {
  return toLetter(
    row,
    {
      error_type: RETRY_RULES[error.code].errorType,
      error_message: error.message,
      // A known failure is complete in its message; only an unforeseen one needs a stack.
      stack_trace: error.code === 'unexpected' ? (error.stack ?? null) : null,
      retry_count: row.failures + row.misses + row.uncharged,
      choices: error.choices.length === 0 ? null : JSON.stringify(error.choices.map(toLetterChoice)),
    },
    now,
  );
}
