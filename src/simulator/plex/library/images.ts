import { createHash } from 'node:crypto';
import type { Gallery, ImageKind, Item } from './item.ts';

const AGENT = 'tv.plex.agents.movie';

/** The images of an item; every item starts with one frame of its file as the poster, and no art. */
export function galleryOf(item: Item, kind: ImageKind): Gallery {
  const known = item.galleries[kind];
  if (known) return known;
  const grabbed = `media://${item.ratingKey}.bundle/Contents/Thumbnails/thumb1.jpg`;
  const gallery: Gallery =
    kind === 'posters'
      ? { images: [{ ratingKey: grabbed, provider: 'com.plexapp.agents.localmedia' }], selected: grabbed }
      : { images: [], selected: undefined };
  item.galleries[kind] = gallery;
  return gallery;
}

/** `upload://posters/<sha1>`, or for art `upload://art/<sha1>` (plex-api.md 6). */
function uploadKey(kind: ImageKind, sha1: string): string {
  return `upload://${kind === 'posters' ? 'posters' : 'art'}/${sha1}`;
}

/** Adds an image that an agent found; `isShown` selects it, unless the field is locked. */
export function offerImage(
  item: Item,
  kind: ImageKind,
  { ratingKey, isShown, now }: { ratingKey: string; isShown: boolean; now: number },
): void {
  const { images } = galleryOf(item, kind);
  if (!images.some((image) => image.ratingKey === ratingKey)) images.push({ ratingKey, provider: AGENT });
  if (isShown && !item.locked.has(fieldOf(kind))) selectImage(item, kind, { ratingKey, now });
}

/** The name under which an item shows and locks an image. */
export function fieldOf(kind: ImageKind): 'thumb' | 'art' {
  return kind === 'posters' ? 'thumb' : 'art';
}

/** Plex lists an agent's image by its own address, and every other under the item (plex-api.md 6). */
export function listedPath(item: Item, ratingKey: string): string {
  if (/^https?:/.test(ratingKey)) return ratingKey;
  return `/library/metadata/${item.ratingKey}/file?url=${encodeURIComponent(ratingKey)}`;
}

/** SHA-1 of the bytes, which is how Plex names an upload (plex-api.md 6). */
export function sha1Of(bytes: Buffer | string): string {
  return createHash('sha1').update(bytes).digest('hex');
}

/**
 * Stores and selects an image. False when the item already has it: then nothing changes, not even the selection
 * (plex-api.md 6).
 */
export function uploadImage(item: Item, kind: ImageKind, { sha1, now }: { sha1: string; now: number }): boolean {
  const ratingKey = uploadKey(kind, sha1);
  const gallery = galleryOf(item, kind);
  if (gallery.images.some((image) => image.ratingKey === ratingKey)) return false;
  gallery.images.push({ ratingKey });
  selectImage(item, kind, { ratingKey, now });
  return true;
}

/** Selects an image that the item has; false when it does not have it. */
export function selectImage(
  item: Item,
  kind: ImageKind,
  { ratingKey, now }: { ratingKey: string | undefined; now: number },
): boolean {
  const gallery = galleryOf(item, kind);
  if (ratingKey !== undefined && !gallery.images.some((image) => image.ratingKey === ratingKey)) return false;
  if (gallery.selected === ratingKey) return true;
  gallery.selected = ratingKey;
  // The number in the path is a cache buster: it must differ even when two images change within a second.
  item.imageVersions[kind] = Math.max(now, (item.imageVersions[kind] ?? 0) + 1);
  return true;
}

/** `/library/metadata/7/thumb/<version>`; undefined when no image is selected. */
export function imagePath(item: Item, kind: ImageKind): string | undefined {
  const version = item.imageVersions[kind];
  const gallery = item.galleries[kind];
  if (version === undefined || (gallery && gallery.selected === undefined)) return undefined;
  return `/library/metadata/${item.ratingKey}/${fieldOf(kind)}/${version}`;
}
