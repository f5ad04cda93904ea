import type { EditPlan } from './edit-plan.ts';
import type { Delivery, Part } from './parts.ts';
import { keysOf, singlesOf, takenOf } from './parts.ts';

/** How far the sending of a plan in its parts has come. */
export type Progress = Pick<Delivery, 'taken' | 'keptCut' | 'refusedParts'> & {
  /** The parts not sent yet; a summary may have been cut. */
  readonly waiting: readonly Part[];
};

/**
 * The parts to send of a plan that was made anew on the way: not those that are done, and a text no longer than the cut
 * that was to be tried next.
 */
export function partsAgain(fresh: EditPlan, { taken, keptCut, refusedParts, waiting }: Progress): readonly Part[] {
  const done = new Set([...taken.flatMap(keysOf), ...keptCut, ...refusedParts.map(({ key }) => key)]);
  const values = new Map(waiting.flatMap((part) => part.fields.map(({ field, value }) => [field, value])));
  return singlesOf(fresh)
    .filter((part) => keysOf(part).every((key) => !done.has(key)))
    .map((part) => ({
      ...part,
      fields: part.fields.map((edit) => ({ ...edit, value: values.get(edit.field) ?? edit.value })),
    }));
}

/** The plan as a whole after a part of it was made anew: what was taken stays as it was sent. */
export function joinedPlan(fresh: EditPlan, taken: readonly Part[]): EditPlan {
  const sent = new Set(taken.flatMap(keysOf));
  const unsent = singlesOf(fresh).filter((part) => keysOf(part).every((key) => !sent.has(key)));
  const { locks: _locks, labels: _labels, ...rest } = fresh;
  return { ...rest, ...takenOf([...taken, ...unsent]) };
}
