import type { Item, ScalarField, Tag, Tagging, TagKind } from './item.ts';
import { SCALAR_FIELDS, TAG_KINDS } from './item.ts';
import { setScalar } from './library.ts';
import type { Query } from './query.ts';
import type { Quirks, TagSemantics } from './quirks.ts';

/** How Plex changes a value it is sent; undefined drops the write silently. `field` is the edit name. */
export type Normalise = (field: string, value: string, ratingKey: string) => string | undefined;

type Addition = { name: string; text?: string; thumb?: string; tagThumb?: string };
type KindEdit = { clear: boolean; additions: Map<number, Partial<Addition>>; removals: string[] };
type Edits = {
  scalars: Map<ScalarField, string>;
  locks: Map<string, boolean>;
  kinds: Map<TagKind, KindEdit>;
};

const LOCKABLE: ReadonlySet<string> = new Set([...SCALAR_FIELDS, ...TAG_KINDS, 'thumb', 'art', 'theme']);
const isScalar = (name: string): name is ScalarField => (SCALAR_FIELDS as readonly string[]).includes(name);
const isKind = (name: string): name is TagKind => (TAG_KINDS as readonly string[]).includes(name);

/** Parses the edit parameters of a PUT; undefined when one is unknown or has a bad value (400, stricter than Plex). */
export function parseEdits(query: Query): Edits | undefined {
  const edits: Edits = { scalars: new Map(), locks: new Map(), kinds: new Map() };
  for (const [key, value] of query) {
    if (key === 'type' || key === 'id' || /^x-plex-/i.test(key)) continue;
    if (!parseScalar(edits, key, value) && !parseTag(edits, key, value)) return undefined;
  }
  if (edits.scalars.size + edits.locks.size + edits.kinds.size === 0) return undefined;
  for (const { additions } of edits.kinds.values()) {
    if ([...additions.values()].some(({ name }) => name === undefined)) return undefined;
  }
  return edits;
}

function parseScalar(edits: Edits, key: string, value: string): boolean {
  const [name = '', property, ...rest] = key.split('.');
  if (rest.length > 0) return false;
  if (property === 'locked' && LOCKABLE.has(name) && (value === '0' || value === '1')) {
    edits.locks.set(name, value === '1');
    return true;
  }
  if (property === 'value' && isScalar(name) && isGoodValue(name, value)) {
    edits.scalars.set(name, value);
    return true;
  }
  return false;
}

function parseTag(edits: Edits, key: string, value: string): boolean {
  const match = /^([a-z]+)\[(\d*)\]\.(tag|tag\.tag|tag\.tag-|tag\.thumb|tagging\.text|tagging\.thumb)$/i.exec(key);
  const [, kind = '', index = '', property = ''] = match ?? [];
  if (!isKind(kind) || hasControls(value)) return false;
  const edit: KindEdit = edits.kinds.get(kind) ?? { clear: false, additions: new Map(), removals: [] };
  edits.kinds.set(kind, edit);
  if (index !== '') return setAddition(edit, Number(index), { property, value });
  if (property === 'tag') {
    edit.clear = true;
    return true;
  }
  if (property !== 'tag.tag-') return false;
  const names = splitRemovals(value);
  if (names) edit.removals.push(...names);
  return names !== undefined;
}

const ADDITION_PROPERTIES: Record<string, keyof Addition> = {
  'tag.tag': 'name',
  'tag.thumb': 'tagThumb',
  'tagging.text': 'text',
  'tagging.thumb': 'thumb',
};

function setAddition(edit: KindEdit, index: number, { property, value }: { property: string; value: string }): boolean {
  const name = ADDITION_PROPERTIES[property];
  if (!name) return false;
  edit.additions.set(index, { ...edit.additions.get(index), [name]: value });
  return true;
}

/** A comma list whose names are each percent-encoded once more, so that a name may hold a comma (plex-api.md 4.3). */
function splitRemovals(value: string): string[] | undefined {
  try {
    return value.split(',').map((name) => decodeURIComponent(name));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function isGoodValue(field: ScalarField, value: string): boolean {
  if (hasControls(value)) return false;
  if (field === 'title') return value.trim() !== '';
  if (value === '') return field !== 'addedAt';
  if (field === 'originallyAvailableAt') return isDate(value);
  if (field === 'addedAt') return /^\d{1,12}$/.test(value);
  if (field === 'userRating' || field === 'rating' || field === 'audienceRating') return isRating(value);
  return true;
}

function isDate(value: string): boolean {
  const date = /^(\d{4}-\d{2}-\d{2})(?: \d{2}:\d{2}:\d{2})?$/.exec(value)?.[1];
  if (date === undefined) return false;
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

/** 0 to 10, decimals allowed (plex-api.md 5). */
export function isRating(value: string): boolean {
  return /^\d+(\.\d+)?$/.test(value) && Number(value) <= 10;
}

/**
 * A summary may contain line breaks and tabs; other control characters make Plex's own XML unreadable (plex-api.md 11).
 */
function hasControls(value: string): boolean {
  return /(?![\t\n\r])\p{Cc}/u.test(value);
}

export type EditRules = {
  tagRow: (kind: TagKind, name: string) => Tag;
  semantics: TagSemantics;
  portraits: Quirks['portraits'];
  normalise: Normalise | undefined;
};

/** Applies parsed edits to one item: scalars, then per kind clear, add, remove, then locks. */
export function applyEdits(item: Item, edits: Edits, rules: EditRules): void {
  for (const [field, value] of edits.scalars) {
    const kept = normalised(item, { field, value, rules });
    if (kept !== undefined) setScalar(item, field, kept);
  }
  for (const [kind, edit] of edits.kinds) applyKind(item, kind, { edit, rules });
  for (const [name, locked] of edits.locks) {
    if (locked) item.locked.add(name);
    else item.locked.delete(name);
  }
}

function normalised(
  item: Item,
  { field, value, rules }: { field: string; value: string; rules: EditRules },
): string | undefined {
  return rules.normalise ? rules.normalise(field, value, item.ratingKey) : value;
}

function applyKind(item: Item, kind: TagKind, { edit, rules }: { edit: KindEdit; rules: EditRules }): void {
  const taggings = new Map<Tag, Tagging>();
  const replaces = rules.semantics === 'replace' && edit.additions.size > 0;
  if (!edit.clear && !replaces) for (const tagging of item.lists[kind] ?? []) taggings.set(tagging.tag, tagging);
  const inOrder = [...edit.additions].sort(([a], [b]) => a - b);
  for (const [, { name = '', text, thumb, tagThumb }] of inOrder) {
    const kept = normalised(item, { field: kind, value: name, rules });
    if (kept === undefined || kept === '') continue;
    const tag = rules.tagRow(kind, kept);
    // All items of the server share the portrait of a tag row (plex-api.md 4.3).
    if (tagThumb !== undefined && rules.portraits !== 'tagging') tag.thumb = tagThumb;
    const old = taggings.get(tag);
    taggings.set(tag, {
      tag,
      text: text ?? old?.text,
      thumb: (rules.portraits === 'tag' ? undefined : thumb) ?? old?.thumb,
    });
  }
  const removed = new Set(edit.removals.map((name) => name.toLowerCase()));
  item.lists[kind] = [...taggings.values()].filter(({ tag }) => !removed.has(tag.name.toLowerCase()));
}
