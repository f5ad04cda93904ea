import { isSameVersion } from './stash-content.ts';

/** What is known of an undone scene: the hash of what Stash had of it then; absent where not known. */
export type UndoneScene = { readonly content: string | undefined };

/**
 * Whether a scene stays as it was undone: only something else in Stash than what was taken back says otherwise.
 * @param content the hash of what Stash has now; absent where Stash was not asked
 */
export function staysUndone({ content: then }: UndoneScene, content: string | undefined): boolean {
  if (content === undefined || then === undefined) return true;
  return !isSameVersion(content, then) || content === then;
}
