/** The two pictures of an item, by the names under which Plex locks them and shows their paths (plex-api.md 6). */
export const PICTURE_FIELDS = ['thumb', 'art'] as const;
export type PictureField = (typeof PICTURE_FIELDS)[number];

/** What we know of one picture of a scene, so that it is neither fetched nor written again while it stays the same. */
export type PictureRecord = {
  /**
   * `ours`: we uploaded or selected it. `left`: another one is shown that is not ours to replace. `none`: the source had
   * no picture yet. `refused`: the source had a picture that cannot be used.
   */
  readonly state: 'ours' | 'left' | 'none' | 'refused';
  /** Where it came from: a URL without its version, or a file. */
  readonly source: string;
  /** The version of the source: Stash's `t`, or the size and time of a file. */
  readonly version?: string | undefined;
  readonly etag?: string | undefined;
  /** SHA-1 of the bytes, in hex: it is also Plex's name for an upload. */
  readonly sha1?: string | undefined;
  readonly bytes?: number | undefined;
  /** The item's path of the picture when it was last looked at; it changes with the picture that is shown. */
  readonly shown?: string | undefined;
};

export type PictureRecords = Readonly<Partial<Record<PictureField, PictureRecord>>>;

/** One of the pictures that Plex lists for an item. `upload://…` keys are uploads, named by the SHA-1 of their bytes. */
export type ListedPicture = { readonly key: string; readonly selected: boolean };

/** A picture, whole in memory, checked by its first bytes, its end and its size. */
export type PictureBytes = {
  readonly bytes: Uint8Array;
  readonly sha1: string;
  readonly contentType: 'image/jpeg' | 'image/png' | 'image/webp' | 'image/gif';
};

/** What a source has: `same`: still what the ETag names; `none`: Stash's placeholder, so no picture yet. */
export type PictureLook =
  | { readonly kind: 'picture'; readonly picture: PictureBytes; readonly etag: string | undefined }
  | { readonly kind: 'same' }
  | { readonly kind: 'none'; readonly etag: string | undefined };
