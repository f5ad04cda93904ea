import { RETRY_RULES } from '../../core/failures/retry-policy.ts';
import type { SampledFile } from '../../core/match/sample/file-sample.ts';
import { durationMsOf } from '../../core/model/file-facts.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';

type Row = {
  readonly path: string;
  readonly size: number | null;
  /** In seconds. */
  readonly duration: number | null;
  readonly section_key: string | null;
  readonly scene_id: number;
  readonly letter_id: number | null;
};

/** How many of the newest rows to choose from when the library is not known yet. */
const POOL = 500;

/**
 * Files that this directory knows, each path once: the newest that wait, those dead-lettered because they were not
 * found or not proven, and the last `perLibrary` written in each library.
 */
export function readSample({ queueDb, dlqDb, path }: Stores, perLibrary: number): readonly SampledFile[] {
  const waiting = queueDb.prepare<[number], Row>(`
    SELECT coalesce(data ->> 'path', scene_path) AS path, data ->> 'size' AS size, data ->> 'duration' AS duration,
      nullif(section_key, '') AS section_key, jobs.scene_id, NULL AS letter_id
    FROM jobs LEFT JOIN scenes USING (scene_id)
    WHERE coalesce(data ->> 'path', scene_path) IS NOT NULL ORDER BY jobs.id DESC LIMIT ?`);
  const dead = dlqDb.prepare<[string, string, number], Row>(`
    SELECT job_data ->> 'path' AS path, job_data ->> 'size' AS size, job_data ->> 'duration' AS duration, NULL AS section_key,
      scene_id, id AS letter_id
    FROM dead_letters
    WHERE error_type IN (?, ?) AND json_valid(job_data) AND job_data ->> 'path' IS NOT NULL ORDER BY id DESC LIMIT ?`);
  const written = queueDb.prepare<[number], Row>(`
    SELECT scene_path AS path, NULL AS size, NULL AS duration, section_key, scene_id, NULL AS letter_id FROM (
      SELECT scene_id, scene_path, section_key, row_number() OVER (PARTITION BY section_key ORDER BY written_at DESC) AS rank
      FROM scenes WHERE written_at IS NOT NULL AND section_key <> '')
    WHERE rank <= ? ORDER BY section_key, rank`);
  const { plex_not_found: notFound, low_confidence: low } = RETRY_RULES;
  return inStore(storesName(path), () => {
    const all = [
      ...waiting.all(POOL).map((row) => toFile(row, 'waiting')),
      ...dead.all(notFound.errorType, low.errorType, POOL).map((row) => toFile(row, 'dead')),
      ...written.all(perLibrary).map((row) => toFile(row, 'written')),
    ];
    return [...new Map(all.toReversed().map((file) => [file.path, file])).values()].toReversed();
  });
}

/** The scenes of the newest jobs whose files only Stash knows. */
export function readFileless({ queueDb, path }: Stores): readonly number[] {
  const waiting = queueDb.prepare<[number], Pick<Row, 'scene_id'>>(`
    SELECT jobs.scene_id FROM jobs LEFT JOIN scenes USING (scene_id)
    WHERE coalesce(data ->> 'path', scene_path) IS NULL ORDER BY jobs.id DESC LIMIT ?`);
  return inStore(storesName(path), () => waiting.all(POOL).map(({ scene_id }) => scene_id));
}

function toFile(
  { path, size, duration, section_key, scene_id, letter_id }: Row,
  from: SampledFile['from'],
): SampledFile {
  const durationMs = durationMsOf(duration ?? undefined);
  const known = { sectionKey: section_key ?? undefined, sceneId: scene_id, letterId: letter_id ?? undefined };
  return { path, size: size ?? undefined, durationMs, from, ...known };
}
