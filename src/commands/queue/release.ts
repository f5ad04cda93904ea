import { UsageError } from '../../core/model/errors.ts';
import type { JobState } from '../../core/model/job.ts';
import type { QueueReleaseDocument } from '../../documents/job.ts';
import { EXIT } from '../../exit.ts';
import { openPreviewStores } from '../../queue/store/preview-stores.ts';
import { inStore } from '../../queue/store/store-errors.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { storesName } from '../../queue/store/stores.ts';
import { serverWords } from '../../queue/tables/server-state.ts';
import { prepareUndone } from '../../queue/tables/undone.ts';
import { countJobs } from '../../queue/views/job-list.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import { releaseAndEnqueue } from '../../queue/work/release-undone.ts';
import { isGiven } from '../../settings/is-given.ts';
import { confirm } from '../../terminal/confirm.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import { toIds } from '../shared/typed-values.ts';

export type ReleaseOptions = {
  readonly ids: readonly string[];
  readonly selectAll: 'all' | 'selected';
  readonly confirmed: 'yes' | 'ask';
  readonly effect: 'release' | 'show_only';
  readonly configFile: string | undefined;
};

/** Lets undone scenes be written again: each gets a job that is due, or its waiting one becomes due. */
export async function release(options: ReleaseOptions, context: Context): Promise<number> {
  const { dataDir, streams, now } = context;
  const isDryRun = options.effect === 'show_only';
  const stores = isDryRun ? openPreviewStores(dataDir) : openStores(dataDir);
  try {
    const undone = inStore(storesName(stores.path), () => prepareUndone(stores.queueDb).scenes());
    const scenes = chosen(options, undone);
    if (isDryRun) return report(scenes, undefined, context);
    const question = `Let ${countOf(scenes)} of ${dataDir.path}${serverWords(stores.queueDb)} be written again, which was undone?`;
    const answer = scenes.length > 1 ? await confirm(question, { yes: options.confirmed === 'yes', streams }) : 'yes';
    if (answer !== 'yes') return declined(answer, context);
    releaseAndEnqueue(stores, scenes, now());
    return report(scenes, await heldOf(stores, scenes, { ...options, context }), context);
  } finally {
    stores.close();
  }
}

function chosen({ ids, selectAll }: ReleaseOptions, undone: readonly number[]): readonly number[] {
  if (selectAll === 'all' ? ids.length > 0 : ids.length === 0)
    throw new UsageError(
      ids.length > 0 ? 'Give ids or --all, not both.' : 'Which scenes to release was not said.',
      'Give their Stash ids, or --all for every undone scene.',
    );
  if (selectAll === 'all') return undone;
  const wanted = toIds(ids, 'scene');
  const stray = wanted.filter((id) => !undone.includes(id));
  if (stray.length > 0)
    throw new UsageError(
      `Not undone: ${stray.length === 1 ? 'scene' : 'scenes'} ${stray.join(', ')}.`,
      `plexsync enqueue ${stray.join(' ')} writes ${stray.length === 1 ? 'it' : 'them'} in any case.`,
    );
  return wanted;
}

/** Jobs of released scenes that no run takes as things stand. */
type Held = {
  /** Those that wait until Stash can be asked. */
  readonly noStash: number;
  /** Those that wait until somebody allows what they remove. */
  readonly removals: number;
};

async function heldOf(
  stores: Stores,
  sceneIds: readonly number[],
  { configFile, context }: Pick<ReleaseOptions, 'configFile'> & { readonly context: Context },
): Promise<Held> {
  const { env, dataDir, now } = context;
  const count = (state: JobState): number => countJobs(stores, { sceneIds, states: [state] }, now());
  // What the last run could not ask the next one may.
  const isKnown = await isGiven('stash_url', { env, dataDir: dataDir.path, configFile });
  return { noStash: isKnown ? 0 : count('held'), removals: count('removals') };
}

/** `held` is absent in a dry run. */
function report(scenes: readonly number[], held: Held | undefined, { output }: Pick<Context, 'output'>): number {
  const document: QueueReleaseDocument = {
    ...(held === undefined ? { dry_run: true } : { no_stash: held.noStash, removals: held.removals }),
    released: scenes.length,
    scenes,
  };
  if (output.json) output.resultJson(document, 2);
  else if (scenes.length === 0) output.result('No scene is undone.');
  else if (held === undefined) output.result(`${countOf(scenes)} would be released: ${scenes.join(', ')}.`);
  else output.result(releasedText(scenes, held));
  return EXIT.done;
}

function releasedText(scenes: readonly number[], { noStash, removals }: Held): string {
  const due = scenes.length - noStash - removals;
  const isWhole = due === scenes.length;
  const parts = [
    ...(due > 0 ? [`${isWhole ? '' : `${due} `}due with the next run`] : []),
    ...(noStash > 0 ? [`${noStash} without a Stash to ask`] : []),
    ...(removals > 0 ? [`${removals} held back, since ${removals === 1 ? 'it' : 'they'} would remove too much`] : []),
  ];
  const steps = [
    ...(noStash > 0 ? ['set stash_url'] : []),
    ...(removals > 0 ? ['plexsync resume allows what is removed'] : []),
    'plexsync process',
  ];
  return `${countOf(scenes)} released: ${parts.join(', ')}.\nNext: ${steps.join(', then ')}`;
}

function countOf({ length }: readonly number[]): string {
  return length === 1 ? '1 undone scene' : `${length.toLocaleString('en')} undone scenes`;
}
