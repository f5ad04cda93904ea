/** The two pictures of an item, by the names under which Plex locks them and shows their paths (plex-api.md 6). */
export const PICTURE_FIELDS = ['thumb', 'art'] as const;
export type PictureField = (typeof PICTURE_FIELDS)[number];

/** How pictures are written; each value comes from the setting it is named after. */
export type PictureRules = {
  /** `unset`: nobody has decided yet, so nothing is written and the run says how much would come. */
  readonly poster: 'write' | 'leave' | 'unset';
  /** Whether the scene's picture is the background too. One that is given as such is written where posters are. */
  readonly background: 'write' | 'leave';
  /**
   * Which pictures give way at first contact. `unlocked`: those that nobody uploaded or locked. `never`: only where no
   * picture was ever uploaded. `always`: all.
   */
  readonly takeover: 'unlocked' | 'never' | 'always';
  /** What becomes of a poster under Kometa's label: it stays, or ours is written and the label removed. */
  readonly overlay: 'respect' | 'release';
};

/** Why another picture than the scene's is left in Plex. */
export type PictureLeftReason =
  /** Selected after ours. */
  | 'edited_in_plex'
  /** The field is locked, and not by us. */
  | 'locked_in_plex'
  /** Somebody else has uploaded it. */
  | 'uploaded_in_plex'
  /** It lies under Kometa's label. */
  | 'overlay'
  | 'preserved';

/** A picture as its source has it. */
export type SourcePicture = {
  /** Where it comes from: a URL without its version, or a file. */
  readonly source: string;
  /** The version of the source: Stash's `t`; absent where the address has none. */
  readonly version?: string | undefined;
  readonly etag?: string | undefined;
  /** SHA-1 of the bytes, in hex: it is also Plex's name for an upload. */
  readonly sha1?: string | undefined;
  readonly bytes?: number | undefined;
};

/** A picture that is about to be uploaded or selected, and the key of the one selected before; `null` for none. */
export type PictureIntent = SourcePicture & { readonly sha1: string; readonly before: string | null };

/** What we know of one picture of a scene, so that it is neither fetched nor written again while it stays the same. */
export type PictureRecord = SourcePicture & {
  /**
   * `ours`: we uploaded or selected it. `left`: another one is shown that is not ours to replace. `none`: the source had
   * no picture yet. `refused`: the source had a picture that cannot be used. `new`: nothing is known but the intent.
   */
  readonly state: 'ours' | 'left' | 'none' | 'refused' | 'new';
  readonly why?: PictureLeftReason | undefined;
  /** SHA-1 of the picture that we selected last, whatever the source has had since; absent where we never did. */
  readonly ours?: string | undefined;
  /** The item's path of the picture when it was last looked at; it changes with the picture that is shown. */
  readonly shown?: string | undefined;
  /** Set while a write may still be unfinished. */
  readonly intended?: PictureIntent | undefined;
};

export type PictureRecords = Readonly<Partial<Record<PictureField, PictureRecord>>>;

/** One of the pictures that Plex lists for an item. `upload://…` keys are uploads, named by the SHA-1 of their bytes. */
export type ListedPicture = { readonly key: string; readonly selected: boolean };

/** Whether a key is that of an upload, by us or by somebody else. */
export function isUpload(key: string | null): key is string {
  return key?.startsWith('upload://') ?? false;
}

/** Whether a key is that of an upload of one of these pictures. */
export function isUploadOf(key: string | null, sha1s: readonly string[]): boolean {
  return isUpload(key) && sha1s.some((sha1) => key.toLowerCase().endsWith(`/${sha1}`));
}

/** Whether two keys name one picture; `null` is none. Of an upload only the SHA-1 counts, in either case. */
export function isSamePicture(one: string | null, other: string | null): boolean {
  if (one === other) return true;
  return isUpload(one) && isUploadOf(other, [one.toLowerCase().slice(one.lastIndexOf('/') + 1)]);
}

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

/** A picture that was written, or in a preview would be. `bytes` is absent where nothing has to be sent. */
export type PictureEdit = {
  readonly field: PictureField;
  readonly how: 'uploaded' | 'selected';
  readonly bytes: number | undefined;
  /** The key of the picture that was selected before; `null` where none was. */
  readonly before: string | null;
  /** The item's path of that picture, which changes with it. */
  readonly shownBefore: string;
  /** Where it comes from: a URL without any key, or a file. */
  readonly source?: string | undefined;
};
