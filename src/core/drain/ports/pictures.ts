import type { ListedPicture, PictureBytes, PictureField, PictureLook } from '../../model/picture.ts';

/** The pictures of Plex's items; `plex/` satisfies it by shape. Every function may throw a `SyncError`. */
export type PlexPictures = {
  /** All pictures of one kind that an item has, in Plex's order. */
  pictures(ratingKey: string, field: PictureField): Promise<readonly ListedPicture[]>;
  /** Uploads a picture, which selects it where Plex did not have its bytes (plex-api.md 6). */
  uploadPicture(ratingKey: string, field: PictureField, picture: PictureBytes): Promise<void>;
  /** Selects a listed picture by its key; `null` leaves none selected. */
  selectPicture(ratingKey: string, field: PictureField, key: string | null): Promise<void>;
};

/** Where pictures come from: the configured Stash, or a local file that a person named. */
export type PictureSource = {
  /**
   * Reads one picture whole; with `etag`, only if it is another one. `address` is as the scene has it.
   * @throws {SyncError} `picture_unusable` for what cannot be a picture in Plex, or an error of Stash
   */
  look(address: string, known: { readonly etag: string | undefined }): Promise<PictureLook>;
};
