import type { JournalEntry } from '../model/journal.ts';
import type { PlexItem } from '../model/plex-item.ts';
import type { SceneRecord } from '../model/scene-record.ts';
import { writtenTo } from '../model/scene-record.ts';
import type { ChosenEntries } from './chosen-entries.ts';
import { isItemUndone, isOfUndo } from './chosen-entries.ts';
import type { UndoEnd, UndoNote } from './ports.ts';
import { isEmptyUndo } from './undo-plan.ts';
import { recordsOf } from './undo-record.ts';
import type { UndoPlan } from './undo-types.ts';

/** An item on its way through an undo. */
export type Undoing = ChosenEntries & {
  readonly ratingKey: string;
  readonly sceneId: number;
  readonly entries: readonly JournalEntry[];
  readonly item: PlexItem;
  readonly record: SceneRecord | undefined;
  readonly plan: UndoPlan;
  /** Whether the run that was killed had not written it yet: then its job goes on as it would. */
  readonly isUnwritten: boolean;
};

/** What is noted of an item before its first request. */
export function noteOf(work: Undoing): UndoNote {
  const { ratingKey, sceneId, item, plan, record } = work;
  return {
    ...{ ratingKey, sceneId, plan, sectionKey: item.sectionKey, title: item.fields.title },
    record: record && recordsOf(plan, record, item).noted,
    written: writtenTo(record, item, 'own'),
    scenes: touchedScenes(work),
  };
}

/** What is noted of an item once it is as it was. */
export function endOf(work: Undoing): UndoEnd {
  const { ratingKey, sceneId, item, plan, record, entries } = work;
  const taken = work.isUnwritten ? [] : takenBackOf(work);
  const gone = new Set(taken.map(({ id }) => id));
  // As the journal will be: what was taken back no longer counts, and an undo that was taken back does not either.
  const left = entries.filter(({ id }) => !gone.has(id));
  const brings = taken.filter(({ jobId }) => jobId === 0).map(({ runId }) => runId);
  const isBrought = ({ undoneBy }: JournalEntry): boolean => undoneBy !== undefined && brings.includes(undoneBy);
  // An undo that counts again has undone again what it had undone.
  const again = new Set(left.filter((entry) => isOfUndo(entry) && isBrought(entry)).map(({ runId }) => runId));
  const restored = left.map((entry) => {
    if (isBrought(entry)) return { ...entry, undoneBy: undefined };
    const { undoneOnceBy } = entry;
    return undoneOnceBy !== undefined && again.has(undoneOnceBy) ? { ...entry, undoneBy: undoneOnceBy } : entry;
  });
  // Of some entries a part was left, and the rest is put back all the same.
  const isPartly = !isEmptyUndo(plan) && work.taken.some((entry) => !isOfUndo(entry));
  const isUndone = isPartly || taken.some((entry) => !isOfUndo(entry)) || isItemUndone(restored);
  return {
    ...{ ratingKey, sceneId, taken, scenes: touchedScenes(work) },
    record: record && recordsOf(plan, record, item).settled,
    standing: isUndone ? 'undone' : 'as_stash_says',
    chosen: work.taken.map(({ id }) => id),
  };
}

/** The scenes that no run writes any more. */
export function heldBy({ standing, scenes }: UndoEnd): readonly number[] {
  return standing === 'undone' ? scenes : [];
}

/** The entries of which nothing was left: the others can be undone once more, when what is in their way is gone. */
function takenBackOf({ taken, plan }: Undoing): readonly JournalEntry[] {
  const left = new Set<string>(plan.left.map(({ field }) => field));
  return taken.filter(({ changes }) => !changes.some(({ field }) => left.has(field)));
}

/** The scenes whose edits are put back, be it in part. */
function touchedScenes(work: Undoing): readonly number[] {
  if (work.isUnwritten) return [];
  return scenesOf(isEmptyUndo(work.plan) ? takenBackOf(work) : work.taken);
}

function scenesOf(taken: readonly JournalEntry[]): readonly number[] {
  return [...new Set(taken.map(({ sceneId }) => sceneId))];
}
