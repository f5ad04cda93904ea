import type { PictureNote } from '../../core/drain/ports/pictures.ts';
import type { DrainQueue, IntentNote, Rescued, SettleEntry, SuccessNews } from '../../core/drain/ports/queue.ts';
import { RETRY_RULES } from '../../core/failures/retry-policy.ts';
import { UsageError } from '../../core/model/errors.ts';
import type { Lease, Settled } from '../../core/model/job.ts';
import type { Binding } from '../../core/model/plex-item.ts';
import type { RunCommand, RunStarter } from '../../core/model/run.ts';
import { changesOfPicture } from '../../core/write/journal-changes.ts';
import { openOwner, sweepOwners } from '../store/owners.ts';
import { translated } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import type { ShortenedLetter } from '../tables/dead-letters/dead-letters.ts';
import { hasLetterOfType } from '../tables/dead-letters/dead-letters.ts';
import type { StashUse } from '../tables/jobs/awaits-stash.ts';
import { prepareBacklog } from '../tables/jobs/backlog.ts';
import type { JournalLimits } from '../tables/journal/journal.ts';
import { prepareJournal, pruneJournal } from '../tables/journal/journal.ts';
import { disownJournal } from '../tables/journal/journal-servers.ts';
import { preparePins } from '../tables/pins.ts';
import { preparePlannedValues } from '../tables/planned-values.ts';
import type { LiveRun, RunEnd } from '../tables/runs.ts';
import { leaseOwners, prepareRuns } from '../tables/runs.ts';
import { prepareScenes } from '../tables/scenes.ts';
import { prepareServerState } from '../tables/server-state.ts';
import { prepareSuccesses } from '../tables/successes.ts';
import { prepareUndone } from '../tables/undone.ts';
import { prepareClaim } from './claim.ts';
import { openDeadLetterActions } from './dead-letter-actions.ts';
import { prepareMissing } from './missing.ts';
import type { OnlyScenes } from './only-scenes.ts';
import { prepareRescue } from './rescue.ts';
import { prepareSettle } from './settle/settle.ts';

export type DrainQueueOptions = {
  readonly pid: number;
  readonly now: number;
  /** A job due later than this from now was scheduled by a wrong clock. */
  readonly longestWaitMs: number;
  readonly stash: StashUse;
  /** The scenes that the run is for. */
  readonly only?: OnlyScenes;
  /** How often the process may die while a job runs alone before the job becomes a dead letter. */
  readonly maxLosses: number;
  /** Whether to share the queue with a drain that is already running, or to stand down. */
  readonly ifBusy: 'stand_down' | 'share';
  /** What runs, and what started it; `undefined` where that is not known. */
  readonly command: RunCommand;
  readonly startedBy: RunStarter | undefined;
  readonly journal: JournalLimits;
  /** Called between the commit of a letter and the commit of the queue. */
  readonly onLetterCommitted: () => void;
  /** Called after a batch is settled, for each letter that a completed job covered in part. */
  readonly onLetterShortened?: ((letter: ShortenedLetter) => void) | undefined;
};

/** A drain's access to the queue; closing it records the end of the run. */
export type OpenDrainQueue = DrainQueue & {
  /** The id of this run. */
  readonly runId: number;
  /** Rescues the jobs of dead drains. */
  rescue(now: number): Rescued;
  clientIdentifier(): string;
  /** What an earlier run learned about Stash, as parsed JSON; `undefined` when nothing. */
  stashDialect(): unknown;
  /** Stores what was learned about Stash, if anything. */
  saveStashDialect(dialect: unknown): void;
  /** Whether a letter waits for an accepted token. */
  hasRefused(): boolean;
  /** Jobs of the current backlog that ended, in this drain or an earlier one. */
  backlogDone(): number;
  end(end: RunEnd): void;
  /** Ends only the proof of life, when nothing can be written: the run counts as killed, its leases as lost. */
  abandon(): void;
};

/** Another drain is running; nothing was opened. */
export type StandDown = LiveRun;

/**
 * Starts a run on the queue under a new owner, or reports the drain that is already running.
 * @throws {StoreError}
 */
export function openDrainQueue(
  stores: Stores,
  options: DrainQueueOptions,
): OpenDrainQueue | { readonly standDown: StandDown } {
  const { queueDb: db, dlqDb, path } = stores;
  const owner = openOwner(path, db);
  const runs = prepareRuns(db, path);
  const backlog = prepareBacklog(db);
  const start = db.transaction((): LiveRun | { readonly runId: number } => {
    // Next to an undo nothing writes, and an undo writes next to nothing.
    const { now: at } = options;
    const live = runs.live(options.ifBusy === 'stand_down' ? { now: at } : { now: at, command: 'undo' });
    if (live !== undefined) return live;
    const { pid, now, longestWaitMs, command, startedBy, journal } = options;
    const runId = runs.start({ owner: owner.id, pid, now, longestWaitMs, command, startedBy, journal });
    backlog.begin();
    return { runId };
  });
  const begun = ((): LiveRun | { readonly runId: number } => {
    try {
      return translated(db.name, { start: () => start.immediate() }).start();
    } catch (thrown) {
      owner.close();
      throw thrown;
    }
  })();
  if (!('runId' in begun)) {
    owner.close();
    sweepOwners(path, leaseOwners(db));
    return { standDown: begun };
  }

  const scenes = prepareScenes(db);
  const planned = preparePlannedValues(db);
  const pins = preparePins(db);
  const servers = prepareServerState(db);
  const rescue = prepareRescue(stores, { self: owner.id, maxLosses: options.maxLosses });
  const claimDue = prepareClaim(db, { owner: owner.id, stash: options.stash, only: options.only });
  const journal = prepareJournal(db, begun.runId);
  const settleBatch = prepareSettle(db, dlqDb, { ...options, journal });
  const claim = db.transaction((request: Parameters<DrainQueue['claim']>[0]): ReturnType<DrainQueue['claim']> => {
    const rescued = rescue(request.now);
    return { rescued, jobs: claimDue.claim(request) };
  });
  const intend = db.transaction((notes: readonly IntentNote[], now: number): readonly boolean[] => {
    pruneJournal(db, options.journal, now);
    const intendOne = ({ lease, values, journal: kept, ...note }: IntentNote): boolean => {
      const isHeld = claimDue.holds(lease, now);
      // First, since it keeps what the scene's record is so far.
      if (isHeld && kept !== undefined) journal.intend({ ...note, ...kept, jobId: lease.jobId }, now);
      if (isHeld) scenes.intend(note);
      if (isHeld && values !== undefined) planned.note(note.sceneId, lease, { ...values, now });
      return isHeld;
    };
    return journal.together(() => notes.map(intendOne));
  });
  const intendPicture = db.transaction(({ lease, record, ...note }: PictureNote, now: number): boolean => {
    const isHeld = claimDue.holds(lease, now);
    if (isHeld) journal.add({ ...note, jobId: lease.jobId, changes: changesOfPicture(note) }, now);
    if (isHeld) scenes.intendPicture(note.sceneId, note.field, record);
    return isHeld;
  });
  const adopt = db.transaction((binding: Binding) => {
    // One that began after this run would write to the server before, as if that was this one.
    const other = runs.live({ except: owner.id });
    if (other !== undefined)
      throw new UsageError(
        `pid ${other.pid} is at work, and no server is adopted beside it.`,
        'Wait for its end, or stop it (a watch too), and give --adopt-server again.',
      );
    const bound = servers.binding();
    const undone = prepareUndone(db);
    if (bound !== undefined) {
      disownJournal(db, bound.machineIdentifier);
      undone.setAside(bound.machineIdentifier);
    }
    servers.forgetMarks();
    scenes.forgetAll();
    planned.forgetAll();
    undone.bringBack(binding.machineIdentifier);
    servers.bind(binding);
  });
  const actions = openDeadLetterActions(stores);
  const missing = prepareMissing(stores);
  const endRun = db.transaction((end: RunEnd) => {
    runs.end(owner.id, end);
    backlog.endIfDone(end.now);
  });
  const rescueNow = db.transaction((now: number): Rescued => rescue(now));

  const queue = translated(storesName(path), {
    claim: (request: Parameters<DrainQueue['claim']>[0]) => claim.immediate(request),
    rescue: (now: number) => rescueNow.immediate(now),
    hasDue: (now: number) => claimDue.hasDue(now),
    dueCount: (now: number) => claimDue.dueCount(now),
    awaitsStash: (now: number) => claimDue.awaitsStash(now),
    unmatchedDueCount: (now: number) => claimDue.unmatchedDueCount(now),
    renew: (leaseExpiresAt: number) => claimDue.renew(leaseExpiresAt),
    record: scenes.record,
    undone: prepareUndone(db).of,
    sceneOf: scenes.sceneOf,
    pin: pins.of,
    pinnedTo: pins.to,
    movePin: pins.move,
    hasRecords: scenes.hasAny,
    knownScenes: scenes.known,
    plannedValues: planned.read,
    removalsWaiting: planned.waiting,
    holds: (lease: Lease, now: number) => claimDue.holds(lease, now),
    intend: (notes: readonly IntentNote[], now: number) => intend.immediate(notes, now),
    intendPicture: (note: PictureNote, now: number) => intendPicture.immediate(note, now),
    pictureBytes: scenes.pictureBytes,
    settle: (entries: readonly SettleEntry[], now: number, news?: SuccessNews): readonly Settled[] =>
      settleBatch(entries, now, news),
    successes: prepareSuccesses(db).of,
    hasMissing: missing.any,
    missing: missing.all,
    missCount: missing.count,
    wake: missing.wake,
    reviveRefused: (now: number, token: 'same' | 'another'): number => {
      const codes = ['plex_unauthorized', ...(token === 'another' ? (['plex_forbidden'] as const) : [])] as const;
      // A list by type looks at every letter, and each run asks.
      const types = codes.map((code) => RETRY_RULES[code].errorType).filter((type) => hasLetterOfType(dlqDb, type));
      return types
        .flatMap((errorType) => actions.retry(actions.list({ errorType }), now))
        .filter(({ how }) => how === 'queued' || how === 'merged').length;
    },
    addedMark: servers.addedMark,
    collections: servers.collections,
    syncedAt: scenes.syncedAt,
    saveCollections: servers.saveCollections,
    saveAddedMark: servers.saveAddedMark,
    breaker: servers.breaker,
    stashTrouble: servers.stashTrouble,
    saveStashTrouble: servers.saveStashTrouble,
    saveBreaker: servers.saveBreaker,
    binding: servers.binding,
    bind: servers.bind,
    doubtServer: servers.doubtServer,
    adopt: (binding: Binding) => adopt.immediate(binding),
    refusal: servers.refusal,
    saveRefusal: servers.saveRefusal,
    doubt: servers.doubt,
    saveDoubt: servers.saveDoubt,
    tooLong: servers.tooLong,
    saveTooLong: servers.saveTooLong,
    clientIdentifier: servers.clientIdentifier,
    stashDialect: servers.stashDialect,
    saveStashDialect: servers.saveStashDialect,
    hasRefused: () => hasLetterOfType(dlqDb, RETRY_RULES.plex_unauthorized.errorType),
    backlogDone: () => backlog.done(),
    abandon: () => owner.close(),
    end: (end: RunEnd) => {
      endRun.immediate(end);
      owner.close();
      sweepOwners(path, leaseOwners(db));
    },
  });
  return { ...queue, runId: begun.runId };
}
