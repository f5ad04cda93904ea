import type { Change, JournalEntry } from '../model/journal.ts';
import type { PlexItem } from '../model/plex-item.ts';
import { LIST_KINDS, SCALAR_FIELDS } from '../model/plex-item.ts';
import { hasLanded, lockedByUs } from '../model/scene-record.ts';
import { foldName } from '../text/text.ts';
import { takeBack } from './take-back.ts';
import { resultOf } from './undo-edits.ts';
import type { Going, UndoFacts, UndoPlan } from './undo-types.ts';

/**
 * Decides what puts an item back to before the taken entries: each field only where Plex still has what we wrote, each
 * list name by name, a lock only where we set it. Pure, and empty once it was carried out.
 */
export function planUndo(facts: UndoFacts): UndoPlan {
  const { item, record, taken } = facts;
  // Of edits that the record does not know of, the journal tells that they set the lock.
  const forgotten = taken.filter(({ isForgotten }) => isForgotten === true).flatMap(({ changes }) => changes);
  const ours =
    record === undefined
      ? undefined
      : new Set([...lockedByUs(record, item, []), ...forgotten.map(({ field }) => field)]);
  const going: Going = {
    facts: { ...facts, others: facts.others.map((entry) => asLanded(entry, item)) },
    fields: new Map(SCALAR_FIELDS.map((field) => [field, item.fields[field]])),
    tags: new Map(LIST_KINDS.map((kind) => [kind, item.lists[kind]])),
    undoneLists: new Map(),
    contested: new Set(),
    labels: item.labels,
    selected: new Map(),
    locks: new Map(),
    left: new Map(),
    takenBack: new Map(),
    lockable: (name) => ours === undefined || ours.has(name) || !isRecorded(name),
  };
  for (const entry of taken) for (const change of entry.changes) takeBack(change, entry, going);
  return resultOf(going);
}

/** An edit that was cut short stands in the way only with what the item shows of it. */
function asLanded(entry: JournalEntry, item: PlexItem): JournalEntry {
  return entry.state === 'closed'
    ? entry
    : { ...entry, changes: entry.changes.filter((change) => mayShow(change, item)) };
}

function mayShow(change: Change, { fields, lists }: PlexItem): boolean {
  if (change.kind === 'field') return hasLanded({ before: change.before, value: change.after }, fields[change.field]);
  if (change.kind !== 'list') return true;
  const there = new Set(lists[change.field].map(({ tag }) => foldName(tag)));
  const isThere = (name: string): boolean => there.has(foldName(name));
  return change.add.some(isThere) || change.remove.some((name) => !isThere(name));
}

/** Whether a record tells which locks of this kind are ours. */
function isRecorded(name: string): boolean {
  return [...SCALAR_FIELDS, ...LIST_KINDS].some((key) => key === name);
}

/** Whether there is nothing to send and nothing to select. */
export function isEmptyUndo({ edit, selections }: UndoPlan): boolean {
  const { fields, lists, locks = [], labels } = edit;
  return fields.length + lists.length + locks.length + selections.length === 0 && labels === undefined;
}
