import type { Breaker } from '../../failures/breaker.ts';
import type { FileIndex, IndexMark } from '../../match/file-index.ts';
import type { ListedItem } from '../../match/listing.ts';
import type { LivePlex } from '../../match/live-finders.ts';
import type { Pin } from '../../match/pin.ts';
import type { Job, Lease, Settled, Settlement } from '../../model/job.ts';
import type { Binding, PlexFile, PlexItem, Section } from '../../model/plex-item.ts';
import type { Intent, SceneRecord } from '../../model/scene-record.ts';
import type { StashLook } from '../../model/stash-scene.ts';
import type { TooLong } from '../../write/cut-summary.ts';
import type { Part } from '../../write/parts.ts';
import type { WorkerEvent } from './events.ts';

/** What is noted of an item before its first PUT: what counted as ours so far, and what is about to change. */
export type IntentNote = SceneRecord & {
  readonly sceneId: number;
  readonly lease: Lease;
  readonly intent: Intent;
  /** The library of the item, by name. */
  readonly sectionTitle?: string | undefined;
};

/** A job, or a dead letter, whose file was in no library so far. `path` is as Stash sees it, of a pinned file as Plex had it. */
export type Missing = { readonly kind: 'job' | 'letter'; readonly id: number; readonly path: string };

/** An item that a section has got. `addedAt` is epoch seconds by Plex's clock. */
export type AddedItem = { readonly ratingKey: string; readonly addedAt: number; readonly files: readonly PlexFile[] };

/** The latest second of which a section's additions were seen, and which items those were. */
export type AddedMark = { readonly at: number; readonly ratingKeys: readonly string[] };

/** What a rescue did: jobs of dead drains that are pending again, and those that became dead letters. */
export type Rescued = {
  readonly takenBack: number;
  readonly buried: readonly { readonly jobId: number; readonly sceneId: number; readonly losses: number }[];
};

/** How a job's attempt is to be settled, and what counts as ours already though the job is not done. */
export type SettleEntry = {
  readonly job: Job;
  readonly settlement: Settlement;
  readonly landed?: SceneRecord | undefined;
};

/** What the drain needs of the queue; `queue/` satisfies it by shape. Every instant is epoch ms and comes from outside. */
export type DrainQueue = {
  /** At most `limit` due jobs, under a lease that ends at `now + leaseMs`; jobs of dead owners are taken back first. */
  claim(request: { readonly now: number; readonly limit: number; readonly leaseMs: number }): {
    readonly jobs: readonly Job[];
    readonly rescued: Rescued;
  };
  /** Whether a lease is still ours and has not run out, and its scene is not forgotten. */
  holds(lease: Lease, now: number): boolean;
  /** Jobs due at `now` that this drain may still claim. */
  dueCount(now: number): number;
  /** Those of them whose scene was never matched: each will have to be looked up. Of very many, some. */
  unmatchedDueCount(now: number): number;
  /** Prolongs every lease of this drain. */
  renew(leaseExpiresAt: number): void;
  record(sceneId: number): SceneRecord | undefined;
  /** The scene that an item was last written for, if any. */
  sceneOf(ratingKey: string): number | undefined;
  /** What a person said a scene is, if they did. */
  pin(sceneId: number): Pin | undefined;
  /** The scenes that are pinned to an item. */
  pinnedTo(ratingKey: string): readonly number[];
  /** Lets a pin follow its file; false when a person has changed the pin meanwhile. */
  movePin(from: Pin, to: Pin): boolean;
  /** Whether any scene was ever matched in this data directory. */
  hasRecords(): boolean;
  /** Scenes that were written as Stash had them, spread over all there are. */
  knownScenes(sample: { readonly most: number; readonly except: readonly number[] }): readonly number[];
  /** Notes what is about to be written, for each lease that still holds; answers whether it did, in the order of `notes`. */
  intend(notes: readonly IntentNote[], now: number): readonly boolean[];
  /** Applies a batch's settlements in one transaction; the answer is in the order of `entries`. */
  settle(entries: readonly SettleEntry[], now: number): readonly Settled[];
  /** Those who wait for Plex to find their file, and the letters of those who waited in vain. */
  missing(): readonly Missing[];
  /** Makes them due at `now`; letters go back into the queue, under whatever is newer. */
  wake(missing: readonly Missing[], now: number): void;
  /** Puts the letters of a refused token back into the queue, now that one is accepted; returns how many. */
  reviveRefused(now: number): number;
  addedMark(sectionKey: string): AddedMark | undefined;
  saveAddedMark(sectionKey: string, mark: AddedMark): void;
  breaker(server: 'plex' | 'stash'): Breaker;
  saveBreaker(server: 'plex' | 'stash', breaker: Breaker): void;
  binding(): Binding | undefined;
  bind(binding: Binding): void;
  /** Forgets the server the directory belonged to, everything written there and every pin; jobs stay. */
  forgetServer(): void;
  /** When the token with this fingerprint was refused, if it was the last one to be tried. */
  refusedAt(tokenFingerprint: string): number | undefined;
  /** The shortest request that was too long of late for the server that takes this token. */
  tooLong(tokenFingerprint: string): TooLong | undefined;
  saveTooLong(tokenFingerprint: string, tooLong: TooLong | undefined): void;
  /** Remembers a refused token, or that the last one was accepted. */
  saveRefusal(refusal: { readonly tokenFingerprint: string; readonly at: number } | undefined): void;
};

/** What a preview needs of the queue: reads alone. */
export type DrainReads = Pick<
  DrainQueue,
  | 'dueCount'
  | 'unmatchedDueCount'
  | 'record'
  | 'sceneOf'
  | 'pin'
  | 'pinnedTo'
  | 'hasRecords'
  | 'knownScenes'
  | 'addedMark'
  | 'breaker'
  | 'binding'
  | 'refusedAt'
  | 'tooLong'
> & {
  /** The ids of all that is due at `now`, in the order in which a drain claims it. */
  dueIds(now: number): readonly number[];
  /** These jobs as a claim would give them, by id. */
  dueJobs(ids: readonly number[]): readonly Job[];
};

/** What has become of a section since it was listed. */
export type SectionChanges = { readonly items: readonly ListedItem[]; readonly total: number | undefined };

type EditedItem = Pick<PlexItem, 'ratingKey' | 'sectionKey'>;

/** What the drain needs of Plex; `plex/` satisfies it by shape. Every function may throw a `SyncError`. */
export type DrainPlex = LivePlex & {
  /** @throws {UsageError} when the address answers, but not as Plex does. */
  sections(): Promise<readonly Section[]>;
  /** Needs no token: what tells a silent server from one bad request. */
  identity(): Promise<{ readonly machineIdentifier: string }>;
  /**
   * Every item that was added or has changed since the mark, its own seconds included, and how many there are in all;
   * `undefined` once that takes more than `mostPages` pages.
   */
  changesSince(section: Section, mark: IndexMark, mostPages: number): Promise<SectionChanges | undefined>;
  /**
   * What a section has got since `mark` (epoch seconds, the second itself included), or its `newest` items where there
   * is no mark. Items for which the server gives no date are left out.
   */
  addedSince(section: Section, mark: number | undefined, newest: number): Promise<readonly AddedItem[]>;
  /** Full items in one GET; an item that is gone is missing from the answer. */
  items(ratingKeys: readonly string[]): Promise<readonly PlexItem[]>;
  /** Writes edits of an item, with locks if asked, in one request. */
  edit(item: EditedItem, edits: Part, lock: 'lock' | 'leave_unlocked'): Promise<void>;
  /** How long that request would be: path and query, in bytes. */
  editLength(item: EditedItem, edits: Part, lock: 'lock' | 'leave_unlocked'): number;
  /** Has a folder of a library scanned; Plex does it later, in its own time. `folder` as Plex spells it. */
  scanFolder(section: Section, folder: string): Promise<void>;
};

/** What the drain needs of Stash; `stash/` satisfies it by shape. */
export type DrainStash = {
  /**
   * Scenes as they are now, each id with its look, in one query per hundred. What fails here may be one scene's fault, or nobody's.
   * @throws {SyncError} @throws {UsageError} for a certificate that is not trusted, or an address that is no Stash.
   */
  scenes(ids: readonly number[]): Promise<ReadonlyMap<number, StashLook>>;
  /**
   * How many scenes Stash has in all, and which of `ids` (a hundred at the most) it has, in one query.
   * @throws {SyncError}
   */
  presence(ids: readonly number[]): Promise<{ readonly total: number; readonly present: readonly number[] }>;
};

/** The world outside, as values and functions: nothing in core reads a clock, rolls a die or prints. */
export type DrainDeps = {
  readonly queue: DrainQueue;
  readonly plex: DrainPlex;
  readonly files: FileIndex;
  /** Absent where no Stash is configured. */
  readonly stash: DrainStash | undefined;
  /** Epoch ms. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  emit(event: WorkerEvent): void;
  /** Calls `task` every `ms` until the returned function is called. */
  every(ms: number, task: () => void): () => void;
  /** The signal that asked the drain to end, once one came. */
  stopRequested(): NodeJS.Signals | undefined;
  /** Named places between two steps, at which a test may kill the process. */
  checkpoint(name: Checkpoint): void;
};

export type Checkpoint =
  | 'claimed'
  | 'resolved'
  | 'read'
  | 'intended'
  | 'written'
  | 'verified'
  | 'settled'
  | 'letter_committed';
