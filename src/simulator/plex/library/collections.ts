import type { Item, Section, SmartCollection, Tag } from './item.ts';
import type { Query } from './query.ts';
import type { Tree } from './render.ts';

export type Collection = { ratingKey: string; title: string; smart: boolean; tagId: number | undefined; items: Item[] };

/**
 * The collections of a section, by title: one for each tag that an item carries, so that it is gone with its last item,
 * and the smart ones, whose items `find` looks up.
 */
export function collectionsOf(section: Section, find: (filter: Query) => Item[]): Collection[] {
  const plain = new Map<Tag, Item[]>();
  for (const item of section.items) {
    for (const { tag } of item.lists.collection ?? []) plain.set(tag, [...(plain.get(tag) ?? []), item]);
  }
  const all = [
    ...[...plain].map(([tag, items]) => ({
      ratingKey: keyOf(section, tag),
      title: tag.name,
      smart: false,
      tagId: tag.id,
      items,
    })),
    ...section.smartCollections.map(({ ratingKey, title, filter }) => ({
      ratingKey,
      title,
      smart: true,
      tagId: undefined,
      items: find(filter),
    })),
  ];
  return all.sort((one, other) => (one.title < other.title ? -1 : one.title > other.title ? 1 : 0));
}

function keyOf(section: Section, tag: Tag): string {
  const key = section.collectionKeys.get(tag) ?? nextKey(section);
  section.collectionKeys.set(tag, key);
  return key;
}

function nextKey(section: Section): string {
  section.lastCollectionKey += 1;
  return String(section.lastCollectionKey);
}

/** Stores a filter as a collection; it lists even while no item fits. */
export function addSmartCollection(section: Section, { title, filter }: Omit<SmartCollection, 'ratingKey'>): string {
  const ratingKey = nextKey(section);
  section.smartCollections.push({ ratingKey, title, filter });
  section.changes += 1;
  return ratingKey;
}

/** Removes a collection: no item keeps its tag, though each keeps the lock. Returns the items that had it. */
export function removeCollection(section: Section, { ratingKey, tagId, items }: Collection): Item[] {
  section.smartCollections = section.smartCollections.filter((smart) => smart.ratingKey !== ratingKey);
  section.changes += 1;
  if (tagId === undefined) return [];
  for (const item of items) item.lists.collection = (item.lists.collection ?? []).filter(({ tag }) => tag.id !== tagId);
  return items;
}

/** A collection as `/library/sections/{id}/collections` lists it; `index` is the id of its tag (plex-api.md 7). */
export function collectionRow(section: Section, { ratingKey, title, smart, tagId, items }: Collection): Tree {
  return {
    ratingKey,
    key: `/library/collections/${ratingKey}/children`,
    guid: `collection://${ratingKey}`,
    type: 'collection',
    subtype: section.type,
    title,
    index: tagId,
    // A plain collection has no such attribute.
    smart: smart || undefined,
    childCount: items.length,
    addedAt: section.createdAt,
    updatedAt: section.createdAt,
  };
}
