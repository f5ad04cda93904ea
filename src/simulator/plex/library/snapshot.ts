import { galleryOf, imagePath } from './images.ts';
import type { Item, ItemState, TagKind } from './item.ts';

/** Copies an item's state; later edits do not change the copy. */
export function snapshot(item: Item): ItemState {
  const { values } = item;
  const names = (kind: TagKind): string[] => (item.lists[kind] ?? []).map(({ tag }) => tag.name);
  const posters = galleryOf(item, 'posters');
  const arts = galleryOf(item, 'arts');
  return {
    ratingKey: item.ratingKey,
    sectionKey: item.section.key,
    title: values.title ?? '',
    titleSort: values.titleSort,
    originalTitle: values.originalTitle,
    originallyAvailableAt: values.originallyAvailableAt,
    summary: values.summary,
    studio: values.studio,
    tagline: values.tagline,
    contentRating: values.contentRating,
    editionTitle: values.editionTitle,
    userRating: numberOf(values.userRating),
    rating: numberOf(values.rating),
    audienceRating: numberOf(values.audienceRating),
    genres: names('genre'),
    roles: (item.lists.actor ?? []).map(({ tag, text, thumb }) => ({
      tag: tag.name,
      ...(text === undefined ? {} : { role: text }),
      ...((thumb ?? tag.thumb) === undefined ? {} : { thumb: thumb ?? tag.thumb }),
    })),
    collections: names('collection'),
    directors: names('director'),
    writers: names('writer'),
    producers: names('producer'),
    countries: names('country'),
    labels: names('label'),
    locked: [...item.locked].sort(),
    files: item.media.filter(({ optimized }) => !optimized).flatMap(({ parts }) => parts.map(({ file }) => file)),
    duration: item.durationMs,
    addedAt: Number(values.addedAt),
    updatedAt: item.updatedAt,
    thumb: imagePath(item, 'posters'),
    art: imagePath(item, 'arts'),
    posters: posters.images.map(({ ratingKey }) => ratingKey),
    selectedPoster: posters.selected,
    arts: arts.images.map(({ ratingKey }) => ratingKey),
    selectedArt: arts.selected,
  };
}

/** A number stored in its wire form; undefined when unset. */
export function numberOf(value: string | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}
