import type { PictureField, PictureRecord, PictureRecords, PictureRules, SourcePicture } from '../model/picture.ts';
import type { PlexItem } from '../model/plex-item.ts';
import type { SceneData, SceneKey } from '../model/scene.ts';
import { foldName } from '../text/text.ts';
import { readPictureAddress } from './address.ts';

/** What decides about pictures besides the scene. */
export type PictureContext = {
  readonly pictures: PictureRules;
  readonly preservePlexEdits: boolean;
};

/** A picture that has to be looked at. */
export type PictureNeed = {
  readonly field: PictureField;
  readonly source: string;
  readonly version: string | undefined;
  /** What is known of it on this item. */
  readonly known: PictureRecord | undefined;
  /** `source`: it may have another picture. `plex`: the source is as it was, and the item may show another picture. */
  readonly ask: 'source' | 'plex';
};

type Pictured = Pick<SceneData, 'poster_url' | 'background_url'>;
type Item = Pick<PlexItem, 'pictures' | 'locked' | 'labels'>;

/**
 * The pictures of a scene that have to be looked at, at its source or in Plex. A picture with the same version that the
 * item still shows needs no request to any server.
 * @param known what is known of the pictures of this very item
 */
export function pictureNeeds(
  scene: Pictured,
  item: Item,
  known: PictureRecords | undefined,
  context: PictureContext,
): readonly PictureNeed[] {
  const wanted = wantedPictures(scene, context.pictures);
  return wanted.flatMap(({ field, address }): readonly PictureNeed[] => {
    const { source, version } = sourceAt(address);
    const record = known?.[field];
    const ask = whomToAsk({ field, source, version, known: record }, item, context);
    return ask === undefined ? [] : [{ field, source, version, known: record, ask }];
  });
}

/** The pictures that the scene has and that are written. */
export function wantedFields(scene: Pictured, { pictures }: PictureContext): readonly PictureField[] {
  return wantedPictures(scene, pictures).map(({ field }) => field);
}

/** Whether the scene has a picture that would be written if somebody decided to. */
export function awaitsDecision(
  scene: Pictured,
  known: PictureRecords | undefined,
  { pictures }: PictureContext,
): boolean {
  if (pictures.poster !== 'unset') return false;
  const isPosterDue = hasPicture(scene.poster_url) && known?.thumb?.ours === undefined;
  return isPosterDue || (hasPicture(scene.background_url) && known?.art?.ours === undefined);
}

/** Whether a picture that somebody gave for the scene by hand is not written, since pictures are turned off. */
export function leavesGiven(
  scene: Pictured,
  fromStash: ReadonlySet<SceneKey>,
  { pictures }: Pick<PictureContext, 'pictures'>,
): boolean {
  if (pictures.poster !== 'leave') return false;
  const isByHand = (key: keyof Pictured): boolean => hasPicture(scene[key]) && !fromStash.has(key);
  return isByHand('poster_url') || (isByHand('background_url') && pictures.background === 'leave');
}

/** Whether Kometa has laid an overlay on the poster; it never touches backgrounds. */
export function isOverlaid(field: PictureField, { labels }: Pick<PlexItem, 'labels'>): boolean {
  return field === 'thumb' && labels.some(isOverlayLabel);
}

export function isOverlayLabel(label: string): boolean {
  return foldName(label) === OVERLAY;
}

/** Whom the takeover spares: with `preserve_plex_edits` only what nobody uploaded or locked counts as empty. */
export function takeoverOf({ pictures, preservePlexEdits }: PictureContext): PictureRules['takeover'] {
  return preservePlexEdits && pictures.takeover === 'always' ? 'unlocked' : pictures.takeover;
}

const OVERLAY = foldName('Overlay');

function wantedPictures(
  { poster_url: poster, background_url: background }: Pictured,
  rules: PictureRules,
): readonly { readonly field: PictureField; readonly address: string }[] {
  const isGiven = hasPicture(background) && (rules.background === 'write' || rules.poster === 'write');
  const same = rules.background === 'write' && hasPicture(poster) ? poster : undefined;
  const art = isGiven ? background : same;
  return [
    ...(rules.poster === 'write' && hasPicture(poster) ? [{ field: 'thumb', address: poster } as const] : []),
    ...(art === undefined ? [] : [{ field: 'art', address: art } as const]),
  ];
}

/** An address that cannot be read is refused once, and not at each attempt: it has one version for ever. */
function sourceAt(address: string): Pick<PictureNeed, 'source' | 'version'> {
  const read = readPictureAddress(address);
  switch (read.kind) {
    case 'url':
      return { source: read.url, version: read.version };
    case 'file':
      return { source: read.path, version: undefined };
    case 'unusable':
      return { source: address, version: '' };
  }
}

function hasPicture(address: string | null | undefined): address is string {
  return address !== undefined && address !== null && address !== '';
}

function whomToAsk(
  { field, source, version, known }: Omit<PictureNeed, 'ask'>,
  item: Item,
  context: PictureContext,
): PictureNeed['ask'] | undefined {
  const { intended } = known ?? {};
  // A write that was cut short: its picture is known, and whether it landed is seen in Plex.
  if (intended !== undefined && isSameVersion(intended, { source, version })) return 'plex';
  if (known === undefined || known.state === 'new' || !isSameVersion(known, { source, version })) return 'source';
  switch (known.state) {
    case 'none':
    case 'refused':
      return undefined;
    case 'ours':
    case 'left':
      return isSettled(known, field, { item, context }) ? undefined : 'plex';
  }
}

/** A source without a version has to be asked each time. */
function isSameVersion(
  known: Pick<SourcePicture, 'source' | 'version'>,
  { source, version }: Pick<SourcePicture, 'source' | 'version'>,
): boolean {
  return version !== undefined && known.version === version && known.source === source;
}

/** Whether the item shows what it showed, and what kept our picture from it still does. */
export function isSettled(
  known: PictureRecord,
  field: PictureField,
  { item, context }: { readonly item: Item; readonly context: PictureContext },
): boolean {
  if (known.intended !== undefined || known.shown !== item.pictures[field]) return false;
  switch (known.why) {
    case undefined:
    case 'edited_in_plex':
      return true;
    case 'overlay':
      return isOverlaid(field, item) && context.pictures.overlay === 'respect';
    case 'locked_in_plex':
      return item.locked.has(field) && takeoverOf(context) !== 'always';
    case 'uploaded_in_plex':
      return takeoverOf(context) !== 'always';
    case 'preserved':
      return context.preservePlexEdits;
  }
}
