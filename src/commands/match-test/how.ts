import type { Sentence } from '../../core/text/sentence.ts';
import type { AskedScene } from './scene.ts';

/** Whether a run writes without proof. */
export type Matching = 'strict' | 'relaxed';

/** Why `process` would not write a proven item: it belongs to other scenes, or to another server than its own. */
export type Refusal =
  | { readonly kind: 'others_item'; readonly message: Sentence; readonly sceneIds: readonly number[] }
  | { readonly kind: 'other_server'; readonly message: Sentence };

/** `refusal`: why the proven item is not written, if so; `requests`: how many to Plex it took to find out. */
export type Judged = { readonly refusal: Refusal | undefined; readonly requests: number };

/** For whom a file was judged, and what was found. */
export type How = Judged & {
  readonly matching: Matching;
  readonly scene: AskedScene | undefined;
  /** The line that takes in the library that is left out and has the file. */
  readonly libraryLine: Sentence | undefined;
};
