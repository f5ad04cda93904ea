import { UsageError } from '../core/model/errors.ts';
import { canAsk, readAnswer } from './ask.ts';

/** What a person says to a question; `broken_off` with Ctrl-C or Ctrl-D. */
export type Confirmation = 'yes' | 'no' | 'broken_off';

/**
 * Asks before something that cannot be taken back; the default is No.
 * @throws {UsageError} when there is no terminal to ask at and the answer was not given with `--yes`.
 */
export async function confirm(question: string, answer: { readonly yes: boolean }): Promise<Confirmation> {
  if (answer.yes) return 'yes';
  if (!canAsk()) throw new UsageError(`${question} There is no terminal to ask at.`, 'Run again with --yes.');
  const typed = await readAnswer(`${question} [y/N] `, 'shown');
  if (typed === undefined) return 'broken_off';
  return /^y(es)?$/i.test(typed) ? 'yes' : 'no';
}
