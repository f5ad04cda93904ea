import type { Change, JournalEntry } from '../model/journal.ts';
import { isSamePicture } from '../model/picture.ts';
import type { ListKind } from '../model/plex-item.ts';
import { hasLanded } from '../model/scene-record.ts';
import { foldName } from '../text/text.ts';
import type { UndoneList } from './undo-list.ts';
import { undoList } from './undo-list.ts';
import type { Going, LeftByUndo, TakenBack, UndoField } from './undo-types.ts';

/** Takes one change of one edit back, where Plex still has what the edit wrote. */
export function takeBack(change: Change, entry: JournalEntry, going: Going): void {
  // Where a newer edit of a field was left, an older one is not what Plex shows. Lists are judged name by name.
  const isWhole = change.kind === 'field' || change.kind === 'picture';
  if (isWhole && going.left.has(change.field)) return;
  switch (change.kind) {
    case 'field':
      takeBackField(change, entry, going);
      break;
    case 'list':
      takeBackList(change, entry, going);
      break;
    case 'picture':
      takeBackPicture(change, entry, going);
      break;
    case 'labels':
      takeBackLabels(change, entry, going);
      break;
    case 'lock':
      putBackLock(going, change);
      note(going, { change, record: entry.record });
      break;
  }
}

type ChangeOf<K extends Change['kind']> = Extract<Change, { kind: K }>;

function takeBackField(change: ChangeOf<'field'>, entry: JournalEntry, going: Going): void {
  const { field, before } = change;
  const now = going.fields.get(field) ?? '';
  const later = laterRun(entry, field, going);
  if (later !== undefined) leave(going, { field, why: 'later_run', runId: later });
  else if (now === before) note(going, { change, record: entry.record });
  else if (!isStillOurs(change, entry, now) && isBackAlready(going, entry, { field, now }))
    note(going, { change, record: entry.record });
  else if (!isStillOurs(change, entry, now)) leave(going, { field, why: 'changed_since' });
  else if (field === 'title' && before === '') leave(going, { field, why: 'never_empty' });
  else {
    going.fields.set(field, before);
    putBackLock(going, change);
    note(going, { change, record: entry.record });
  }
}

/** Whether an undo that was cut short has put back what stood there before an older edit. */
function isBackAlready(
  { facts }: Going,
  { id }: JournalEntry,
  { field, now }: { readonly field: UndoField; readonly now: string | null },
): boolean {
  const older = facts.taken.filter((other) => other.id < id).flatMap(({ changes }) => changes);
  return older.some((change) => change.field === field && 'before' in change && change.before === now);
}

/** Whether a field shows what an edit wrote; where nobody looked after the edit, in any form Plex may keep it in. */
function isStillOurs(change: ChangeOf<'field'>, { state }: JournalEntry, now: string): boolean {
  const { before, after, kept } = change;
  if (now === after || now === kept) return true;
  return (state === 'open' || kept === undefined) && hasLanded({ before, value: after }, now);
}

function takeBackList(change: ChangeOf<'list'>, entry: JournalEntry, going: Going): void {
  const { field: kind } = change;
  const others = going.facts.others.filter(({ id }) => id > entry.id);
  if (others.some(({ changes }) => changes.some(({ field }) => field === kind))) going.contested.add(kind);
  const undone = undoList(going.tags.get(kind) ?? [], change, {
    state: entry.state,
    laterRunOf: (name) => writerOf(kind, name, others),
  });
  going.tags.set(kind, undone.tags);
  const sofar = going.undoneLists.get(kind);
  going.undoneLists.set(kind, sofar === undefined ? undone : { ...undone, ...joined(sofar, undone) });
  if (undone.laterRun !== undefined) leave(going, { field: kind, why: 'later_run', runId: undone.laterRun });
  // What a person changed in the list is protected by its lock.
  if (undone.isAsWeLeftIt && undone.laterRun === undefined) putBackLock(going, change);
  note(going, { change, record: entry.record });
}

function joined(newer: UndoneList, older: UndoneList): Pick<UndoneList, 'takenOut' | 'putBack'> {
  const later = (names: readonly string[]): ReadonlySet<string> => new Set(names.map(foldName));
  const [backNow, outNow] = [later(older.putBack), later(older.takenOut)];
  return {
    takenOut: [...newer.takenOut.filter((name) => !backNow.has(foldName(name))), ...older.takenOut],
    putBack: [...newer.putBack.filter((name) => !outNow.has(foldName(name))), ...older.putBack],
  };
}

/** The newest of some edits that has written a name of a list, by its run. */
function writerOf(kind: ListKind | 'label', name: string, others: readonly JournalEntry[]): number | undefined {
  const key = foldName(name);
  return others.find(({ changes }) =>
    changes.some(
      (change) =>
        change.field === kind &&
        (change.kind === 'list' || change.kind === 'labels') &&
        [...change.add, ...change.remove].some((other) => foldName(other) === key),
    ),
  )?.runId;
}

function takeBackPicture(change: ChangeOf<'picture'>, entry: JournalEntry, going: Going): void {
  const { field, before, after } = change;
  const choice = going.facts.pictures[field];
  if (choice === undefined) return;
  const now = going.selected.has(field) ? (going.selected.get(field) ?? null) : choice.selected;
  const later = laterRun(entry, field, going);
  if (later !== undefined) leave(going, { field, why: 'later_run', runId: later });
  else if (now === before) note(going, { change, record: entry.record });
  else if (!isSamePicture(now, after) && isBackAlready(going, entry, { field, now }))
    note(going, { change, record: entry.record });
  else if (!isSamePicture(now, after)) leave(going, { field, why: 'changed_since' });
  else if (before !== null && !choice.keys.includes(before)) leave(going, { field, why: 'picture_gone' });
  else {
    going.selected.set(field, before);
    putBackLock(going, change);
    note(going, { change, record: entry.record });
  }
}

function takeBackLabels(change: ChangeOf<'labels'>, entry: JournalEntry, going: Going): void {
  const others = going.facts.others.filter(({ id }) => id > entry.id);
  const isFree = (label: string): boolean => writerOf('label', label, others) === undefined;
  const present = new Set(going.labels.map(foldName));
  const before = new Set(change.before.map(foldName));
  const out = new Set(change.add.filter((label) => !before.has(foldName(label)) && isFree(label)).map(foldName));
  const back = change.remove.filter((label) => !present.has(foldName(label)) && isFree(label));
  going.labels = [...going.labels.filter((label) => !out.has(foldName(label))), ...back];
  putBackLock(going, change);
  note(going, { change, record: entry.record });
}

/** A later edit of the field that was not chosen and still counts. */
function laterRun({ id }: JournalEntry, field: UndoField, { facts }: Going): number | undefined {
  return facts.others.find((other) => other.id > id && other.changes.some((change) => change.field === field))?.runId;
}

function leave({ left }: Going, one: LeftByUndo): void {
  left.set(one.field, one);
}

function note({ takenBack }: Going, one: TakenBack): void {
  takenBack.set(one.change.field, one);
}

/** The lock is as before again, unless a person has changed it since. */
function putBackLock(going: Going, { field, locked, unlocked }: Change): void {
  if (unlocked === true) going.locks.set(field, true);
  else if (!locked && going.lockable(field)) going.locks.set(field, false);
}
