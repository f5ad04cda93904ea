import type { DrainReads } from '../core/ports.ts';
import { RETRY_RULES } from '../core/retry.ts';
import { prepareClaim, prepareDue } from './claim.ts';
import { hasLetterOfType } from './dead-letters.ts';
import type { StashUse } from './held.ts';
import { preparePins } from './pins.ts';
import { prepareScenes } from './scenes.ts';
import { prepareServerState } from './server-state.ts';
import { translated } from './store-errors.ts';
import type { Stores } from './stores.ts';
import { storesName } from './stores.ts';

/** What a preview reads of the queue. There is nothing here by which it could change anything. */
export type PreviewReads = DrainReads & {
  /** What stands for this data directory. */
  clientIdentifier(): string;
  /** What an earlier run learnt of Stash; parsed JSON, or nothing. */
  stashDialect(): unknown;
  /** Whether a letter waits for a token that is accepted. */
  hasRefused(): boolean;
  /** Jobs under a lease, of a drain that is at work or of a dead one: a preview does not look at them. */
  leasedElsewhere(): number;
};

/** Reads the queue for a preview. The databases may be open for reading alone. */
export function openPreviewReads({ queueDb: db, dlqDb, path }: Stores, stash: StashUse): PreviewReads {
  const due = prepareDue(db, stash);
  const counts = prepareClaim(db, { owner: '', stash });
  const scenes = prepareScenes(db);
  const pins = preparePins(db);
  const servers = prepareServerState(db);
  const leased = db.prepare<[], { count: number }>(`SELECT count(*) AS count FROM jobs WHERE state = 'in_progress'`);
  return translated(storesName(path), {
    dueIds: due.ids,
    dueJobs: due.jobs,
    dueCount: counts.dueCount,
    unmatchedDueCount: counts.unmatchedDueCount,
    record: scenes.record,
    sceneOf: scenes.sceneOf,
    hasRecords: scenes.hasAny,
    knownScenes: scenes.known,
    pin: pins.of,
    pinnedTo: pins.to,
    addedMark: servers.addedMark,
    breaker: servers.breaker,
    binding: servers.binding,
    refusedAt: servers.refusedAt,
    tooLong: servers.tooLong,
    clientIdentifier: servers.clientIdentifier,
    stashDialect: servers.stashDialect,
    hasRefused: () => hasLetterOfType(dlqDb, RETRY_RULES.plex_unauthorized.errorType),
    leasedElsewhere: () => leased.get()?.count ?? 0,
  });
}
