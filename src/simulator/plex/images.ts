import { pictureType } from '../picture-type.ts';
import { createPng } from '../png.ts';
import type { Answer } from './answers.ts';
import { done, htmlError } from './answers.ts';
import type { Call, ServerState } from './call.ts';
import { fieldOf, galleryOf, listedPath, selectImage, sha1Of, uploadImage } from './library/images.ts';
import type { Image, ImageKind, Item } from './library/item.ts';
import { pageOf, queryValue } from './library/query.ts';
import type { Tree } from './library/render.ts';
import { paged } from './paging.ts';

/** `GET /library/metadata/{id}/posters` or `/arts` (plex-api.md 6). */
export function readImages(server: ServerState, call: Call, kind: ImageKind): Answer {
  const item = server.library.items.get(call.params[0] ?? '');
  if (!item) return htmlError(404);
  const { images, selected } = galleryOf(item, kind);
  const toRow = ({ ratingKey, provider }: Image): Tree => {
    const key = listedPath(item, ratingKey);
    return { key, ratingKey, thumb: key, selected: ratingKey === selected, provider };
  };
  return paged(call, pageOf(images, call, server.quirks), { fields: {}, toRow });
}

/** Bytes of an image: `/library/metadata/{id}/file?url=`, or the item's `thumb` and `art` paths. */
export function readImageBytes(server: ServerState, call: Call, shown?: ImageKind): Answer {
  const item = server.library.items.get(call.params[0] ?? '');
  if (!item) return htmlError(404);
  const ratingKey = shown ? galleryOf(item, shown).selected : queryValue(call.query, 'url');
  const bytes = ratingKey !== undefined && holds(item, ratingKey) ? bytesOf(server, ratingKey) : undefined;
  return bytes ? { status: 200, body: bytes, contentType: pictureType(bytes) ?? 'image/jpeg' } : htmlError(404);
}

function holds(item: Item, ratingKey: string): boolean {
  return (['posters', 'arts'] as const).some((kind) =>
    galleryOf(item, kind).images.some((image) => image.ratingKey === ratingKey),
  );
}

/** An upload as it came; for what an agent or a frame would show, a picture of its own colour. */
function bytesOf(server: ServerState, ratingKey: string): Buffer | undefined {
  const sha1 = /^upload:\/\/[a-z]+\/([0-9a-f]{40})$/.exec(ratingKey)?.[1];
  if (sha1 !== undefined) return server.images.get(sha1);
  const [red = 0, green = 0, blue = 0] = Buffer.from(sha1Of(ratingKey), 'hex');
  return createPng({ width: 4, height: 6, pixel: () => [red, green, blue] }, { comment: '' });
}

/**
 * `POST /library/metadata/{id}/posters` or `/arts`: raw bytes, or `?url=` (plex-api.md 6). Bytes that do not begin as a
 * picture are 400: what Plex answers is not known.
 */
export function upload(server: ServerState, call: Call, kind: ImageKind): Answer {
  const item = server.library.items.get(call.params[0] ?? '');
  if (!item) return htmlError(404);
  const { body } = call;
  const url = queryValue(call.query, 'url');
  if (body.length === 0 && !url) return htmlError(400);
  if (body.length >= server.maxImageBytes) return htmlError(500);
  if (body.length > 0 && pictureType(body) === undefined) return htmlError(400);
  // The simulator opens no connections: an image given by URL gets the hash of that URL, which the client cannot know,
  // just as it cannot know the hash of bytes that Plex fetched.
  const sha1 = sha1Of(body.length > 0 ? body : (url ?? ''));
  if (body.length > 0) server.images.set(sha1, body);
  if (!uploadImage(item, kind, { sha1, now: server.library.nowSeconds() })) return done();
  if (server.quirks.uploads === 'locking') item.locked.add(fieldOf(kind));
  server.library.touch(item);
  return done();
}

/** `PUT /library/metadata/{id}/poster` or `/art` with `?url=` one of the listed `ratingKey`s. */
export function select(server: ServerState, call: Call, kind: ImageKind): Answer {
  const item = server.library.items.get(call.params[0] ?? '');
  const ratingKey = queryValue(call.query, 'url');
  if (!item) return htmlError(404);
  if (!ratingKey) return htmlError(400);
  if (!selectImage(item, kind, { ratingKey, now: server.library.nowSeconds() })) return htmlError(404);
  server.library.touch(item);
  return done();
}

/**
 * `DELETE /library/metadata/{id}/poster`, `/thumb` or `/art`: no image stays selected; `isDocumented` is the form that
 * locks the field as well (plex-api.md 6).
 */
export function deselect(
  server: ServerState,
  call: Call,
  { kind, isDocumented }: { kind: ImageKind; isDocumented: boolean },
): Answer {
  const item = server.library.items.get(call.params[0] ?? '');
  if (!item) return htmlError(404);
  selectImage(item, kind, { ratingKey: undefined, now: server.library.nowSeconds() });
  const { removals } = server.quirks;
  if (removals === 'locking' || (removals === 'by-path' && isDocumented)) item.locked.add(fieldOf(kind));
  server.library.touch(item);
  return done();
}
