import { isUnder, normalisePath } from '../../../core/match/paths.ts';
import type { ReassertField } from '../../../core/model/reassert.ts';
import { isTakenBack } from '../../../core/model/reassert.ts';
import type { SceneKey } from '../../../core/model/scene.ts';
import { contentKeys } from '../../../core/model/scene.ts';
import type { StampedEdit } from '../../../core/model/scene-edit.ts';
import { saysNothing, unsaidBy } from '../../../core/model/scene-edit.ts';
import type { Db } from '../../store/open.ts';
import { toColumns } from '../jobs/jobs.ts';
import type { DeadLetter, NewLetter } from './letter.ts';
import { letterEditOf, letterPathOf, reassertIn, toJobData } from './letter.ts';

/** Which letters: all given conditions must hold. An empty filter means all. */
export type LetterFilter = {
  readonly ids?: readonly number[] | undefined;
  readonly errorType?: string | undefined;
  readonly sceneId?: number | undefined;
  /** A folder above the job's path, or the path itself, as Stash sees it. */
  readonly pathPrefix?: string | undefined;
  /** Failed before this instant (epoch ms). */
  readonly before?: number | undefined;
  /** Failed at this instant (epoch ms) or later. */
  readonly since?: number | undefined;
};

/**
 * A letter that a completed job covered in part, and the keys it still holds; a bare request for Stash's values has no
 * key.
 */
export type ShortenedLetter = {
  readonly letterId: number;
  readonly sceneId: number;
  readonly keys: readonly SceneKey[];
};

/** Whether `rest` still is the whole edit: then nothing was taken from it. */
function isSameEdit(edit: StampedEdit, rest: StampedEdit): boolean {
  return edit.bareAt === rest.bareAt && Object.keys(edit.data).length === Object.keys(rest.data).length;
}

function isReplacedBy(older: DeadLetter, letter: NewLetter): boolean {
  const [edit, newer] = [letterEditOf(older), letterEditOf(letter)];
  if (older.error_type !== letter.error_type || edit === undefined || newer === undefined) return false;
  // A bare request does not cover keys given by hand: Stash has not answered for them.
  const isAskedAgain = (edit.bareAt ?? 0) <= (newer.bareAt ?? 0);
  const isWishKept = isTakenBack(reassertIn(older), reassertIn(letter));
  return (
    isAskedAgain && isWishKept && saysNothing({ ...unsaidBy(edit, { ...newer, bareAt: undefined }), bareAt: undefined })
  );
}

/** What a job has written, and which fields it took back from Plex. */
type Done = StampedEdit & {
  readonly reassert?: readonly ReassertField[] | undefined;
  /** Whether a picture was not looked at again, since its source has what cannot be used; asked where there is a letter. */
  leavesPictures?(): boolean;
};

/** What a person takes back stays wanted until a job has taken it back: then Stash is asked again. */
function leftInLetter(
  { edit, wanted }: { readonly edit: StampedEdit; readonly wanted: readonly ReassertField[] | undefined },
  done: Done,
): StampedEdit {
  const rest = unsaidBy(edit, done);
  return isTakenBack(wanted, done.reassert) ? rest : { ...rest, bareAt: edit.bareAt };
}

/** Whether there is a letter with this `error_type`. */
export function hasLetterOfType(db: Db, errorType: string): boolean {
  return (
    db.prepare<[string], unknown>('SELECT 1 FROM dead_letters WHERE error_type = ? LIMIT 1').get(errorType) !==
    undefined
  );
}

/** When the oldest letter was written, epoch ms; `undefined` when there is none. */
export function oldestLetterAt(db: Db): number | undefined {
  const row = db
    .prepare<[], { failed_at: string | null }>('SELECT min(failed_at) AS failed_at FROM dead_letters')
    .get();
  return row?.failed_at == null ? undefined : Date.parse(row.failed_at);
}

/** In the form of `failed_at`, whose texts sort in the order of their instants. */
function instantOrNull(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}

/** The statements of `dlq.db`. Those that write leave the transaction to the caller. */
export function prepareDeadLetters(db: Db) {
  const columns =
    'job_id, job_key, scene_id, job_data, stamps, bare_at, error_type, error_message, stack_trace, retry_count, failed_at, choices, rest, reassert';
  const insert = db.prepare<[NewLetter]>(
    `INSERT INTO dead_letters (${columns}) VALUES (${columns.replace(/\w+/g, '@$&')}) ON CONFLICT (job_key) DO NOTHING`,
  );
  // Only a few are asked for by id: those are found by it, all others are read in their order.
  const select = (by: 'ids' | 'time') =>
    db.prepare<[object], DeadLetter>(`
    SELECT * FROM dead_letters
    WHERE ${by === 'ids' ? 'id IN (SELECT value FROM json_each(@ids))' : 'TRUE'}
      AND (@errorType IS NULL OR lower(error_type) = lower(@errorType))
      AND (@sceneId IS NULL OR scene_id = @sceneId)
      AND (@before IS NULL OR failed_at < @before)
      AND (@since IS NULL OR failed_at >= @since)
    ORDER BY failed_at DESC, id DESC`);
  const ofScene = db.prepare<[number], DeadLetter>('SELECT * FROM dead_letters WHERE scene_id = ?');
  const ofScenes = db.prepare<[string], { scene_id: number }>(
    'SELECT DISTINCT scene_id FROM dead_letters WHERE scene_id IN (SELECT value FROM json_each(?))',
  );
  const byKey = db.prepare<[string], DeadLetter>('SELECT * FROM dead_letters WHERE job_key = ?');
  const removeKey = db.prepare<[string]>('DELETE FROM dead_letters WHERE job_key = ?');
  const shorten = db.prepare<[object]>(
    'UPDATE dead_letters SET job_data = @jobData, stamps = @stamps, bare_at = @bare_at WHERE id = @id',
  );
  const byType = db.prepare<[], { error_type: string; count: number }>(
    'SELECT error_type, count(*) AS count FROM dead_letters GROUP BY error_type ORDER BY count DESC, error_type',
  );
  const scenes = db.prepare<[], { count: number }>('SELECT count(DISTINCT scene_id) AS count FROM dead_letters');
  function* read(filter: LetterFilter): Generator<DeadLetter> {
    const prefix = filter.pathPrefix === undefined ? undefined : normalisePath(filter.pathPrefix);
    const rows = select(filter.ids === undefined ? 'time' : 'ids').iterate({
      ids: filter.ids === undefined ? null : JSON.stringify(filter.ids),
      errorType: filter.errorType ?? null,
      sceneId: filter.sceneId ?? null,
      before: instantOrNull(filter.before),
      since: instantOrNull(filter.since),
    });
    for (const letter of rows) {
      if (prefix === undefined || isUnder(normalisePath(letterPathOf(letter) ?? ''), prefix)) yield letter;
    }
  }
  return {
    /** Writes a letter. An older letter of the scene with the same error is removed if the new one covers all of it. */
    insert: (letter: NewLetter): void => {
      insert.run(letter);
      for (const older of ofScene.all(letter.scene_id))
        if (older.job_key !== letter.job_key && isReplacedBy(older, letter)) removeKey.run(older.job_key);
    },
    /** Which of these scenes have letters: one look for a batch, of which few have any. */
    scenesAmong: (sceneIds: readonly number[]): ReadonlySet<number> =>
      new Set(ofScenes.all(JSON.stringify(sceneIds)).map(({ scene_id }) => scene_id)),
    /** Newest first. */
    list: (filter: LetterFilter): DeadLetter[] => [...read(filter)],
    /** Like `list`, one row at a time; the connection can do nothing else meanwhile. */
    read,
    has: (jobKey: string): boolean => byKey.get(jobKey) !== undefined,
    remove: (jobKey: string): boolean => removeKey.run(jobKey).changes === 1,
    /**
     * Takes what a completed job has written out of the scene's letters. A letter with nothing left is closed; one with
     * other keys, or with values newer than the job, keeps those, so that no edit is dropped.
     * @returns the letters that were shortened.
     */
    closeCovered: (sceneId: number, done: Done): readonly ShortenedLetter[] => {
      const shortened: ShortenedLetter[] = [];
      for (const letter of ofScene.all(sceneId)) {
        const edit = letterEditOf(letter);
        // A damaged letter is left for a person.
        if (edit === undefined || (letter.rest === 'pictures' && done.leavesPictures?.() === true)) continue;
        const rest = leftInLetter({ edit, wanted: reassertIn(letter) }, done);
        const { data, ...columns } = toColumns(rest);
        if (saysNothing(rest)) removeKey.run(letter.job_key);
        else if (!isSameEdit(edit, rest)) {
          shorten.run({ id: letter.id, jobData: toJobData(sceneId, data), ...columns });
          shortened.push({ letterId: letter.id, sceneId, keys: contentKeys(rest.data) });
        }
      }
      return shortened;
    },
    /** The letter as it is now, or `undefined` when it was closed, purged or retried meanwhile. */
    byKey: (jobKey: string): DeadLetter | undefined => byKey.get(jobKey),
    countByType: (): Record<string, number> =>
      Object.fromEntries(byType.all().map(({ error_type, count }) => [error_type, count])),
    sceneCount: (): number => scenes.get()?.count ?? 0,
  };
}
