import type { SceneFile } from '../../match/evidence.ts';
import { durationMsOf } from '../../match/file-facts.ts';
import { SyncError } from '../../model/errors.ts';
import type { Job } from '../../model/job.ts';
import type { SceneData, SceneKey } from '../../model/scene.ts';
import { contentKeys, isEmptyValue } from '../../model/scene.ts';
import type { SceneRecord } from '../../model/scene-record.ts';
import { saysMoreThanTitle } from '../../model/scene-record.ts';
import type { StashScene } from '../../model/stash-scene.ts';
import type { DrainContext, Ended, Step } from '../drain-context.ts';
import { failed, givenBack, sharedFailure, split } from '../drain-context.ts';
import type { StashAnswer } from '../servers/scene-fetcher.ts';

/** A job with the scene as it is now, its file, and what we last wrote for it. */
export type Hydrated = {
  readonly job: Job;
  readonly scene: SceneData;
  /** The keys whose values Stash said; what is empty there may mean less than an empty value given by hand. */
  readonly fromStash: ReadonlySet<SceneKey>;
  /** When Stash says it changed last, in its own spelling; absent where Stash was not asked. */
  readonly stashUpdatedAt: string | undefined;
  readonly file: SceneFile;
  readonly record: SceneRecord | undefined;
};

/**
 * Finds each job's scene and file: out of the job itself, the file of an earlier sync, and for jobs that ask for it,
 * what Stash has now, all of a batch in one request. Read again at each attempt, so that old data is never written.
 */
export async function hydrate(jobs: readonly Job[], context: DrainContext): Promise<Step<Hydrated>> {
  const asked = jobs.filter(({ bare }) => bare === 'open').map(({ sceneId }) => sceneId);
  const answers = await context.stash.look(asked);
  return split(jobs, (job) => hydrateOne(job, answers.get(job.sceneId), context));
}

function hydrateOne(job: Job, answer: StashAnswer | undefined, context: DrainContext): Hydrated | Ended {
  switch (answer?.kind) {
    case undefined:
      // Nobody could be asked: what was given by hand is written, the rest waits for a run that can.
      if (job.bare === 'open' && contentKeys(job.data).length === 0) return givenBack(job);
      return withFile(job, { scene: job.data, fromStash: new Set(), stashUpdatedAt: undefined }, context);
    case 'shared':
      return context.deps.stopRequested() === undefined ? sharedFailure(job, answer.error) : givenBack(job);
    case 'failed':
      return failed(job, answer.error);
    case 'gone':
      return afterGone(job, context);
    case 'found': {
      const { stashed: said, stashUpdatedAt } = gated(job, answer.scene, context);
      const stashed = ofNamedFile(said, job.overStash);
      // What was given by hand after the request lies over what Stash says.
      const scene = { ...stashed, ...job.overStash };
      const fromStash = new Set(
        (Object.keys(stashed) as SceneKey[]).filter((key) => !Object.hasOwn(job.overStash, key)),
      );
      return withFile({ ...job, bare: 'filled' }, { scene, fromStash, stashUpdatedAt }, context);
    }
  }
}

/** What Stash knows of its own file says nothing about another one that was named by hand. */
function ofNamedFile(stashed: SceneData, { path }: SceneData): SceneData {
  if (path === undefined || path === stashed.path) return stashed;
  const { size, duration, ...rest } = stashed;
  return rest;
}

/** A scene that is gone from Stash ends its job, but for what was given by hand afterwards. */
function afterGone(job: Job, context: DrainContext): Hydrated | Ended {
  const path = job.overStash.path ?? context.deps.queue.record(job.sceneId)?.scenePath;
  if (contentKeys(job.overStash).length === 0 || path === undefined) return { job, outcome: { kind: 'gone' } };
  const said = { scene: { path, ...job.overStash }, fromStash: new Set<SceneKey>(), stashUpdatedAt: undefined };
  return withFile({ ...job, bare: 'filled' }, said, context);
}

type Stashed = { readonly stashed: SceneData; readonly stashUpdatedAt: string | undefined };

/**
 * A scene with nothing but a title may still be identified: its emptiness says nothing yet, unless we wrote more of it
 * out of Stash before. A write that the guard kept from clearing what is ours is not as Stash has it.
 */
function gated(job: Job, { data, updatedAt }: StashScene, { deps, options }: DrainContext): Stashed {
  const record = deps.queue.record(job.sceneId);
  const hasOurs = record !== undefined && saysMoreThanTitle(record.written);
  const isThin = contentKeys(data).every((key) => SAYS_NOTHING.has(key) || isEmptyValue(data[key]));
  const wasEmptied = hasOurs && record.source === 'stash';
  if (options.thinScenes === 'take' || !isThin || wasEmptied) return { stashed: data, stashUpdatedAt: updatedAt };
  // Without a file it goes nowhere, and its dead letter says so.
  if ((job.overStash.path ?? data.path) !== undefined) deps.emit({ kind: 'thin_scene', sceneId: job.sceneId });
  const kept = (Object.entries(data) as [SceneKey, SceneData[SceneKey]][]).filter(([, value]) => !isEmptyValue(value));
  return { stashed: Object.fromEntries(kept), stashUpdatedAt: hasOurs ? undefined : updatedAt };
}

/** A title is made of the file name as often as not, and every scene has a screenshot. */
const SAYS_NOTHING: ReadonlySet<SceneKey> = new Set(['title', 'poster_url', 'background_url']);

function withFile(
  job: Job,
  said: Pick<Hydrated, 'scene' | 'fromStash' | 'stashUpdatedAt'>,
  { deps }: DrainContext,
): Hydrated | Ended {
  const record = deps.queue.record(job.sceneId);
  // Where Stash was asked, it knows of the file, or that there is none.
  const path = said.scene.path ?? (job.bare === 'filled' ? undefined : record?.scenePath);
  if (path === undefined)
    return failed(job, new SyncError('no_file_path', `No file path for scene ${job.sceneId}, cannot sync to Plex`));
  const { size, duration } = said.scene;
  const file = { path, size, durationMs: durationMsOf(duration) };
  return { job: { ...job, knownPath: path }, ...said, file, record };
}
