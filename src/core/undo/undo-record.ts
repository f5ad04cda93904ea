import type { PictureRecords } from '../model/picture.ts';
import { PICTURE_FIELDS } from '../model/picture.ts';
import type { ListKind, PlexItem, ScalarField } from '../model/plex-item.ts';
import { LIST_KINDS, SCALAR_FIELDS } from '../model/plex-item.ts';
import type { Intent, OurNames, SceneRecord, Written } from '../model/scene-record.ts';
import { NOTHING_WRITTEN, writtenKeys, writtenTo } from '../model/scene-record.ts';
import { foldName } from '../text/text.ts';
import type { TakenBack, UndoPlan } from './undo-types.ts';

/** What counts as ours of an item around its undo. */
export type UndoRecords = {
  /** Noted before the first request: after a kill, what was not taken back yet still counts as ours. */
  readonly noted: SceneRecord;
  /** Once the item is as it was. */
  readonly settled: SceneRecord;
};

/**
 * Puts the record of an item back together with the item: what was taken back counts as it did before, so that our tags
 * do not become theirs; what was left stays as it is. The record no longer says what Stash had, since the item differs
 * from that now.
 */
export function recordsOf(plan: UndoPlan, record: SceneRecord, item: PlexItem): UndoRecords {
  const today = writtenTo(record, item, 'own');
  const written = writtenAfter(plan, today, record);
  const locked = lockedAfter(plan, record, item);
  const { source: _ofStash, intent: _open, pictures, ...rest } = record;
  const settled: SceneRecord = {
    ...rest,
    written,
    intent: undefined,
    ...(locked === undefined ? {} : { locked }),
    ...withPictures(picturesAfter(plan, record), pictures),
    startsAnew: true,
  };
  // The locks stay ours until they are taken off.
  const locks = record.locked === undefined ? {} : { locked: record.locked };
  return { settled, noted: { ...settled, ...locks, ...whileOpen(plan, { today, later: written, item }) } };
}

/** What counted as ours before a change. */
function writtenBefore({ record }: TakenBack, { ratingKey }: SceneRecord): Written {
  return record !== undefined && record.ratingKey === ratingKey ? record.written : NOTHING_WRITTEN;
}

function writtenAfter(plan: UndoPlan, today: Written, record: SceneRecord): Written {
  const fields: Partial<Record<ScalarField, Written['fields'][ScalarField]>> = { ...today.fields };
  const lists: Partial<Record<ListKind, OurNames>> = { ...today.lists };
  for (const one of plan.takenBack) {
    const { change } = one;
    const before = writtenBefore(one, record);
    for (const field of SCALAR_FIELDS) if (field === change.field) putBack(fields, field, before.fields[field]);
    if (change.kind === 'lock')
      for (const kind of LIST_KINDS) if (kind === change.field) putBack(lists, kind, before.lists[kind]);
    if (change.kind === 'list')
      lists[change.field] = namesAfter(plan, lists[change.field] ?? {}, {
        kind: change.field,
        earlier: before.lists[change.field] ?? {},
      });
  }
  return { fields, lists } as Written;
}

function putBack<Key extends string, Value>(
  now: Partial<Record<Key, Value>>,
  key: Key,
  earlier: Value | undefined,
): void {
  if (earlier === undefined) delete now[key];
  else now[key] = earlier;
}

type ListBefore = { readonly kind: ListKind; readonly earlier: OurNames };

/** Names count as they did before; where a later run stands, only those that were taken out or put back. */
function namesAfter({ lists, contested }: UndoPlan, ours: OurNames, { kind, earlier }: ListBefore): OurNames {
  if (!contested.has(kind)) return earlier;
  const touched = new Set([...(lists.get(kind)?.takenOut ?? []), ...(lists.get(kind)?.putBack ?? [])].map(foldName));
  const isTouched = ([sent, kept]: readonly [string, string]): boolean =>
    touched.has(foldName(sent)) || touched.has(foldName(kept));
  return Object.fromEntries([
    ...Object.entries(ours).filter((name) => !isTouched(name)),
    ...Object.entries(earlier).filter(isTouched),
  ]);
}

function lockedAfter({ takenBack, unlocked }: UndoPlan, record: SceneRecord, item: PlexItem): SceneRecord['locked'] {
  if (record.locked === undefined) return undefined;
  // The lock of a list stays where a person has changed the list since.
  const isBack = ({ change: { kind, field, locked, unlocked: isLockedAgain } }: TakenBack): boolean =>
    (kind !== 'list' && kind !== 'labels') ||
    locked ||
    isLockedAgain === true ||
    unlocked.includes(field) ||
    !item.locked.has(field);
  const back = takenBack.filter(isBack);
  const names = new Set<string>(back.map(({ change }) => change.field));
  const ours = back.filter((one) => wasLockedByUs(one, record)).map(({ change }) => change.field);
  return [...new Set([...record.locked.filter((name) => !names.has(name)), ...ours])].toSorted();
}

function wasLockedByUs({ change, record: before }: TakenBack, { ratingKey }: SceneRecord): boolean {
  if (before === undefined || before.ratingKey !== ratingKey) return false;
  if (before.locked !== undefined) return before.locked.includes(change.field);
  return change.locked && writtenKeys(before.written).some((key) => key === change.field);
}

/** Nothing is said of pictures where nothing was known of them, before and after. */
function withPictures(after: PictureRecords, before: PictureRecords | undefined): Pick<SceneRecord, 'pictures'> {
  return before === undefined && Object.keys(after).length === 0 ? {} : { pictures: after };
}

function picturesAfter({ takenBack }: UndoPlan, { pictures = {}, ratingKey }: SceneRecord): PictureRecords {
  const after: Partial<Record<string, PictureRecords['thumb']>> = { ...pictures };
  for (const { change, record } of takenBack) {
    const field = PICTURE_FIELDS.find((one) => one === change.field);
    if (field === undefined) continue;
    const before = record?.ratingKey === ratingKey ? record.pictures?.[field] : undefined;
    if (before === undefined) delete after[field];
    else after[field] = before;
  }
  return after as PictureRecords;
}

type Around = { readonly today: Written; readonly later: Written; readonly item: PlexItem };

/**
 * The note before the first request, read as any unfinished write: what is still there of ours stays ours, and what was
 * put back counts as before.
 */
function whileOpen({ edit }: UndoPlan, { today, later, item }: Around): Pick<SceneRecord, 'written' | 'intent'> {
  const fields = edit.fields.flatMap(({ field, before, value }) => {
    const ours = today.fields[field];
    const isOurs = ours !== undefined && (ours.kept === before || ours.sent === before);
    return isOurs ? [[field, { before: value, value: ours.sent }] as const] : [];
  });
  const lists: [ListKind, Intent['lists'][ListKind]][] = [];
  const written = { ...later.lists };
  for (const { kind, add, remove } of edit.lists) {
    const gone = among(today.lists[kind] ?? {}, remove);
    const back = among(later.lists[kind] ?? {}, add);
    const named = new Set([...gone, ...back].flat().map(foldName));
    const before = item.lists[kind].map(({ tag }) => tag).filter((tag) => !named.has(foldName(tag)));
    lists.push([kind, { before, add: [...gone, ...back].map(([sent]) => sent), remove: [] }]);
    written[kind] = Object.fromEntries(
      Object.entries(later.lists[kind] ?? {}).filter(([sent]) => !named.has(foldName(sent))),
    );
  }
  return {
    written: { fields: later.fields, lists: written },
    intent: { fields: Object.fromEntries(fields), lists: Object.fromEntries(lists) },
  };
}

/** Our names whose spelling in Plex is one of these. */
function among(ours: OurNames, names: readonly string[]): readonly (readonly [string, string])[] {
  const keys = new Set(names.map(foldName));
  return Object.entries(ours).filter(([, kept]) => keys.has(foldName(kept)));
}
