import type { PictureEdit } from '../model/picture.ts';
import type { ListKind, PlexItem, ScalarField, Tag } from '../model/plex-item.ts';
import { LIST_KINDS, SCALAR_FIELDS } from '../model/plex-item.ts';
import type { Intent, LeftAlone, ListIntent, OurNames, Written, WrittenField } from '../model/scene-record.ts';
import { isCut } from '../model/scene-record.ts';
import { foldName } from '../text/text.ts';
import type { DesiredList, DesiredState, WriteRules } from './desired-state.ts';
import type { FieldReason, ListReason, Reasons, WriteRule } from './reasons.ts';

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

/** `kept`: Stash has nothing to put there, and what Plex has is not ours. */
type FieldDecision =
  | { readonly kind: 'right'; readonly ours: WrittenField | undefined }
  | { readonly kind: 'edit'; readonly rule: WriteRule; readonly ours: WrittenField }
  | { readonly kind: 'left'; readonly rule: LeftAlone['reason']; readonly ours: undefined }
  | { readonly kind: 'kept'; readonly rule: 'not_ours'; readonly ours: undefined };

type FieldFacts = Pick<DesiredState, 'clearsOurs' | 'yielding' | 'reasserted'> & {
  readonly item: PlexItem;
  readonly last: WrittenField | undefined;
  readonly rules: WriteRules;
};

function decideField(field: ScalarField, value: string, facts: FieldFacts): FieldDecision {
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

type ListDecision = {
  readonly add: readonly string[];
  /** In Plex's spelling. */
  readonly remove: readonly string[];
  /** What was written by us, removed in Plex and stays removed. */
  readonly suppressed: readonly string[];
  /** What is added again although it was removed in Plex, because a person wants it back. */
  readonly takenBack: readonly string[];
  /** What would be added or removed if Plex had nothing that is not ours. */
  readonly preserved: readonly string[];
  readonly reason: LeftAlone['reason'] | undefined;
  readonly ours: OurNames;
};

function decideList(list: DesiredList, present: readonly Tag[], last: OurNames, rules: WriteRules): ListDecision {
  const known = indexNames(present, last);
  const found = list.names.map((name) => ({ name, ...standingOf(name, known) }));
  if (list.withheld !== undefined && found.some(({ kind }) => kind === 'new' || kind === 'removed'))
    return withheldList(found, list, { present, known });
  const takenBack = list.takesBack ? found.filter(({ kind }) => kind === 'removed').map(({ name }) => name) : [];
  const standings = found.map((one) => (takenBack.includes(one.name) ? { ...one, ...asNew(one.name) } : one));
  const add = standings.filter(({ kind }) => kind === 'new').map(({ name }) => name);
  const wanted = new Set(standings.map(({ kept }) => foldName(kept)));
  const isDropped = (key: string): boolean => !wanted.has(key) && (list.clearsAll || known.oursInPlex.has(key));
  // By key, since Plex may hold one name in two spellings.
  const remove = present.map(({ tag }) => tag).filter((tag) => isDropped(foldName(tag)));
  if (rules.preservePlexEdits && !list.takesBack && present.some(({ tag }) => !known.oursInPlex.has(foldName(tag)))) {
    const preserved = [...add, ...remove];
    const reason = preserved.length > 0 ? 'preserved' : undefined;
    return { add: [], remove: [], suppressed: [], takenBack, preserved, reason, ours: last };
  }
  const ours = standings
    .filter(({ kind }) => kind !== 'theirs')
    .map(({ name, kept }): [string, string] => [name, kept]);
  const suppressed = standings.filter(({ kind }) => kind === 'removed').map(({ name }) => name);
  const reason = suppressed.length > 0 ? 'removed_in_plex' : undefined;
  return { add, remove, suppressed, takenBack, preserved: [], reason, ours: Object.fromEntries(ours) };
}

/** A list whose names are not written: what we wrote before goes as ever, and nothing of the rest counts as ours. */
function withheldList(
  found: readonly (Standing & { readonly name: string })[],
  { withheld }: DesiredList,
  { present, known }: { readonly present: readonly Tag[]; readonly known: KnownNames },
): ListDecision {
  const wanted = new Set(found.map(({ kept }) => foldName(kept)));
  const remove = present
    .map(({ tag }) => tag)
    .filter((tag) => !wanted.has(foldName(tag)) && known.oursInPlex.has(foldName(tag)));
  const ours = found.filter(({ kind }) => kind === 'ours').map(({ name, kept }): [string, string] => [name, kept]);
  const suppressed = found.filter(({ kind }) => kind === 'new' || kind === 'removed').map(({ name }) => name);
  return {
    ...{ add: [], remove, suppressed, takenBack: [], preserved: [] },
    reason: withheld,
    ours: Object.fromEntries(ours),
  };
}

/** What is known of the names of one list, by the key that all spellings of a name share. */
type KnownNames = {
  /** What Plex has → its spelling. */
  readonly spelling: ReadonlyMap<string, string>;
  /** What we sent → the spelling Plex kept. */
  readonly sentAs: ReadonlyMap<string, string>;
  /** The spellings in Plex that are ours. */
  readonly oursInPlex: ReadonlySet<string>;
};

function indexNames(present: readonly Tag[], last: OurNames): KnownNames {
  return {
    spelling: new Map(present.map(({ tag }) => [foldName(tag), tag])),
    sentAs: new Map(Object.entries(last).map(([sent, kept]) => [foldName(sent), kept])),
    oursInPlex: new Set(Object.values(last).map(foldName)),
  };
}

type Standing = {
  /**
   * `new`: not in Plex, and never written by us. `ours`: in Plex, written by us. `theirs`: in Plex, not written by us.
   * `removed`: written by us and removed in Plex by the user, so it stays removed.
   */
  readonly kind: 'new' | 'ours' | 'theirs' | 'removed';
  readonly kept: string;
};

function standingOf(name: string, { spelling, sentAs, oursInPlex }: KnownNames): Standing {
  const sent = sentAs.get(foldName(name));
  const inPlex = spelling.get(foldName(name)) ?? (sent === undefined ? undefined : spelling.get(foldName(sent)));
  if (inPlex === undefined) return sent === undefined ? asNew(name) : { kind: 'removed', kept: sent };
  const isOurs = sent !== undefined || oursInPlex.has(foldName(inPlex));
  return { kind: isOurs ? 'ours' : 'theirs', kept: inPlex };
}

/** A name that is about to be added; how Plex spells it is not known yet. */
function asNew(name: string): Standing {
  return { kind: 'new', kept: name };
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
