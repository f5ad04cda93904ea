import type { UndoEnd, UndoNote, UndoQueue } from '../../core/undo/ports.ts';
import type { ChosenItem } from '../../core/undo/undo-items.ts';
import type { Db } from '../store/open.ts';
import { lastOfOtherServer, prepareJournal } from '../tables/journal.ts';
import type { JournalQuery } from '../tables/journal-entries.ts';
import { conditionOf, readJournal } from '../tables/journal-entries.ts';
import { prepareScenes, readSceneRow } from '../tables/scenes.ts';
import { prepareUndone } from '../tables/undone.ts';

/** More edits of one item than this are not looked at: the oldest of them stand. */
const MOST_ENTRIES = 10_000;

/** Prepares the queue's part of an undo, as the run `runId`. */
export function prepareUndoWork(db: Db, runId: number): UndoQueue {
  const scenes = prepareScenes(db);
  const undone = prepareUndone(db);
  const journal = prepareJournal(db, runId);
  const underWay = db.prepare<[number], unknown>(`SELECT 1 FROM jobs WHERE scene_id = ? AND state = 'in_progress'`);
  const mark = db.prepare<[number, number]>('UPDATE journal SET undone_by = ? WHERE id = ?');
  const unmark = db.prepare<[number, string]>(
    'UPDATE journal SET undone_by = NULL WHERE undone_by = ? AND rating_key = ?',
  );
  const unmarkRun = db.prepare<[object]>(`
    UPDATE runs SET undone_by = NULL
    WHERE undone_by = @by AND NOT EXISTS (SELECT 1 FROM journal WHERE run_id = runs.id AND undone_by = @by)`);
  const markRun = db.prepare<[number, number]>('UPDATE runs SET undone_by = ? WHERE id = ?');
  const orphan = db.prepare<[string, number], { run_id: number }>(
    `SELECT run_id FROM journal WHERE rating_key = ? AND job_id = 0 AND state = 'open' AND run_id <> ? ORDER BY id DESC LIMIT 1`,
  );

  const putUndone = (sceneId: number, undoneAt: number): void => {
    const content = readSceneRow(db, sceneId)?.stash_content ?? undefined;
    undone.put(sceneId, { content, runId, undoneAt });
  };
  const intendOne = (note: UndoNote, now: number): void => {
    const { sceneId, ratingKey, sectionKey, title, plan, record, written } = note;
    journal.intend({ ...{ jobId: 0, sceneId, ratingKey, sectionKey, title, written }, changes: plan.changes }, now);
    // From here on no run writes again what is taken back, wherever this one ends.
    for (const scene of note.scenes) putUndone(scene, now);
    if (record !== undefined) scenes.land(sceneId, record);
  };
  const settleOne = ({ ratingKey, sceneId, scenes: meant, taken, record, standing }: UndoEnd, now: number): void => {
    if (standing === 'undone') for (const scene of meant) putUndone(scene, now);
    else for (const scene of meant) undone.remove(scene);
    const cutShort = orphan.get(ratingKey, runId)?.run_id;
    journal.closeUndo(ratingKey);
    const by = journal.hasEntry(ratingKey) ? runId : (cutShort ?? runId);
    for (const { id, runId: undoneRun, jobId } of taken) {
      mark.run(by, id);
      markRun.run(by, undoneRun);
      // What an undo took back counts again, once that undo is taken back itself.
      if (jobId !== 0) continue;
      unmark.run(undoneRun, ratingKey);
      unmarkRun.run({ by: undoneRun });
    }
    if (record !== undefined) scenes.land(sceneId, record);
  };
  const intend = db.transaction((notes: readonly UndoNote[], now: number) => {
    for (const note of notes) intendOne(note, now);
  });
  const settle = db.transaction((ends: readonly UndoEnd[], now: number) => {
    for (const end of ends) settleOne(end, now);
  });
  return {
    entriesOf: (ratingKey) => {
      const last = lastOfOtherServer(db);
      return readJournal(db, { ratingKey }, { limit: MOST_ENTRIES }).filter(({ id }) => id > last);
    },
    sceneOf: scenes.sceneOf,
    record: scenes.record,
    isUnderWay: (sceneId) => underWay.get(sceneId) !== undefined,
    intend: (notes, now) => {
      if (notes.length > 0) intend.immediate(notes, now);
    },
    settle: (ends, now) => {
      if (ends.length > 0) settle.immediate(ends, now);
    },
  };
}

/** The items of this server of which a query finds entries, each with these, in the order of the edits. */
export function chosenItems(db: Db, query: JournalQuery): readonly ChosenItem[] {
  const { sql, value } = conditionOf(query);
  const rows = db.prepare<[object], { id: number; rating_key: string }>(
    `SELECT id, rating_key FROM journal WHERE ${sql} AND id > @last ORDER BY id`,
  );
  const chosen = new Map<string, Set<number>>();
  for (const { id, rating_key } of rows.iterate({ value, last: lastOfOtherServer(db) })) {
    const ids = chosen.get(rating_key) ?? new Set();
    chosen.set(rating_key, ids.add(id));
  }
  return [...chosen].map(([ratingKey, entries]) => ({ ratingKey, entries }));
}
