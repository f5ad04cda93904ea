import { LIST_KINDS, SCALAR_FIELDS } from '../model/plex-item.ts';
import type { Intent, Written } from '../model/scene-record.ts';
import type { Sentence } from '../text/sentence.ts';
import { say } from '../text/sentence.ts';
import { foldName } from '../text/text.ts';
import type { EditPlan } from './edit-plan.ts';

/** How many values of ours an item shows, and how many of them a plan takes away. */
export type PlannedValues = { readonly held: number; readonly removed: number };

/** What a person set for `max_removals`; `undefined`: the limits below. */
export type MostRemovals = number | 'off' | undefined;

/** Fewer removals than this within a day are never too many, however little else was planned. */
const FEW_REMOVALS = 500;
/** More than this part of the values held is too much. */
const MOST_PART = 1 / 5;

/** The window in which removals and held values are counted. */
export const REMOVALS_WINDOW_MS = 86_400_000;

/** How many values of ours there are: fields that are not empty, and names in lists. */
export function valuesHeld({ fields, lists }: Written): number {
  const filled = SCALAR_FIELDS.filter((field) => (fields[field]?.kept ?? '') !== '');
  return LIST_KINDS.reduce((sum, kind) => sum + Object.keys(lists[kind] ?? {}).length, filled.length);
}

/**
 * How many values that we wrote a plan clears or removes. A field that gets another value counts nothing, and neither
 * does a name in whose place the same list gets another one: that is what a renamed or merged tag looks like. What an
 * earlier attempt has noted already (`before`) was counted then.
 */
export function removalsIn(
  plan: Pick<EditPlan, 'fields' | 'lists'>,
  written: Written,
  before: Intent | undefined,
): number {
  const cleared = plan.fields.filter(({ field, before: now, value }) => {
    const last = written.fields[field];
    const isOurs = last !== undefined && now !== '' && (now === last.kept || now === last.sent);
    return value === '' && isOurs && before?.fields[field]?.value !== '';
  });
  return plan.lists.reduce((sum, { kind, add, remove }) => {
    const ours = foldedSet(Object.values(written.lists[kind] ?? {}));
    const noted = before?.lists[kind];
    const gone = without(foldedSet(remove.filter((name) => ours.has(foldName(name)))), noted?.remove);
    const come = without(foldedSet(add), noted?.add);
    return sum + Math.max(0, gone - come);
  }, cleared.length);
}

function foldedSet(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map(foldName));
}

/** How many names are not among those that were noted before. */
function without(names: ReadonlySet<string>, noted: readonly string[] = []): number {
  const known = foldedSet(noted);
  return [...names].filter((name) => !known.has(name)).length;
}

/** Whether so many removals need permission. */
export function isTooMuch({ removed, held }: PlannedValues, most: MostRemovals): boolean {
  if (most === 'off') return false;
  return most === undefined ? removed > FEW_REMOVALS && removed > held * MOST_PART : removed > most;
}

/** What counted before a batch, and whether jobs wait for permission already. */
export type Standing = { readonly counted: PlannedValues; readonly jobs: 'wait' | 'none' };

/**
 * Which plans of a batch wait for permission, in the order of the batch. Once one waits, each further one that
 * removes something waits too; plans that remove nothing never wait.
 */
export function whichWait(
  batch: readonly PlannedValues[],
  { counted, jobs }: Standing,
  most: MostRemovals,
): readonly boolean[] {
  if (most === 'off') return batch.map(() => false);
  const held = batch.reduce((sum, plan) => sum + plan.held, counted.held);
  let removed = counted.removed;
  let isBeyond = jobs === 'wait';
  return batch.map((plan) => {
    if (plan.removed === 0) return false;
    isBeyond ||= isTooMuch({ removed: removed + plan.removed, held }, most);
    if (!isBeyond) removed += plan.removed;
    return isBeyond;
  });
}

/** Why a job waits. */
export function removalWords(values: number): Sentence {
  return say`it would remove ${values} ${values === 1 ? 'value' : 'values'} that plexsync wrote, and waits until you allow it`;
}
