import { createHash } from 'node:crypto';
import { createPng } from '../png.ts';
import type { KometaItem, KometaPlex } from './plex.ts';

/** Kometa's mark on an item: its poster carries an overlay. */
const LABEL = 'Overlay';

/** The poster below an overlay, which Kometa keeps, and what it made of it. */
type Kept = {
  readonly original: Buffer;
  readonly overlay: string;
  readonly overlaid: string;
  readonly shown: string | undefined;
};

/**
 * What Kometa does to a poster that somebody else put under its label: puts its own back, or never overlays the item
 * again.
 */
export type ForeignPoster = 'reverted' | 'left';

export type OverlayRules = { readonly overlay: string; readonly foreignPoster: ForeignPoster };

/** `applied`: over a poster that it had not overlaid yet; `reverted`: its own put back over somebody else's. */
export type OverlayDone = 'applied' | 'reverted' | 'none';

/** Lays overlays over posters night by night; what it kept below them lives as long as it does. */
export function createOverlays(plex: KometaPlex) {
  const kept = new Map<string, Kept>();

  async function show(item: KometaItem, original: Buffer, overlay: string): Promise<void> {
    const picture = compose(original, overlay);
    const overlaid = `upload://posters/${sha1(picture)}`;
    const isThere = (await plex.posters(item.ratingKey)).some(({ ratingKey }) => ratingKey === overlaid);
    if (isThere) await plex.selectPoster(item.ratingKey, overlaid);
    else await plex.uploadPoster(item.ratingKey, picture);
    const shown = (await plex.item(item.ratingKey))?.thumb;
    kept.set(item.ratingKey, { original, overlay, overlaid, shown });
  }

  /** Labels the item; an upload leaves the poster as unlocked as it was, also on servers that lock it by themselves. */
  async function label({ ratingKey, Field = [] }: KometaItem): Promise<void> {
    const wasLocked = Field.some(({ name, locked }) => name === 'thumb' && locked);
    await plex.edit(ratingKey, {
      'label[0].tag.tag': LABEL,
      'label.locked': '1',
      'thumb.locked': wasLocked ? '1' : '0',
    });
  }

  async function overlayAnew(item: KometaItem, { overlay }: OverlayRules): Promise<OverlayDone> {
    if (item.thumb === undefined) return 'none';
    const known = kept.get(item.ratingKey);
    // Somebody took the label alone away: an overlay over an overlay would never come off again.
    const original = known?.shown === item.thumb ? known.original : await plex.picture(item.thumb);
    await show(item, original, overlay);
    await label(item);
    return 'applied';
  }

  return {
    async apply(item: KometaItem, rules: OverlayRules): Promise<OverlayDone> {
      const isLabelled = (item.Label ?? []).some(({ tag }) => tag.toLowerCase() === LABEL.toLowerCase());
      if (!isLabelled) return await overlayAnew(item, rules);
      const known = kept.get(item.ratingKey);
      if (!known) return 'none';
      const isOurs = item.thumb === known.shown;
      if (isOurs && known.overlay === rules.overlay) return 'none';
      if (!isOurs && rules.foreignPoster === 'left') return 'none';
      await show(item, known.original, rules.overlay);
      return isOurs ? 'applied' : 'reverted';
    },
  };
}

/** A picture that depends on what lies below and on the overlay, and on nothing else. */
function compose(original: Buffer, overlay: string): Buffer {
  const [red = 0, green = 0, blue = 0] = createHash('sha1').update(original).update(overlay).digest();
  return createPng(
    { width: 4, height: 6, pixel: (_, y) => (y === 5 ? [255, 255, 255] : [red, green, blue]) },
    { comment: `${overlay} over ${sha1(original)}` },
  );
}

function sha1(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex');
}
