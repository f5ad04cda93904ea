import { SyncError } from '../../../core/model/errors.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import { openAlertMemory } from '../../../queue/tables/alert-memory.ts';
import { readStop, saveStop } from '../../../queue/tables/stopped.ts';
import type { LoadedSettings } from '../../../settings/load.ts';
import { noteStop } from '../stops.ts';

/** Stores for monitors how Stash answers the polls of a watch. */
export function createPollNotes(stores: Stores, loaded: LoadedSettings, now: () => number) {
  const alerts = openAlertMemory(stores);
  return {
    /** The key was accepted too. */
    answered: (): void => {
      alerts.clearOutage('stash');
      if (readStop(stores)?.code === 'stash_unauthorized') saveStop(stores, undefined);
    },
    failed: (thrown: unknown): void => {
      if (!(thrown instanceof SyncError)) return;
      if (thrown.code !== 'stash_unauthorized') {
        alerts.noteOutage(now(), 'stash');
        return;
      }
      const ends = [{ kind: thrown.code, message: thrown.said }] as const;
      noteStop(stores, { ends, isConnected: false, stashAnswered: false }, { loaded, now: now() });
    },
  };
}
