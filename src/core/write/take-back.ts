import { LIST_KINDS } from '../model/plex-item.ts';
import type { ReassertField } from '../model/reassert.ts';
import { PLEX_NAMES } from '../model/reassert.ts';
import type { DesiredState } from './desired-state.ts';

/**
 * What Plex should show where a person takes fields back from it: for these, what Stash says wins over an edit in Plex
 * and over `preserve_plex_edits`, and our names that were removed there are added again. What others added stays.
 */
export function takingBack(wanted: DesiredState, fields: readonly ReassertField[] | undefined): DesiredState {
  if (fields === undefined || fields.length === 0) return wanted;
  const taken = new Set(fields.map((field) => PLEX_NAMES[field]));
  const lists = LIST_KINDS.flatMap((kind) => {
    const list = wanted.lists[kind];
    return list === undefined ? [] : [[kind, taken.has(kind) ? { ...list, takesBack: true } : list] as const];
  });
  return { ...wanted, reasserted: taken, lists: Object.fromEntries(lists) };
}
