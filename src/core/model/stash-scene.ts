import type { SyncError } from './errors.ts';
import type { SceneData } from './scene.ts';

/** A scene as Stash has it now. */
export type StashScene = {
  readonly sceneId: number;
  /** In the server's own spelling; not moved by everything that changes a scene (stash.md 7). */
  readonly updatedAt: string;
  /** Every key that Stash can supply is there, empty when it is empty; no `path` when the scene has no file. */
  readonly data: SceneData;
};

/** What asking Stash for one scene brought. */
export type StashLook =
  | { readonly kind: 'found'; readonly scene: StashScene }
  /** Deleted, or merged into another. */
  | { readonly kind: 'gone' }
  /** Stash has it and could not give it: this scene's own failure, and not that of the others in the query. */
  | { readonly kind: 'failed'; readonly error: SyncError };
