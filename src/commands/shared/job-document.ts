import type { JobDocument } from '../../documents/job.ts';
import type { QueuedJob } from '../../queue/views/job-list.ts';
import { utcTime } from '../../terminal/time.ts';

/** A job in `queue list --json` and `status --json`: keys are only ever added. */
export function jobDocument(job: QueuedJob): JobDocument {
  return {
    job_id: job.jobId,
    scene_id: job.sceneId,
    state: job.state,
    title: job.title ?? null,
    path: job.path ?? null,
    attempts: job.attempts,
    failures: job.failures,
    misses: job.misses,
    last_error: job.lastError ?? null,
    available_at: utcTime(job.availableAt),
    enqueued_at: utcTime(job.enqueuedAt),
    data: job.data,
    from_stash: job.isBare,
    reassert: job.reassert,
  };
}
