import type { Sentence } from '../../core/text/sentence.ts';
import type { AskedScene } from './scene.ts';

/** Whether a run writes without proof. */
export type Matching = 'strict' | 'relaxed';

/** Why `process` would not write a proven item: it belongs to other scenes, or to another server than its own. */
export type Refusal =
  | { readonly kind: 'others_item'; readonly message: Sentence; readonly sceneIds: readonly number[] }
  | { readonly kind: 'other_server'; readonly message: Sentence };

/** For whom a file was judged, and why its proven item is not written. */
export type How = {
  readonly matching: Matching;
  readonly scene: AskedScene | undefined;
  readonly refusal: Refusal | undefined;
  /** The line that takes in the library that is left out and has the file. */
  readonly libraryLine: Sentence | undefined;
};
