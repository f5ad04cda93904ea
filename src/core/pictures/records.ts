import type { PictureField, PictureLook, PictureRecord, PictureRecords, SourcePicture } from '../model/picture.ts';
import type { PlexItem } from '../model/plex-item.ts';
import type { LeftAlone } from '../model/scene-record.ts';
import type { PictureChoice } from './choice.ts';
import type { PictureContext, PictureNeed } from './needs.ts';
import { isSettled } from './needs.ts';

/** A picture of which at least the SHA-1 is known. */
export type KnownPicture = SourcePicture & { readonly sha1: string };

type Item = Pick<PlexItem, 'pictures' | 'locked' | 'labels'>;

/** What a look at the source has shown: that is all, or Plex has to be asked too. */
export type AfterLook =
  | { readonly kind: 'settled'; readonly record: PictureRecord }
  | { readonly kind: 'ask_plex'; readonly picture: KnownPicture };

/** The picture that was last seen at the source, whether or not its write was finished. */
export function lastSeen({ known, source }: PictureNeed): SourcePicture | undefined {
  const seen = known?.intended ?? known;
  return seen?.source === source ? seen : undefined;
}

/** What to do after the source was asked. */
export function afterLook(
  need: PictureNeed,
  look: PictureLook,
  about: { readonly item: Item; readonly context: PictureContext },
): AfterLook {
  const { field, known } = need;
  const seen = lastSeen(need);
  if (look.kind === 'none') return { kind: 'settled', record: withoutPicture('none', need, about.item, look.etag) };
  const now = look.kind === 'same' ? seen : toSource(look);
  if (now?.sha1 === undefined) return { kind: 'settled', record: withoutPicture('none', need, about.item, now?.etag) };
  const picture: KnownPicture = { ...sourceOf(need), etag: now.etag, sha1: now.sha1, bytes: now.bytes };
  if (known === undefined || known.sha1 !== now.sha1 || known.state === 'none') return { kind: 'ask_plex', picture };
  // Plex has refused these very bytes.
  const isDone = known.state === 'refused' || isSettled(known, field, about);
  return isDone ? { kind: 'settled', record: { ...known, ...picture } } : { kind: 'ask_plex', picture };
}

/** What is known of a picture that Plex refuses: the same bytes are not sent again. */
export function refusedRecord(need: PictureNeed, picture: KnownPicture, item: Item): PictureRecord {
  return { ...withoutPicture('refused', need, item, picture.etag), sha1: picture.sha1, bytes: picture.bytes };
}

/**
 * What counts as known where all but the pictures is written: what was refused is tried again, since a person or a
 * later try may have better luck.
 */
export function withoutRefusals(records: PictureRecords): PictureRecords {
  const entries = Object.entries(records).map(([field, record]) => [
    field,
    record.state === 'refused' ? { ...record, version: undefined, sha1: undefined, etag: undefined } : record,
  ]);
  return Object.fromEntries(entries) as PictureRecords;
}

/**
 * What counts as known of the pictures that another scene's record tells of: they may be replaced as long as the item
 * shows them.
 */
export function inheritedRecords(records: PictureRecords, item: Item): PictureRecords {
  const shown = Object.entries(records).flatMap(([field, { ours, shown: path }]) =>
    ours !== undefined && path === item.pictures[field as PictureField]
      ? [[field, { state: 'new', source: '', ours } satisfies PictureRecord] as const]
      : [],
  );
  return Object.fromEntries(shown);
}

/** The pictures that are left as they are, for a person to read. */
export function leftPictures(records: PictureRecords, wanted: readonly PictureField[]): readonly LeftAlone[] {
  return wanted.flatMap((field) => {
    const { state, why } = records[field] ?? {};
    return state === 'left' && why !== undefined ? [{ field, reason: why }] : [];
  });
}

/** What is known of a picture that its source does not have, or that cannot be used. */
export function withoutPicture(
  state: 'none' | 'refused',
  need: PictureNeed,
  item: Item,
  etag: string | undefined,
): PictureRecord {
  return { state, ...sourceOf(need), etag, ours: need.known?.ours, shown: item.pictures[need.field] };
}

/** What is known of a picture once it was decided about; after a write, what the item shows is not known yet. */
export function recordAfter(
  choice: PictureChoice,
  need: PictureNeed,
  picture: KnownPicture,
  item: Item,
): PictureRecord {
  const shown = item.pictures[need.field];
  switch (choice.kind) {
    case 'left':
      return { state: 'left', why: choice.why, ...picture, ours: need.known?.ours, shown };
    case 'right':
      return { state: 'ours', ...picture, ours: picture.sha1, shown };
    case 'select':
    case 'upload':
      return { state: 'ours', ...picture, ours: picture.sha1 };
  }
}

/** What is known while a picture is about to be written; `before` is the key that is selected so far. */
export function intendedRecord(
  { known, ...need }: PictureNeed,
  picture: KnownPicture,
  before: string | null,
): PictureRecord {
  const { intended: _replaced, ...rest } = known ?? { state: 'new', ...sourceOf(need) };
  return { ...rest, intended: { ...picture, before } };
}

/** Whether a person was told already that this very picture was left, and why. */
export function wasTold({ known }: PictureNeed, record: PictureRecord): boolean {
  return known?.state === 'left' && known.why === record.why && known.sha1 === record.sha1;
}

function toSource(look: Extract<PictureLook, { kind: 'picture' }>): Pick<SourcePicture, 'etag' | 'sha1' | 'bytes'> {
  const { picture, etag } = look;
  return { etag, sha1: picture.sha1, bytes: picture.bytes.length };
}

function sourceOf({ source, version }: Pick<PictureNeed, 'source' | 'version'>): SourcePicture {
  return { source, version };
}
