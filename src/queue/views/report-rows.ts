import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { prepareDeadLetters } from '../tables/dead-letters/dead-letters.ts';
import type { DeadLetter } from '../tables/dead-letters/letter.ts';
import type { SceneRow } from '../tables/scenes.ts';
import { readSceneRow } from '../tables/scenes.ts';

/** A waiting or running job, as a report shows it. Instants are epoch ms. */
export type ReportedJob = {
  readonly id: number;
  readonly state: 'pending' | 'in_progress';
  readonly data: string;
  readonly attempt: number;
  readonly failures: number;
  readonly misses: number;
  readonly rescues: number;
  readonly lone_losses: number;
  readonly last_error: string | null;
  readonly available_at: number;
  readonly enqueued_at: number;
};

/** What is known about a scene's item, as a report shows it. */
export type ReportedRecord = Pick<
  SceneRow,
  'rating_key' | 'section_key' | 'scene_path' | 'file' | 'written' | 'intent' | 'written_at'
>;

/** Everything the data directory knows about one scene. */
export type SceneRows = {
  readonly jobs: readonly ReportedJob[];
  readonly letters: readonly DeadLetter[];
  readonly record: ReportedRecord | undefined;
};

/** Reads a scene's jobs, its dead letters and what was last written for it. */
export function readSceneRows({ queueDb, dlqDb, path }: Stores, sceneId: number): SceneRows {
  return inStore(storesName(path), () => ({
    jobs: queueDb.prepare<[number], ReportedJob>('SELECT * FROM jobs WHERE scene_id = ? ORDER BY id').all(sceneId),
    letters: prepareDeadLetters(dlqDb).list({ sceneId }),
    record: readSceneRow(queueDb, sceneId),
  }));
}

/** Passes on every stored text about scenes and servers, row by row, since all of it may not fit in memory. */
export function eachStoredText(
  { queueDb, dlqDb, path }: Stores,
  visit: { readonly json: (text: string) => void; readonly path: (text: string) => void },
): void {
  inStore(storesName(path), () => {
    const columns: readonly (readonly [db: Stores['queueDb'], sql: string, how: keyof typeof visit])[] = [
      [queueDb, 'SELECT data AS text FROM jobs', 'json'],
      [dlqDb, 'SELECT job_data AS text FROM dead_letters', 'json'],
      [dlqDb, 'SELECT choices AS text FROM dead_letters WHERE choices IS NOT NULL', 'json'],
      [queueDb, `SELECT json_object('title', title, 'file', file) AS text FROM pins`, 'json'],
      [queueDb, 'SELECT written AS text FROM scenes', 'json'],
      [queueDb, 'SELECT intent AS text FROM scenes WHERE intent IS NOT NULL', 'json'],
      [queueDb, 'SELECT value AS text FROM meta WHERE json_valid(value)', 'json'],
      [queueDb, 'SELECT scene_path AS text FROM scenes', 'path'],
      [queueDb, 'SELECT file AS text FROM scenes WHERE file IS NOT NULL', 'path'],
    ];
    for (const [db, sql, how] of columns)
      for (const { text } of db.prepare<[], { text: string }>(sql).iterate()) visit[how](text);
  });
}
