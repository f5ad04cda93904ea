import type { PictureEdit } from '../model/picture.ts';
import type { ListKind, PlexItem, ScalarField, Tag } from '../model/plex-item.ts';
import { LIST_KINDS, SCALAR_FIELDS } from '../model/plex-item.ts';
import type { Intent, LeftAlone, ListIntent, OurNames, Written } from '../model/scene-record.ts';
import { foldName } from '../text/text.ts';
import type { FieldDecision, FieldFacts } from './decide-field.ts';
import { decideField } from './decide-field.ts';
import type { ListDecision } from './decide-list.ts';
import { decideList } from './decide-list.ts';
import type { DesiredList, DesiredState, WriteRules } from './desired-state.ts';
import type { FieldReason, ListReason, Reasons } from './reasons.ts';

export type FieldEdit = { readonly field: ScalarField; readonly before: string; readonly value: string };

/** A list is sent whole, together with explicit removals: right whether Plex merges or replaces (plex-api.md 4.3). */
export type ListEdit = ListIntent & { readonly kind: ListKind; readonly whole: readonly Tag[] };

/** A lock that is set or removed whatever happens to the field. */
export type LockEdit = { readonly name: string; readonly locked: boolean };

/** Labels to add and to remove; they are sent by name alone, since they have neither role nor portrait. */
export type LabelEdit = { readonly whole: readonly string[]; readonly remove: readonly string[] };

/** What one item still needs. A plan without edits means that Plex is already right. */
export type EditPlan = {
  readonly fields: readonly FieldEdit[];
  readonly lists: readonly ListEdit[];
  /** Locks that are set or removed beside those that come with the edits. */
  readonly locks?: readonly LockEdit[] | undefined;
  readonly labels?: LabelEdit | undefined;
  /** Pictures that were written before the rest, or in a preview would be. */
  readonly pictures?: readonly PictureEdit[] | undefined;
  readonly left: readonly LeftAlone[];
  /** Lists whose names were cut by `max_tags` or `max_performers`. */
  readonly capped: readonly { readonly kind: ListKind; readonly dropped: number }[];
  /** Why; absent in a plan that follows from no merge. */
  readonly reasons?: Reasons | undefined;
  /** What counts as ours once the plan is carried out; the spelling of added names is still a guess. */
  readonly written: Written;
};

export function isEmptyPlan(plan: EditPlan): boolean {
  const { fields, lists, locks = [], labels, pictures = [] } = plan;
  return [fields, lists, locks, pictures].every((edits) => edits.length === 0) && labels === undefined;
}

/**
 * The three-way merge of what we last wrote, what the scene says now and what Plex has now: returns the edits still
 * needed. Pure: the same three give the same plan.
 */
export function planEdits(wanted: DesiredState, item: PlexItem, written: Written, rules: WriteRules): EditPlan {
  const decided = SCALAR_FIELDS.flatMap((field) => {
    const value = wanted.fields[field];
    if (value === undefined) return [];
    const { clearsOurs, yielding, reasserted } = wanted;
    const facts: FieldFacts = { item, last: written.fields[field], rules, clearsOurs, yielding, reasserted };
    return { field, value, facts, decision: decideField(field, value, facts) };
  });
  const listed = LIST_KINDS.flatMap((kind) => {
    const list = wanted.lists[kind];
    if (list === undefined) return [];
    const last = written.lists[kind];
    return { kind, list, last, decision: decideList(list, item.lists[kind], last ?? {}, rules) };
  });
  return {
    fields: decided.flatMap(({ field, value, decision }) =>
      decision.kind === 'edit' ? { field, before: item.fields[field], value } : [],
    ),
    lists: listed.flatMap(({ kind, decision }) =>
      decision.add.length + decision.remove.length > 0 ? toListEdit(kind, item.lists[kind], decision) : [],
    ),
    left: [
      ...decided.flatMap(({ field, decision }) => (decision.kind === 'left' ? { field, reason: decision.rule } : [])),
      ...listed.flatMap(({ kind, decision }) =>
        decision.reason === undefined ? [] : { field: kind, reason: decision.reason },
      ),
    ],
    capped: listed.flatMap(({ kind, list }) => (list.capped > 0 ? { kind, dropped: list.capped } : [])),
    reasons: {
      fields: decided.flatMap((one) => fieldReason(one, wanted)),
      lists: listed.flatMap((one) => listReason(one, item.lists[one.kind], wanted)),
    },
    written: {
      fields: {
        ...written.fields,
        ...Object.fromEntries(
          decided.flatMap(({ field, decision }) => (decision.ours === undefined ? [] : [[field, decision.ours]])),
        ),
      },
      lists: { ...written.lists, ...Object.fromEntries(listed.map(({ kind, decision }) => [kind, decision.ours])) },
    },
  };
}

type DecidedField = {
  readonly field: ScalarField;
  readonly value: string;
  readonly facts: FieldFacts;
  readonly decision: FieldDecision;
};

function fieldReason({ field, value, facts, decision }: DecidedField, { saidByStash }: DesiredState): FieldReason | [] {
  if (decision.kind === 'right') return [];
  const saidBy = saidByStash.has(field) ? 'stash' : 'hand';
  const { item, last } = facts;
  return { field, rule: decision.rule, before: item.fields[field], wanted: value, written: last?.sent, saidBy };
}

type DecidedList = {
  readonly kind: ListKind;
  readonly list: DesiredList;
  readonly last: OurNames | undefined;
  readonly decision: ListDecision;
};

function listReason(
  { kind, list, last, decision }: DecidedList,
  present: readonly Tag[],
  { saidByStash }: DesiredState,
): ListReason | [] {
  const { add, remove, suppressed, takenBack, preserved, reason } = decision;
  const { capped, clearsAll } = list;
  if (add.length + remove.length + suppressed.length + preserved.length + capped === 0) return [];
  return {
    kind,
    before: present.map(({ tag }) => tag),
    ...{ add, remove, suppressed, preserved, capped },
    ...(takenBack.length === 0 ? {} : { takenBack }),
    ...(list.withheld !== undefined && reason === list.withheld ? { withheld: list.withheld } : {}),
    removes: clearsAll ? 'any' : 'ours',
    isKnown: Object.keys(last ?? {}).length > 0,
    saidBy: saidByStash.has(kind) ? 'stash' : 'hand',
  };
}

/** The fields and lists that a plan locks, by Plex's names. */
export function lockedBy(plan: EditPlan, { lockFields }: WriteRules): readonly string[] {
  const set = (plan.locks ?? []).filter(({ locked }) => locked).map(({ name }) => name);
  const edited = [...plan.fields.map(({ field }) => field), ...plan.lists.map(({ kind }) => kind)];
  return lockFields ? [...edited, ...set] : set;
}

/**
 * What to note before the plan is carried out, so that a half-written plan can be told from a user's edit after a
 * crash.
 */
export function intentOf(plan: Pick<EditPlan, 'fields' | 'lists'>): Intent {
  return {
    fields: Object.fromEntries(plan.fields.map(({ field, before, value }) => [field, { before, value }])),
    lists: Object.fromEntries(plan.lists.map(({ kind, before, add, remove }) => [kind, { before, add, remove }])),
  };
}

function toListEdit(kind: ListKind, present: readonly Tag[], decision: ListDecision): ListEdit {
  const removed = new Set(decision.remove.map(foldName));
  const kept = present.filter(({ tag }) => !removed.has(foldName(tag)));
  return {
    kind,
    whole: [...kept, ...decision.add.map((tag) => ({ tag }))],
    before: present.map(({ tag }) => tag),
    add: decision.add,
    remove: decision.remove,
  };
}
