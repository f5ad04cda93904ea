import type { WithheldReason } from '../model/collection.ts';
import type { ListKind, ScalarField } from '../model/plex-item.ts';
import type { LeftAlone } from '../model/scene-record.ts';

/** The rule by which a single value is written. */
export type WriteRule =
  /** Nothing of ours was written there yet, and Plex has another value. */
  | 'first_contact'
  | 'empty_in_plex'
  /** Plex still has what we wrote. */
  | 'ours'
  /** Changed since we wrote it, and not locked: no person's. */
  | 'unlocked'
  /** A rating given by hand wins over that of Plex. */
  | 'rated_by_hand'
  /** Plex has the beginning of it, and may take all of it by now. */
  | 'cut_before'
  | 'emptied_ours'
  /** A person's value in Plex, which a person takes back. */
  | 'reasserted'
  /** Emptied on purpose: cleared, whoever set it. */
  | 'emptied_any';

/** The rule by which a single value is left as it is in Plex; `not_ours`: empty in Stash, and set by somebody else. */
export type LeaveRule = LeftAlone['reason'] | 'not_ours';

/** Why a single value that differs is written or left. */
export type FieldReason = {
  readonly field: ScalarField;
  readonly rule: WriteRule | LeaveRule;
  /** What Plex has. */
  readonly before: string;
  readonly wanted: string;
  /** What we sent last; absent where nothing of ours was written there. */
  readonly written: string | undefined;
  readonly saidBy: SaidBy;
};

/** Who says what Plex should show. */
export type SaidBy = 'stash' | 'hand';

/** Why the names of a list are added, removed or left. */
export type ListReason = {
  readonly kind: ListKind;
  /** What Plex has. */
  readonly before: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** `ours`: what we wrote goes; `any`: the list was emptied on purpose, and all goes. */
  readonly removes: 'ours' | 'any';
  /** What was written by us, removed in Plex and stays removed. */
  readonly suppressed: readonly string[];
  /** What was removed in Plex and is added again, because a person takes it back; absent where nothing is. */
  readonly takenBack?: readonly string[] | undefined;
  /** Why those are not written, where that concerns the whole section. */
  readonly withheld?: WithheldReason | undefined;
  /** What would be added or removed, if Plex had nothing that is not ours. */
  readonly preserved: readonly string[];
  /** How many names exceed the cap. */
  readonly capped: number;
  readonly isKnown: boolean;
  readonly saidBy: SaidBy;
};

/** The reasons of a plan: one for each field and list that is edited or left, and none for what is right. */
export type Reasons = { readonly fields: readonly FieldReason[]; readonly lists: readonly ListReason[] };
