import type { ListKind, PlexItem, ScalarField, Tag } from '../../../src/core/model/plex-item.ts';
import { LIST_KINDS } from '../../../src/core/model/plex-item.ts';
import type { SceneKey } from '../../../src/core/model/scene.ts';
import type { SceneRecord, Written } from '../../../src/core/model/scene-record.ts';
import { foldName } from '../../../src/core/text/text.ts';
import type { WriteRules } from '../../../src/core/write/desired-state.ts';
import type { EditPlan, ListEdit } from '../../../src/core/write/edit-plan.ts';

/** No key of the scene came from Stash. */
export const BY_HAND: ReadonlySet<SceneKey> = new Set();

export const RULES: WriteRules = {
  preservePlexEdits: false,
  lockFields: true,
  clearEmpty: 'ours',
  maxTags: 100,
  maxPerformers: 50,
  pictures: { poster: 'leave', background: 'leave', takeover: 'unlocked', overlay: 'respect' },
  sync: {
    studio: true,
    summary: true,
    tagline: true,
    date: true,
    rating: true,
    performers: true,
    tags: true,
    collection: true,
  },
};

export const PRESERVE: WriteRules = { ...RULES, preservePlexEdits: true };

type ItemParts = {
  readonly fields?: Partial<Record<ScalarField, string>>;
  readonly lists?: Partial<Record<ListKind, readonly (string | Tag)[]>>;
  readonly locked?: readonly string[];
  readonly addedAt?: number | undefined;
};

/** An item of Plex that is empty but for what is given; a tag may be given by its name alone. */
export function itemWith({ fields = {}, lists = {}, locked = [], addedAt }: ItemParts): PlexItem {
  const toTags = (kind: ListKind): readonly Tag[] =>
    (lists[kind] ?? []).map((tag) => (typeof tag === 'string' ? { tag } : tag));
  return {
    ratingKey: '7',
    sectionKey: '1',
    sectionTitle: 'Harbour films',
    fields: { title: '', summary: '', studio: '', tagline: '', originallyAvailableAt: '', userRating: '', ...fields },
    lists: { actor: toTags('actor'), genre: toTags('genre'), collection: toTags('collection') },
    locked: new Set(locked),
    pictures: { thumb: '', art: '' },
    labels: [],
    addedAt,
    files: [{ path: '/data/harbour.mp4' }],
  };
}

/** A record of what was written to that item, with a write that may have been cut short. */
export function recordWith(written: Written, intent: SceneRecord['intent'] = undefined): SceneRecord {
  return { ratingKey: '7', sectionKey: '1', scenePath: '/data/harbour.mp4', provenFile: undefined, written, intent };
}

/** What an indexed list does to the tags that are there: nobody documents which (plex-api.md 4.3), so both must end right. */
export type Semantics = 'merge' | 'replace';

/** The item after Plex carried the plan out exactly as sent, locking what was written. */
export function applied(plan: EditPlan, item: PlexItem, semantics: Semantics): PlexItem {
  const fields = { ...item.fields };
  const lists = { ...item.lists };
  const locked = new Set(item.locked);
  for (const { field, value } of plan.fields) {
    fields[field] = value;
    locked.add(field);
  }
  for (const edit of plan.lists) {
    lists[edit.kind] = appliedList(edit, item.lists[edit.kind], semantics);
    locked.add(edit.kind);
  }
  return { ...item, fields, lists, locked };
}

function appliedList(edit: ListEdit, present: readonly Tag[], semantics: Semantics): readonly Tag[] {
  if (semantics === 'replace') return edit.whole;
  const there = new Set(present.map(({ tag }) => foldName(tag)));
  const merged = [...present, ...edit.whole.filter(({ tag }) => !there.has(foldName(tag)))];
  return merged.filter(({ tag }) => !edit.remove.includes(tag));
}

/** The names of every list, in Plex's spelling, sorted. */
export function namesOf(item: PlexItem): Record<ListKind, string[]> {
  const sorted = (kind: ListKind): string[] => item.lists[kind].map(({ tag }) => tag).toSorted();
  const [actor, genre, collection] = LIST_KINDS;
  return { actor: sorted(actor), genre: sorted(genre), collection: sorted(collection) };
}
