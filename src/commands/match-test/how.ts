import type { Sentence } from '../../core/text/sentence.ts';
import type { AskedScene } from './scene.ts';

/** Whether a run writes without proof. */
export type Matching = 'strict' | 'relaxed';

/** An item that is proven, and that `process` would still not write: it belongs to another scene. */
export type Refusal = { readonly message: Sentence; readonly sceneIds: readonly number[] };

/** For whom a file was judged, and why its proven item is not written. */
export type How = {
  readonly matching: Matching;
  readonly scene: AskedScene | undefined;
  readonly refusal: Refusal | undefined;
  /** The line that takes in the library that is left out and has the file. */
  readonly libraryLine: Sentence | undefined;
};
