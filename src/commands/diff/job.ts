import { UsageError } from '../../core/model/errors.ts';
import type { Job, JobState } from '../../core/model/job.ts';
import { contentKeys } from '../../core/model/scene.ts';
import type { Stores } from '../../queue/store/stores.ts';
import type { QueuedJob } from '../../queue/views/job-list.ts';
import { readJobs } from '../../queue/views/job-list.ts';
import type { PreviewReads } from '../../queue/work/preview-queue.ts';

/** The job that is looked at. One that is made up asks for whatever Stash has, as `enqueue` with the bare id does. */
export type LookedAt = {
  readonly job: Job;
  readonly state: JobState | 'made_up';
  /** When the scene was last known to be right, epoch ms. */
  readonly syncedAt: number | undefined;
};

type Asked = {
  readonly sceneId: number;
  readonly stash: 'asked' | 'not_asked';
  readonly now: number;
};

/** The job that waits for a scene, else the one under way. */
export function queuedJobOf(stores: Stores, { sceneId, now }: Asked): QueuedJob | undefined {
  const queued = [...readJobs(stores, { sceneIds: [sceneId] }, now)];
  return queued.find(({ state }) => state !== 'in_progress') ?? queued[0];
}

/**
 * The job of a scene as a drain would claim it, or a made up one.
 * @throws {UsageError} when nothing says what would be written.
 */
export function jobToLookAt(
  chosen: QueuedJob | undefined,
  reads: Pick<PreviewReads, 'dueJobs'>,
  { sceneId, stash, now }: Asked,
): Omit<LookedAt, 'syncedAt'> {
  const [job] = chosen === undefined ? [] : reads.dueJobs([chosen.jobId]);
  if (chosen === undefined || job === undefined) {
    if (stash === 'not_asked') throw nothingSays(sceneId, 'has no job, and');
    return { job: madeUp(sceneId, now), state: 'made_up' };
  }
  if (stash === 'not_asked' && job.bare === 'open' && contentKeys(job.data).length === 0)
    throw nothingSays(sceneId, 'has a job that awaits Stash, and');
  return { job, state: chosen.state };
}

function nothingSays(sceneId: number, why: string): UsageError {
  return new UsageError(
    `Scene ${sceneId} ${why} stash_url is not set, so nothing says what would be written.`,
    'Set stash_url, or enqueue the scene with its values.',
  );
}

/** No row has this id. */
const NO_JOB = 0;

function madeUp(sceneId: number, now: number): Job {
  return {
    id: NO_JOB,
    sceneId,
    data: {},
    attempt: 1,
    bare: 'open',
    overStash: {},
    spent: { failures: 0, misses: 0 },
    waited: { enqueuedAt: now, failedAt: undefined, times: 0, ms: 0 },
    lease: { jobId: NO_JOB, owner: '', claim: 0 },
  };
}
