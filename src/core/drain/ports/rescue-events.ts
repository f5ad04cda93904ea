import { RETRY_RULES } from '../../failures/retry-policy.ts';
import type { Sentence } from '../../model/sentence.ts';
import { say } from '../../model/sentence.ts';
import type { WorkerEvent } from './events.ts';
import type { Rescued } from './ports.ts';

/** What a rescue is worth telling: jobs that are pending again, and each that became a dead letter. */
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

/** What the letter of a job says that only ever killed the process. */
export function attemptLostWords(sceneId: number, losses: number): Sentence {
  return say`The process died ${losses} times while it worked on scene ${sceneId} alone`;
}
