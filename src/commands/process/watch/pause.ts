import { UsageError } from '../../../core/model/errors.ts';
import { foreign, say } from '../../../core/text/sentence.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import { prepareServerState } from '../../../queue/tables/server-state.ts';
import type { Stop } from '../../../queue/tables/stopped.ts';
import { readStop } from '../../../queue/tables/stopped.ts';
import type { LoadedSettings } from '../../../settings/load.ts';
import type { Context } from '../../shared/context.ts';
import { settingsFingerprint } from '../settings-fingerprint.ts';

/** What a watch may do under a stop: all, what needs no Stash, or nothing. */
export type Leave = 'all' | 'without_stash' | 'nothing';

/** A refused token is tried again after this long, since the server may take it by then. */
const REFUSED_AGAIN_MS = 15 * 60_000;

/** What a stop leaves a watch to do. Other settings end a stop, and so does its removal by `plexsync resume`. */
export function leaveUnder(stop: Stop | undefined, here: { readonly basis: string; readonly now: number }): Leave {
  if (stop === undefined || stop.basis !== here.basis) return 'all';
  const isFresh = here.now >= stop.metAt && here.now - stop.metAt < REFUSED_AGAIN_MS;
  switch (stop.code) {
    // Only the jobs that remove something wait.
    case 'removals':
      return 'all';
    case 'misconfigured':
    case 'forbidden':
      return 'nothing';
    case 'unauthorized':
      return isFresh ? 'nothing' : 'all';
    case 'stash_unauthorized':
      return isFresh ? 'without_stash' : 'all';
    case 'stash_misconfigured':
      return 'without_stash';
  }
}

/** Says at each look what may be done; tells once that writing pauses, and once that it goes on. */
export type Pause = {
  leave(): Leave;
  /** The settings as they are now, if a stop stands and they have changed. */
  changed(): Promise<LoadedSettings | undefined>;
};

export function createPause(
  stores: Stores,
  { loaded, reload }: { readonly loaded: LoadedSettings; reload(): Promise<LoadedSettings> },
  { output, now }: Pick<Context, 'output' | 'now'>,
): Pause {
  const salt = prepareServerState(stores.queueDb).clientIdentifier();
  const startedAt = now();
  let told: string | undefined;
  const tellPause = (stop: Stop, leave: Leave): void => {
    if (told === stop.code) return;
    told = stop.code;
    // What this watch met was told when it met it.
    const why = stop.metAt < startedAt ? say`: ${foreign(stop.hint)}` : '.';
    const what = leave === 'nothing' ? 'Writing pauses' : 'What needs Stash pauses';
    output.log(
      'warning',
      say`[PlexSync] ${what}${why} It goes on by plexsync resume, a changed setting or an accepted credential.`,
    );
  };
  return {
    leave: () => {
      const stop = readStop(stores);
      // Without a stop there is nothing to compare, and no file is read.
      const leave =
        stop === undefined ? 'all' : leaveUnder(stop, { basis: settingsFingerprint(loaded, salt), now: now() });
      if (stop !== undefined && leave !== 'all') tellPause(stop, leave);
      if (stop === undefined && told !== undefined) {
        output.log('info', say`[PlexSync] Writing goes on`);
        told = undefined;
      }
      return leave;
    },
    changed: async () => {
      if (readStop(stores) === undefined) return undefined;
      try {
        const current = await reload();
        const isSame = settingsFingerprint(current, salt) === settingsFingerprint(loaded, salt);
        return isSame || JSON.stringify(current.settings) === JSON.stringify(loaded.settings) ? undefined : current;
      } catch (thrown) {
        // A file that is being edited: the next look reads it again.
        if (thrown instanceof UsageError) return undefined;
        throw thrown;
      }
    },
  };
}
