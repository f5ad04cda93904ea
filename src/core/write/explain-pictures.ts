import type { PictureEdit, PictureField } from '../model/picture.ts';
import { isUpload, PICTURE_FIELDS } from '../model/picture.ts';
import type { LeftAlone } from '../model/scene-record.ts';
import { ours, say } from '../text/sentence.ts';
import { withoutQuery } from '../text/without-query.ts';
import type { Change } from './change.ts';
import type { EditPlan, LabelEdit } from './edit-plan.ts';

const PICTURE_NAMES: Readonly<Record<PictureField, 'poster' | 'background'>> = { thumb: 'poster', art: 'background' };

/** The change that a picture makes, and whose it replaces. */
export function pictureChange(picture: PictureEdit): Change {
  const { field, how, before, source } = picture;
  const after = source === undefined ? null : withoutQuery(source);
  const which = ours(whoseSelected(before));
  const what =
    how === 'uploaded' ? say`Plex does not have it: it is uploaded` : say`Plex has it already: it is selected`;
  const why = say`${which}. ${what}`;
  return { field: PICTURE_NAMES[field], action: 'set', before, after, added: [], removed: [], why, picture };
}

/** Plex names an upload by its bytes, and what an agent has found by where that is from (plex-api.md 6). */
function whoseSelected(key: string | null): string {
  if (key === null) return 'none is selected in Plex';
  return isUpload(key) ? 'an uploaded one is selected in Plex' : 'one that nobody uploaded is selected in Plex';
}

const PICTURE_LEFT: Readonly<Record<LeftAlone['reason'], string>> = {
  edited_in_plex: 'another one was selected in Plex since plexsync wrote it: left',
  locked_in_plex: 'locked in Plex, and not by us: left',
  uploaded_in_plex: 'somebody else has uploaded it: left',
  overlay: 'it lies under the label Overlay, and overlay_label is respect: left',
  preserved: 'Plex has one, and preserve_plex_edits is on: left',
  rated_in_plex: 'set in Plex: left',
  removed_in_plex: 'removed in Plex since plexsync wrote it: left',
  too_long: 'too long for the server: left',
  collection_gone: 'gone from the whole library: left',
  collection_smart: 'a smart collection has that name: left',
};

/** The locks of pictures that are shown already, as changes: those of the others come with them. */
export function lockChanges({ locks = [], pictures = [] }: Pick<EditPlan, 'locks' | 'pictures'>): readonly Change[] {
  const names = locks.map(({ name }) => name);
  const lone = PICTURE_FIELDS.filter((name) => names.includes(name) && !pictures.some(({ field }) => field === name));
  const rest = { action: 'set', before: null, after: null, added: [], removed: [] } as const;
  const why = say`it is shown in Plex already, and not locked: it is locked`;
  return lone.map((name) => ({ field: PICTURE_NAMES[name], ...rest, why }));
}

/** A picture that is left, as a change; nothing for a field or list. */
export function leftPicture({ field, reason }: LeftAlone): Change | [] {
  const picture = PICTURE_FIELDS.find((name) => name === field);
  if (picture === undefined) return [];
  const why = ours(PICTURE_LEFT[reason]);
  return { field: PICTURE_NAMES[picture], action: 'left', before: null, after: null, added: [], removed: [], why };
}

/** The change of the labels of an item. */
export function labelChange({ whole, remove }: LabelEdit): Change {
  const after = [...whole];
  const before = [...whole, ...remove];
  const why = say`the poster under it is replaced, and overlay_label is release: removed`;
  return {
    field: 'label',
    action: remove.length > 0 ? 'remove' : 'add',
    before,
    after,
    added: [],
    removed: remove,
    why,
  };
}
