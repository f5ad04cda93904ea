import type { Sentence } from '../../core/text/sentence.ts';
import { foreign, ours, say } from '../../core/text/sentence.ts';

/** What a scene of ours has, and what Stash itself sends of one and we have no use for. */
const KNOWN: ReadonlySet<string> = new Set(
  `scene_id id path size duration updated_at title details date rating100 studio tagline performers tags poster_url
  background_url files paths
  __typename captions checksum code created_at custom_fields director file file_mod_time galleries groups interactive
  interactive_speed last_played_at movies o_counter o_history organized oshash phash play_count play_duration play_history
  resume_time sceneStreams scene_markers stash_ids url urls`.split(/\s+/),
);

/** Adds the keys of a given scene that nobody reads: most are slips, and what they hold would be missed. */
export function noteIgnored(value: unknown, ignored: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) if (!KNOWN.has(key)) ignored.add(key);
}

const MOST_NAMED = 5;

/** The sentence about them. */
export function ignoredWords(ignored: ReadonlySet<string>): Sentence {
  const names = [...ignored].slice(0, MOST_NAMED).join(', ');
  const more = ignored.size > MOST_NAMED ? ` and ${ignored.size - MOST_NAMED} more` : '';
  return say`Ignored, since a scene has no such key: ${foreign(names)}${ours(more)}. The keys: plexsync enqueue --help`;
}
