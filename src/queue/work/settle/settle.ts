import type { SettleEntry, SuccessNews } from '../../../core/drain/ports/queue.ts';
import type { Settled } from '../../../core/model/job.ts';
import { valuesHeld } from '../../../core/write/removals.ts';
import type { Db } from '../../store/open.ts';
import type { ShortenedLetter } from '../../tables/dead-letters/dead-letters.ts';
import type { JobRow } from '../../tables/jobs/jobs.ts';
import type { Journal } from '../../tables/journal/journal.ts';
import { preparePlannedValues } from '../../tables/planned-values.ts';
import { prepareScenes } from '../../tables/scenes.ts';
import { prepareSuccesses } from '../../tables/successes.ts';
import type { Total } from '../../tables/totals.ts';
import { prepareCount } from '../../tables/totals.ts';
import { prepareBatchLetters } from './batch-letters.ts';
import type { HeldJob } from './held-job.ts';
import { prepareJobEnds } from './job-ends.ts';

/** Called about letters while a batch is settled. */
export type SettleHooks = {
  /** Between the commit of the letters and the commit of the queue. */
  readonly onLetterCommitted: () => void;
  /** Hears, in the queue's transaction, what a job has written. */
  readonly journal?: Pick<Journal, 'close' | 'together'> | undefined;
  /** After both. */
  readonly onLetterShortened?: ((letter: ShortenedLetter) => void) | undefined;
};

type Batch = { readonly settled: readonly Settled[]; readonly shortened: readonly ShortenedLetter[] };

/**
 * Prepares the settling of a batch: one immediate transaction on queue.db, inside which dlq.db commits first. After a
 * kill between the two commits a job is still leased and has its letter; the next rescue sees both and deletes the row.
 * @returns a function whose results are in the order of its entries.
 */
export function prepareSettle(
  db: Db,
  dlqDb: Db,
  { onLetterCommitted, onLetterShortened, journal }: SettleHooks,
): (entries: readonly SettleEntry[], now: number, news?: SuccessNews) => readonly Settled[] {
  // Every write-back carries the lease: a job that was rescued from us belongs to another drain now.
  const held = db.prepare<[object], JobRow>(`
    SELECT * FROM jobs WHERE id = @jobId AND lease_owner = @owner AND claims = @claim AND state = 'in_progress'`);
  const waiting = db.prepare<[number], unknown>(`SELECT 1 FROM jobs WHERE scene_id = ? AND state = 'pending'`);
  const { noteHeld } = preparePlannedValues(db);
  const scenes = prepareScenes(db);
  const successes = prepareSuccesses(db);
  const addTotal = prepareCount(db);
  // Added once for the whole batch.
  const counted = new Map<Total, number>();
  const applyEnd = prepareJobEnds(db, (name) => void counted.set(name, (counted.get(name) ?? 0) + 1));
  const writeLetters = prepareBatchLetters(db, dlqDb, {
    isSucceeded: ({ scene_id: sceneId }) => waiting.get(sceneId) !== undefined,
  });

  const noteWritten = ({ row: { scene_id: sceneId }, entry: { settlement, landed } }: HeldJob): void => {
    if (landed !== undefined) scenes.land(sceneId, landed);
    const record = landed ?? ('record' in settlement ? settlement.record : undefined);
    const names = 'notes' in settlement ? settlement.notes?.names : undefined;
    if (record !== undefined) journal?.close({ sceneId, names, ...record });
  };

  /** The plans that are sent were counted when they were noted. */
  const countHeld = ({ job, settlement }: SettleEntry, now: number): void => {
    if ((settlement.kind === 'complete' || settlement.kind === 'pictures') && settlement.change !== 'updated')
      noteHeld(job.sceneId, valuesHeld(settlement.record.written), now);
  };

  const settleOne = (one: HeldJob, now: number): Settled => {
    if (one.row.forgotten === 0) {
      noteWritten(one);
      countHeld(one.entry, now);
    }
    return applyEnd(one, now);
  };

  const settleBatch = db.transaction((entries: readonly SettleEntry[], now: number, news: SuccessNews): Batch => {
    counted.clear();
    successes.note(news);
    const jobs = entries.map((entry): HeldJob | undefined => {
      const row = held.get(entry.job.lease);
      return row && { row, entry };
    });
    const letters = writeLetters(
      jobs.filter((one) => one !== undefined),
      now,
    );
    if (letters.isBuried) onLetterCommitted();
    const settleAll = (): readonly Settled[] =>
      jobs.map((one) => (one === undefined ? 'lease_lost' : settleOne(one, now)));
    const settled = journal === undefined ? settleAll() : journal.together(settleAll);
    for (const [name, by] of counted) addTotal(name, by);
    return { settled, shortened: letters.shortened };
  });

  return (entries, now, news = new Map()) => {
    const { settled, shortened } = settleBatch.immediate(entries, now, news);
    for (const letter of shortened) onLetterShortened?.(letter);
    return settled;
  };
}
