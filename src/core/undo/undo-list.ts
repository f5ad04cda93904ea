import type { Change, JournalEntry } from '../model/journal.ts';
import type { Tag } from '../model/plex-item.ts';
import { foldName, isRespelling } from '../text/text.ts';

/** A list after an edit of it was taken back, name by name. */
export type UndoneList = {
  readonly tags: readonly Tag[];
  /** Names that the edit had added, as Plex spells them. */
  readonly takenOut: readonly string[];
  /** Names that the edit had removed. */
  readonly putBack: readonly string[];
  /** Whether the list had just the names that the edit left in it. */
  readonly isAsWeLeftIt: boolean;
  /** A later run that has written one of the names, which is left. */
  readonly laterRun: number | undefined;
};

type ListFacts = Pick<JournalEntry, 'state'> & {
  /** The later run that has written a name, if one has. */
  readonly laterRunOf: (name: string) => number | undefined;
};

type ListChange = Extract<Change, { kind: 'list' }>;

/**
 * Takes one edit of a list back: what it added and is there goes, what it removed and is not there returns with its role
 * and portrait. Names that a person added stay, names that a person removed stay away.
 */
export function undoList(present: readonly Tag[], change: ListChange, { state, laterRunOf }: ListFacts): UndoneList {
  const added = addedNames(present, change, state);
  const takenOut = added.filter((name) => laterRunOf(name) === undefined);
  const there = new Set(present.map(({ tag }) => foldName(tag)));
  const missing = change.before.filter(({ tag }) => isRemoved(tag, change) && !there.has(foldName(tag)));
  const putBack = missing.filter(({ tag }) => laterRunOf(tag) === undefined);
  const out = new Set(takenOut.map(foldName));
  const kept = present.filter(({ tag }) => !out.has(foldName(tag)));
  return {
    tags: putBack.reduce<readonly Tag[]>((tags, tag) => inPlace(tags, tag, change.before), kept),
    takenOut,
    putBack: putBack.map(({ tag }) => tag),
    isAsWeLeftIt: isAsLeft(present, added, change),
    laterRun: [...added, ...missing.map(({ tag }) => tag)].map(laterRunOf).find((runId) => runId !== undefined),
  };
}

function isRemoved(tag: string, { remove }: ListChange): boolean {
  return remove.some((name) => foldName(name) === foldName(tag));
}

/** The names of the edit that are in the list now, as Plex spells them. */
function addedNames(
  present: readonly Tag[],
  { before, add, kept = {} }: ListChange,
  state: JournalEntry['state'],
): readonly string[] {
  const old = new Set(before.map(({ tag }) => foldName(tag)));
  const names = present.map(({ tag }) => tag).filter((tag) => !old.has(foldName(tag)));
  return add.flatMap((name) => {
    const spelling = kept[name] ?? name;
    const found = names.find((other) => foldName(other) === foldName(spelling) || foldName(other) === foldName(name));
    // Where nobody looked after the edit, Plex may have kept a name in its own form.
    return found ?? (state === 'open' ? names.find((other) => isRespelling(name, other)) : undefined) ?? [];
  });
}

function isAsLeft(present: readonly Tag[], added: readonly string[], change: ListChange): boolean {
  const { before, add } = change;
  const stayed = before.filter(({ tag }) => !isRemoved(tag, change)).map(({ tag }) => foldName(tag));
  const expected = new Set([...stayed, ...added.map(foldName)]);
  const there = new Set(present.map(({ tag }) => foldName(tag)));
  return added.length >= add.length && there.size === expected.size && [...there].every((key) => expected.has(key));
}

/** The list with a tag in it, after the nearest one that stood before it then. */
function inPlace(tags: readonly Tag[], tag: Tag, before: readonly Tag[]): readonly Tag[] {
  const key = foldName(tag.tag);
  const preceding = before
    .slice(
      0,
      before.findIndex((other) => foldName(other.tag) === key),
    )
    .toReversed();
  const at = preceding.map((one) => tags.findIndex((other) => foldName(other.tag) === foldName(one.tag)));
  const place = (at.find((index) => index >= 0) ?? -1) + 1;
  return tags.toSpliced(place, 0, tag);
}
