import type { Change, JournalEntry } from '../../../core/model/journal.ts';
import type { Db } from '../../store/open.ts';
import type { SceneRow } from '../scenes.ts';
import { toRecord } from '../scenes.ts';
import type { JournalRow } from './journal.ts';
import { OF_BOUND_SERVER, OF_THIS_BINDING } from './journal-servers.ts';

/** Which entries: exactly one condition. `since` is epoch ms. */
export type JournalQuery =
  | { readonly runId: number }
  | { readonly jobId: number }
  | { readonly sceneId: number }
  | { readonly ratingKey: string }
  | { readonly sectionKey: string }
  | { readonly since: number };

/** A part of the answer: entries older than `before`, newest first, of the bound server alone or of all. */
export type JournalPage = {
  readonly before?: number | undefined;
  readonly limit: number;
  readonly servers?: 'bound' | 'all';
};

const CONDITIONS = {
  runId: 'run_id = @value',
  jobId: 'job_id = @value',
  sceneId: 'scene_id = @value',
  ratingKey: 'rating_key = @value',
  sectionKey: 'section_key = @value',
  since: 'at >= @value',
} as const;

/** A query as a part of a statement, and the value of `@value` in it. */
export function conditionOf(query: JournalQuery): { readonly sql: string; readonly value: number | string } {
  const [name, value] = Object.entries(query)[0] ?? ['runId', 0];
  return { sql: CONDITIONS[name as keyof typeof CONDITIONS], value };
}

/** Reads entries of the journal, newest first. */
export function readJournal(db: Db, query: JournalQuery, page: JournalPage): readonly JournalEntry[] {
  const { before, limit, servers = 'all' } = page;
  const { sql, value } = conditionOf(query);
  // Who only shows them asks for neither.
  const [isOfServer, isRemembered] = servers === 'all' ? ['true', 'true'] : [OF_BOUND_SERVER, OF_THIS_BINDING];
  const rows = db.prepare<[object], EntryRow>(
    `SELECT *, ${isRemembered} AS is_remembered FROM journal WHERE ${sql} AND id < @before AND ${isOfServer} ORDER BY id DESC LIMIT @limit`,
  );
  return rows.all({ value, before: before ?? Number.MAX_SAFE_INTEGER, limit }).map(toEntry);
}

type EntryRow = JournalRow & { readonly is_remembered: 0 | 1 };

function toEntry(row: EntryRow): JournalEntry {
  return {
    id: row.id,
    runId: row.run_id,
    jobId: row.job_id,
    sceneId: row.scene_id,
    ratingKey: row.rating_key,
    sectionKey: row.section_key,
    title: row.title,
    changes: JSON.parse(row.changes) as readonly Change[],
    record: row.record === null ? undefined : toRecord(JSON.parse(row.record) as SceneRow),
    state: row.state,
    ...undoneOf(row),
    ...(row.is_remembered === 1 ? {} : { isForgotten: true }),
    at: row.at,
  };
}

/** Below 0 it stands for the run that had undone it, in case that counts again. */
function undoneOf({ undone_by }: JournalRow): Pick<JournalEntry, 'undoneBy' | 'undoneOnceBy'> {
  if (undone_by === null || undone_by > 0) return { undoneBy: undone_by ?? undefined };
  return { undoneBy: undefined, undoneOnceBy: -undone_by };
}
