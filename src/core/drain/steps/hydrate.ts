import type { SceneFile } from '../../match/evidence.ts';
import { SyncError } from '../../model/errors.ts';
import { durationMsOf } from '../../model/file-facts.ts';
import type { Job } from '../../model/job.ts';
import type { SceneData, SceneKey } from '../../model/scene.ts';
import { contentKeys, isEmptyValue } from '../../model/scene.ts';
import { saysMoreThanTitle } from '../../model/scene-record.ts';
import { contentHashOf } from '../../model/stash-content.ts';
import type { StashScene } from '../../model/stash-scene.ts';
import { staysUndone } from '../../model/undone.ts';
import { say } from '../../text/sentence.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { Ended, Step } from '../ports/endings.ts';
import { failed, givenBack, sharedFailure, split } from '../ports/endings.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { DrainQueue } from '../ports/queue.ts';
import type { Hydrated } from '../ports/stages.ts';
import type { RequestWatch } from '../servers/request-watch.ts';
import type { SceneFetcher, StashAnswer } from '../servers/scene-fetcher.ts';

type Uses = Pick<DrainDeps, 'emit' | 'stopRequested'> & {
  readonly queue: Pick<DrainQueue, 'record' | 'undone' | 'pin'>;
  readonly scenes: Pick<SceneFetcher, 'look'>;
  readonly requests: Pick<RequestWatch, 'succeeded'>;
  readonly options: Pick<DrainOptions, 'thinScenes'>;
};

/**
 * Finds each job's scene and file: from the job itself, from the record of an earlier sync, and from Stash for bare jobs
 * and for the file that nobody else knows, a whole batch in one request. Runs again at each attempt, so that outdated
 * data is never written.
 */
export async function hydrate(jobs: readonly Job[], context: Uses): Promise<Step<Hydrated>> {
  const asked = jobs.filter((job) => job.bare === 'open' || lacksFile(job, context)).map(({ sceneId }) => sceneId);
  const answers = await context.scenes.look(asked);
  context.requests.succeeded(
    'stash POST scenes',
    jobs.filter(({ sceneId }) => isAnswered(answers.get(sceneId))),
  );
  return split(jobs, (job) => {
    const answer = answers.get(job.sceneId);
    // Of what was all said by hand, Stash is asked for the file alone.
    return undoneEnd(job, job.bare === 'no' ? undefined : answer, context) ?? hydrateOne(job, answer, context);
  });
}

/** Whether neither the person who gave the scene nor an earlier sync named its file. */
function lacksFile({ sceneId, data }: Job, { queue }: Uses): boolean {
  return data.path === undefined && queue.record(sceneId)?.scenePath === undefined;
}

/** Ends a job whose scene was undone, unless Stash has something else of it by now. */
function undoneEnd(job: Job, answer: StashAnswer | undefined, { queue }: Uses): Ended | undefined {
  if (answer !== undefined && answer.kind !== 'found' && answer.kind !== 'gone') return undefined;
  const undone = queue.undone(job.sceneId);
  if (undone === undefined) return undefined;
  // What a person said of a scene that Stash no longer has waits too.
  if (answer?.kind === 'gone' && contentKeys(job.overStash).length === 0) return undefined;
  const content = answer?.kind === 'found' ? contentHashOf(answer.scene.data) : undefined;
  return staysUndone(undone, content) ? { job, outcome: { kind: 'undone', content } } : undefined;
}

function isAnswered(answer: StashAnswer | undefined): boolean {
  return answer?.kind === 'found' || answer?.kind === 'gone';
}

function hydrateOne(job: Job, answer: StashAnswer | undefined, context: Uses): Hydrated | Ended {
  switch (answer?.kind) {
    case undefined:
      // Stash could not be asked: keys given by hand are written, the rest awaits Stash in a later run.
      if (job.bare === 'open' && contentKeys(job.data).length === 0) return givenBack(job);
      return withFile(job, { scene: job.data, ...BY_HAND }, context);
    case 'shared':
      return context.stopRequested() === undefined ? sharedFailure(job, answer.error) : givenBack(job);
    case 'failed':
      return failed(job, answer.error);
    case 'gone':
      if (job.bare === 'no') return withFile(job, { scene: job.data, ...BY_HAND }, context);
      return afterGone(job, context);
    case 'found': {
      if (job.bare === 'no') {
        const scene = { ...fileKeysOf(answer.scene.data), ...job.data };
        return withFile(job, { scene, ...BY_HAND }, context);
      }
      const { stashed: said, ...marks } = gated(job, answer.scene, context);
      const stashed = ofNamedFile(said, job.overStash);
      // Keys given by hand after the request override what Stash says.
      const scene = { ...stashed, ...job.overStash };
      const fromStash = new Set(
        (Object.keys(stashed) as SceneKey[]).filter((key) => !Object.hasOwn(job.overStash, key)),
      );
      return withFile({ ...job, bare: 'filled' }, { scene, fromStash, ...marks }, context);
    }
  }
}

/** The file of a scene and its others, and nothing of what is written to Plex. */
function fileKeysOf({ path, size, duration, files }: SceneData): SceneData {
  const all = { path, size, duration, files };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** A path given by hand means that file alone; what Stash knows of its other files is dropped. */
function ofNamedFile(stashed: SceneData, { path }: SceneData): SceneData {
  if (path === undefined) return stashed;
  const { files, size, duration, ...rest } = stashed;
  if (path === stashed.path) return { ...rest, ...keep('size', size), ...keep('duration', duration) };
  const named = files?.find((file) => file.path === path);
  return { ...rest, ...keep('size', named?.size), ...keep('duration', named?.duration) };
}

function keep(key: 'size' | 'duration', value: number | undefined): SceneData {
  return value === undefined ? {} : { [key]: value };
}

/** A scene that is gone from Stash ends its job, unless keys were given by hand afterwards. */
function afterGone(job: Job, context: Uses): Hydrated | Ended {
  const { queue } = context;
  const path = job.overStash.path ?? queue.record(job.sceneId)?.scenePath ?? queue.pin(job.sceneId)?.file;
  if (contentKeys(job.overStash).length === 0 || path === undefined) return { job, outcome: { kind: 'gone' } };
  const said = { scene: { path, ...job.overStash }, ...BY_HAND };
  return withFile({ ...job, bare: 'filled' }, said, context);
}

/** By what reconcile sees later whether a scene is still as it was written. */
type Marks = Pick<Hydrated, 'stashUpdatedAt' | 'contentHash'>;

const NOT_OF_STASH: Marks = { stashUpdatedAt: undefined, contentHash: undefined };

const BY_HAND: Pick<Hydrated, 'fromStash'> & Marks = { fromStash: new Set(), ...NOT_OF_STASH };

type Stashed = Marks & { readonly stashed: SceneData };

/**
 * A scene with only a title may not be identified yet: its empty fields clear nothing, unless we wrote more of it from
 * Stash before. A record that the guard kept from clearing our values does not count as Stash's state.
 */
function gated(job: Job, { data, updatedAt }: StashScene, { emit, queue, options }: Uses): Stashed {
  const marks: Marks = { stashUpdatedAt: updatedAt, contentHash: contentHashOf(data) };
  const record = queue.record(job.sceneId);
  const hasOurs = record !== undefined && saysMoreThanTitle(record.written);
  const isThin = contentKeys(data).every((key) => SAYS_NOTHING.has(key) || isEmptyValue(data[key]));
  const wasEmptied = hasOurs && record.source === 'stash';
  if (options.thinScenes === 'clear' || !isThin || wasEmptied) return { stashed: data, ...marks };
  // A scene without a file is not written, and its dead letter says so.
  if ((job.overStash.path ?? data.path) !== undefined) emit({ kind: 'thin_scene', sceneId: job.sceneId });
  const kept = (Object.entries(data) as [SceneKey, SceneData[SceneKey]][]).filter(([, value]) => !isEmptyValue(value));
  return { stashed: Object.fromEntries(kept), ...(hasOurs ? NOT_OF_STASH : marks) };
}

/** Keys that show no curation: the title is often made from the file name, and every scene has a screenshot. */
const SAYS_NOTHING: ReadonlySet<SceneKey> = new Set(['title', 'poster_url', 'background_url']);

/** Windows allows the longest paths, in UTF-16 units. Servers close the connection on a longer one, as in an outage. */
const LONGEST_PATH = 32_767;

function withFile(job: Job, all: Said, { queue }: Uses): Hydrated | Ended {
  const said = job.rest === undefined ? all : { ...all, scene: onlyPictures(all.scene) };
  const record = queue.record(job.sceneId);
  // Once Stash was asked, its answer about the file counts, also when there is none; a pin is good whatever that is.
  const known = job.bare === 'filled' ? undefined : record?.scenePath;
  const path = said.scene.path ?? known ?? queue.pin(job.sceneId)?.file;
  if (path === undefined) return withoutFile(job);
  if (path.length > LONGEST_PATH) {
    const message = say`The path of scene ${job.sceneId} has ${path.length} characters, more than any file system allows`;
    return failed(job, new SyncError('no_file_path', message));
  }
  const { size, duration, files } = said.scene;
  const file = toFile({ path, size, duration });
  const others = (files ?? []).filter((other) => other.path !== path).map(toFile);
  const knownFiles = others.length === 0 ? undefined : files;
  return { job: { ...job, knownPath: path, knownFiles }, ...said, file, files: [file, ...others], record };
}

/** An edit that a person made must not be lost without a word; an event of a scene that exists on paper only may be. */
function withoutFile(job: Job): Ended {
  const error = new SyncError('no_file_path', say`No file path for scene ${job.sceneId}, cannot sync to Plex`);
  return job.by === 'event' ? { job, outcome: { kind: 'without_file', error } } : failed(job, error);
}

type Said = Pick<Hydrated, 'scene' | 'fromStash'> & Marks;

/** All else of the scene is written: a person may have changed it in Plex by now. */
function onlyPictures({ poster_url, background_url, ...scene }: SceneData): SceneData {
  const pictures = Object.entries({ poster_url, background_url }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(pictures), ...fileKeysOf(scene) };
}

function toFile({
  path,
  size,
  duration,
}: {
  readonly path: string;
  readonly size?: number | undefined;
  readonly duration?: number | undefined;
}): SceneFile {
  return { path, size, durationMs: durationMsOf(duration) };
}
