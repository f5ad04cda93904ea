import type { Sentence } from '../../core/text/sentence.ts';
import { say } from '../../core/text/sentence.ts';

/** The sentence about scenes that a file gives more than once: two exports in one, or a slip. `undefined` for none. */
export function repeatedWords(edits: Iterable<{ readonly sceneId: number }>): Sentence | undefined {
  const seen = new Set<number>();
  const repeated = new Set<number>();
  for (const { sceneId } of edits) {
    if (seen.has(sceneId)) repeated.add(sceneId);
    seen.add(sceneId);
  }
  if (repeated.size === 0) return undefined;
  const [first = 0] = repeated;
  const scenes = repeated.size === 1 ? say`Scene ${first} is` : say`${repeated.size} scenes are`;
  return say`${scenes} given more than once: of each key the later value counts`;
}
