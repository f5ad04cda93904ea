import type { TooLong } from '../../write/cut-summary.ts';
import { afterTaken, afterTooLong, isHopeless, retriesCut, withoutSummary } from '../../write/cut-summary.ts';
import type { Part } from '../../write/parts.ts';
import type { DrainOptions } from '../drain-options.ts';
import type { DrainDeps } from '../ports.ts';
import type { Planned } from '../steps/plan.ts';

/** Knows which requests were too long of late, in this drain and in those before it. */
export type LongRequests = {
  /** How long the request for a part of the job is, in bytes. */
  lengthOf(work: Pick<Planned, 'item'>, part: Part): number;
  refused(bytes: number): void;
  taken(bytes: number): void;
  /** The job without the summary that is cut in Plex, where it would be refused whole again. */
  withoutHopeless(work: Planned): Planned;
};

export function createLongRequests(
  { queue, plex, now }: DrainDeps,
  { tokenFingerprint, rules }: DrainOptions,
): LongRequests {
  // Of this server at this address alone: a way around the proxy has another limit.
  let known = queue.tooLong(tokenFingerprint);
  let seenHere: TooLong | undefined;
  const keep = (next: TooLong | undefined): void => {
    if (next === known) return;
    known = next;
    queue.saveTooLong(tokenFingerprint, next);
  };
  const lengthOf: LongRequests['lengthOf'] = ({ item }, part) => plex.editLength(item, part, lockOf(rules));
  return {
    lengthOf,
    refused: (bytes) => {
      seenHere = afterTooLong(seenHere, bytes, now());
      keep(afterTooLong(known, bytes, now()));
    },
    taken: (bytes) => {
      seenHere = afterTaken(seenHere, bytes);
      keep(afterTaken(known, bytes));
    },
    withoutHopeless: (work) => {
      const { plan, written } = work;
      if (!retriesCut(plan, written)) return work;
      const summary = plan.fields.filter(({ field }) => field === 'summary');
      const isAlone = plan.fields.length + plan.lists.length === 1;
      const bytes = lengthOf(work, { fields: summary, lists: [] });
      // Beside other edits a person may wait for it: once a run it is tried, whatever an earlier one has found.
      if (!isHopeless(bytes, isAlone ? known : seenHere, now())) return work;
      return { ...work, plan: withoutSummary(plan, written) };
    },
  };
}

export function lockOf({ lockFields }: DrainOptions['rules']): 'lock' | 'leave_unlocked' {
  return lockFields ? 'lock' : 'leave_unlocked';
}
