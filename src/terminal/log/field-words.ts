import type { NothingToWrite } from '../../core/model/job.ts';
import type { PictureField } from '../../core/model/picture.ts';
import type { ListKind, ScalarField } from '../../core/model/plex-item.ts';
import type { LeftAlone } from '../../core/model/scene-record.ts';
import type { ChangeField } from '../../core/write/change.ts';

const LEFT_REASONS = {
  edited_in_plex: 'it was edited in Plex since we wrote it',
  rated_in_plex: 'it was rated in Plex, and that rating stays',
  removed_in_plex: 'a name we wrote was removed in Plex, and stays removed',
  preserved: 'Plex has a value and preserve_plex_edits is on',
  locked_in_plex: 'it is locked in Plex, and not by us',
  uploaded_in_plex: 'somebody else has uploaded one',
  overlay: 'it lies under the label Overlay, and overlay_label is respect',
  collection_gone: 'it is gone from the whole library, and is not written again of itself',
  collection_smart: 'the library has a smart collection of that name',
  too_long: 'Plex has the beginning of it, and all of it is too long for the server',
} as const satisfies Record<LeftAlone['reason'], string>;

/** Why a field that differs was not written. */
export function leftReason({ reason }: LeftAlone): (typeof LEFT_REASONS)[LeftAlone['reason']] {
  return LEFT_REASONS[reason];
}

/** Why a scene has nothing to write. */
export const NOTHING_WORDS = {
  nothing_given: 'nothing to write: nothing was given but its file',
  all_left_out: 'nothing to write: the settings leave out all that was given',
} as const satisfies Record<NothingToWrite, string>;

/** The names of a list of Plex, for people; `setting` ends the one that limits it. */
export const LIST_WORDS = {
  actor: { one: 'performer', many: 'performers', as: '', setting: 'performers' },
  genre: { one: 'tag', many: 'tags', as: ' as genres', setting: 'tags' },
  collection: { one: 'collection', many: 'collections', as: '', setting: 'tags' },
} as const satisfies Record<ListKind, { one: string; many: string; as: string; setting: string }>;

type FieldName =
  `the ${ScalarField | 'date' | 'rating' | 'poster' | 'background' | (typeof LIST_WORDS)[ListKind]['many']}`;

/** A field of Plex in words: `the date`, `the tags`. */
export function fieldName(field: ScalarField | ListKind | PictureField): FieldName {
  if (field === 'thumb') return 'the poster';
  if (field === 'art') return 'the background';
  if (field === 'originallyAvailableAt') return 'the date';
  if (field === 'userRating') return 'the rating';
  if (field === 'actor' || field === 'genre' || field === 'collection') return `the ${LIST_WORDS[field].many}`;
  return `the ${field}`;
}

/** What a change is about, in one word: `date`, `tags`, `poster`. */
export function changeName(field: ChangeField): string {
  if (field === 'poster' || field === 'background' || field === 'label') return field;
  return fieldName(field).replace(/^the /, '');
}
