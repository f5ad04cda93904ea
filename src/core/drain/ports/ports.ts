import type { FileIndex, IndexMark } from '../../match/file-index.ts';
import type { ListedItem } from '../../match/listing.ts';
import type { LivePlex } from '../../match/live-finders.ts';
import type { Found } from '../../match/look-up.ts';
import type { SectionCollection } from '../../model/collection.ts';
import type { PlexFile, PlexItem, Section } from '../../model/plex-item.ts';
import type { StashLook } from '../../model/stash-scene.ts';
import type { Part } from '../../write/parts.ts';
import type { WorkerEvent } from './events.ts';
import type { PictureSource, PlexPictures } from './pictures.ts';
import type { DrainQueue } from './queue.ts';

/** An item that was added to a section. `addedAt` is epoch seconds by Plex's clock. */
export type AddedItem = { readonly ratingKey: string; readonly addedAt: number; readonly files: readonly PlexFile[] };

/** What was added to a section, with the server's clock as it answered: epoch seconds, absent if it told none. */
export type Added = { readonly items: readonly AddedItem[]; readonly clockAt: number | undefined };

/** What changed in a section since it was listed. */
export type SectionChanges = {
  readonly items: readonly ListedItem[];
  readonly total: number | undefined;
  /** As in `ListedPage`. */
  readonly clockAt?: number | undefined;
};

type EditedItem = Pick<PlexItem, 'ratingKey' | 'sectionKey'>;

/** What the drain needs from Plex; `plex/` satisfies it by shape. Every function may throw a `SyncError`. */
export type DrainPlex = LivePlex &
  PlexPictures & {
    /** @throws {UsageError} when the address answers with something other than Plex. */
    sections(): Promise<readonly Section[]>;
    /** Needs no token; it tells a silent server from one bad request. */
    identity(): Promise<{ readonly machineIdentifier: string }>;
    /**
     * Every item added or changed since the mark (the mark's own second included), and how many items there are in all;
     * `undefined` when that takes more than `mostPages` pages.
     */
    changesSince(section: Section, mark: IndexMark, mostPages: number): Promise<SectionChanges | undefined>;
    /**
     * Items added to a section since `mark` (epoch seconds, that second included), or its `newest` items when there is no
     * mark. Items without a date are left out.
     */
    addedSince(section: Section, mark: number | undefined, newest: number): Promise<Added>;
    /** At most `most` items with `text` in a file's path: hints, not a complete look. */
    filesLike(section: Section, text: string, most: number): Promise<Found>;
    /** Every collection of a section, plain and smart. */
    collections(section: Section): Promise<readonly SectionCollection[]>;
    /** Reads full items in one GET; an item that is gone is absent from the result. */
    items(ratingKeys: readonly string[]): Promise<readonly PlexItem[]>;
    /** Writes edits of an item in one request, with locks if asked. */
    edit(item: EditedItem, edits: Part, lock: 'lock' | 'leave_unlocked'): Promise<void>;
    /** The length of that request: path and query, in bytes. */
    editLength(item: EditedItem, edits: Part, lock: 'lock' | 'leave_unlocked'): number;
    /** Asks Plex to scan a folder of a library; Plex does so later. `folder` is spelled as Plex spells it. */
    scanFolder(section: Section, folder: string): Promise<void>;
  };

/** What the drain needs from Stash; `stash/` satisfies it by shape. */
export type DrainStash = {
  /**
   * Scenes as they are now, by id, in one query per hundred. A failure here may be due to one scene, or to none.
   * @throws {SyncError}
   * @throws {UsageError} for a certificate that is not trusted, or an address that is not Stash.
   */
  scenes(ids: readonly number[]): Promise<ReadonlyMap<number, StashLook>>;
  /**
   * How many scenes Stash has in all, and which of `ids` (at most a hundred) it has, in one query.
   * @throws {SyncError}
   */
  presence(ids: readonly number[]): Promise<{ readonly total: number; readonly present: readonly number[] }>;
  /** Tells a silent server from one bad request. @throws {SyncError} `stash_unavailable` */
  probe(): Promise<void>;
};

/**
 * The outside world, as values and functions: core itself reads no clock, draws no random number and prints nothing.
 */
export type DrainDeps = {
  readonly queue: DrainQueue;
  readonly plex: DrainPlex;
  readonly files: FileIndex;
  /** Absent where no Stash is configured. */
  readonly stash: DrainStash | undefined;
  /** Absent where no picture is to be written. */
  readonly pictures?: PictureSource | undefined;
  /** Epoch ms. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  emit(event: WorkerEvent): void;
  /** Calls `task` every `ms` until the returned function is called. */
  every(ms: number, task: () => void): () => void;
  /** Lets signals and timers be heard: answers from the index take no time in which they would be. */
  pause(): Promise<void>;
  /** The signal that asked the drain to end, if one came. */
  stopRequested(): NodeJS.Signals | undefined;
  /** Whether writing was paused meanwhile; asked before each batch and each item. */
  readonly paused?: (() => boolean) | undefined;
  /** Named places between two steps where a test may kill the process. */
  checkpoint(name: Checkpoint): void;
};

export type Checkpoint =
  | 'claimed'
  | 'resolved'
  | 'read'
  | 'intended'
  | 'picture_read'
  | 'picture_intended'
  | 'picture_written'
  | 'written'
  | 'verified'
  | 'settled'
  | 'letter_committed';
