import type { Change } from '../model/journal.ts';
import type { ListKind, Tag } from '../model/plex-item.ts';
import { LIST_KINDS, SCALAR_FIELDS } from '../model/plex-item.ts';
import { foldName } from '../text/text.ts';
import type { FieldEdit, ListEdit, LockEdit } from '../write/edit-plan.ts';
import type { Part } from '../write/parts.ts';
import type { Going, PictureSelection, UndoFacts, UndoPlan } from './undo-types.ts';

/** What is to be sent once all is taken back, as a difference to what the item has. */
export function resultOf(going: Going): UndoPlan {
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
): readonly Omit<Extract<Change, { kind: 'labels' }>, 'locked' | 'unlocked'>[] {
  if (labels === undefined) return [];
  const now = new Set(present.map(foldName));
  const add = labels.whole.filter((label) => !now.has(foldName(label)));
  return [{ kind: 'labels', field: 'label', before: present, add, remove: labels.remove }];
}
