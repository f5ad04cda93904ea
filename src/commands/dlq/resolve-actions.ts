import { foreign, say } from '../../core/text/sentence.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import type { DeadLetter } from '../../queue/tables/dead-letters/letter.ts';
import { letterChoicesOf } from '../../queue/tables/dead-letters/letter.ts';
import { prepareServerState } from '../../queue/tables/server-state.ts';
import { readSceneStatus } from '../../queue/views/scene-status.ts';
import type { DeadLetterActions, Retried } from '../../queue/work/dead-letter-actions.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { Context } from '../shared/context.ts';
import { logWrapped } from '../shared/log-wrapped.ts';
import { withDeadLetters } from './open-letters.ts';
import { countOf, coveredWords, isPutBack, putBack } from './put-back.ts';
import type { Tally } from './resolve-tally.ts';

/** What the actions need, and where they note and say what they did. */
export type ActionUses = {
  readonly context: Context;
  readonly loaded: LoadedSettings;
  readonly tally: Tally;
  /** Aborts requests to Plex. */
  readonly signal: AbortSignal;
};

/** The letters as they are now, of those that are still there. */
function present(actions: DeadLetterActions, letters: readonly DeadLetter[]): readonly DeadLetter[] {
  const now = new Map(actions.list({ ids: letters.map(({ id }) => id) }).map((letter) => [letter.id, letter]));
  return letters.flatMap((letter) => {
    const found = now.get(letter.id);
    return found?.job_key === letter.job_key ? [found] : [];
  });
}

/** A letter as it is now, and the item of its scene. */
export type Reread = {
  readonly letter: DeadLetter;
  /** The item that the scene is pinned or was written to. */
  readonly ratingKey: string | undefined;
  readonly machineIdentifier: string | undefined;
};

/** Reads a letter anew; one that is gone is said and noted. */
export async function reread(listed: DeadLetter, uses: ActionUses): Promise<Reread | undefined> {
  return await withDeadLetters(uses.context, openStoresToRead, (actions, stores) => {
    const [letter] = present(actions, [listed]);
    if (letter === undefined) {
      noteGone([listed], uses);
      return undefined;
    }
    const status = readSceneStatus(stores, letter.scene_id, uses.context.now());
    const machineIdentifier = prepareServerState(stores.queueDb).binding()?.machineIdentifier;
    return { letter, ratingKey: status?.pin?.ratingKey ?? status?.item?.ratingKey, machineIdentifier };
  });
}

/** Whether a letter still is what was shown; another one is said and left, since nobody has decided about it. */
function isAsShown(actions: DeadLetterActions, shown: DeadLetter, uses: ActionUses): boolean {
  const [now] = present(actions, [shown]);
  if (now === undefined) {
    noteGone([shown], uses);
    return false;
  }
  const isSame = VISIBLE.every((column) => now[column] === shown[column]);
  if (isSame) return true;
  uses.tally.note([shown], { kind: 'left' });
  logWrapped(
    uses.context.output,
    say`Dead letter ${shown.id} was changed by another process meanwhile: left as it is.`,
    'warning',
  );
  return false;
}

const VISIBLE = ['job_data', 'stamps', 'bare_at', 'error_type', 'error_message', 'choices'] as const;

function noteGone(letters: readonly DeadLetter[], { tally, context }: ActionUses): void {
  tally.note(letters, { kind: 'gone' });
  for (const { id } of letters)
    logWrapped(context.output, say`Dead letter ${id} is gone: another process took care of it meanwhile.`);
}

/** Puts one letter back into the queue, unless it is no longer what was shown. */
export async function retryOne(shown: DeadLetter, uses: ActionUses): Promise<void> {
  await withDeadLetters(uses.context, openStores, (actions) => {
    if (isAsShown(actions, shown, uses)) noteRetried([shown], putBack(actions, [shown], uses.context.now()), uses);
  });
}

/** The same for many, whatever has become of them. */
export async function retryAll(letters: readonly DeadLetter[], uses: ActionUses): Promise<void> {
  await withDeadLetters(uses.context, openStores, (actions) =>
    noteRetried(letters, putBack(actions, letters, uses.context.now()), uses),
  );
}

function noteRetried(letters: readonly DeadLetter[], retried: readonly Retried[], uses: ActionUses): void {
  const { tally, context } = uses;
  const those = (kind: Retried['how']): readonly DeadLetter[] => {
    const ids = new Set(retried.filter(({ how }) => how === kind).map(({ letterId }) => letterId));
    return letters.filter(({ id }) => ids.has(id));
  };
  const put = [...those('queued'), ...those('merged')];
  tally.note(put, { kind: 'retried' });
  tally.note([...those('covered'), ...those('damaged')], { kind: 'left' });
  if (put.length > 0) logWrapped(context.output, say`${foreign(countOf(put.length))} put back into the queue.`);
  for (const one of retried) {
    if (one.how === 'covered') logWrapped(context.output, coveredWords(one));
    if (one.how === 'damaged')
      logWrapped(
        context.output,
        say`Dead letter ${one.letterId} cannot be tried again: ${foreign(one.fault ?? '')}.`,
        'error',
      );
  }
  noteGone(those('gone'), uses);
}

/** Deletes one letter for good, unless it is no longer what was shown. */
export async function purgeOne(shown: DeadLetter, uses: ActionUses): Promise<void> {
  await withDeadLetters(uses.context, openStores, (actions) => {
    if (isAsShown(actions, shown, uses)) purge(actions, [shown], uses);
  });
}

/** The same for many, of those that are still there. */
export async function purgeAll(letters: readonly DeadLetter[], uses: ActionUses): Promise<void> {
  await withDeadLetters(uses.context, openStores, (actions) => purge(actions, letters, uses));
}

function purge(actions: DeadLetterActions, letters: readonly DeadLetter[], uses: ActionUses): void {
  const there = present(actions, letters);
  const ids = new Set(there.map(({ id }) => id));
  const purged = actions.purge(there);
  uses.tally.note(there, { kind: 'purged' });
  logWrapped(uses.context.output, say`${foreign(countOf(purged))} deleted.`);
  noteGone(
    letters.filter(({ id }) => !ids.has(id)),
    uses,
  );
}

/**
 * Pins the scene to one of the letter's candidates, and puts back what the pin decides: the letter and the scene's
 * others that lacked proof.
 * @throws {UsageError | SyncError | StoreError}
 */
export async function pinOne(shown: DeadLetter, candidate: number, uses: ActionUses): Promise<void> {
  const choice = letterChoicesOf(shown)[candidate];
  if (choice === undefined) throw new Error(`letter ${shown.id} has no candidate ${candidate}`);
  const { context, loaded, signal, tally } = uses;
  const [{ pinnedLines, pinToItem }, { connectAs }] = await Promise.all([
    import('../shared/pins/pinning.ts'),
    import('../shared/plex-connection.ts'),
  ]);
  await withDeadLetters(context, openStores, async (actions, stores) => {
    if (!isAsShown(actions, shown, uses)) return;
    const plex = connectAs(prepareServerState(stores.queueDb).clientIdentifier(), loaded, { ...context, signal });
    const request = { sceneId: shown.scene_id, ratingKey: choice.rating_key, libraries: loaded.settings.plex_library };
    const pinned = await pinToItem({ ...request, now: context.now() }, { stores, plex });
    for (const line of pinnedLines(pinned)) logWrapped(context.output, say`${foreign(line)}`);
    const decided = actions.list({ ids: [...new Set([shown.id, ...pinned.done.letterIds])] });
    const retried = putBack(actions, decided, context.now());
    noteRetried(decided, retried, uses);
    const put = new Set(retried.filter(isPutBack).map(({ letterId }) => letterId));
    tally.note(
      decided.filter(({ id }) => put.has(id)),
      { kind: 'pinned', ratingKey: choice.rating_key },
    );
    if (!decided.some(({ id }) => id === shown.id)) noteGone([shown], uses);
  });
}
