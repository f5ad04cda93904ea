import { foldName, isBeginning, isRespelling } from '../text/text.ts';
import type { WithheldReason } from './collection.ts';
import type { PictureField, PictureLeftReason, PictureRecords } from './picture.ts';
import type { ListKind, PlexItem, ScalarField } from './plex-item.ts';
import { LIST_KINDS, SCALAR_FIELDS } from './plex-item.ts';

/** A field we wrote: the value sent, and the form in which Plex keeps it. */
export type WrittenField = {
  readonly sent: string;
  readonly kept: string;
  /** Plex accepted the whole text and kept only its beginning: sending it again would give the same result. */
  readonly shortened?: 'by_plex' | undefined;
};

/** Whether Plex has only a part of a text, because a request with all of it was too long. */
export function isCut({ sent, kept, shortened }: WrittenField): boolean {
  return shortened === undefined && isBeginning(sent, kept);
}

/** Our names in one list: name as sent → spelling in Plex. */
export type OurNames = Readonly<Record<string, string>>;

export type Written = {
  readonly fields: Partial<Readonly<Record<ScalarField, WrittenField>>>;
  readonly lists: Partial<Readonly<Record<ListKind, OurNames>>>;
};

/** The fields and lists that hold something of ours, by Plex's names. */
export function writtenKeys({ fields, lists }: Written): readonly (ScalarField | ListKind)[] {
  const filled = LIST_KINDS.filter((kind) => Object.keys(lists[kind] ?? {}).length > 0);
  return [...SCALAR_FIELDS.filter((field) => fields[field] !== undefined), ...filled];
}

/** The names of one list before a write, and the names the write adds and removes. */
export type ListIntent = {
  readonly before: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
};

/** What a write is about to change, noted before the first PUT, with the old values. */
export type Intent = {
  readonly fields: Partial<Readonly<Record<ScalarField, { readonly before: string; readonly value: string }>>>;
  readonly lists: Partial<Readonly<Record<ListKind, ListIntent>>>;
};

/** A field that differs but is not written, and why. */
export type LeftAlone = {
  readonly field: ScalarField | ListKind | PictureField;
  readonly reason:
    | 'edited_in_plex'
    | 'rated_in_plex'
    | 'removed_in_plex'
    | 'preserved'
    | 'too_long'
    | WithheldReason
    | PictureLeftReason;
};

/** As many of a scene's other files are remembered: more would make its record too large. */
export const MOST_OTHERS = 10;

/** Another file of a scene, and the item that holds it, if that is not the scene's own. */
export type OtherFile = {
  readonly path: string;
  readonly item?: { readonly ratingKey: string; readonly title: string; readonly library: string } | undefined;
};

/** The names in the lists of an item. */
export type ItemNames = Readonly<Record<ListKind, readonly string[]>>;

export function namesOfItem({ lists }: Pick<PlexItem, 'lists'>): ItemNames {
  const names = (kind: ListKind): readonly string[] => lists[kind].map(({ tag }) => tag);
  return { actor: names('actor'), genre: names('genre'), collection: names('collection') };
}

/** What a finished sync leaves for a person to read, and for reconcile; later syncs do not use it. */
export type SyncNotes = {
  readonly sectionTitle: string;
  /** What differed and was not written. */
  readonly left: readonly LeftAlone[];
  /**
   * The scene's `updated_at` in Stash's spelling, when Stash said what to write; it can show that the scene changed,
   * and no more.
   */
  readonly stashUpdatedAt: string | undefined;
  /** The hash of what Stash had of the scene then, whatever of it was given by hand. */
  readonly contentHash?: string | undefined;
  /** The names in the item's lists, for the journal: which removals have landed. */
  readonly names?: ItemNames | undefined;
  /** The scene's other files, as they were looked for; empty for a scene with one file. */
  readonly others?: readonly OtherFile[] | undefined;
};

/** What we last wrote for a scene, and to which item. `intent` is set while a write may still be unfinished. */
export type SceneRecord = {
  readonly ratingKey: string;
  readonly sectionKey: string;
  /** The scene's file, as Stash saw it when we last wrote. */
  readonly scenePath: string;
  /** The Plex file proven to be the scene's; absent after a guess by relaxed matching, which never counts as proof. */
  readonly provenFile: string | undefined;
  readonly written: Written;
  readonly intent: Intent | undefined;
  /** When Plex added the item, epoch seconds by its clock; absent when Plex did not say, and in older records. */
  readonly addedAt?: number | undefined;
  /** The fields and lists that we locked, by Plex's names; absent in older records. */
  readonly locked?: readonly string[] | undefined;
  /** Set when nothing of the scene was written to this item before: values that Stash had earlier are not in it. */
  readonly startsAnew?: true | undefined;
  /** Set when Stash said what to write: a field that is empty in Stash since then was emptied there. */
  readonly source?: 'stash' | undefined;
  /** What we know of its pictures on that item. */
  readonly pictures?: PictureRecords | undefined;
  /** The scene's other files, as they were last looked for: while they stay the same, they are not looked for again. */
  readonly others?: readonly OtherFile[] | undefined;
};

export const NOTHING_WRITTEN: Written = { fields: {}, lists: {} };

/** Whether Plex has anything of ours besides the title. */
export function saysMoreThanTitle({ fields, lists }: Written): boolean {
  const isTold = SCALAR_FIELDS.some((field) => field !== 'title' && (fields[field]?.sent ?? '') !== '');
  return isTold || LIST_KINDS.some((kind) => Object.keys(lists[kind] ?? {}).length > 0);
}

/**
 * Whether a record belongs to this item. An equal rating key does not prove it: after Plex's database was recreated,
 * the same key may be another item. Our locks are the best sign, since a new item has none; `addedAt` proves nothing
 * alone, because a person may edit it.
 */
export function isOfItem(record: SceneRecord, item: PlexItem): boolean {
  if (record.ratingKey !== item.ratingKey) return false;
  const isSameDate = record.addedAt !== undefined && record.addedAt === item.addedAt;
  if (isSameDate) return true;
  if (mayHaveLocked(record).some((name) => item.locked.has(name))) return true;
  // We locked something, and none of those locks is left.
  if (record.locked !== undefined && record.locked.length > 0) return false;
  const isOtherDate = record.addedAt !== undefined && item.addedAt !== undefined;
  // No locks are known. An older record tells neither locks nor date, so everything we wrote has to be gone.
  const mayBeAnother = isOtherDate || record.locked === undefined;
  return !mayBeAnother || showsOurs(record, item);
}

/**
 * What we locked, or may have: for an older record everything written, plus what an unfinished write was about to lock.
 */
function mayHaveLocked({ locked, written, intent }: SceneRecord): readonly string[] {
  return [
    ...(locked ?? writtenKeys(written)),
    ...Object.keys(intent?.fields ?? {}),
    ...Object.keys(intent?.lists ?? {}),
  ];
}

/** Whether the item shows anything of ours besides the title, which an agent also takes from the file name. */
function showsOurs({ written, intent }: SceneRecord, item: PlexItem): boolean {
  const isThere = SCALAR_FIELDS.some((field) => {
    const [now, last] = [item.fields[field], written.fields[field]];
    return (
      field !== 'title' &&
      now !== '' &&
      (now === last?.kept || now === last?.sent || now === intent?.fields[field]?.value)
    );
  });
  return (
    isThere ||
    LIST_KINDS.some((kind) => {
      const ours = new Set(
        [...Object.values(written.lists[kind] ?? {}), ...(intent?.lists[kind]?.add ?? [])].map(foldName),
      );
      return item.lists[kind].some(({ tag }) => ours.has(foldName(tag)));
    })
  );
}

/**
 * The part of a record that counts as written to an item: nothing if it is another item. An inherited record, of the
 * scene that had the item before, counts only for names that the item still shows: so it removes names, but never
 * suppresses one.
 */
export function writtenTo(record: SceneRecord | undefined, item: PlexItem, from: 'own' | 'inherited'): Written {
  if (record === undefined || !isOfItem(record, item)) return NOTHING_WRITTEN;
  const written = foldIntent(record, item);
  return from === 'own' ? written : stillShown(written, item);
}

function stillShown({ fields, lists }: Written, item: PlexItem): Written {
  const shown = LIST_KINDS.map((kind) => {
    const present = new Set(item.lists[kind].map(({ tag }) => foldName(tag)));
    const names = Object.entries(lists[kind] ?? {}).filter(([, kept]) => present.has(foldName(kept)));
    return [kind, Object.fromEntries(names)] as const;
  });
  // A field that a person edited since is theirs, whichever scene has the item now.
  return { fields, lists: Object.fromEntries(shown) };
}

/**
 * The fields and lists of an item that we locked: those known before, and those of `edited` that are locked now. For an
 * older record: what was written and is locked.
 */
export function lockedByUs(
  record: SceneRecord | undefined,
  item: PlexItem,
  edited: readonly string[],
): readonly string[] {
  const own = record !== undefined && isOfItem(record, item) ? record : undefined;
  const maybe = own === undefined ? edited : [...mayHaveLocked(own), ...edited];
  return [...new Set([...(own?.locked ?? []), ...maybe.filter((name) => item.locked.has(name))])].toSorted();
}

/**
 * Finds out from the item what an unfinished write has changed. A value that is ours now, in Plex's spelling or as
 * sent, has landed; any other change is a person's, and an unchanged value was not written.
 */
export function foldIntent(record: SceneRecord, item: PlexItem): Written {
  const { written, intent } = record;
  if (intent === undefined) return written;
  const fields = { ...written.fields };
  for (const field of SCALAR_FIELDS) {
    const intended = intent.fields[field];
    const now = item.fields[field];
    if (intended !== undefined && hasLanded(intended, now)) fields[field] = { sent: intended.value, kept: now };
  }
  const lists = { ...written.lists };
  for (const kind of LIST_KINDS) {
    const intended = intent.lists[kind];
    if (intended !== undefined)
      lists[kind] = foldListIntent(
        lists[kind] ?? {},
        intended,
        item.lists[kind].map(({ tag }) => tag),
      );
  }
  return { fields, lists };
}

/** Whether a value that was about to be written is there now, in Plex's spelling, cut, or as sent. */
export function hasLanded(intended: { readonly before: string; readonly value: string }, now: string): boolean {
  const { before, value } = intended;
  // A long value also counts when Plex or we have cut it to its beginning.
  if (now === value) return true;
  return (
    now !== before && (isRespelling(value, now) || isBeginning(value, now) || (now !== '' && value.startsWith(now)))
  );
}

function foldListIntent(ours: OurNames, intended: ListIntent, present: readonly string[]): OurNames {
  const presentKeys = new Set(present.map(foldName));
  const removed = new Set(intended.remove.map(foldName));
  const kept = Object.entries(ours).filter(
    ([, inPlex]) => presentKeys.has(foldName(inPlex)) || !removed.has(foldName(inPlex)),
  );
  const before = new Set(intended.before.map(foldName));
  const landed = intended.add.flatMap((name) => {
    const asSent = present.find((other) => foldName(other) === foldName(name));
    const inPlex = asSent ?? present.find((other) => !before.has(foldName(other)) && isRespelling(name, other));
    return inPlex === undefined ? [] : [[name, inPlex] as const];
  });
  return Object.fromEntries([...kept, ...landed]);
}
