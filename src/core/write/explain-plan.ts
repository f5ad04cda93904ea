import type { ListKind } from '../model/plex-item.ts';
import type { Sentence } from '../text/sentence.ts';
import { asName, asProse, listed, ours, say } from '../text/sentence.ts';
import { shortened } from '../text/shortened.ts';
import { foldName } from '../text/text.ts';
import type { Change } from './change.ts';
import type { EditPlan } from './edit-plan.ts';
import { labelChange, leftPicture, lockChanges, pictureChange } from './explain-pictures.ts';
import type { FieldReason, LeaveRule, ListReason, WriteRule } from './reasons.ts';

type Explained = Pick<EditPlan, 'reasons' | 'pictures' | 'left' | 'labels' | 'locks'>;

/** What a plan changes and what it leaves, each with its reason; nothing for what is right already. */
export function explainPlan(plan: Explained): readonly Change[] {
  const { reasons, pictures = [], left, labels } = plan;
  return [
    ...pictures.map(pictureChange),
    ...lockChanges(plan),
    ...left.flatMap(leftPicture),
    ...(reasons?.fields ?? []).map(fieldChange),
    ...(reasons?.lists ?? []).map(listChange),
    ...(labels === undefined ? [] : [labelChange(labels)]),
  ];
}

function fieldChange(reason: FieldReason): Change {
  const { field, rule, before, wanted } = reason;
  const isLeft = !isWriteRule(rule);
  const action = isLeft ? 'left' : wanted === '' ? 'clear' : 'set';
  const after = isLeft ? before : wanted;
  return { field, action, before, after, added: [], removed: [], why: FIELD_WORDS[rule](reason) };
}

function isWriteRule(rule: WriteRule | LeaveRule): rule is WriteRule {
  return WRITES[rule];
}

const WRITES: Readonly<Record<WriteRule, true> & Record<LeaveRule, false>> = {
  first_contact: true,
  empty_in_plex: true,
  ours: true,
  unlocked: true,
  rated_by_hand: true,
  cut_before: true,
  emptied_ours: true,
  emptied_any: true,
  reasserted: true,
  not_ours: false,
  edited_in_plex: false,
  rated_in_plex: false,
  removed_in_plex: false,
  preserved: false,
  too_long: false,
  locked_in_plex: false,
  uploaded_in_plex: false,
  overlay: false,
  collection_gone: false,
  collection_smart: false,
};

/** The reason in words: the rule, what we wrote, what Plex has, and whose it is. */
const FIELD_WORDS: Readonly<Record<WriteRule | LeaveRule, (reason: FieldReason) => Sentence>> = {
  first_contact: (one) =>
    say`no record yet of what plexsync wrote here, and Plex has ${inPlex(one)}: ${wins(one)} at first contact`,
  empty_in_plex: (one) => say`empty in Plex, and ${says(one)}`,
  ours: (one) => say`plexsync wrote ${wrote(one)} before; ${says(one)} now`,
  unlocked: (one) =>
    say`plexsync wrote ${wrote(one)} before; Plex has ${inPlex(one)} now, not locked and so no person's: ${wins(one)}`,
  rated_by_hand: (one) => say`a rating given by hand wins over ${inPlex(one)} in Plex`,
  cut_before: () => say`Plex has only the beginning of what plexsync wrote: all of it is tried again`,
  emptied_ours: (one) => say`plexsync wrote ${wrote(one)} before; it is ${emptied(one)} now`,
  emptied_any: (one) => say`${ours(EMPTIED_ANY[one.saidBy])}: cleared, whoever set ${inPlex(one)}`,
  reasserted: (one) => say`taken back by --reassert: ${wins(one)} over ${inPlex(one)} in Plex`,
  not_ours: (one) => say`empty in Stash, and ${inPlex(one)} in Plex is not ours: left`,
  edited_in_plex: (one) => say`edited in Plex since plexsync wrote it (${wrote(one)}): left, though ${says(one)}`,
  rated_in_plex: (one) => say`rated in Plex, and not by plexsync: left, though ${says(one)}`,
  removed_in_plex: (one) => say`removed in Plex since plexsync wrote it: left, though ${says(one)}`,
  preserved: (one) =>
    say`Plex has ${inPlex(one)}, which is not ours, and preserve_plex_edits is on: left, though ${says(one)}`,
  too_long: () => say`Plex has the beginning of it, and all of it was too long for the server lately: left`,
  locked_in_plex: (one) => say`locked in Plex, and not by us: left, though ${says(one)}`,
  uploaded_in_plex: (one) => say`somebody else's: left, though ${says(one)}`,
  collection_gone: () => say`gone from the whole library: left`,
  collection_smart: () => say`the library has a smart collection of that name: left`,
  overlay: (one) => say`under the label Overlay: left, though ${says(one)}`,
};

const inPlex = ({ before }: FieldReason): Sentence => quoted(before);
const wrote = ({ written = '' }: FieldReason): Sentence => quoted(written);
const wins = ({ saidBy }: FieldReason): Sentence =>
  saidBy === 'stash' ? say`Stash wins` : say`what was given by hand wins`;
const emptied = ({ saidBy }: FieldReason): Sentence =>
  saidBy === 'stash' ? say`empty in Stash` : say`emptied by hand`;

function says({ saidBy, wanted }: FieldReason): Sentence {
  return saidBy === 'stash' ? say`Stash says ${quoted(wanted)}` : say`${quoted(wanted)} was given by hand`;
}

const EMPTIED_ANY = {
  stash: 'empty in Stash, and clear_empty is always',
  hand: 'emptied by hand',
} as const;

/** The beginning of a long value: the whole stands beside. */
function quoted(text: string): Sentence {
  return text === '' ? say`nothing` : say`'${asProse(shortened(text))}'`;
}

function listChange(reason: ListReason): Change {
  const { kind, before, add, remove } = reason;
  const gone = new Set(remove.map(foldName));
  return {
    field: kind,
    action: add.length > 0 ? 'add' : remove.length > 0 ? 'remove' : 'left',
    before,
    after: [...before.filter((name) => !gone.has(foldName(name))), ...add],
    added: add,
    removed: remove,
    why: listed(listWords(reason), '; '),
  };
}

function listWords({
  kind,
  add,
  remove,
  removes,
  suppressed,
  takenBack = [],
  withheld,
  preserved,
  capped,
  ...about
}: ListReason): readonly Sentence[] {
  const { saidBy, isKnown } = about;
  const source = saidBy === 'stash' ? say`in Stash` : say`given by hand`;
  return [
    ...(takenBack.length === 0 ? [] : [say`removed in Plex, and taken back by --reassert: ${namesOf(takenBack)}`]),
    ...(add.length === takenBack.length
      ? []
      : [isKnown ? say`${source}, and never written by plexsync: added` : firstNames(saidBy)]),
    ...(remove.length === 0 ? [] : [removes === 'any' ? allGone(saidBy) : goneWords(saidBy)]),
    ...(suppressed.length === 0 ? [] : [suppressedWords(suppressed, withheld)]),
    ...(preserved.length === 0
      ? []
      : [
          say`Plex has names that are not ours, and preserve_plex_edits is on: left, with ${namesOf(preserved)} as in Plex`,
        ]),
    ...(capped === 0
      ? []
      : [say`capped by ${ours(CAPS[kind])}: ${capped} more ${capped === 1 ? 'is' : 'are'} not written`]),
  ];
}

function suppressedWords(names: readonly string[], withheld: ListReason['withheld']): Sentence {
  switch (withheld) {
    case 'collection_gone':
      return say`${namesOf(names)} is gone from the whole library since plexsync wrote it: not written again`;
    case 'collection_smart':
      return say`the library has a smart collection ${namesOf(names)}: none is made beside it`;
    case undefined:
      return say`removed in Plex since plexsync wrote ${namesOf(names)}: left so`;
  }
}

function firstNames(saidBy: ListReason['saidBy']): Sentence {
  return saidBy === 'stash'
    ? say`no record yet: those of Stash are added at first contact, those of Plex kept`
    : say`no record yet: what was given by hand is added at first contact, what Plex has is kept`;
}

function goneWords(saidBy: ListReason['saidBy']): Sentence {
  return saidBy === 'stash' ? say`ours, gone from Stash: removed` : say`ours, and not given by hand any more: removed`;
}

function allGone(saidBy: ListReason['saidBy']): Sentence {
  return say`${ours(EMPTIED_ANY[saidBy])}: all removed, whoever set them`;
}

const CAPS: Readonly<Record<ListKind, string>> = { actor: 'max_performers', genre: 'max_tags', collection: 'max_tags' };

/** As many names are told; the lists have them all. */
const MOST_NAMES = 5;

function namesOf(names: readonly string[]): Sentence {
  const shown = listed(names.slice(0, MOST_NAMES).map((name) => say`'${asName(shortened(name))}'`));
  const more = names.length - MOST_NAMES;
  return more > 0 ? say`${shown} and ${more} more` : shown;
}
