import type { Change } from '../model/journal.ts';
import type { PictureField, PictureRecords } from '../model/picture.ts';
import { isUploadOf } from '../model/picture.ts';
import type { PlexItem } from '../model/plex-item.ts';
import type { ItemNames, Written } from '../model/scene-record.ts';
import { foldName } from '../text/text.ts';
import type { EditPlan } from './edit-plan.ts';

/** What a plan changes of the item it was made for, with what stands there now. */
export function changesOf({ fields, lists }: Pick<EditPlan, 'fields' | 'lists'>, item: PlexItem): readonly Change[] {
  return [
    ...fields.map(
      ({ field, before, value }): Change => ({
        ...{ kind: 'field', field, before, after: value, locked: item.locked.has(field) },
      }),
    ),
    ...lists.map(
      ({ kind, add, remove }): Change => ({
        ...{ kind: 'list', field: kind, before: item.lists[kind], add, remove, locked: item.locked.has(kind) },
      }),
    ),
  ];
}

/** A picture that is about to be selected, and the label that goes with it. */
export type PictureEdit = {
  readonly field: PictureField;
  readonly before: string | null;
  readonly after: string;
  readonly locked: boolean;
  readonly labels?: { readonly before: readonly string[]; readonly remove: readonly string[] } | undefined;
};

export function changesOfPicture({ field, before, after, locked, labels }: PictureEdit): readonly Change[] {
  const removed: readonly Change[] =
    labels === undefined ? [] : [{ kind: 'labels', field: 'label', ...labels, add: [], locked: false }];
  return [{ kind: 'picture', field, before, after, locked }, ...removed];
}

/** What is known of an item after an edit that may not have been carried out, or only in part. */
export type Outcome = {
  readonly written: Written;
  readonly pictures?: PictureRecords | undefined;
  /** The names that the item has now. */
  readonly names?: ItemNames | undefined;
  /** What the next attempt changes, having read the item: where it stands as before the edit, nothing was written. */
  readonly next?: readonly Change[] | undefined;
};

/** The part of some changes that was really written, in the form in which Plex keeps it. */
export function landedChanges(changes: readonly Change[], outcome: Outcome): readonly Change[] {
  return changes.flatMap((change) => (isUnwritten(change, outcome.next ?? []) ? [] : landedPart(change, outcome)));
}

/**
 * The part of an undo that was really carried out, as the item shows before anything else is written to it. Nothing of
 * an undo is ours, so that is what does not stand there as we had written it.
 */
export function landedUndo(changes: readonly Change[], outcome: Outcome): readonly Change[] {
  const landed = changes.flatMap((change) => undonePart(change, outcome));
  // A lock alone tells nothing: it goes with a value.
  const isOfLocks = (some: readonly Change[]): boolean => some.every(({ kind }) => kind === 'lock');
  return isOfLocks(landed) && !isOfLocks(changes) ? [] : landed;
}

function undonePart(change: Change, { written, names }: Outcome): readonly Change[] {
  if (change.kind === 'field') {
    const ours = written.fields[change.field];
    return [ours?.sent, ours?.kept].includes(change.before) ? [] : [change];
  }
  if (change.kind !== 'list' || names === undefined) return [change];
  const there = new Set(names[change.field].map(foldName));
  const add = change.add.filter((name) => there.has(foldName(name)));
  const remove = change.remove.filter((name) => !there.has(foldName(name)));
  return add.length + remove.length === 0 ? [] : [{ ...change, add, remove }];
}

function landedPart(change: Change, { written, pictures, names }: Outcome): readonly Change[] {
  switch (change.kind) {
    case 'field':
      return landedField(change, written);
    case 'list':
      return landedList(change, written, names);
    case 'picture':
      return hasOurPicture(change, pictures) ? [change] : [];
    // Sent together with a picture; undo compares it with what Plex has by then.
    case 'labels':
    case 'lock':
      return [change];
  }
}

type ChangeOf<K extends Change['kind']> = Extract<Change, { kind: K }>;

function landedField(change: ChangeOf<'field'>, { fields }: Written): readonly Change[] {
  const last = fields[change.field];
  if (last?.sent !== change.after || last.kept === change.before) return [];
  return [last.kept === change.after ? change : { ...change, kept: last.kept }];
}

/** Names that others had set and we removed are in no record, so the item is asked. */
function landedList(change: ChangeOf<'list'>, { lists }: Written, names: ItemNames | undefined): readonly Change[] {
  const ours = lists[change.field] ?? {};
  const there = new Set((names?.[change.field] ?? Object.values(ours)).map(foldName));
  const add = change.add.filter((name) => ours[name] !== undefined);
  const remove = change.remove.filter((name) => !there.has(foldName(name)));
  if (add.length + remove.length === 0) return [];
  const respelt = add.flatMap((name) => {
    const kept = ours[name];
    return kept === undefined || kept === name ? [] : [[name, kept] as const];
  });
  return [{ ...change, add, remove, ...(respelt.length === 0 ? {} : { kept: Object.fromEntries(respelt) }) }];
}

function hasOurPicture({ field, after }: ChangeOf<'picture'>, pictures: PictureRecords | undefined): boolean {
  const { ours, intended } = pictures?.[field] ?? {};
  // One that is not known to have landed is kept: undo looks at what Plex shows by then.
  return isUploadOf(
    after,
    [ours, intended?.sha1].filter((sha1) => sha1 !== undefined),
  );
}

function isUnwritten(change: Change, next: readonly Change[]): boolean {
  return next.some((other) => other.field === change.field && standsAsBefore(change, other));
}

function standsAsBefore(change: Change, next: Change): boolean {
  if (change.kind === 'lock' || next.kind === 'lock') return false;
  if (change.kind === 'field' || change.kind === 'picture') return 'before' in next && change.before === next.before;
  const [before, now] = [namesBefore(change), namesBefore(next)];
  return before.length === now.length && before.every((name, index) => name === now[index]);
}

function namesBefore(change: Change): readonly string[] {
  if (change.kind === 'list') return change.before.map(({ tag }) => tag);
  return change.kind === 'labels' ? change.before : [];
}
