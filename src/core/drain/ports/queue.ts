import type { Breaker } from '../../failures/breaker.ts';
import type { Successes } from '../../failures/charge.ts';
import type { StashTrouble } from '../../failures/stash-rest.ts';
import type { Pin } from '../../match/pin.ts';
import type { SectionMemory } from '../../model/collection.ts';
import type { SyncErrorCode } from '../../model/errors.ts';
import type { Job, Lease, Settled, Settlement } from '../../model/job.ts';
import type { Change } from '../../model/journal.ts';
import type { Binding } from '../../model/plex-item.ts';
import type { RequestKind } from '../../model/request-kind.ts';
import type { Intent, ItemNames, SceneRecord } from '../../model/scene-record.ts';
import type { UndoneScene } from '../../model/undone.ts';
import type { TooLong } from '../../write/cut-summary.ts';
import type { PlannedValues } from '../../write/removals.ts';
import type { PictureNote } from './pictures.ts';

/** Noted about an item before its first PUT: what counted as ours so far, and what is about to change. */
export type IntentNote = SceneRecord & {
  readonly sceneId: number;
  readonly lease: Lease;
  readonly intent: Intent;
  /** What is counted for the guard over removals. */
  readonly values?: PlannedValues | undefined;
  /** The library of the item, by name. */
  readonly sectionTitle?: string | undefined;
  /** For the journal: the item's title as it is, and what is about to change. Absent where nothing is to be kept. */
  readonly journal?:
    | { readonly title: string; readonly changes: readonly Change[]; readonly names?: ItemNames | undefined }
    | undefined;
};

/**
 * A job or a dead letter whose file was in no library so far. `path` is as Stash has it; for a pinned file, as Plex had
 * it.
 */
export type Missing = {
  readonly kind: 'job' | 'letter';
  readonly id: number;
  readonly sceneId: number;
  readonly path: string;
};

/**
 * The second up to which a section's additions were seen, and the scenes that items of that second or a later one have
 * woken, by rating key. `seen`: those items with their files, and how many misses there had been: the same answer after
 * no other miss wakes nobody.
 */
export type AddedMark = {
  readonly at: number;
  readonly woken?: Readonly<Record<string, readonly number[]>>;
  readonly seen?: { readonly items: string; readonly misses: number };
};

/** A run's doubt about the configuration: so many jobs in a row failed with this code. */
export type Doubt = { readonly code: SyncErrorCode; readonly since: number };

/** What a rescue did: jobs of dead drains that are pending again, and jobs that became dead letters. */
export type Rescued = {
  readonly takenBack: number;
  readonly buried: readonly { readonly jobId: number; readonly sceneId: number; readonly losses: number }[];
};

/** How to settle a job's attempt, and what counts as ours already although the job is not done. */
export type SettleEntry = {
  readonly job: Job;
  readonly settlement: Settlement;
  readonly landed?: SceneRecord | undefined;
};

/** Which due jobs to claim: the next ones, or a sample of all of them. */
export type ClaimRequest = {
  readonly now: number;
  readonly limit: number;
  readonly leaseMs: number;
  /** All, or by whether they ask for what Stash has; all by default. */
  readonly choice?: 'any' | 'needing_stash' | 'without_stash' | undefined;
  /** Takes jobs spread evenly over the whole backlog; the number, in [0, 1), moves all of them by that much of a step. */
  readonly spread?: number | undefined;
  /** Beside `others` in flight no job is claimed that has to run alone; beside `none` by default. */
  readonly beside?: 'none' | 'others' | undefined;
};

/** Successes of each kind of request that are not stored yet. */
export type SuccessNews = ReadonlyMap<RequestKind, Successes>;

/** A token that Plex refused (`unauthorized`), or whose edits it refused. `at` is epoch ms. */
export type Refusal = {
  readonly tokenFingerprint: string;
  readonly at: number;
  /** Absent where an older plexsync stored it: then the token itself. */
  readonly kind?: 'unauthorized' | 'forbidden';
};

/** What the drain needs from the queue; `queue/` satisfies it by shape. Every instant is epoch ms and passed in. */
export type DrainQueue = {
  /**
   * Claims at most `limit` due jobs under a lease that ends at `now + leaseMs`; first rescues the jobs of dead owners.
   */
  claim(request: ClaimRequest): { readonly jobs: readonly Job[]; readonly rescued: Rescued };
  /** Whether we still hold the lease, it has not expired, and its scene was not forgotten. */
  holds(lease: Lease, now: number): boolean;
  /** Whether a job is due at `now` that this drain may still claim: a seek, however many are. */
  hasDue(now: number): boolean;
  /** How many there are; looks at each of them. */
  dueCount(now: number): number;
  /** Whether a job that is due at `now` needs Stash. */
  awaitsStash(now: number): boolean;
  /** How many of the due jobs have a scene that was never matched and needs a look-up. Large backlogs are sampled. */
  unmatchedDueCount(now: number): number;
  /** Extends every lease of this drain. */
  renew(leaseExpiresAt: number): void;
  record(sceneId: number): SceneRecord | undefined;
  /** The scene that an item was last written for, if any. */
  sceneOf(ratingKey: string): number | undefined;
  /** The item a person pinned the scene to, if any. */
  pin(sceneId: number): Pin | undefined;
  /** The scenes that are pinned to an item. */
  pinnedTo(ratingKey: string): readonly number[];
  /** Moves a pin after its file; false when a person changed the pin meanwhile. */
  movePin(from: Pin, to: Pin): boolean;
  /** What is known of a scene whose edits a person took back. */
  undone(sceneId: number): UndoneScene | undefined;
  /** Whether any scene was ever matched in this data directory. */
  hasRecords(): boolean;
  /** Scenes that were written as Stash had them, sampled across the whole table. */
  knownScenes(sample: { readonly most: number; readonly except: readonly number[] }): readonly number[];
  /** Notes what is about to be written for each lease we still hold; tells for each note, in order, whether we did. */
  intend(notes: readonly IntentNote[], now: number): readonly boolean[];
  /** Notes a picture that is about to be uploaded or selected; false when the lease was lost, and nothing is noted. */
  intendPicture(note: PictureNote, now: number): boolean;
  /** The average size of the pictures that are known, in bytes; `undefined` when none is. Many are sampled. */
  pictureBytes(): number | undefined;
  /**
   * The values planned within `REMOVALS_WINDOW_MS`: held, counted once a scene and without the scenes of `except`, and
   * removed.
   */
  plannedValues(query: { readonly now: number; readonly except: readonly number[] }): PlannedValues;
  /** How many jobs wait for permission, because they would remove too much. */
  removalsWaiting(): number;
  /**
   * Applies a batch's settlements in one transaction, and remembers what succeeded; results are in the order of
   * `entries`.
   */
  settle(entries: readonly SettleEntry[], now: number, news?: SuccessNews): readonly Settled[];
  /** The last successes of a kind of request, of whichever drain. */
  successes(kind: RequestKind): Successes;
  /** Whether there is any of `missing`, at the cost of a look. */
  hasMissing(): boolean;
  /** Jobs that wait for Plex to find their file, and the dead letters of jobs that waited in vain: all are read. */
  missing(): readonly Missing[];
  /** How often a file was ever not found; never goes down, and with no other miss nothing was added to `missing`. */
  missCount(): number;
  /** Makes those jobs due at `now`; puts those letters back into the queue, beneath any newer edit. */
  wake(missing: readonly Missing[], now: number): void;
  /**
   * Puts the letters of a refused token back into the queue once a token is accepted, and with another token those of
   * refused edits; returns how many.
   */
  reviveRefused(now: number, token: 'same' | 'another'): number;
  addedMark(sectionKey: string): AddedMark | undefined;
  saveAddedMark(sectionKey: string, mark: AddedMark): void;
  /** When a scene was last synced, epoch ms. */
  syncedAt(sceneId: number): number | undefined;
  /** What is known of our collections in a section. */
  collections(sectionKey: string): SectionMemory;
  saveCollections(sectionKey: string, states: SectionMemory): void;
  /** What Stash failed with when it was last asked, where its breaker does not tell. */
  stashTrouble(): StashTrouble | undefined;
  saveStashTrouble(trouble: StashTrouble | undefined): void;
  breaker(server: 'plex' | 'stash'): Breaker;
  saveBreaker(server: 'plex' | 'stash', breaker: Breaker): void;
  binding(): Binding | undefined;
  bind(binding: Binding): void;
  /** Forgets when the server named itself last: whoever answers next is asked for its name. */
  doubtServer(): void;
  /**
   * Binds the directory to another server: forgets all records of what was written to the one before, and every pin.
   * Jobs stay. Which scenes are undone on each is kept.
   */
  adopt(binding: Binding): void;
  /** The token that was refused last, or whose edits were, unless another one was accepted since. */
  refusal(): Refusal | undefined;
  /** Why an earlier drain doubted the configuration, if no job has been right since. */
  doubt(): Doubt | undefined;
  saveDoubt(doubt: Doubt | undefined): void;
  /** The shortest request that was recently too long for the server that takes this token. */
  tooLong(tokenFingerprint: () => string): TooLong | undefined;
  saveTooLong(tokenFingerprint: string, tooLong: TooLong | undefined): void;
  /** Remembers a refused token; `undefined` when the last one was accepted. */
  saveRefusal(refusal: Refusal | undefined): void;
};

/** What a preview needs from the queue: reads only. */
export type DrainReads = Pick<
  DrainQueue,
  | 'hasDue'
  | 'dueCount'
  | 'unmatchedDueCount'
  | 'record'
  | 'sceneOf'
  | 'pin'
  | 'pinnedTo'
  | 'hasRecords'
  | 'undone'
  | 'knownScenes'
  | 'plannedValues'
  | 'removalsWaiting'
  | 'addedMark'
  | 'collections'
  | 'syncedAt'
  | 'breaker'
  | 'binding'
  | 'refusal'
  | 'doubt'
  | 'tooLong'
  | 'successes'
  | 'awaitsStash'
  | 'stashTrouble'
  | 'pictureBytes'
> & {
  /** The ids of all jobs due at `now`, in the order in which a drain claims them. */
  dueIds(now: number): readonly number[];
  /** These jobs as a claim would return them, by id. */
  dueJobs(ids: readonly number[]): readonly Job[];
  /** As `undone` would be, were that server adopted. */
  undoneOn(sceneId: number, server: string): UndoneScene | undefined;
};
