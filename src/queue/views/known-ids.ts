import { openToGlance } from '../store/glance.ts';
import { DLQ_SCHEMA, QUEUE_SCHEMA } from '../store/migrations.ts';
import type { LetterChoice } from '../tables/dead-letters/letter.ts';
import { letterChoicesOf } from '../tables/dead-letters/letter.ts';

/** An id that a person may type, and what it stands for, as far as the data directory knows. */
export type KnownId = {
  readonly id: number;
  readonly title: string | null;
  readonly path: string | null;
  readonly note: string | null;
};

/** No more are of use to a person who looks for one. */
const MOST = 100;
/** The latest edits among which the job of one is looked for: the journal has no index of jobs. */
const LATEST_EDITS = 2_000;

const TITLE_AND_PATH = (json: string): string =>
  `iif(json_valid(${json}), ${json} ->> 'title', NULL) AS title, iif(json_valid(${json}), ${json} ->> 'path', NULL) AS path`;

/** How the ids of each kind are read: newest first, between @from and @to, @most of them. */
const QUERIES = {
  letters: [
    DLQ_SCHEMA,
    `SELECT id, ${TITLE_AND_PATH('job_data')}, error_type AS note FROM dead_letters
     WHERE id BETWEEN @from AND @to ORDER BY id DESC LIMIT @most`,
  ],
  scenes_of_letters: [
    DLQ_SCHEMA,
    `SELECT scene_id AS id, ${TITLE_AND_PATH('job_data')}, error_type AS note FROM dead_letters
     WHERE scene_id BETWEEN @from AND @to GROUP BY scene_id ORDER BY scene_id DESC LIMIT @most`,
  ],
  jobs: [
    QUEUE_SCHEMA,
    `SELECT id, ${TITLE_AND_PATH('data')}, 'scene ' || scene_id AS note FROM jobs
     WHERE id BETWEEN @from AND @to AND state = 'pending' ORDER BY id DESC LIMIT @most`,
  ],
  waiting_scenes: [
    QUEUE_SCHEMA,
    `SELECT scene_id AS id, ${TITLE_AND_PATH('data')}, 'waits' AS note FROM jobs
     WHERE state = 'pending' AND scene_id BETWEEN @from AND @to ORDER BY scene_id DESC LIMIT @most`,
  ],
  known_scenes: [
    QUEUE_SCHEMA,
    `SELECT scene_id AS id, NULL AS title, coalesce(file, scene_path) AS path, 'written' AS note FROM scenes
     WHERE scene_id BETWEEN @from AND @to ORDER BY scene_id DESC LIMIT @most`,
  ],
  undone_scenes: [
    QUEUE_SCHEMA,
    `SELECT scene_id AS id, NULL AS title, coalesce(file, scene_path) AS path, 'undone' AS note
     FROM undone LEFT JOIN scenes USING (scene_id)
     WHERE scene_id BETWEEN @from AND @to ORDER BY scene_id DESC LIMIT @most`,
  ],
  pinned_scenes: [
    QUEUE_SCHEMA,
    `SELECT scene_id AS id, title, file AS path, NULL AS note FROM pins
     WHERE scene_id BETWEEN @from AND @to ORDER BY scene_id DESC LIMIT @most`,
  ],
  runs: [
    QUEUE_SCHEMA,
    `SELECT id, command || ', ' || strftime('%Y-%m-%d %H:%M', started_at / 1000, 'unixepoch', 'localtime') AS title,
       NULL AS path, iif(items = 1, '1 item', items || ' items') AS note
     FROM runs WHERE id BETWEEN @from AND @to ORDER BY id DESC LIMIT @most`,
  ],
  written_scenes: [
    QUEUE_SCHEMA,
    `SELECT scene_id AS id, title, NULL AS path, NULL AS note FROM journal
     WHERE scene_id BETWEEN @from AND @to GROUP BY scene_id ORDER BY scene_id DESC LIMIT @most`,
  ],
  written_jobs: [
    QUEUE_SCHEMA,
    `SELECT job_id AS id, title, NULL AS path, NULL AS note
     FROM (SELECT * FROM journal ORDER BY id DESC LIMIT ${LATEST_EDITS})
     WHERE job_id > 0 AND job_id BETWEEN @from AND @to GROUP BY job_id ORDER BY job_id DESC LIMIT @most`,
  ],
} as const;

export type KnownIdKind = keyof typeof QUERIES;

/**
 * The ids of a kind that begin with `digits`, at most 100; what of them is shown first, is longest.
 * @throws whatever keeps the database from being read now
 */
export function readKnownIds(directory: string, kind: KnownIdKind, digits: string): readonly KnownId[] {
  const [schema, sql] = QUERIES[kind];
  const db = openToGlance(directory, schema);
  try {
    const select = db.prepare<[object], KnownId>(sql);
    const found: KnownId[] = [];
    for (const { from, to } of rangesOf(digits)) {
      found.push(...select.all({ from, to, most: MOST - found.length }));
    }
    return found;
  } finally {
    db.close();
  }
}

const LONGEST_ID = 15;

/** The numbers that begin with these digits, as ranges that an index can answer, the greatest first. */
export function rangesOf(digits: string): readonly { readonly from: number; readonly to: number }[] {
  if (digits === '') return [{ from: 1, to: Number.MAX_SAFE_INTEGER }];
  if (!/^[1-9]\d*$/.test(digits)) return [];
  return Array.from({ length: LONGEST_ID - digits.length + 1 }, (_, more) => {
    const from = Number(digits) * 10 ** more;
    return { from, to: from + 10 ** more - 1 };
  }).reverse();
}

/** How many dead letters there are of each type. @throws as above */
export function readErrorTypes(directory: string): readonly { readonly type: string; readonly count: number }[] {
  const db = openToGlance(directory, DLQ_SCHEMA);
  try {
    return db
      .prepare<[], { type: string; count: number }>(
        'SELECT error_type AS type, count(*) AS count FROM dead_letters GROUP BY error_type ORDER BY count DESC, error_type',
      )
      .all();
  } finally {
    db.close();
  }
}

/** The items that the dead letters of a scene found without proof, likeliest first. @throws as above */
export function readItemsFor(directory: string, sceneId: number): readonly LetterChoice[] {
  const db = openToGlance(directory, DLQ_SCHEMA);
  try {
    const letters = db
      .prepare<[number], { choices: string | null }>(
        'SELECT choices FROM dead_letters WHERE scene_id = ? ORDER BY id DESC',
      )
      .all(sceneId);
    return letters.flatMap(letterChoicesOf);
  } finally {
    db.close();
  }
}

/** The libraries of the scenes that came last. @throws as above */
export function readWrittenLibraries(directory: string): readonly string[] {
  const db = openToGlance(directory, QUEUE_SCHEMA);
  try {
    const rows = db.prepare<[], { title: string | null }>(
      'SELECT DISTINCT section_title AS title FROM (SELECT section_title FROM scenes ORDER BY scene_id DESC LIMIT 500)',
    );
    return rows.all().flatMap(({ title }) => (title === null ? [] : [title]));
  } finally {
    db.close();
  }
}
