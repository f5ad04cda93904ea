import type { TooLong } from '../../write/cut-summary.ts';
import { afterTaken, afterTooLong, retriesCut, withoutSummary, wouldBeRefused } from '../../write/cut-summary.ts';
import { lockOf } from '../../write/desired-state.ts';
import type { Part } from '../../write/parts.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { Planned } from '../ports/stages.ts';

/** Remembers which requests were recently too long, in this drain and in earlier ones. */
export type LongRequests = {
  /** The length of the request for a part of the job, in bytes. */
  lengthOf(work: Pick<Planned, 'item'>, part: Part): number;
  noteTooLong(bytes: number): void;
  noteTaken(bytes: number): void;
  /** Leaves the cut summary in Plex as it is where the whole one would be refused again; else returns `work` itself. */
  leaveCutSummary(work: Planned): Planned;
};

export function createLongRequests(
  { queue, plex, now }: DrainDeps,
  { tokenFingerprint, rules }: DrainOptions,
): LongRequests {
  // Another address of the same server may have another limit, if no proxy is in between.
  let known = queue.tooLong(tokenFingerprint);
  let seenHere: TooLong | undefined;
  const keep = (next: TooLong | undefined): void => {
    if (next === known) return;
    known = next;
    queue.saveTooLong(tokenFingerprint(), next);
  };
  const lengthOf: LongRequests['lengthOf'] = ({ item }, part) => plex.editLength(item, part, lockOf(rules));
  return {
    lengthOf,
    noteTooLong: (bytes) => {
      seenHere = afterTooLong(seenHere, bytes, now());
      keep(afterTooLong(known, bytes, now()));
    },
    noteTaken: (bytes) => {
      seenHere = afterTaken(seenHere, bytes);
      keep(afterTaken(known, bytes));
    },
    leaveCutSummary: (work) => {
      const { plan, written } = work;
      if (!retriesCut(plan, written)) return work;
      const summary = plan.fields.filter(({ field }) => field === 'summary');
      const isAlone = plan.fields.length + plan.lists.length === 1;
      const bytes = lengthOf(work, { fields: summary, lists: [] });
      // Together with other edits it is tried once per run, since a person may wait for it.
      if (!wouldBeRefused(bytes, isAlone ? known : seenHere, now())) return work;
      return { ...work, plan: withoutSummary(plan, written) };
    },
  };
}
