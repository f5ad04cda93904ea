import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path/posix';
import { offerImage } from './images.ts';
import type { Item, ItemPatch, Media, NewItem, RoleInput, ScalarField, Section, Tag, TagKind } from './item.ts';
import { SCALAR_FIELDS } from './item.ts';

export type SectionOptions = {
  key: string;
  title: string;
  type?: Section['type'] | undefined;
  locations?: readonly string[] | undefined;
  uuid?: string | undefined;
  /** `tv.plex.agents.none` by default. */
  agent?: string | undefined;
};

export type Library = ReturnType<typeof createLibrary>;

const LISTS = {
  genres: 'genre',
  roles: 'actor',
  collections: 'collection',
  directors: 'director',
  writers: 'writer',
  producers: 'producer',
  countries: 'country',
  labels: 'label',
} as const;
type ListName = keyof typeof LISTS;
const LIST_NAMES = Object.keys(LISTS) as ListName[];

/** Holds sections, items and tag rows in memory; `now` gives epoch milliseconds. Throws on an unknown section or item: that is a bug in the test. */
export function createLibrary(
  sectionOptions: readonly SectionOptions[],
  { machineIdentifier, now }: { machineIdentifier: string; now: () => number },
) {
  const sections = new Map<string, Section>();
  const items = new Map<string, Item>();
  const tags = new Map<string, Tag>();
  let lastOrder = 0;
  let lastMediaId = 0;
  let lastTagId = 0;

  const nowSeconds = (): number => Math.floor(now() / 1000);

  for (const options of sectionOptions) {
    if (!/^[1-9]\d*$/.test(options.key)) throw new Error(`section key must be a positive integer: ${options.key}`);
    sections.set(options.key, {
      key: options.key,
      title: options.title,
      type: options.type ?? 'movie',
      agent: options.agent ?? 'tv.plex.agents.none',
      uuid: options.uuid ?? stableUuid(`${machineIdentifier}/${options.key}`),
      locations: [...(options.locations ?? ['/data'])],
      items: [],
      createdAt: nowSeconds(),
      scannedAt: nowSeconds(),
      changes: 1,
      scanPollsLeft: 0,
      orders: new Map(),
      findByFile: undefined,
      collectionKeys: new Map(),
      smartCollections: [],
      lastCollectionKey: Number(options.key) * 1_000_000_000,
    });
  }

  function mustHave(ratingKey: string): Item {
    const item = items.get(ratingKey);
    if (!item) throw new Error(`the simulated Plex has no item ${ratingKey}`);
    return item;
  }

  /**
   * Marks an item as changed now. Drops the cached orders of its section, except the one by id, which no edit changes.
   */
  function touch(item: Item): void {
    item.updatedAt = nowSeconds();
    item.section.changes += 1;
    for (const sort of item.section.orders.keys()) if (!/^id(?:[:,]|$)/.test(sort)) item.section.orders.delete(sort);
  }

  function filesChanged(section: Section): void {
    section.changes += 1;
    section.findByFile = undefined;
    section.orders.clear();
  }

  /** The one row of a name, in its first spelling: how Plex treats letter case is unknown (plex-api.md 4.3). */
  function tagRow(kind: TagKind, name: string): Tag {
    const key = `${kind}:${name.toLowerCase()}`;
    let tag = tags.get(key);
    if (!tag) {
      lastTagId += 1;
      tag = { id: lastTagId, name };
      tags.set(key, tag);
    }
    return tag;
  }

  function setList(item: Item, kind: TagKind, entries: readonly RoleInput[]): void {
    const byTag = new Map(entries.map(({ tag, role, thumb }) => [tagRow(kind, tag), { text: role, thumb }]));
    item.lists[kind] = Array.from(byTag, ([tag, data]) => ({ tag, ...data }));
  }

  /** Sets what `patch` names and returns the edit names it set; leaves out fields for which `skip` returns true. */
  function applyPatch(item: Item, patch: ItemPatch, skip: (field: string) => boolean): string[] {
    const touched: string[] = [];
    for (const field of SCALAR_FIELDS) {
      const value = patch[field];
      if (value === undefined || skip(field)) continue;
      setScalar(item, field, value === null ? '' : String(value));
      touched.push(field);
    }
    for (const list of LIST_NAMES) {
      const entries = patch[list];
      const kind = LISTS[list];
      if (entries === undefined || skip(kind)) continue;
      setList(
        item,
        kind,
        entries.map((entry) => (typeof entry === 'string' ? { tag: entry } : entry)),
      );
      touched.push(kind);
    }
    return touched;
  }

  function newMedia(files: readonly string[], { size, optimized }: { size: number; optimized: boolean }): Media {
    lastMediaId += 1;
    return {
      id: lastMediaId,
      optimized,
      parts: files.map((file) => {
        lastMediaId += 1;
        return { id: lastMediaId, file, size };
      }),
    };
  }

  function mediaOf({ file, stacked, optimizedFile, size = 1_000_000 }: NewItem): Media[] {
    const files = typeof file === 'string' ? [file] : file;
    const versions = stacked ? [files] : files.map((one) => [one]);
    const media = versions.map((parts) => newMedia(parts, { size, optimized: false }));
    if (optimizedFile) media.push(newMedia([optimizedFile], { size, optimized: true }));
    return media;
  }

  /**
   * A given `ratingKey` need not be a number (plex-api.md 11); in the order by id it then comes after all earlier ones.
   */
  function nextOrder(ratingKey: string | undefined): number {
    const order = ratingKey !== undefined && /^\d+$/.test(ratingKey) ? Number(ratingKey) : lastOrder + 1;
    lastOrder = Math.max(lastOrder, order);
    return order;
  }

  function add(input: NewItem): string {
    const section = sections.get(input.sectionKey);
    if (!section) throw new Error(`the simulated Plex has no section ${input.sectionKey}`);
    const order = nextOrder(input.ratingKey);
    const ratingKey = input.ratingKey ?? String(order);
    if (items.has(ratingKey)) throw new Error(`the simulated Plex already has an item ${ratingKey}`);
    const media = mediaOf(input);
    const item: Item = {
      ratingKey,
      order,
      section,
      values: { title: titleFrom(media[0]?.parts[0]?.file ?? ''), addedAt: String(nowSeconds()) },
      lists: {},
      locked: new Set(input.locked),
      media,
      guids: [...(input.guids ?? [])],
      year: input.year ?? (Number(input.originallyAvailableAt?.slice(0, 4)) || undefined),
      durationMs: input.duration ?? 1_800_000,
      updatedAt: nowSeconds(),
      deletedAt: input.inTrash ? nowSeconds() : undefined,
      galleries: {},
      imageVersions: { posters: nowSeconds() },
    };
    applyPatch(item, input, () => false);
    addAgentImages(item, input);
    items.set(ratingKey, item);
    section.items.push(item);
    filesChanged(section);
    return ratingKey;
  }

  function addAgentImages(item: Item, { agentPosters = [], agentArts = [] }: NewItem): void {
    const now = nowSeconds();
    for (const ratingKey of agentPosters) {
      offerImage(item, 'posters', { ratingKey, isShown: ratingKey === agentPosters[0], now });
    }
    for (const ratingKey of agentArts) {
      offerImage(item, 'arts', { ratingKey, isShown: ratingKey === agentArts[0], now });
    }
  }

  return {
    sections,
    items,
    now,
    nowSeconds,
    mustHave,
    touch,
    tagRow,
    add,
    remove(ratingKey: string): void {
      const item = mustHave(ratingKey);
      items.delete(ratingKey);
      item.section.items.splice(item.section.items.indexOf(item), 1);
      filesChanged(item.section);
    },
    moveFile(ratingKey: string, file: string): Item {
      const item = mustHave(ratingKey);
      const part = item.media[0]?.parts[0];
      if (part) part.file = file;
      filesChanged(item.section);
      return item;
    },
    editByHand(ratingKey: string, patch: ItemPatch): void {
      const item = mustHave(ratingKey);
      for (const field of applyPatch(item, patch, () => false)) item.locked.add(field);
      touch(item);
    },
    refreshMetadata(ratingKey: string, patch: ItemPatch): void {
      const item = mustHave(ratingKey);
      applyPatch(item, patch, (field) => item.locked.has(field));
      touch(item);
    },
    setLocks(ratingKey: string, fields: readonly string[]): void {
      const item = mustHave(ratingKey);
      item.locked = new Set(fields);
      touch(item);
    },
  };
}

/** Sets a field from its wire form; an empty value clears it. */
export function setScalar(item: Item, field: ScalarField, value: string): void {
  if (value === '') delete item.values[field];
  else item.values[field] = value;
}

function titleFrom(file: string): string {
  return basename(file, extname(file)) || 'Untitled';
}

function stableUuid(name: string): string {
  const hex = createHash('sha1').update(name).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
