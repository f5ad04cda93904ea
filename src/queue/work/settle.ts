import type { SettleEntry, SuccessNews } from '../../core/drain/ports/queue.ts';
import { RETRY_RULES } from '../../core/failures/retry-policy.ts';
import type { SyncError } from '../../core/model/errors.ts';
import type { Job, PicturesSettlement, Settled, Settlement } from '../../core/model/job.ts';
import type { StampedEdit } from '../../core/model/scene-edit.ts';
import { unsaidBy } from '../../core/model/scene-edit.ts';
import { plainText } from '../../core/text/sentence.ts';
import { removalWords, valuesHeld } from '../../core/write/removals.ts';
import type { Db } from '../store/open.ts';
import type { LetterChoice, NewLetter, ShortenedLetter } from '../tables/dead-letters.ts';
import { prepareDeadLetters, toLetter } from '../tables/dead-letters.ts';
import type { JobRow } from '../tables/jobs.ts';
import { BACK_TO_PENDING, editOf, prepareRemove, prepareSupersede, toColumns } from '../tables/jobs.ts';
import type { Journal } from '../tables/journal.ts';
import { preparePlannedValues } from '../tables/planned-values.ts';
import { prepareScenes } from '../tables/scenes.ts';
import { prepareSuccesses } from '../tables/successes.ts';
import type { Total } from '../tables/totals.ts';
import { prepareCount } from '../tables/totals.ts';
import { prepareUndone } from '../tables/undone.ts';
import { deadOf, leavesPictures, leftOf, onlyPicturesOf, saidBy, takenBackBy } from './settled-edits.ts';

/** Called about letters while a batch is settled. */
export type SettleHooks = {
  /** Between the commit of the letters and the commit of the queue. */
  readonly onLetterCommitted: () => void;
  /** Hears, in the queue's transaction, what a job has written. */
  readonly journal?: Pick<Journal, 'close' | 'together'> | undefined;
  /** After both. */
  readonly onLetterShortened?: ((letter: ShortenedLetter) => void) | undefined;
};

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
  const remove = prepareRemove(db);
  const putBack = db.prepare<[object]>(`
    UPDATE jobs SET ${BACK_TO_PENDING},
      attempt = attempt - @given, failures = failures + @failures, misses = misses + @misses,
      available_at = max(available_at, @availableAt), released_by = @releasedBy, last_error = coalesce(@error, last_error)
    WHERE id = @id`);
  const holdForStash = db.prepare<[object]>(`
    UPDATE jobs SET ${BACK_TO_PENDING}, data = '{}', stamps = '{}',
      attempt = 0, failures = 0, misses = 0, failed_at = NULL, uncharged = 0, waited_ms = 0, released_by = @owner WHERE id = @id`);
  const noteFailure = db.prepare<[object]>(`
    UPDATE jobs SET failed_at = @now, uncharged = uncharged + @uncharged, waited_ms = coalesce(@waitedMs, waited_ms)
    WHERE id = @id`);
  const assumeFile = db.prepare<[object]>(`
    UPDATE jobs SET data = json_patch(data, @file) WHERE id = @id AND stamps ->> 'path' IS NULL`);
  const narrow = db.prepare<[object]>(
    'UPDATE jobs SET data = @data, stamps = @stamps, bare_at = @bare_at WHERE id = @id',
  );
  const keepPictures = db.prepare<[object]>(`
    UPDATE jobs SET rest = 'pictures', reassert = NULL, attempt = 1, failures = 0, misses = 0, lone_losses = 0, failed_at = NULL, uncharged = 0,
      waited_ms = 0 WHERE id = @id AND rest IS NULL`);
  const waitForPermission = db.prepare<[object]>(`
    UPDATE jobs SET ${BACK_TO_PENDING}, attempt = attempt - 1, removals = 1, last_error = @error WHERE id = @id`);
  const waitUndone = db.prepare<[object]>(
    `UPDATE jobs SET ${BACK_TO_PENDING}, attempt = attempt - 1, undone = 1, last_error = NULL WHERE id = @id`,
  );
  const undone = prepareUndone(db);
  const { noteHeld } = preparePlannedValues(db);
  const supersede = prepareSupersede(db);
  const scenes = prepareScenes(db);
  const letters = prepareDeadLetters(dlqDb);
  const successes = prepareSuccesses(db);
  const addTotal = prepareCount(db);
  // Added once for the whole batch.
  const counted = new Map<Total, number>();
  const count = (name: Total): void => void counted.set(name, (counted.get(name) ?? 0) + 1);

  const coveredBy = ({ row, entry }: { row: JobRow; entry: SettleEntry }, said: StampedEdit) => ({
    ...said,
    reassert: takenBackBy(row, entry),
    leavesPictures: (): boolean => leavesPictures(entry, scenes.record(row.scene_id)?.pictures),
  });

  const writeLetters = dlqDb.transaction((batch: readonly { row: JobRow; entry: SettleEntry }[], now: number) => {
    const shortened: ShortenedLetter[] = [];
    for (const { row, entry } of batch) {
      const said = saidBy(row, entry);
      const dead = deadOf(entry);
      if (dead !== undefined && entry.settlement.kind === 'dead')
        letters.insert(letterFor(leftOf(row, said), dead, now));
      // An older letter must not bring back values that were written over since.
      if (said !== undefined) shortened.push(...letters.closeCovered(row.scene_id, coveredBy({ row, entry }, said)));
      // After that, or its request to Stash would count as covered by the text.
      if (dead !== undefined && entry.settlement.kind === 'pictures' && !isSucceeded(row))
        letters.insert(letterFor(onlyPicturesOf(row, entry), dead, now));
    }
    return shortened;
  });

  /** Keys that were written are not written again: a person may have changed them in Plex by then. */
  const keepLeft = (row: JobRow, entry: SettleEntry): void => {
    const said = saidBy(row, entry);
    if (said !== undefined) narrow.run({ id: row.id, ...toColumns(unsaidBy(editOf(row), said)) });
  };

  const putOff = (
    row: JobRow,
    { job, settlement }: { readonly job: Job; readonly settlement: PutOff },
    now: number,
  ): void => {
    const { availableAt } = settlement;
    const spends = settlement.kind === 'wait' ? 'nothing' : settlement.spends;
    // A waiting job must be found by its file. The path is no edit, and gets no stamp.
    if (spends === 'miss' && job.knownPath !== undefined) assumeFile.run({ id: row.id, file: fileOf(job) });
    putBack.run({
      id: row.id,
      given: Number(spends === 'nothing'),
      failures: Number(spends === 'failure'),
      misses: Number(spends === 'miss'),
      availableAt,
      releasedBy: null,
      error: describe(settlement.error),
    });
    const waitedMs = settlement.kind === 'wait' ? settlement.waitedMs : null;
    if (spends !== 'miss') noteFailure.run({ id: row.id, now, uncharged: Number(spends === 'nothing'), waitedMs });
    count(PUT_OFF_TOTALS[spends]);
  };

  /** The text counts as done once; what is left of the job goes on with tries of its own. */
  const applyPictures = (
    row: JobRow,
    { job, settlement }: { job: Job; settlement: PicturesSettlement },
    now: number,
  ): Settled => {
    scenes.complete(row.scene_id, settlement, now);
    undone.remove(row.scene_id);
    if (row.rest === null) count(settlement.change);
    const left = onlyPicturesOf(row, { job });
    if (supersede(left)) return 'applied';
    narrow.run({ id: row.id, data: left.data, stamps: left.stamps, bare_at: left.bare_at });
    if (left.rest === 'pictures') keepPictures.run({ id: row.id });
    endPictures(row, { job, rest: settlement.rest }, now);
    return 'applied';
  };

  const endPictures = (
    row: JobRow,
    { job, rest }: { readonly job: Job; readonly rest: PicturesSettlement['rest'] },
    now: number,
  ): void => {
    switch (rest.kind) {
      case 'retry':
      case 'wait':
        putOff(row, { job, settlement: rest }, now);
        return;
      case 'release':
        releaseJob(row, { job, settlement: rest });
        return;
      case 'give_back':
        putBack.run({ ...untried(row), releasedBy: job.lease.owner });
        count('released');
        return;
      case 'dead':
        remove(row.id);
        count('dead_lettered');
        return;
      case 'skip':
        remove(row.id);
        count('skipped');
    }
  };

  const releaseJob = (
    row: JobRow,
    { job, settlement }: { readonly job: Job; readonly settlement: Extract<Settlement, { kind: 'release' }> },
  ): void => {
    const { availableAt, error } = settlement;
    putBack.run({ ...untried(row), availableAt, releasedBy: job.lease.owner, error: describe(error) });
    count('released');
  };

  const leaveUndone = (row: JobRow, content: string | undefined): void => {
    // Released since the drain looked: it claims the job again, and writes it.
    if (undone.of(row.scene_id) === undefined) {
      putBack.run(untried(row));
      return;
    }
    waitUndone.run({ id: row.id });
    if (content !== undefined) undone.learn(row.scene_id, content);
  };

  const apply = ({ row, entry }: { row: JobRow; entry: SettleEntry }, now: number): Settled => {
    const { settlement, job } = entry;
    if (settlement.kind === 'complete') {
      scenes.complete(row.scene_id, settlement, now);
      undone.remove(row.scene_id);
      // The keys given by hand are written; the request for Stash's values is still open.
      if (row.bare_at === null || job.bare === 'filled') remove(row.id);
      else if (!supersede({ ...row, data: '{}', stamps: '{}' }))
        holdForStash.run({ id: row.id, owner: job.lease.owner });
      if (row.rest === null) count(settlement.change);
      return 'applied';
    }
    if (settlement.kind === 'pictures') return applyPictures(row, { job, settlement }, now);
    if (supersede(row)) {
      count('superseded');
      return 'superseded';
    }
    keepLeft(row, entry);
    switch (settlement.kind) {
      case 'dead':
        remove(row.id);
        count('dead_lettered');
        return 'applied';
      case 'gone':
        remove(row.id);
        scenes.forget(row.scene_id);
        count('gone');
        return 'applied';
      case 'skip':
        remove(row.id);
        count('skipped');
        return 'applied';
      case 'retry':
      case 'wait':
        putOff(row, { job, settlement }, now);
        return 'applied';
      case 'release':
        releaseJob(row, { job, settlement });
        return 'applied';
      case 'give_back':
        putBack.run({ ...untried(row), releasedBy: job.lease.owner });
        count('released');
        return 'applied';
      case 'undone':
        leaveUndone(row, settlement.content);
        return 'applied';
      case 'removals':
        waitForPermission.run({ id: row.id, error: plainText(removalWords(settlement.values)) });
        return 'applied';
      case 'put_back':
        putBack.run(untried(row));
        return 'applied';
      case 'defer':
        // The attempt is not given back: the job is claimed again in this drain.
        putBack.run({ ...untried(row), given: 0 });
        return 'applied';
    }
  };

  /** The plans that are sent were counted when they were noted. */
  const countHeld = ({ job, settlement }: SettleEntry, now: number): void => {
    if ((settlement.kind === 'complete' || settlement.kind === 'pictures') && settlement.change === 'unchanged')
      noteHeld(job.sceneId, valuesHeld(settlement.record.written), now);
  };

  /** No record, no letter, and nothing merged beneath a later edit: that edit belongs to a scene that came back. */
  const endForgotten = (row: JobRow): Settled => {
    remove(row.id);
    count('gone');
    return 'gone';
  };

  const settleBatch = db.transaction((entries: readonly SettleEntry[], now: number, news: SuccessNews): Batch => {
    counted.clear();
    successes.note(news);
    const rows = entries.map((entry) => held.get(entry.job.lease));
    const ours = entries.flatMap((entry, index) => {
      const row = rows[index];
      return row === undefined ? [] : [{ row, entry }];
    });
    const inLetters = letters.scenesAmong(ours.map(({ row }) => row.scene_id));
    // A job that a newer edit takes over leaves no letter.
    const lettered = ours.filter(
      ({ row, entry }) =>
        row.forgotten === 0 && (isDead(entry) || inLetters.has(row.scene_id)) && !isTakenOver(row, entry),
    );
    let shortened: readonly ShortenedLetter[] = [];
    if (lettered.length > 0) {
      // The transaction reads before it writes: as immediate it waits for another writer instead of failing at once.
      shortened = writeLetters.immediate(lettered, now);
      if (lettered.some(({ entry }) => isDead(entry))) onLetterCommitted();
    }
    const settleOne = (entry: SettleEntry, index: number): Settled => {
      const row = rows[index];
      if (row === undefined) return 'lease_lost';
      if (row.forgotten === 1) return endForgotten(row);
      if (entry.landed !== undefined) scenes.land(row.scene_id, entry.landed);
      noteWritten(row, entry);
      countHeld(entry, now);
      return apply({ row, entry }, now);
    };
    const settleAll = (): readonly Settled[] => entries.map(settleOne);
    const settled = journal === undefined ? settleAll() : journal.together(settleAll);
    for (const [name, by] of counted) addTotal(name, by);
    return { settled, shortened };
  });
  const noteWritten = ({ scene_id: sceneId }: JobRow, { settlement, landed }: SettleEntry): void => {
    const record = landed ?? ('record' in settlement ? settlement.record : undefined);
    const names = 'notes' in settlement ? settlement.notes?.names : undefined;
    if (record !== undefined) journal?.close({ sceneId, names, ...record });
  };
  /** Whether a newer edit of the scene waits. */
  const isSucceeded = (row: JobRow): boolean => waiting.get(row.scene_id) !== undefined;
  const isTakenOver = (row: JobRow, { settlement }: SettleEntry): boolean =>
    settlement.kind !== 'complete' && settlement.kind !== 'pictures' && isSucceeded(row);

  return (entries, now, news = new Map()) => {
    const { settled, shortened } = settleBatch.immediate(entries, now, news);
    for (const letter of shortened) onLetterShortened?.(letter);
    return settled;
  };
}

type PutOff = Extract<Settlement, { kind: 'retry' | 'wait' }>;

const PUT_OFF_TOTALS = { nothing: 'retries', failure: 'retries', miss: 'not_found_waits' } as const;

type Batch = { readonly settled: readonly Settled[]; readonly shortened: readonly ShortenedLetter[] };

/** A write-back of an attempt that counts for nothing. */
function untried({ id }: JobRow) {
  return { id, given: 1, failures: 0, misses: 0, availableAt: 0, releasedBy: null, error: null };
}

function isDead(entry: SettleEntry): boolean {
  return deadOf(entry) !== undefined;
}

/** As a patch: it removes files that the scene no longer has. */
function fileOf({ knownPath, knownFiles }: SettleEntry['job']): string {
  return JSON.stringify({ path: knownPath, files: knownFiles ?? null });
}

function describe(error: Extract<Settlement, { kind: 'dead' }>['error']): string {
  return `${RETRY_RULES[error.code].errorType}: ${error.message}`;
}

function toLetterChoice({ ratingKey, ...shown }: SyncError['choices'][number]): LetterChoice {
  return { rating_key: ratingKey, ...shown };
}

function letterFor(row: JobRow, error: Extract<Settlement, { kind: 'dead' }>['error'], now: number): NewLetter {
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
