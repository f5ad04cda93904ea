import { imagePath } from './images.ts';
import type { Item, Media, Section, TagKind } from './item.ts';
import { ITEM_TYPES, TAG_ELEMENTS, TAG_KINDS } from './item.ts';
import type { Quirks } from './quirks.ts';
import type { Tree } from './render.ts';
import { numberOf } from './snapshot.ts';

/** What to omit from rows, asked for with `excludeElements`, `excludeFields` and `includeGuids` (plex-api.md 2.6). */
export type Trim = { exclude: ReadonlySet<string>; guids: boolean };

/** How many tags of a kind a listing row shows; kinds not named here are left out of listings (plex-api.md 2.5). */
const SHOWN_IN_LISTING: Partial<Record<TagKind, number>> = { genre: 2, actor: 3, director: 2, writer: 2, country: 2 };

/** A row of `/library/sections/{id}/all`: tag lists shortened, no ids, no `Collection`, no `Field`, no section. */
export function listingRow(item: Item, trim: Trim, quirks: Quirks): Tree {
  const row = commonFields(item);
  if (quirks.rowDates !== 'both') delete row['updatedAt'];
  if (quirks.rowDates === 'none') delete row['addedAt'];
  if (!trim.exclude.has('Media')) row['Media'] = item.media.map((media) => mediaTree(item, media));
  for (const kind of TAG_KINDS) {
    const shown = item.lists[kind]?.slice(0, SHOWN_IN_LISTING[kind] ?? 0);
    if (shown?.length) row[TAG_ELEMENTS[kind]] = shown.map(({ tag }) => ({ tag: tag.name }));
  }
  if (trim.guids) addGuids(row, item);
  return trimmed(row, trim);
}

/** The full item, as in `/library/metadata/{id}`; `librarySectionID` is on the item itself (plex-api.md 3 and (b)). */
export function fullRow(item: Item, trim: Trim): Tree {
  const { section } = item;
  const row: Tree = {
    ...commonFields(item),
    librarySectionTitle: section.title,
    librarySectionID: Number(section.key),
    librarySectionKey: `/library/sections/${section.key}`,
    Media: item.media.map((media) => mediaTree(item, media)),
  };
  for (const kind of TAG_KINDS) {
    const list = item.lists[kind];
    if (!list?.length) continue;
    row[TAG_ELEMENTS[kind]] = list.map(({ tag, text, thumb }) => ({
      id: tag.id,
      filter: `${kind}=${tag.id}`,
      tag: tag.name,
      role: text,
      thumb: thumb ?? tag.thumb,
    }));
  }
  addGuids(row, item);
  if (item.locked.size > 0) row['Field'] = [...item.locked].sort().map((name) => ({ locked: true, name }));
  return trimmed(row, trim);
}

/** A section as `/library/sections` lists it; `key` is a string, `Location.id` a number (plex-api.md 2.1). */
export function sectionRow(section: Section): Tree {
  return {
    allowSync: true,
    key: section.key,
    type: section.type,
    title: section.title,
    agent: section.agent,
    scanner: 'Plex Video Files',
    language: 'xn',
    uuid: section.uuid,
    refreshing: section.scanPollsLeft > 0,
    createdAt: section.createdAt,
    updatedAt: section.createdAt,
    scannedAt: section.scannedAt,
    contentChangedAt: section.changes,
    hidden: 0,
    content: true,
    directory: true,
    filters: true,
    Location: section.locations.map((path, index) => ({ id: Number(section.key) * 100 + index, path })),
  };
}

function commonFields(item: Item): Tree {
  const { values, ratingKey } = item;
  return {
    ratingKey,
    key: `/library/metadata/${ratingKey}`,
    guid: `local://${ratingKey}`,
    type: ITEM_TYPES[item.section.type],
    title: values.title,
    titleSort: values.titleSort,
    originalTitle: values.originalTitle,
    editionTitle: values.editionTitle,
    studio: values.studio,
    contentRating: values.contentRating,
    summary: values.summary ?? '',
    tagline: values.tagline,
    rating: numberOf(values.rating),
    audienceRating: numberOf(values.audienceRating),
    userRating: numberOf(values.userRating),
    year: item.year,
    originallyAvailableAt: values.originallyAvailableAt,
    duration: item.durationMs,
    addedAt: numberOf(values.addedAt),
    updatedAt: item.updatedAt,
    deletedAt: item.deletedAt,
    thumb: imagePath(item, 'posters'),
    art: imagePath(item, 'arts'),
  };
}

function mediaTree(item: Item, media: Media): Tree {
  return {
    id: media.id,
    duration: item.durationMs,
    container: 'mp4',
    videoCodec: 'h264',
    audioCodec: 'aac',
    videoResolution: '1080',
    proxyType: media.optimized ? 42 : undefined,
    Part: media.parts.map(({ id, file, size }) => ({
      id,
      key: `/library/parts/${id}/${item.updatedAt}/file.mp4`,
      duration: item.durationMs,
      file,
      size,
      container: 'mp4',
    })),
  };
}

function addGuids(row: Tree, item: Item): void {
  if (item.guids.length > 0) row['Guid'] = item.guids.map((id) => ({ id }));
}

function trimmed(row: Tree, { exclude }: Trim): Tree {
  for (const name of exclude) delete row[name];
  return row;
}
