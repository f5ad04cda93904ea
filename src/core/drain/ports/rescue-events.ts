import { RETRY_RULES } from '../../failures/retry-policy.ts';
import type { Sentence } from '../../text/sentence.ts';
import { say } from '../../text/sentence.ts';
import type { WorkerEvent } from './events.ts';
import type { Rescued } from './queue.ts';

/** The events to report after a rescue: how many jobs are pending again, and each job that became a dead letter. */
export function rescueEvents({ takenBack, buried }: Rescued): readonly WorkerEvent[] {
  const letters = buried.map(
    ({ jobId, sceneId, losses }): WorkerEvent => ({
      kind: 'buried',
      jobId,
      sceneId,
      errorType: RETRY_RULES.attempt_lost.errorType,
      message: attemptLostWords(sceneId, losses),
      retries: losses,
      exhausted: true,
    }),
  );
  return takenBack > 0 ? [{ kind: 'rescued', count: takenBack }, ...letters] : letters;
}

/** The message of a dead letter whose job killed the process each time it ran. */
export function attemptLostWords(sceneId: number, losses: number): Sentence {
  return say`The process died ${losses} times while it worked on scene ${sceneId} alone`;
}
