import type { Change, JournalEntry } from '../model/journal.ts';
import type { PictureField } from '../model/picture.ts';
import type { ListKind, PlexItem, ScalarField, Tag } from '../model/plex-item.ts';
import { LIST_KINDS, SCALAR_FIELDS } from '../model/plex-item.ts';
import type { SceneRecord } from '../model/scene-record.ts';
import { hasLanded, lockedByUs } from '../model/scene-record.ts';
import { foldName } from '../text/text.ts';
import type { FieldEdit, ListEdit, LockEdit } from '../write/edit-plan.ts';
import type { Part } from '../write/parts.ts';
import type { ChosenEntries } from './chosen-entries.ts';
import type { UndoneList } from './undo-list.ts';
import { undoList } from './undo-list.ts';

/** What an undo puts back, by Plex's names. */
export type UndoField = ScalarField | ListKind | PictureField | 'label';

/**
 * What is not put back, and why. `changed_since`: it is not what we wrote any more. `later_run`: a later run has written
 * it, which is not undone. `never_empty`: it had no title before. `picture_gone`: Plex does not have the picture any
 * more that was shown before.
 */
export type LeftByUndo = {
  readonly field: UndoField;
  readonly why: 'changed_since' | 'later_run' | 'never_empty' | 'picture_gone';
  /** The later run. */
  readonly runId?: number | undefined;
};

/** The pictures of one kind that Plex lists for the item: their keys, and the one that is selected. */
export type PictureChoice = { readonly keys: readonly string[]; readonly selected: string | null };
export type PictureChoices = Readonly<Partial<Record<PictureField, PictureChoice>>>;

/** A picture to select; `null` leaves none selected. */
export type PictureSelection = { readonly field: PictureField; readonly key: string | null };

export type UndoFacts = ChosenEntries & {
  readonly item: PlexItem;
  /** What counts as ours of the item today; absent where it belongs to another item by now. */
  readonly record: SceneRecord | undefined;
  readonly pictures: PictureChoices;
};

/** A change that is taken back, and what counted as ours before it: of several of one field, the oldest. */
export type TakenBack = { readonly change: Change; readonly record: SceneRecord | undefined };

export type UndoPlan = {
  /** What is to be sent; empty where the item is already as it was. */
  readonly edit: Part;
  readonly selections: readonly PictureSelection[];
  readonly left: readonly LeftByUndo[];
  /** What is taken back, for the record. */
  readonly takenBack: readonly TakenBack[];
  /** The names of each list that are taken out and put back. */
  readonly lists: ReadonlyMap<ListKind, UndoneList>;
  /** Lists that a later run has edited too, which is not undone. */
  readonly contested: ReadonlySet<ListKind>;
  /** The locks that are as before again, by Plex's names. */
  readonly unlocked: readonly string[];
  /** The undo as edits of the journal, so that it can be undone. */
  readonly changes: readonly Change[];
};

/** Everything of the item while its edits are taken back one after the other, the newest first. */
type Going = {
  readonly facts: UndoFacts;
  readonly fields: Map<ScalarField, string>;
  readonly tags: Map<ListKind, readonly Tag[]>;
  readonly undoneLists: Map<ListKind, UndoneList>;
  readonly contested: Set<ListKind>;
  labels: readonly string[];
  readonly selected: Map<PictureField, string | null>;
  readonly locks: Map<string, boolean>;
  readonly left: Map<UndoField, LeftByUndo>;
  readonly takenBack: Map<UndoField, TakenBack>;
  readonly lockable: (name: string) => boolean;
};

/**
 * Decides what puts an item back to before the taken entries: each field only where Plex still has what we wrote, each
 * list name by name, a lock only where we set it. Pure, and empty once it was carried out.
 */
export function planUndo(facts: UndoFacts): UndoPlan {
  const { item, record, taken } = facts;
  const ours = record === undefined ? undefined : new Set(lockedByUs(record, item, []));
  const going: Going = {
    facts,
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

/** Whether a record tells which locks of this kind are ours. */
function isRecorded(name: string): boolean {
  return [...SCALAR_FIELDS, ...LIST_KINDS].some((key) => key === name);
}

function takeBack(change: Change, entry: JournalEntry, going: Going): void {
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
  else if (now !== after && isBackAlready(going, entry, { field, now })) note(going, { change, record: entry.record });
  else if (now !== after) leave(going, { field, why: 'changed_since' });
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

function resultOf(going: Going): UndoPlan {
  const { facts, left, takenBack, undoneLists } = going;
  const { item } = facts;
  const fields = SCALAR_FIELDS.flatMap((field): FieldEdit[] => {
    const [before, value] = [item.fields[field], going.fields.get(field) ?? ''];
    return before === value ? [] : [{ field, before, value }];
  });
  const lists = LIST_KINDS.flatMap((kind) => listEdit(kind, item.lists[kind], going.tags.get(kind) ?? []));
  const labels = labelEdit(item.labels, going.labels);
  const locks = [...going.locks]
    .filter(([name, locked]) => item.locked.has(name) !== locked)
    .map(([name, locked]): LockEdit => ({ name, locked }));
  const selections = [...going.selected]
    .filter(([field, key]) => facts.pictures[field]?.selected !== key)
    .map(([field, key]): PictureSelection => ({ field, key }));
  const edit: Part = { fields, lists, ...(locks.length > 0 ? { locks } : {}), ...(labels ? { labels } : {}) };
  return {
    edit,
    selections,
    left: [...left.values()],
    takenBack: [...takenBack.values()],
    lists: undoneLists,
    contested: going.contested,
    unlocked: [...going.locks].filter(([, locked]) => !locked).map(([name]) => name),
    changes: changesOf({ edit, selections, takenBack: [...takenBack.values()] }, facts),
  };
}

function listEdit(kind: ListKind, present: readonly Tag[], wanted: readonly Tag[]): ListEdit[] {
  const [now, then] = [namesOf(present), namesOf(wanted)];
  const add = wanted.map(({ tag }) => tag).filter((name) => !now.has(foldName(name)));
  const remove = present.map(({ tag }) => tag).filter((name) => !then.has(foldName(name)));
  if (add.length + remove.length === 0 && !wanted.some((tag) => isAdorned(tag, present))) return [];
  return [{ kind, whole: wanted, before: present.map(({ tag }) => tag), add, remove }];
}

/** Whether a name has a role or a portrait that it is without now. */
function isAdorned({ tag, role, thumb }: Tag, present: readonly Tag[]): boolean {
  const now = present.find((other) => foldName(other.tag) === foldName(tag));
  return now !== undefined && ((role ?? '') !== (now.role ?? '') || (thumb ?? '') !== (now.thumb ?? ''));
}

function namesOf(tags: readonly Tag[]): ReadonlySet<string> {
  return new Set(tags.map(({ tag }) => foldName(tag)));
}

function labelEdit(present: readonly string[], wanted: readonly string[]): Part['labels'] {
  const [now, then] = [new Set(present.map(foldName)), new Set(wanted.map(foldName))];
  const remove = present.filter((label) => !then.has(foldName(label)));
  const isSame = remove.length === 0 && wanted.every((label) => now.has(foldName(label)));
  return isSame ? undefined : { whole: wanted, remove };
}

/** What the undo changes, as the journal keeps it. */
function changesOf(
  { edit, selections, takenBack }: Pick<UndoPlan, 'edit' | 'selections' | 'takenBack'>,
  facts: UndoFacts,
): readonly Change[] {
  const { item, pictures } = facts;
  const locksOf = (name: string): Pick<Change, 'locked' | 'unlocked'> => {
    const isTakenOff = edit.locks?.some((lock) => lock.name === name && !lock.locked) ?? false;
    return { locked: item.locked.has(name), ...(isTakenOff ? { unlocked: true } : {}) };
  };
  const changed = new Set<string>([
    ...edit.fields.map(({ field }) => field),
    ...edit.lists.map(({ kind }) => kind),
    ...selections.map(({ field }) => field),
  ]);
  const alone = takenBack.flatMap(({ change: { field } }) => (field === 'label' || changed.has(field) ? [] : [field]));
  return [
    ...alone.map((field): Change => ({ kind: 'lock', field, ...locksOf(field) })),
    ...edit.fields.map(
      ({ field, before, value }): Change => ({ kind: 'field', field, before, after: value, ...locksOf(field) }),
    ),
    ...edit.lists.map(
      ({ kind, add, remove }): Change => ({
        ...{ kind: 'list', field: kind, before: item.lists[kind], add, remove },
        ...locksOf(kind),
      }),
    ),
    ...selections.map(
      ({ field, key }): Change => ({
        ...{ kind: 'picture', field, before: pictures[field]?.selected ?? null, after: key },
        ...locksOf(field),
      }),
    ),
    ...labelChange(edit.labels, item.labels).map((change): Change => ({ ...change, ...locksOf('label') })),
  ];
}

function labelChange(
  labels: Part['labels'],
  present: readonly string[],
): readonly Omit<ChangeOf<'labels'>, 'locked' | 'unlocked'>[] {
  if (labels === undefined) return [];
  const now = new Set(present.map(foldName));
  const add = labels.whole.filter((label) => !now.has(foldName(label)));
  return [{ kind: 'labels', field: 'label', before: present, add, remove: labels.remove }];
}

/** Whether there is nothing to send and nothing to select. */
export function isEmptyUndo({ edit, selections }: UndoPlan): boolean {
  const { fields, lists, locks = [], labels } = edit;
  return fields.length + lists.length + locks.length + selections.length === 0 && labels === undefined;
}
