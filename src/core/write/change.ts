import type { PictureEdit } from '../model/picture.ts';
import type { ListKind, ScalarField } from '../model/plex-item.ts';
import type { Sentence } from '../text/sentence.ts';

/** What a change is about: a field or list by Plex's name, a picture, or the labels. */
export type ChangeField = ScalarField | ListKind | 'poster' | 'background' | 'label';

/** What becomes of it. A list that gets names and loses names is `add`; one that only loses names is `remove`. */
export const CHANGE_ACTIONS = ['set', 'clear', 'add', 'remove', 'left'] as const;
export type ChangeAction = (typeof CHANGE_ACTIONS)[number];

/** One change that a plan makes or one difference that it leaves, and why. */
export type Change = {
  readonly field: ChangeField;
  readonly action: ChangeAction;
  /** A value, the names of a list, or the key of a picture; `null` where there is no picture, or none is known. */
  readonly before: string | readonly string[] | null;
  /** The same; of a picture where it comes from, without a query, in which a key may stand. */
  readonly after: string | readonly string[] | null;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly why: Sentence;
  readonly picture?: PictureEdit | undefined;
};
