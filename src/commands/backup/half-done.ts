import { StoreError } from '../../core/model/errors.ts';

/** The error of a restore that has replaced the letters and not the queue, with the way back. */
export function halfDone({ message, hint }: StoreError, kept: string | undefined): StoreError {
  const back = kept === undefined ? '' : ` What was there before is in ${kept}, and can be restored likewise.`;
  return new StoreError(
    `${message.replace(/\.$/, '')}; so the dead letters are those of the backup, and the queue is not.`,
    `${hint.replace(/; nothing is lost/, '')} Until the same restore succeeds, let nothing run on it.${back}`,
  );
}
