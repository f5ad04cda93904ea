import type { SceneData } from '../core/scene.ts';
import { contentKeys, without } from '../core/scene.ts';
import type { Db } from './open.ts';

/** A dead letter as `dlq.db` holds it; the first nine columns are names users already query. */
export type DeadLetter = {
  readonly id: number;
  readonly job_id: number;
  readonly scene_id: number;
  /** JSON: the scene as it was to be written, ready to be enqueued again. */
  readonly job_data: string;
  readonly error_type: string;
  readonly error_message: string;
  readonly stack_trace: string | null;
  readonly retry_count: number;
  /** RFC 3339, UTC. */
  readonly failed_at: string;
  readonly job_key: string;
  readonly bare: 0 | 1;
};

export type NewLetter = Omit<DeadLetter, 'id'>;

/** Which letters: all given conditions must hold. An empty filter means all. */
export type LetterFilter = {
  readonly ids?: readonly number[] | undefined;
  readonly errorType?: string | undefined;
  readonly sceneId?: number | undefined;
};

/** The `job_data` of a letter. */
export function toLetterData(sceneId: number, data: SceneData): string {
  return JSON.stringify({ scene_id: sceneId, ...data });
}

/** The scene data in a letter: written by us, so read back without a second validation. */
export function letterDataOf(letter: Pick<DeadLetter, 'job_data'>): SceneData {
  const { scene_id: _sceneId, ...data } = JSON.parse(letter.job_data) as SceneData & { scene_id: number };
  return data;
}

export type DeadLetters = ReturnType<typeof prepareDeadLetters>;

/** The statements of `dlq.db`. Those that change something leave the transaction to the caller. */
export function prepareDeadLetters(db: Db) {
  const columns =
    'job_id, job_key, scene_id, job_data, bare, error_type, error_message, stack_trace, retry_count, failed_at';
  const insert = db.prepare<[NewLetter]>(
    `INSERT INTO dead_letters (${columns}) VALUES (${columns.replace(/\w+/g, '@$&')}) ON CONFLICT (job_key) DO NOTHING`,
  );
  const select = db.prepare<[object], DeadLetter>(`
    SELECT * FROM dead_letters
    WHERE (@ids IS NULL OR id IN (SELECT value FROM json_each(@ids)))
      AND (@errorType IS NULL OR lower(error_type) = lower(@errorType))
      AND (@sceneId IS NULL OR scene_id = @sceneId)
    ORDER BY failed_at DESC, id DESC`);
  const ofScene = db.prepare<[number], DeadLetter>('SELECT * FROM dead_letters WHERE scene_id = ?');
  const hasKey = db.prepare<[string], unknown>('SELECT 1 FROM dead_letters WHERE job_key = ?');
  const removeKey = db.prepare<[string]>('DELETE FROM dead_letters WHERE job_key = ?');
  const shorten = db.prepare<[object]>('UPDATE dead_letters SET job_data = @jobData WHERE id = @id');
  const byType = db.prepare<[], { error_type: string; count: number }>(
    'SELECT error_type, count(*) AS count FROM dead_letters GROUP BY error_type ORDER BY count DESC, error_type',
  );
  const scenes = db.prepare<[], { count: number }>('SELECT count(DISTINCT scene_id) AS count FROM dead_letters');
  return {
    insert: (letter: NewLetter): void => {
      insert.run(letter);
    },
    /** Newest first. */
    list: (filter: LetterFilter): DeadLetter[] =>
      select.all({
        ids: filter.ids === undefined ? null : JSON.stringify(filter.ids),
        errorType: filter.errorType ?? null,
        sceneId: filter.sceneId ?? null,
      }),
    has: (jobKey: string): boolean => hasKey.get(jobKey) !== undefined,
    remove: (jobKey: string): boolean => removeKey.run(jobKey).changes === 1,
    /**
     * Takes what a completed job has said out of the scene's letters: a letter with nothing left to say is closed,
     * one with other keys stays with those, so that no edit is dropped.
     */
    closeCovered: (sceneId: number, done: SceneData, jobKey: string): void => {
      const covered = contentKeys(done);
      for (const letter of ofScene.all(sceneId)) {
        // A bare letter stands for all that Stash has: no inline job covers that.
        if (letter.job_key === jobKey || letter.bare === 1) continue;
        const rest = without(letterDataOf(letter), covered);
        if (contentKeys(rest).length === 0) removeKey.run(letter.job_key);
        else shorten.run({ id: letter.id, jobData: toLetterData(sceneId, rest) });
      }
    },
    countByType: (): Record<string, number> =>
      Object.fromEntries(byType.all().map(({ error_type, count }) => [error_type, count])),
    sceneCount: (): number => scenes.get()?.count ?? 0,
  };
}
