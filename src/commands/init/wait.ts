import { withSpinner } from '../../terminal/spinner.ts';
import type { Wizard } from './questions.ts';

/** Does something that takes a while, and tells whoever answers what is waited for. */
export async function wait<Result>(
  text: string,
  { asker, context: { output } }: Pick<Wizard, 'asker' | 'context'>,
  work: () => Promise<Result>,
): Promise<Result> {
  const waiting = `${text} …`;
  if (!output.isLive) asker.show(waiting);
  return await withSpinner(waiting, output, work);
}
