import type { Change, JournalEntry } from '../../../core/model/journal.ts';
import type { PictureRecords } from '../../../core/model/picture.ts';
import type { ItemNames, SceneRecord } from '../../../core/model/scene-record.ts';
import { landedChanges, landedUndo } from '../../../core/write/journal-changes.ts';
import { prepareMeta } from '../../store/meta.ts';
import type { Db } from '../../store/open.ts';
import type { SceneRow } from '../scenes.ts';
import { OF_BOUND_SERVER, OF_THIS_BINDING } from './journal-servers.ts';
import { prepareJournalSize, prepareJournalSums } from './journal-sums.ts';

/** A row of `journal`. */
export type JournalRow = {
  readonly id: number;
  readonly run_id: number;
  readonly job_id: number;
  readonly scene_id: number;
  readonly rating_key: string;
  readonly section_key: string;
  readonly title: string;
  readonly changes: string;
  readonly record: string | null;
  readonly state: 'open' | 'closed';
  readonly undone_by: number | null;
  readonly at: number;
};

/** How much of the journal is kept. */
export type JournalLimits = { readonly keptMs: number; readonly mostBytes: number };

/** 500 MB: months of heavy use, and a size that a NAS can spare. */
export const MOST_JOURNAL_BYTES = 500_000_000;

/** Rows removed in one go, so that no transaction is long. */
const PRUNED_AT_ONCE = 500;

/** An edit that is about to be made of an item. */
export type JournalNote = Pick<JournalEntry, 'jobId' | 'sceneId' | 'ratingKey' | 'sectionKey' | 'title' | 'changes'>;

/** What counts as ours before an edit, as far as an earlier one that was cut short has landed. */
type Before = Pick<SceneRecord, 'written' | 'pictures'> & { readonly names?: ItemNames | undefined };

/** What an edit has left, for the scene it was made for. */
export type JournalEnd = Pick<JournalNote, 'sceneId' | 'ratingKey'> & Before;

/**
 * Prepares the statements that write `journal` for one run. They leave the transaction to the caller: an entry is
 * written with the intent of its edit, and closed with the settlement.
 */
export function prepareJournal(db: Db, runId: number) {
  // CAST: see store/statements.ts.
  const open = db.prepare<[object], JournalRow>(`
    SELECT * FROM journal WHERE scene_id = CAST(@sceneId AS INTEGER) AND rating_key = CAST(@ratingKey AS TEXT) AND state = 'open'
      AND ${OF_THIS_BINDING} ORDER BY id`);
  const openUndos = db.prepare<[string], JournalRow>(
    `SELECT * FROM journal WHERE rating_key = ? AND job_id = 0 AND state = 'open' AND ${OF_BOUND_SERVER} ORDER BY id`,
  );
  const edited = db.prepare<[string, number], unknown>(
    'SELECT 1 FROM journal WHERE rating_key = ? AND run_id = ? LIMIT 1',
  );
  const insert = db.prepare<[object]>(`
    INSERT INTO journal (run_id, job_id, scene_id, rating_key, section_key, title, changes, record, state, at)
    VALUES (@runId, @jobId, @sceneId, @ratingKey, @sectionKey, @title, @changes, @record, 'open', @now)`);
  const setChanges = db.prepare<[object]>('UPDATE journal SET changes = @changes, state = @state WHERE id = @id');
  const remove = db.prepare<[number]>('DELETE FROM journal WHERE id = ?');
  const isCounted = db.prepare<[object], unknown>(`
    SELECT 1 FROM journal WHERE scene_id = @sceneId AND run_id = @runId AND state = 'closed' AND id <> @id LIMIT 1`);
  const sceneRow = db.prepare<[number], SceneRow>('SELECT * FROM scenes WHERE scene_id = ?');
  const sums = prepareJournalSums(db);

  /** Closes an entry with what has landed of it; one of which nothing has is removed. */
  const closeWith = (row: JournalRow, landed: readonly Change[]): void => {
    const changes = JSON.stringify(landed);
    sums.addBytes(landed.length === 0 ? -bytesOf(row) : Buffer.byteLength(changes) - Buffer.byteLength(row.changes));
    if (landed.length === 0) {
      remove.run(row.id);
      return;
    }
    setChanges.run({ id: row.id, changes, state: 'closed' });
    const about = { id: row.id, sceneId: row.scene_id, runId: row.run_id };
    sums.addCount({ runId: row.run_id, items: Number(isCounted.get(about) === undefined), fields: landed.length });
  };
  const close = ({ sceneId, ratingKey, ...outcome }: JournalEnd, next?: readonly Change[]): void => {
    for (const row of open.all({ sceneId, ratingKey })) {
      const landedOf = row.job_id === 0 ? landedUndo : landedChanges;
      closeWith(row, landedOf(changesIn(row), { ...outcome, next }));
    }
  };
  /** What an undo notes anew was not sent before; one of an earlier run is judged when this one is closed. */
  const replaceUndo = (note: JournalNote & Before): void => {
    const rows = open.all(note);
    for (const row of rows.filter(({ job_id, run_id }) => job_id === 0 && run_id === runId)) closeWith(row, []);
    for (const row of rows.filter(({ job_id }) => job_id !== 0))
      closeWith(row, landedChanges(changesIn(row), { ...note, next: note.changes }));
  };
  const begin = (note: JournalNote & Partial<Before>, now: number): void => {
    const { jobId, sceneId, ratingKey, sectionKey, title, written } = note;
    const before = sceneRow.get(sceneId);
    // What an earlier edit that was cut short has left is known by now.
    const isSettled = written !== undefined && before?.rating_key === ratingKey;
    const settled = isSettled ? { written: JSON.stringify(written), intent: null } : {};
    const texts = {
      changes: JSON.stringify(note.changes),
      record: before === undefined ? null : JSON.stringify({ ...withoutIntents(before), ...settled }),
    };
    insert.run({ runId, jobId, sceneId, ratingKey, sectionKey, title, ...texts, now });
    sums.addBytes(bytesOf(texts));
  };
  return {
    /**
     * Notes an edit before its first request, and the row of `scenes` as it is: call it before that row changes. An
     * earlier edit of the scene that was cut short is closed with what has landed of it.
     */
    intend: (note: JournalNote & Before, now: number): void => {
      if (note.jobId === 0) replaceUndo(note);
      else close(note, note.changes);
      if (note.changes.length > 0) begin(note, now);
    },
    together: sums.together,
    /** Adds changes to the edit of this attempt, or begins one. */
    add: (note: JournalNote, now: number): void => {
      const row = open.all(note).find(({ run_id, job_id }) => run_id === runId && job_id === note.jobId);
      if (row === undefined) {
        begin(note, now);
        return;
      }
      const added = new Set(note.changes.map(({ field }) => field));
      const kept = changesIn(row).filter(({ field }) => !added.has(field));
      const changes = JSON.stringify([...kept, ...note.changes]);
      setChanges.run({ id: row.id, changes, state: 'open' });
      sums.addBytes(Buffer.byteLength(changes) - Buffer.byteLength(row.changes));
    },
    /**
     * Closes the undo of an item, and an earlier one that was cut short. `chosen`: the entries, by their ids, that this
     * one was to take back.
     */
    closeUndo: (ratingKey: string, chosen: readonly number[]): void => {
      const rows = openUndos.all(ratingKey);
      const sent = new Set(rows.filter(({ run_id }) => run_id === runId).flatMap(fieldsIn));
      for (const row of rows) {
        // What this run had to send again was not written by the earlier one; what it had to take back of that was.
        const isTakenBack = chosen.includes(row.id);
        const landed = changesIn(row).filter(({ field }) => sent.has(field) === isTakenBack);
        closeWith(row, row.run_id === runId ? changesIn(row) : landed);
      }
    },
    /** Whether this run has edited an item. */
    hasEntry: (ratingKey: string): boolean => edited.get(ratingKey, runId) !== undefined,
    /** Closes what is open of a scene's edits of an item with what was really written. */
    close: (end: JournalEnd): void => close(end),
  };
}

export type Journal = ReturnType<typeof prepareJournal>;

/** A row without the pictures that were about to be written: they were not there before. */
function withoutIntents(row: SceneRow): SceneRow {
  if (row.pictures === null) return row;
  const known = Object.entries(JSON.parse(row.pictures) as PictureRecords).flatMap(([field, record]) => {
    const { intended: _intended, ...rest } = record;
    return rest.state === 'new' ? [] : [[field, rest] as const];
  });
  return { ...row, pictures: known.length === 0 ? null : JSON.stringify(Object.fromEntries(known)) };
}

function changesIn({ changes }: Pick<JournalRow, 'changes'>): readonly Change[] {
  return JSON.parse(changes) as readonly Change[];
}

function fieldsIn(row: Pick<JournalRow, 'changes'>): readonly string[] {
  return changesIn(row).map(({ field }) => field);
}

function bytesOf({ changes, record }: Pick<JournalRow, 'changes' | 'record'>): number {
  return Buffer.byteLength(changes) + (record === null ? 0 : Buffer.byteLength(record));
}

const PRUNED = 'journal_pruned';

/** The last run of which edits were removed from the journal, and when these were made (epoch ms). */
export type Pruned = { readonly runId: number; readonly at: number };

/**
 * Removes the oldest entries that are too old or too many, at most `PRUNED_AT_ONCE` of them; the next call goes on. The
 * caller has the transaction.
 */
export function pruneJournal(db: Db, { keptMs, mostBytes }: JournalLimits, now: number): void {
  const size = prepareJournalSize(db);
  const oldest = db.prepare<[number], JournalRow>('SELECT * FROM journal ORDER BY id LIMIT ?');
  const [first] = oldest.all(1);
  const isOld = (row: JournalRow): boolean => row.at < now - keptMs;
  if (first === undefined || (!isOld(first) && size.bytes() <= mostBytes)) return;
  const remove = db.prepare<[number]>('DELETE FROM journal WHERE id = ?');
  const isKept = db.prepare<[number], unknown>(`SELECT 1 FROM scenes WHERE scene_id = ? AND intent IS NOT NULL`);
  let over = size.bytes() - mostBytes;
  let pruned = prepareMeta(db).json<Pruned>(PRUNED);
  for (const row of oldest.all(PRUNED_AT_ONCE)) {
    if (!isOld(row) && over <= 0) break;
    // An edit that may be under way is closed first.
    if (row.state === 'open' && isKept.get(row.scene_id) !== undefined && !isOld(row)) continue;
    remove.run(row.id);
    size.add(-bytesOf(row));
    over -= bytesOf(row);
    pruned = { runId: Math.max(row.run_id, pruned?.runId ?? 0), at: row.at };
  }
  if (pruned !== undefined) prepareMeta(db).setJson(PRUNED, pruned);
}

/** What was removed from the journal for its age or size; `undefined` when nothing was. */
export function prunedOf(db: Db): Pruned | undefined {
  return prepareMeta(db).json<Pruned>(PRUNED);
}
