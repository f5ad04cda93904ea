import type { Tag } from '../model/plex-item.ts';
import type { LeftAlone, OurNames } from '../model/scene-record.ts';
import { foldName } from '../text/text.ts';
import type { DesiredList, WriteRules } from './desired-state.ts';

/** What becomes of a list. */
export type ListDecision = {
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

/** What becomes of the names of a list that the scene says something of; `last` is ours of before. */
export function decideList(
  list: DesiredList,
  present: readonly Tag[],
  last: OurNames,
  rules: WriteRules,
): ListDecision {
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
