import { SyncError } from '../errors.ts';
import type { Job } from '../job.ts';
import type { SceneFile } from '../match.ts';
import type { SceneData } from '../scene.ts';
import type { SceneRecord } from '../scene-record.ts';
import type { Course, Step } from './course.ts';
import { failed, split } from './course.ts';

/** A job with the scene as it is now, its file, and what we last wrote for it. */
export type Hydrated = {
  readonly job: Job;
  readonly scene: SceneData;
  readonly file: SceneFile;
  readonly record: SceneRecord | undefined;
};

/** Finds each job's scene and file: out of the job itself, or the file of an earlier sync. */
export function hydrate(jobs: readonly Job[], { deps }: Course): Step<Hydrated> {
  return split(jobs, (job) => {
    const record = deps.queue.record(job.sceneId);
    const path = job.data.path ?? record?.scenePath;
    if (path === undefined) {
      return failed(job, new SyncError('no_file_path', `No file path for scene ${job.sceneId}, cannot sync to Plex`));
    }
    return { job, scene: job.data, file: { path, size: job.data.size }, record };
  });
}
