import type { DrainReads } from '../../core/drain/ports/queue.ts';
import { inStore, translated } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import type { StashUse } from '../tables/jobs/awaits-stash.ts';
import { preparePins } from '../tables/pins.ts';
import { preparePlannedValues } from '../tables/planned-values.ts';
import { prepareScenes } from '../tables/scenes.ts';
import { prepareServerState } from '../tables/server-state.ts';
import { prepareSuccesses } from '../tables/successes.ts';
import { prepareUndone } from '../tables/undone.ts';
import { prepareClaim, prepareDue } from './claim.ts';
import type { OnlyScenes } from './only-scenes.ts';

/** What a preview reads from the queue. No function here can change anything. */
export type PreviewReads = DrainReads & {
  /** The client identifier of this data directory. */
  clientIdentifier(): string;
  /** What an earlier run learned about Stash, as parsed JSON; `undefined` when nothing. */
  stashDialect(): unknown;
  /** Jobs leased by another drain, alive or dead: a preview only counts them. */
  leasedElsewhere(): number;
};

/**
 * Reads the queue for a preview; with `allowed`, jobs that wait for permission are due, as if that was given. The
 * databases may be open read-only.
 */
export function openPreviewReads(
  { queueDb: db, path }: Stores,
  stash: StashUse,
  { removals = 'counted', only }: { readonly removals?: 'counted' | 'allowed'; readonly only?: OnlyScenes } = {},
): PreviewReads {
  // One read transaction: everything is read as it is now, whatever another run does meanwhile.
  inStore(storesName(path), () => db.exec('BEGIN; SELECT 1 FROM sqlite_schema'));
  const due = prepareDue(db, { stash, removals, only });
  const counts = prepareClaim(db, { owner: '', stash, only });
  const scenes = prepareScenes(db);
  const pins = preparePins(db);
  const planned = preparePlannedValues(db);
  const servers = prepareServerState(db);
  const undone = prepareUndone(db);
  const leased = db.prepare<[], { count: number }>(`SELECT count(*) AS count FROM jobs WHERE state = 'in_progress'`);
  return translated(storesName(path), {
    dueIds: due.ids,
    dueJobs: due.jobs,
    hasDue: removals === 'allowed' || only !== undefined ? (now: number) => due.ids(now).length > 0 : counts.hasDue,
    dueCount: removals === 'allowed' || only !== undefined ? (now: number) => due.ids(now).length : counts.dueCount,
    awaitsStash: counts.awaitsStash,
    unmatchedDueCount: counts.unmatchedDueCount,
    record: scenes.record,
    undone: undone.of,
    undoneOn: undone.ofServer,
    sceneOf: scenes.sceneOf,
    pictureBytes: scenes.pictureBytes,
    hasRecords: scenes.hasAny,
    knownScenes: scenes.known,
    plannedValues: planned.read,
    removalsWaiting: removals === 'allowed' ? () => 0 : planned.waiting,
    pin: pins.of,
    pinnedTo: pins.to,
    addedMark: servers.addedMark,
    collections: servers.collections,
    syncedAt: scenes.syncedAt,
    breaker: servers.breaker,
    stashTrouble: servers.stashTrouble,
    binding: servers.binding,
    refusal: servers.refusal,
    doubt: servers.doubt,
    tooLong: servers.tooLong,
    successes: prepareSuccesses(db).of,
    clientIdentifier: servers.clientIdentifier,
    stashDialect: servers.stashDialect,
    leasedElsewhere: () => leased.get()?.count ?? 0,
  });
}
