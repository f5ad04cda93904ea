import type { ListedPicture, PictureRecord, PictureRules } from '../../../src/core/model/picture.ts';
import type { PlexItem } from '../../../src/core/model/plex-item.ts';
import type { PictureContext } from '../../../src/core/pictures/needs.ts';
import { itemWith } from '../write/plex-model.ts';

export const OURS = 'a'.repeat(40);
export const NEW = 'b'.repeat(40);
export const THEIRS = 'c'.repeat(40);

/** A screenshot of Stash without its version. */
export const SHOT = 'http://stash.example/scene/7/screenshot';
export const SHOWN = '/library/metadata/7/thumb/100';

export const AGENT = 'metadata://posters/harbour';

export function upload(sha1: string): string {
  return `upload://posters/${sha1}`;
}

/** What Plex lists; the picture that is selected comes first. */
export function listing(selected: string | null, ...others: readonly string[]): readonly ListedPicture[] {
  const rest = others.map((key) => ({ key, selected: false }));
  return selected === null ? rest : [{ key: selected, selected: true }, ...rest];
}

export function writing(
  pictures: Partial<PictureRules> = {},
  rest: Partial<Omit<PictureContext, 'pictures'>> = {},
): PictureContext {
  const rules = { poster: 'write', background: 'leave', takeover: 'unlocked', overlay: 'respect' } as const;
  return { pictures: { ...rules, ...pictures }, preservePlexEdits: false, ...rest };
}

type Pictured = { readonly locked?: readonly string[]; readonly labels?: readonly string[]; readonly thumb?: string };

export function pictured({ locked = [], labels = [], thumb = SHOWN }: Pictured = {}): PlexItem {
  return { ...itemWith({ locked }), labels, pictures: { thumb, art: '' } };
}

/** A picture of ours that the item showed when it was last looked at. */
export function oursAt(version: string, rest: Partial<PictureRecord> = {}): PictureRecord {
  return {
    state: 'ours',
    source: SHOT,
    version,
    etag: '"1"',
    sha1: OURS,
    ours: OURS,
    bytes: 300,
    shown: SHOWN,
    ...rest,
  };
}
