import type { Db } from '../../store/open.ts';

/** In the order of the statements that merge. */
export type EditValues = [
  ...edit: [data: string, stamps: string, bareAt: number | null],
  ...rest: [priority: number, rest: 'pictures' | null, reassert: string | null, byEvent: number],
];

/** What a job has before its first attempt, and again once an edit is merged into it. */
const NEW_JOB = {
  ...{ attempt: 0, failures: 0, misses: 0, lone_losses: 0, failed_at: 'NULL', uncharged: 0, waited_ms: 0 },
  ...{ removals: 0, undone: 0, last_error: 'NULL', released_by: 'NULL' },
};
const AS_NEW = Object.entries(NEW_JOB).map(([column, value]) => `${column} = ${value}`);

/** SQL: whether a merge would leave all of that as it is. */
export const IS_NEW = Object.entries(NEW_JOB)
  .map(([column, value]) => `${column} IS ${value}`)
  .join(' AND ');

/** The statements that merge, by what they do besides: nothing, make the job a new one, or find it as new as it was. */
export function prepareMerges(db: Db) {
  const EDIT = `data = ?, stamps = ?, bare_at = ?, priority = min(priority, ?), rest = iif(? IS NULL, NULL, rest),
    reassert = ?, by_event = min(by_event, ?), available_at = `;
  const plain = db.prepare<[...EditValues, dueAt: number, id: number]>(
    `UPDATE jobs SET ${EDIT} min(available_at, ?) WHERE id = ?`,
  );
  const anew = db.prepare<[...EditValues, now: number, now: number, id: number]>(
    `UPDATE jobs SET ${EDIT} ?, enqueued_at = ?, ${AS_NEW.join(', ')} WHERE id = ?`,
  );
  // Of most jobs: SQLite writes each index anew that one of the columns belongs to, even where nothing changes.
  const ofNew = db.prepare<[...EditValues, now: number, now: number, id: number]>(
    `UPDATE jobs SET ${EDIT} ?, enqueued_at = ? WHERE id = ?`,
  );
  return { plain, anew, ofNew };
}
