import { findAdded } from './list-spelling.ts';
import type { ProvenMatch } from './match.ts';
import type { ListKind, PlexItem, ScalarField } from './plex-item.ts';
import { LIST_KINDS, SCALAR_FIELDS } from './plex-item.ts';
import { foldName } from './text.ts';

/** A field we wrote: what was sent, and the form in which Plex keeps it. */
export type WrittenField = { readonly sent: string; readonly kept: string };

/** The names of one list that are ours: name as sent → spelling in Plex. */
export type OurNames = Readonly<Record<string, string>>;

export type Written = {
  readonly fields: Partial<Readonly<Record<ScalarField, WrittenField>>>;
  readonly lists: Partial<Readonly<Record<ListKind, OurNames>>>;
};

/** The names of one list before a write, and what the write was to add and remove. */
export type ListIntent = {
  readonly before: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
};

/** What a write was about to change, noted before the first PUT, with what stood there. */
export type Intent = {
  readonly fields: Partial<Readonly<Record<ScalarField, { readonly before: string; readonly value: string }>>>;
  readonly lists: Partial<Readonly<Record<ListKind, ListIntent>>>;
};

/** What we last wrote for a scene, and to which item. `intent` is there while a write is not known to have ended. */
export type SceneRecord = {
  readonly ratingKey: string;
  readonly sectionKey: string;
  /** The proven match; absent when relaxed matching took a guess, so that a guess is never remembered as proof. */
  readonly proven: ProvenMatch | undefined;
  readonly written: Written;
  readonly intent: Intent | undefined;
};

export const NOTHING_WRITTEN: Written = { fields: {}, lists: {} };

/**
 * Tells what a write that was cut short has left, by looking at the item: what has changed since the intent is ours,
 * what has not never landed. So nothing we wrote is taken for the user's, and no name is taken for removed by the user
 * that Plex never got.
 */
export function foldIntent(record: SceneRecord, item: PlexItem): Written {
  const { written, intent } = record;
  if (intent === undefined) return written;
  const fields = { ...written.fields };
  for (const field of SCALAR_FIELDS) {
    const intended = intent.fields[field];
    const now = item.fields[field];
    if (intended !== undefined && now !== intended.before) fields[field] = { sent: intended.value, kept: now };
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

function foldListIntent(ours: OurNames, intended: ListIntent, present: readonly string[]): OurNames {
  const presentKeys = new Set(present.map(foldName));
  const removed = new Set(intended.remove.map(foldName));
  const kept = Object.entries(ours).filter(
    ([, inPlex]) => presentKeys.has(foldName(inPlex)) || !removed.has(foldName(inPlex)),
  );
  return Object.fromEntries([...kept, ...findAdded(intended, present).spelling]);
}
