import { say } from '../../core/text/sentence.ts';
import type { LetterDocument } from '../../documents/letter.ts';
import type { DeadLetter } from '../../queue/tables/dead-letters/letter.ts';
import { letterChoicesOf, letterDataOf } from '../../queue/tables/dead-letters/letter.ts';
import type { Context } from './context.ts';

/** A letter in `dlq list --json`: keys are only ever added. A damaged letter has no `job_data`. */
export function letterDocument(letter: DeadLetter): LetterDocument {
  const { job_key: _key, stamps: _stamps, bare_at: _bareAt, rest: _rest, reassert: _reassert, ...columns } = letter;
  // As stored in dlq.db, where somebody may have changed it by hand.
  const data = (letterDataOf(letter) ?? null) as LetterDocument['job_data'];
  return { ...columns, job_data: data, choices: letterChoicesOf(letter) };
}

/** Warns about a letter whose scene cannot be read: the others are shown as usual. */
export function warnOfDamage(letter: DeadLetter, { output }: Pick<Context, 'output'>): void {
  if (letterDataOf(letter) !== undefined) return;
  output.log(
    'warning',
    say`[PlexSync] Dead letter ${letter.id} is damaged: its job_data in dlq.db is no JSON object. Mend it there, or give it up: plexsync dlq purge ${letter.id}`,
  );
}
