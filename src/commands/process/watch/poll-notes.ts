import type { StashEnd } from '../../../core/failures/stash-rest.ts';
import { SyncError, saidBy, UsageError } from '../../../core/model/errors.ts';
import { foreign, say } from '../../../core/text/sentence.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import { openAlertMemory } from '../../../queue/tables/alert-memory.ts';
import { readStop, saveStop } from '../../../queue/tables/stopped.ts';
import type { LoadedSettings } from '../../../settings/load.ts';
import { noteStop } from '../stops.ts';

/** Stores for monitors how Stash answers the polls of a watch. */
export function createPollNotes(stores: Stores, loaded: LoadedSettings, now: () => number) {
  const alerts = openAlertMemory(stores);
  // A drain may have met the same for another reason, which no poll can judge.
  let hasMisconfigured = false;
  const note = (end: StashEnd): void =>
    noteStop(stores, { ends: [end], isConnected: false, stashAnswered: false }, { loaded, now: now() });
  return {
    /** The key was accepted too, and what changed was believed. */
    answered: (): void => {
      alerts.clearOutage('stash');
      const code = readStop(stores)?.code;
      if (code === 'stash_unauthorized' || (code === 'stash_misconfigured' && hasMisconfigured))
        saveStop(stores, undefined);
      hasMisconfigured = false;
    },
    failed: (thrown: unknown): void => {
      if (thrown instanceof UsageError) {
        hasMisconfigured = true;
        note({ kind: 'stash_misconfigured', message: saidBy(thrown), hint: say`${foreign(thrown.hint ?? '')}` });
      } else if (thrown instanceof SyncError && thrown.code === 'stash_unauthorized') {
        // A refusal is an answer.
        alerts.clearOutage('stash');
        note({ kind: thrown.code, message: thrown.said });
      } else if (thrown instanceof SyncError) alerts.noteOutage(now(), loaded.settings.stash_url, 'stash');
    },
  };
}
