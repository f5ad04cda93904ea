import type { SceneFile } from '../../../core/match/evidence.ts';
import { UsageError } from '../../../core/model/errors.ts';
import { durationMsOf } from '../../../core/model/file-facts.ts';
import type { ReassertField } from '../../../core/model/reassert.ts';
import { REASSERT_FIELDS } from '../../../core/model/reassert.ts';
import { parseScene } from '../../../core/model/scene.ts';
import type { StampedEdit } from '../../../core/model/scene-edit.ts';
import { parseJsonText } from '../../../core/text/json-text.ts';
import type { JobRow } from '../jobs/jobs.ts';
import { editOf, toColumns } from '../jobs/jobs.ts';

/** A dead letter as `dlq.db` holds it; users already query the first nine columns by name. */
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
  readonly stamps: string;
  readonly bare_at: number | null;
  /**
   * JSON: the items a person may choose from, likeliest first; null when there are none, or an older plexsync wrote the
   * letter.
   */
  readonly choices: string | null;
  /** Set where all of the job but this is written. */
  readonly rest: 'pictures' | null;
  /** JSON: the fields that a person takes back from Plex. */
  readonly reassert: string | null;
};

/** An item that may be the scene's, as letters store it and documents show it. */
export type LetterChoice = {
  readonly rating_key: string;
  readonly title: string;
  readonly library: string;
  readonly file: string;
};

export type NewLetter = Omit<DeadLetter, 'id'>;

/** The letter of a job that is not tried again, with the scene as `dlq list --json` shows it. */
export function toLetter(
  row: JobRow,
  end: Pick<NewLetter, 'error_type' | 'error_message' | 'stack_trace' | 'retry_count'> &
    Partial<Pick<NewLetter, 'choices'>>,
  now: number,
): NewLetter {
  const { data, ...columns } = toColumns(editOf(row));
  return {
    job_id: row.id,
    job_key: row.job_key,
    scene_id: row.scene_id,
    job_data: toJobData(row.scene_id, data),
    ...columns,
    choices: null,
    rest: row.rest,
    reassert: row.reassert,
    ...end,
    failed_at: new Date(now).toISOString(),
  };
}

/** The scene in a letter, as JSON; `undefined` when manual changes or disk damage left no JSON object. */
export function letterDataOf({
  job_data,
}: Pick<DeadLetter, 'job_data'>): Readonly<Record<string, unknown>> | undefined {
  return objectIn(job_data);
}

/** The edit in a letter; `undefined` where it is damaged. */
export function letterEditOf(letter: Pick<DeadLetter, 'job_data' | 'stamps' | 'bare_at'>): StampedEdit | undefined {
  const whole = letterDataOf(letter);
  if (whole === undefined || objectIn(letter.stamps) === undefined) return undefined;
  const { scene_id: _sceneId, ...data } = whole;
  return editOf({ data: JSON.stringify(data), stamps: letter.stamps, bare_at: letter.bare_at });
}

/** The items a person may choose from, the likeliest first. */
export function letterChoicesOf({ choices }: Pick<DeadLetter, 'choices'>): readonly LetterChoice[] {
  const parsed = parseJsonText(choices ?? '[]');
  return parsed.kind === 'value' && Array.isArray(parsed.value) ? (parsed.value as LetterChoice[]) : [];
}

/** Why a letter cannot be tried again, in words that follow its name; `undefined` when it can. */
export function letterFaultOf(letter: DeadLetter): string | undefined {
  const data = letterDataOf(letter);
  if (data === undefined) return 'its job_data is no JSON object';
  if (letterEditOf(letter) === undefined) return 'its stamps are no JSON object';
  try {
    parseScene({ ...data, scene_id: letter.scene_id }, 'its job_data');
    return undefined;
  } catch (thrown) {
    if (thrown instanceof UsageError) return thrown.message.replace(/\.$/, '');
    throw thrown;
  }
}

function objectIn(json: string): Readonly<Record<string, unknown>> | undefined {
  const parsed = parseJsonText(json);
  const value = parsed.kind === 'value' ? parsed.value : undefined;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/** A scene with its id, as a letter holds it. */
export function toJobData(sceneId: number, data: string): string {
  return JSON.stringify({ scene_id: sceneId, ...(JSON.parse(data) as object) });
}

/** The path in a letter, as Stash sees it. */
export function letterPathOf(letter: Pick<DeadLetter, 'job_data'>): string | undefined {
  const path = letterDataOf(letter)?.['path'];
  return typeof path === 'string' ? path : undefined;
}

/** The paths of all files in a letter. */
export function letterPathsOf(letter: Pick<DeadLetter, 'job_data'>): readonly string[] {
  const files = letterDataOf(letter)?.['files'];
  const paths = Array.isArray(files) ? files.map((file: unknown) => (file as { path?: unknown } | null)?.path) : [];
  const all = [letterPathOf(letter), ...paths];
  return [...new Set(all.filter((path) => typeof path === 'string'))];
}

/** The file in a letter, as Stash sees it, with the letter's size and duration. */
export function letterFileOf(letter: Pick<DeadLetter, 'job_data'>): SceneFile | undefined {
  const { path, size, duration } = letterDataOf(letter) ?? {};
  if (typeof path !== 'string') return undefined;
  return {
    path,
    size: typeof size === 'number' ? size : undefined,
    durationMs: durationMsOf(typeof duration === 'number' ? duration : undefined),
  };
}

/** The fields that a letter takes back from Plex; none where it is damaged. */
export function reassertIn({ reassert }: Pick<DeadLetter, 'reassert'>): readonly ReassertField[] | undefined {
  const parsed = parseJsonText(reassert ?? '[]');
  const names: readonly unknown[] = parsed.kind === 'value' && Array.isArray(parsed.value) ? parsed.value : [];
  const fields = REASSERT_FIELDS.filter((field) => names.includes(field));
  return fields.length === 0 ? undefined : fields;
}
