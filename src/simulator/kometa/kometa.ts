import type { ForeignPoster, OverlayDone } from './overlays.ts';
import { createOverlays } from './overlays.ts';
import type { KometaAddress, KometaCollection, KometaItem } from './plex.ts';
import { createKometaPlex } from './plex.ts';

export type { ForeignPoster, KometaAddress };

/** What Kometa is configured to do each night; what is not named is left alone. */
export type KometaRules = {
  /** Another name is another overlay, so that every poster is made anew. */
  readonly overlay?: string | undefined;
  /** `reverted` by default. */
  readonly foreignPoster?: ForeignPoster | undefined;
  /** Deletes plain collections that have fewer items than this. */
  readonly smallestCollection?: number | undefined;
  /** Deletes every plain collection but these. */
  readonly onlyCollections?: readonly string[] | undefined;
  /** Keeps a smart collection for each studio. */
  readonly studioCollections?: 'smart' | undefined;
  /** `removed`: takes all genres away and locks the empty list; `reset`: takes them away and unlocks it. */
  readonly genres?: 'removed' | 'reset' | undefined;
  /** Sets `addedAt` to the release date. */
  readonly addedAt?: 'release date' | undefined;
};

/** What a night changed: `ratingKey`s of items, titles of collections. */
export type KometaNight = {
  readonly overlaid: string[];
  readonly reverted: string[];
  readonly edited: string[];
  readonly deleted: string[];
  readonly made: string[];
};

/**
 * A second writer that plays Kometa: each `night` it works through a section of Plex over HTTP, as its rules say. The
 * same library and rules give the same night.
 */
export function createKometa(address: KometaAddress, rules: KometaRules) {
  const plex = createKometaPlex(address);
  const overlays = createOverlays(plex);
  let current = rules;

  async function tidyCollections(night: KometaNight): Promise<void> {
    for (const collection of await plex.collections()) {
      if (!isUnwanted(collection, current)) continue;
      await plex.deleteCollection(collection.ratingKey);
      night.deleted.push(collection.title);
    }
  }

  async function keepStudios(items: readonly KometaItem[], night: KometaNight): Promise<void> {
    const smart = (await plex.collections()).filter((collection) => collection.smart === true);
    const held = new Set(smart.map(({ title }) => title));
    const studios = new Set(items.flatMap(({ studio }) => studio ?? []));
    for (const studio of [...studios].sort()) {
      if (held.has(studio)) continue;
      await plex.addStudioCollection(studio);
      night.made.push(studio);
    }
  }

  async function overlay(items: readonly KometaItem[], name: string, night: KometaNight): Promise<void> {
    const { foreignPoster = 'reverted' } = current;
    for (const item of items) {
      const done: OverlayDone = await overlays.apply(item, { overlay: name, foreignPoster });
      if (done === 'applied') night.overlaid.push(item.ratingKey);
      if (done === 'reverted') night.reverted.push(item.ratingKey);
    }
  }

  return {
    /** Takes other rules from the next night on. */
    setRules(changed: KometaRules): void {
      current = changed;
    },
    async night(): Promise<KometaNight> {
      const night: KometaNight = { overlaid: [], reverted: [], edited: [], deleted: [], made: [] };
      await tidyCollections(night);
      const items = await plex.items();
      if (current.studioCollections === 'smart') await keepStudios(items, night);
      for (const item of items) {
        const edits = editsOf(item, current);
        if (Object.keys(edits).length === 0) continue;
        await plex.edit(item.ratingKey, edits);
        night.edited.push(item.ratingKey);
      }
      if (current.overlay !== undefined) await overlay(items, current.overlay, night);
      return night;
    },
  };
}

function isUnwanted({ title, smart, childCount }: KometaCollection, rules: KometaRules): boolean {
  if (smart) return false;
  const { smallestCollection = 0, onlyCollections } = rules;
  return childCount < smallestCollection || (onlyCollections !== undefined && !onlyCollections.includes(title));
}

function editsOf(item: KometaItem, { genres, addedAt }: KometaRules): Record<string, string> {
  return { ...genreEdits(item, genres), ...(addedAt === undefined ? {} : addedAtEdits(item)) };
}

function genreEdits({ Genre = [], Field = [] }: KometaItem, genres: KometaRules['genres']): Record<string, string> {
  if (genres === undefined) return {};
  const isLocked = Field.some(({ name, locked }) => name === 'genre' && locked);
  const shouldBeLocked = genres === 'removed';
  const lock = isLocked === shouldBeLocked ? {} : { 'genre.locked': shouldBeLocked ? '1' : '0' };
  return { ...(Genre.length > 0 ? { 'genre[].tag': '' } : {}), ...lock };
}

function addedAtEdits({ originallyAvailableAt, addedAt }: KometaItem): Record<string, string> {
  if (originallyAvailableAt === undefined) return {};
  const wanted = Date.parse(`${originallyAvailableAt.slice(0, 10)}T00:00:00Z`) / 1000;
  // Before 1970 there is no such time.
  if (!(wanted >= 0) || wanted === addedAt) return {};
  return { 'addedAt.value': String(wanted), 'addedAt.locked': '1' };
}
