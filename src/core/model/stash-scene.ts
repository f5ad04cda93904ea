import type { SyncError } from './errors.ts';
import type { SceneData } from './scene.ts';

/** A scene as Stash has it now. */
export type StashScene = {
  readonly sceneId: number;
  /** In the server's own spelling; some changes of a scene do not move it (stash.md 7). */
  readonly updatedAt: string;
  /**
   * Every key that Stash can supply is there, empty when it is empty in Stash; no `path` when the scene has no file.
   */
  readonly data: SceneData;
};

/** The result of asking Stash for one scene. */
export type StashLook =
  | { readonly kind: 'found'; readonly scene: StashScene }
  /** Deleted, or merged into another. */
  | { readonly kind: 'gone' }
  /** Stash has it but could not return it: this scene failed, and not the others in the query. */
  | { readonly kind: 'failed'; readonly error: SyncError };
