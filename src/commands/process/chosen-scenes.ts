import type { Sentence } from '../../core/text/sentence.ts';
import { say } from '../../core/text/sentence.ts';
import type { Stores } from '../../queue/store/stores.ts';
import type { StashUse } from '../../queue/tables/jobs/awaits-stash.ts';
import type { QueuedJob } from '../../queue/views/job-list.ts';
import { readJobs } from '../../queue/views/job-list.ts';
import { makeScenesDue } from '../../queue/work/only-scenes.ts';
import type { Context } from '../shared/context.ts';
import { toIds } from '../shared/typed-values.ts';

/**
 * The scenes of `--scene`, given one by one or between commas.
 * @throws {UsageError}
 */
export function chosenScenes(scenes: readonly string[]): readonly number[] {
  return toIds(
    scenes.flatMap((text) => text.split(',')).map((text) => text.trim()),
    'scene',
    '--scene',
  );
}

/** Makes what waits of the chosen scenes due, and says of each that the run will not take why. */
export function takeChosen(
  stores: Stores,
  {
    sceneIds,
    startedAt,
    stash,
  }: { readonly sceneIds: readonly number[]; readonly startedAt: number; readonly stash: StashUse },
  { output }: Context,
): void {
  sayUntaken(stores, { sceneIds, now: startedAt, stash }, output);
  makeScenesDue(stores, sceneIds, startedAt);
}

/** Says of each chosen scene that a run will not take why. */
export function sayUntaken(
  stores: Stores,
  { sceneIds, now, stash }: { readonly sceneIds: readonly number[]; readonly now: number; readonly stash: StashUse },
  output: Context['output'],
): void {
  const first = new Map<number, QueuedJob>();
  // What is under way comes first; a job that waits behind it is not taken either.
  for (const job of readJobs(stores, { sceneIds }, now)) if (!first.has(job.sceneId)) first.set(job.sceneId, job);
  for (const sceneId of sceneIds) {
    const why = whyUntaken(sceneId, first.get(sceneId), stash);
    if (why !== undefined) output.log('warning', why);
  }
}

function whyUntaken(sceneId: number, job: QueuedJob | undefined, stash: StashUse): Sentence | undefined {
  switch (job?.state) {
    case undefined:
      return say`Scene ${sceneId} has no job that waits: plexsync status ${sceneId} says where it is, plexsync enqueue ${sceneId} sends it again.`;
    case 'in_progress':
      // The run takes it back first, and then takes it.
      if (job?.isAbandoned) return undefined;
      return say`Scene ${sceneId} is being worked on by another run.`;
    case 'removals':
      return say`Scene ${sceneId} waits, since it would remove too much: plexsync process --scene ${sceneId} --allow-removals lets it.`;
    case 'undone':
      return say`Scene ${sceneId} was undone: plexsync queue release ${sceneId} lets it be written again.`;
    case 'held':
      if (stash === 'asked') return undefined;
      return say`Scene ${sceneId} waits for Stash, which alone can say what to write: set stash_url.`;
    case 'due':
    case 'retry':
    case 'not_found':
    case 'pictures':
      return undefined;
  }
}
