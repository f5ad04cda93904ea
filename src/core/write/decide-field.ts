import type { PlexItem, ScalarField } from '../model/plex-item.ts';
import type { LeftAlone, WrittenField } from '../model/scene-record.ts';
import { isCut } from '../model/scene-record.ts';
import type { DesiredState, WriteRules } from './desired-state.ts';
import type { WriteRule } from './reasons.ts';

/** `kept`: Stash has nothing to put there, and what Plex has is not ours. */
export type FieldDecision =
  | { readonly kind: 'right'; readonly ours: WrittenField | undefined }
  | { readonly kind: 'edit'; readonly rule: WriteRule; readonly ours: WrittenField }
  | { readonly kind: 'left'; readonly rule: LeftAlone['reason']; readonly ours: undefined }
  | { readonly kind: 'kept'; readonly rule: 'not_ours'; readonly ours: undefined };

/** What a decision about one value rests on. */
export type FieldFacts = Pick<DesiredState, 'clearsOurs' | 'yielding' | 'reasserted'> & {
  readonly item: PlexItem;
  readonly last: WrittenField | undefined;
  readonly rules: WriteRules;
};

/** What becomes of a single value that the scene says something of, and by which rule. */
export function decideField(field: ScalarField, value: string, facts: FieldFacts): FieldDecision {
  const { item, last, rules, clearsOurs } = facts;
  const now = item.fields[field];
  if (now === value) return { kind: 'right', ours: last && { sent: value, kept: now } };
  // Plex keeps this value in its own form; sending it again would change nothing. A cut value is different:
  // cut-summary.ts knows whether the whole may fit by now.
  if (last !== undefined && last.sent === value && last.kept === now && !isCut(last))
    return { kind: 'right', ours: last };
  const isOurs = last !== undefined && (now === last.kept || now === last.sent);
  // An empty Stash field clears only what we wrote.
  if (value === '' && clearsOurs.has(field) && !isOurs) return { kind: 'kept', rule: 'not_ours', ours: undefined };
  const isPreserved = rules.preservePlexEdits && now !== '' && !isOurs;
  // An empty value that comes so far was given by hand, or clears on purpose.
  const edited = value === '' || isOurs ? undefined : reasonToLeave(field, facts);
  const reason = isPreserved ? 'preserved' : edited;
  if (reason !== undefined && !facts.reasserted?.has(field)) return { kind: 'left', rule: reason, ours: undefined };
  const rule = reason === undefined ? ruleToWrite(value, { now, last, isOurs }, field) : 'reasserted';
  return { kind: 'edit', rule, ours: { sent: value, kept: value } };
}

/** The rule by which a value that nothing keeps from being written is written. */
function ruleToWrite(
  value: string,
  { now, last, isOurs }: { readonly now: string; readonly last: WrittenField | undefined; readonly isOurs: boolean },
  field: ScalarField,
): WriteRule {
  if (value === '') return isOurs ? 'emptied_ours' : 'emptied_any';
  if (last !== undefined && isOurs) return last.sent === value && isCut(last) ? 'cut_before' : 'ours';
  if (now === '' && last === undefined) return 'empty_in_plex';
  if (field === 'userRating') return 'rated_by_hand';
  return last === undefined ? 'first_contact' : 'unlocked';
}

/** Why a value that is not ours stays, if a person set it. */
function reasonToLeave(field: ScalarField, { item, last, yielding }: FieldFacts): LeftAlone['reason'] | undefined {
  const isRated = yielding.has(field) && item.fields[field] !== '';
  if (last === undefined) return isRated ? 'rated_in_plex' : undefined;
  // Agents leave a locked field alone: a locked value that differs from ours was set by a person. A rating given by
  // hand says what the person wants now.
  const isLocked = item.locked.has(field) && (field !== 'userRating' || yielding.has(field));
  return isLocked || isRated ? 'edited_in_plex' : undefined;
}
