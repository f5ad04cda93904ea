import { RETRY_RULES } from '../../core/failures/retry-policy.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import { say } from '../../core/text/sentence.ts';
import type { DeadLetter } from '../../queue/tables/dead-letters/letter.ts';
import type { DeadLetterActions, Retried } from '../../queue/work/dead-letter-actions.ts';

/** Puts letters back into the queue by a person's wish, which frees their scenes and the token to be tried again too. */
export function putBack(actions: DeadLetterActions, letters: readonly DeadLetter[], now: number): readonly Retried[] {
  const retried = actions.retry(letters, now);
  actions.releaseUndone(
    retried.filter(isPutBack).map(({ sceneId }) => sceneId),
    now,
  );
  const forbidden = RETRY_RULES.plex_forbidden.errorType;
  if (letters.some(({ error_type }) => error_type === forbidden)) actions.trustToken();
  return retried;
}

/** Whether the letter's edit is in the queue now. */
export function isPutBack({ how }: Retried): boolean {
  return how === 'queued' || how === 'merged';
}

/** Why a covered letter stays where it is. */
export function coveredWords({ letterId, sceneId }: Retried): Sentence {
  return say`Dead letter ${letterId} stays: a newer edit of scene ${sceneId} is being written and closes it when it succeeds.`;
}

/** `1 dead letter`, `7 dead letters`. */
export function countOf(letters: number): string {
  return letters === 1 ? '1 dead letter' : `${letters} dead letters`;
}
