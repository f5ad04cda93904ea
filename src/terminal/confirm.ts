import { UsageError } from '../core/model/errors.ts';
import { canAsk, readAnswer } from './ask.ts';
import type { Streams } from './streams.ts';

/** The answer to a question; `broken_off` after Ctrl-C or Ctrl-D. */
export type Confirmation = 'yes' | 'no' | 'broken_off';

/**
 * Asks before an action that cannot be undone; the default is No.
 * @throws {UsageError} when there is no terminal and `--yes` was not given.
 */
export async function confirm(
  question: string,
  { yes, streams }: { readonly yes: boolean; readonly streams: Streams },
): Promise<Confirmation> {
  if (yes) return 'yes';
  if (!canAsk(streams)) throw new UsageError(`${question} There is no terminal to ask at.`, 'Run again with --yes.');
  const typed = await readAnswer(`${question} [y/N] `, 'shown');
  if (typed === undefined) return 'broken_off';
  return /^y(es)?$/i.test(typed) ? 'yes' : 'no';
}
