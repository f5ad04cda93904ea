import { cleanLine, cleanNames, cleanSummary, foldName } from '../text/text.ts';
import type { SceneData } from './scene.ts';
import { isEmptyValue } from './scene.ts';

/**
 * Raised with every change of `contentOf` or of the cleaning it uses: hashes of two versions are never compared, or an
 * upgrade would show every scene as changed.
 */
const VERSION = 1;

/** A hash, with its version, of what Stash has of a scene: equal ones need no write. */
export function contentHashOf(data: SceneData): string {
  return `${VERSION}:${hashOf(contentOf(data))}`;
}

/** Whether two hashes are of one version. */
export function isSameVersion(one: string, other: string | undefined): boolean {
  return one.split(':', 1)[0] === other?.split(':', 1)[0];
}

/**
 * The cleaned values that may be written to Plex, as one text, whatever the settings turn off. Lists are sorted, since
 * Stash gives performers no order (stash.md 6).
 */
function contentOf(data: SceneData): string {
  const { title, details, date, rating100, studio, performers, tags } = data;
  return JSON.stringify({
    title: cleanLine(title ?? ''),
    details: cleanSummary(details ?? ''),
    date: date ?? '',
    rating: isEmptyValue(rating100) ? null : rating100,
    studio: cleanLine(studio ?? ''),
    performers: sorted(performers ?? []),
    tags: sorted(tags ?? []),
  });
}

function sorted(names: readonly string[]): readonly string[] {
  const keyed = cleanNames(names).map((name) => [foldName(name), name] as const);
  return keyed.sort(([one], [other]) => (one < other ? -1 : Number(one > other))).map(([, name]) => name);
}

/** Odd numbers with well mixed bits, one for each 32 bits of the hash. */
const MULTIPLIERS = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f];

/** 128 bits that tell two texts apart; written here because loading node:crypto would slow down every `enqueue`. */
function hashOf(text: string): string {
  return MULTIPLIERS.map((multiplier) => {
    let hash = multiplier;
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), multiplier);
      hash ^= hash >>> 15;
    }
    return (hash >>> 0).toString(16).padStart(8, '0');
  }).join('');
}
