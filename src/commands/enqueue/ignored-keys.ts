import { isSceneKey } from '../../core/model/given-scene.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import { foreign, ours, say } from '../../core/text/sentence.ts';

/** What Stash itself has of a scene and we have no use for (stash.md 5.1). */
const OF_STASH: ReadonlySet<string> = new Set(
  `__typename captions checksum code created_at custom_fields director file file_mod_time galleries groups interactive
  interactive_speed last_played_at movies o_counter o_history organized oshash phash play_count play_duration play_history
  resume_time sceneStreams scene_markers stash_ids url urls`.split(/\s+/),
);

/** Adds the keys of a given scene that nobody reads: most are slips, and what they hold would be missed. */
export function noteIgnored(value: unknown, ignored: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) if (!isSceneKey(key) && !OF_STASH.has(key)) ignored.add(key);
}

const MOST_NAMED = 5;

/** The help of `enqueue` names options, and a file has keys. */
const KEYS_PAGE = 'docs/scenes-as-json.md';

/** The sentence about them. */
export function ignoredWords(ignored: ReadonlySet<string>): Sentence {
  const names = [...ignored].slice(0, MOST_NAMED).join(', ');
  const more = ignored.size > MOST_NAMED ? ` and ${ignored.size - MOST_NAMED} more` : '';
  return say`Ignored, since a scene has no such key: ${foreign(names)}${ours(more)}. The keys: ${ours(KEYS_PAGE)}`;
}
