import type { SettleEntry } from '../../../core/drain/ports/queue.ts';
import { RETRY_RULES } from '../../../core/failures/retry-policy.ts';
import type { Job, PicturesSettlement, Settled, Settlement } from '../../../core/model/job.ts';
import { unsaidBy } from '../../../core/model/scene-edit.ts';
import { plainText } from '../../../core/text/sentence.ts';
import { removalWords } from '../../../core/write/removals.ts';
import type { Db } from '../../store/open.ts';
import type { JobRow } from '../../tables/jobs/jobs.ts';
import { BACK_TO_PENDING, editOf, prepareRemove, prepareSupersede, toColumns } from '../../tables/jobs/jobs.ts';
import { prepareScenes } from '../../tables/scenes.ts';
import type { Total } from '../../tables/totals.ts';
import { prepareUndone } from '../../tables/undone.ts';
import type { HeldJob } from './held-job.ts';
import { onlyPicturesOf, saidBy } from './settled-edits.ts';

/** Applies how an attempt ended to the row of its job and to its scene. */
export type ApplyEnd = (held: HeldJob, now: number) => Settled;

/** Prepares what becomes of a job; `count` hears what is to be added up. The caller has the transaction. */
export function prepareJobEnds(db: Db, count: (name: Total) => void): ApplyEnd {
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
  const supersede = prepareSupersede(db);
  const scenes = prepareScenes(db);

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

  const apply = ({ row, entry }: HeldJob, now: number): Settled => {
    const { settlement, job } = entry;
    if (settlement.kind === 'complete') {
      scenes.complete(row.scene_id, settlement, now);
      undone.remove(row.scene_id);
      // The keys given by hand are written; the request for Stash's values is still open.
      if (row.bare_at === null || job.bare === 'filled') remove(row.id);
      else if (!supersede({ ...row, data: '{}', stamps: '{}' }))
        holdForStash.run({ id: row.id, owner: job.lease.owner });
      if (row.rest === null) count(totalOf(settlement));
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

  /** No record, no letter, and nothing merged beneath a later edit: that edit belongs to a scene that came back. */
  const endForgotten = (row: JobRow): Settled => {
    remove(row.id);
    count('gone');
    return 'gone';
  };

  return (held, now) => (held.row.forgotten === 1 ? endForgotten(held.row) : apply(held, now));
}

function totalOf({ change }: Extract<Settlement, { kind: 'complete' }>): Total {
  return change === 'updated' ? 'updated' : 'unchanged';
}

type PutOff = Extract<Settlement, { kind: 'retry' | 'wait' }>;

const PUT_OFF_TOTALS = { nothing: 'retries', failure: 'retries', miss: 'not_found_waits' } as const;

/** A write-back of an attempt that counts for nothing. */
function untried({ id }: JobRow) {
  return { id, given: 1, failures: 0, misses: 0, availableAt: 0, releasedBy: null, error: null };
}

/** As a patch: it removes files that the scene no longer has. */
function fileOf({ knownPath, knownFiles }: SettleEntry['job']): string {
  return JSON.stringify({ path: knownPath, files: knownFiles ?? null });
}

function describe(error: Extract<Settlement, { kind: 'dead' }>['error']): string {
  return `${RETRY_RULES[error.code].errorType}: ${error.message}`;
}
