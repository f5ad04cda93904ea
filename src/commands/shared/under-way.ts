import type { QueuedJob } from '../../queue/views/job-list.ts';

/** Why nothing else can be done with a job that a run has taken. */
export function underWayWords({ isAbandoned }: Pick<QueuedJob, 'isAbandoned'>): string {
  return isAbandoned ? 'its run was killed, and the next one takes it back' : 'a run is working on it';
}
