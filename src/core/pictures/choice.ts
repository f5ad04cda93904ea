import type { ListedPicture, PictureField, PictureLeftReason, PictureRecord } from '../model/picture.ts';
import { isUpload, isUploadOf } from '../model/picture.ts';
import type { PlexItem } from '../model/plex-item.ts';
import type { PictureContext } from './needs.ts';
import { isOverlaid, takeoverOf } from './needs.ts';

/** What to do with a picture whose bytes are known, once Plex has listed what the item has. */
export type PictureChoice =
  /** Ours is selected already, or lies beneath an overlay that was laid on it. */
  | { readonly kind: 'right' }
  /** Plex has it: it is selected by this key. */
  | { readonly kind: 'select'; readonly key: string }
  | { readonly kind: 'upload' }
  | { readonly kind: 'left'; readonly why: PictureLeftReason };

type Facts = {
  readonly field: PictureField;
  /** SHA-1 of the scene's picture. */
  readonly sha1: string;
  readonly known: PictureRecord | undefined;
  readonly list: readonly ListedPicture[];
  readonly item: Pick<PlexItem, 'locked' | 'labels'>;
  /** Whose the lock of the field is, if there is one. */
  readonly lockedBy: 'us' | 'others';
};

/** Decides about one picture of an item, by whose the selected one is. */
export function choosePicture(facts: Facts, context: PictureContext): PictureChoice {
  const { sha1, list } = facts;
  const selected = selectedKey(list);
  if (isUploadOf(selected, [sha1])) return { kind: 'right' };
  const why = isOverlaid(facts.field, facts.item) ? underOverlay(facts, context) : reasonToLeave(facts, context);
  if (why === 'right') return { kind: 'right' };
  if (why !== undefined) return { kind: 'left', why };
  const there = list.find(({ key }) => isUploadOf(key, [sha1]));
  return there === undefined ? { kind: 'upload' } : { kind: 'select', key: there.key };
}

/** The key of the selected picture; `null` where none is. */
export function selectedKey(list: readonly ListedPicture[]): string | null {
  return list.find(({ selected }) => selected)?.key ?? null;
}

/** The key under which Plex lists a picture that was uploaded (plex-api.md 6). */
export function uploadKey(field: PictureField, sha1: string): string {
  return `upload://${field === 'thumb' ? 'posters' : 'art'}/${sha1}`;
}

/**
 * Kometa lays its overlay on the poster it finds, so that another picture is selected than ours while the label is
 * there. It is left, unless the scene has another picture by now and the label may be removed.
 */
function underOverlay(facts: Facts, context: PictureContext): PictureLeftReason | 'right' | undefined {
  if (facts.known?.ours === facts.sha1) return 'right';
  if (context.pictures.overlay === 'respect') return 'overlay';
  return isEverOurs(facts) ? undefined : atFirstContact(facts, { ...context, overlaid: true });
}

function reasonToLeave(facts: Facts, context: PictureContext): PictureLeftReason | undefined {
  const { field, known, list, item } = facts;
  if (!isEverOurs(facts)) return atFirstContact(facts, context);
  const selected = selectedKey(list);
  if (isUploadOf(selected, oursOf(known))) return undefined;
  // Without a lock an agent may replace ours at any refresh, and nobody has chosen that.
  return item.locked.has(field) || isUpload(selected) ? 'edited_in_plex' : undefined;
}

function atFirstContact(
  { field, known, list, item, lockedBy }: Facts,
  context: PictureContext & { readonly overlaid?: true },
): PictureLeftReason | undefined {
  const takeover = takeoverOf(context);
  if (takeover === 'always') return undefined;
  if (item.locked.has(field) && lockedBy === 'others')
    return context.preservePlexEdits ? 'preserved' : 'locked_in_plex';
  const selected = selectedKey(list);
  const foreign = list.filter(({ key }) => isUpload(key) && !isUploadOf(key, oursOf(known)));
  // What is selected under the label is Kometa's own upload, which `release` gives up.
  const isTheirs = takeover === 'never' ? foreign.length > 0 : foreign.some(({ key }) => key === selected);
  if (!isTheirs || (context.overlaid && takeover !== 'never' && !context.preservePlexEdits)) return undefined;
  return context.preservePlexEdits ? 'preserved' : 'uploaded_in_plex';
}

/** Whether the item had a picture of ours; a write that was cut short counts once another one is selected than before. */
function isEverOurs({ known, list }: Facts): boolean {
  const { ours, intended } = known ?? {};
  return ours !== undefined || (intended !== undefined && selectedKey(list) !== intended.before);
}

function oursOf(known: PictureRecord | undefined): readonly string[] {
  return [known?.ours, known?.intended?.sha1].filter((sha1) => sha1 !== undefined);
}
