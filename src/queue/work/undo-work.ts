import type { UndoEnd, UndoNote, UndoQueue } from '../../core/undo/ports.ts';
import type { ChosenItem } from '../../core/undo/undo-items.ts';
import type { Db } from '../store/open.ts';
import { prepareJournal } from '../tables/journal/journal.ts';
import type { JournalQuery } from '../tables/journal/journal-entries.ts';
import { conditionOf, readJournal } from '../tables/journal/journal-entries.ts';
import { GIVEN_UP_SERVER, OF_BOUND_SERVER } from '../tables/journal/journal-servers.ts';
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
  // Below 0, so that it is known what an undo had undone, should it count again.
  const unmark = db.prepare<[object]>(
    'UPDATE journal SET undone_by = -undone_by WHERE undone_by = @by AND rating_key = @ratingKey',
  );
  const broughtBack = db.prepare<[object], { run_id: number }>(
    'SELECT run_id FROM journal WHERE rating_key = @ratingKey AND undone_by = @by AND job_id = 0',
  );
  const markAgain = db.prepare<[object], { run_id: number }>(
    'UPDATE journal SET undone_by = @by WHERE undone_by = -@by AND rating_key = @ratingKey RETURNING run_id',
  );
  const unmarkRun = db.prepare<[object]>(`
    UPDATE runs SET undone_by = NULL
    WHERE undone_by = @by AND NOT EXISTS (SELECT 1 FROM journal WHERE run_id = runs.id AND undone_by = @by)`);
  const markRun = db.prepare<[number, number]>('UPDATE runs SET undone_by = ? WHERE id = ?');
  const orphan = db.prepare<[string, number], { run_id: number }>(
    `SELECT run_id FROM journal
     WHERE rating_key = ? AND job_id = 0 AND state = 'open' AND run_id <> ? AND ${OF_BOUND_SERVER}
     ORDER BY id DESC LIMIT 1`,
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
  const takeBackUndo = (by: number, ratingKey: string): void => {
    // Where it had itself taken back an undo, that one counts again, with all that it had undone.
    for (const { run_id: again } of broughtBack.all({ by, ratingKey }))
      for (const { run_id } of markAgain.all({ by: again, ratingKey })) markRun.run(again, run_id);
    unmark.run({ by, ratingKey });
    unmarkRun.run({ by });
  };
  /** Holds the scenes of an item, or lets them go on; tells what Stash had of those that go on. */
  const holdOrLetGo = ({ ratingKey, scenes: meant, standing }: UndoEnd, now: number) => {
    const isNoted = journal.hasEntry(ratingKey);
    return meant.flatMap((sceneId) => {
      const before = undone.of(sceneId);
      if (standing === 'as_stash_says') {
        undone.remove(sceneId);
        return before?.content === undefined ? [] : [{ sceneId, content: before.content }];
      }
      // Where that was noted before the edit and is gone, a person has asked for the scene meanwhile.
      if (!isNoted || before !== undefined) putUndone(sceneId, now);
      return [];
    });
  };
  const settleOne = (end: UndoEnd, now: number): void => {
    const { ratingKey, sceneId, taken, record, chosen } = end;
    const known = holdOrLetGo(end, now);
    const cutShort = orphan.get(ratingKey, runId)?.run_id;
    journal.closeUndo(ratingKey, chosen);
    const by = journal.hasEntry(ratingKey) ? runId : (cutShort ?? runId);
    for (const { id, runId: undoneRun, jobId } of taken) {
      mark.run(by, id);
      markRun.run(by, undoneRun);
      // What an undo took back counts again, once that undo is taken back itself.
      if (jobId === 0) takeBackUndo(undoneRun, ratingKey);
    }
    if (record !== undefined) scenes.land(sceneId, record);
    for (const one of known) scenes.rememberContent(one);
  };
  const intend = db.transaction((notes: readonly UndoNote[], now: number) => {
    for (const note of notes) intendOne(note, now);
  });
  const settle = db.transaction((ends: readonly UndoEnd[], now: number) => {
    for (const end of ends) settleOne(end, now);
  });
  return {
    entriesOf: (ratingKey) => readJournal(db, { ratingKey }, { limit: MOST_ENTRIES, servers: 'bound' }),
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

/** What a query finds: the items of which there is something to take back, and what else it finds. */
export type Found = {
  readonly items: readonly ChosenItem[];
  /** Whether it finds edits that were undone. */
  readonly hasUndone: boolean;
  /** The servers that were given up and of which it finds edits; `null` for one whose name is not known. */
  readonly givenUp: readonly (string | null)[];
};

type FoundRow = {
  readonly id: number;
  readonly rating_key: string;
  readonly is_undone: 0 | 1;
  readonly is_ours: 0 | 1;
  readonly server: string | null;
};

/**
 * The items of which a query finds edits that still count, each with these, in the order of the edits. An undo is found
 * by its own run alone: else the same undo, given twice, would take itself back.
 */
export function findChosen(db: Db, query: JournalQuery): Found {
  const { sql, value } = conditionOf(query);
  const rows = db.prepare<[object], FoundRow>(`
    SELECT id, rating_key, coalesce(undone_by > 0, 0) AS is_undone, ${OF_BOUND_SERVER} AS is_ours,
      ${GIVEN_UP_SERVER} AS server
    FROM journal WHERE ${sql} AND (job_id <> 0 OR @ofRun) ORDER BY id`);
  const chosen = new Map<string, Set<number>>();
  const givenUp = new Set<string | null>();
  let hasUndone = false;
  for (const row of rows.iterate({ value, ofRun: Number('runId' in query) })) {
    if (row.is_ours === 0) givenUp.add(row.server);
    else if (row.is_undone === 1) hasUndone = true;
    else chosen.set(row.rating_key, (chosen.get(row.rating_key) ?? new Set()).add(row.id));
  }
  const items = [...chosen].map(([ratingKey, entries]) => ({ ratingKey, entries }));
  return { items, hasUndone, givenUp: [...givenUp] };
}
