import type { EditPlan } from './edit-plan.ts';
import type { Delivery, Part } from './parts.ts';
import { keysOf, singlesOf } from './parts.ts';

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
    .map(({ fields, lists }) => ({
      fields: fields.map((edit) => ({ ...edit, value: values.get(edit.field) ?? edit.value })),
      lists,
    }));
}

/** The plan as a whole after a part of it was made anew: what was taken stays as it was sent. */
export function joinedPlan(fresh: EditPlan, taken: readonly Part[]): EditPlan {
  const sent = new Set(taken.flatMap(keysOf));
  return {
    ...fresh,
    fields: [...taken.flatMap(({ fields }) => fields), ...fresh.fields.filter(({ field }) => !sent.has(field))],
    lists: [...taken.flatMap(({ lists }) => lists), ...fresh.lists.filter(({ kind }) => !sent.has(kind))],
  };
}
