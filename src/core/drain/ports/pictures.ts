import type { SyncError } from '../../model/errors.ts';
import type { Lease } from '../../model/job.ts';
import type {
  ListedPicture,
  PictureBytes,
  PictureEdit,
  PictureField,
  PictureLook,
  PictureRecord,
  PictureRecords,
} from '../../model/picture.ts';

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

/** What is noted before a picture is uploaded or selected: what is selected so far, and what is about to be. */
export type PictureNote = {
  readonly sceneId: number;
  readonly lease: Lease;
  readonly ratingKey: string;
  readonly sectionKey: string;
  /** The item's title. */
  readonly title: string;
  readonly field: PictureField;
  /** The key that is selected so far; `null` where none is. */
  readonly before: string | null;
  /** The key of ours. */
  readonly after: string;
  /** Whether the field is locked so far. */
  readonly locked: boolean;
  /** The item's labels, and those that the PUT after it removes; absent where it removes none. */
  readonly labels?: { readonly before: readonly string[]; readonly remove: readonly string[] } | undefined;
  /** What is known of the picture from now on. */
  readonly record: PictureRecord;
};

/** What has become of a job's pictures, before its text is sent. */
export type PicturesDone = {
  /** What is known now of those that were looked at. */
  readonly records: PictureRecords;
  /** What was noted of those that were written: it holds until their field is locked too. */
  readonly intended: PictureRecords;
  readonly edits: readonly PictureEdit[];
  /** The pictures whose field is locked with the text. */
  readonly lock: readonly PictureField[];
  /** Whether the label of an overlay that ours has replaced is to be removed. */
  readonly overlay: 'stays' | 'released';
  /** Set where a picture was not done. */
  readonly failure?: PictureFailure | undefined;
};

/**
 * Why a picture was not done. `failed`: for a reason of its own. `shared`: its source can serve nobody. `given_back`: the
 * run may not go on.
 */
export type PictureFailure =
  | { readonly kind: 'failed' | 'shared'; readonly error: SyncError }
  | { readonly kind: 'given_back' };
