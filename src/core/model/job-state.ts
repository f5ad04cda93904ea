/**
 * What a job waits for. `due`: a drain. `retry`: its next try after a failure. `not_found`: Plex, which has not got its
 * file yet. `held`: Stash, which alone can say what to write. `in_progress` waits for nothing: a drain has it.
 */
export const JOB_STATES = ['due', 'retry', 'not_found', 'held', 'in_progress'] as const;
export type JobState = (typeof JOB_STATES)[number];
