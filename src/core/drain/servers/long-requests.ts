import type { TooLong } from '../../write/cut-summary.ts';
import {
  afterTaken,
  afterTooLong,
  retriesCut,
  SUMMARY_TOO_LONG,
  withoutSummary,
  wouldBeRefused,
} from '../../write/cut-summary.ts';
import { lockOf } from '../../write/desired-state.ts';
import type { Part } from '../../write/parts.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { Planned } from '../ports/stages.ts';

/** Knows which requests were too long of late, in this drain and in those before it. */
export type LongRequests = {
  /** How long the request for a part of the job is, in bytes. */
  lengthOf(work: Pick<Planned, 'item'>, part: Part): number;
  noteTooLong(bytes: number): void;
  noteTaken(bytes: number): void;
  /** The job without the summary that is cut in Plex, where the whole of it would be refused again; that is told. */
  leaveCutSummary(work: Planned): Planned;
};

export function createLongRequests(
  { queue, plex, now, emit }: DrainDeps,
  { tokenFingerprint, rules }: DrainOptions,
): LongRequests {
  // Another address of the same server may have another limit: there is no proxy on the way.
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
      // Beside other edits it is tried once in each run, since a person may wait for it.
      if (!wouldBeRefused(bytes, isAlone ? known : seenHere, now())) return work;
      emit({ kind: 'left_alone', sceneId: work.job.sceneId, left: SUMMARY_TOO_LONG });
      return { ...work, plan: withoutSummary(plan, written) };
    },
  };
}
