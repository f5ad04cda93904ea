import { UsageError } from '../../core/model/errors.ts';
import type { ProcessOptions } from './process-options.ts';

/**
 * Refuses a run that would drop what is asked of it alone, since it does nothing.
 * @throws {UsageError} `why`: the end of a sentence
 */
export function refuseLostWish(
  { adoptServer, removals }: Pick<ProcessOptions, 'adoptServer' | 'removals'>,
  { why, hint }: { readonly why: string; readonly hint: string },
): void {
  const wish = adoptServer ? '--adopt-server' : removals === 'allowed' ? '--allow-removals' : undefined;
  if (wish !== undefined) throw new UsageError(`${wish} is for one run, and this one does nothing: ${why}.`, hint);
}
