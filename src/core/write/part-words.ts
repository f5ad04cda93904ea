import type { ListKind, ScalarField } from '../model/plex-item.ts';
import type { SceneKey } from '../model/scene.ts';

/** A lock has a key of its own where nothing that it locks is edited with it. */
export type PartKey = ScalarField | ListKind | 'label' | LockKey;
export type LockKey = `${string}.locked`;

type PartWords = { readonly name: string; readonly key: SceneKey; readonly cure: string };

/** For each part: its name in words, the scene key it comes from, and what a person can do when it is too long. */
const PARTS: Readonly<Record<Exclude<PartKey, LockKey>, PartWords>> = {
  title: { name: 'title', key: 'title', cure: 'shorten it in Stash' },
  summary: { name: 'summary', key: 'details', cure: 'shorten it in Stash' },
  studio: { name: 'studio', key: 'studio', cure: 'shorten it in Stash' },
  tagline: { name: 'tagline', key: 'tagline', cure: 'shorten it' },
  originallyAvailableAt: { name: 'date', key: 'date', cure: 'shorten it in Stash' },
  userRating: { name: 'rating', key: 'rating100', cure: 'shorten it in Stash' },
  actor: { name: 'performers', key: 'performers', cure: 'lower max_performers' },
  genre: { name: 'tags', key: 'tags', cure: 'lower max_tags' },
  collection: { name: 'collection', key: 'studio', cure: 'shorten it in Stash' },
  label: { name: 'labels', key: 'poster_url', cure: 'remove some in Plex' },
};

/** A lock that is too long cannot be: such a refusal has another reason. */
const LOCK_CURE = 'try again later';

/** The words for a part of a plan. */
export function wordsOf(key: PartKey): PartWords {
  if (!isLockKey(key)) return PARTS[key];
  const name = key.slice(0, -LOCKED.length);
  if (name === 'thumb') return { name: 'poster lock', key: 'poster_url', cure: LOCK_CURE };
  if (name === 'art') return { name: 'background lock', key: 'background_url', cure: LOCK_CURE };
  const of = Object.hasOwn(PARTS, name) ? PARTS[name as keyof typeof PARTS] : undefined;
  return { name: `${of?.name ?? name} lock`, key: of?.key ?? 'title', cure: LOCK_CURE };
}

const LOCKED = '.locked';

function isLockKey(key: PartKey): key is LockKey {
  return key.endsWith(LOCKED);
}
