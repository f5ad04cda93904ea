/** An undo in process: the drain's world, with its journal, and an undo of whatever is asked for. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { asSyncError } from '../../src/core/model/errors.ts';
import type { UndoneItem } from '../../src/core/undo/ports.ts';
import type { UndoCheckpoint } from '../../src/core/undo/undo-items.ts';
import { undoItems } from '../../src/core/undo/undo-items.ts';
import { createPlexClient } from '../../src/plex/client.ts';
import type { JournalQuery } from '../../src/queue/tables/journal/journal-entries.ts';
import { openDrainQueue } from '../../src/queue/work/drain-queue.ts';
import { findChosen, prepareUndoWork } from '../../src/queue/work/undo-work.ts';
import type { PlexServerOptions } from '../../src/simulator/plex/server.ts';
import type { DrainWorld } from './drain-world.ts';
import { setup } from './drain-world.ts';
import { KEPT_JOURNAL, LONGEST_WAIT_MS, MAX_LOSSES } from './queue-world.ts';

export type UndoRun = {
  readonly runId: number;
  readonly items: readonly UndoneItem[];
  /** The error that ended it early. */
  readonly by: string | undefined;
};

/** What a test may do between two steps of an undo. */
export type AtUndoStep = Partial<Record<UndoCheckpoint, () => void>>;

export type UndoWorld = DrainWorld & {
  /** One undo under a new owner; one that throws leaves things as a kill would. */
  undo(query: JournalQuery, at?: AtUndoStep): Promise<UndoRun>;
};

export async function setupUndo(
  t: Pick<TestContext, 'after'>,
  options: Partial<PlexServerOptions> = {},
): Promise<UndoWorld> {
  const drain = await setup(t, options);
  return { ...drain, undo: undoIn(drain) };
}

/** Undoes in a world of the drain. */
export function undoIn({ world, plex, clock, stop }: DrainWorld): UndoWorld['undo'] {
  return async (query, at = {}) => {
    const stores = world.stores();
    const queue = openDrainQueue(stores, {
      ...{ pid: process.pid, now: clock.now, stash: 'not_asked', longestWaitMs: LONGEST_WAIT_MS },
      ...{ maxLosses: MAX_LOSSES, ifBusy: 'stand_down', command: 'undo', startedBy: 'script' },
      ...{ journal: KEPT_JOURNAL, onLetterCommitted: () => undefined },
    });
    assert.ok('claim' in queue);
    queue.rescue(clock.now);
    const items: UndoneItem[] = [];
    const client = createPlexClient({
      ...{ baseUrl: plex.url, token: plex.token, version: '0', clientIdentifier: queue.clientIdentifier() },
      ...{ connectTimeoutMs: 2_000, readTimeoutMs: 5_000, now: () => clock.now },
      ...{ trust: { certificates: 'verified', ca: undefined }, signal: new AbortController().signal },
    });
    let by: string | undefined;
    try {
      await undoItems(findChosen(stores.queueDb, query).items, {
        ...{ queue: prepareUndoWork(stores.queueDb, queue.runId), plex: client, mode: 'write', concurrency: 1 },
        ...{ now: () => clock.now, stopRequested: () => stop.signal },
        tell: (item) => void items.push(item),
        checkpoint: (name) => at[name]?.(),
      });
    } catch (thrown) {
      by = asSyncError(thrown).code;
      if (by === 'unexpected') {
        queue.abandon();
        throw thrown;
      }
    }
    queue.end({ now: clock.now, exitCode: 0, done: items.length, failed: 0 });
    return { runId: queue.runId, items, by };
  };
}
