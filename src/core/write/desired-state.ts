import type { WithheldReason } from '../model/collection.ts';
import type { PictureRules } from '../model/picture.ts';
import type { ListKind, ScalarField } from '../model/plex-item.ts';
import { COMMON_FIELDS } from '../model/reassert.ts';
import type { SceneData, SceneKey } from '../model/scene.ts';
import { isEmptyValue } from '../model/scene.ts';
import type { Written } from '../model/scene-record.ts';
import { cleanLine, cleanNames, cleanSummary, foldName } from '../text/text.ts';

/** The `sync_*` switches: what may be written besides the title. */
export const SYNC_TOGGLES = ['summary', ...COMMON_FIELDS] as const;
export type SyncToggle = (typeof SYNC_TOGGLES)[number];

/** How writing is configured; each value is the setting of the same name. */
export type WriteRules = {
  /** Only fill fields that are empty in Plex, and fields we wrote ourselves. */
  readonly preservePlexEdits: boolean;
  /** Lock what we write, so that a metadata refresh in Plex keeps it. */
  readonly lockFields: boolean;
  readonly maxTags: number;
  readonly maxPerformers: number;
  readonly sync: Readonly<Record<SyncToggle, boolean>>;
  /** What a field that is empty in Stash clears: what we wrote there, whatever is there, or nothing. */
  readonly clearEmpty: 'ours' | 'always' | 'never';
  readonly pictures: PictureRules;
};

/** Whether an edit locks what it writes. */
export function lockOf({ lockFields }: WriteRules): 'lock' | 'leave_unlocked' {
  return lockFields ? 'lock' : 'leave_unlocked';
}

/** A list as the scene has it. */
export type DesiredList = {
  readonly names: readonly string[];
  /** True for a list that a person emptied by hand: then entries from others are removed too. */
  readonly clearsAll: boolean;
  /** How many names exceeded the cap; 0 when none did. */
  readonly capped: number;
  /** Why none of these names is written where the item lacks it. */
  readonly withheld?: WithheldReason | undefined;
  /** Set where our names that were removed in Plex come back, whatever else would keep them out. */
  readonly takesBack?: boolean | undefined;
};

/** What Plex should show for a scene: an absent key is left alone, an empty value clears. */
export type DesiredState = {
  readonly fields: Partial<Readonly<Record<ScalarField, string>>>;
  readonly lists: Partial<Readonly<Record<ListKind, DesiredList>>>;
  /** Empty fields that clear only what we wrote. */
  readonly clearsOurs: ReadonlySet<ScalarField>;
  /** Fields that leave a value alone which a person set in Plex, even where nothing of ours stood before. */
  readonly yielding: ReadonlySet<ScalarField>;
  /** Fields that a person takes back from Plex. */
  readonly reasserted?: ReadonlySet<ScalarField | ListKind> | undefined;
  /** What Stash says; all else was given by hand. It decides nothing, and is told to whoever asks why. */
  readonly saidByStash: ReadonlySet<ScalarField | ListKind>;
};

/** Turns a scene's data into what Plex should show: cleaned, cut to Plex's limits, limited by the switches. */
export function desiredStateOf(data: SceneData, rules: WriteRules, fromStash: ReadonlySet<SceneKey>): DesiredState {
  const { clearEmpty, sync } = rules;
  const emptyInStash = (Object.keys(data) as SceneKey[]).filter((key) => fromStash.has(key) && isEmptyValue(data[key]));
  const taken = clearEmpty === 'never' ? without(data, emptyInStash) : data;
  const clearsOurs = clearEmpty === 'ours' ? emptyInStash.flatMap((key) => FIELD_OF[key] ?? []) : [];
  return {
    fields: desiredFields(taken, sync),
    lists: desiredLists(taken, rules, new Set(clearEmpty === 'ours' ? emptyInStash : [])),
    clearsOurs: new Set(clearsOurs),
    // Only a person sets a rating in Plex, never an agent. One given by hand says what the person wants now.
    yielding: new Set(fromStash.has('rating100') ? ['userRating'] : []),
    saidByStash: new Set([...fromStash].flatMap((key) => [FIELD_OF[key] ?? [], LIST_OF[key] ?? []].flat())),
  };
}

/** The Plex field that a scene key is written to, if any. */
const FIELD_OF: Partial<Readonly<Record<SceneKey, ScalarField>>> = {
  title: 'title',
  details: 'summary',
  studio: 'studio',
  tagline: 'tagline',
  date: 'originallyAvailableAt',
  rating100: 'userRating',
};

/** The list that a scene key is written to, if any. */
const LIST_OF: Partial<Readonly<Record<SceneKey, ListKind>>> = {
  performers: 'actor',
  tags: 'genre',
  studio: 'collection',
};

function without(data: SceneData, keys: readonly SceneKey[]): SceneData {
  return Object.fromEntries(Object.entries(data).filter(([key]) => !keys.includes(key as SceneKey)));
}

function desiredFields(data: SceneData, sync: WriteRules['sync']): DesiredState['fields'] {
  const fields: Partial<Record<ScalarField, string>> = {};
  const title = cleanLine(data.title ?? '');
  if (title !== '') fields.title = title;
  if (sync.summary && data.details !== undefined) fields.summary = cleanSummary(data.details ?? '');
  if (sync.studio && data.studio !== undefined) fields.studio = cleanLine(data.studio ?? '');
  if (sync.tagline && data.tagline !== undefined) fields.tagline = cleanLine(data.tagline ?? '');
  if (sync.date && data.date !== undefined) fields.originallyAvailableAt = fullDate(data.date ?? '');
  if (sync.rating && data.rating100 !== undefined) fields.userRating = plexRating(data.rating100);
  return fields;
}

function desiredLists(data: SceneData, rules: WriteRules, clearsOurs: ReadonlySet<SceneKey>): DesiredState['lists'] {
  const lists: Partial<Record<ListKind, DesiredList>> = {};
  if (rules.sync.performers && data.performers !== undefined)
    lists.actor = desiredList(data.performers, { cap: rules.maxPerformers, clearsAll: !clearsOurs.has('performers') });
  if (rules.sync.tags && data.tags !== undefined)
    lists.genre = desiredList(data.tags, { cap: rules.maxTags, clearsAll: !clearsOurs.has('tags') });
  if (rules.sync.collection && data.studio !== undefined) {
    // The collection follows the studio: without a studio only our own collection is removed, never the user's.
    const name = collectionNameOf(data, rules);
    lists.collection = { names: name === undefined ? [] : [name], clearsAll: false, capped: 0 };
  }
  return lists;
}

/** The collection that the scene belongs in, if it has one and collections are written. */
export function collectionNameOf({ studio }: SceneData, { sync }: Pick<WriteRules, 'sync'>): string | undefined {
  return sync.collection ? cleanNames([studio ?? ''])[0] : undefined;
}

/** What Plex should show where the scene's collection is not written, for a reason that concerns the whole section. */
export function withholding(wanted: DesiredState, withheld: WithheldReason | undefined): DesiredState {
  const { collection } = wanted.lists;
  if (withheld === undefined || collection === undefined) return wanted;
  return { ...wanted, lists: { ...wanted.lists, collection: { ...collection, withheld } } };
}

/** What counts as ours on an item that lost this collection with the whole of it: it may be added as if it were new. */
export function withoutCollection(written: Written, name: string): Written {
  const kept = Object.entries(written.lists.collection ?? {}).filter(([own]) => foldName(own) !== foldName(name));
  return { ...written, lists: { ...written.lists, collection: Object.fromEntries(kept) } };
}

function desiredList(
  names: readonly string[],
  how: { readonly cap: number; readonly clearsAll: boolean },
): DesiredList {
  const cleaned = cleanNames(names);
  return {
    names: cleaned.slice(0, how.cap),
    clearsAll: how.clearsAll && cleaned.length === 0,
    capped: Math.max(0, cleaned.length - how.cap),
  };
}

/** Plex needs a full date: a partial one is padded to its first month and day. */
function fullDate(date: string): string {
  return date === '' ? '' : `${date}-01-01`.slice(0, 10);
}

/** Converts Stash's 0–100 to Plex's 0–10 with one decimal, spelled as Plex spells it: `8.5`, `8`. 0 is no rating. */
function plexRating(rating100: number | null): string {
  return rating100 === null || rating100 === 0 ? '' : String(Math.round(rating100) / 10);
}
