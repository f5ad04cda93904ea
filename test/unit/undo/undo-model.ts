/** One item of Plex, what we know of it and its journal, in memory: edits of runs and of persons, and their undo. */
import type { Change, JournalEntry } from '../../../src/core/model/journal.ts';
import type { PlexItem, Tag } from '../../../src/core/model/plex-item.ts';
import type { SceneData } from '../../../src/core/model/scene.ts';
import type { SceneRecord } from '../../../src/core/model/scene-record.ts';
import { lockedByUs, writtenTo } from '../../../src/core/model/scene-record.ts';
import { foldName } from '../../../src/core/text/text.ts';
import { chooseEntries, isOfUndo } from '../../../src/core/undo/chosen-entries.ts';
import { isEmptyUndo, planUndo } from '../../../src/core/undo/undo-plan.ts';
import { recordsOf } from '../../../src/core/undo/undo-record.ts';
import type { UndoPlan } from '../../../src/core/undo/undo-types.ts';
import { desiredStateOf } from '../../../src/core/write/desired-state.ts';
import type { EditPlan, ListEdit } from '../../../src/core/write/edit-plan.ts';
import { isEmptyPlan, lockedBy, planEdits } from '../../../src/core/write/edit-plan.ts';
import type { Part } from '../../../src/core/write/parts.ts';
import { verifyPlan } from '../../../src/core/write/verify-plan.ts';
import type { Semantics } from '../write/plex-model.ts';
import { BY_HAND, RULES, recordWith } from '../write/plex-model.ts';

/** How far an undo comes before its process dies. */
export type Death = 'never' | 'noted' | 'written';

export type UndoModel = {
  item(): PlexItem;
  record(): SceneRecord | undefined;
  entries(): readonly JournalEntry[];
  /** A run writes the scene; `killed` ends it after the write. */
  sync(scene: SceneData, how?: { readonly killed: boolean }): number;
  /** A person edits the item. */
  edit(change: (item: PlexItem) => PlexItem): void;
  /** Takes back what these runs wrote; the run of the undo. */
  undo(runs: readonly number[], death?: Death): { readonly runId: number; readonly plan: UndoPlan };
};

export function modelOf(start: PlexItem, semantics: Semantics = 'merge'): UndoModel {
  let item = start;
  let record: SceneRecord | undefined;
  let entries: JournalEntry[] = [];
  let runs = 0;
  let ids = 0;
  const enter = (runId: number, jobId: number, changes: readonly Change[]): JournalEntry => {
    ids += 1;
    const place = { ratingKey: item.ratingKey, sectionKey: item.sectionKey, title: item.fields.title };
    const entry: JournalEntry = {
      ...{ id: ids, runId, jobId, sceneId: 1, ...place, changes, record, state: 'open', undoneBy: undefined, at: ids },
    };
    entries.push(entry);
    return entry;
  };
  const update = (id: number, change: Partial<JournalEntry>): void => {
    entries = entries.map((entry) => (entry.id === id ? { ...entry, ...change } : entry));
  };
  return {
    item: () => item,
    record: () => record,
    entries: () => entries,
    sync: (scene, { killed } = { killed: false }) => {
      runs += 1;
      const written = writtenTo(record, item, 'own');
      const plan = planEdits(desiredStateOf(scene, RULES, BY_HAND), item, written, RULES);
      if (isEmptyPlan(plan)) return runs;
      const before = record;
      const entry = enter(runs, 1, changesOf(plan, item));
      item = applied({ fields: plan.fields, lists: plan.lists, locks: locksOf(plan) }, item, semantics);
      if (!killed) update(entry.id, { state: 'closed' });
      const locked = lockedByUs(before, item, lockedBy(plan, RULES));
      record = { ...(before ?? recordWith(written)), written: verifyPlan(plan, item, written).written, locked };
      return runs;
    },
    edit: (change) => {
      item = change(item);
    },
    undo: (chosenRuns, death = 'never') => {
      runs += 1;
      const chosen = new Set(entries.filter(({ runId }) => chosenRuns.includes(runId)).map(({ id }) => id));
      const choice = chooseEntries(entries, chosen);
      const plan = planUndo({ ...choice, item, record, pictures: {} });
      if (record === undefined) throw new Error('nothing was written');
      const { noted, settled } = recordsOf(plan, record, item);
      const entry = isEmptyUndo(plan) ? undefined : enter(runs, 0, plan.changes);
      record = withoutMark(noted);
      if (death === 'noted') return { runId: runs, plan };
      item = applied(plan.edit, item, semantics);
      if (death === 'written') return { runId: runs, plan };
      if (entry !== undefined) update(entry.id, { state: 'closed' });
      const orphan = entries.find((one) => isOfUndo(one) && one.state === 'open');
      for (const { id } of choice.taken) update(id, { undoneBy: entry?.runId ?? orphan?.runId ?? runs });
      if (orphan !== undefined) update(orphan.id, { state: 'closed' });
      record = withoutMark(settled);
      return { runId: runs, plan };
    },
  };
}

/** The mark tells the store that nothing of Stash's is known any more; it is not stored. */
function withoutMark({ startsAnew: _mark, ...record }: SceneRecord): SceneRecord {
  return record;
}

function changesOf({ fields, lists }: EditPlan, item: PlexItem): readonly Change[] {
  return [
    ...fields.map(
      ({ field, before, value }): Change => ({
        ...{ kind: 'field', field, before, after: value, kept: value },
        locked: item.locked.has(field),
      }),
    ),
    ...lists.map(
      ({ kind, add, remove }): Change => ({
        ...{ kind: 'list', field: kind, before: item.lists[kind], add, remove },
        locked: item.locked.has(kind),
      }),
    ),
  ];
}

function locksOf({ fields, lists }: EditPlan): NonNullable<Part['locks']> {
  return [...fields.map(({ field }) => field), ...lists.map(({ kind }) => kind)].map((name) => ({
    ...{ name, locked: true },
  }));
}

/** The item after Plex has carried out a request exactly as sent. */
function applied({ fields, lists, locks = [], labels }: Part, item: PlexItem, semantics: Semantics): PlexItem {
  const locked = new Set(item.locked);
  for (const lock of locks) {
    if (lock.locked) locked.add(lock.name);
    else locked.delete(lock.name);
  }
  return {
    ...item,
    fields: { ...item.fields, ...Object.fromEntries(fields.map(({ field, value }) => [field, value])) },
    lists: {
      ...item.lists,
      ...Object.fromEntries(lists.map((edit) => [edit.kind, appliedList(edit, item.lists[edit.kind], semantics)])),
    },
    labels: labels?.whole ?? item.labels,
    locked,
  };
}

function appliedList({ whole, remove }: ListEdit, present: readonly Tag[], semantics: Semantics): readonly Tag[] {
  if (semantics === 'replace') return whole;
  const there = new Set(present.map(({ tag }) => foldName(tag)));
  const gone = new Set(remove.map(foldName));
  const sent = (tag: Tag): Tag => whole.find((other) => foldName(other.tag) === foldName(tag.tag)) ?? tag;
  const merged = [
    ...present.map((tag) => ({ ...tag, ...sent(tag), tag: tag.tag })),
    ...whole.filter(({ tag }) => !there.has(foldName(tag))),
  ];
  return merged.filter(({ tag }) => !gone.has(foldName(tag)));
}
