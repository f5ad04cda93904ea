import type { JournalEntry } from '../model/journal.ts';

/** The entries of one item that an undo takes back, and those that stand in their way. */
export type ChosenEntries = {
  /** Newest first. */
  readonly taken: readonly JournalEntry[];
  /** Edits of jobs that were not chosen and still count, newest first. */
  readonly others: readonly JournalEntry[];
};

/** Whether an undo made this edit. */
export function isOfUndo({ jobId }: Pick<JournalEntry, 'jobId'>): boolean {
  return jobId === 0;
}

/**
 * Which of the chosen entries of one item there is something to take back of. An entry that was undone counts as undone
 * only while the edit that undid it counts: so an undo that is taken back in the same go brings it into play again.
 * @param entries all that the journal has of the item
 */
export function chooseEntries(entries: readonly JournalEntry[], chosen: ReadonlySet<number>): ChosenEntries {
  const newestFirst = entries.toSorted((a, b) => b.id - a.id);
  /** Whether the edit of each run on this item still counts, after what is taken back. */
  const counts = new Map<number, boolean>();
  const taken: JournalEntry[] = [];
  const others: JournalEntry[] = [];
  for (const entry of newestFirst) {
    const isUndone = entry.undoneBy !== undefined && (counts.get(entry.undoneBy) ?? true);
    const isTaken = !isUndone && chosen.has(entry.id);
    if (isTaken) taken.push(entry);
    else if (!isUndone && !isOfUndo(entry)) others.push(entry);
    if (isOfUndo(entry)) counts.set(entry.runId, !isUndone && !isTaken);
  }
  return { taken, others };
}

/** Whether any edit of a job is taken back of this item, so that its scene has not what Stash says. */
export function isItemUndone(entries: readonly JournalEntry[]): boolean {
  const { others } = chooseEntries(entries, new Set());
  const standing = new Set(others.map(({ id }) => id));
  return entries.some((entry) => !isOfUndo(entry) && !standing.has(entry.id));
}
