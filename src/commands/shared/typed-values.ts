import { UsageError } from '../../core/model/errors.ts';
import type { JobState } from '../../core/model/job.ts';
import { JOB_STATES } from '../../core/model/job.ts';
import { nearest } from '../../core/text/nearest.ts';

/**
 * Parses a typed id.
 * @throws {UsageError} when it is not one; `what` says whose id: `scene`, `job`; `option` is the option it was given
 * in, if any.
 */
export function toId(text: string, what: string, option?: string): number {
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text);
  const message =
    option === undefined ? `"${text}" is no ${what} id.` : `${option} must be a ${what} id, not "${text}".`;
  throw new UsageError(message, 'An id is a positive whole number.');
}

/**
 * Parses several typed ids.
 * @throws {UsageError} also for an id that is given twice: probably another one was meant.
 */
export function toIds(texts: readonly string[], what: string, option?: string): readonly number[] {
  const ids = texts.map((text) => toId(text, what, option));
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new UsageError(`The ${what} id ${twice} is given twice.`, 'Give each id once.');
  return ids;
}

/**
 * Parses `--limit`.
 * @throws {UsageError}
 */
export function toLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--limit must be a positive whole number, not "${text}".`);
}

/**
 * Parses `--state`.
 * @throws {UsageError}
 */
export function toState(text: string): JobState {
  const state = JOB_STATES.find((known) => known === text);
  if (state !== undefined) return state;
  const meant = nearest(text, JOB_STATES);
  throw new UsageError(
    `--state must be one of ${JOB_STATES.join(', ')}, not "${text}".`,
    meant === undefined ? undefined : `Did you mean ${meant}?`,
  );
}
